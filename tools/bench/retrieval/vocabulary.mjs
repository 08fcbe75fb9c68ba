/**
 * What the labelled set is made of. The block shares of packages/core/src/embed were chosen with `TUNED` (version 2) and the codes of the channels vector
 * (version 3) while looking at all of these: none is held out any longer. invented.mjs makes names that no list can know.
 */

const lights = (prefix, n) => Array.from({ length: n }, (_, i) => `${prefix}${String(i + 1).padStart(2, '0')}`);
const rgb = (...layers) => layers.map((layer) => ({ layer, components: ['R', 'G', 'B'] }));
/** Cryptomatte's ranks come and go together: one AOV of three layers. */
const crypto = (...names) => names.map((name) => ({ layers: ['00', '01', '02'].map((n) => `${name}${n}`), components: ['R', 'G', 'B', 'A'], type: 'float' }));
const one = (name, type = 'float') => ({ layer: '', components: [name], type });
const vec = (layer, components = ['X', 'Y', 'Z'], type = 'float') => ({ layer, components, type });

export const TUNED = {
  name: 'tuned',
  shows: ['kestrel', 'ember', 'northlight', 'salt_road', 'abc', 'harbour2', 'midas'],
  showAttribute: 'show',
  renderers: [
    { software: 'Arnold', versions: ['7.2.1.0', '7.2.4.1', '7.3.0.0'], tokens: () => ({ 'arnold/AA_samples': 6, 'arnold/host': 'maya', 'exr/hostComputer': '@host', 'exr/capDate': '@date', 'arnold/render_time': '@seconds', 'arnold/memory': '@memory' }),
      pool: [...rgb('diffuse_direct', 'diffuse_indirect', 'specular_direct', 'specular_indirect', 'sss', 'transmission', 'emission', 'coat', 'sheen', 'volume', 'albedo', 'shadow_matte', 'background'), ...rgb(...lights('RGBA_lgt', 8)), one('Z'), vec('N'), vec('P'), vec('motionvector', ['X', 'Y']), ...crypto('crypto_object', 'crypto_material', 'crypto_asset')] },
    { software: 'V-Ray', versions: ['6.00.20', '6.10.06', '5.20.02'], tokens: () => ({ 'vrayInfo/vrayversion': '@version', 'vrayInfo/date': '@date', 'vrayInfo/time': '@clock', 'vrayInfo/computername': '@host', 'vrayInfo/rendertime': '@hms', 'vrayInfo/frame': '@frame', 'vrayInfo/scenename': '@path', 'vrayInfo/primitives': '@int' }),
      pool: [...rgb('VRayDiffuseFilter', 'VRayReflection', 'VRayRefraction', 'VRayGlobalIllumination', 'VRayLighting', 'VRaySpecular', 'VRaySSS2', 'VRaySelfIllumination', 'VRayShadows', 'VRayAtmosphere', 'VRayRawLighting', 'VRayBackground', 'VRayMtlID'), ...rgb(...lights('VRayLightSelect_', 6)), one('VRayZDepth'), vec('VRayNormals'), vec('VRayVelocity'), ...crypto('VRayCryptomatte', 'VRayCryptoMtl')] },
    { software: 'RenderMan', versions: ['25.2', '26.1', '26.3'], tokens: () => ({ rman_version: '@version', rmanHost: '@host', rendered: '@date', 'stats/elapsed': '@seconds', 'stats/maxRSS': '@int', iterations: '@small' }),
      pool: [...rgb('directDiffuse', 'indirectDiffuse', 'directSpecular', 'indirectSpecular', 'subsurface', 'transmissive', 'emissive', 'albedo', 'volumetric', 'shadow', 'lpe_C_D', 'lpe_C_S', 'mse'), ...rgb(...lights('lpe_L', 7)), one('z'), one('sampleCount'), vec('Nn', ['x', 'y', 'z']), vec('__Pworld', ['x', 'y', 'z']), ...crypto('CryptoObject', 'CryptoMaterial')] },
    { software: 'Karma', versions: ['20.0.547', '20.5.278', '19.5.805'], tokens: () => ({ 'husk:render_stats': '@json', 'husk:host': '@host', 'husk:timestamp': '@date', 'karma:engine': 'xpu', 'karma:seed': '@int' }),
      pool: [...rgb('directdiffuse', 'indirectdiffuse', 'directglossyreflection', 'indirectglossyreflection', 'glossytransmission', 'directvolume', 'indirectvolume', 'combinedemission', 'sss', 'basecolor', 'beautyunshadowed'), ...rgb(...lights('C_LG', 9)), one('depth'), vec('hitN', ['x', 'y', 'z']), vec('hitP', ['x', 'y', 'z']), vec('motion', ['x', 'y']), ...crypto('CryptoMaterial', 'CryptoObject')] },
    { software: 'Nuke', versions: ['14.0v5', '14.1v2', '15.0v4'], tokens: () => ({ 'nuke/version': '@version', 'nuke/node_hash': '@hash', 'nuke/input/frame': '@frame', 'nuke/input/mtime': '@date', 'nuke/input/filename': '@path' }),
      pool: [...rgb('comp', 'denoised', 'key', 'fg', 'bg', 'grade', 'roto', 'cleanplate', 'fx'), { layer: 'depth', components: ['Z'], type: 'float' }, { layer: 'mask', components: ['a'] }, { layer: 'forward', components: ['u', 'v'], type: 'float' }, { layer: 'backward', components: ['u', 'v'], type: 'float' }] },
  ],
  resolutions: [[1920, 1080], [2048, 1156], [3840, 2160], [4096, 2160], [2880, 1620], [4448, 3096]],
  codecs: ['none', 'zips', 'zip', 'piz', 'dwaa', 'dwab', 'b44', 'rle'],
  colours: [
    { space: 'ACEScg', chromaticities: [0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767] },
    { space: 'lin_rec709', chromaticities: [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329] },
    { space: 'ACES2065-1', chromaticities: [0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767] },
    { space: null, chromaticities: null },
  ],
  colourAttribute: 'colorSpace',
  hosts: ['render-041', 'render-107', 'blade12', 'vulcan.farm.local'],
  path: (show, frame) => `/jobs/${show}/sq010/sh0040/render/v003/beauty.${frame}.exr`,
};

