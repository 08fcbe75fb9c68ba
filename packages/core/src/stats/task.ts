/** The statistics of decoded chunks, as a task of the streaming engine. */
import { putUnder } from '../flow/index.ts';
import type { ChunkTask, TaskContext, TaskRun } from '../pixels/index.ts';
import { accumulatorBytes, ChannelAccumulator } from './accumulator.ts';
import { DeepAccumulator, mergeDeep, type DeepTotals, type DepthChannels } from './deep.ts';
import { forSampledRows, type Sampling } from './rows.ts';
import { mergeTotals, noTotals, type ChannelTotals } from './totals.ts';

/** What of one part is measured in one run. */
export interface PartMeasure {
  readonly part: number;
  /** Indices of the channels. */
  readonly channels: readonly number[];
  readonly sampling: Sampling;
  /** Deep parts: whether this run also counts samples and looks at depths, and at which channels. */
  readonly deepFacts: boolean;
  readonly depth: DepthChannels | null;
}

export interface PartTotals {
  readonly part: number;
  /** In the order of PartMeasure.channels. */
  readonly channels: readonly ChannelTotals[];
  readonly deep: DeepTotals | null;
}

/** Numbers of the pixel types, as in the file. */
export const PIXEL_TYPE = { uint: 0, half: 1, float: 2 } as const;

/** Gives nothing for a chunk: all that counts is gathered on each thread, in integers, and merged in any order. */
export const statsTask: ChunkTask<readonly PartMeasure[], null, readonly PartTotals[]> = {
  name: 'stats',
  held: (parts, params) =>
    params.reduce(
      (sum, { part, channels }) =>
        sum +
        (parts[part]!.isDeep ? accumulatorBytes(0) : 0) +
        channels.reduce((all, index) => all + accumulatorBytes(PIXEL_TYPE[parts[part]!.channels[index]!.pixelType]), 0),
      0,
    ),
  // Deep: a column for each sample of the longest line.
  works: (part, shape) => (part.isDeep ? 2 * shape.unpackedBytes : 0),
  start(context, params) {
    const measures = new Map(params.map((measure) => [measure.part, measure]));
    const parts = new Map<number, PartRun>();
    return {
      // Tables are for parts of which this thread sees something: a file may claim very many.
      begin(part) {
        if (!parts.has(part)) parts.set(part, new PartRun(context, measures.get(part)!));
      },
      chunk(decoded) {
        parts.get(decoded.part.index)!.chunk(decoded);
        return null;
      },
      finish: () => Array.from(parts.values(), (part) => part.finish()),
    };
  },
};

type Decoded = Parameters<TaskRun<null, unknown>['chunk']>[0];

class PartRun {
  readonly #measure: PartMeasure;
  /** By index in the part; null where a channel is not measured. */
  readonly #channels: (ChannelAccumulator | null)[];
  readonly #deep: DeepAccumulator | null;

  constructor({ kernels, parts }: TaskContext, measure: PartMeasure) {
    const part = parts[measure.part]!;
    this.#measure = measure;
    this.#channels = part.channels.map(() => null);
    for (const index of measure.channels)
      this.#channels[index] = new ChannelAccumulator(kernels, PIXEL_TYPE[part.channels[index]!.pixelType]);
    this.#deep = part.isDeep ? new DeepAccumulator(kernels, measure.depth) : null;
  }

  chunk(decoded: Decoded): void {
    const { channels, sampling, deepFacts } = this.#measure;
    if (this.#deep) {
      this.#deep.add(decoded, sampling, this.#channels, deepFacts);
      return;
    }
    for (const index of channels) {
      const channel = this.#channels[index]!;
      forSampledRows(decoded.shape, index, decoded.address, sampling, (rows) => channel.add(rows));
    }
  }

  finish(): PartTotals {
    const { part, channels, deepFacts } = this.#measure;
    return {
      part,
      channels: channels.map((index) => this.#channels[index]!.finish()),
      deep: deepFacts && this.#deep ? this.#deep.finish() : null,
    };
  }
}

/** Totals of every thread by the index of their part. */
export function totalsByPart(finals: readonly (readonly PartTotals[])[]): Map<number, PartTotals[]> {
  const byPart = new Map<number, PartTotals[]>();
  for (const each of finals) for (const totals of each) putUnder(byPart, totals.part, totals);
  return byPart;
}

/** One part's totals from those of every thread, `mine`; of `measure` alone when no thread saw anything. */
export function mergePartTotals(
  measure: PartMeasure,
  pixelTypes: readonly (keyof typeof PIXEL_TYPE)[],
  mine: readonly PartTotals[],
): PartTotals {
  const channels = pixelTypes.map((type, i) =>
    mine.reduce((sum, { channels: seen }) => mergeTotals(sum, seen[i]!), noTotals(PIXEL_TYPE[type])),
  );
  const nothing: DeepTotals = {
    samples: noTotals(0),
    depth: measure.depth && {
      unsorted: 0,
      overlapping: 0,
      negative: 0,
      inverted: 0,
      firstUnsorted: null,
      firstOverlapping: null,
    },
  };
  const deep = measure.deepFacts
    ? mine.reduce((sum, each) => (each.deep ? mergeDeep(sum, each.deep) : sum), nothing)
    : null;
  return { part: measure.part, channels, deep };
}
