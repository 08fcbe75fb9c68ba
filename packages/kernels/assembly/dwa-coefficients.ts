// DWA's quantised coefficients: 64 halves a block in zigzag order. The first (DC) comes from a plane of its own; the 63 others (AC) are a list
// of halves in which a value 0xffNN stands for NN zeroes and 0xff00 for zeroes to the end of the block (OpenEXRCore, internal_dwa_decoder.h).
import { floatBitsOfHalf } from './half';

/** Where coefficient k goes in a block that is stored column after column: column × 8 + row. */
const PLACE = memory.data<u8>([
  0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 32, 40, 33, 26, 19, 12, 5, 6, 13, 20, 27, 34, 41, 48, 56, 49, 42, 35,
  28, 21, 14, 7, 15, 22, 29, 36, 43, 50, 57, 58, 51, 44, 37, 30, 23, 31, 38, 45, 52, 59, 60, 53, 46, 39, 47, 54, 61, 62, 55, 63,
]);
/** 64 halves, and as much behind them as an unaligned vector may write or read. */
const ZIGZAG = memory.data(192, 16);
/** Lane i of vector n is all ones when i < n. */
const FIRST = memory.data<u16>([
  0, 0, 0, 0, 0, 0, 0, 0,
  0xffff, 0, 0, 0, 0, 0, 0, 0,
  0xffff, 0xffff, 0, 0, 0, 0, 0, 0,
  0xffff, 0xffff, 0xffff, 0, 0, 0, 0, 0,
  0xffff, 0xffff, 0xffff, 0xffff, 0, 0, 0, 0,
  0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0, 0, 0,
  0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0, 0,
  0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0,
  0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
]);

/** Set by readBlock: where the block's halves are (the first is not the DC), and the zigzag place of the last one that is stored. */
export let zigzag: usize = 0;
export let last: i32 = 0;

/** Reads one block's AC values from `ac` on. Returns the address behind them, or 0 when they pass `end`. Up to 16 bytes behind `end` are read. */
// @ts-ignore: decorator
@inline
export function readBlock(ac: usize, end: usize): usize {
  // Most blocks of a still area: no AC values at all.
  if (ac < end && load<u16>(ac) == 0xff00) {
    last = 0;
    return ac + 2;
  }
  if (ASC_FEATURE_SIMD) return readVectors(ac, end);
  return readValues(ac, end);
}

function readValues(ac: usize, end: usize): usize {
  zigzag = ZIGZAG;
  memory.fill(ZIGZAG, 0, 128);
  last = 0;
  let k = 1;
  while (k < 64) {
    if (ac >= end) return 0;
    const value = <i32>load<u16>(ac);
    ac += 2;
    if (value < 0xff00) {
      store<u16>(ZIGZAG + (k << 1), <u16>value);
      last = k++;
    } else {
      k += value == 0xff00 ? 64 : value & 0xff;
    }
  }
  return ac;
}

// @ts-ignore: decorator
@inline
function runsIn(values: v128): v128 {
  return i16x8.ge_u(values, i16x8.splat(-0x100));
}

function readVectors(ac: usize, end: usize): usize {
  // A block without any zeroes is used where it lies.
  if (ac + 126 <= end) {
    const runs = v128.or(
      v128.or(v128.or(runsIn(v128.load(ac)), runsIn(v128.load(ac, 16))), v128.or(runsIn(v128.load(ac, 32)), runsIn(v128.load(ac, 48)))),
      v128.or(v128.or(runsIn(v128.load(ac, 64)), runsIn(v128.load(ac, 80))), v128.or(runsIn(v128.load(ac, 96)), runsIn(v128.load(ac, 110)))),
    );
    if (!v128.any_true(runs)) {
      zigzag = ac - 2;
      last = 63;
      return ac + 126;
    }
  }
  zigzag = ZIGZAG;
  const zero = i64x2.splat(0);
  for (let i: usize = 0; i < 128; i += 32) {
    v128.store(ZIGZAG + i, zero);
    v128.store(ZIGZAG + i, zero, 16);
  }
  let stored = 0;
  let k = 1;
  while (k < 64) {
    const values = v128.load(ac);
    let count = ctz<i32>(i16x8.bitmask(runsIn(values)) | 0x100);
    v128.store(ZIGZAG + (k << 1), v128.and(values, v128.load(FIRST + (count << 4))));
    count = min(count, 64 - k);
    ac += count << 1;
    if (ac > end) return 0;
    k += count;
    if (count != 0) stored = k - 1;
    if (count == 8 || k >= 64) continue;
    if (ac >= end) return 0;
    const zeroes = <i32>load<u8>(ac);
    ac += 2;
    k += zeroes == 0 ? 64 : zeroes;
  }
  last = stored;
  return ac;
}

/** Writes the block's coefficients as floats to `columns`, column after column: `dc` (a half) and the AC values of the last readBlock. */
// @ts-ignore: decorator
@inline
export function coefficientsInto(columns: usize, dc: u32): void {
  if (ASC_FEATURE_SIMD) {
    if (vectorsInto(columns, dc)) return;
  }
  valuesInto(columns, dc);
}

function valuesInto(columns: usize, dc: u32): void {
  memory.fill(columns, 0, 256);
  store<u32>(columns, floatBitsOfHalf(dc));
  for (let k = 1; k <= last; k++) {
    store<u32>(columns + (<usize>load<u8>(PLACE + k) << 2), floatBitsOfHalf(load<u16>(zigzag + (k << 1))));
  }
}

