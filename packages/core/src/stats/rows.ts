/** Which of a chunk's values are measured: those of a region, on every n-th row. */
import { channelRows, regularRows } from '../chunks/index.ts';
import type { ChunkShape } from '../compression/index.ts';
import type { Box2i } from '../header/types.ts';
import type { ChannelRows } from './accumulator.ts';

/** What is measured of one part, in the coordinates of its level. */
export interface Sampling {
  /** Only pixels inside. */
  readonly region: Box2i;
  /** Every n-th of a channel's rows, counted from the first one of the level. 1 = all. */
  readonly stride: number;
  /** The level's first line. */
  readonly yMin: number;
}

/** The first measured line ≥ `from` of a channel with that ySampling. */
export function firstSampledLine({ stride, yMin }: Sampling, ySampling: number, from: number): number {
  const firstRow = Math.ceil(yMin / ySampling);
  const row = Math.ceil(from / ySampling) - firstRow;
  return (firstRow + Math.ceil(row / stride) * stride) * ySampling;
}

/** Whether a line of the box is measured in a channel with that ySampling. */
export function isSampled(sampling: Sampling, ySampling: number, box: Box2i): boolean {
  const line = firstSampledLine(sampling, ySampling, Math.max(box.yMin, sampling.region.yMin));
  return line <= Math.min(box.yMax, sampling.region.yMax);
}

/**
 * Gives `take` the measured rows of one channel of an unpacked flat chunk at `address`: all at once where its lines are
 * laid out alike.
 */
export function forSampledRows(
  shape: ChunkShape,
  channel: number,
  address: number,
  sampling: Sampling,
  take: (rows: ChannelRows) => void,
): void {
  const { xSampling, ySampling, width, bytesPerValue } = shape.channels[channel]!;
  const { region, stride } = sampling;
  // Columns are counted in values, from the first one that the chunk holds.
  const first = Math.ceil(shape.xMin / xSampling);
  const left = Math.max(Math.ceil(region.xMin / xSampling) - first, 0);
  const values = Math.min(Math.floor(region.xMax / xSampling) - first, width - 1) - left + 1;
  const top = firstSampledLine(sampling, ySampling, Math.max(shape.yMin, region.yMin));
  const bottom = Math.min(shape.yMax, region.yMax);
  if (values <= 0 || top > bottom) return;
  const x = (first + left) * xSampling;
  const layout = layoutOf(shape)[channel]!;
  if (layout) {
    const begin = address + layout.offset + (top - shape.yMin) * layout.stride + left * bytesPerValue;
    const rows = Math.floor((bottom - top) / stride) + 1;
    take({
      address: begin,
      stride: layout.stride * stride,
      rows,
      width: values,
      x,
      xStep: xSampling,
      lookup: 0,
      y: top,
      yStep: stride,
    });
    return;
  }
  for (const row of channelRows(shape)) {
    if (row.channel !== channel || row.y < top || row.y > bottom || (row.y - top) % (stride * ySampling) !== 0)
      continue;
    take({
      address: address + row.offset + left * bytesPerValue,
      stride: 0,
      rows: 1,
      width: values,
      x,
      xStep: xSampling,
      lookup: 0,
      y: row.y,
      yStep: 0,
    });
  }
}

type Layout = readonly ReturnType<typeof regularRows>[];
// Chunks of equal size share their list of channels, and with it where the rows lie.
const layouts = new WeakMap<ChunkShape['channels'], Layout>();
// Nearly always the chunk before had them too, and a line is too short for a look into the map for each channel.
let last: { readonly channels: ChunkShape['channels']; readonly layout: Layout } | undefined;

function layoutOf(shape: ChunkShape): Layout {
  if (last?.channels !== shape.channels) last = { channels: shape.channels, layout: findLayout(shape) };
  return last.layout;
}

function findLayout(shape: ChunkShape): Layout {
  let known = layouts.get(shape.channels);
  if (!known) layouts.set(shape.channels, (known = shape.channels.map((_, channel) => regularRows(shape, channel))));
  return known;
}