/** Another studio: Redshift, Cycles, Octane, Guerilla; attribute and noise names that no list in the code has. */
export const OTHER = {
  name: 'other',
  shows: ['The Long Orbit', 'TLO', 'GRVN', 'pluto_s02', 'mockingbird', 'PRJ1187'],
  showAttribute: 'pipeline:project_code',
  renderers: [
    { software: 'Redshift', versions: ['3.5.16', '3.5.22', '3.6.01'], tokens: () => ({ 'rs/startedAt': '@epoch', 'rs/gpuName': 'RTX A6000', 'rs/wallClock': '@hms', 'rs/scene': '@path', 'studio.submitTicket': '@ticket', 'rs/denoiser': 'OptiX' }),
      pool: [...rgb('DiffuseLighting', 'DiffuseFilter', 'SpecularLighting', 'Reflections', 'Refractions', 'GI', 'Emission', 'SSS', 'VolumeLighting', 'Shadows', 'Caustics', 'TotalTranslucency', 'BumpNormals'), ...rgb(...lights('LG_', 5)), { layer: 'Depth', components: ['Z'], type: 'float' }, vec('WorldPosition'), vec('Normals'), vec('MotionVectors', ['X', 'Y']), ...rgb('PuzzleMatte_a', 'PuzzleMatte_b'), ...crypto('Cryptomatte_obj', 'Cryptomatte_mat')] },
    { software: 'Blender', versions: ['4.1.0', '4.2.3', '3.6.9'], tokens: () => ({ Date: '@date', RenderTime: '@clock', Frame: '@frame', Camera: 'cam_main', Scene: 'Scene', File: '@path', 'cycles.ViewLayer.samples': '@small', 'cycles.ViewLayer.total_time': '@clock', Hostname: '@host' }),
      pool: [...rgb('ViewLayer.DiffDir', 'ViewLayer.DiffInd', 'ViewLayer.DiffCol', 'ViewLayer.GlossDir', 'ViewLayer.GlossInd', 'ViewLayer.GlossCol', 'ViewLayer.TransDir', 'ViewLayer.Emit', 'ViewLayer.Env', 'ViewLayer.AO', 'ViewLayer.VolumeDir', 'ViewLayer.Shadow'), { layer: 'ViewLayer.Depth', components: ['Z'], type: 'float' }, { layer: 'ViewLayer.Mist', components: ['Z'], type: 'float' }, vec('ViewLayer.Normal'), vec('ViewLayer.Position'), vec('ViewLayer.Vector', ['X', 'Y', 'Z', 'W']), ...crypto('ViewLayer.CryptoObject', 'ViewLayer.CryptoAsset')] },
    { software: 'OctaneRender', versions: ['2023.1.3', '2024.1.0', '2024.2.1'], tokens: () => ({ 'octane_stats_ms': '@int', 'octane.buildId': '@hash', finishedOn: '@date', farmBlade: '@host', 'tonemap.kernel': 'PT' }),
      pool: [...rgb('Beauty', 'DiffuseDirect', 'DiffuseIndirect', 'ReflectionDirect', 'ReflectionIndirect', 'Refraction', 'SubsurfaceScattering', 'PostProc', 'Noise', 'Irradiance', 'AmbientOcclusion', 'ObjectLayerColor'), ...rgb(...lights('LightPass', 8)), one('ZDepth'), vec('GeometricNormal'), vec('ShadingNormal'), vec('MotionVector', ['X', 'Y']), ...crypto('CryptomatteInstance')] },
    { software: 'Guerilla Render', versions: ['2.3.12', '2.4.0', '2.4.7'], tokens: () => ({ guerillaLicense: 'site', 'frm.no': '@frame', 'frm.wall': '@seconds', 'frm.node': '@host', 'frm.written': '@date', 'frm.tok': '@hash' }),
      pool: [...rgb('Diffuse', 'IndDiffuse', 'Specular', 'IndSpecular', 'Refl', 'Refr', 'SSS', 'Incandescence', 'Albedo', 'Coat'), ...rgb(...lights('Grp', 6)), one('Depth'), vec('Normal'), vec('Position'), vec('Motion', ['X', 'Y'])] },
  ],
  resolutions: [[1998, 1080], [2048, 858], [3840, 1608], [4608, 2592], [1280, 720], [7680, 4320]],
  codecs: ['zip', 'zips', 'dwaa', 'piz', 'pxr24', 'htj2k32', 'none'],
  colours: [
    { space: 'Utility - Linear - sRGB', chromaticities: null },
    { space: 'ACES - ACEScg', chromaticities: [0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767] },
    { space: 'Linear P3-D65', chromaticities: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329] },
    { space: null, chromaticities: [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329] },
  ],
  colourAttribute: 'oiio:ColorSpace',
  hosts: ['lnx-rf-0021', 'lnx-rf-0414', 'gpu3', 'WS-ANNA'],
  path: (show, frame) => `P:\\${show}\\EP02\\0450\\out\\0450_lgt_v012_${frame}.exr`,
};

