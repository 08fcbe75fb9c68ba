import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chromaticitiesOf, luminanceWeights, REC709, rgbToXyz, toSrgb, type Primaries } from './index.ts';

const rows = (matrix: readonly number[], digits: number) => matrix.map((value) => Number(value.toFixed(digits)));

describe('matrices', () => {
  it('are those that are published', () => {
    // IEC 61966-2-1 (sRGB → XYZ), and the ACES CTL's AP0 and AP1 → XYZ and → Rec. 709.
    expect(rows(rgbToXyz(REC709), 4)).toEqual([0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505]);
    expect(rows(rgbToXyz(chromaticitiesOf('lin_ap0_scene')!), 5)).toEqual([0.95255, 0, 0.00009, 0.34397, 0.72817, -0.07213, 0, 0, 1.00883]);
    expect(rows(toSrgb(chromaticitiesOf('lin_ap1_scene')!)!, 3)).toEqual([1.705, -0.622, -0.083, -0.13, 1.141, -0.011, -0.024, -0.129, 1.153]);
    expect(rows(luminanceWeights(REC709), 4)).toEqual([0.2126, 0.7152, 0.0722]);
  });

  it('leave sRGB as it is, and white white', () => {
    expect(toSrgb(REC709)).toBeNull();
    const near = (value: number) => fc.double({ min: value - 0.05, max: value + 0.05, noNaN: true });
    const primaries = fc.record({
      red: fc.tuple(near(0.68), near(0.3)), green: fc.tuple(near(0.2), near(0.7)), blue: fc.tuple(near(0.14), near(0.06)), white: fc.tuple(near(0.32), near(0.34)),
    });
    fc.assert(
      fc.property(primaries, (given) => {
        const matrix = toSrgb(given)!;
        for (const row of [0, 3, 6]) expect(matrix[row]! + matrix[row + 1]! + matrix[row + 2]!).toBeCloseTo(1, 9);
      }),
    );
  });

  it('are not made of what are no primaries', () => {
    for (const at of [[0, 0], [NaN, 0.3], [0.3, 0.3]] as const) expect(toSrgb({ red: at, green: at, blue: at, white: at } as unknown as Primaries)).toBeUndefined();
  });
});
