import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { attribute, bytes, exr, MAGIC, required, version } from '../header/exr-bytes.spec-util.ts';
import { openExr } from '../header/index.ts';
import { beautyRank, channelMeaning, layerMeaning } from './layer-names.ts';
import { choosePicture } from './preview.ts';

/** Names as programs write them: layer, and whether it is light, data or ids. */
describe.each([
  ['Blender and Cycles', 'Combined DiffDir GlossCol Emit Env AO Shadow Mist', 'Depth Normal Position Vector UV CryptoObject00 CryptoMaterial02', 'IndexOB IndexMA'],
  ['Arnold', 'RGBA diffuse_direct specular_indirect coat sss albedo', 'Z P N Pref motionvector crypto_asset crypto_object01 volume_Z', 'ID'],
  ['V-Ray', 'rgba VRayLighting VRayGlobalIllumination reflection specular SelfIllumination', 'zDepth VRayZDepth normals VRayNormals bumpNormals velocity VRayVelocity VRaySampler_WorldPosition', 'renderID VRayRenderID objectID materialID nodeID VRayMtlID'],
  ['RenderMan', 'Ci directDiffuse subsurface', 'z zback __Pworld __Nworld Nn Ng __st dPdtime motionFore motionBack sampleCount', 'id'],
  ['Redshift', 'DiffuseLighting GI Reflections Emission', 'Depth Normals BumpNormals WorldPosition MotionVectors Z N P', 'ObjectID MaterialID'],
  ['Octane and Corona', 'Beauty Diffuse CEssential_Direct', 'Z_depth Position CGeometry_ZDepth CGeometry_NormalsShading CGeometry_Velocity CGeometry_WorldPosition', 'Object_ID Material_ID CMasking_ID'],
  ['Mantra and Karma', 'C direct_diffuse emission', 'Pz Pz2 N P depth', 'Op_Id Prim_Id primid instid'],
  ['Unreal', 'FinalImage FinalImageLighting', 'FinalImageWorldDepth FinalImageWorldNormal FinalImageMotionVectors ActorHitProxyMask_Cryptomatte', 'FinalImageCustomStencil'],
  ['Nuke', 'rgba mask rotopaint_mask specular', 'depth forward backward motion disparity normals', 'id'],
  ['nested ones', 'ViewLayer.Combined scene.key_light.diffuse fluid solid grid android', 'ViewLayer.Depth RenderLayer.Normal shot.util.N light.P', 'ViewLayer.IndexOB'],
])('%s', (_program, light, data, ids) => {
  const split = (list: string): string[] => list.split(' ');
  it.each(split(light))('%s is light', (name) => expect(layerMeaning(name)).toEqual({ data: false, ids: false }));
  it.each(split(data))('%s is data', (name) => expect(layerMeaning(name)).toEqual({ data: true, ids: false }));
  it.each(split(ids))('%s is ids', (name) => expect(layerMeaning(name)).toEqual({ data: true, ids: true }));
});

it.each(['Z', 'ZBack', 'Pz', 'Nx', 'Py', 'N', 'P', 'depth', 'DEPTH'])('the channel %s is data', (name) => expect(channelMeaning('', name).data).toBe(true));
it.each(['R', 'Y', 'A', 'V', 'u', 'matte'])('the channel %s is none', (name) => expect(channelMeaning('', name).data).toBe(false));

it('the beauty goes first, what surrounds the picture last', () => {
  const order = ['ViewLayer.Combined', 'Composite.Combined', 'BEAUTY', 'rgba', 'C', 'Ci', 'Image', 'main', 'diffuse', 'ViewLayer.AO', 'Shadow', 'Env'];
  const ranks = order.map(beautyRank);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(ranks[8]).toBeLessThan(ranks[9]!);
});

/** Parts as `name: channels`, a name of - for none; `#` after a channel makes it uint. */
async function drawn(...parts: string[]): Promise<string> {
  const heads = parts.map((text) => {
    const [name, channels] = text.split(': ') as [string, string];
    const list = channels.split(' ').map((each) => ({ name: each.replace('#', ''), pixelType: each.endsWith('#') ? ('uint' as const) : ('half' as const), xSampling: 1, ySampling: 1, pLinear: false })).sort((a, b) => (a.name < b.name ? -1 : 1));
    return required({
      channels: attribute('channels', 'chlist', list), ...(name !== '-' && { name: attribute('name', 'string', name) }),
      ...(parts.length > 1 && { type: attribute('type', 'string', 'scanlineimage'), chunkCount: attribute('chunkCount', 'int', 1) }),
    });
  });
  const file = parts.length > 1 ? await openExr(memorySource(bytes(MAGIC, version(0x1000), ...heads.flatMap((head) => [head, 0]), 0), 'parts.exr')) : await openExr(memorySource(exr(heads[0]!), 'one.exr'));
  const { part, picture } = choosePicture(file);
  return `${part.index}: ${picture.names.join(' ')}${picture.ids ? ' ids' : picture.data ? ' data' : ''}`;
}

