/** Colour spaces by their interop id, and how an id is found (Color Interop Forum: texture 1.1, display 1.0, interop id 1.0; OpenColorIO 2.6's own ids). */
import type { Chromaticities } from '../header/index.ts';
import { type Curve, curveNamed } from './curve.ts';
import { luminanceWeights, type Matrix3, toSrgb, toSrgbByAp0, xyzToRec709 } from './matrix.ts';

type Numbers = readonly [red: number, redY: number, green: number, greenY: number, blue: number, blueY: number, white: number, whiteY: number];

/** CIE xy of red, green, blue and white, by the word in the id. The first six are the forum's linear spaces; the cameras' are the makers' papers'. */
const PRIMARIES: Readonly<Record<string, Numbers>> = {
  rec709: [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329],
  ap0: [0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767],
  ap1: [0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767],
  p3d65: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329],
  rec2020: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329],
  adobergb: [0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329],
  applewg: [0.725, 0.301, 0.221, 0.814, 0.068, -0.076, 0.3127, 0.329],
  awg3: [0.684, 0.313, 0.221, 0.848, 0.0861, -0.102, 0.3127, 0.329],
  awg4: [0.7347, 0.2653, 0.1424, 0.8576, 0.0991, -0.0308, 0.3127, 0.329],
  bmdwg5: [0.7177215, 0.3171181, 0.228041, 0.861569, 0.1005841, -0.0820452, 0.312717, 0.3290312],
  dwg: [0.8, 0.313, 0.1682, 0.9877, 0.079, -0.1155, 0.3127, 0.329],
  cgamutd55: [0.74, 0.27, 0.17, 1.14, 0.08, -0.1, 0.3127, 0.329],
  dgamut: [0.71, 0.31, 0.21, 0.88, 0.09, -0.08, 0.3127, 0.329],
  vgamut: [0.73, 0.28, 0.165, 0.84, 0.1, -0.03, 0.3127, 0.329],
  rwg: [0.780308, 0.304253, 0.121595, 1.493994, 0.095612, -0.084589, 0.3127, 0.329],
  sgamut3: [0.73, 0.28, 0.14, 0.855, 0.1, -0.05, 0.3127, 0.329],
  sgamut3cine: [0.766, 0.275, 0.225, 0.8, 0.089, -0.087, 0.3127, 0.329],
  sgamut3venice: [0.740464264304292, 0.27936437475066, 0.089241145423286, 0.893809528608105, 0.110488236673827, -0.052579333080476, 0.3127, 0.329],
  sgamut3cinevenice: [0.775901871567345, 0.274502392854799, 0.188682902773355, 0.828684937020288, 0.101337382499301, -0.089187517306263, 0.3127, 0.329],
};
/** Where one gamut goes by two words. */
const SAME_PRIMARIES: Readonly<Record<string, string>> = { wg5: 'bmdwg5', xyzd65: 'ciexyzd65' };

/** The forum's ids. `data` and `unknown` are none of a space. */
const FORUM = [
  ...['rec709', 'ap0', 'ap1', 'p3d65', 'rec2020', 'adobergb', 'ciexyzd65'].map((name) => `lin_${name}_scene`),
  'srgb_rec709_scene', 'srgb_p3d65_scene', 'srgb_ap1_scene', 'g18_rec709_scene', 'g22_rec709_scene', 'g22_adobergb_scene', 'g22_ap1_scene', 'g24_rec709_scene',
  'srgb_rec709_display', 'srgb_p3d65_display', 'srgbe_p3d65_display', 'g22_rec709_display', 'g22_adobergb_display', 'g24_rec709_display', 'g26_p3d65_display',
  'g26_xyzd65_display', 'pq_p3d65_display', 'pq_rec2020_display', 'pq_xyzd65_display', 'hlg_rec2020_display', 'lin_rec709_display', 'lin_p3d65_display', 'lin_rec2020_display',
];

/** OpenColorIO's own, with their namespace. */
const OCIO = [
  'acescc_ap1_scene', 'acescct_ap1_scene', 'adx10_apd_scene', 'adx16_apd_scene', 'applelog_rec2020_scene', 'applelog_applewg_scene', 'arrilogc3_awg3_scene',
  'arrilogc4_awg4_scene', 'bmdfilm5_wg5_scene', 'davinci_dwg_scene', 'canonlog2_cgamutd55_scene', 'canonlog3_cgamutd55_scene', 'djilog_dgamut_scene', 'vlog_vgamut_scene',
  'redlog3g10_rwg_scene', 'slog3_sgamut3_scene', 'slog3_sgamut3cine_scene', 'slog3_sgamut3venice_scene', 'slog3_sgamut3cinevenice_scene', 'itu709_rec709_scene', 'lin_ciexyzd65_display',
  ...['applewg', 'awg3', 'awg4', 'bmdwg5', 'dwg', 'cgamutd55', 'dgamut', 'vgamut', 'rwg', 'sgamut3', 'sgamut3cine', 'sgamut3venice', 'sgamut3cinevenice'].map((name) => `lin_${name}_scene`),
].map((id) => `ocio:${id}`);

