// Second half of the HT cleanup pass (T.814, 7.3.7 and 7.3.8): from the quads' records and the MagSgn segment, the samples. A sample with
// bound U takes m = U - E^k bits: its sign, and 2(µ - 1) below its known top bit; µ - 1 is made of them. Values are written in two's complement.
import { peek, unstuffForward } from './bits';
import { quads, quadStride } from './quads';

/** No sample takes more than 39 bits: 4096 of them in bytes of at least 7 bits. */
const MOST_BYTES: i32 = 23408;
/** A row of 512 quads may be read from behind the segment's end, where ones go on for ever. */
const MOST_BEHIND: i32 = 10304;
const magSgn: usize = memory.data(23408 + 10304 + 64, 16);
/** For each column of a row of quads the bottom sample's 2(µ - 1) + 1 with its top bit, 0 where insignificant; u32 or u64. One column of 0 on both sides. */
const bottoms: usize = memory.data(8 * (1024 + 16), 16);
/** Takes the lower row of the last quads when the height is odd. */
const nowhere: usize = memory.data(8 * (1024 + 8), 16);

// @ts-ignore: decorator
@inline
function logSize<T>(): usize {
  return sizeof<T>() === 8 ? 3 : 2;
}

/**
 * Decodes the samples of a block into rows of T (i32 or i64) `stride` bytes apart at `to`. `shift` is the lowest bit plane of the cleanup pass,
 * `missing` the number of planes above: a bound of more than that and 2 is false data. Writes whole pairs of quads: up to 3 columns to the right of the block.
 */
export function readSamples<T>(cleanup: usize, length: i32, width: i32, height: i32, to: usize, stride: usize, shift: u32, missing: u32): bool {
  const end = unstuffForward(cleanup, min(length, MOST_BYTES), magSgn);
  // Ones to the end of the last byte, and behind it.
  const last = magSgn + (end >> 3);
  store<u8>(last, <u8>(<u32>load<u8>(last) | (0xff << (end & 7))));
  memory.fill(last + 1, 0xff, <usize>((width + 3) * 10 + 16));
  const pairs = (width + 3) >> 2;
  memory.fill(bottoms, 0, (<usize>(pairs << 2) + 2) << logSize<T>());
  const rows = quadStride(width);
  let position: u32 = 0;
  let record = quads;
  for (let y = 0; y < height; y += 2, record += rows) {
    const largest = bounds<T>(record, pairs, y === 0);
    if (largest > missing + 2) return false;
    const lower = y + 1 < height ? to + stride : nowhere;
    if (ASC_FEATURE_SIMD && sizeof<T>() === 4 && largest <= MOST_IN_VECTORS) position = rowInVectors(record, pairs, position, to, lower, shift);
    else position = row<T>(record, pairs, position, to, lower, shift);
    // Every position among the ones behind the end reads the same.
    if (position > end) position = end;
    to += stride << 1;
  }
  return true;
}

/**
 * Replaces u in the records of a row by the bound U = u + 1, or, where a quad has two significant samples, u + the largest exponent of the four
 * samples above and beside them. Returns the largest. In the first row u is U already.
 */
function bounds<T>(record: usize, pairs: i32, first: bool): u32 {
  let above = bottoms;
  let largest: u32 = 0;
  for (let n = pairs << 1; n > 0; n--, record += 4, above += 2 << logSize<T>()) {
    let word = load<u32>(record);
    if (!first) {
      let exponent: u32;
      if (sizeof<T>() === 8) exponent = 63 - <u32>clz(load<u64>(above) | load<u64>(above, 8) | load<u64>(above, 16) | load<u64>(above, 24) | 2);
      else {
        const two = load<u64>(above) | load<u64>(above, 8);
        exponent = 31 - clz(<u32>two | <u32>(two >> 32) | 2);
      }
      const rho = word & 0xf0;
      word += select<u32>(exponent, 1, (rho & (rho - 0x10)) !== 0) << 16;
      store<u32>(record, word);
    }
    largest = max(largest, word);
  }
  return largest >> 16;
}

