/** From the bins of a channel to what they say of its finite values. */
import { ExactSum, powerOfTwo, type Moments } from './exact.ts';
import { halfMagnitude, keyValue } from './places.ts';
import type { Bins } from './bins.ts';
import { SUBNORMAL_BINS, type ChannelTotals } from './totals.ts';

/** Finite values in rising order, each with how often it occurs. */
export interface Distribution {
  /**
   * Rising. Exact for half, and for uint below 4096; otherwise one value stands for all of its bin: see the functions
   * below.
   */
  readonly value: Float64Array;
  readonly count: Float64Array;
}

export interface Counts {
  readonly count: number;
  readonly finite: number;
  readonly nan: number;
  readonly posInf: number;
  readonly negInf: number;
  /** +0 and -0. */
  readonly zero: number;
  /** Finite values below 0. */
  readonly negative: number;
  readonly subnormal: number;
}

/** How many values of each kind. */
export function countsOf(totals: ChannelTotals): Counts {
  const { pixelType, bins, places } = totals;
  let count = 0;
  for (let i = 0; i < bins.count.length; i++) count += bins.count[i]!;
  if (pixelType === 0) {
    const zero = countOf(totals, 0);
    return { count, finite: count, nan: 0, posInf: 0, negInf: 0, zero, negative: 0, subnormal: 0 };
  }
  const float = pixelType === 2;
  // The number of the bin that begins the exponent of infinities, and the first of normal values; bit 15 is the sign in
  // both.
  const [infinite, normal] = float ? [0x7f80, 0x0080] : [0x7c00, 0x0400];
  let [finite, below, small] = [0, 0, 0];
  for (let i = 0; i < bins.bin.length; i++) {
    const magnitude = bins.bin[i]! & 0x7fff;
    if (magnitude >= infinite) continue;
    const n = bins.count[i]!;
    finite += n;
    if (bins.bin[i]! >= 0x8000) below += n;
    if (magnitude < normal) small += n;
  }
  const posInf = float ? places.posInf : countOf(totals, 0x7c00);
  const negInf = float ? places.negInf : countOf(totals, 0xfc00);
  const posZero = float ? places.posZero : countOf(totals, 0);
  const negZero = float ? places.negZero : countOf(totals, 0x8000);
  const zero = posZero + negZero;
  return {
    count,
    finite,
    nan: count - finite - posInf - negInf,
    posInf,
    negInf,
    zero,
    negative: below - negZero,
    subnormal: small - zero,
  };
}

function countOf({ bins }: ChannelTotals, bin: number): number {
  const at = firstFrom(bins.bin, bin);
  return bins.bin[at] === bin ? bins.count[at]! : 0;
}

/** Index of the first bin whose number is at least `bin`. */
function firstFrom(numbers: Uint16Array, bin: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < bin) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Exact sums of the finite values. */
export function momentsOf(totals: ChannelTotals, finite: number): Moments {
  if (totals.pixelType === 0) return { count: finite, sum: totals.sum, squares: totals.squares, exponent: 0 };
  const { sum, squares } = totals.pixelType === 1 ? halfSums(totals) : floatSums(totals);
  return { count: finite, sum, squares, exponent: -149 };
}

// Units are 2^-149, the smallest float, and for squares 2^-298. A half with mantissa m and exponent e is m × 2^(e -
// 25), so e is shifted by 124.
function halfSums({ bins }: ChannelTotals): { sum: bigint; squares: bigint } {
  const total = { sum: 0n, squares: 0n };
  for (let from = 0, to = 0; from < bins.bin.length; from = to) {
    const exponent = bins.bin[from]! >> 10;
    const [sum, squares] = [new ExactSum(), new ExactSum()];
    for (to = from; to < bins.bin.length && bins.bin[to]! >> 10 === exponent; to++) {
      const mantissa = (bins.bin[to]! & 0x3ff) + (exponent & 31 ? 1024 : 0);
      sum.add(mantissa, bins.count[to]!);
      squares.add(mantissa * mantissa, bins.count[to]!);
    }
    if ((exponent & 31) < 31)
      addScaled(total, exponent >= 32, 124 + Math.max(exponent & 31, 1), sum.value(), squares.value());
  }
  return total;
}