/**
 * Other names of spaces: older spellings of ids, names and aliases of OpenColorIO's configurations, and what OpenImageIO, Nuke and others write into
 * oiio:ColorSpace. `rec709_display` is OpenColorIO's alias of the scene space.
 */
const ALIASES: ReadonlyMap<string, string> = new Map(Object.entries({
  'ocio:g24_rec709_scene': 'g24_rec709_scene', rec709_display: 'g24_rec709_scene', g24_rec709: 'g24_rec709_scene',
  linear: 'lin_rec709_scene', scene_linear: 'lin_rec709_scene', lin_srgb: 'lin_rec709_scene', lin_rec709: 'lin_rec709_scene', lin_rec709_srgb: 'lin_rec709_scene',
  'linear rec.709 (srgb)': 'lin_rec709_scene', 'utility - linear - srgb': 'lin_rec709_scene', 'utility - linear - rec.709': 'lin_rec709_scene',
  acescg: 'lin_ap1_scene', lin_ap1: 'lin_ap1_scene', 'aces - acescg': 'lin_ap1_scene',
  'aces2065-1': 'lin_ap0_scene', aces2065_1: 'lin_ap0_scene', aces: 'lin_ap0_scene', lin_ap0: 'lin_ap0_scene', 'aces - aces2065-1': 'lin_ap0_scene',
  lin_p3d65: 'lin_p3d65_scene', 'linear p3-d65': 'lin_p3d65_scene', lin_displayp3: 'lin_p3d65_scene', 'linear display p3': 'lin_p3d65_scene', 'utility - linear - p3-d65': 'lin_p3d65_scene',
  lin_rec2020: 'lin_rec2020_scene', 'linear rec.2020': 'lin_rec2020_scene', 'utility - linear - rec.2020': 'lin_rec2020_scene',
  lin_adobergb: 'lin_adobergb_scene', 'linear adobergb': 'lin_adobergb_scene', 'cie xyz-d65 - scene-referred': 'lin_ciexyzd65_scene', cie_xyz_d65_scene: 'lin_ciexyzd65_scene',
  srgb: 'srgb_rec709_scene', srgb_tx: 'srgb_rec709_scene', srgb_texture: 'srgb_rec709_scene', 'srgb - texture': 'srgb_rec709_scene', 'utility - srgb - texture': 'srgb_rec709_scene',
  'srgb encoded rec.709 (srgb)': 'srgb_rec709_scene', srgb_encoded_rec709_srgb: 'srgb_rec709_scene', srgb_p3d65: 'srgb_p3d65_scene', srgb_displayp3: 'srgb_p3d65_scene', 'srgb encoded p3-d65': 'srgb_p3d65_scene',
  srgb_ap1: 'srgb_ap1_scene', 'srgb encoded ap1': 'srgb_ap1_scene', g18_rec709: 'g18_rec709_scene', 'gamma 1.8 encoded rec.709': 'g18_rec709_scene', g22_rec709: 'g22_rec709_scene', 'gamma 2.2 encoded rec.709': 'g22_rec709_scene',
  'gamma 2.4 encoded rec.709': 'g24_rec709_scene', 'gamma 2.4 rec.709 - texture': 'g24_rec709_scene', adobergb: 'g22_adobergb_scene', 'gamma 2.2 encoded adobergb': 'g22_adobergb_scene',
  g22_ap1: 'g22_ap1_scene', 'gamma 2.2 encoded ap1': 'g22_ap1_scene', srgb_display: 'srgb_rec709_display', 'srgb - display': 'srgb_rec709_display', displayp3_display: 'srgb_p3d65_display', 'display p3 - display': 'srgb_p3d65_display',
  rec1886_rec709_display: 'g24_rec709_display', 'rec.1886 rec.709 - display': 'g24_rec709_display', p3d65_display: 'g26_p3d65_display', 'p3-d65 - display': 'g26_p3d65_display',
  acescc: 'ocio:acescc_ap1_scene', acescc_ap1: 'ocio:acescc_ap1_scene', acescct: 'ocio:acescct_ap1_scene', acescct_ap1: 'ocio:acescct_ap1_scene',
  raw: 'data', none: 'data',
}));

