/** The same statistics by the plainest means: exact rationals in BigInt and sorting. What the tests compare with. */

export interface Sample {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Any double as an integer times 2^-1074. */
function exact(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xf_ffff_ffff_ffffn) + (exponent > 0 ? 1n << 52n : 0n);
  const magnitude = mantissa << BigInt(Math.max(exponent, 1) - 1);
  return bits >> 63n ? -magnitude : magnitude;
}

/** Nearest double to a rational by bisection over all non-negative doubles' bit patterns: slow and sure. */
function nearest(numerator: bigint, denominator: bigint, unit: bigint): number {
  if (numerator < 0n) return -nearest(-numerator, denominator, unit);
  const view = new DataView(new ArrayBuffer(8));
  const at = (bits: bigint): number => {
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  };
  // value(bits) = exact(bits) / 2^1074; compare exact(bits) * denominator * unit with numerator * 2^1074.
  const target = numerator << 1074n;
  let [low, high] = [0n, 0x7fef_ffff_ffff_ffffn];
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (exact(at(middle)) * denominator * unit <= target) low = middle;
    else high = middle - 1n;
  }
  const below = target - exact(at(low)) * denominator * unit;
  const above = exact(at(low + 1n)) * denominator * unit - target;
  if (below === above) return at(low % 2n === 0n ? low : low + 1n);
  return below < above ? at(low) : at(low + 1n);
}

export function referenceStats(samples: readonly Sample[]) {
  const finite = samples.filter(({ value }) => Number.isFinite(value));
  const n = BigInt(finite.length);
  const values = finite.map(({ value }) => exact(value));
  const sum = values.reduce((a, b) => a + b, 0n);
  const squares = values.reduce((a, b) => a + b * b, 0n);
  const sorted = finite.map(({ value }) => value + 0).sort((a, b) => a - b);
  const inOrder = (a: Sample, b: Sample): number => a.y - b.y || a.x - b.x;
  const first = (value: number | undefined) => {
    const found = finite.filter((each) => each.value === value).sort(inOrder)[0];
    return found ? { x: found.x, y: found.y } : null;
  };
  const bounds = (some: readonly Sample[]) =>
    some.length === 0
      ? null
      : {
          x_min: Math.min(...some.map(({ x }) => x)),
          y_min: Math.min(...some.map(({ y }) => y)),
          x_max: Math.max(...some.map(({ x }) => x)),
          y_max: Math.max(...some.map(({ y }) => y)),
        };
  const count = (test: (value: number) => boolean): number => samples.filter(({ value }) => test(value)).length;
  const nonFinite = samples.filter(({ value }) => !Number.isFinite(value)).sort(inOrder);
  return {
    count: samples.length,
    finite: finite.length,
    nan: count(Number.isNaN),
    pos_inf: count((value) => value === Infinity),
    neg_inf: count((value) => value === -Infinity),
    zero: count((value) => value === 0),
    negative: count((value) => value < 0 && value !== -Infinity),
    min: sorted[0] ?? null,
    max: sorted.at(-1) ?? null,
    mean: n ? nearest(sum, n, 1n << 1074n) : null,
    stddev: n ? Math.sqrt(nearest(n * squares - sum * sum, n * n, 1n << 2148n)) : null,
    min_at: first(sorted[0]),
    max_at: first(sorted.at(-1)),
    first_nonfinite: nonFinite.slice(0, 10).map(({ x, y, value }) => ({ x, y, value: String(value) })),
    nonfinite_bounds: bounds(nonFinite),
    nonzero_bounds: bounds(samples.filter(({ value }) => value !== 0)),
    /** Nearest rank. */
    percentile: (percent: number): number => sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)]!,
  };
}
