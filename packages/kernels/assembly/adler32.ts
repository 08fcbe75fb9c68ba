const BASE: u32 = 65521;
/**
 * Bytes whose sums cannot overflow 32 bits, and a multiple of 32: 255 n (n + 1) / 2 + (n + 1) (BASE - 1) < 2^32 for n ≤
 * 5552 (RFC 1950, 9).
 */
const RUN: usize = 5536;

/** Adler-32 of `length` bytes (RFC 1950). */
export function adler32(address: usize, length: usize): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  let left = length;
  while (left) {
    const run = min(left, RUN);
    let n = run;
    if (ASC_FEATURE_SIMD) {
      if (n >= 32) {
        // b gains 32 × a for each 32 bytes, and 32 × the first byte, 31 × the second, … 1 × the last.
        const blocks = n >> 5;
        const high = i8x16(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17);
        const low = i8x16(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
        const highA = i16x8.extend_low_i8x16_u(high);
        const highB = i16x8.extend_high_i8x16_u(high);
        const lowA = i16x8.extend_low_i8x16_u(low);
        const lowB = i16x8.extend_high_i8x16_u(low);
        let sums = i32x4.splat(0);
        let before = i32x4.splat(0); // the sums of the blocks so far, once a block
        let weighted = i32x4.splat(0);
        for (let i: usize = 0; i < blocks; i++) {
          const first = v128.load(address);
          const second = v128.load(address, 16);
          before = i32x4.add(before, sums);
          const pairs = i16x8.add(i16x8.extadd_pairwise_i8x16_u(first), i16x8.extadd_pairwise_i8x16_u(second));
          sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs));
          weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(first), highA));
          weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(first), highB));
          weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(second), lowA));
          weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(second), lowB));
          address += 32;
        }
        b += a * (<u32>blocks << 5) + (lanes(before) << 5) + lanes(weighted);
        a += lanes(sums);
        n &= 31;
      }
    }
    for (; n; n--) {
      a += load<u8>(address++);
      b += a;
    }
    a %= BASE;
    b %= BASE;
    left -= run;
  }
  return (b << 16) | a;
}

// @ts-ignore: decorator
@inline
function lanes(v: v128): u32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
