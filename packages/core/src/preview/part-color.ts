/** What the numbers of a part's colours mean. */
import { chromaticitiesOf, colorSpaceOf, type PartHeader, valueOf } from '../header/index.ts';
import { luminanceWeights, type Matrix3, type Primaries, REC709, toSrgb } from './color.ts';

export interface PartColor {
  /** To linear sRGB; null when there is nothing to convert. */
  readonly matrix: Matrix3 | null;
  readonly primaries: Primaries;
  /** Weights of R, G and B in luminance. */
  readonly luminance: readonly [number, number, number];
  /** What the colours were taken for: a name, `chromaticities`, or `data`. */
  readonly name: string;
}

/** Names from before the Color Interop Forum's, as OpenImageIO and others write them into oiio:ColorSpace. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  linear: 'lin_rec709_scene', scene_linear: 'lin_rec709_scene', lin_srgb: 'lin_rec709_scene', lin_rec709: 'lin_rec709_scene',
  'linear rec.709 (srgb)': 'lin_rec709_scene',
  acescg: 'lin_ap1_scene', lin_ap1: 'lin_ap1_scene', 'aces2065-1': 'lin_ap0_scene', lin_ap0: 'lin_ap0_scene',
};

/**
 * What the part says of itself (colorSpaceOf), unnamed chromaticities, else Rec. 709. An encoded or unknown space is drawn as if it were linear
 * Rec. 709; a part that says it is data is not converted.
 */
export function partColor(part: PartHeader): PartColor {
  const { primaries, name } = primariesOf(part);
  return { primaries, name, matrix: name === 'data' ? null : (toSrgb(primaries) ?? null), luminance: luminanceWeights(primaries) };
}

function primariesOf(part: PartHeader): { primaries: Primaries; name: string } {
  const said = colorSpaceOf(part)?.name;
  if (said === 'data') return { primaries: REC709, name: 'data' };
  const known = said === undefined ? null : chromaticitiesOf(OTHER_NAMES[said.toLowerCase()] ?? said);
  if (known) return { primaries: known, name: said! };
  const own = valueOf(part.attribute('chromaticities'), 'chromaticities');
  if (own && toSrgb(own) !== undefined) return { primaries: own, name: 'chromaticities' };
  return { primaries: REC709, name: said === undefined ? 'lin_rec709_scene' : `${said} (drawn as lin_rec709_scene)` };
}
