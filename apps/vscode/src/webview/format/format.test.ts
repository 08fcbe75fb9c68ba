import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberIn } from '../components/number-field.tsx';
import { floatText, readable, wrapped } from './attribute.ts';
import { pixelText, stopsText, valueText, zoomText } from './numbers.ts';
import { valuesText } from './pixels.ts';

describe('numbers', () => {
  it('are written as people read them', () => {
    expect([0, -0, 1, 0.5, -2.25, 65504, 1e-7, 1234567.8, 1e10, NaN, Infinity, -Infinity, 1 / 3].map((value) => valueText(value))).toEqual([
      '0', '−0', '1', '0.5', '−2.25', '65504', '1e−7', '1.2346e6', '1e10', 'NaN', '+Inf', '−Inf', '0.33333',
    ]);
    expect([pixelText(4294967295, 'uint'), pixelText(0.1, 'half'), pixelText(Math.fround(0.1), 'float')]).toEqual(['4294967295', '0.1', '0.1']);
    expect([stopsText(0), stopsText(1.5), stopsText(-0.25), stopsText(0.001)]).toEqual(['0.00', '+1.50', '−0.25', '0.00']);
    expect([zoomText(1), zoomText(1 / 3), zoomText(16), zoomText(0.015)]).toEqual(['100%', '33.3%', '1600%', '1.50%']);
  });

  it('come back near enough from what was written', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }), (value) => {
      const back = Number(valueText(value, 7).replaceAll('−', '-'));
      expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * 5.01e-7 + 1e-300);
    }));
  });

  it('are understood as people type them', () => {
    expect(['1,5', '−2', ' +3 ', '1/2', '', 'x', '1e3'].map(numberIn)).toEqual([1.5, -2, 3, 0.5, null, null, 1000]);
  });

  it('of float32 have the fewest digits that give them back', () => {
    fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(Number(floatText(value))) + 0).toBe(value + 0); // zero has no sign here, as in the JSON that attributes come as
    }));
    expect(floatText(Math.fround(0.713))).toBe('0.713');
  });
});

describe('an attribute', () => {
  it('is said in a line, and laid out below it where that helps', () => {
    expect(readable({ type: 'rational', value: { numerator: 24000, denominator: 1001 }, size: 8 }).line).toBe('24000/1001 = 23.976025');
    expect(readable({ type: 'box2i', value: { x_min: -7, y_min: 3, x_max: 78, y_max: 66 }, size: 16 }).line).toBe('86 × 64 · (-7, 3) to (78, 66)');
    expect(readable({ type: 'timecode', value: { hours: 1, minutes: 2, seconds: 3, frame: 4, drop_frame: true }, size: 8 }).line).toBe('01:02:03;04');
    const matrix = readable({ type: 'm33f', value: [1, 0, 0, 0, 1, 0, 0, 0, 1], size: 36 });
    expect([matrix.line, matrix.rows.map(({ value }) => value)]).toEqual(['3 × 3 identity', ['1  0  0', '0  1  0', '0  0  1']]);
    expect(readable({ type: 'm44f', value: [1, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -0.5, 0, 0, 1], size: 64 }).rows[3]!.value).toBe('-0.5   0  0  1');
    expect(readable({ type: 'chromaticities', value: { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] }, size: 32 }).rows).toHaveLength(4);
    expect(readable({ type: 'stringvector', value: ['left', 'right'], size: 17 }).line).toBe('“left”, “right”');
    expect(readable({ type: 'string', value: '', size: 0 }).line).toBe('(empty)');
    expect(readable({ type: 'floatvector', value: [1, 'NaN', -3], size: 12 }).line).toBe('1, NaN, -3');
  });

  it('that is text shows what is in it instead of doing it', () => {
    expect(readable({ type: 'string', value: '\x1b[31mred\u202e', size: 10 }).line).toBe('\\x1b[31mred\\u202e');
    const long = readable({ type: 'string', value: `${'x'.repeat(500)}\nsecond`, size: 507 });
    expect(long.line).toHaveLength(161);
    expect(long.rows.map(({ label }) => label).filter(Boolean)).toEqual(['line 1', 'line 2']);
    expect(wrapped('a\n\nb').map(({ value }) => value)).toEqual(['a', '', 'b']);
  });

  it('of bytes is a hex dump, and says when there is more', () => {
    const bytes = readable({ type: 'studioType', value: { encoding: 'base64', length: 6, data: 'AAEC+vv8' }, size: 6 });
    expect([bytes.line, bytes.rows.length, bytes.cut]).toEqual(['00 01 02 fa fb fc · 6 B', 1, false]);
    expect(readable({ type: 'x', value: { encoding: 'base64', length: 600, data: 'AAEC', truncated: true }, size: 600 }).cut).toBe(true);
  });

  it('of any value is said without failing', () => {
    fc.assert(fc.property(fc.constantFrom('string', 'int', 'float', 'unknown', 'stringvector', 'bytes'), fc.jsonValue(), (type, value) => {
      expect(typeof readable({ type, value: value as never, size: 1 }).line).toBe('string');
    }));
  });
});

describe('copies', () => {

  it('of a pixel have a line for each channel', () => {
    expect(valuesText({ at: { x: 3, y: -4 }, values: [{ name: 'R', value: -0.5 }], exact: null })).toBe('x, y\t3, -4\nR\t-0.5');
    expect(valuesText({ at: null, values: [], exact: null })).toBeNull();
    const exact = { region: { xMin: 0, yMin: 0, xMax: 0, yMax: 0 }, channels: [{ name: 'id', type: 'uint', width: 1, height: 1, values: Uint32Array.of(7) }, { name: 'RY', type: 'half', width: 0, height: 0, values: new Float32Array(0) }], deep: null };
    expect(valuesText({ at: { x: 0, y: 0 }, values: [], exact })).toBe('x, y\t0, 0\nid\t7\nRY\t');
  });
});
