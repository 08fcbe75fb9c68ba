/** Statements about colour that contradict each other, or that some readers do not know. */
import { plainText } from '../text/index.ts';
import { valueOf } from './attribute.ts';
import { chromaticitiesOf, colorSpaceOfChromaticities } from './color-space.ts';
import type { Findings } from './findings.ts';
import type { PartHeader } from './types.ts';
import type { Chromaticities } from './values.ts';

/** As color-space.ts compares chromaticities with the known spaces. */
const TOLERANCE = 0.001 + 1e-7;

export function colorNotes(part: PartHeader, findings: Findings): void {
  const id = valueOf(part.attribute('colorInteropID'), 'string');
  if (!id) return;
  const shown = plainText(id, { max: 80 });
  if (id !== id.toLowerCase()) {
    findings.note('COLOR_ID_SPELLING', part.index, 'colorInteropID', `colorInteropID "${shown}" has capitals, ids are in lower case: readers that compare letter by letter do not know it (OpenEXR 3.5; OpenColorIO does)`);
  }
  const stated = valueOf(part.attribute('chromaticities'), 'chromaticities');
  const meant = primariesOfId(id);
  if (stated === undefined || meant === null || same(stated, meant)) return;
  const known = colorSpaceOfChromaticities(stated);
  findings.note('COLOR_CONTRADICTION', part.index, 'colorInteropID', `colorInteropID "${shown}" contradicts the chromaticities${known === null ? '' : `, which are those of ${known}`}: the id counts`);
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
