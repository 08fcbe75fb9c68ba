import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNatural, isFramePattern, parseFramePattern, PATTERN_STYLES, patternFileName, patternFrame, printFramePattern, type ParsedPattern } from './index.ts';

describe('patterns that people type', () => {
  // What each program means by it: docs/formats/sequences.md.
  it.each([
    ['a.####.exr', 'a.', 4, '.exr', null],
    ['a.#.exr', 'a.', 1, '.exr', null],
    ['a.@.exr', 'a.', 1, '.exr', null],
    ['a.@@@.exr', 'a.', 3, '.exr', null],
    ['a.%04d.exr', 'a.', 4, '.exr', null],
    ['a.%4d.exr', 'a.', 4, '.exr', null],
    ['a.%d.exr', 'a.', 1, '.exr', null],
    ['a.$F4.exr', 'a.', 4, '.exr', null],
    ['a.$F.exr', 'a.', 1, '.exr', null],
    ['a.${F4}_b.exr', 'a.', 4, '_b.exr', null],
    ['a.<F4>.exr', 'a.', 4, '.exr', null],
    ['a.<UDIM>.exr', 'a.', 4, '.exr', null],
    ['a.%(UDIM)d.exr', 'a.', 4, '.exr', null],
    ['main####.exr', 'main', 4, '.exr', null],
    ['c#/sh$OW/a_%V.####.exr', 'c#/sh$OW/a_%V.', 4, '.exr', null],
    ['a.1001-1003####.exr', 'a.', 4, '.exr', [1001, 1002, 1003]],
    ['a.[1001-1003]####.exr', 'a.', 4, '.exr', [1001, 1002, 1003]],
    ['a.1001-1007x2,1010####.exr', 'a.', 4, '.exr', [1001, 1003, 1005, 1007, 1010]],
    ['img.-2--1@@@@.exr', 'img.', 4, '.exr', [-2, -1]],
    ['main1-3####.exr', 'main', 4, '.exr', [1, 2, 3]],
    ['a.####.exr 1001-1005x2', 'a.', 4, '.exr', [1001, 1003, 1005]],
    ['a.%04d.exr [1-3, 7]', 'a.', 4, '.exr', [1, 2, 3, 7]],
    ['name 1_####.exr', 'name 1_', 4, '.exr', null],
    ['shot_v011.####.exr', 'shot_v011.', 4, '.exr', null],
  ] as const)('%s', (text, before, width, after, frames) => {
    expect(parseFramePattern(text)).toEqual({ pattern: { before, width, after, udim: text.includes('UDIM') }, frames });
    expect(isFramePattern(text.replace(/ (?:\[.*\]|[\d,x-]+)$/, ''))).toBe(true);
  });

  it.each(['a.1001.exr', 'a.exr', '', 'a.####.b.####.exr', 'a.<UVTILE>.exr', 'a.####.%s.exr', 'a.####.$HIP.exr', 'a.5-1####.exr', 'a.1-9x0####.exr', 'a.1-3####.exr 5', 'a.%x.exr', 'a.####.@.exr'])(
    'is an error: %s', (text) => expect(() => parseFramePattern(text)).toThrow(/INVALID_ARGUMENT|pattern|frames/),
  );

  it('takes # for four digits where that is asked', () => {
    expect(parseFramePattern('a.1-3#.exr', { hash: 'four' })).toMatchObject({ pattern: { width: 4 }, frames: [1, 2, 3] });
    expect(parseFramePattern('a.##.exr', { hash: 'four' }).pattern.width).toBe(8);
    expect(parseFramePattern('a.@@.exr', { hash: 'four' }).pattern.width).toBe(2);
  });
});

describe('names of a pattern', () => {
  const { pattern } = parseFramePattern('x/img.####.exr');
  it.each([['x/img.0007.exr', 7], ['x/img.10000.exr', 10000], ['x/img.-0002.exr', -2], ['x/img.-002.exr', -2], ['x/img.00007.exr', null], ['x/img.007.exr', null], ['img.0007.exr', null], ['x/img.0007.exr.tmp', null], ['x/imgx0007.exr', null]])(
    '%s: %s', (name, frame) => expect(patternFrame(pattern, name)).toBe(frame),
  );
  it('views and tiles', () => {
    const views = parseFramePattern('a_%V.####.exr').pattern;
    expect([patternFrame(views, 'a_left.0001.exr'), patternFrame(views, 'a_right.0001.exr'), patternFrame(views, 'a_mid.0001.exr')]).toEqual([1, 1, null]);
    const tiles = parseFramePattern('t.<UDIM>.exr').pattern;
    expect([patternFrame(tiles, 't.1001.exr'), patternFrame(tiles, 't.1999.exr'), patternFrame(tiles, 't.2000.exr'), patternFrame(tiles, 't.0001.exr')]).toEqual([1001, 1999, null, null]);
  });
});

