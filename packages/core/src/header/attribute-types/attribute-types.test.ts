import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../bytes/index.ts';
import { ATTRIBUTE_TYPES, openExr, valueOf } from '../index.ts';
import { bytes, exr, rawAttribute, required, u32 } from '../exr-bytes.spec-util.ts';

const fixtures = join(import.meta.dirname, '../../../../../test-fixtures');

describe('every type of the specification', () => {
  // What Debian's exrinfo -v and exrheader print of test-fixtures/attributes_all.exr (test values in decimal, floats as float32).
  const f = Math.fround;
  const expected: Record<string, unknown> = {
    adoptedNeutral: [f(0.3127), f(0.329)],
    b2f: { xMin: -0.5, yMin: 2, xMax: 3, yMax: 4.25 },
    b2i: { xMin: -1, yMin: 2, xMax: 3, yMax: 4 },
    capDate: '2026:11:23 10:11:12',
    chromaticities: { red: [f(0.713), f(0.293)], green: [f(0.165), f(0.83)], blue: [f(0.128), f(0.044)], white: [f(0.32168), f(0.33767)] },
    compression: 'zip',
    dataWindow: { xMin: -7, yMin: 3, xMax: 78, yMax: 66 },
    dbl: 1 / 3,
    empty: '',
    envmap: 'latlong',
    evil: '\x1b[31mred\x1b[0m \u202e rtl \x07 bell',
    expTime: f(0.0208),
    flt: -0,
    framesPerSecond: { numerator: 24000, denominator: 1001 },
    fvec: [1, 2.5, -3],
    int: -42,
    keyCode: { filmMfcCode: 12, filmType: 34, prefix: 567890, count: 1234, perfOffset: 63, perfsPerFrame: 4, perfsPerCount: 64 },
    lineOrder: 'increasing_y',
    m33d: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    m33f: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    m44d: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    multiView: ['left', 'right'],
    str: 'plain',
    strvec: ['left', 'right', '', 'naïve'],
    v2d: [0.1, 0.2],
    v2f: [0.5, -2],
    v2i: [1, -2],
    v3d: [1, 2, 3],
    v3f: [1, 2, 3],
    v3i: [1, 2, 3],
  };

  it('has the values that another reader sees', async () => {
    const part = (await openExr(memorySource(readFileSync(join(fixtures, 'attributes_all.exr'))))).parts[0]!;
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, part.attribute(name)?.value]));
    expect(found).toEqual(expected);
    expect(part.attribute('preview')!.value).toMatchObject({ width: 8, height: 6, rgba: { length: 192 } });
    expect(part.attribute('timeCode')!.value).toMatchObject({ timeAndFlags: 16909124, userData: 7, hours: 1, minutes: 2, seconds: 3, frame: 4, dropFrame: true });
    expect(part.attribute('blob')).toMatchObject({ type: 'studioType' });
    expect(part.attribute('blob')!.value).toBeInstanceOf(Uint8Array);
  });

  it('reads the three states of a time code’s bits', () => {
    const read = (word: number) => ATTRIBUTE_TYPES.get('timecode')!.read(bytes(u32(word), u32(0x87654321)));
    // 23:59:58;29, drop frame and every other flag (SMPTE 12M: BCD with flags above the digits).
    expect(read(0x23595829 | 0x40 | 0x80 | 0x8000 | 0x800000 | 0x40000000 | -0x80000000)).toEqual({
      hours: 23, minutes: 59, seconds: 58, frame: 29, dropFrame: true, colorFrame: true, fieldPhase: true, bgf0: true, bgf1: true, bgf2: true,
      timeAndFlags: 0xe3d9d8e9, userData: 0x87654321,
    });
  });

  // Written by OpenEXR 3.4.16: BytesAttribute(5, {1, 2, 3, 250, 0}, "application/x-test"), and one of 3 bytes without a hint.
  it('reads bytes with and without a hint', async () => {
    const hint = new TextEncoder().encode('application/x-test');
    const hinted = rawAttribute('aBytes', 'bytes', bytes(u32(18), hint, Uint8Array.of(1, 2, 3, 250, 0)));
    const bare = rawAttribute('bBytes', 'bytes', bytes(u32(0), Uint8Array.of(1, 2, 3)));
    const part = (await openExr(memorySource(exr(bytes(hinted, bare, required()))))).parts[0]!;
    expect(valueOf(part.attribute('aBytes'), 'bytes')).toEqual({ typeHint: 'application/x-test', data: Buffer.from([1, 2, 3, 250, 0]) });
    expect(valueOf(part.attribute('bBytes'), 'bytes')).toMatchObject({ typeHint: '', data: { length: 3 } });
  });
});

/** Sizes that could be right for some type. */
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(1, 4, 8, 9, 12, 16, 24, 28, 32, 36, 64, 72, 128).chain((size) => fc.uint8Array({ minLength: size, maxLength: size })));

describe.each([...ATTRIBUTE_TYPES.values()].map((type) => [type.name, type] as const))('type %s', (_, type) => {
  it('checks any bytes, and writes what it read', () => {
    fc.assert(
      fc.property(anyBytes, (content) => {
        const problem = type.check(content);
        if (problem !== null) return void expect(problem).toMatch(/\S/);
        const value = type.read(content);
        if (type.exact?.(value) ?? true) expect(Buffer.from(type.write(value)).equals(content)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what a decoded value does not hold is known', () => {
  it('NaN payloads', () => {
    const float = ATTRIBUTE_TYPES.get('float')!;
    expect(float.exact!(float.read(Uint8Array.of(1, 0, 0xa0, 0x7f)))).toBe(false);
    expect(float.exact!(float.read(Uint8Array.of(0, 0, 0x80, 0x7f)))).toBe(true);
  });

  it('reserved bytes of a channel, and bytes behind the list', () => {
    const chlist = ATTRIBUTE_TYPES.get('chlist')!;
    const channel = (pLinear: number) => bytes(Uint8Array.of(82, 0), u32(1), u32(pLinear), u32(1), u32(1));
    const exact = (content: Uint8Array) => [chlist.check(content), chlist.exact!(chlist.read(content))];
    expect(exact(bytes(channel(1), 0))).toEqual([null, true]);
    expect(exact(bytes(channel(0x100), 0))).toEqual([null, false]);
    expect(exact(bytes(channel(48), 0))).toEqual([null, false]);
    expect(exact(bytes(channel(0), 0, 5))).toEqual([null, false]);
  });
});
