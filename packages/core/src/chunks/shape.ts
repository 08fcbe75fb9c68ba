/** What a codec must know of a chunk: its box and how many values of each channel lie in it. */
import type { ChunkChannel, ChunkShape } from '../compression/index.ts';
import { ExrError } from '../errors.ts';
import { PIXEL_TYPES, type Box2i, type PixelType } from '../header/types.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { PartGeometry } from './levels.ts';

/** Bytes of one stored value: 2 for half, 4 for uint and float. */
export function bytesPerValue(type: PixelType): 2 | 4 {
  return type === 'half' ? 2 : 4;
}

/** How many multiples of `sampling` lie in min…max, both inside; absolute coordinates, so negative ones round towards minus infinity. */
export function sampleCount(sampling: number, min: number, max: number): number {
  return Math.floor(max / sampling) - Math.ceil(min / sampling) + 1;
}

/** Makes the shapes of one part's chunks; chunks of equal size share their channels. */
export type ShapeOf = (box: Box2i) => ChunkShape;

/**
 * Shapes of the chunks of `part`. Throws BAD_ATTRIBUTE for a sampling below 1, LIMIT_EXCEEDED (chunkBytes) for a chunk that unpacks to more
 * than the limit. In a deep part the channels are listed with their pixel counts, and `unpackedBytes` is 0: samples are not counted yet.
 */
export function shapesOf(part: PartGeometry, limits: Limits = DEFAULT_LIMITS): ShapeOf {
  for (const channel of part.channels) {
    if (channel.xSampling >= 1 && channel.ySampling >= 1) continue;
    throw new ExrError('BAD_ATTRIBUTE', `part ${part.index}: channel ${channel.name} has sampling ${channel.xSampling}, ${channel.ySampling}, expected at least 1`, {
      part: part.index, channel: channel.name, attribute: 'channels',
    });
  }
  const full = part.channels.every((channel) => channel.xSampling === 1 && channel.ySampling === 1);
  const known = new Map<number, { channels: readonly ChunkChannel[]; unpackedBytes: number }>();
  return (box) => {
    // Without subsampling the size of the box says it all.
    const [width, height] = [box.xMax - box.xMin + 1, box.yMax - box.yMin + 1];
    const key = full && width <= 2 ** 26 && height <= 2 ** 26 ? height * 2 ** 27 + width : -1;
    let sized = known.get(key);
    if (!sized) {
      sized = measure(part, box);
      if (sized.unpackedBytes > limits.chunkBytes) {
        throw new ExrError('LIMIT_EXCEEDED', `part ${part.index}: a chunk unpacks to ${sized.unpackedBytes} bytes, the limit is ${limits.chunkBytes}`, {
          part: part.index, limit: 'chunkBytes', limitValue: limits.chunkBytes, requested: sized.unpackedBytes,
        });
      }
      if (key > 0 && known.size < 64) known.set(key, sized);
    }
    return { xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax, ...sized };
  };
}

function measure(part: PartGeometry, box: Box2i): { channels: readonly ChunkChannel[]; unpackedBytes: number } {
  let unpackedBytes = 0;
  const channels = part.channels.map((channel): ChunkChannel => {
    const { name, xSampling, ySampling, pLinear } = channel;
    const width = sampleCount(xSampling, box.xMin, box.xMax);
    const height = sampleCount(ySampling, box.yMin, box.yMax);
    const bytes = bytesPerValue(channel.pixelType);
    unpackedBytes += width * height * bytes;
    return { name, pixelType: PIXEL_TYPES.indexOf(channel.pixelType) as 0 | 1 | 2, xSampling, ySampling, pLinear, width, height, bytesPerValue: bytes };
  });
  return { channels, unpackedBytes: part.isDeep ? 0 : unpackedBytes };
}

/** One channel's values on one line of an unpacked flat chunk. */
export interface ChannelRow {
  /** Index into `shape.channels`. */
  readonly channel: number;
  /** Absolute, in the coordinates of the chunk's level. */
  readonly y: number;
  /** Bytes from the start of the unpacked chunk. */
  readonly offset: number;
  /** Values; the first lies at the lowest multiple of xSampling that is ≥ xMin. */
  readonly width: number;
}

/** Every row of an unpacked flat chunk in the order in which it is stored: line by line, channel after channel. */
export function* channelRows(shape: ChunkShape): Generator<ChannelRow> {
  let offset = 0;
  for (let y = shape.yMin; y <= shape.yMax; y++) {
    for (let channel = 0; channel < shape.channels.length; channel++) {
      const { ySampling, width, bytesPerValue: bytes } = shape.channels[channel]!;
      if (ySampling !== 1 && y % ySampling !== 0) continue;
      if (width > 0) yield { channel, y, offset, width };
      offset += width * bytes;
    }
  }
}

/**
 * Where the rows of one channel lie when every line of the chunk is laid out alike (no channel is subsampled vertically): the row of line
 * yMin + i begins at offset + i * stride. Null otherwise; channelRows works always.
 */
export function regularRows(shape: ChunkShape, channel: number): { offset: number; stride: number } | null {
  let offset = 0;
  let stride = 0;
  for (let i = 0; i < shape.channels.length; i++) {
    const { ySampling, width, bytesPerValue: bytes } = shape.channels[i]!;
    if (ySampling !== 1) return null;
    if (i === channel) offset = stride;
    stride += width * bytes;
  }
  return { offset, stride };
}
