/**
 * What the usual names of layers and channels mean. They come from Blender and Cycles, Arnold, V-Ray, RenderMan, Redshift, Octane, Corona, Mantra and
 * Karma, Unreal, Nuke and the OpenEXR documents.
 */
import type { PartHeader } from '../header/index.ts';

export interface NameMeaning {
  /** No light: normals, positions, motion, depth, ids, Cryptomattes. */
  readonly data: boolean;
  /** Whole numbers that name things: object, material, instance, primitive. */
  readonly ids: boolean;
}

/** Words of a name, whatever way they are joined: `CGeometry_NormalsShading`, `Z-depth`, `world position`, `__Pworld`, `FinalImageWorldDepth`. */
function wordsOf(name: string): string[] {
  return name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2').toLowerCase().split(/[^a-z\d]+/)
    .map((word) => word.replace(/^\d+|\d+$/g, '')).filter((word) => word !== '');
}

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** A layer with one of these words is data. */
const DATA = set(`
  depth zdepth worlddepth scenedepth zback zfront zbuffer hitdist
  normal normals worldnormal worldnormals bumpnormal bumpnormals facenormal geonormal shadingnormal nworld ncamera nobject norm
  position positions worldposition worldpos wpos pos ppos pworld pcam pcamera pobject pref nref wp
  motion motionvector motionvectors motionvecs mv mvec velocity vel vector vectors forward backward disparity flow opticalflow
  uv uvs uvw uvmap texcoord texcoords textureuv tangent tangents bitangent binormal dpdu dpdv dpdt dpdtime curvature
  cryptomatte crypto cryptoasset cryptoobject cryptomaterial deep samplecount samplerate raycount cputime heatmap`);
/** Only as a whole layer's name or its last word: single letters mean something else in other words. */
const DATA_ALONE = set('z n nn ng ns nc p po st pz');
/** Words for ids: `objectID`, `ID`, `IndexOB`, `Material ID`, `Op_Id`, `primid`. */
const IDS = set(`
  id ids objectid objid objectids matid materialid mtlid renderid nodeid instid instanceid primid primitiveid faceid groupid assetid shadingid lightid uid oid meshid partid surfaceid
  indexob indexma objectindex materialindex stencil customstencil`);

const NOTHING: NameMeaning = { data: false, ids: false };
const IS_DATA: NameMeaning = { data: true, ids: false };
const IS_IDS: NameMeaning = { data: true, ids: true };

/** Of a layer's (or a part's) name. The last component is what it is called; those before are where it belongs, so `ViewLayer.Depth` is depth. */
export function layerMeaning(name: string): NameMeaning {
  if (name === '') return NOTHING;
  const components = name.split('.').map(wordsOf);
  const words = components.flat();
  if (words.some((word) => word.includes('cryptomatte')) || /(^|[._ ])crypto(asset|object|material)?[_\d]*/i.test(name)) return IS_DATA;
  // Albedo beside normals is light, whatever made it.
  if (words.includes('albedo')) return NOTHING;
  const last = components.at(-1) ?? [];
  const joined = last.join('');
  if (IDS.has(joined) || last.some((word) => IDS.has(word)) || (last[0] === 'index' && (last[1] === 'ob' || last[1] === 'ma'))) return last.some((word) => word === 'mask' || word === 'matte') ? IS_DATA : IS_IDS;
  if (words.some((word) => DATA.has(word)) || DATA.has(joined) || DATA_ALONE.has(joined)) return IS_DATA;
  return components.some((component) => DATA_ALONE.has(component.join('')) || DATA_ALONE.has(component.at(-1)!) || DATA_ALONE.has(component[0]!)) ? IS_DATA : NOTHING;
}

/** Components that are data in any layer: `Z`, `ZBack`, `Pz`, `Nx`, `Depth.V`'s V only by its layer. */
const DATA_COMPONENT = /^(z|zback|zfront|depth|zdepth|[np][xyz]|p[xyz]?|nn?|[nt]?id\d*|u|v|w|s|t|st|uv|velocity|motion)$/i;

/** Of a channel drawn alone. `component` is the end of its name. */
export function channelMeaning(layer: string, component: string): NameMeaning {
  const meant = layerMeaning(layer);
  if (meant.data) return meant;
  const own = layerMeaning(component);
  if (own.data) return own;
  const isLetter = /^[uvwst]$/i.test(component);
  return DATA_COMPONENT.test(component) && !isLetter ? IS_DATA : NOTHING;
}

/** The picture's own layer, best first, by the last component in lower case. Blender's Combined comes through `Composite` or a view layer. */
const BEAUTY = ['combined', 'beauty', 'rgba', 'rgb', 'c', 'ci', 'image', 'finalimage', 'final', 'main', 'master', 'primary', 'color', 'colour', 'rgbcolor', 'finalcolor', 'finalcoloroutput', 'img', 'composite', 'render', 'default', 'bty'];
/** Light, but no picture: shown when there is nothing better. */
const ASIDE = set(`
  ao occlusion ambientocclusion shadow shadows env environment mist matte mattes mask masks alpha opacity albedo lightmask puzzlematte multimatte noise variance denoising denoise
  facing ratio wireframe toon background bg shadowcatcher specularocclusion debug roughness metallic metalness glossiness bump coverage reflectionfilter refractionfilter diffusefilter`);

/** 0 for the first of the beauty's names … ; 100 for any other light; 200 for ambient occlusion, shadow, environment and the like. */
export function beautyRank(layer: string): number {
  const components = layer.split('.').filter((part) => part !== '');
  // A part's name, and a layer's in a file that names no views, may have the view behind it.
  if (components.length > 1 && /^(left|right|l|r)$/i.test(components.at(-1)!)) components.pop();
  const name = components.at(-1) ?? '';
  const last = name.toLowerCase().replace(/[-_ ](left|right|l|r)$/, '').replace(/^(left|right)[-_ ]/, '');
  const found = BEAUTY.indexOf(last.replace(/[-_ ]/g, ''));
  if (found >= 0) return found;
  const words = wordsOf(name);
  if (words.some((word) => ASIDE.has(word)) || ASIDE.has(words.join(''))) return 200;
  if (words.some((word) => word === 'beauty' || word === 'combined')) return BEAUTY.length;
  return 100;
}

/** What a part may be called: its name, also without the view that programs put before or after it. */
export function namesOfPart({ name, view }: Pick<PartHeader, 'name' | 'view'>): string[] {
  if (name === null) return [];
  if (view === null) return [name];
  return [name, ...['.', '_', '-'].flatMap((mark) => [
    ...(name.endsWith(mark + view) ? [name.slice(0, -view.length - 1)] : []),
    ...(name.startsWith(view + mark) ? [name.slice(view.length + 1)] : []),
  ])];
}
