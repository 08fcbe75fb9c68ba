/** Deep samples of a region, for inspectors and previews. */
import { usableIndex, type ChunkedFile, type LevelIndex } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import { meantName } from '../header/index.ts';
import type { Box2i, PixelType } from '../header/types.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { deepTask, type DeepOfChunk } from './deep-task.ts';
import { processChunks, type RunOptions, type SkippedChunk } from './engine.ts';
import { channelIndex } from './plane-task.ts';
import { tooMuch } from './room.ts';
import { clipRegion } from './selection.ts';

export interface ReadDeepOptions extends RunOptions {
  /** Default 0. */
  readonly part?: number;
  /** Default full resolution. */
  readonly level?: LevelIndex;
  /** In the level's coordinates, clipped to its window; the whole level when absent. */
  readonly region?: Box2i | undefined;
  /** All channels when absent. */
  readonly channels?: readonly string[] | undefined;
}

export interface DeepChannel {
  readonly name: string;
  readonly pixelType: PixelType;
  /** All samples, pixel after pixel, row by row, in the order in which a pixel stores them. Half and float as float32. */
  readonly data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

export interface DeepResult {
  /** The region that was read, clipped. */
  readonly region: Box2i;
  readonly width: number;
  readonly height: number;
  /** Samples of each pixel, row by row; 0 where a chunk was skipped. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Where each pixel's samples begin in every channel; one entry more than pixels, the last is the total. */
  readonly starts: Float64Array<ArrayBuffer>;
  readonly channels: readonly DeepChannel[];
  readonly skipped: readonly SkippedChunk[];
  readonly skippedCount: number;
}

/**
 * The samples of a region of a deep part. Holds them in memory: `deepSamplesPerChunk` limits the whole region as it does a chunk. Throws
 * INVALID_ARGUMENT for what is not in the file or not deep, LIMIT_EXCEEDED, and what processChunks throws.
 */
export async function readDeepSamples(file: ChunkedFile, options: ReadDeepOptions = {}): Promise<DeepResult> {
  const { part = 0, level = { x: 0, y: 0 }, signal } = options;
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const { name } = file.source;
  const header = file.parts[part];
  if (!header?.isDeep) {
    throw new ExrError('INVALID_ARGUMENT', header ? `${name}: part ${part} is not deep` : `${name}: part ${part}, expected 0 to ${file.parts.length - 1}`, { source: name });
  }
  const index = options.index ?? (await usableIndex(file, { signal, limits })).index;
  if (index.unreadable[part]) throw index.unreadable[part];
  const grid = index.grids[part]!.level(level.x, level.y);
  if (!grid) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part} has no level ${level.x},${level.y}`, { source: name, part });
  const region = clipRegion(grid.window, options.region, name);
  const [width, height] = [region.xMax - region.xMin + 1, region.yMax - region.yMin + 1];
  checkRoom(name, part, 'windowArea', width * height, Math.min(limits.windowArea, 2 ** 30));
  const all = header.channels.map((channel) => channel.name);
  const names = options.channels?.map((channel) => meantName(channel, all) ?? channel) ?? all;
  const pieces: { box: Box2i; given: DeepOfChunk }[] = [];
  let total = 0;
  const { skipped, skippedCount } = await processChunks(
    {
      ...options, file, index, selections: [{ part, level, region, channels: names }],
      onChunk: (given, { box }) => {
        total += given.samples[0]?.length ?? 0;
        checkRoom(name, part, 'deepSamplesPerChunk', total, limits.deepSamplesPerChunk);
        // As pieces, and once more when they are put together; the other half is for decoding.
        const kept = total * names.length * 8 + width * height * 16;
        if (kept > limits.memoryBytes / 2) throw tooMuch(`${name}: part ${part}: the samples of the region`, 2 * kept, limits);
        pieces.push({ given, box: { xMin: Math.max(box.xMin, region.xMin), yMin: Math.max(box.yMin, region.yMin), xMax: Math.min(box.xMax, region.xMax), yMax: Math.min(box.yMax, region.yMax) } });
      },
    },
    deepTask, { channels: names.map((channel) => channelIndex(header, channel)), region },
  );

  const counts = new Uint32Array(width * height);
  for (const { box, given } of pieces) eachRow(box, region, (from, to, across) => counts.set(given.counts.subarray(from, from + across), to));
  const starts = new Float64Array(width * height + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = starts[i]! + counts[i]!;
  const channels = names.map((channel, c): DeepChannel => {
    const words = new Uint32Array(starts[counts.length]!);
    for (const { box, given } of pieces) {
      let taken = 0;
      // The pixels of one row of a chunk follow each other in the whole, too.
      eachRow(box, region, (_from, to, across) => {
        const count = starts[to + across]! - starts[to]!;
        words.set(given.samples[c]!.subarray(taken, taken + count), starts[to]!);
        taken += count;
      });
    }
    const { pixelType } = header.channels[channelIndex(header, channel)]!;
    return { name: channel, pixelType, data: pixelType === 'uint' ? words : new Float32Array(words.buffer) };
  });
  return { region, width, height, counts, starts, channels, skipped, skippedCount };
}

/** Each row of `box`: where it begins in the box and in the region, counted in pixels, and how many pixels it has. */
function eachRow(box: Box2i, region: Box2i, row: (from: number, to: number, across: number) => void): void {
  const across = box.xMax - box.xMin + 1;
  const width = region.xMax - region.xMin + 1;
  for (let y = box.yMin; y <= box.yMax; y++) row((y - box.yMin) * across, (y - region.yMin) * width + (box.xMin - region.xMin), across);
}

function checkRoom(name: string, part: number, limit: 'windowArea' | 'deepSamplesPerChunk', requested: number, limitValue: number): void {
  if (requested <= limitValue) return;
  throw new ExrError('LIMIT_EXCEEDED', `${name}: part ${part}: ${requested} in the region, the limit ${limit} is ${limitValue}`, { source: name, part, limit, limitValue, requested });
}