/**
 * Anti-diagonals are contiguous in zigzag order. Diagonal i and diagonal 8 + i together have one coefficient of each column; transposed, each
 * column has its rows in order, rotated by its number. Returns false when a value is infinite or NaN, which the conversion does not do.
 */
// @ts-ignore: decorator
@inline
function vectorsInto(columns: usize, dc: u32): bool {
  const from = zigzag;
  const f0 = i16x8.replace_lane(v128.shuffle<u16>(v128.load(from), v128.load(from, 72), 0, 8, 9, 10, 11, 12, 13, 14), 0, <i16>dc);
  const f1 = v128.shuffle<u16>(v128.load(from, 2), v128.load(from, 86), 1, 0, 13, 12, 11, 10, 9, 8);
  const f2 = v128.shuffle<u16>(v128.load(from, 6), v128.load(from, 98), 0, 1, 2, 8, 9, 10, 11, 12);
  const f3 = v128.shuffle<u16>(v128.load(from, 12), v128.load(from, 108), 3, 2, 1, 0, 11, 10, 9, 8);
  const f4 = v128.shuffle<u16>(v128.load(from, 20), v128.load(from, 116), 0, 1, 2, 3, 4, 8, 9, 10);
  const f5 = v128.shuffle<u16>(v128.load(from, 30), v128.load(from, 122), 5, 4, 3, 2, 1, 0, 9, 8);
  const f6 = v128.shuffle<u16>(v128.load(from, 42), v128.load(from, 126), 0, 1, 2, 3, 4, 5, 6, 8);
  const whole = v128.load(from, 56);
  const f7 = v128.shuffle<u16>(whole, whole, 7, 6, 5, 4, 3, 2, 1, 0);
  let most = largest(largest(largest(f0, f1), largest(f2, f3)), largest(largest(f4, f5), largest(f6, f7)));
  if (v128.any_true(i16x8.gt_s(most, i16x8.splat(0x7bff)))) return false;
  fourColumns(
    columns, 0,
    v128.shuffle<u16>(f0, f1, 0, 8, 1, 9, 2, 10, 3, 11), v128.shuffle<u16>(f2, f3, 0, 8, 1, 9, 2, 10, 3, 11),
    v128.shuffle<u16>(f4, f5, 0, 8, 1, 9, 2, 10, 3, 11), v128.shuffle<u16>(f6, f7, 0, 8, 1, 9, 2, 10, 3, 11),
  );
  fourColumns(
    columns, 4,
    v128.shuffle<u16>(f0, f1, 4, 12, 5, 13, 6, 14, 7, 15), v128.shuffle<u16>(f2, f3, 4, 12, 5, 13, 6, 14, 7, 15),
    v128.shuffle<u16>(f4, f5, 4, 12, 5, 13, 6, 14, 7, 15), v128.shuffle<u16>(f6, f7, 4, 12, 5, 13, 6, 14, 7, 15),
  );
  return true;
}

/** In each lane the larger magnitude of two halves, as integers. */
// @ts-ignore: decorator
@inline
function largest(a: v128, b: v128): v128 {
  const magnitude = i16x8.splat(0x7fff);
  return i16x8.max_s(v128.and(a, magnitude), v128.and(b, magnitude));
}

// @ts-ignore: decorator
@inline
function fourColumns(columns: usize, first: i32, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  const one = v128.shuffle<u64>(ab, cd, 0, 2);
  const two = v128.shuffle<u64>(ab, cd, 1, 3);
  const three = v128.shuffle<u64>(abHigh, cdHigh, 0, 2);
  const four = v128.shuffle<u64>(abHigh, cdHigh, 1, 3);
  const to = columns + (first << 5);
  if (first == 0) {
    floatsInto(to, one);
    floatsInto(to + 32, v128.shuffle<u16>(two, two, 1, 2, 3, 4, 5, 6, 7, 0));
    floatsInto(to + 64, v128.shuffle<u16>(three, three, 2, 3, 4, 5, 6, 7, 0, 1));
    floatsInto(to + 96, v128.shuffle<u16>(four, four, 3, 4, 5, 6, 7, 0, 1, 2));
  } else {
    floatsInto(to, v128.shuffle<u16>(one, one, 4, 5, 6, 7, 0, 1, 2, 3));
    floatsInto(to + 32, v128.shuffle<u16>(two, two, 5, 6, 7, 0, 1, 2, 3, 4));
    floatsInto(to + 64, v128.shuffle<u16>(three, three, 6, 7, 0, 1, 2, 3, 4, 5));
    floatsInto(to + 96, v128.shuffle<u16>(four, four, 7, 0, 1, 2, 3, 4, 5, 6));
  }
}

/** Eight finite halves as floats: moved into a float's place, their exponent is 112 too small, subnormal or not. */
// @ts-ignore: decorator
@inline
function floatsInto(to: usize, halves: v128): void {
  const zero = i16x8.splat(0);
  const mask = i32x4.splat(<i32>0x8fffe000);
  const scale = f32x4.splat(5.192296858534828e33); // 2^112
  const low = v128.shuffle<u16>(zero, halves, 0, 8, 1, 9, 2, 10, 3, 11);
  const high = v128.shuffle<u16>(zero, halves, 4, 12, 5, 13, 6, 14, 7, 15);
  v128.store(to, f32x4.mul(v128.and(i32x4.shr_s(low, 3), mask), scale));
  v128.store(to, f32x4.mul(v128.and(i32x4.shr_s(high, 3), mask), scale), 16);
}
