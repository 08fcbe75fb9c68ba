import { describe, expect, it } from 'vitest';
import type { ChunkChannel } from '../codec.ts';
import { planChannels } from './channels.ts';
import { LEGACY_RULES, readChannelRules, type ChannelRule } from './rules.ts';

function channel(name: string, pixelType: 0 | 1 | 2 = 1, sampling = 1): ChunkChannel {
  return { name, pixelType, xSampling: sampling, ySampling: sampling, pLinear: false, width: 8, height: 8, bytesPerValue: pixelType === 1 ? 2 : 4 };
}

/** What OpenEXR 3.4 writes into a chunk that has every kind of channel. */
const RULES: readonly ChannelRule[] = [
  ...['R', 'G', 'B'].map((suffix, colour): ChannelRule => ({ suffix, scheme: 'lossy', pixelType: 1, colour, ignoreCase: false })),
  { suffix: 'Y', scheme: 'lossy', pixelType: 1, colour: -1, ignoreCase: false },
  { suffix: 'A', scheme: 'rle', pixelType: 1, colour: -1, ignoreCase: false },
];

describe('planChannels', () => {
  it('makes a set of each layer’s red, green and blue, whatever their order in the file', () => {
    const names = ['A', 'B', 'G', 'R', 'diffuse.B', 'diffuse.G', 'diffuse.R', 'spec.G', 'spec.R', 'Y', 'Z'];
    expect(planChannels(names.map((name) => channel(name)), RULES)).toEqual({
      lossy: [[3, 2, 1], [6, 5, 4], [7], [8], [9]], rle: [0], unknown: [10],
    });
  });

  it('leaves channels of different sampling or type alone', () => {
    expect(planChannels([channel('B', 1, 2), channel('G'), channel('R')], RULES).lossy).toEqual([[0], [1], [2]]);
    expect(planChannels([channel('B', 2), channel('G'), channel('R')], RULES)).toEqual({ lossy: [[1], [2]], rle: [], unknown: [0] });
  });

  it('minds the case unless a rule ignores it, and lets the last rule win', () => {
    expect(planChannels([channel('a')], RULES).unknown).toEqual([0]);
    expect(planChannels([channel('left.GREEN'), channel('left.Blu'), channel('left.r')], LEGACY_RULES).lossy).toEqual([[2, 0, 1]]);
    expect(planChannels([channel('Y')], [...RULES, { ...RULES[3]!, scheme: 'unknown' }]).unknown).toEqual([0]);
  });

  it('refuses rules that no writer can mean', () => {
    const rule = (scheme: ChannelRule['scheme'], pixelType: number): ChannelRule[] => RULES.map((each) => ({ ...each, scheme, pixelType }));
    expect(() => planChannels(['B', 'G', 'R'].map((name) => channel(name)), rule('rle', 1))).toThrow(/colour set/);
    expect(() => planChannels([channel('Y', 0)], rule('lossy', 0))).toThrow(/uint/);
  });
});

describe('readChannelRules', () => {
  it('reads suffix, colour, scheme, case and pixel type', () => {
    const bytes = Uint8Array.of(12, 0, 0x52, 0, 0x14, 1, 0x61, 0x62, 0, 0x09, 2, 0);
    expect(() => readChannelRules(bytes)).toThrow(/rule 2/);
    bytes[0] = 11;
    expect(readChannelRules(bytes)).toEqual({
      length: 11,
      rules: [
        { suffix: 'R', scheme: 'lossy', pixelType: 1, colour: 0, ignoreCase: false },
        { suffix: 'ab', scheme: 'rle', pixelType: 2, colour: -1, ignoreCase: true },
      ],
    });
  });

  it.each([
    ['nothing', []],
    ['a length below its own', [1, 0, 0]],
    ['a scheme that is none', [6, 0, 0x52, 0, 0x0c, 1]],
    ['a fourth colour', [6, 0, 0x52, 0, 0x44, 1]],
    ['a fourth pixel type', [6, 0, 0x52, 0, 0x14, 3]],
    ['a suffix without end', [6, 0, 0x52, 0x52, 0x14, 1]],
  ])('refuses %s', (_, bytes) => {
    expect(() => readChannelRules(Uint8Array.from(bytes))).toThrow(/DWA chunk/);
  });
});
