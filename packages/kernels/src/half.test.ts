import { describe, expect, it } from 'vitest';
import { createKernels } from './index.ts';

/** binary16 (IEEE 754-2008, 3.4) read by its definition; NaN as its bits. */
function bitsOf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  const value = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return (sign | new Uint32Array(Float32Array.of(value).buffer)[0]!) >>> 0;
}

describe.each([true, false])('halfToFloat, simd %s', (simd) => {
  const kernels = createKernels({ simd });

  it('is exact for all 65,536 halves, NaN payloads too', () => {
    const from = kernels.allocate(131072);
    const to = kernels.allocate(262144);
    new Uint16Array(kernels.bytes(from, 131072).buffer, from, 65536).forEach((_, i, all) => (all[i] = i));
    kernels.call['halfToFloat']!(from, to, 65536);
    const found = new Uint32Array(kernels.bytes(to, 262144).buffer, to, 65536);
    expect(found.findIndex((bits, i) => bits !== bitsOf(i))).toBe(-1);
  });

  it('writes as many as it is told, from any offset', () => {
    const from = kernels.allocate(64);
    const to = kernels.allocate(128);
    const view = kernels.view();
    for (let i = 0; i < 32; i++) view.setUint16(from + 2 * i, 0x3c00 + i, true);
    for (let count = 0; count < 20; count++) {
      kernels.bytes(to, 128).fill(0xee);
      kernels.call['halfToFloat']!(from + 2, to, count);
      expect(Array.from({ length: 21 }, (_, i) => view.getUint32(to + 4 * i, true))).toEqual(
        Array.from({ length: 21 }, (_, i) => (i < count ? bitsOf(0x3c01 + i) : 0xeeeeeeee)),
      );
    }
  });
});
