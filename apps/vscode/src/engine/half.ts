/** Floats as binary16, for the way to the screen: half the bytes, and WebGL2's own texture format. */
const LARGEST = 65504;

/**
 * The nearest half of each value (ties to even), exact where the value is a half; NaN stays NaN, infinities stay. Null when a finite value lies
 * beyond what a half holds.
 */
export function halfBits(values: Float32Array): Uint16Array<ArrayBuffer> | null {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const word = bits[i]!;
    const sign = (word >>> 16) & 0x8000;
    const size = word & 0x7fffffff;
    if (size >= 0x7f800000) out[i] = sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
    // From 2^-14 on normal halves: round away 13 bits, to even.
    else if (size >= 0x38800000) {
      if (size > 0x477fe000 && Math.abs(values[i]!) > LARGEST) return null;
      out[i] = sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
    } else out[i] = sign | subnormal(Math.abs(values[i]!));
  }
  return out;
}

/** Multiples of 2^-24, ties to even; 1024 of them are the first normal half, whose bits follow. */
function subnormal(value: number): number {
  const units = value * 2 ** 24;
  const whole = Math.floor(units);
  const rest = units - whole;
  return rest > 0.5 || (rest === 0.5 && (whole & 1) === 1) ? whole + 1 : whole;
}