// A value is (top × 2^16 + low) × 2^(e - 150): its bin says top and e, the bin's sum of lows and the sum of their
// squares say the rest.
function floatSums({ bins, squares: lowSquares }: ChannelTotals): { sum: bigint; squares: bigint } {
  const total = { sum: 0n, squares: lowSquares };
  for (let from = 0, to = 0; from < bins.bin.length; from = to) {
    const exponent = bins.bin[from]! >> 7;
    const [tops, lows, topSquares, topLows] = [new ExactSum(), new ExactSum(), new ExactSum(), new ExactSum()];
    for (to = from; to < bins.bin.length && bins.bin[to]! >> 7 === exponent; to++) {
      const top = (bins.bin[to]! & 0x7f) + (exponent & 255 ? 128 : 0);
      tops.add(top, bins.count[to]!);
      lows.add(bins.low[to]!);
      topSquares.add(top * top, bins.count[to]!);
      topLows.add(top, bins.low[to]!);
    }
    if ((exponent & 255) === 255) continue;
    const sum = (tops.value() << 16n) + lows.value();
    const squares = (topSquares.value() << 32n) + (topLows.value() << 17n);
    addScaled(total, exponent >= 256, Math.max(exponent & 255, 1) - 1, sum, squares);
  }
  return total;
}

function addScaled(
  total: { sum: bigint; squares: bigint },
  negative: boolean,
  shift: number,
  sum: bigint,
  squares: bigint,
): void {
  const scaled = sum << BigInt(shift);
  total.sum += negative ? -scaled : scaled;
  total.squares += squares << BigInt(2 * shift);
}

/**
 * The finite values in order. half: exact. float: a bin of the sketch (2^-7 of the value wide) stands at the mean of
 * its values, so it is exact when they are all the same and else less than 1/128 of the value off. uint: exact below
 * 4096, above at most 1/4096 off.
 */
export function distributionOf(totals: ChannelTotals): Distribution {
  const { pixelType, bins } = totals;
  // Finite bins: those from 0 to `positive`, and from `minus` to `negative` the ones below zero (bit 15 is the sign).
  const infinite = pixelType === 2 ? 0x7f80 : 0x7c00;
  const minus = pixelType === 0 ? bins.bin.length : firstFrom(bins.bin, 0x8000);
  const negative = pixelType === 0 ? minus : firstFrom(bins.bin, 0x8000 + infinite);
  const positive = pixelType === 0 ? minus : firstFrom(bins.bin, infinite);
  const value = new Float64Array(positive + negative - minus);
  const count = new Float64Array(value.length);
  const magnitude = pixelType === 0 ? uintMagnitudes : pixelType === 1 ? halfMagnitudes : floatMagnitudes;
  let n = 0;
  // Below zero the greatest magnitude comes first.
  magnitude(bins, minus, negative, value);
  for (let i = 0, j = negative - minus - 1; i < j; i++, j--) [value[i], value[j]] = [value[j]!, value[i]!];
  for (let i = negative - 1; i >= minus; i--, n++) {
    value[n] = -value[n]!;
    count[n] = bins.count[i]!;
  }
  magnitude(bins, 0, positive, value.subarray(n));
  count.set(bins.count.subarray(0, positive), n);
  if (pixelType === 2) return clamped(withSubnormals({ value, count }, totals, n), totals);
  return clamped({ value, count }, totals);
}

/**
 * A float sketch with its subnormals as fine as other values: what of its bins the sketch of subnormals does not have stands at the bin's least value
 * exactly (zeros too). `first`: where the values from 0 upwards begin.
 */
function withSubnormals({ value, count }: Distribution, { bins, subnormals }: ChannelTotals, first: number): Distribution {
  if (subnormals.bin.length === 0) return { value, count };
  const minus = firstFrom(subnormals.bin, SUBNORMAL_BINS);
  const below = fineBins(bins, firstFrom(bins.bin, 0x8000), firstFrom(bins.bin, 0x8080), subnormals, minus, subnormals.bin.length);
  const above = fineBins(bins, 0, firstFrom(bins.bin, 0x80), subnormals, 0, minus);
  const smallBelow = first - (firstFrom(bins.bin, 0x8080) - firstFrom(bins.bin, 0x8000));
  const largeAbove = first + firstFrom(bins.bin, 0x80);
  return {
    value: Float64Array.from([...value.subarray(0, smallBelow), ...below.value.reverse().map((each) => -each), ...above.value, ...value.subarray(largeAbove)]),
    count: Float64Array.from([...count.subarray(0, smallBelow), ...below.count.reverse(), ...above.count, ...count.subarray(largeAbove)]),
  };
}

