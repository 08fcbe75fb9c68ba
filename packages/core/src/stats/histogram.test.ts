import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HISTOGRAM_BINS, histogramOf } from './histogram.ts';
import { percentiles, type Distribution } from './distribution.ts';

function distribution(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  return { value: Float64Array.from(sorted), count: new Float64Array(sorted.length).fill(1) };
}

function histogram(values: readonly number[]) {
  const given = distribution(values);
  const [p01, p99] = percentiles(given, values.length, [1, 99]);
  return histogramOf(given, values.length, p99! - p01!);
}

describe('histogram', () => {
  it('has at most 64 bins with rising edges, and every value lies in its bin', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(float, fc.float({ min: 0, max: 1, noNaN: true }), fc.constant(0)), {
          minLength: 2,
          maxLength: 300,
        }),
        (values) => {
          const { edges, counts } = histogram(values)!;
          expect(counts.length).toBeLessThanOrEqual(HISTOGRAM_BINS);
          expect(edges.length).toBe(counts.length + 1);
          if (Math.min(...values) === Math.max(...values)) return;
          for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThan(edges[i - 1]!);
          const want = counts.map(
            (_, i) =>
              values.filter(
                (value) =>
                  value >= edges[i]! && (value < edges[i + 1]! || (i === counts.length - 1 && value === edges[i + 1])),
              ).length,
          );
          expect(counts).toEqual(want);
          expect(counts.reduce((a, b) => a + b)).toBe(values.length);
        },
      ),
    );
  });

  it('is linear for a picture and logarithmic when a few values are far away', () => {
    const picture = Array.from({ length: 1000 }, (_, i) => i / 1000);
    expect(histogram(picture)).toMatchObject({ scale: 'linear', edges: { length: 65 } });
    const hot = histogram([...picture, 60_000])!;
    expect(hot.scale).toBe('log');
    expect(hot.edges.at(-1)).toBe(65_536);
    expect(hot.counts.filter((count) => count > 0).length).toBeGreaterThan(8);
  });

  it('mirrors octaves below zero, with one bin around it', () => {
    const { scale, edges, counts } = histogram([-1000, ...new Array<number>(500).fill(0), 1, 1, 2, 1000])!;
    expect(scale).toBe('log');
    expect(edges).toEqual(edges.map((edge) => -edge).reverse());
    expect(counts[(counts.length - 1) / 2]).toBe(500);
  });

  it('is one bin when all values are the same, and null when there are none', () => {
    expect(histogram([3, 3])).toEqual({ scale: 'linear', edges: [3, 3], counts: [2] });
    expect(histogram([])).toBeNull();
  });
});
