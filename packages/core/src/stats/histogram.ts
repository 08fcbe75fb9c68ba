/** A histogram small enough to draw and to put into JSON, from a channel's distribution. */
import type { Distribution } from './distribution.ts';
import { powerOfTwo } from './exact.ts';

/**
 * counts[i] values lie in edges[i] ≤ value < edges[i + 1], the last bin including its end; at most HISTOGRAM_BINS bins,
 * all finite values are in one of them. `linear`: equal widths from min to max. `log`: each octave (a doubling, one
 * stop of light) cut into 1, 2 or 4 bins of equal width, mirrored below zero, and one bin around zero for zeros and
 * what is too small for the others.
 */
export interface Histogram {
  readonly scale: 'linear' | 'log';
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export const HISTOGRAM_BINS = 64;
// The middle 98 in 100 values must take at least this part of the range, four bins, for equal widths to show them.
const LINEAR_SPAN = 16;

/**
 * The histogram of `finite` values; null when there are none, one bin when all are the same. Linear unless a few
 * extreme values would press everything else into a few bins: `middle` is how far the 99th percentile lies above the
 * first. A value that stands for a bin of a sketch counts where it stands.
 */
export function histogramOf(distribution: Distribution, finite: number, middle: number): Histogram | null {
  const { value } = distribution;
  if (finite === 0) return null;
  const [min, max] = [value[0]! + 0, value[value.length - 1]! + 0];
  if (min === max) return { scale: 'linear', edges: [min, max], counts: [finite] };
  const linear = max - min <= LINEAR_SPAN * middle;
  const edges = linear ? linearEdges(min, max) : logEdges(min, max, value);
  return { scale: linear ? 'linear' : 'log', edges, counts: countBetween(edges, distribution) };
}

function linearEdges(min: number, max: number): number[] {
  const edges = Array.from({ length: HISTOGRAM_BINS }, (_, i) => min + ((max - min) * i) / HISTOGRAM_BINS);
  return [...edges, max];
}

function logEdges(min: number, max: number, value: Float64Array): number[] {
  let smallest = Infinity;
  for (const each of value) if (each !== 0) smallest = Math.min(smallest, Math.abs(each));
  const bothSides = min < 0 && max > 0;
  const perSide = Math.floor((HISTOGRAM_BINS - 1) / (bothSides ? 2 : 1));
  const top = octave(Math.max(-min, max));
  const octaves = Math.min(top - octave(smallest) + 1, perSide);
  const pieces = octaves * 4 <= perSide ? 4 : octaves * 2 <= perSide ? 2 : 1;
  const positive: number[] = [];
  for (let k = top - octaves + 1; k <= top; k++) {
    for (let piece = 0; piece < pieces; piece++) positive.push(powerOfTwo(k) * (1 + piece / pieces));
  }
  positive.push(powerOfTwo(top + 1));
  if (bothSides) return [...positive.map((edge) => -edge).reverse(), ...positive];
  return max > 0 ? [0, ...positive] : [...positive.map((edge) => -edge).reverse(), 0];
}

/** k with 2^k ≤ value < 2^(k + 1), for values from 2^-1022 up. */
function octave(value: number): number {
  view.setFloat64(0, value);
  return (view.getUint32(0) >>> 20) - 1023;
}
const view = new DataView(new ArrayBuffer(8));

function countBetween(edges: readonly number[], { value, count }: Distribution): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  for (let i = 0; i < value.length; i++) {
    while (bin < counts.length - 1 && value[i]! >= edges[bin + 1]!) bin++;
    counts[bin]! += count[i]!;
  }
  return counts;
}