describe('what is drawn of a file', () => {
  it.each([
    ['Blender', '-: ViewLayer.AO.B ViewLayer.AO.G ViewLayer.AO.R ViewLayer.Combined.A ViewLayer.Combined.B ViewLayer.Combined.G ViewLayer.Combined.R ViewLayer.Depth.Z', '0: ViewLayer.Combined.R ViewLayer.Combined.G ViewLayer.Combined.B'],
    ['a view layer of another name', '-: my.layer.AO.R my.layer.AO.G my.layer.AO.B my.layer.Combined.R my.layer.Combined.G my.layer.Combined.B', '0: my.layer.Combined.R my.layer.Combined.G my.layer.Combined.B'],
    ['depth of Blender 3', '-: V', '0: V data'],
    ['Krita', '-: Background.A Background.B Background.G Background.R', '0: Background.R Background.G Background.B'],
    ['a beauty of V-Ray behind others', '-: AA_light.R AA_light.G AA_light.B RGB_color.R RGB_color.G RGB_color.B', '0: RGB_color.R RGB_color.G RGB_color.B'],
    ['views that no attribute names', '-: AO.left.R AO.left.G AO.left.B Combined.left.R Combined.left.G Combined.left.B', '0: Combined.left.R Combined.left.G Combined.left.B'],
    ['no beauty at all', '-: Shadow.R Shadow.G Shadow.B key.R key.G key.B', '0: key.R key.G key.B'],
    ['luminance and layers', '-: Y diffuse.R diffuse.G diffuse.B', '0: Y'],
    ['one normal by letters', '-: Nx Ny Nz', '0: Nx Ny Nz data'],
    ['two colours', '-: G R', '0: R G'],
    ['motion', '-: motion.u motion.v', '0: motion.u motion.v data'],
    ['ids as float', '-: ViewLayer.IndexOB.X', '0: ViewLayer.IndexOB.X ids'],
    ['ids as uint', '-: id#', '0: id ids'],
    ['a mask as uint', '-: mask#', '0: mask data'],
    ['ids that were coloured', '-: renderID.R renderID.G renderID.B', '0: renderID.R renderID.G renderID.B data'],
    ['light before opacity', '-: A matte.V', '0: matte.V'],
  ])('%s', async (_name, part, expected) => expect(await drawn(part)).toBe(expected));

  it.each([
    ['Houdini and Arnold', ['AO: R G B', 'N: X Y Z', 'beauty: A B G R'], '2: R G B'],
    ['data whose channels are called R, G and B', ['N: R G B', 'rgba: rgba.R rgba.G rgba.B'], '1: rgba.R rgba.G rgba.B'],
    ['Blender 5 in stereo', ['ViewLayer.AO-left: R G B', 'ViewLayer.Combined-left: ViewLayer.Combined.R ViewLayer.Combined.G ViewLayer.Combined.B'], '1: ViewLayer.Combined.R ViewLayer.Combined.G ViewLayer.Combined.B'],
    ['parts of no known name', ['first: R G B', 'second: R G B'], '0: R G B'],
    ['Nuke: a beauty by name among layers that only parts name', ['AO: R G B', 'diffuse_direct: R G B', 'rgba: R G B A', 'depth: Z'], '2: R G B'],
    ['Nuke with the view behind the name', ['diffuse.left: R G B', 'rgba.left: R G B A'], '1: R G B'],
    ['a part without a name beside layers', ['-: R G B', 'diffuse: R G B', 'rgba: R G B A'], '0: R G B'],
    ['depth first', ['depth: Z', 'left: R G B A'], '1: R G B'],
    ['nothing but data', ['P: P.X P.Y P.Z', 'depth: depth.Z'], '0: P.X P.Y P.Z data'],
  ])('%s', async (_name, parts, expected) => expect(await drawn(...parts)).toBe(expected));
});
