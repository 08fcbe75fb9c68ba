import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeepPixelSample, flattenPixel } from './flatten-pixel.ts';

const point = (front: number, alpha: number, ...values: number[]): DeepPixelSample => ({ front, back: front, alpha, values });
const volume = (front: number, back: number, alpha: number, ...values: number[]): DeepPixelSample => ({ front, back, alpha, values });

/**
 * The specification's own picture of it ("Merging Overlapping Samples"): every volume is cut into a great many short pieces, the pieces are
 * interleaved and composited. Points go before the volumes that begin where they stand, after those that end there.
 */
function byManyPieces(samples: readonly DeepPixelSample[], from: number, to: number, pieces: number): { alpha: number; value: number } {
  let [through, value] = [1, 0];
  const over = (alpha: number, colour: number): void => {
    value += colour * through;
    through *= 1 - alpha;
  };
  const step = (to - from) / pieces;
  const points = samples.filter((each) => each.back === each.front).sort((p, q) => p.front - q.front);
  for (let n = 0; n <= pieces; n++) {
    const z = from + n * step;
    while (points.length > 0 && points[0]!.front <= z + step / 1000) {
      const each = points.shift()!;
      over(each.alpha, each.values[0]!);
    }
    for (const each of samples) {
      if (each.back <= each.front) continue;
      const share = Math.max(0, Math.min(each.back, z + step) - Math.max(each.front, z)) / (each.back - each.front);
      if (share < 1e-9) continue;
      const alpha = 1 - (1 - each.alpha) ** share;
      over(alpha, each.alpha > 0 ? (each.values[0]! * alpha) / each.alpha : each.values[0]! * share);
    }
  }
  return { alpha: 1 - through, value };
}

const depth = fc.integer({ min: 0, max: 8 });
const opacity = fc.constantFrom(0, 0.001, 0.25, 0.5, 0.9, 0.99);
const distinctPoints = (list: DeepPixelSample[]): boolean => new Set(list.filter((s) => s.front === s.back).map((s) => s.front)).size === list.filter((s) => s.front === s.back).length;
const anySamples = fc.array(fc.record({ a: depth, b: depth, alpha: opacity, value: fc.float({ min: 0, max: 4, noNaN: true }) }), { minLength: 1, maxLength: 6 })
  .map((list) => list.map(({ a, b, alpha, value }) => volume(Math.min(a, b), Math.max(a, b), alpha, value)));

describe('a deep pixel made flat', () => {
  it('without samples is nothing', () => expect(flattenPixel([])).toEqual({ alpha: 0, values: [] }));

  it('of points is composited by depth, in whatever order they stand', () => {
    const flat = flattenPixel([point(3, 1, 8), point(1, 0.5, 1), point(2, 0.25, 2)]);
    expect(flat.alpha).toBe(1);
    expect(flat.values[0]).toBeCloseTo(1 + 0.5 * 2 + 0.5 * 0.75 * 8, 12);
  });

  it('of one volume is that volume, and so are the pieces it is cut into', () => {
    fc.assert(
      fc.property(opacity, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (alpha, cut) => {
        const first = 1 - (1 - alpha) ** cut;
        const second = 1 - (1 - alpha) ** (1 - cut);
        const scale = (part: number, share: number): number => (alpha > 0 ? (3 * part) / alpha : 3 * share);
        const whole = flattenPixel([volume(2, 3, alpha, 3)]);
        const pieces = flattenPixel([volume(2 + cut, 3, second, scale(second, 1 - cut)), volume(2, 2 + cut, first, scale(first, cut))]);
        expect(whole.values[0]).toBeCloseTo(3, 9);
        expect(pieces.alpha).toBeCloseTo(whole.alpha, 9);
        expect(pieces.values[0]).toBeCloseTo(whole.values[0]!, 6);
      }),
    );
  });

  it('of volumes and points that overlap is what very many short pieces composite to', () => {
    fc.assert(
      fc.property(anySamples.filter(distinctPoints), (samples) => {
        const flat = flattenPixel(samples);
        const brute = byManyPieces(samples, 0, 8, 4000);
        expect(Math.abs(flat.alpha - brute.alpha)).toBeLessThan(1e-6);
        expect(Math.abs(flat.values[0]! - brute.value)).toBeLessThan(0.02 + 0.002 * brute.value);
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of its samples', () => {
    fc.assert(
      fc.property(anySamples, fc.infiniteStream(fc.nat()), (samples, shuffle) => {
        const other = samples.map((sample) => ({ sample, key: shuffle.next().value })).sort((p, q) => p.key - q.key).map(({ sample }) => sample);
        const [a, b] = [flattenPixel(samples), flattenPixel(other)];
        expect(b.alpha).toBeCloseTo(a.alpha, 9);
        expect(b.values[0]).toBeCloseTo(a.values[0]!, 6);
      }),
    );
  });

  it('merges what coincides by the formulas of the specification', () => {
    // Two points of half opacity: alpha 3/4, each colour times u/a, together times alpha/(2u): 0.75.
    for (const at of [1, 2]) {
      const flat = flattenPixel([volume(1, at, 0.5, 1), volume(1, at, 0.5, 3)]);
      expect(flat.alpha).toBeCloseTo(0.75, 12);
      expect(flat.values[0]).toBeCloseTo((1 + 3) * 0.75, 12);
      expect(flattenPixel([volume(1, at, 1, 2), volume(1, at, 1, 4), volume(1, at, 1, 9)]).values[0]).toBeCloseTo(5, 12);
      expect(flattenPixel([volume(1, at, 0.5, 1), volume(1, at, 1, 4)])).toEqual({ alpha: 1, values: [4] });
      expect(flattenPixel([volume(1, at, 0, 1), volume(1, at, 0, 4)])).toEqual({ alpha: 0, values: [5] });
    }
    // A point where a volume begins is in front of it.
    expect(flattenPixel([volume(1, 2, 0.5, 1), point(1, 1, 7)])).toEqual({ alpha: 1, values: [7] });
  });

  it('shows a value that is not finite, even behind an opaque one', () => {
    expect(flattenPixel([point(1, 1, 2, 3), point(2, 1, NaN, 3)]).values).toEqual([NaN, 3]);
    expect(flattenPixel([point(1, NaN, 2, 3), point(2, 1, 1, 3)])).toEqual({ alpha: NaN, values: [NaN, NaN] });
    const far = flattenPixel([point(NaN, 1, 5), point(2, 0.5, 1)]);
    expect(far).toEqual({ alpha: 1, values: [1 + 2.5] });
    expect(flattenPixel([volume(1, Infinity, 0.5, 1), point(2, 1, 4)])).toEqual({ alpha: 1, values: [3] });
  });

  it('takes little time for very many samples', () => {
    const points = Array.from({ length: 100_000 }, (_, i) => point((i * 7919) % 100_003, 0.0001, 1));
    expect(flattenPixel(points).alpha).toBeCloseTo(1 - (1 - 0.0001) ** 100_000, 6);
    const volumes = Array.from({ length: 50_000 }, (_, i) => volume(i, i + 50_000, 0.0001, 1));
    const begin = process.cpuUsage();
    expect(flattenPixel(volumes).alpha).toBeCloseTo(1 - (1 - 0.0001) ** 50_000, 6);
    // With the square of their number it would be a minute.
    expect(process.cpuUsage(begin).user).toBeLessThan(5e6);
  }, 10_000);
});
