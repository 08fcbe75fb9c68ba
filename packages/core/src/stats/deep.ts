/**
 * What deep parts have beside their channels' samples: how many samples each pixel has, and the order of their depths.
 */
import { KernelMemoryError, type Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';
import type { DecodedChunk } from '../pixels/index.ts';
import type { ReportDeepStats } from '../report/index.ts';
import { ChannelAccumulator, type ChannelRows } from './accumulator.ts';
import { finishChannelStats, reportPlace, type ReportPlace } from './channel-stats.ts';
import type { Histogram } from './histogram.ts';
import { inOrder, type Place } from './places.ts';
import { firstSampledLine, type Sampling } from './rows.ts';
import { mergeTotals, type ChannelTotals } from './totals.ts';

/** The part's Z and ZBack, as indices of its channels; ZBack -1 when it has none. */
export interface DepthChannels {
  readonly z: number;
  readonly zBack: number;
}

/** Facts about the depths of the samples; plain data. */
export interface DepthTotals {
  readonly unsorted: number;
  readonly overlapping: number;
  readonly negative: number;
  readonly inverted: number;
  readonly firstUnsorted: Place | null;
  readonly firstOverlapping: Place | null;
}

export interface DeepTotals {
  /** Samples per pixel, as a uint channel of pixels. */
  readonly samples: ChannelTotals;
  /** Null when the part has no Z of type half or float. */
  readonly depth: DepthTotals | null;
}

/** `total_samples` … `empty_pixels` as report.md has them; all over the pixels that were measured. */
export type DeepStats = ReportDeepStats & {
  readonly pixels: number;
  /** Samples per pixel. */
  readonly mean_samples: number | null;
  readonly p50_samples: number | null;
  readonly p99_samples: number | null;
  readonly samples_histogram: Histogram | null;
  /** The first pixel with max_samples. */
  readonly max_samples_at: ReportPlace | null;
  /** Null when the part has no depth to look at. */
  readonly depth: {
    /**
     * Pixels whose samples are not in order of Z. Allowed, but a reader has to sort them ("Interpreting OpenEXR Deep
     * Pixels").
     */
    readonly unsorted_pixels: number;
    /**
     * Pixels in order in which a sample begins before one in front of it has ended (ZBack): they have to be split to be
     * merged.
     */
    readonly overlapping_pixels: number;
    readonly negative_samples: number;
    /** Samples whose ZBack lies before their Z. */
    readonly inverted_samples: number;
    readonly first_unsorted: ReportPlace | null;
    readonly first_overlapping: ReportPlace | null;
    readonly has_z_back: boolean;
  } | null;
};

/** Measures deep chunks: the channels' samples into `channels`, the rest here. */
export class DeepAccumulator {
  readonly #kernels: Kernels;
  readonly #samples: ChannelAccumulator;
  readonly #depth: DepthChannels | null;
  readonly #facts: number;

  constructor(kernels: Kernels, depth: DepthChannels | null) {
    this.#kernels = kernels;
    this.#samples = new ChannelAccumulator(kernels, 0);
    this.#depth = depth;
    this.#facts = kernels.allocate(kernels.call['statsDeepDepthBytes']!());
    kernels.call['statsDeepDepthReset']!(this.#facts);
  }

  /**
   * `channels` by index in the part, null where a channel is not measured. `facts` false: only the channels (a later
   * pass over the same chunk).
   */
  add(
    { shape, address, deep }: DecodedChunk,
    sampling: Sampling,
    channels: readonly (ChannelAccumulator | null)[],
    facts: boolean,
  ): void {
    const { counts, width, lineStart, sampleBytes } = deep!;
    const { region, stride } = sampling;
    const left = Math.max(region.xMin - shape.xMin, 0);
    const pixels = Math.min(region.xMax, shape.xMax) - shape.xMin - left + 1;
    if (pixels <= 0) return;
    const x = shape.xMin + left;
    const lookup = this.#allocateLookup(lineStart);
    for (
      let y = firstSampledLine(sampling, 1, Math.max(shape.yMin, region.yMin));
      y <= Math.min(shape.yMax, region.yMax);
      y += stride
    ) {
      const line = y - shape.yMin;
      const row = counts + line * width * 4;
      const inLine = lineStart[line + 1]! - lineStart[line]!;
      const before = this.#sum(row, left);
      const samples = left === 0 && pixels === width ? inLine : this.#sum(row + left * 4, pixels);
      const run: ChannelRows = { address: 0, stride: 0, rows: 1, width: samples, x: 0, xStep: 0, lookup, y, yStep: 0 };
      this.#kernels.call['statsDeepColumns']!(row + left * 4, pixels, x, lookup);
      const begins: number[] = [];
      let at = address + lineStart[line]! * sampleBytes;
      for (const [channel, { bytesPerValue }] of shape.channels.entries()) {
        begins.push(at + before * bytesPerValue);
        channels[channel]?.add({ ...run, address: begins[channel]! });
        at += inLine * bytesPerValue;
      }
      if (!facts) continue;
      this.#samples.add({ ...run, address: row + left * 4, width: pixels, x, xStep: 1, lookup: 0 });
      if (!this.#depth) continue;
      const { z, zBack } = this.#depth;
      const half = (channel: number): number => Number(shape.channels[channel]?.pixelType === 1);
      this.#kernels.call['statsDeepDepth']!(
        this.#facts,
        row + left * 4,
        pixels,
        begins[z]!,
        half(z),
        begins[zBack] ?? 0,
        half(zBack),
        x,
        y,
      );
    }
  }

  /**
   * An int32 for each sample of the longest line. Before anything is added: a chunk counts whole or, when there is no
   * room, not at all.
   */
  #allocateLookup(lineStart: Float64Array): number {
    let most = 0;
    for (let i = 0; i + 1 < lineStart.length; i++) most = Math.max(most, lineStart[i + 1]! - lineStart[i]!);
    try {
      return this.#kernels.allocate(most * 4);
    } catch (error) {
      if (!(error instanceof KernelMemoryError)) throw error;
      throw new ExrError('LIMIT_EXCEEDED', `${most} samples in one line: ${error.message}`, {
        limit: 'memoryBytes',
        limitValue: error.limit,
        requested: error.requested,
      });
    }
  }

  #sum(address: number, n: number): number {
    const view = this.#kernels.view();
    let sum = 0;
    for (let i = 0; i < n; i++) sum += view.getUint32(address + i * 4, true);
    return sum;
  }

  finish(): DeepTotals {
    const view = this.#kernels.view();
    const long = (offset: number): number => Number(view.getBigUint64(this.#facts + offset, true));
    const place = (offset: number): Place => ({
      x: view.getInt32(this.#facts + offset, true),
      y: view.getInt32(this.#facts + offset + 4, true),
    });
    const depth = this.#depth && {
      unsorted: long(0),
      overlapping: long(8),
      negative: long(16),
      inverted: long(24),
      firstUnsorted: long(0) ? place(32) : null,
      firstOverlapping: long(8) ? place(40) : null,
    };
    return { samples: this.#samples.finish(), depth };
  }
}

export function mergeDeep(a: DeepTotals, b: DeepTotals): DeepTotals {
  const depth = a.depth &&
    b.depth && {
      unsorted: a.depth.unsorted + b.depth.unsorted,
      overlapping: a.depth.overlapping + b.depth.overlapping,
      negative: a.depth.negative + b.depth.negative,
      inverted: a.depth.inverted + b.depth.inverted,
      firstUnsorted: first(a.depth.firstUnsorted, b.depth.firstUnsorted),
      firstOverlapping: first(a.depth.firstOverlapping, b.depth.firstOverlapping),
    };
  return { samples: mergeTotals(a.samples, b.samples), depth };
}

function first(a: Place | null, b: Place | null): Place | null {
  if (!a || !b) return a ?? b;
  return inOrder(a, b) <= 0 ? a : b;
}

/** The deep part's own numbers from its merged totals. */
export function finishDeepStats({ samples, depth }: DeepTotals, hasZBack: boolean): DeepStats {
  const { count, zero, max, mean, p50, p99, histogram, max_at } = finishChannelStats('', samples);
  const total = samples.sum;
  return {
    pixels: count,
    total_samples: total <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(total) : String(total),
    max_samples: (max as number | null) ?? 0,
    empty_pixels: zero,
    mean_samples: mean as number | null,
    p50_samples: p50 as number | null,
    p99_samples: p99 as number | null,
    samples_histogram: histogram,
    max_samples_at: max ? max_at : null,
    depth: depth && {
      unsorted_pixels: depth.unsorted,
      overlapping_pixels: depth.overlapping,
      negative_samples: depth.negative,
      inverted_samples: depth.inverted,
      first_unsorted: reportPlace(depth.firstUnsorted),
      first_overlapping: reportPlace(depth.firstOverlapping),
      has_z_back: hasZBack,
    },
  };
}