const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_ -]{0,8}$/);
const parsed: fc.Arbitrary<ParsedPattern> = fc.record({
  pattern: fc.record({ before: fc.tuple(part, fc.constantFrom('.', '_', '/a.', '-')).map(([a, b]) => a + b), width: fc.integer({ min: 1, max: 8 }), after: fc.constantFrom('.exr', '_.exr', '.crypto.exr'), udim: fc.constant(false) }),
  frames: fc.option(fc.uniqueArray(fc.integer({ min: -99, max: 12000 }), { minLength: 1, maxLength: 20 }).map((frames) => frames.sort((a, b) => a - b)), { nil: null }),
});

describe('printing', () => {
  it('is read back as the same, in every style that can say it', () => {
    const refused = new Set<string>();
    fc.assert(fc.property(parsed, fc.constantFrom(...PATTERN_STYLES), (one, style) => {
      let text: string;
      try {
        text = printFramePattern(one, style);
      } catch {
        refused.add(style);
        return;
      }
      const back = parseFramePattern(text, { hash: style === 'fileseq' ? 'four' : 'digit' });
      expect(back.pattern).toEqual(one.pattern);
      if (style !== 'printf' && style !== 'houdini') expect(back.frames).toEqual(one.frames);
    }), { numRuns: 1500 });
    expect([...refused].filter((style) => style === 'printf' || style === 'houdini')).toEqual([]);
  });
  it('writes what the others write', () => {
    const one = parseFramePattern('a.####.exr 1001-1002,1005-1009x2');
    expect(Object.fromEntries(PATTERN_STYLES.map((style) => [style, printFramePattern(one, style)]))).toEqual({
      exr: 'a.####.exr 1001-1002,1005-1009x2', nuke: 'a.####.exr 1001-1002,1005-1009x2', fileseq: 'a.1001-1002,1005-1009x2#.exr', printf: 'a.%04d.exr', houdini: 'a.$F4.exr',
      pyseq: 'a.%04d.exr [1001-1002, 1005, 1007, 1009]', clique: 'a.%04d.exr [1001-1002, 1005, 1007, 1009]',
    });
    expect(printFramePattern(parseFramePattern('a.###.exr 1-3'), 'fileseq')).toBe('a.1-3@@@.exr');
    expect(printFramePattern(parseFramePattern('a.<UDIM>.exr'), 'exr')).toBe('a.<UDIM>.exr');
  });
  it('refuses what would be read otherwise', () => {
    expect(() => printFramePattern({ pattern: { before: 'a@2.', width: 4, after: '.exr', udim: false }, frames: null })).toThrow(/read back/);
    expect(() => printFramePattern({ pattern: { before: 'a.', width: 4, after: '.exr', udim: true }, frames: [1001] }, 'fileseq')).toThrow(/read back/);
  });
  it('names of frames', () => fc.assert(fc.property(parsed, fc.integer({ min: -999, max: 99999 }), ({ pattern }, frame) => {
    expect(patternFrame(pattern, patternFileName(pattern, frame))).toBe(frame);
  })));
});

describe('natural order', () => {
  it.each([
    ['a.100.exr a.99.exr a.9.exr', 'a.9.exr a.99.exr a.100.exr'],
    ['b10 b9 B10 a', 'a b9 B10 b10'],
    ['sh020 sh10 sh5', 'sh5 sh10 sh020'],
    ['a.01 a.1 a.001', 'a.1 a.01 a.001'],
    ['a.1.exr a.1', 'a.1 a.1.exr'],
  ])('%s', (names, expected) => expect(names.split(' ').sort(compareNatural).join(' ')).toBe(expected));
  it('is a total order', () => fc.assert(fc.property(fc.array(fc.stringMatching(/^[aB0-2.]{0,6}$/), { maxLength: 12 }), (names) => {
    const sorted = [...names].sort(compareNatural);
    for (let i = 0; i < sorted.length; i++) for (let j = i; j < sorted.length; j++) {
      expect(Math.sign(compareNatural(sorted[i]!, sorted[j]!))).toBe(sorted[i] === sorted[j] ? 0 : -1);
    }
  })));
});
