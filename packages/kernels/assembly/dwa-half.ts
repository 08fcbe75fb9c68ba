// binary32 → binary16, to nearest with ties to even, as F16C's VCVTPS2PH.

/** The half nearest to a float, ties to even; too large ones are infinite, a NaN is 0x7e00: engines differ in its sign and payload. */
// @ts-ignore: decorator
@inline
export function halfBitsOfFloat(value: f32): u32 {
  const bits = reinterpret<u32>(value);
  const sign = (bits >> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude < 0x38800000) {
    // Adding 0.5 rounds to multiples of 2^-24, the subnormal halves' unit.
    return sign | (reinterpret<u32>(reinterpret<f32>(magnitude) + 0.5) - 0x3f000000);
  }
  const clamped = min<u32>(magnitude, 0x47800000); // 65536: rounds to infinity
  return sign | ((clamped + 0xc8000fff + ((clamped >> 13) & 1)) >> 13);
}

/** halfBitsOfFloat of four lanes, each in the low bits of 32. */
// @ts-ignore: decorator
@inline
export function halvesOfFloats(values: v128): v128 {
  const magnitude = v128.and(values, i32x4.splat(0x7fffffff));
  const sign = i32x4.shr_u(v128.xor(values, magnitude), 16);
  const clamped = i32x4.min_s(magnitude, i32x4.splat(0x47800000));
  const odd = v128.and(i32x4.shr_u(clamped, 13), i32x4.splat(1));
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(clamped, i32x4.splat(<i32>0xc8000fff)), odd), 13);
  const half = f32x4.splat(0.5);
  const small = i32x4.sub(f32x4.add(magnitude, half), half);
  const usual = v128.bitselect(small, normal, i32x4.lt_s(magnitude, i32x4.splat(0x38800000)));
  const nan = i32x4.gt_s(magnitude, i32x4.splat(0x7f800000));
  return v128.bitselect(i32x4.splat(0x7e00), v128.or(usual, sign), nan);
}
