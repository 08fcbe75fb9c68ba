/** binary16 to binary32, exactly: every half is a float. */

let table: Uint32Array | undefined;

/** The bits of the float for the bits of each half. NaNs keep sign and payload; subnormal halves become normal floats. */
export function halfToFloatBits(): Uint32Array {
  if (table) return table;
  table = new Uint32Array(65536);
  for (let half = 0; half < 65536; half++) table[half] = floatBits(half);
  return table;
}

function floatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0;
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
  if (mantissa === 0) return sign >>> 0;
  // A subnormal half is mantissa × 2^-24: shift until its leading one is the implied one of a float.
  const shift = Math.clz32(mantissa) - 21;
  return (sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ff) << 13)) >>> 0;
}
