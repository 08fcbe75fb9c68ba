/**
 * The extremes of one run of values as raw bit patterns, in one pass of three vector operations. Half and float are
 * sign and magnitude, so a signed maximum finds the greatest positive value, an unsigned maximum the most negative one,
 * and an unsigned minimum the one nearest to +0: together they give the lowest and highest value, tell whether the run
 * holds NaN or infinities (their magnitudes are the greatest), and whether all its values are the same.
 */

/** The greatest pattern as a signed integer. */
export let signedMax: i32 = 0;
/** The greatest and least pattern as unsigned integers. */
export let unsignedMax: u32 = 0;
export let unsignedMin: u32 = 0;

/**
 * Extremes of `n` > 0 patterns of type T (u16 or u32) from `address`; patterns are zero-extended, `signedMax`
 * sign-extended.
 */
export function extremes<T>(address: usize, n: i32): void {
  let greatest: i32 = i32.MIN_VALUE;
  let high: u32 = 0;
  let low: u32 = u32.MAX_VALUE;
  const end = address + <usize>n * sizeof<T>();
  if (ASC_FEATURE_SIMD) {
    if (address + 16 <= end) {
      let s = v128.load(address);
      let h = s;
      let l = s;
      address += 16;
      for (; address + 32 <= end; address += 32) {
        const a = v128.load(address);
        const b = v128.load(address, 16);
        if (sizeof<T>() == 2) {
          s = i16x8.max_s(s, i16x8.max_s(a, b));
          h = i16x8.max_u(h, i16x8.max_u(a, b));
          l = i16x8.min_u(l, i16x8.min_u(a, b));
        } else {
          s = i32x4.max_s(s, i32x4.max_s(a, b));
          h = i32x4.max_u(h, i32x4.max_u(a, b));
          l = i32x4.min_u(l, i32x4.min_u(a, b));
        }
      }
      // The last whole vector, which may overlap what was seen already.
      for (; address < end; address += 16) {
        const a = v128.load(address + 16 <= end ? address : end - 16);
        if (sizeof<T>() == 2) {
          s = i16x8.max_s(s, a);
          h = i16x8.max_u(h, a);
          l = i16x8.min_u(l, a);
        } else {
          s = i32x4.max_s(s, a);
          h = i32x4.max_u(h, a);
          l = i32x4.min_u(l, a);
        }
      }
      if (sizeof<T>() == 2) {
        s = i32x4.max_s(i32x4.extend_low_i16x8_s(s), i32x4.extend_high_i16x8_s(s));
        h = i32x4.max_u(i32x4.extend_low_i16x8_u(h), i32x4.extend_high_i16x8_u(h));
        l = i32x4.min_u(i32x4.extend_low_i16x8_u(l), i32x4.extend_high_i16x8_u(l));
      }
      s = i32x4.max_s(s, i32x4.shuffle(s, s, 2, 3, 0, 1));
      h = i32x4.max_u(h, i32x4.shuffle(h, h, 2, 3, 0, 1));
      l = i32x4.min_u(l, i32x4.shuffle(l, l, 2, 3, 0, 1));
      signedMax = max(i32x4.extract_lane(s, 0), i32x4.extract_lane(s, 1));
      unsignedMax = max(<u32>i32x4.extract_lane(h, 0), <u32>i32x4.extract_lane(h, 1));
      unsignedMin = min(<u32>i32x4.extract_lane(l, 0), <u32>i32x4.extract_lane(l, 1));
      return;
    }
  }
  for (; address < end; address += sizeof<T>()) {
    const bits: u32 = <u32>load<T>(address);
    const signed: i32 = sizeof<T>() == 2 ? <i32>(<i16>bits) : <i32>bits;
    greatest = max(greatest, signed);
    high = max(high, bits);
    low = min(low, bits);
  }
  signedMax = greatest;
  unsignedMax = high;
  unsignedMin = low;
}