function row<T>(record: usize, pairs: i32, position: u32, upper: usize, lower: usize, shift: u32): u32 {
  let bottom = bottoms + (<usize>1 << logSize<T>());
  for (let n = pairs << 1; n > 0; n--) {
    const word = load<u32>(record);
    record += 4;
    const bound = word >> 16;
    for (let half: u32 = 0; half < 2; half++) {
      const s = half << 1;
      let v0: u64 = 0;
      let v1: u64 = 0;
      if (word & (0x10 << s)) {
        const m = bound - ((word >> (12 + s)) & 1);
        const bits = peek(magSgn, position);
        position += m;
        v0 = (bits & (((<u64>1) << m) - 1)) | (<u64>((word >> (8 + s)) & 1) << m);
        store<T>(upper, value<T>(v0, shift));
      } else store<T>(upper, 0);
      if (word & (0x20 << s)) {
        const m = bound - ((word >> (13 + s)) & 1);
        const bits = peek(magSgn, position);
        position += m;
        v1 = (bits & (((<u64>1) << m) - 1)) | (<u64>((word >> (9 + s)) & 1) << m);
        store<T>(lower, value<T>(v1, shift));
        v1 |= 1;
      } else store<T>(lower, 0);
      store<T>(bottom, <T>v1);
      upper += sizeof<T>();
      lower += sizeof<T>();
      bottom += sizeof<T>();
    }
  }
  return position;
}

/** A sample's bits begin anywhere in a byte, and are shifted within 32: 25 are left. */
const MOST_IN_VECTORS: u32 = 25;

/**
 * `row` for i32, a quad at a time in the lanes of a vector: the quad's bits are in the 16 bytes from its first on; each lane gathers the four bytes
 * that its bits begin in, and as vectors have no shifts by lane, a product with a power of two brings them all to bit 7.
 */
function rowInVectors(record: usize, pairs: i32, position: u32, upper: usize, lower: usize, shift: u32): u32 {
  let bottom = bottoms + 4;
  // Vectors that stay the same are loaded, and so kept in registers: as constants they would be built anew at each use.
  const rho = v128.load(CONSTANTS);
  const known = v128.load(CONSTANTS, 16);
  const bound = v128.load(CONSTANTS, 32);
  const spread = v128.load(CONSTANTS, 48);
  const following = v128.load(CONSTANTS, 64);
  const powers = v128.load(CONSTANTS, 80);
  const low = v128.load(CONSTANTS, 96);
  const high = v128.load(CONSTANTS, 112);
  const one = v128.load(CONSTANTS, 128);
  for (let n = pairs; n > 0; n--) {
    const wordA = load<u32>(record);
    const wordB = load<u32>(record, 4);
    record += 8;
    const recordA = i32x4.splat(<i32>wordA);
    const recordB = i32x4.splat(<i32>wordB);
    const significantA = lanes(recordA, rho);
    const significantB = lanes(recordB, rho);
    const lessA = lanes(recordA, bound);
    const lessB = lanes(recordB, bound);
    // Bits that each sample takes, and with those before it.
    const takeA = v128.and(i32x4.add(i32x4.shr_u(recordA, 16), lessA), significantA);
    const takeB = v128.and(i32x4.add(i32x4.shr_u(recordB, 16), lessB), significantB);
    const endA = sumUp(takeA);
    const endB = sumUp(takeB);
    const vA = samples(i32x4.sub(endA, takeA), position, wordA, lessA, lanes(recordA, known), spread, following, powers, high, low, one);
    position += <u32>i32x4.extract_lane(endA, 3);
    const vB = samples(i32x4.sub(endB, takeB), position, wordB, lessB, lanes(recordB, known), spread, following, powers, high, low, one);
    position += <u32>i32x4.extract_lane(endB, 3);
    const a = v128.and(signed(vA, shift, one), significantA);
    const b = v128.and(signed(vB, shift, one), significantB);
    v128.store(upper, i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27));
    v128.store(lower, i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31));
    const oddA = v128.and(v128.or(vA, one), significantA);
    const oddB = v128.and(v128.or(vB, one), significantB);
    v128.store(bottom, i8x16.shuffle(oddA, oddB, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31));
    upper += 16;
    lower += 16;
    bottom += 16;
  }
  return position;
}

