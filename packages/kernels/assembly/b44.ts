// B44 and B44A (OpenEXRCore, internal_b44.c): each 4 × 4 block of halves is its first value, a shift and fifteen 6-bit
// differences in 14 bytes, or 3 bytes where all sixteen are the same.

/** 8 × log of each half, as halves: what a pLinear channel is mapped through. Made on first use. */
const logTable: usize = memory.data(2 * 65536, 16);
const block: usize = memory.data(32, 16);
let hasLogTable = false;

/** A third byte from 52 (shift 13) up, which no shift of a half can give, marks a flat block. */
const FLAT: u32 = 13 << 2;

/**
 * Decodes one channel of `width` × `height` halves. `rows` points at the addresses (u32) of its rows. Returns the
 * address behind the bytes that were used of [packed, end), or 0 when they do not suffice. Up to 16 bytes behind `end`
 * may be read.
 */
export function b44Channel(packed: usize, end: usize, rows: usize, width: usize, height: usize, isLinear: bool): usize {
  if (isLinear && !hasLogTable) makeLogTable();
  for (let y: usize = 0; y < height; y += 4) {
    const lines = min(height - y, 4);
    const row0 = <usize>load<u32>(rows + (y << 2));
    const row1 = lines > 1 ? <usize>load<u32>(rows + (y << 2), 4) : row0;
    const row2 = lines > 2 ? <usize>load<u32>(rows + (y << 2), 8) : row0;
    const row3 = lines > 3 ? <usize>load<u32>(rows + (y << 2), 12) : row0;
    for (let x: usize = 0; x < width; x += 4) {
      if (packed + 3 > end) return 0;
      const isFlat = <u32>load<u8>(packed, 2) >= FLAT;
      if (!isFlat && packed + 14 > end) return 0;
      const at = x << 1;
      if (lines == 4 && x + 4 <= width && !isLinear) {
        if (isFlat) {
          const value: u64 = <u64>flatValue(packed) * 0x0001000100010001;
          store<u64>(row0 + at, value);
          store<u64>(row1 + at, value);
          store<u64>(row2 + at, value);
          store<u64>(row3 + at, value);
        } else {
          unpackBlock(packed, row0 + at, row1 + at, row2 + at, row3 + at);
        }
      } else {
        if (isFlat) {
          const value: u64 = <u64>flatValue(packed) * 0x0001000100010001;
          for (let i: usize = 0; i < 32; i += 8) store<u64>(block + i, value);
        } else {
          unpackBlock(packed, block, block + 8, block + 16, block + 24);
        }
        if (isLinear) mapBlock();
        const columns = min(width - x, 4) << 1;
        copyColumns(row0 + at, block, columns);
        if (lines > 1) copyColumns(row1 + at, block + 8, columns);
        if (lines > 2) copyColumns(row2 + at, block + 16, columns);
        if (lines > 3) copyColumns(row3 + at, block + 24, columns);
      }
      packed += isFlat ? 3 : 14;
    }
  }
  return packed;
}

function mapBlock(): void {
  for (let i: usize = 0; i < 32; i += 2) store<u16>(block + i, load<u16>(logTable + (<usize>load<u16>(block + i) << 1)));
}

// @ts-ignore: decorator
@inline
function copyColumns(to: usize, from: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 2) store<u16>(to + i, load<u16>(from + i));
}

/** The block's order-preserving integers as halves: the sign bit set means positive. */
// @ts-ignore: decorator
@inline
function halfOf(ordered: u32): u32 {
  return (ordered & 0x8000 ? ordered & 0x7fff : ~ordered) & 0xffff;
}

// @ts-ignore: decorator
@inline
function flatValue(packed: usize): u32 {
  return halfOf((<u32>load<u8>(packed) << 8) | load<u8>(packed, 1));
}

/**
 * The differences lie in four groups of four 6-bit fields, three bytes a group: the first group has the shift and goes
 * down the first column, the others go right from it, row by row. All arithmetic is modulo 2^16.
 */
