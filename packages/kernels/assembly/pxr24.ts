// One row of one channel of a PXR24 chunk, after inflating (OpenEXRCore, internal_pxr24.c): the bytes of the values'
// differences in planes, the most significant plane first, each `width` bytes long.

/** 2 planes: half. */
export function pxr24Half(source: usize, out: usize, width: usize): void {
  const low = source + width;
  let value: u32 = 0;
  let x: usize = 0;
  if (ASC_FEATURE_SIMD) {
    let carry = i16x8.splat(0);
    for (; x + 16 <= width; x += 16) {
      const highs = v128.load(source + x);
      const lows = v128.load(low + x);
      const words = v128.shuffle<u8>(lows, highs, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const first = i16x8.add(prefixSums16(words), carry);
      carry = v128.shuffle<u16>(first, first, 7, 7, 7, 7, 7, 7, 7, 7);
      const others = v128.shuffle<u8>(lows, highs, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const second = i16x8.add(prefixSums16(others), carry);
      carry = v128.shuffle<u16>(second, second, 7, 7, 7, 7, 7, 7, 7, 7);
      v128.store(out + (x << 1), first);
      v128.store(out + (x << 1), second, 16);
    }
    value = i16x8.extract_lane_u(carry, 0);
  }
  for (; x < width; x++) {
    value += (<u32>load<u8>(source + x) << 8) | load<u8>(low + x);
    store<u16>(out + (x << 1), <u16>value);
  }
}

/** 3 planes: the upper 24 bits of a float; the lower 8 are 0. */
export function pxr24Float(source: usize, out: usize, width: usize): void {
  const middle = source + width;
  const low = middle + width;
  let value: u32 = 0;
  let x: usize = 0;
  if (ASC_FEATURE_SIMD) {
    let carry = i32x4.splat(0);
    const zero = i32x4.splat(0);
    for (; x + 16 <= width; x += 16) {
      const lows = v128.load(low + x);
      carry = storeSums32(out + (x << 2), v128.load(source + x), v128.load(middle + x), lows, zero, carry);
    }
    value = i32x4.extract_lane(carry, 0);
  }
  for (; x < width; x++) {
    value += (<u32>load<u8>(source + x) << 24) | (<u32>load<u8>(middle + x) << 16) | (<u32>load<u8>(low + x) << 8);
    store<u32>(out + (x << 2), value);
  }
}

/** 4 planes: uint. */
export function pxr24Uint(source: usize, out: usize, width: usize): void {
  const second = source + width;
  const third = second + width;
  const fourth = third + width;
  let value: u32 = 0;
  let x: usize = 0;
  if (ASC_FEATURE_SIMD) {
    let carry = i32x4.splat(0);
    for (; x + 16 <= width; x += 16) {
      const a = v128.load(source + x);
      const b = v128.load(second + x);
      carry = storeSums32(out + (x << 2), a, b, v128.load(third + x), v128.load(fourth + x), carry);
    }
    value = i32x4.extract_lane(carry, 0);
  }
  for (; x < width; x++) {
    const high = (<u32>load<u8>(source + x) << 24) | (<u32>load<u8>(second + x) << 16);
    value += high | (<u32>load<u8>(third + x) << 8) | load<u8>(fourth + x);
    store<u32>(out + (x << 2), value);
  }
}

/**
 * Sixteen differences from four planes, `a` the most significant: their running sums go to `out`, the last comes back
 * in every lane.
 */
// @ts-ignore: decorator
@inline
function storeSums32(out: usize, a: v128, b: v128, c: v128, d: v128, carry: v128): v128 {
  const lowOfLow = v128.shuffle<u8>(d, c, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const lowOfHigh = v128.shuffle<u8>(d, c, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const highOfLow = v128.shuffle<u8>(b, a, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const highOfHigh = v128.shuffle<u8>(b, a, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  let sums = i32x4.add(prefixSums32(v128.shuffle<u16>(lowOfLow, highOfLow, 0, 8, 1, 9, 2, 10, 3, 11)), carry);
  v128.store(out, sums);
  carry = v128.shuffle<u32>(sums, sums, 3, 3, 3, 3);
  sums = i32x4.add(prefixSums32(v128.shuffle<u16>(lowOfLow, highOfLow, 4, 12, 5, 13, 6, 14, 7, 15)), carry);
  v128.store(out, sums, 16);
  carry = v128.shuffle<u32>(sums, sums, 3, 3, 3, 3);
  sums = i32x4.add(prefixSums32(v128.shuffle<u16>(lowOfHigh, highOfHigh, 0, 8, 1, 9, 2, 10, 3, 11)), carry);
  v128.store(out, sums, 32);
  carry = v128.shuffle<u32>(sums, sums, 3, 3, 3, 3);
  sums = i32x4.add(prefixSums32(v128.shuffle<u16>(lowOfHigh, highOfHigh, 4, 12, 5, 13, 6, 14, 7, 15)), carry);
  v128.store(out, sums, 48);
  return v128.shuffle<u32>(sums, sums, 3, 3, 3, 3);
}

// @ts-ignore: decorator
@inline
function prefixSums16(v: v128): v128 {
  const zero = i16x8.splat(0);
  v = i16x8.add(v, v128.shuffle<u16>(zero, v, 7, 8, 9, 10, 11, 12, 13, 14));
  v = i16x8.add(v, v128.shuffle<u16>(zero, v, 6, 7, 8, 9, 10, 11, 12, 13));
  return i16x8.add(v, v128.shuffle<u16>(zero, v, 4, 5, 6, 7, 8, 9, 10, 11));
}

// @ts-ignore: decorator
@inline
function prefixSums32(v: v128): v128 {
  const zero = i32x4.splat(0);
  v = i32x4.add(v, v128.shuffle<u32>(zero, v, 3, 4, 5, 6));
  return i32x4.add(v, v128.shuffle<u32>(zero, v, 2, 3, 4, 5));
}