/** The four samples' bits of rho, E^1 and E^k in a record; for each lane the byte that its index is in; 0, 1, 2, 3; 2^(7 - i); the lowest three bits, and
 * all above the lowest byte; 1. */
const CONSTANTS: usize = memory.data<u32>([
  0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000,
  0x00000000, 0x04040404, 0x08080808, 0x0c0c0c0c, 0x03020100, 0x03020100, 0x03020100, 0x03020100,
  0x10204080, 0x01020408, 0, 0, 0xffffff07, 0xffffff07, 0xffffff07, 0xffffff07,
  0xffffff00, 0xffffff00, 0xffffff00, 0xffffff00, 1, 1, 1, 1,
], 16);

/** All ones in the lanes whose sample's bit of `each` is set in the record. */
// @ts-ignore: decorator
@inline
function lanes(record: v128, each: v128): v128 {
  return i32x4.eq(v128.and(record, each), each);
}

/** Each lane and those before it. */
// @ts-ignore: decorator
@inline
function sumUp(take: v128): v128 {
  const zero = i32x4.splat(0);
  const two = i32x4.add(take, i8x16.shuffle(zero, take, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  return i32x4.add(two, i8x16.shuffle(zero, two, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
}

/** 2(µ - 1) + sign of the samples that begin `start` bits behind `position`; anything where insignificant. `less`: E^k, `known`: E^1, as lanes of ones. */
// @ts-ignore: decorator
@inline
function samples(
  start: v128, position: u32, record: u32, less: v128, known: v128, spread: v128, following: v128, powers: v128, high: v128, low: v128, one: v128,
): v128 {
  const at = i32x4.add(start, i32x4.splat(<i32>(position & 7)));
  const bytes = i8x16.add(i8x16.swizzle(i32x4.shr_u(at, 3), spread), following);
  const window = i8x16.swizzle(v128.load(magSgn + (position >> 3)), bytes);
  // The bit in its byte, 0 to 7, in each lane's lowest byte; the others, with ones in their upper bits, find no power and are 0.
  const power = i8x16.swizzle(powers, v128.and(v128.or(at, high), low));
  const bits = i32x4.shr_u(i32x4.mul(window, power), 7);
  // 2^m, m being U or U - 1.
  const whole = i32x4.splat(1 << (record >> 16));
  const top = i32x4.sub(whole, v128.and(i32x4.shr_u(whole, 1), less));
  return v128.or(v128.and(bits, i32x4.sub(top, one)), v128.and(top, known));
}

/** `value` of four. */
// @ts-ignore: decorator
@inline
function signed(v: v128, shift: u32, one: v128): v128 {
  // Without planes below, (2(µ - 1) | 1) + 2 halved is half of it, plus one.
  const magnitude = shift === 0
    ? i32x4.add(i32x4.shr_u(v, 1), one)
    : i32x4.shr_u(i32x4.shl(i32x4.add(i32x4.add(v128.or(v, one), one), one), <i32>shift), 1);
  const sign = i32x4.neg(v128.and(v, one));
  return i32x4.sub(v128.xor(magnitude, sign), sign);
}

/** From 2(µ - 1) + sign: ± µ at bit `shift`, and half a step where lower planes are missing (the middle of what it may be). */
// @ts-ignore: decorator
@inline
function value<T>(v: u64, shift: u32): T {
  const magnitude = <T>((((v | 1) + 2) << shift) >> 1);
  const sign = -<T>(v & 1);
  return <T>((magnitude ^ sign) - sign);
}
