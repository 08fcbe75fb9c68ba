// binary16 → binary32, bit for bit: subnormal halves become normal floats, the sign and payload of a NaN stay as they
// are.

/** The bits of the float that a half is. */
// @ts-ignore: decorator
@inline
export function floatBitsOfHalf(half: u32): u32 {
  const sign = (half & 0x8000) << 16;
  const magnitude = (half & 0x7fff) << 13;
  if ((half & 0x7fff) < 0x400) {
    // 2^-14 × (1 + m) - 2^-14 is exact: m has 10 bits.
    return sign | reinterpret<u32>(reinterpret<f32>(magnitude + 0x38800000) - reinterpret<f32>(0x38800000));
  }
  // Exponent bias 127 instead of 15; an exponent of all ones stays one of all ones.
  return sign | (magnitude + ((half & 0x7c00) == 0x7c00 ? 0x70000000 : 0x38000000));
}

/** Four halves, each in the low bits of a 32-bit lane whose upper bits are 0, as four floats. */
// @ts-ignore: decorator
@inline
export function floatsOfHalves(halves: v128): v128 {
  const sign = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  const magnitude = i32x4.shl(v128.and(halves, i32x4.splat(0x7fff)), 13);
  const isSmall = i32x4.lt_s(magnitude, i32x4.splat(0x400 << 13));
  const isSpecial = i32x4.gt_s(magnitude, i32x4.splat((0x7c00 << 13) - 1));
  const bias = i32x4.splat(0x38000000);
  const usual = i32x4.add(i32x4.add(magnitude, bias), v128.and(isSpecial, bias));
  const least = i32x4.splat(0x38800000);
  const small = f32x4.sub(i32x4.add(magnitude, least), least);
  return v128.or(sign, v128.bitselect(small, usual, isSmall));
}

/** `count` halves at `source` as floats at `out`; the two do not overlap. */
export function halfToFloat(source: usize, out: usize, count: usize): void {
  let i: usize = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 8 <= count; i += 8) {
      const halves = v128.load(source + (i << 1));
      v128.store(out + (i << 2), floatsOfHalves(i32x4.extend_low_i16x8_u(halves)));
      v128.store(out + (i << 2), floatsOfHalves(i32x4.extend_high_i16x8_u(halves)), 16);
    }
  }
  for (; i < count; i++) store<u32>(out + (i << 2), floatBitsOfHalf(load<u16>(source + (i << 1))));
}
