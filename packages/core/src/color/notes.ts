import type { PartHeader } from '../header/index.ts';
import { type ExrNote, noteOf } from '../notes.ts';
import { plainText } from '../text/index.ts';
import { type ColorSourceFound, colorConflicts, colorSourcesOf } from './sources.ts';
import { spaceId } from './spaces.ts';

/** What is worth knowing of a part's colour: sources that contradict each other, ids in capitals, chromaticities of which no colours can be made. */
export function colorNotes(part: PartHeader, source: string, multipart = false): ExrNote[] {
  const sources = colorSourcesOf(part);
  const place = { source, part: part.index };
  const notes: ExrNote[] = [];
  const believed = sources.find(({ useless }) => useless === null);
  for (const other of colorConflicts(sources)) {
    notes.push(noteOf('COLOR_CONTRADICTION', { ...place, attribute: other.source }, `${shown(other)} contradict${other.source === 'chromaticities' ? '' : 's'} ${shown(believed!)}, which goes first`, multipart));
  }
  const id = sources.find((each) => each.source === 'colorInteropID')?.written ?? null;
  if (id !== null && id !== id.toLowerCase() && spaceId(id) !== null) {
    notes.push(noteOf('COLOR_ID_SPELLING', { ...place, attribute: 'colorInteropID' }, `colorInteropID ${quoted(id)} is not in lower case: OpenColorIO takes it for ${spaceId(id)}, OpenEXR does not know it`, multipart));
  }
  for (const { source: attribute, useless } of sources) {
    if (attribute === 'chromaticities' && useless !== null) notes.push(noteOf('COLOR_UNUSABLE', { ...place, attribute }, `chromaticities say nothing (${useless}): they were left aside`, multipart));
  }
  return notes;
}

function shown({ source, written, space }: ColorSourceFound): string {
  if (source === 'chromaticities') return space === null ? 'chromaticities' : `chromaticities (those of ${space})`;
  return source === 'acesImageContainerFlag' ? 'acesImageContainerFlag 1' : `${source} ${quoted(written!)}`;
}

const quoted = (text: string): string => JSON.stringify(plainText(text, { max: 100 }));
