/** Statements about colour that contradict each other, or that some readers do not know. */
import { plainText } from '../text/index.ts';
import { valueOf } from './attribute.ts';
import { chromaticitiesOf, colorSpaceOfChromaticities } from './color-space.ts';
import type { Findings } from './findings.ts';
import type { PartHeader } from './types.ts';
import type { Chromaticities } from './values.ts';

/** As color-space.ts compares chromaticities with the known spaces. */
const TOLERANCE = 0.001 + 1e-7;

/** The checks of OpenEXR 3.5's color_metadata.c (exrinfo prints them as warnings and goes on), with encoded ids and capitals besides. */
export function colorNotes(part: PartHeader, findings: Findings): void {
  const stated = valueOf(part.attribute('chromaticities'), 'chromaticities');
  const id = valueOf(part.attribute('colorInteropID'), 'string');
  const say = (attribute: string, text: string): void => findings.note('COLOR_CONTRADICTION', part.index, attribute, text);
  if (id === '') findings.note('EMPTY_NAME', part.index, 'colorInteropID', 'colorInteropID is empty, which says no more than none');
  else if (id !== undefined) idNotes(part, id, stated, findings, say);
  const flag = part.attribute('acesImageContainerFlag');
  if (flag === undefined) return;
  const name = 'acesImageContainerFlag';
  if (valueOf(flag, 'int') !== 1) say(name, `${name} is there and is not the int 1`);
  if (id !== undefined && id !== AP0) say(name, `${name} means ST 2065-4 and so ${AP0}, colorInteropID says "${plainText(id, { max: 80 })}"`);
  if (stated === undefined) say(name, `${name} means ST 2065-4, which needs chromaticities: there are none`);
  else if (colorSpaceOfChromaticities(stated) !== AP0) say(name, `${name} means ST 2065-4 and so ${AP0}, the chromaticities say otherwise`);
}

const AP0 = 'lin_ap0_scene';

function idNotes(part: PartHeader, id: string, stated: Chromaticities | undefined, findings: Findings, say: (attribute: string, text: string) => void): void {
  const shown = plainText(id, { max: 80 });
  if (id !== id.toLowerCase()) {
    findings.note('COLOR_ID_SPELLING', part.index, 'colorInteropID', `colorInteropID "${shown}" has capitals, ids are in lower case: readers that compare letter by letter do not know it (OpenEXR 3.5; OpenColorIO does)`);
  }
  if (id === 'data') {
    for (const name of ['chromaticities', 'whiteLuminance', 'adoptedNeutral']) if (part.attribute(name)) say(name, `${name} is there, and colorInteropID says "data", which has no colour`);
    return;
  }
  const meant = primariesOfId(id);
  if (stated === undefined || meant === null || same(stated, meant)) return;
  const known = colorSpaceOfChromaticities(stated);
  say('colorInteropID', `colorInteropID "${shown}" contradicts the chromaticities${known === null ? '' : `, which are those of ${known}`}: the id counts`);
}

/** The chromaticities of what an id says, encoded or not: `srgb_rec709_scene`, `ocio:g24_rec709_scene` and `lin_rec709_scene` share theirs. */
function primariesOfId(id: string): Chromaticities | null {
  const found = /^(?:[a-z]+:)?[a-z0-9]+_([a-z0-9]+)_(?:scene|display)$/.exec(id.toLowerCase());
  return found && chromaticitiesOf(`lin_${found[1]}_scene`);
}

function same(a: Chromaticities, b: Chromaticities): boolean {
  const flat = ({ red, green, blue, white }: Chromaticities): readonly number[] => [...red, ...green, ...blue, ...white];
  const other = flat(b);
  return flat(a).every((value, i) => Math.abs(value - other[i]!) <= TOLERANCE);
}
