import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread, spreadRow, type Axis } from './axis.ts';

const row = (axis: Axis, values: Float32Array, first = 0, step = 1, low = first, high = first + (values.length - 1) * step): number[] => {
  const found = spread(axis, { first, step, count: values.length, low, high });
  if (!found) return [];
  const into = new Float32Array(found.count);
  spreadRow(found, values, into);
  return [...into].map((sum, i) => (found.cover[i]! > 0 ? sum / found.cover[i]! : NaN));
};
const finite = fc.float({ min: -1000, max: 1000, noNaN: true });
const values = fc.array(finite, { minLength: 1, maxLength: 40 }).map((list) => Float32Array.from(list));
const sum = (list: ArrayLike<number>): number => Array.from(list).reduce((total, value) => total + value, 0);

describe('spreading values over pixels', () => {
  it('one to one changes nothing, wherever the picture begins', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), fc.nat(10), fc.nat(10), (given, first, before, after) => {
        const found = spread({ origin: first - before, scale: 1, size: before + given.length + after }, { first, step: 1, count: given.length, low: first, high: first + given.length - 1 })!;
        expect([found.first, found.count, found.copyFrom]).toEqual([before, given.length, 0]);
        expect([...found.cover]).toEqual(new Array(given.length).fill(1));
        const into = new Float32Array(found.count);
        spreadRow(found, given, into);
        expect([...into]).toEqual([...given]);
      }),
    );
  });

  it('keeps the sum of values × width, and covers each pixel once, at any ratio', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 60 }), fc.integer({ min: -20, max: 20 }), (given, size, first) => {
        const scale = size / given.length;
        const found = spread({ origin: first, scale, size }, { first, step: 1, count: given.length, low: first, high: first + given.length - 1 })!;
        expect([found.first, found.count]).toEqual([0, size]);
        for (const cover of found.cover) expect(cover).toBeCloseTo(1, 4);
        const into = new Float32Array(size);
        spreadRow(found, given, into);
        expect(sum(into) / scale).toBeCloseTo(sum(given), 1);
      }),
    );
  });

  it('is the plain mean at a whole ratio', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 9 }), fc.infiniteStream(finite), (ratio, size, stream) => {
        const given = Float32Array.from({ length: ratio * size }, () => stream.next().value);
        const means = Array.from({ length: size }, (_, i) => sum(given.subarray(i * ratio, (i + 1) * ratio)) / ratio);
        row({ origin: 0, scale: 1 / ratio, size }, given).forEach((mean, i) => expect(Math.abs(mean - means[i]!)).toBeLessThan(0.001));
      }),
    );
  });

  it('values cut into pieces (chunks) add up to the same', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 60 }), fc.nat(39), fc.constantFrom(1, 2, 3), (given, size, at, step) => {
        const cut = Math.min(at, given.length);
        const high = (given.length - 1) * step + (step - 1);
        const axis = { origin: 0, scale: size / (high + 1), size };
        const whole = new Float64Array(size);
        const pieces = new Float64Array(size);
        const add = (to: Float64Array, piece: Float32Array, first: number): void => {
          const found = piece.length === 0 ? null : spread(axis, { first, step, count: piece.length, low: 0, high });
          if (!found) return;
          // Pieces of unsampled values end where their pixels do.
          const into = new Float32Array(found.count);
          spreadRow(found, piece, into);
          into.forEach((value, i) => (to[found.first + i]! += value));
        };
        add(whole, given, 0);
        add(pieces, given.subarray(0, cut), 0);
        add(pieces, given.subarray(cut), cut * step);
        whole.forEach((value, i) => expect(Math.abs(value - pieces[i]!)).toBeLessThan(0.01));
      }),
    );
  });

  it('interpolates subsampled values linearly, and repeats the last one at the ends', () => {
    // Stands at 2, 4, 6 of a window 1 … 7.
    expect(row({ origin: 1, scale: 1, size: 7 }, Float32Array.of(10, 20, 40), 2, 2, 1, 7)).toEqual([10, 10, 15, 20, 30, 40, 40]);
    expect(row({ origin: 0, scale: 1, size: 4 }, Float32Array.of(0, 3), 0, 3, 0, 3)).toEqual([0, 1, 2, 3]);
    expect(row({ origin: 0, scale: 0.5, size: 2 }, Float32Array.of(0, 3), 0, 3, 0, 3)).toEqual([0.5, 2.5]);
    // A step that is no chroma: each value fills its cell.
    expect(row({ origin: 0, scale: 0.25, size: 5 }, Float32Array.of(1, 2), 0, 10, 0, 19)).toEqual([1, 1, 1.5, 2, 2]);
  });

  it('enlarges, for pixels that are not square', () => {
    expect(row({ origin: 0, scale: 2, size: 4 }, Float32Array.of(1, 5))).toEqual([1, 1, 5, 5]);
    expect(row({ origin: 0, scale: 1.5, size: 3 }, Float32Array.of(1, 5))).toEqual([1, 3, 5]);
  });

  it('takes no time for a window that is far larger than the picture', () => {
    const found = spread({ origin: -(2 ** 31), scale: 8 / 2 ** 32, size: 8 }, { first: -(2 ** 31), step: 2 ** 29, count: 8, low: -(2 ** 31), high: 2 ** 31 - 1 })!;
    expect([...found.from]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(spread({ origin: 0, scale: 1, size: 4 }, { first: 10, step: 1, count: 5, low: 10, high: 14 })).toBeNull();
  });
});
