/**
 * The bins of a channel that are not empty: what the kernels' tables come down to when they leave the kernels' memory.
 */
export interface Bins {
  /** Numbers of the bins, rising. */
  readonly bin: Uint16Array<ArrayBuffer>;
  /** Values in each. */
  readonly count: Float64Array<ArrayBuffer>;
  /** Float channels: the sum of the lower 16 bits of the values in each; empty for the others. */
  readonly low: Float64Array<ArrayBuffer>;
}

export const NO_BINS: Bins = { bin: new Uint16Array(0), count: new Float64Array(0), low: new Float64Array(0) };

/** Both together. */
export function mergeBins(a: Bins, b: Bins): Bins {
  if (a.bin.length === 0) return b;
  if (b.bin.length === 0) return a;
  const most = a.bin.length + b.bin.length;
  const withLow = a.low.length > 0;
  const bin = new Uint16Array(most);
  const count = new Float64Array(most);
  const low = new Float64Array(withLow ? most : 0);
  let n = 0;
  for (let i = 0, j = 0; i < a.bin.length || j < b.bin.length; n++) {
    // Past the end of one list the other's bins come: 65,536 is above every bin.
    const p = a.bin[i] ?? 65_536;
    const q = b.bin[j] ?? 65_536;
    bin[n] = Math.min(p, q);
    count[n] = (p <= q ? a.count[i]! : 0) + (q <= p ? b.count[j]! : 0);
    if (withLow) low[n] = (p <= q ? a.low[i]! : 0) + (q <= p ? b.low[j]! : 0);
    if (p <= q) i++;
    if (q <= p) j++;
  }
  return { bin: bin.slice(0, n), count: count.slice(0, n), low: low.slice(0, withLow ? n : 0) };
}

/**
 * The bins of a table of uint32 counts: `numbers` of those that are not empty and their `counts`, both views that will
 * not last.
 */
export function binsOfCounts(numbers: Uint16Array, counts: Uint32Array): Bins {
  return { bin: numbers.slice() as Bins['bin'], count: new Float64Array(counts), low: new Float64Array(0) };
}

/** The bins of a float sketch: `words` are pairs of uint32, together count × 2^40 + sum of the lower 16 bits. */
export function binsOfFloatSketch(numbers: Uint16Array, words: Uint32Array): Bins {
  const count = new Float64Array(numbers.length);
  const low = new Float64Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const upper = words[2 * i + 1]!;
    count[i] = upper >>> 8;
    low[i] = (upper & 0xff) * 2 ** 32 + words[2 * i]!;
  }
  return { bin: numbers.slice() as Bins['bin'], count, low };
}
