import { halfToFloatBits } from '@exr/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfBits } from './half.ts';

const floats = new Float32Array(halfToFloatBits().buffer);

describe('halfBits', () => {
  it('gives every half its own bits back, NaN as a NaN', () => {
    const bits = halfBits(floats)!;
    for (let i = 0; i < 65536; i++) {
      if (Number.isNaN(floats[i])) expect(bits[i]! & 0x7fff).toBeGreaterThan(0x7c00);
      else if (bits[i] !== i) expect.fail(`half ${i.toString(16)} came back as ${bits[i]!.toString(16)}`);
    }
  });

  it('takes the nearest half', () => {
    const finite = floats.filter((value) => Number.isFinite(value));
    fc.assert(fc.property(fc.float({ min: -65504, max: 65504, noNaN: true, noDefaultInfinity: true }), (value) => {
      const [bits] = halfBits(Float32Array.of(value))!;
      const found = floats[bits!]!;
      const off = Math.abs(found - value);
      const ulp = bits! & 0x7c00 ? 2 ** (((bits! >> 10) & 31) - 25) : 2 ** -24;
      expect(off).toBeLessThanOrEqual(ulp / 2);
    }));
    expect(finite.length).toBe(63488);
  });

  it('refuses what no half holds', () => {
    expect(halfBits(Float32Array.of(1, 65505))).toBeNull();
    expect(halfBits(Float32Array.of(-70000))).toBeNull();
    expect(Array.from(halfBits(Float32Array.of(Infinity, -Infinity, 65504))!)).toEqual([0x7c00, 0xfc00, 0x7bff]);
  });
});
