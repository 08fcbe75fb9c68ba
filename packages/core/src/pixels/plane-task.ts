/** The task `planes`: values of some channels out of each chunk, as 32-bit words. */
import { bytesPerValue, channelRows, intersect, sampleCount, type PartGeometry } from '../chunks/index.ts';
import { meantName } from '../header/index.ts';
import type { Box2i, Channel } from '../header/types.ts';
import type { DecodedChunk } from './decode.ts';
import { halfToFloatBits } from './half.ts';
import type { ChunkTask, TaskRun } from './task.ts';

export interface PlanesParams {
  /** Indices into the part's channels. */
  readonly channels: readonly number[];
  /** In level coordinates: values outside are left out. */
  readonly region: Box2i;
}

/** For each wanted channel the values of the chunk within the region, row by row: bits of a float32 (half and float) or uint32 values. */
export type PlanesOfChunk = readonly Uint32Array<ArrayBuffer>[];

export const planesTask: ChunkTask<PlanesParams, PlanesOfChunk, null> = {
  name: 'planes',
  // The words of the result, and once more where they are put together.
  works: (part, shape, { channels }) => channels.reduce((sum, index) => sum + 8 * (shape.channels[index]?.width ?? 0) * (shape.channels[index]?.height ?? 0), 0),
  start: (_context, { channels, region }): TaskRun<PlanesOfChunk, null> => ({
    chunk: (decoded) => planesOf(decoded, channels, region),
    finish: () => null,
    transfer: (planes) => planes.map((plane) => plane.buffer),
  }),
};

function planesOf(decoded: DecodedChunk, channels: readonly number[], region: Box2i): PlanesOfChunk {
  const { address, info, kernels, part, shape } = decoded;
  const box = intersect(info.box, region);
  const spots = channels.map((channel) => ({ channel: part.channels[channel]!, at: box ? spotOf(part.channels[channel]!, box) : null }));
  const planes = spots.map(({ at }) => new Uint32Array(at ? at.width * at.height : 0));
  if (!box) return planes;
  const bytes = kernels.bytes(address, shape.unpackedBytes);
  const filled = channels.map(() => 0);
  for (const row of channelRows(shape)) {
    if (row.y < box.yMin || row.y > box.yMax) continue;
    const wanted = channels.indexOf(row.channel);
    if (wanted < 0) continue;
    const { channel, at } = spots[wanted]!;
    const before = at!.x - Math.ceil(info.box.xMin / channel.xSampling);
    const size = bytesPerValue(channel.pixelType);
    const values = bytes.subarray(row.offset + before * size, row.offset + (before + at!.width) * size);
    toWords(values, channel, planes[wanted]!, filled[wanted]!);
    filled[wanted]! += at!.width;
  }
  return planes;
}

/** Little-endian values as they are stored into words from `at` on. */
export function toWords(values: Uint8Array, { pixelType }: Pick<Channel, 'pixelType'>, words: Uint32Array, at: number): void {
  if (pixelType !== 'half') {
    new Uint8Array(words.buffer, words.byteOffset + at * 4, values.length).set(values);
    return;
  }
  const table = halfToFloatBits();
  // Rows of float channels before this one keep halves on even addresses: every size is even.
  const halves = new Uint16Array(values.buffer, values.byteOffset, values.length / 2);
  for (let i = 0; i < halves.length; i++) words[at + i] = table[halves[i]!]!;
}

/** Where the values of a channel within `box` lie: x and y count values (multiples of the sampling), not pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Absolute: (0, 0) is the value at pixel (0, 0), so spots of two boxes can be compared. Width and height may be 0. */
export function spotOf({ xSampling, ySampling }: Pick<Channel, 'xSampling' | 'ySampling'>, box: Box2i): Spot {
  return {
    x: Math.ceil(box.xMin / xSampling),
    y: Math.ceil(box.yMin / ySampling),
    width: sampleCount(xSampling, box.xMin, box.xMax),
    height: sampleCount(ySampling, box.yMin, box.yMax),
  };
}

/** The index of the channel that a name means (see meantName); -1 when the part has none of that name. */
export function channelIndex(part: Pick<PartGeometry, 'channels'>, name: string): number {
  const exact = part.channels.findIndex((channel) => channel.name === name);
  if (exact >= 0) return exact;
  const meant = meantName(name, part.channels.map((channel) => channel.name));
  return meant === undefined ? -1 : part.channels.findIndex((channel) => channel.name === meant);
}
