/** The task `deep`: counts and samples of the pixels of a region, out of each deep chunk. */
import { intersect } from '../chunks/index.ts';
import type { Box2i } from '../header/types.ts';
import type { DecodedChunk } from './decode.ts';
import { deepRuns } from './deep.ts';
import { toWords } from './plane-task.ts';
import type { ChunkTask, TaskRun } from './task.ts';

export interface DeepParams {
  /** Indices into the part's channels. */
  readonly channels: readonly number[];
  readonly region: Box2i;
}

/** Of the pixels of the chunk that lie in the region, row by row. */
export interface DeepOfChunk {
  /** Samples of each pixel. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** By wanted channel: all samples, pixel after pixel; bits of a float32 (half and float) or uint32 values. */
  readonly samples: readonly Uint32Array<ArrayBuffer>[];
}

export const deepTask: ChunkTask<DeepParams, DeepOfChunk, null> = {
  name: 'deep',
  // Samples as 32-bit words, and once more where they are put together.
  works: (_part, shape, { channels }) => 4 * shape.unpackedBytes * Math.min(1, (4 * channels.length) / shape.channels.reduce((sum, each) => sum + each.bytesPerValue, 1)),
  start: (_context, { channels, region }): TaskRun<DeepOfChunk, null> => ({
    chunk: (decoded) => samplesOf(decoded, channels, region),
    finish: () => null,
    transfer: ({ counts, samples }) => [counts.buffer, ...samples.map((each) => each.buffer)],
  }),
};

function samplesOf({ address, deep, info, kernels, part, shape }: DecodedChunk, channels: readonly number[], region: Box2i): DeepOfChunk {
  const box = intersect(info.box, region);
  if (!deep || !box) return { counts: new Uint32Array(0), samples: channels.map(() => new Uint32Array(0)) };
  const all = new Uint32Array(kernels.view().buffer, deep.counts, deep.width * deep.height);
  const [left, width] = [box.xMin - info.box.xMin, box.xMax - box.xMin + 1];
  const counts = new Uint32Array(width * (box.yMax - box.yMin + 1));
  // Of each line: samples before the region, and within it.
  const spans: { skip: number; take: number }[] = [];
  for (let y = box.yMin; y <= box.yMax; y++) {
    const line = all.subarray((y - info.box.yMin) * deep.width, (y - info.box.yMin + 1) * deep.width);
    const mine = line.subarray(left, left + width);
    counts.set(mine, (y - box.yMin) * width);
    spans.push({ skip: sum(line.subarray(0, left)), take: sum(mine) });
  }
  const total = spans.reduce((before, span) => before + span.take, 0);
  const samples = channels.map(() => new Uint32Array(total));
  const filled = channels.map(() => 0);
  const bytes = kernels.bytes(address, shape.unpackedBytes);
  for (const run of deepRuns(shape, deep)) {
    const wanted = channels.indexOf(run.channel);
    const span = spans[run.y - box.yMin];
    if (wanted < 0 || !span) continue;
    const size = shape.channels[run.channel]!.bytesPerValue;
    const values = bytes.subarray(run.offset + span.skip * size, run.offset + (span.skip + span.take) * size);
    toWords(values, part.channels[run.channel]!, samples[wanted]!, filled[wanted]!);
    filled[wanted]! += span.take;
  }
  return { counts, samples };
}

function sum(values: Uint32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
