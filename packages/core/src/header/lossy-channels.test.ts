import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { inspect } from '../inspect/index.ts';
import { verify } from '../structure/index.ts';
import { lossyChannels } from './index.ts';
import type { Channel } from './types.ts';

const of = (names: string, more: (name: string) => Partial<Channel> = () => ({})): readonly string[] =>
  lossyChannels({ compression: 'lj2k', channels: names.split(' ').map((name) => ({ name, pixelType: 'half', xSampling: 1, ySampling: 1, pLinear: false, ...more(name) })) });
const fixture = (name: string) => memorySource(readFileSync(new URL(`../../../../test-fixtures/${name}`, import.meta.url)), name);

// make_channel_map of OpenEXRCore 3.5; each tried with OpenEXR 3.5.3's own files.
describe('what LJ2K codes with loss', () => {
  it.each([
    ['A B G R Z', 'B G R'],
    ['a b g r', 'b g r'],
    ['GREEN Red blue', 'GREEN Red blue'],
    ['A Z diffuse.B diffuse.G diffuse.R', 'diffuse.B diffuse.G diffuse.R'],
    ['diffuse.B diffuse.G diffuse.R specular.B specular.G specular.R', 'diffuse.B diffuse.G diffuse.R'],
    ['a.R b.B b.G b.R', ''],
    ['a.R b.blue b.green b.red', 'b.blue b.green b.red'],
    ['A Y', ''],
    ['MainB MainG MainR', ''],
    ['B R', ''],
  ])('%s: %s', (names, lossy) => expect(of(names).join(' ')).toBe(lossy));

  it('not of mixed types, uint, subsampled, or another compression', () => {
    expect(of('B G R', (name) => (name === 'B' ? { pixelType: 'float' } : {}))).toEqual([]);
    expect(of('B G R', () => ({ pixelType: 'uint' }))).toEqual([]);
    expect(of('B G R', () => ({ xSampling: 2, ySampling: 2 }))).toEqual([]);
    expect(lossyChannels({ compression: 'htj2k32', channels: [] })).toEqual([]);
  });

  it('the report names them, and says whose highlights are damaged', async () => {
    const { notes } = await verify(fixture('lj2k_layer_a_z_id.exr'));
    expect(notes.map(({ code }) => code)).toEqual(['LOSSY_CHANNELS', 'LJ2K_HIGHLIGHTS']);
    expect(notes[0]!.message).toContain('diffuse.B, diffuse.G, diffuse.R are coded with loss; A, Z, id are kept to the bit');
    expect(notes[1]!.message).toContain('OpenEXR 3.5.2 and 3.5.3');
    expect(notes[1]!.where).toMatchObject({ part: 0, chunk: 0 });
    const report = await inspect(fixture('lj2k_half.exr'), { stats: {} });
    expect(report.errors).toEqual([]);
    expect(report.notes.map(({ code }) => code)).toEqual(['LOSSY_CHANNELS', 'LJ2K_HIGHLIGHTS']);
    // 3.5.1 does no such damage.
    expect((await verify(fixture('lj2k_351_half.exr'))).notes.map(({ code }) => code)).toEqual(['LOSSY_CHANNELS']);
  });
});
