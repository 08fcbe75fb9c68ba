/** What a part says of its colours, everywhere that it says something. */
import { type Chromaticities, type PartHeader, valueOf } from '../header/index.ts';
import { unusable } from './matrix.ts';
import { chromaticitiesOf, colorSpaceOfChromaticities, spaceId } from './spaces.ts';

/** Where a part's colour space was found. */
export type ColorSpaceSource = 'acesImageContainerFlag' | 'colorInteropID' | 'chromaticities' | 'oiio:ColorSpace';

/** One attribute that speaks of colour. */
export interface ColorSourceFound {
  readonly source: ColorSpaceSource;
  /** As it is written; of chromaticities null, of the ACES flag its number. */
  readonly written: string | null;
  /** The id that it means; null when it means none that is known (unnamed chromaticities, a name of somebody's own). */
  readonly space: string | null;
  readonly chromaticities: Chromaticities | null;
  /** Why it says nothing, in words; null when it does. */
  readonly useless: string | null;
}

/** All sources that a part has, in the order in which they are believed: the first that is not useless decides. */
export function colorSourcesOf(part: PartHeader): readonly ColorSourceFound[] {
  const found: ColorSourceFound[] = [];
  // The forum's text says acesImageContainer, the libraries write acesImageContainerFlag.
  const flagged = ['acesImageContainerFlag', 'acesImageContainer'].some((name) => valueOf(part.attribute(name), 'int') === 1);
  // The flag means ST 2065-4, so AP0.
  if (flagged) found.push({ source: 'acesImageContainerFlag', written: '1', space: 'lin_ap0_scene', chromaticities: null, useless: null });
  const id = valueOf(part.attribute('colorInteropID'), 'string');
  if (id) {
    const space = spaceId(id);
    found.push({ source: 'colorInteropID', written: id, space, chromaticities: null, useless: space === 'unknown' ? 'it says that the space is unknown' : null });
  }
  const chromaticities = valueOf(part.attribute('chromaticities'), 'chromaticities');
  if (chromaticities !== undefined) {
    found.push({ source: 'chromaticities', written: null, space: colorSpaceOfChromaticities(chromaticities), chromaticities, useless: unusable(chromaticities) });
  }
  const oiio = valueOf(part.attribute('oiio:ColorSpace'), 'string');
  if (oiio) found.push({ source: 'oiio:ColorSpace', written: oiio, space: spaceId(oiio), chromaticities: null, useless: null });
  return found;
}

/**
 * The colour space that a part says it is in, by the id where it is known, else as it is written. The first of these that speaks: the ACES container
 * flag, colorInteropID, chromaticities with a known name, oiio:ColorSpace. Null when none does: nothing is assumed. An id "unknown" hides none of the
 * others and is the answer where there are none.
 */
export function colorSpaceOf(part: PartHeader): { readonly name: string; readonly source: ColorSpaceSource } | null {
  const sources = colorSourcesOf(part);
  const first = sources.find((each) => each.useless === null && nameOf(each) !== null) ?? sources.find(({ source }) => source === 'colorInteropID');
  return first ? { name: nameOf(first)!, source: first.source } : null;
}

/** The id in its own spelling. Names of configurations stay as they are written: they may mean something else in a studio's own. */
function nameOf({ written, space }: ColorSourceFound): string | null {
  return written === null || written === '1' ? space : (spaceId(written, { names: false }) ?? written);
}

/** The sources that contradict the one that is believed, by what they mean: gamut and curve, as far as both say. */
export function colorConflicts(sources: readonly ColorSourceFound[]): readonly ColorSourceFound[] {
  const speaking = sources.filter(({ useless, space, chromaticities }) => useless === null && (space !== null || chromaticities !== null));
  const [believed, ...others] = speaking;
  return believed ? others.filter((other) => contradicts(believed, other)) : [];
}

function contradicts(one: ColorSourceFound, other: ColorSourceFound): boolean {
  if (one.source !== 'chromaticities' && other.source !== 'chromaticities') return one.space !== other.space;
  // Chromaticities say nothing of the curve.
  const [first, second] = [gamutOf(one), gamutOf(other)];
  if (first === null || second === null) return (first === null) !== (second === null);
  return (['red', 'green', 'blue', 'white'] as const).some((key) => first[key].some((value, i) => Math.abs(value - second[key][i]!) > 0.001 + 1e-7));
}

/** Null of data and CIE XYZ. */
function gamutOf({ space, chromaticities }: ColorSourceFound): Chromaticities | null {
  return chromaticities ?? (space === null ? null : chromaticitiesOf(space));
}