/** A third: an in-house renderer, textures and comps, short AOV names, noise hidden behind dull names. */
export const HOUSE = {
  name: 'house',
  shows: ['orca', 'wren', 'lynx', 'ibex', 'hare'],
  showAttribute: 'production',
  renderers: [
    { software: 'Glimpse', versions: ['4.7.2', '4.8.0', '4.9.1'], tokens: () => ({ 'gl.cfg': 'final', 'gl.w0': '@host', 'gl.t0': '@epoch', 'gl.t1': '@date', 'gl.ticket': '@hash', 'gl.lod': 'high', 'gl.xform': '@matrix' }),
      pool: [...rgb('dd', 'di', 'sd', 'si', 'tr', 'em', 'ss', 'vl', 'alb', 'nrm'), ...rgb(...lights('k', 6)), one('Z'), one('id', 'uint'), vec('pos'), vec('mv', ['x', 'y'])] },
    { software: 'Hyperion 9.4', versions: ['.1', '.3', '.8'], join: '', tokens: () => ({ comments: '@sentence', capDate: '@date', owner: 'Feature Animation', utcOffset: '@int', dept: 'lighting' }),
      pool: [...rgb('beauty_key', 'beauty_fill', 'beauty_rim', 'occlusion', 'reflect', 'refract', 'hair', 'skin', 'cloth', 'env'), ...rgb(...lights('set', 10)), one('Zdepth'), vec('Nworld'), ...crypto('cryptoObj')] },
    { software: 'Natron', versions: ['2.5.0', '2.4.3', '2.3.15'], tokens: () => ({ writer: 'WriteOIIO', 'src.list': '@path', tag: '@sentence', 'made.at': '@date' }),
      pool: [...rgb('plate', 'precomp', 'slapcomp', 'mattes', 'grain', 'flares'), one('matte.garbage'), vec('disparityL', ['x', 'y']), vec('disparityR', ['x', 'y'])] },
  ],
  resolutions: [[2048, 1152], [4096, 1716], [3996, 2160], [1024, 1024], [5120, 2700]],
  codecs: ['piz', 'zip', 'dwab', 'none', 'b44a'],
  colours: [
    { space: 'scene_linear', chromaticities: [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329] },
    { space: 'acescg', chromaticities: null },
    { space: 'srgb_texture', chromaticities: null },
  ],
  colourAttribute: 'colorspace',
  hosts: ['otter', 'mink', 'stoat', 'weasel'],
  path: (show, frame) => `s3://${show}-renders/a/b/${frame}.exr`,
};

/** AOVs chosen apart from the renderer, as a studio's naming convention does: names that most renders have, and a few that are nobody else's. */
const CONVENTION = [
  ...rgb('diffuse', 'specular', 'sss', 'transmission', 'emission', 'coat', 'volume', 'albedo', 'shadow', 'reflection', 'refraction', 'gi', 'lighting', 'light_key', 'light_fill', 'light_rim', 'custom_fx', 'dust', 'hair_mask', 'holdout', 'steam'),
  one('Z'), vec('N'), vec('P'), vec('motion', ['X', 'Y']), ...crypto('crypto_object', 'crypto_material'),
];
const withConvention = (vocabulary) => ({ ...vocabulary, name: `${vocabulary.name}, shared AOV names`, renderers: vocabulary.renderers.map((renderer) => ({ ...renderer, pool: CONVENTION })) });
export const TUNED_CONVENTION = withConvention(TUNED);
export const OTHER_CONVENTION = withConvention(OTHER);

export const VOCABULARIES = [TUNED, OTHER, HOUSE, TUNED_CONVENTION, OTHER_CONVENTION];
