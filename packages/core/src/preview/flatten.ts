/**
 * Deep pixels made flat by the specification's over ("Interpreting OpenEXR Deep Pixels"): samples sorted by depth, volumes that overlap cut
 * at each other's ends, coincident ones merged, then composited front to back.
 */
import type { DecodedChunk } from '../pixels/index.ts';
import { halfValues } from './half-values.ts';

/** One sample of a pixel: its depth range, coverage and premultiplied values. */
export interface DeepPixelSample {
  front: number;
  back: number;
  alpha: number;
  values: number[];
}

/**
 * The flat value of each of `names` for every pixel of a deep chunk, row by row. The alpha channel is A; Z and ZBack give the nearest front
 * and the farthest back. Without A every sample is opaque; without Z the samples' order stands. A pixel without samples is 0.
 */
export function flattenDeep(decoded: DecodedChunk, names: readonly string[]): Float32Array[] {
  const deep = decoded.deep!;
  const { channels } = decoded.shape;
  const view = decoded.kernels.view();
  const halves = halfValues();
  const out = names.map(() => new Float32Array(deep.width * deep.height));
  const index = (name: string): number => channels.findIndex((channel) => channel.name === name);
  const [z, zBack, a] = [index('Z'), index('ZBack'), index('A')];
  const wanted = names.map(index);
  for (let row = 0; row < deep.height; row++) {
    const inLine = deep.lineStart[row + 1]! - deep.lineStart[row]!;
    let start = decoded.address + deep.lineStart[row]! * deep.sampleBytes;
    const readers = channels.map((channel) => {
      const address = start;
      start += inLine * channel.bytesPerValue;
      if (channel.pixelType === 2) return (i: number) => view.getFloat32(address + 4 * i, true);
      if (channel.pixelType === 0) return (i: number) => view.getUint32(address + 4 * i, true);
      return (i: number) => halves[view.getUint16(address + 2 * i, true)]!;
    });
    let sample = 0;
    for (let x = 0; x < deep.width; x++) {
      const pixel = row * deep.width + x;
      const count = view.getUint32(deep.counts + 4 * pixel, true);
      if (count === 0) continue;
      const samples: DeepPixelSample[] = [];
      for (let i = sample; i < sample + count; i++) {
        const front = z < 0 ? i - sample : readers[z]!(i);
        samples.push({
          front, back: zBack < 0 || z < 0 ? front : Math.max(front, readers[zBack]!(i)),
          alpha: a < 0 ? 1 : readers[a]!(i), values: wanted.map((channel) => (channel < 0 ? 0 : readers[channel]!(i))),
        });
      }
      sample += count;
      const flat = flattenPixel(samples);
      for (let n = 0; n < names.length; n++) {
        out[n]![pixel] = wanted[n] === z && z >= 0 ? Math.min(...samples.map((s) => s.front)) : wanted[n] === zBack && zBack >= 0 ? Math.max(...samples.map((s) => s.back)) : wanted[n] === a && a >= 0 ? flat.alpha : flat.values[n]!;
      }
    }
  }
  return out;
}

/** Front-to-back over of one pixel's samples. A value that is not finite makes the result not finite, so that it is seen. */
export function flattenPixel(samples: readonly DeepPixelSample[]): { alpha: number; values: number[] } {
  const width = samples[0]?.values.length ?? 0;
  const result = { alpha: 0, values: new Array<number>(width).fill(0) };
  for (const { alpha, values } of tidy(samples)) {
    const through = 1 - result.alpha;
    for (let i = 0; i < width; i++) result.values[i]! += values[i]! * through;
    result.alpha += alpha * through;
  }
  return result;
}

/** Sorted, and where depth ranges overlap cut and merged so that they no longer do. Bounded: a pixel with very many samples is only sorted. */
function tidy(samples: readonly DeepPixelSample[]): DeepPixelSample[] {
  const sorted = [...samples].sort((p, q) => p.front - q.front || p.back - q.back);
  let overlap = false;
  for (let i = 1; i < sorted.length; i++) if (sorted[i]!.front < sorted[i - 1]!.back) overlap = true;
  if (!overlap || sorted.length > MOST_SPLIT) return sorted;
  const cuts = [...new Set(sorted.flatMap((s) => [s.front, s.back]))].sort((p, q) => p - q);
  const pieces = sorted.flatMap((sample) => split(sample, cuts)).sort((p, q) => p.front - q.front || p.back - q.back);
  const merged: DeepPixelSample[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last && last.front === piece.front && last.back === piece.back && piece.back > piece.front) merged[merged.length - 1] = merge(last, piece);
    else merged.push(piece);
  }
  return merged;
}
const MOST_SPLIT = 256;

/** Cuts a volume sample at depths inside it: alpha' = 1 − (1 − alpha)^(part of the depth), colour in proportion to alpha'. */
function split(sample: DeepPixelSample, cuts: readonly number[]): DeepPixelSample[] {
  const { front, back, alpha, values } = sample;
  const inner = cuts.filter((cut) => cut > front && cut < back);
  if (inner.length === 0) return [sample];
  const ends = [front, ...inner, back];
  return ends.slice(1).map((end, i) => {
    const share = (end - ends[i]!) / (back - front);
    const part = alpha >= 1 ? 1 : alpha <= 0 ? 0 : -Math.expm1(share * Math.log1p(-alpha));
    const scale = alpha > 0 ? part / alpha : share;
    return { front: ends[i]!, back: end, alpha: part, values: values.map((value) => value * scale) };
  });
}

/** Two volumes of one depth range: they absorb together (the document's section on merging overlapping samples). */
function merge(p: DeepPixelSample, q: DeepPixelSample): DeepPixelSample {
  const [a1, a2] = [clamp01(p.alpha), clamp01(q.alpha)];
  const alpha = a1 + a2 - a1 * a2;
  let values: number[];
  if (a1 === 1 && a2 === 1) values = p.values.map((value, i) => (value + q.values[i]!) / 2);
  else if (a1 === 1) values = [...p.values];
  else if (a2 === 1) values = [...q.values];
  else {
    const [u1, u2] = [-Math.log1p(-a1), -Math.log1p(-a2)];
    const [v1, v2] = [a1 > 1e-9 ? u1 / a1 : 1, a2 > 1e-9 ? u2 / a2 : 1];
    const u = u1 + u2;
    const w = u > 1e-9 || alpha > 1e-9 ? alpha / u : 1;
    values = p.values.map((value, i) => (value * v1 + q.values[i]! * v2) * w);
  }
  return { front: p.front, back: p.back, alpha, values };
}

const clamp01 = (value: number): number => (value > 1 ? 1 : value > 0 ? value : 0);
