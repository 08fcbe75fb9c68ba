import { describe, expect, it } from 'vitest';
import { createKernels, KernelMemoryError } from './index.ts';

describe.each([true, false])('kernel memory, simd %s', (simd) => {
  it('hands out aligned, writable addresses and takes them back', () => {
    const kernels = createKernels({ simd });
    const mark = kernels.mark();
    const a = kernels.allocate(100);
    const b = kernels.allocate(1 << 22);
    expect(a % 64).toBe(0);
    expect(b - a).toBeGreaterThanOrEqual(164);
    kernels.bytes(b, 4).set([1, 2, 3, 4]);
    expect([...kernels.bytes(b, 4)]).toEqual([1, 2, 3, 4]);
    kernels.release(mark);
    expect(kernels.allocate(1)).toBe(a);
  });

  it('refuses more than its limit', () => {
    const kernels = createKernels({ simd, maxBytes: 1 << 20 });
    expect(() => kernels.allocate(1 << 20)).toThrow(KernelMemoryError);
  });
});
