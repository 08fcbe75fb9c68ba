/** Ids as colours: every id one of its own, the same in every picture and every face. */

/**
 * 24 bits that stand for an id, so that a float32 holds them: 0 for 0 (nothing there), else the finalizer of MurmurHash3 over the whole number, or
 * over the bits of a float that is none. The same id is the same as uint, half and float.
 */
export function hashId(value: number): number {
  if (value === 0) return 0;
  let h = Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32 ? value | 0 : bitsOf(value);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16)) & 0xffffff;
  return h === 0 ? 1 : h;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

function bitsOf(value: number): number {
  float[0] = value;
  return bits[0]!;
}

/**
 * Screen codes of hashes, RGBA with opaque alpha: black where there is nothing, else from 64 to 255, so that an id is told from it, and in whole
 * numbers, so that a shader gives the same.
 */
export function drawIds(hashes: Float32Array, out: Uint8ClampedArray): void {
  for (let i = 0; i < hashes.length; i++) {
    const hash = hashes[i]!;
    const shown = hash > 0;
    for (let c = 0; c < 3; c++) {
      const byte = (hash >>> (16 - 8 * c)) & 255;
      out[i * 4 + c] = shown ? 64 + ((byte * 3) >> 2) : 0;
    }
    out[i * 4 + 3] = 255;
  }
}