// @ts-ignore: decorator
@inline
function unpackBlock(packed: usize, row0: usize, row1: usize, row2: usize, row3: usize): void {
  const first = (<u32>load<u8>(packed) << 8) | load<u8>(packed, 1);
  const shift = <i32>load<u8>(packed, 2) >> 2;
  if (ASC_FEATURE_SIMD) {
    const bytes = v128.load(packed);
    // 16 bits that hold the row's field of each group; a multiplication brings the field to the top.
    const words01 = v128.shuffle<u8>(bytes, bytes, 3, 2, 6, 5, 9, 8, 12, 11, 3, 2, 6, 5, 9, 8, 12, 11);
    const words23 = v128.shuffle<u8>(bytes, bytes, 4, 3, 7, 6, 10, 9, 13, 12, 4, 3, 7, 6, 10, 9, 13, 12);
    const bias = i16x8.shl(i16x8.splat(0x20), shift);
    const fields01 = i16x8.shr_u(i16x8.mul(words01, i16x8(1, 1, 1, 1, 64, 64, 64, 64)), 10);
    const fields23 = i16x8.shr_u(i16x8.mul(words23, i16x8(16, 16, 16, 16, 1024, 1024, 1024, 1024)), 10);
    let rows01 = i16x8.sub(i16x8.shl(fields01, shift), bias);
    let rows23 = i16x8.sub(i16x8.shl(fields23, shift), bias);
    rows01 = i16x8.replace_lane(rows01, 0, <i16>first);
    // Sums to the right, in each half of a vector; then down: the second row begins with the first value of the first
    // row, and so on.
    rows01 = i16x8.add(rows01, i64x2.shl(rows01, 16));
    rows01 = i16x8.add(rows01, i64x2.shl(rows01, 32));
    rows23 = i16x8.add(rows23, i64x2.shl(rows23, 16));
    rows23 = i16x8.add(rows23, i64x2.shl(rows23, 32));
    const zero = i16x8.splat(0);
    rows01 = i16x8.add(rows01, v128.shuffle<u16>(rows01, zero, 8, 8, 8, 8, 0, 0, 0, 0));
    rows23 = i16x8.add(rows23, v128.shuffle<u16>(rows23, zero, 8, 8, 8, 8, 0, 0, 0, 0));
    rows23 = i16x8.add(rows23, v128.shuffle<u16>(rows01, rows01, 4, 4, 4, 4, 4, 4, 4, 4));
    const ones = i16x8.splat(-1);
    rows01 = v128.xor(v128.xor(rows01, ones), i16x8.shr_u(i16x8.shr_s(rows01, 15), 1));
    rows23 = v128.xor(v128.xor(rows23, ones), i16x8.shr_u(i16x8.shr_s(rows23, 15), 1));
    v128.store64_lane(row0, rows01, 0);
    v128.store64_lane(row1, rows01, 1);
    v128.store64_lane(row2, rows23, 0);
    v128.store64_lane(row3, rows23, 1);
  } else {
    const bias: u32 = 0x20 << shift;
    const down = group(packed, 2);
    const a = group(packed, 5);
    const b = group(packed, 8);
    const c = group(packed, 11);
    let value = first;
    storeRow(row0, value, a >> 18, b >> 18, c >> 18, shift, bias);
    value += (((down >> 12) & 63) << shift) - bias;
    storeRow(row1, value, a >> 12, b >> 12, c >> 12, shift, bias);
    value += (((down >> 6) & 63) << shift) - bias;
    storeRow(row2, value, a >> 6, b >> 6, c >> 6, shift, bias);
    value += ((down & 63) << shift) - bias;
    storeRow(row3, value, a, b, c, shift, bias);
  }
}

// @ts-ignore: decorator
@inline
function group(packed: usize, at: usize): u32 {
  return (<u32>load<u8>(packed + at) << 16) | (<u32>load<u8>(packed + at, 1) << 8) | load<u8>(packed + at, 2);
}

// @ts-ignore: decorator
@inline
function storeRow(row: usize, value: u32, a: u32, b: u32, c: u32, shift: i32, bias: u32): void {
  store<u16>(row, <u16>halfOf(value));
  value += ((a & 63) << shift) - bias;
  store<u16>(row, <u16>halfOf(value), 2);
  value += ((b & 63) << shift) - bias;
  store<u16>(row, <u16>halfOf(value), 4);
  value += ((c & 63) << shift) - bias;
  store<u16>(row, <u16>halfOf(value), 6);
}

/**
 * Address of the table, made if it was not: 65,536 halves. For the test that compares it with another implementation's.
 */
export function b44LogTable(): usize {
  if (!hasLogTable) makeLogTable();
  return logTable;
}

/**
 * OpenEXRCore, internal_b44_table_init.c: negative, infinite and NaN give 0, +0 gives the logarithm of 0, which is
 * -infinity.
 */
function makeLogTable(): void {
  for (let i: u32 = 0; i < 65536; i++) {
    let half: u32 = 0;
    if (!(i & 0x7fff)) half = 0xfc00;
    else if ((i & 0x7c00) != 0x7c00 && i < 0x8000) half = halfOfFloat(8 * <f32>logarithm(valueOfHalf(i)));
    store<u16>(logTable + (<usize>i << 1), <u16>half);
  }
  hasLogTable = true;
}

/** A positive finite half. */
function valueOfHalf(half: u32): f64 {
  const exponent = half >> 10;
  return exponent ? <f64>(1024 + (half & 1023)) * power(<i32>exponent - 25) : <f64>half * power(-24);
}

/**
 * ln(x) = n ln 2 + 2 artanh((m - 1) / (m + 1)), where x = 2^n m and m is near 1: its series is exact to the last bits
 * of a double by s^21.
 */
function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let n = <i32>(bits >> 52) - 1023;
  let m = x * power(-n);
  if (m > 1.4142135623730951) {
    m /= 2;
    n++;
  }
  const s = (m - 1) / (m + 1);
  let sum: f64 = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * s * s + 1 / <f64>k;
  return <f64>n * 0.6931471805599453 + 2 * s * sum;
}

/** 2^n, for n of a half's exponents. */
function power(n: i32): f64 {
  return reinterpret<f64>(<u64>(1023 + n) << 52);
}

/** The nearest half, ties to even, of a float that is 0 or in the range of normal halves. */
function halfOfFloat(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  const magnitude = bits & 0x7fffffff;
  if (!magnitude) return bits >> 16;
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1);
  return (bits >> 16 & 0x8000) | (rounded >> 13);
}
