// Percentiles of this many values say enough for a slider's ends.
const SAMPLES = 65_536;

/** Least, 1st percentile, 99th percentile and most of the finite values; null when there is none. The two in the middle are of a sample of large planes. */
export function rangeOf(values: Float32Array): [number, number, number, number] | null {
  const step = Math.max(1, Math.floor(values.length / SAMPLES));
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    // NaN is neither; an infinity minus itself is no 0.
    if (value < min && value - value === 0) min = value;
    if (value > max && value - value === 0) max = value;
  }
  if (min > max) return null;
  const some: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) some.push(values[i]!);
  const sorted = Float64Array.from(some).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? min;
  return [min, at(0.01), at(0.99), max];
}
