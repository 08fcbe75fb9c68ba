import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageAnswer } from '../../shared/protocol.ts';
import { halfTable } from './half.ts';
import { legendMarks, unlog } from './legend-marks.ts';
import { logOf } from './look.ts';
import { Pace } from './pace.ts';
import { packPlanes } from './pack.ts';
import { rampColour } from './ramp.ts';
import { rangeOf } from './range.ts';
import { grown } from './renderer.ts';

const answer = (planes: ImageAnswer['planes'], hasAlpha = false, format: ImageAnswer['format'] = 'float'): ImageAnswer => ({
  revision: 1, width: planes[0]!.length, height: 1, region: { xMin: 0, yMin: 0, xMax: planes[0]!.length - 1, yMax: 0 }, scaleX: 1, scaleY: 1, format, planes, names: [], hasAlpha, marks: null, range: null, problems: [], leftOut: false,
});

describe('halves', () => {
  it('are what binary16 says', () => {
    const table = halfTable();
    expect([table[0x3c00], table[0xc000], table[0x7bff], table[1], table[0x0400], table[0x7c00], table[0xfc00]]).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14, Infinity, -Infinity]);
    expect(table[0x7e00]).toBeNaN();
    expect(Object.is(table[0x8000], -0)).toBe(true);
  });
});

describe('packing', () => {
  it('puts planes beside each other, alpha last', () => {
    const f = (...values: number[]): Float32Array => Float32Array.from(values);
    expect([...packPlanes(answer([f(1, 2), f(3, 4), f(5, 6)])).data]).toEqual([1, 3, 5, 0, 2, 4, 6, 0]);
    expect([...packPlanes(answer([f(1, 2), f(3, 4), f(5, 6), f(0.5, 1)], true)).data]).toEqual([1, 3, 5, 0.5, 2, 4, 6, 1]);
    expect([...packPlanes(answer([f(1, 2), f(0.5, 1)], true)).data]).toEqual([1, 0, 0, 0.5, 2, 0, 0, 1]);
    expect(packPlanes(answer([f(1, 2)]))).toMatchObject({ components: 1 });
  });

  it('leaves nothing that is not finite, and everything else as it is', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const packed = packPlanes(answer([halves], false, 'half')).data;
    const table = halfTable();
    const wrong = [...packed].filter((bits, i) => !Number.isFinite(table[bits]!) || (Number.isFinite(table[i]!) && bits !== i));
    expect(wrong).toEqual([]);
    expect([...packPlanes(answer([Float32Array.from([NaN, Infinity, -Infinity, -2])])).data]).toEqual([0, 0, 0, -2]);
  });
});

describe('the range of a picture', () => {
  const plain = { kind: 'gray', matrix: null, weights: [0.2126, 0.7152, 0.0722] } as const;
  it('leaves out what is not finite and a depth of nothing', () => {
    expect(rangeOf([answer([Float32Array.from([3, NaN, 1, Infinity, 1e10])])], plain)).toEqual([1, 3]);
    expect(rangeOf([answer([Float32Array.from([1e9, 2e9])])], plain)).toEqual([1e9, 2e9]);
    expect(rangeOf([answer([Float32Array.from([2, 2])])], plain)).toBeNull();
    expect(rangeOf([], plain)).toBeNull();
  });
  it('is that of the light that is drawn, without alpha', () => {
    const planes = [[1, 0], [0, 2], [0, 0], [9, 9]].map((values) => Float32Array.from(values));
    expect(rangeOf([answer(planes, true)], { ...plain, kind: 'rgb' })).toEqual([0, 2]);
    expect(rangeOf([answer(planes, true)], { ...plain, kind: 'rgb', matrix: [2, 0, 0, 0, 1, 0, 0, 0, -1] })).toEqual([0, 2]);
    expect(rangeOf([answer([[0.5, 0.25], [NaN, NaN], [NaN, NaN]].map((values) => Float32Array.from(values)))], { ...plain, kind: 'luma' })![1]).toBeCloseTo(0.5);
  });
});

describe('spreading by the logarithm', () => {
  const ranges = fc.tuple(fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.double({ min: 0.01, max: 1e5, noNaN: true })).map(([low, span]): [number, number] => [low, low + span]);
  it('runs from 0 to 1, rising, whatever the ends', () => {
    fc.assert(fc.property(ranges, (range) => {
      const [add, multiply, scale] = logOf(range);
      const at = (value: number): number => Math.log2(add + multiply * value) * scale;
      expect(at(range[0])).toBeCloseTo(0, 5);
      expect(at(range[1])).toBeCloseTo(1, 5);
      const middle = (range[0] + range[1]) / 2;
      expect(at(middle)).toBeGreaterThan(at(range[0]));
      expect(at(middle)).toBeLessThan(at(range[1]));
      expect(Math.abs(unlog(at(middle), range) - middle)).toBeLessThan((range[1] - range[0]) * 1e-6);
    }));
  });
  it('is told along the legend', () => {
    expect(legendMarks('linear', [0, 4]).map(({ text }) => text)).toEqual(['0', '1', '2', '3', '4']);
    expect(legendMarks('log', [1, 16]).map(({ text }) => text)).toEqual(['1', '2', '4', '8', '16']);
    expect(legendMarks('off', null)).toHaveLength(8);
    expect(legendMarks('linear', null)).toEqual([]);
  });
});

describe('false colours', () => {
  it('grow lighter from end to end', () => {
    const lightness = Array.from({ length: 256 }, (_, i) => rampColour(i / 255)).map(([r, g, b]) => {
      const linear = [r, g, b].map((code) => (code / 255 <= 0.04045 ? code / 255 / 12.92 : ((code / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
    });
    lightness.slice(8).forEach((value, i) => expect(value, `step ${i}`).toBeGreaterThan(lightness[i]!));
    expect(rampColour(-1)).toEqual(rampColour(0));
    expect(rampColour(2)).toEqual(rampColour(1));
  });
});

describe('marks', () => {
  it('of a shrunk picture reach one pixel further', () => {
    const marks = new Uint8Array(25);
    marks[12] = 1;
    marks[0] = 2;
    expect([...grown(marks, 5, 5)]).toEqual([2, 0, 0, 0, 0, 0, 4, 4, 4, 0, 0, 4, 5, 4, 0, 0, 4, 4, 4, 0, 0, 0, 0, 0, 0]);
  });
});

describe('the pace of frames', () => {
  const run = (gap: number, frames: number): boolean[] => {
    const pace = new Pace();
    return Array.from({ length: frames }, (_, i) => pace.frame(1000 + i * gap));
  };
  it('turns coarse when frames stay slow, and not for one that is late', () => {
    expect(run(16, 20).some(Boolean)).toBe(false);
    expect(run(60, 10)).toEqual([false, false, false, true, true, true, true, true, true, true]);
    const pace = new Pace();
    expect([0, 16, 32, 400, 416, 432].map((now) => pace.frame(now)).some(Boolean)).toBe(false);
  });
  it('is fine again after a rest', () => {
    const pace = new Pace();
    for (let i = 0; i < 10; i++) pace.frame(i * 60);
    pace.rest();
    expect(pace.frame(10_000)).toBe(false);
    for (let i = 0; i < 10; i++) pace.frame(20_000 + i * 60);
    expect(pace.frame(40_000)).toBe(false);
    expect(pace.restAfter).toBe(250);
  });
});
