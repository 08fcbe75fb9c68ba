/** Floats as binary16, for the way to the screen: half the bytes, and WebGL2's own texture format. */

/**
 * The nearest half of each value (ties to even), exact where the value is a half; NaN stays NaN, infinities stay. Null when a finite value lies
 * beyond what a half holds.
 */
export function halfBits(values: Float32Array): Uint16Array<ArrayBuffer> | null {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const word = bits[i]!;
    const size = word & 0x7fffffff;
    // From 2^-14 to 65504, where nearly all values are: round away 13 bits, to even.
    if (size >= 0x38800000 && size <= 0x477fe000) out[i] = ((word >>> 16) & 0x8000) | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
    else if (size !== 0) {
      const half = otherBits(size);
      if (half < 0) return null;
      out[i] = ((word >>> 16) & 0x8000) | half;
    } else out[i] = word >>> 16;
  }
  return out;
}

const word = new Int32Array(1);
const float = new Float32Array(word.buffer);

/** Of a float's bits without its sign: subnormal halves, infinity, NaN; -1 beyond them. */
function otherBits(size: number): number {
  if (size > 0x7f800000) return 0x7e00;
  if (size === 0x7f800000) return 0x7c00;
  if (size > 0x477fe000) return -1;
  word[0] = size;
  // Multiples of 2^-24, ties to even; 1024 of them are the first normal half, whose bits follow.
  const units = float[0]! * 2 ** 24;
  const whole = Math.floor(units);
  const rest = units - whole;
  return rest > 0.5 || (rest === 0.5 && (whole & 1) === 1) ? whole + 1 : whole;
}
