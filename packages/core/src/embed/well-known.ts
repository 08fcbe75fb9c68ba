import { hashText } from './hash.ts';

/**
 * The layers that most renders have, each with a place of its own in the channels vector. 128 places are few: hashing alone gives the cosine of two
 * channel sets an error of 1/√128 = 0.09, as much as a handful of AOVs. Two sets of well-known layers are compared exactly; every other name is hashed.
 *
 * Names are compared in lower case, with the number at their end left out (`crypto_object00` … `02` come and go together). The order is part of the vector's
 * version: append only with a new one.
 */
const NAMES: readonly string[] = (
  // The base layer's colour, its alpha, and the AOVs that stand there as single channels.
  'rgb a z n p ' +
  // Generic and Arnold
  'diffuse specular diffuse_direct diffuse_indirect diffuse_albedo specular_direct specular_indirect specular_albedo sss sss_direct sss_indirect transmission transmission_direct ' +
  'transmission_indirect coat sheen emission albedo volume background shadow shadow_matte motionvector normal position depth uv ao id crypto_object crypto_material crypto_asset ' +
  'cryptomatte beauty reflection refraction motion velocity key fill rim rgba_default direct indirect mask gi lighting denoised variance occlusion ' +
  // RenderMan
  'directdiffuse indirectdiffuse directspecular indirectspecular subsurface transmissive emissive samplecount pworld nworld ' +
  // V-Ray
  'vraydiffusefilter vrayreflection vrayrefraction vrayglobalillumination vraylighting vrayspecular vraysss vrayselfillumination vrayshadows vraynormals vrayvelocity vrayzdepth vraycryptomatte vrayatmosphere ' +
  // Karma, Redshift, Blender, Nuke
  'cryptomaterial cryptoobject cryptoasset basecolor directglossyreflection indirectglossyreflection glossytransmission combinedemission directvolume indirectvolume hitn hitp ' +
  'diffuselighting diffusefilter specularlighting reflections refractions volumelighting shadows worldposition normals motionvectors vector forward backward disparity matte roto rgba_lgt lpe_l ' +
  // From here on beyond 128: these share places with the last ones before, with a sign of their own.
  'diffdir diffind diffcol glossdir glossind glosscol transdir transind transcol emit env mist light_group lightgroup lights vraylightselect c_lg lg light ' +
  'beautyunshadowed caustics totaltranslucency puzzlematte irradiance ambientocclusion postproc diffusedirect diffuseindirect reflectiondirect reflectionindirect subsurfacescattering ' +
  'zdepth shadingnormal geometricnormal motionvector2d lightpass cryptomatte_obj cryptomatte_mat light_key light_fill light_rim fg bg comp cleanplate denoise hair skin steam dust smoke fire water'
).split(' ');

const PLACES = new Map(NAMES.map((name, place) => [name, place]));

/** The places at the front, where the names that renderers of every make share stand, are never touched by hashed names. */
export const KEPT_PLACES = 24;

/** The place of a group of channels (see `groupOf`) and its sign there, or undefined when its name must be hashed. */
export function wellKnown(group: string, dimensions: number): { readonly place: number; readonly sign: 1 | -1 } | undefined {
  const index = PLACES.get(group);
  if (index === undefined) return undefined;
  if (index < dimensions) return { place: index, sign: 1 };
  return { place: dimensions - 1 - ((index - dimensions) % (dimensions - KEPT_PLACES)), sign: (hashText(group) & 1) === 0 ? 1 : -1 };
}

/** Blender puts the view layer before the pass: the pass is what counts. */
const VIEW_LAYER = /^(?:view ?layer|renderlayer|scene)[^.]*\./;

/** `crypto_object00` → `crypto_object`, `lgt01` … `lgt08` → `lgt`: what is numbered comes together, and is one group of more channels. */
export function groupOf(aov: string): string {
  const lower = aov.toLowerCase().replace(VIEW_LAYER, '');
  return lower.replace(/[ _-]*\d+$/, '') || lower;
}
