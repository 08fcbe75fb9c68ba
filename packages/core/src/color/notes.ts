/** Notes about colour. */
import { type PartHeader, valueOf } from '../header/index.ts';
import { type ExrNote, type NoteCode, noteOf } from '../notes.ts';
import { plainText } from '../text/index.ts';
import { type ColorSourceFound, colorConflicts, colorSourcesOf } from './sources.ts';
import { spaceId } from './spaces.ts';

const FLAG = 'acesImageContainerFlag';
const AP0 = 'lin_ap0_scene';

/**
 * What is worth knowing of a part's colour: sources that contradict each other, ids in capitals, chromaticities of which no colours can be made; and
 * the checks of OpenEXR 3.5's color_metadata.c, which exrinfo prints as warnings.
 */
export function colorNotes(part: PartHeader, source: string, multipart = false): ExrNote[] {
  const sources = colorSourcesOf(part);
  const notes: ExrNote[] = [];
  const note = (code: NoteCode, attribute: string, text: string): void => void notes.push(noteOf(code, { source, part: part.index, attribute }, text, multipart));
  const flag = part.attribute(FLAG);
  const believed = sources.find(({ useless }) => useless === null);
  for (const other of colorConflicts(sources)) {
    // An id beside the flag has a sentence of its own below.
    if (flag && other.source === 'colorInteropID') continue;
    note('COLOR_CONTRADICTION', other.source, `${shown(other)} contradict${other.source === 'chromaticities' ? '' : 's'} ${shown(believed!)}, which goes first`);
  }
  const id = valueOf(part.attribute('colorInteropID'), 'string');
  if (id === '') note('EMPTY_NAME', 'colorInteropID', 'colorInteropID is empty, which says no more than none');
  else if (id !== undefined && id !== id.toLowerCase()) {
    const known = spaceId(id);
    note('COLOR_ID_SPELLING', 'colorInteropID', `colorInteropID ${quoted(id)} is not in lower case: readers that compare letter by letter do not know it (OpenEXR 3.5${known === null ? '' : `; OpenColorIO takes it for ${known}`})`);
  }
  if (id === 'data') {
    for (const name of ['whiteLuminance', 'adoptedNeutral']) if (part.attribute(name)) note('COLOR_CONTRADICTION', name, `${name} is there, and colorInteropID says "data", which has no colour`);
  }
  if (flag) flagNotes(part, sources, id, (text) => note('COLOR_CONTRADICTION', FLAG, text));
  for (const { source: attribute, useless } of sources) {
    if (attribute === 'chromaticities' && useless !== null) note('COLOR_UNUSABLE', attribute, `chromaticities say nothing (${useless}): they were left aside`);
  }
  return notes;
}

function flagNotes(part: PartHeader, sources: readonly ColorSourceFound[], id: string | undefined, say: (text: string) => void): void {
  const isOne = valueOf(part.attribute(FLAG), 'int') === 1;
  if (!isOne) say(`${FLAG} is there and is not the int 1`);
  if (id !== undefined && id !== AP0) say(`${FLAG} means ST 2065-4 and so ${AP0}, colorInteropID says ${quoted(id)}`);
  const stated = sources.find(({ source }) => source === 'chromaticities');
  if (!stated) say(`${FLAG} means ST 2065-4, which needs chromaticities: there are none`);
  // Beside a flag of 1 they are among the contradictions.
  else if (stated.space !== AP0 && (!isOne || stated.useless !== null)) say(`${FLAG} means ST 2065-4 and so ${AP0}, the chromaticities say otherwise`);
}

function shown({ source, written, space }: ColorSourceFound): string {
  if (source === 'chromaticities') return space === null ? 'chromaticities' : `chromaticities (those of ${space})`;
  return source === 'acesImageContainerFlag' ? 'acesImageContainerFlag 1' : `${source} ${quoted(written!)}`;
}

const quoted = (text: string): string => JSON.stringify(plainText(text, { max: 100 }));
