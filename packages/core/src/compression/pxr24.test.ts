import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompressPxr24 } from './pxr24.ts';
import { shapeOf, unpackGuarded, type FileChannel } from './simple-file.spec-util.ts';

const channelOf = (name: string, pixelType: 0 | 1 | 2, sampling: number): FileChannel => ({
  name,
  pixelType,
  xSampling: sampling,
  ySampling: sampling,
  pLinear: false,
});
const chunks = fc.record({
  types: fc.array(fc.tuple(fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>, fc.constantFrom(1, 1, 2, 3)), {
    minLength: 1,
    maxLength: 4,
  }),
  x: fc.integer({ min: -9, max: 9 }),
  y: fc.integer({ min: -9, max: 9 }),
  width: fc.integer({ min: 1, max: 70 }),
  height: fc.integer({ min: 1, max: 16 }),
  seed: fc.integer(),
});

describe.each([true, false])('PXR24, simd %s', (simd) => {
  const kernels = createKernels({ simd });

  it('gives back rows of any width, type and sampling, floats without their lower 8 bits', () => {
    fc.assert(
      fc.property(chunks, ({ types, x, y, width, height, seed }) => {
        const shape = shapeOf(
          types.map(([type, sampling], i) => channelOf(`c${i}`, type, sampling)),
          [x, y, x + width - 1, y + height - 1],
        );
        let state = seed | 1;
        const next = (): number => (state = (Math.imul(state, 747796405) + 1) | 0) >>> 0;
        // The writer's side of OpenEXRCore's internal_pxr24.c, with floats that have 24 bits already.
        const planes: number[] = [];
        const expected = new DataView(new ArrayBuffer(shape.unpackedBytes));
        let at = 0;
        for (let line = shape.yMin; line <= shape.yMax; line++) {
          for (const { pixelType, ySampling, width: values } of shape.channels) {
            if (line % ySampling !== 0) continue;
            const bits = [32, 16, 24][pixelType]!;
            const row = Array.from({ length: values }, () => next() >>> (32 - bits));
            for (let byte = bits - 8; byte >= 0; byte -= 8)
              row.forEach((value, i) => planes.push(((value - (row[i - 1] ?? 0)) >> byte) & 255));
            for (const value of row) {
              if (pixelType === 1) expected.setUint16(at, value, true);
              else expected.setUint32(at, pixelType === 2 ? value << 8 : value, true);
              at += pixelType === 1 ? 2 : 4;
            }
          }
        }
        const packed = deflateSync(Uint8Array.from(planes));
        if (packed.length === shape.unpackedBytes) return; // stored raw in a file
        expect(unpackGuarded(kernels, decompressPxr24, { packed, shape })).toEqual(new Uint8Array(expected.buffer));
      }),
      { numRuns: 150 },
    );
  });

  it('refuses a stream that ends before the rows do', () => {
    const shape = shapeOf([channelOf('Z', 2, 1)], [0, 0, 9, 9]);
    const unpack = (length: number) =>
      unpackGuarded(kernels, decompressPxr24, { packed: deflateSync(new Uint8Array(length)), shape });
    expect(unpack(300)).toEqual(new Uint8Array(400));
    expect(unpack(400)).toEqual(new Uint8Array(400)); // the reference takes what it needs
    expect(() => unpack(299)).toThrow(/unpacks to 299 bytes, its rows need 300/);
    expect(() => unpack(401)).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
  });
});
