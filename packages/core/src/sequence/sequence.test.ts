import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameFileName, frameNameOf, frameRanges, groupSequences, missingFrames, parseFrameRanges, patternFits } from './index.ts';

const rising = fc.uniqueArray(fc.integer({ min: 0, max: 9999 }), { maxLength: 60 }).map((frames) => frames.sort((a, b) => a - b));

describe('groups', () => {
  it('puts frames together and leaves other files alone', () => {
    const groups = groupSequences(['b.1003.exr', 'b.1001.exr', 'a_0007.exr', 'still.exr', 'b.1002.exr', 'b.1001.sxr']);
    expect(groups.map(({ pattern, frames }) => [pattern, frames.map(({ frame }) => frame)])).toEqual([
      ['a_####.exr', [7]], ['b.####.exr', [1001, 1002, 1003]], ['b.####.sxr', [1001]], ['still.exr', []],
    ]);
  });
  it('knows numbers that outgrow their width, and other paddings of the same name', () => {
    expect(groupSequences(['a.998.exr', 'a.1000.exr', 'a.999.exr']).map(({ pattern, frames }) => [pattern, frames.length])).toEqual([['a.#.exr', 3]]);
    expect(groupSequences(['a.0998.exr', 'a.10000.exr']).map(({ pattern, frames }) => [pattern, frames.length])).toEqual([['a.####.exr', 2]]);
    expect(groupSequences(['a.0010.exr', 'a.00010.exr']).map(({ pattern }) => pattern)).toEqual(['a.####.exr', 'a.#####.exr'].sort());
  });
  it('takes hyphens for signs only where they are', () => {
    expect(frameNameOf('a.-0010.exr')).toMatchObject({ before: 'a.', digits: '-0010', frame: -10, width: 4 });
    expect(frameNameOf('a-1001.exr')).toMatchObject({ before: 'a-', digits: '1001', frame: 1001 });
    expect(frameNameOf('still.exr')).toBeNull();
    expect(frameFileName('a.####.exr', -10)).toBe('a.-0010.exr');
  });
  it('finds every file again by its pattern', () => {
    fc.assert(fc.property(rising, fc.boolean(), (frames, padded) => {
      const names = frames.map((frame) => `shot_v002.${String(frame).padStart(padded ? 4 : 3, '0')}.exr`);
      const groups = groupSequences(names);
      expect(groups.flatMap(({ frames: files }) => files.map(({ name }) => name)).sort()).toEqual([...names].sort());
      for (const { pattern, frames: files } of groups) for (const { name, frame } of files) {
        expect(patternFits(pattern, name)).toBe(frame);
        expect(frameFileName(pattern, frame)).toBe(name);
      }
    }));
    expect(patternFits('a.####.exr', 'b.1001.exr')).toBeNull();
    expect(patternFits('a.####.exr', 'a.00001.exr')).toBeNull();
    expect(patternFits('a.exr', 'a.1001.exr')).toBeNull();
  });
});

describe('ranges', () => {
  it('writes them as people do', () => {
    expect(frameRanges([1001, 1002, 1003, 1005, 1010, 1012, 1014])).toBe('1001-1003,1005,1010-1014x2');
    expect(frameRanges([])).toBe('');
    expect(frameRanges([-2, -1, 0])).toBe('-2-0');
  });
  it('reads what it wrote', () => {
    fc.assert(fc.property(rising.filter((frames) => frames.length > 0), (frames) => {
      expect(parseFrameRanges(frameRanges(frames))).toEqual(frames);
    }));
    expect(parseFrameRanges('5, 1 - 3')).toEqual([1, 2, 3, 5]);
    for (const wrong of ['', 'x', '5-1', '1-9x0', '1--', '1-99999999x1']) expect(() => parseFrameRanges(wrong), wrong).toThrow();
  });
  it('says what lies between the first and the last frame and is not there', () => {
    expect(missingFrames([1001, 1002, 1005, 1006])).toEqual({ step: 1, count: 2, ranges: [{ first: 1003, last: 1004, step: 1 }] });
    expect(missingFrames([1, 3, 5, 9, 11])).toEqual({ step: 2, count: 1, ranges: [{ first: 7, last: 7, step: 2 }] });
    expect(missingFrames([7])).toEqual({ step: 1, count: 0, ranges: [] });
    fc.assert(fc.property(rising.filter((frames) => frames.length > 1), (frames) => {
      const { step, ranges, count } = missingFrames(frames);
      const absent = ranges.flatMap(({ first, last }) => Array.from({ length: (last - first) / step + 1 }, (_, i) => first + i * step));
      expect(absent.length).toBe(count);
      expect(absent.some((frame) => frames.includes(frame))).toBe(false);
    }));
  });
});