/** What the ids say: a curve, primaries, and whether the scene or a display is meant. */
export interface ColorSpace {
  readonly id: string;
  /** To light; null of a linear space, and where nobody here knows the curve (see `isDecoded`). */
  readonly curve: Curve | null;
  /** The numbers are light. */
  readonly isLinear: boolean;
  /** Curve and primaries are known: what is drawn is what the id says. */
  readonly isDecoded: boolean;
  /** From this space's linear light to linear Rec. 709; null when that is the same. */
  readonly matrix: Matrix3 | null;
  /** Weights of the three channels in luminance. */
  readonly luminance: readonly [number, number, number];
}

const IDS: ReadonlyMap<string, string> = new Map([...FORUM, ...OCIO, 'data', 'unknown'].map((id) => [id, id]));

/**
 * The id of the space that a name means: as OpenColorIO looks ids up, without regard to case, and once more without the leftmost namespace. `names`:
 * also by the aliases of configurations. Null when nobody knows it.
 */
export function spaceId(written: string, { names = true } = {}): string | null {
  const find = (name: string): string | null => IDS.get(name) ?? (names || name.startsWith('ocio:') || name === 'rec709_display' ? (ALIASES.get(name) ?? null) : null);
  const name = written.trim().toLowerCase();
  const colon = name.indexOf(':');
  return find(name) ?? (colon < 0 ? null : find(name.slice(colon + 1)));
}

/** Null of `data`, `unknown`, and what is no id. */
export function colorSpace(id: string): ColorSpace | null {
  const found = /^(?:ocio:)?([a-z0-9]+)_([a-z0-9]+)_(scene|display)$/.exec(id);
  if (!found || !IDS.has(id)) return null;
  const [, encoding, gamut, referred] = found as unknown as [string, string, string, string];
  const primaries = SAME_PRIMARIES[gamut] ?? gamut;
  const isLinear = encoding === 'lin';
  const curve = isLinear ? null : curveNamed(encoding, primaries, referred === 'display');
  if (primaries === 'ciexyzd65') return { id, curve, isLinear, isDecoded: isLinear || curve !== null, matrix: xyzToRec709(), luminance: [0, 1, 0] };
  const given = primariesNamed(primaries);
  const chromaticities = given ?? primariesNamed('rec709')!;
  const isDecoded = given !== null && (isLinear || curve !== null);
  const matrix = given === null || BY_BRADFORD.has(primaries) ? toSrgb(chromaticities) : toSrgbByAp0(chromaticities, primariesNamed('ap0')!);
  return { id, curve, isLinear, isDecoded, matrix: matrix ?? null, luminance: luminanceWeights(chromaticities) };
}

function primariesNamed(name: string): Chromaticities | null {
  const found = PRIMARIES[name];
  if (!found) return null;
  const [red, redY, green, greenY, blue, blueY, white, whiteY] = found;
  return { red: [red, redY], green: [green, greenY], blue: [blue, blueY], white: [white, whiteY] };
}

/** Names that chromaticities are given, in the order in which they are tried: the linear spaces of the Color Interop Forum (ColorInterop 03). */
const NAMED = ['rec709', 'ap0', 'ap1', 'p3d65', 'rec2020', 'adobergb'] as const;

/** Gamuts whose white is adapted by Bradford; the other cameras' go by way of AP0 with CAT02. */
const BY_BRADFORD: ReadonlySet<string> = new Set([...NAMED, 'vgamut', 'rwg', 'applewg']);

/** Within this, as the forum has it. */
const TOLERANCE = 0.001;

/** The id of the space that has these chromaticities, null when none of the known ones has. */
export function colorSpaceOfChromaticities({ red, green, blue, white }: Chromaticities): string | null {
  const found = [...red, ...green, ...blue, ...white];
  // A hair more than the tolerance: float32 values a thousandth apart may be further apart by their rounding.
  const name = NAMED.find((each) => found.every((value, i) => Math.abs(value - PRIMARIES[each]![i]!) <= TOLERANCE + 1e-7));
  return name === undefined ? null : `lin_${name}_scene`;
}

/** The chromaticities of the space with this id, null of CIE XYZ, `data`, `unknown` and what is no id. */
export function chromaticitiesOf(id: string): Chromaticities | null {
  const space = colorSpace(id);
  const gamut = space && id.slice(0, id.lastIndexOf('_')).split('_').at(-1)!;
  return gamut === null ? null : primariesNamed(SAME_PRIMARIES[gamut] ?? gamut);
}