/** Magnitudes of subnormals of one sign, rising: bins from index `at` to before `end`, with the fine ones from `from` to before `to`. */
function fineBins(bins: Bins, at: number, end: number, fine: Bins, from: number, to: number): { value: number[]; count: number[] } {
  const value: number[] = [];
  const count: number[] = [];
  const put = (units: number, times: number): void => {
    if (times === 0) return;
    value.push(units * powerOfTwo(-149));
    count.push(times);
  };
  let next = from;
  for (let i = at; i < end; i++) {
    const top = bins.bin[i]! & 0x7fff;
    const begin = next;
    let rest = bins.count[i]!;
    for (; next < to && leastOf(fine.bin[next]!) >> 16 === top; next++) rest -= fine.count[next]!;
    put(top * 65_536, rest);
    for (let j = begin; j < next; j++) put(leastOf(fine.bin[j]!) + fine.low[j]! / fine.count[j]!, fine.count[j]!);
  }
  return { value, count };
}

/** The least mantissa in a bin of subnormals. */
function leastOf(bin: number): number {
  const own = bin % SUBNORMAL_BINS;
  const shift = own < 256 ? 0 : (own >> 7) - 1;
  return (own - shift * 128) << shift;
}

/** No value lies outside of the least and the greatest that there is. */
function clamped({ value, count }: Distribution, { pixelType, places }: ChannelTotals): Distribution {
  // A half stands for itself.
  if (pixelType !== 1 && places.min && places.max) {
    const [lowest, highest] = [keyValue(pixelType, places.min.key), keyValue(pixelType, places.max.key)];
    for (let i = 0; i < value.length; i++) value[i] = Math.min(Math.max(value[i]!, lowest), highest);
  }
  return { value, count };
}

// Each writes what the bins from index `from` to before `to` stand for, without the sign.
function uintMagnitudes({ bin }: Bins, from: number, to: number, out: Float64Array): void {
  for (let i = from; i < to; i++) out[i - from] = uintBinValue(bin[i]!);
}

function halfMagnitudes({ bin }: Bins, from: number, to: number, out: Float64Array): void {
  for (let i = from; i < to; i++) out[i - from] = halfMagnitude(bin[i]! & 0x7fff);
}

function floatMagnitudes({ bin, count, low }: Bins, from: number, to: number, out: Float64Array): void {
  for (let i = from; i < to; i++) out[i - from] = floatBinMean(bin[i]! & 0x7fff, low[i]! / count[i]!);
}

function floatBinMean(bin: number, low: number): number {
  const exponent = bin >> 7;
  const top = (bin & 0x7f) + (exponent ? 128 : 0);
  return (top * 65_536 + low) * powerOfTwo(Math.max(exponent, 1) - 150);
}

/** The middle of a bin of the uint sketch: 4096 exact ones, then 2048 an octave. */
export function uintBinValue(bin: number): number {
  if (bin < 4096) return bin;
  const shift = (bin >> 11) - 1;
  const lowest = (bin - shift * 2048) * (1 << shift);
  return lowest + (1 << (shift - 1));
}

/**
 * The values at nearest ranks: for each of `percents` (whole numbers, rising, 1 to 100) the smallest value that at
 * least so many in a hundred of the values do not exceed. NaN when there are none.
 */
export function percentiles({ value, count }: Distribution, finite: number, percents: readonly number[]): number[] {
  const found = percents.map(() => NaN);
  let at = 0;
  let passed = 0;
  // Above 2^46 values the product is no longer exact, and the rank may be one off.
  const rank = (percent: number | undefined): number =>
    percent === undefined ? Infinity : Math.max(1, Math.floor((finite * percent + 99) / 100));
  let next = rank(percents[0]);
  for (let i = 0; i < value.length && at < found.length; i++) {
    passed += count[i]!;
    while (passed >= next) {
      found[at++] = value[i]! + 0;
      next = rank(percents[at]);
    }
  }
  return found;
}
