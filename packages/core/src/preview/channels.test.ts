import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { attribute, exr, required } from '../header/exr-bytes.spec-util.ts';
import { openExr } from '../header/index.ts';
import { pictureChannels, type PictureChoice } from './index.ts';

async function choose(names: string, choice: PictureChoice = {}, views?: string[]) {
  const channels = names.split(' ').map((name) => ({ name: name.replace('#', ''), pixelType: name.endsWith('#') ? ('uint' as const) : ('half' as const), xSampling: 1, ySampling: 1, pLinear: false })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const header = required({ channels: attribute('channels', 'chlist', channels), ...(views && { multiView: attribute('multiView', 'stringvector', views) }) });
  const { parts } = await openExr(memorySource(exr(header), 'names.exr'));
  const { kind, names: found, alpha, data, layer } = pictureChannels(parts[0]!, choice);
  return `${kind} ${found.join(' ')}${alpha ? ` / ${alpha}` : ''} in "${layer}"${data ? ' data' : ''}`;
}

describe('the picture in a part', () => {
  it.each([
    ['A B G R Z', {}, 'rgb R G B / A in ""'],
    ['diffuse.B diffuse.G diffuse.R Z', {}, 'rgb diffuse.R diffuse.G diffuse.B in "diffuse"'],
    ['N.X N.Y N.Z beauty.B beauty.G beauty.R', {}, 'rgb beauty.R beauty.G beauty.B in "beauty"'],
    ['N.X N.Y N.Z', {}, 'rgb N.X N.Y N.Z in "N" data'],
    ['N.B N.G N.R', {}, 'rgb N.R N.G N.B in "N" data'],
    ['Layer.red Layer.green Layer.blue Layer.alpha', {}, 'rgb Layer.red Layer.green Layer.blue / Layer.alpha in "Layer"'],
    ['BY RY Y A', {}, 'luma Y RY BY / A in ""'],
    ['Y A', {}, 'gray Y / A in ""'],
    ['Z', {}, 'gray Z in "" data'],
    ['Z A', {}, 'gray Z / A in "" data'],
    ['A', {}, 'gray A in ""'],
    ['depth.V', {}, 'gray depth.V in "depth" data'],
    ['ao.V', {}, 'gray ao.V in "ao"'],
    ['id#', {}, 'gray id in "" data'],
    ['mask#', {}, 'gray mask in "" data'],
    ['A B G R matte.V', { layer: 'matte' }, 'gray matte.V in "matte"'],
    ['forward.u forward.v forward.w', {}, 'rgb forward.u forward.v forward.w in "forward" data'],
    ['CryptoAsset00.r CryptoAsset00.g CryptoAsset00.b CryptoAsset00.a', {}, 'rgb CryptoAsset00.r CryptoAsset00.g CryptoAsset00.b / CryptoAsset00.a in "CryptoAsset00" data'],
    ['B G R diffuse.B diffuse.G diffuse.R', { layer: 'diffuse' }, 'rgb diffuse.R diffuse.G diffuse.B in "diffuse"'],
    ['B G R a.b.c.B a.b.c.G a.b.c.R', { layer: 'a.b.c' }, 'rgb a.b.c.R a.b.c.G a.b.c.B in "a.b.c"'],
    ['B G R', { channel: 'G' }, 'gray G in ""'],
    ['B G R Z', { channel: 'Z' }, 'gray Z in "" data'],
    ['B G R Pz.G', { channel: 'Pz.G' }, 'gray Pz.G in "Pz" data'],
  ] as [string, PictureChoice, string][])('%s %o', async (names, choice, expected) => expect(await choose(names, choice)).toBe(expected));

  const stereo = 'B G R right.B right.G right.R diffuse.left.B diffuse.left.G diffuse.left.R diffuse.right.B diffuse.right.G diffuse.right.R right.spec.B right.spec.G right.spec.R shared.V';
  it.each([
    [{}, 'rgb R G B in ""'],
    [{ view: 'left' }, 'rgb R G B in ""'],
    [{ view: 'right' }, 'rgb right.R right.G right.B in ""'],
    [{ layer: 'diffuse' }, 'rgb diffuse.left.R diffuse.left.G diffuse.left.B in "diffuse"'],
    [{ layer: 'diffuse', view: 'right' }, 'rgb diffuse.right.R diffuse.right.G diffuse.right.B in "diffuse"'],
    // Not as the specification has it, but written by some.
    [{ layer: 'spec', view: 'right' }, 'rgb right.spec.R right.spec.G right.spec.B in "spec"'],
    [{ layer: 'shared', view: 'right' }, 'gray shared.V in "shared"'],
  ] as [PictureChoice, string][])('of two views: %o', async (choice, expected) => expect(await choose(stereo, choice, ['left', 'right'])).toBe(expected));

  it('says what there is', async () => {
    await expect(choose('B G R', { channel: 'X' })).rejects.toThrow('part 0 has no channel "X"; there are "B", "G", "R"');
    await expect(choose('B G R a.R', { layer: 'b' })).rejects.toThrow('part 0 has no layer "b"; there are "", "a"');
    await expect(choose(stereo, { view: 'middle' }, ['left', 'right'])).rejects.toThrow('part 0 has no view "middle"; there are');
    const headless = await openExr(memorySource(exr(required({ channels: null })), 'headless.exr'));
    expect(() => pictureChannels(headless.parts[0]!)).toThrow(expect.objectContaining({ kind: 'format' }));
    await expect(choose('B G R', { view: 'left' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
