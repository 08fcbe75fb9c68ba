import { project } from './hash.ts';

/**
 * The layers that most renders have, each with a place of its own in the channels vector. 128 places are few: hashing alone gives the cosine of two
 * channel sets an error of 1/√128 = 0.09, as much as a handful of AOVs. Two sets of well-known layers are compared exactly; every other name is hashed.
 *
 * Names are in lower case; one without its number (`crypto_object`) is the stem of the numbered ones. The order is part of the vector's version.
 */
const NAMES: readonly string[] = (
  // AOVs that stand as single channels in the base layer.
  'z n p ' +
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
  'diffdir diffind diffcol glossdir glossind glosscol transdir transind transcol emit env mist light_group lightgroup lights vraylightselect c_lg lg light ' +
  'beautyunshadowed caustics totaltranslucency puzzlematte irradiance ambientocclusion postproc diffusedirect diffuseindirect reflectiondirect reflectionindirect subsurfacescattering ' +
  'zdepth shadingnormal geometricnormal motionvector2d lightpass cryptomatte_obj cryptomatte_mat light_key light_fill light_rim fg bg comp cleanplate denoise hair skin steam dust smoke fire water'
).split(' ');

/** Places at the front that belong to the base layer: see channel-vector.ts. */
export const BASE_PLACES = 6;

export type Code = readonly { readonly place: number; readonly amount: number }[];
/** The squared length of a code (of a hashed one, when no two of its places are the same). */
export const CODE_SQUARES = 4;

/** Where a group stands: at a place of its own when its name is well known, else at four places, with signs, that its name's hash says. */
export function codeOf(key: string, dimensions: number): Code {
  const known = KNOWN.get(key);
  if (known !== undefined && BASE_PLACES + known < dimensions) return [{ place: BASE_PLACES + known, amount: 2 }];
  const hashed = new Float64Array(dimensions - BASE_PLACES);
  project(key, 1, hashed, CODE_SQUARES);
  const code: { place: number; amount: number }[] = [];
  hashed.forEach((amount, i) => amount !== 0 && code.push({ place: BASE_PLACES + i, amount }));
  return code;
}
const KNOWN = new Map(NAMES.map((name, place) => [name, place]));
