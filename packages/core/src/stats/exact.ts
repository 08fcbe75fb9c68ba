/**
 * Sums that lose nothing, and the one rounding at the end: every mean and deviation is the double nearest to the true
 * one.
 */

const SAFE = 2 ** 52;

/** A sum of products of non-negative integers: in a double while that is exact, in a bigint beyond. */
export class ExactSum {
  #small = 0;
  #big = 0n;

  /** Adds a × b; both are integers from 0 to 2^53. */
  add(a: number, b = 1): void {
    const product = a * b;
    if (product > SAFE) {
      this.#big += BigInt(a) * BigInt(b);
      return;
    }
    this.#small += product;
    if (this.#small > SAFE) this.#spill();
  }

  /** The sum, which may be read at any time. */
  value(): bigint {
    this.#spill();
    return this.#big;
  }

  #spill(): void {
    this.#big += BigInt(this.#small);
    this.#small = 0;
  }
}

/** 2^k for -1022 ≤ k ≤ 1023, from its bits (Math.pow may differ between engines). */
export function powerOfTwo(k: number): number {
  view.setUint32(0, (k + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}
const view = new DataView(new ArrayBuffer(8));

/**
 * numerator / denominator × 2^exponent as the nearest double (ties to even). The denominator is positive; results below
 * the normal doubles are not expected (statistics of floats stay above 2^-400).
 */
export function ratio(numerator: bigint, denominator: bigint, exponent = 0): number {
  if (numerator < 0n) return -ratio(-numerator, denominator, exponent);
  if (numerator === 0n) return 0;
  // At least 64 bits of quotient and one that says whether anything was cut off: Number() then rounds as if all digits
  // were there.
  const shift = Math.max(0, 66 - bitLength(numerator) + bitLength(denominator));
  const shifted = numerator << BigInt(shift);
  let quotient = shifted / denominator;
  if (quotient * denominator !== shifted) quotient |= 1n;
  return scale(Number(quotient), exponent - shift);
}

function bitLength(value: bigint): number {
  return value.toString(16).length * 4;
}

function scale(value: number, exponent: number): number {
  // In steps, so that 2^exponent itself need not be a double.
  while (exponent < -1000) {
    value *= powerOfTwo(-1000);
    exponent += 1000;
  }
  while (exponent > 1000) {
    value *= powerOfTwo(1000);
    exponent -= 1000;
  }
  return value * powerOfTwo(exponent);
}

/** Sums over the finite values of a channel, in units of 2^exponent (squares: of 2^(2 × exponent)). */
export interface Moments {
  /** Finite values. */
  readonly count: number;
  readonly sum: bigint;
  readonly squares: bigint;
  readonly exponent: number;
}

/** Mean and population standard deviation; null when nothing is finite. */
export function meanAndDeviation({ count, sum, squares, exponent }: Moments): {
  mean: number | null;
  stddev: number | null;
} {
  if (count === 0) return { mean: null, stddev: null };
  const n = BigInt(count);
  return { mean: ratio(sum, n, exponent), stddev: Math.sqrt(ratio(n * squares - sum * sum, n * n, 2 * exponent)) };
}
