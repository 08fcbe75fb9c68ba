import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ChunkShape } from './codec.ts';
import { decompressRle } from './rle.ts';
import { unpackGuarded } from './simple-file.spec-util.ts';
import { decompressZip } from './zip.ts';

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc
    .tuple(fc.nat(255), fc.nat(3), fc.integer({ min: 1, max: 3000 }))
    .map(([start, step, length]) => Uint8Array.from({ length }, (_, i) => start + (i >> 5) * step)),
);
const shapeOf = (unpackedBytes: number): ChunkShape => ({
  xMin: 0,
  yMin: 0,
  xMax: 0,
  yMax: 0,
  channels: [],
  unpackedBytes,
});

/**
 * The writer's side (OpenEXR Technical Introduction): even bytes before odd ones, each the difference from the one
 * before plus 128.
 */
function predict(data: Uint8Array): Uint8Array {
  const reordered = [...data.filter((_, i) => i % 2 === 0), ...data.filter((_, i) => i % 2 === 1)];
  return Uint8Array.from(reordered, (byte, i) => (i === 0 ? byte : byte - reordered[i - 1]! + 128));
}

/** Runs of three or more as a count and a byte, everything else as literal runs: at most 128 and 127 bytes. */
function runLengths(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < data.length;) {
    let run = 1;
    while (run < 128 && data[i + run] === data[i]) run++;
    if (run >= 3) out.push(run - 1, data[i]!);
    else {
      run = 1;
      while (
        run < 127 &&
        i + run < data.length &&
        !(data[i + run] === data[i + run + 1] && data[i + run] === data[i + run + 2])
      )
        run++;
      out.push(256 - run, ...data.subarray(i, i + run));
    }
    i += run;
  }
  return Uint8Array.from(out);
}

describe.each([true, false])('the predictor, simd %s', (simd) => {
  const kernels = createKernels({ simd });

  it('is undone for every length up to 200 and any bytes', () => {
    for (let length = 1; length <= 200; length++) {
      const data = Uint8Array.from({ length }, (_, i) => Math.imul(i + length, 2654435761) >>> 24);
      expect(reconstruct(data), `${length} bytes`).toEqual(data);
    }
    fc.assert(
      fc.property(bytes, (data) => {
        expect(reconstruct(data)).toEqual(data);
      }),
      { numRuns: 200 },
    );

    function reconstruct(data: Uint8Array): Uint8Array {
      const mark = kernels.mark();
      const from = kernels.allocate(data.length);
      const to = kernels.allocate(data.length);
      kernels.bytes(from, data.length).set(predict(data));
      kernels.bytes(to, data.length + 1).fill(0x5a);
      kernels.call['reconstructBytes']!(from, to, data.length);
      expect(kernels.bytes(to + data.length, 1)[0]).toBe(0x5a);
      kernels.release(mark);
      return kernels.bytes(to, data.length).slice();
    }
  });

  it('ZIP refuses a stream of another length, and one longer than what it unpacks to', () => {
    const data = new Uint8Array(1000).fill(7);
    const packed = deflateSync(predict(data));
    expect(unpackGuarded(kernels, decompressZip, { packed, shape: shapeOf(1000) })).toEqual(data);
    for (const wrong of [999, 1001]) {
      expect(() => unpackGuarded(kernels, decompressZip, { packed, shape: shapeOf(wrong) })).toThrow(
        expect.objectContaining({ code: 'CORRUPT_DATA' }),
      );
    }
    const stored = deflateSync(data, { level: 0 });
    expect(() => unpackGuarded(kernels, decompressZip, { packed: stored, shape: shapeOf(1000) })).toThrow(
      /packed size 1011 is more than the 1000/,
    );
  });

  it('RLE gives back what was put in runs', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const packed = runLengths(predict(data));
        if (packed.length === data.length) return; // stored raw in a file
        expect(unpackGuarded(kernels, decompressRle, { packed, shape: shapeOf(data.length) })).toEqual(data);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a repeat past the end', [9, 1], 9],
    ['a repeat without its byte', [4, 1, 4], 10],
    ['literals that are not there', [253, 1, 2], 4],
    ['literals past the end', [253, 1, 2, 3], 2],
    ['too few', [3, 1], 5],
    ['nothing', [], 5],
  ])('RLE refuses %s', (_, packed, unpackedBytes) => {
    expect(() =>
      unpackGuarded(kernels, decompressRle, { packed: Uint8Array.from(packed), shape: shapeOf(unpackedBytes) }),
    ).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
  });
});
