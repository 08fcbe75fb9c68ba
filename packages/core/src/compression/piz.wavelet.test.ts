import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** The writer's side, after the definition: averages and differences along x, then y, level by level (Technical Introduction, PIZ). */
function forward(data: Uint16Array, width: number, height: number, words: number, word: number, modular: boolean): void {
  const pair = (a: number, b: number): [number, number] => {
    if (!modular) {
      const [x, y] = [(a << 16) >> 16, (b << 16) >> 16];
      return [(x + y) >> 1, x - y];
    }
    const shifted = (a + 0x8000) & 0xffff;
    const difference = shifted - b;
    const mean = (shifted + b) >> 1;
    return [difference < 0 ? (mean + 0x8000) & 0xffff : mean, difference & 0xffff];
  };
  const at = (x: number, y: number): number => (y * width + x) * words + word;
  const join = (i: number, j: number): void => {
    [data[i], data[j]] = pair(data[i]!, data[j]!);
  };
  for (let p = 1; 2 * p <= Math.min(width, height); p *= 2) {
    const right = width - (width % (2 * p));
    const bottom = height - (height % (2 * p));
    for (let y = 0; y < bottom; y += 2 * p) {
      for (let x = 0; x < right; x += 2 * p) {
        join(at(x, y), at(x + p, y));
        join(at(x, y + p), at(x + p, y + p));
        join(at(x, y), at(x, y + p));
        join(at(x + p, y), at(x + p, y + p));
      }
      if (width & p) join(at(right, y), at(right, y + p));
    }
    if (height & p) for (let x = 0; x < right; x += 2 * p) join(at(x, bottom), at(x + p, bottom));
  }
}

describe.each([['SIMD', true], ['scalar', false]] as const)('the inverse wavelet, %s kernels', (_, simd) => {
  const kernels = createKernels({ simd });

  it.each([['14-bit', 0x3fff], ['16-bit', 0xffff]] as const)('gives back the values of any %s plane', (_, max) => {
    const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 80 }));
    fc.assert(fc.property(size, size, fc.constantFrom(1, 2), fc.integer(), (width, height, words, seed) => {
      let state = seed | 1;
      const values = Uint16Array.from({ length: width * height * words }, () => {
        state = Math.imul(state, 1664525) + 1013904223;
        return (state >>> 13) & max;
      });
      const planes = values.slice();
      for (let word = 0; word < words; word++) forward(planes, width, height, words, word, max > 0x3fff);
      const mark = kernels.mark();
      const address = kernels.allocate(planes.byteLength + 128) + 64;
      kernels.bytes(address - 64, planes.byteLength + 128).fill(0xa5);
      kernels.bytes(address, planes.byteLength).set(new Uint8Array(planes.buffer));
      kernels.call['waveletDecode']!(address, width, height, words, max);
      const [before, data, behind] = [[address - 64, 64], [address, planes.byteLength], [address + planes.byteLength, 64]]
        .map(([from, length]) => kernels.bytes(from!, length!).slice());
      kernels.release(mark);
      expect([...new Uint16Array(data!.buffer)]).toEqual([...values]);
      expect([...before!, ...behind!].every((byte) => byte === 0xa5)).toBe(true);
    }), { numRuns: 100 });
  });
});
