// From the inner stream of an OpenEXR chunk to values (OpenEXRCore 3.5, internal_zstd_shuffle.c and internal_zstd_delta.c): the bytes of all values stand
// sorted by their place in the value, lowest first, and in a run each value may be its difference from the one before.

/** The run of `count` 16-bit values at `to` whose bytes are at `from` and, `apart` further on, the high ones. */
export function zstdRun16(from: usize, apart: usize, to: usize, count: i32, delta: i32): void {
  let sum: u32 = 0;
  let n = count;
  const mask: u32 = delta ? 0xffff : 0;
  if (ASC_FEATURE_SIMD) {
    let before = i16x8.splat(0);
    for (; n >= 16; n -= 16) {
      const low = v128.load(from);
      const high = v128.load(from + apart);
      let a = i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      let b = i8x16.shuffle(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      if (delta) {
        a = i16x8.add(sums16(a), before);
        b = i16x8.add(sums16(b), i8x16.shuffle(a, a, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15));
        before = i8x16.shuffle(b, b, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15);
      }
      v128.store(to, a);
      v128.store(to, b, 16);
      from += 16;
      to += 32;
    }
    sum = i16x8.extract_lane_u(before, 0);
  }
  for (; n > 0; n--) {
    const value = (<u32>load<u8>(from) | (<u32>load<u8>(from + apart) << 8)) + sum;
    store<u16>(to, <u16>value);
    sum = value & mask;
    from++;
    to += 2;
  }
}

/** The same of 32-bit values: their four bytes lie `apart` from each other. */
export function zstdRun32(from: usize, apart: usize, to: usize, count: i32, delta: i32): void {
  let sum: u32 = 0;
  let n = count;
  const mask: u32 = delta ? 0xffffffff : 0;
  const second = apart;
  const third = apart << 1;
  const fourth = apart * 3;
  if (ASC_FEATURE_SIMD) {
    let before = i32x4.splat(0);
    for (; n >= 16; n -= 16) {
      const b0 = v128.load(from);
      const b1 = v128.load(from + second);
      const b2 = v128.load(from + third);
      const b3 = v128.load(from + fourth);
      const low0 = i8x16.shuffle(b0, b1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const low1 = i8x16.shuffle(b0, b1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const high0 = i8x16.shuffle(b2, b3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const high1 = i8x16.shuffle(b2, b3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      let a = i8x16.shuffle(low0, high0, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
      let b = i8x16.shuffle(low0, high0, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
      let c = i8x16.shuffle(low1, high1, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
      let d = i8x16.shuffle(low1, high1, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
      if (delta) {
        a = i32x4.add(sums32(a), before);
        b = i32x4.add(sums32(b), last32(a));
        c = i32x4.add(sums32(c), last32(b));
        d = i32x4.add(sums32(d), last32(c));
        before = last32(d);
      }
      v128.store(to, a);
      v128.store(to, b, 16);
      v128.store(to, c, 32);
      v128.store(to, d, 48);
      from += 16;
      to += 64;
    }
    sum = i32x4.extract_lane(before, 0);
  }
  for (; n > 0; n--) {
    const value = (<u32>load<u8>(from) | (<u32>load<u8>(from + second) << 8) | (<u32>load<u8>(from + third) << 16) | (<u32>load<u8>(from + fourth) << 24)) + sum;
    store<u32>(to, value);
    sum = value & mask;
    from++;
    to += 4;
  }
}

/** In each lane the sum of it and those before it. */
// @ts-ignore: decorator
@inline
function sums16(v: v128): v128 {
  const zero = i16x8.splat(0);
  v = i16x8.add(v, i8x16.shuffle(zero, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29));
  v = i16x8.add(v, i8x16.shuffle(zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  return i16x8.add(v, i8x16.shuffle(zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
}

// @ts-ignore: decorator
@inline
function sums32(v: v128): v128 {
  const zero = i32x4.splat(0);
  v = i32x4.add(v, i8x16.shuffle(zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  return i32x4.add(v, i8x16.shuffle(zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
}

// @ts-ignore: decorator
@inline
function last32(v: v128): v128 {
  return i8x16.shuffle(v, v, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}
