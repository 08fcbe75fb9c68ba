import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, hasEscapedBytes, meantName, openExr, type ExrFile } from './index.ts';
import { memorySource } from '../bytes/index.ts';
import { buildReport } from '../report/index.ts';
import { readPlane } from '../pixels/index.ts';
import { choosePicture } from '../preview/index.ts';
import { chosenChannels, computeStats } from '../stats/index.ts';
import { plainText } from '../text/index.ts';

const bytes = (...list: (string | number)[]): string => decodeText(Uint8Array.from(list.flatMap((each) => (typeof each === 'number' ? [each] : [...Buffer.from(each)]))));
// Latin-1, UTF-8, Shift-JIS, a cut UTF-8 sequence of two bytes, an escape sequence.
const [cafe, utf8, sjis, cut, ansi] = [bytes('caf', 0xe9, '.R'), 'thé.R', bytes(0x83, 0x65, 0x83, 0x58, '.R'), bytes('cut', 0xe3, 0x81, '.R'), 'a\x1b[31m.R'];
const names = [ansi, cafe, cut, utf8, sjis];

it.each<[string, string | undefined]>([
  ['caf\\xe9.R', cafe], ['caf\\xE9.R', cafe], ['caf\\u00e9.R', undefined], ['café.R', cafe], ['caf\ufffd.R', cafe],
  ['thé.R', utf8], ['th\\xc3\\xa9.R', utf8], ['th\\u00e9.R', utf8], ['th\\u{e9}.R', utf8], ['th\ufffd.R', undefined], ['thÃ©.R', undefined],
  ['\\x83\\x65\\x83\\x58.R', sjis], ['\\x83e\\x83X.R', sjis], ['\x83e\x83X.R', sjis], ['\ufffde\ufffdX.R', sjis],
  // A shell's decoder takes E3 81 for one broken character, others for two.
  ['cut\ufffd.R', cut], ['cut\ufffd\ufffd.R', cut], ['cut\\xe3\\x81.R', cut],
  ['a\\x1b[31m.R', ansi], ['a\x1b[31m.R', ansi], ['a\\u001b[31m.R', ansi], ['caf.R', undefined], ['', undefined],
])('%j is %j', (asked, meant) => expect(meantName(asked, names)).toBe(meant));

it('the name itself goes before everything', () => {
  const literal = 'caf\\xe9.R';
  expect([meantName('café.R', [cafe, 'café.R']), meantName('café.R', ['café.R', cafe]), meantName(literal, [cafe, literal]), meantName('caf\ufffd.R', [cafe, 'caf\ufffd.R'])]).toEqual(['café.R', 'café.R', literal, 'caf\ufffd.R']);
});

it('what may be several says so, with spellings that are one', () => {
  const other = bytes('caf', 0xe8, '.R');
  expect(() => meantName('caf\ufffd.R', [cafe, other])).toThrow('"caf\ufffd.R" may be "caf\\xe9.R" or "caf\\xe8.R": name it as it is written here');
  expect([meantName('caf\\xe8.R', [cafe, other]), meantName('cafè.R', [cafe, other]), meantName('caf\ufffd.R', [cafe, cafe])]).toEqual([other, other, cafe]);
});

it('what is shown names what it is shown for, whatever the bytes', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom(0xe9, 0xc3, 0xa9, 0x41, 0x1b, 0x2e), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 }), (list) => {
    const name = decodeText(Uint8Array.from(list));
    expect(meantName(plainText(name), [name, 'R'])).toBe(name);
    expect(meantName(list.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''), [name, 'no'])).toBe(name);
    if (hasEscapedBytes(name)) expect(meantName(Buffer.from(list).toString('latin1'), [name])).toBe(name);
  }));
});

interface Expected {
  readonly parts: readonly { readonly levels: readonly { readonly channels: Readonly<Record<string, { readonly mean: number }>> }[] }[];
}

/** B, G and R as E8, E9 and FF; A stays. */
async function renamed(): Promise<ExrFile> {
  const file = Uint8Array.from(readFileSync(new URL('../../../../test-fixtures/scan_half_rgba_none.exr', import.meta.url)));
  const list = Buffer.from(file.buffer).indexOf('channels\0chlist\0') + 20;
  [0xe8, 0xe9, 0xff].forEach((byte, i) => (file[list + 18 * (i + 1)] = byte));
  return openExr(memorySource(file, 'latin.exr'));
}

describe('a file with such names', () => {
  it('statistics, planes and pictures of them', async () => {
    const expected = JSON.parse(readFileSync(new URL('../../../../test-fixtures/scan_half_rgba_none.expected.json', import.meta.url), 'utf8')) as Expected;
    const mean = (name: string): number => expected.parts[0]!.levels[0]!.channels[name]!.mean;
    const file = await renamed();
    for (const [spelling, name] of [['è', 'B'], ['\\xe9', 'G'], ['ÿ', 'R']] as const) {
      const { parts } = await computeStats(file, { channels: [spelling] });
      expect(parts[0]!.channels.map((channel) => channel.mean)).toEqual([expect.closeTo(mean(name), 6)]);
      const plane = await readPlane(file, { channel: spelling });
      expect(Array.from(plane.data).reduce((sum, value) => sum + value, 0) / plane.data.length).toBeCloseTo(mean(name), 4);
      expect(choosePicture(file, { channel: spelling }).picture.names).toEqual([file.parts[0]!.channels.find((channel) => channel.name === plane.name)!.name]);
    }
    const all = await computeStats(file, { channels: ['\ufffd*'] });
    expect(all.parts[0]!.channels.length).toBe(3);
    await expect(computeStats(file, { channels: ['\ufffd'] })).rejects.toThrow('may be "\\xe8" or "\\xe9" or "\\xff"');
    await expect(readPlane(file, { channel: '\ufffd' })).rejects.toThrow('may be');
    expect(() => choosePicture(file, { channel: 'é?' })).toThrow(/there are "A", "\\xe8", "\\xe9", "\\xff"/);
    // What the report's list of channels says is the spelling that was refused.
    expect(buildReport(file).channels.map(({ name }) => name)).toEqual(['A', '\ufffd', '\ufffd', '\ufffd']);
  });

  it('layers, and globs over all their spellings', () => {
    const layered = [bytes('caf', 0xe8, '.R'), cafe, bytes('caf', 0xe9, '.Z'), utf8, 'R'];
    expect(chosenChannels(layered, { layer: 'café' })).toEqual([1, 2]);
    expect(chosenChannels(layered, { layer: 'caf\\xe8' })).toEqual([0]);
    expect(() => chosenChannels(layered, { layer: 'caf\ufffd' })).toThrow('may be "caf\\xe8" or "caf\\xe9"');
    expect(chosenChannels(layered, { channels: ['caf\\xe9.*'] })).toEqual([1, 2]);
    expect(chosenChannels(layered, { channels: ['*é.*'] })).toEqual([1, 2, 3]);
    expect(chosenChannels(layered, { channels: ['caf?.R'] })).toEqual([0, 1]);
  });
});
