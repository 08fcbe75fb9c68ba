/** What the numbers of a part's colours mean. */
import type { PartHeader } from '../header/index.ts';
import { type Curve, curveNamed } from './curve.ts';
import { luminanceWeights, type Matrix3, REC709, toSrgb } from './matrix.ts';
import { colorSourcesOf, colorSpaceOf, type ColorSourceFound } from './sources.ts';
import { colorSpace } from './spaces.ts';

export interface PartColor {
  /** From the numbers in the file to light; null when they are light. It comes before the matrix and before exposure. */
  readonly curve: Curve | null;
  /** To linear sRGB; null when there is nothing to convert. */
  readonly matrix: Matrix3 | null;
  /** Weights of R, G and B in luminance. */
  readonly luminance: readonly [number, number, number];
  /** What the colours were taken for: a name, `chromaticities`, or `data`. */
  readonly name: string;
}

const PLAIN = { curve: null, matrix: null, luminance: luminanceWeights(REC709) } as const;

/**
 * By the first source that says something (colorSourcesOf), else linear Rec. 709. Encoded values of a curve that nobody here knows are shown as they
 * are, and a name that nobody knows is drawn as linear Rec. 709; a part that says it is data is not converted.
 */
export function partColor(part: PartHeader): PartColor {
  const sources = colorSourcesOf(part).filter(({ useless }) => useless === null);
  for (const source of sources) {
    const meant = meaning(source);
    if (meant) return meant;
  }
  const said = colorSpaceOf(part)?.name;
  return { ...PLAIN, name: said === undefined ? 'lin_rec709_scene' : `${said} (drawn as lin_rec709_scene)` };
}

function meaning({ source, space, written, chromaticities }: ColorSourceFound): PartColor | null {
  if (space === 'data') return { ...PLAIN, name: 'data' };
  if (chromaticities) return { curve: null, matrix: toSrgb(chromaticities) ?? null, luminance: luminanceWeights(chromaticities), name: space ?? 'chromaticities' };
  const known = space === null ? null : colorSpace(space);
  if (known) {
    const { curve, matrix, luminance, isDecoded, id } = known;
    // Codes are not to be encoded once more.
    return isDecoded ? { curve, matrix, luminance, name: source === 'oiio:ColorSpace' ? written! : id } : { ...PLAIN, curve: curveNamed('srgb', 'rec709', true), name: `${id} (codes shown as they are)` };
  }
  return null;
}
