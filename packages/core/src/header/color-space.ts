import { valueOf } from './attribute.ts';
import type { PartHeader } from './types.ts';
import type { Chromaticities } from './values.ts';

/** Primaries and white of the linear spaces of the Color Interop Forum (ColorInterop 03), CIE xy. */
const SPACES: readonly (readonly [id: string, red: number, redY: number, green: number, greenY: number, blue: number, blueY: number, white: number, whiteY: number])[] = [
  ['lin_rec709_scene', 0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329],
  ['lin_ap0_scene', 0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767],
  ['lin_ap1_scene', 0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767],
  ['lin_p3d65_scene', 0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329],
  ['lin_rec2020_scene', 0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329],
  ['lin_adobergb_scene', 0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329],
];

/** Within this, as the specification has it (design/domain: chromaticities table). */
const TOLERANCE = 0.001;

/** The id of the space that has these chromaticities, null when none of the known ones has. */
export function colorSpaceOfChromaticities({ red, green, blue, white }: Chromaticities): string | null {
  const found = [...red, ...green, ...blue, ...white];
  // A hair more than the tolerance: float32 values a thousandth apart may be further apart by their rounding.
  const matches = (space: (typeof SPACES)[number]) => found.every((value, i) => Math.abs(value - (space[i + 1] as number)) <= TOLERANCE + 1e-7);
  return SPACES.find(matches)?.[0] ?? null;
}

/** The chromaticities of a known space, null of any other (encoded ones, data, unknown). */
export function chromaticitiesOf(id: string): Chromaticities | null {
  const space = SPACES.find(([name]) => name === id);
  if (!space) return null;
  const [, red, redY, green, greenY, blue, blueY, white, whiteY] = space;
  return { red: [red, redY], green: [green, greenY], blue: [blue, blueY], white: [white, whiteY] };
}

/** Where a part's colour space was found. */
export type ColorSpaceSource = 'acesImageContainerFlag' | 'colorInteropID' | 'chromaticities' | 'oiio:ColorSpace';

/**
 * The colour space that a part says it is in. The first of these that speaks: the ACES container flag (which means ST 2065-4, so AP0),
 * colorInteropID, chromaticities with a known name, oiio:ColorSpace. Null when none does: nothing is assumed.
 */
export function colorSpaceOf(part: PartHeader): { readonly name: string; readonly source: ColorSpaceSource } | null {
  // The forum's text says acesImageContainer, the libraries write acesImageContainerFlag.
  for (const name of ['acesImageContainerFlag', 'acesImageContainer']) {
    if (valueOf(part.attribute(name), 'int') === 1) return { name: 'lin_ap0_scene', source: 'acesImageContainerFlag' };
  }
  const id = valueOf(part.attribute('colorInteropID'), 'string');
  if (id) return { name: id, source: 'colorInteropID' };
  const chromaticities = valueOf(part.attribute('chromaticities'), 'chromaticities');
  const known = chromaticities === undefined ? null : colorSpaceOfChromaticities(chromaticities);
  if (known !== null) return { name: known, source: 'chromaticities' };
  const oiio = valueOf(part.attribute('oiio:ColorSpace'), 'string');
  return oiio ? { name: oiio, source: 'oiio:ColorSpace' } : null;
}
