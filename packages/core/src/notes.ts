/**
 * Notes: what is worth knowing of a file that every reader of OpenEXR opens all the same. A note changes neither verdict nor exit code.
 * Like errors.ts this file imports nothing but types, so that every folder may make notes. Who adds a code adds a line here and in docs/errors.md.
 */
import type { ExrErrorPlace } from './errors.ts';

/** Every code, with what it means in one line: the table of docs/errors.md. */
export const NOTE_CODES = {
  ATTRIBUTE_ASSUMED: 'a required attribute is absent, and the value that OpenEXR fills in was taken',
  ATTRIBUTE_TYPE: 'a standard attribute has another type than the list of standard attributes: readers do not find it',
  ATTRIBUTE_SPELLING: 'an attribute differs from a standard one in capitals alone: readers do not find it',
  ATTRIBUTE_REPEATED: 'an attribute is there more than once',
  LONG_NAME: 'a name has more than 31 bytes in a file without the flag for long names',
  EMPTY_NAME: '`name` or `view` is there and empty',
  CHUNK_COUNT: 'chunkCount, or a copy of it, is not the number of chunks',
  TYPE_AT_ODDS: '`type` or `version` is at odds with the flags of the version field',
  PART_DIFFERS: 'parts differ in an attribute that they should share, and OpenEXR opens them all the same',
  COLOR_CONTRADICTION: 'two statements about colour contradict each other',
  COLOR_UNUSABLE: 'chromaticities of which no colours can be made (zeros, no numbers, all on one line)',
  COLOR_ID_SPELLING: 'colorInteropID is not in lower case: some readers do not know it',
  LOSSY_CHANNELS: 'which channels the compression codes with loss, and which it keeps',
  LJ2K_HIGHLIGHTS: 'channels coded by LJ2K of OpenEXR 3.5.2 or 3.5.3, which damages values near the top of the range of half',
  TABLE_REBUILT: 'the offset table was wrong or empty, and rebuilt from the chunks without loss',
} as const;

export type NoteCode = keyof typeof NOTE_CODES;

export interface ExrNote {
  readonly code: NoteCode;
  /** The place, then what was found, then what that means: as in errors. */
  readonly message: string;
  readonly where: ExrErrorPlace;
}

/**
 * Makes a note. `where` must name the source (`source: file.source.name`), and the part where the note is of one; the message then begins with
 * that place like an error's: `beauty.1001.exr: part 1: ` (a single-part file's without the part).
 */
export function noteOf(code: NoteCode, where: ExrErrorPlace & { readonly source: string }, text: string, multipart = false): ExrNote {
  const place = multipart && where.part !== undefined ? `${where.source}: part ${where.part}` : where.source;
  return { code, message: `${place}: ${text}`, where };
}
