/**
 * Where the frame number stands in a file's name, for every command: what a name alone says, and what it says only beside others that differ from it there.
 * The rules are those of docs/formats/sequences.md, which has the names that they were made from.
 */
import { MASK, maskedName } from './not-frames.ts';
import { LONG_SHOT_WORDS, SHOT_WORDS, sizeIn, SUFFIX_WORDS, DEPARTMENT_WORDS, STEM_WORDS } from './words.ts';

/** A file's name around its frame number. */
export interface FrameName {
  readonly before: string;
  /** As written: may begin with zeros, and with a minus. */
  readonly digits: string;
  readonly after: string;
  readonly frame: number;
  /** Digits without the sign. */
  readonly width: number;
}

/** A number that may be the frame's. */
export interface PossibleFrame extends FrameName {
  /**
   * `certain`: the name alone says so. `beside`: it is the frame where another file differs from this one in that number alone (`a.7.exr`). `size`: so too,
   * but only where not all such numbers are sizes (`env_1024.exr`, `env_2048.exr` are two pictures).
   */
  readonly reading: 'certain' | 'beside' | 'size';
  /** Digits behind the frame: `shot.1001.250.exr` is a quarter of a frame behind 1001. Null without. */
  readonly subframe: string | null;
}

/** Names of files have at most 255 bytes; some patience for keys of buckets. */
const LONGEST = 512;
const EXTENSION = /\.(?:exr|sxr|mxr)$/i;
/** `beauty.1001` and everything else that ends in a period and four digits or more: most names there are. */
const PLAIN = /\.(\d{4,8})$/;
const STANDARD_BEFORE = /(?:rec|bt)\.\d+$/i;

/** Takes a name (or path) apart at its frame number; null when the name alone does not say that it has one. */
export function frameNameOf(path: string): FrameName | null {
  const found = possibleFrameOf(path);
  return found?.reading === 'certain' ? found : null;
}

/**
 * The frame number in the name of an EXR file, null when the name alone has none: `beauty.1001.exr`, `beauty_1001.exr`, `main0001.exr`, `crop001.exr`,
 * `1001.exr`, `name_00001_.exr`, `a.1001.crypto.exr`, and negative ones, `beauty.-0010.exr`. A hyphen behind a letter or digit separates: `beauty-1001.exr`
 * is 1001. Of `shot.1001.250.exr` it is 1001. Versions, shots, cameras, sizes and colour standards are no frames (`v012`, `sh010`, `cam1`, `env_2048`,
 * `Rec.709`), nor are one or two digits: they may be beside other files, which groupSequences sees.
 */
export function frameNumberOf(path: string): number | null {
  return frameNameOf(path)?.frame ?? null;
}

/** The number that is, or beside other files may be, the frame's. Null for a name without one. */
export function possibleFrameOf(path: string): PossibleFrame | null {
  const extension = EXTENSION.exec(path);
  if (!extension) return null;
  const start = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  const body = path.slice(start, extension.index);
  const plain = PLAIN.exec(body);
  if (body.length > LONGEST) return null;
  const run = plain && !STANDARD_BEFORE.test(body) ? { at: plain.index + 1, end: body.length, signed: false, reading: 'certain' as const, subframe: null } : runOf(body);
  if (!run) return null;
  const at = run.signed ? run.at - 1 : run.at;
  const digits = body.slice(at, run.end);
  return {
    before: path.slice(0, start + at), digits, after: path.slice(start + run.end), frame: Number(digits) || 0, // never -0
    width: run.end - run.at, reading: run.reading, subframe: run.subframe,
  };
}

interface Run {
  readonly at: number;
  readonly end: number;
  readonly signed: boolean;
  readonly reading: PossibleFrame['reading'];
  readonly subframe: string | null;
}

/** More digits are an id, a date with a time, a hash. */
const WIDEST = 8;
/** A name with more numbers than this is none that a renderer gave. */
const MOST_RUNS = 32;

/** The last number that is certainly a frame, else the last that may be one. */
function runOf(body: string): Run | null {
  const name = maskedName(body);
  let certain: Run | null = null;
  let possible: Run | null = null;
  let count = 0;
  for (const { index: at, 0: digits } of name.matchAll(/\d+/g)) {
    if (++count > MOST_RUNS) return null;
    const end = at + digits.length;
    const signed = name[at - 1] === '-' && (at === 1 || name[at - 2] === '.' || name[at - 2] === '_');
    const reading = digits.length > WIDEST ? null : readingOf(name, at, digits, signed);
    if (reading === null) continue;
    const run = { at, end, signed, reading, subframe: SUBFRAME.exec(name.slice(end))?.[1] ?? null };
    if (reading !== 'certain') possible = run;
    // In `shot.1001.250` the last number is a part of the frame before it.
    else if (!(certain?.subframe != null && certain.end + 1 + digits.length === end)) certain = run;
  }
  return certain ?? possible;
}
/** Behind four digits or more. */
const SUBFRAME = /^\.(\d{1,3})_*$/;

/** What stands behind the number: nothing; words that say which picture of the frame it is; other words behind a period; other words; numbers, versions. */
type Tail = 'end' | 'suffix' | 'dotted' | 'words' | 'other';

function tailOf(text: string, width: number): Tail {
  if (/^_*$/.test(text) || (width >= 4 && SUBFRAME.test(text))) return 'end';
  if (!/^(?:[._-][A-Za-z][A-Za-z0-9]*)+$/.test(text)) return 'other';
  const words = text.toLowerCase().split(/[._-]/).slice(1);
  if (words.every((word) => SUFFIX_WORDS.has(word.replace(/\d+$/, '')))) return 'suffix';
  return text.startsWith('.') ? 'dotted' : words.some((word) => DEPARTMENT_WORDS.has(word)) ? 'other' : 'words';
}

function readingOf(name: string, at: number, digits: string, signed: boolean): PossibleFrame['reading'] | null {
  const width = digits.length;
  if (/^[A-Za-z(]/.test(name.slice(at + width, at + width + 1)) || name[at + width] === MASK) return null; // 4k, 16bit
  const tail = tailOf(name.slice(at + width), width);
  const before = signed ? name.slice(0, at - 1) : name.slice(0, at);
  const separator = signed ? '.' : before === '' ? '^' : before.at(-1)!;
  if (/[A-Za-z]/.test(separator)) return behindLetter(before, digits, tail);
  if (!/[.^_ -]/.test(separator)) return null;
  const word = /([A-Za-z]+)[._ -]+$/.exec(before)?.[1]?.toLowerCase() ?? '';
  if (width < 4 && separator !== '.' && SHOT_WORDS.has(word)) return null;
  const size = separator !== '.' && separator !== '^' ? sizeIn(before, digits) : false;
  if (tail === 'end' || tail === 'suffix') return width < 3 ? 'beside' : size ? 'size' : 'certain';
  if (tail === 'dotted') return (separator === '.' && width >= 3) || (separator === '^' && width >= 4) ? 'certain' : size ? 'size' : 'beside';
  if (width < 4) return null;
  return tail === 'words' || separator === '.' ? 'beside' : null;
}

/** `main0001`, `crop001`, `anim1`: four digits count behind any stem but an abbreviation of shot and the like, fewer only behind one that names no thing. */
function behindLetter(before: string, digits: string, tail: Tail): PossibleFrame['reading'] | null {
  const stem = /[A-Za-z]+$/.exec(before)![0];
  // In `envCam1` the last word counts.
  const word = (/[A-Z][a-z]+$/.exec(stem)?.[0] ?? stem).toLowerCase();
  const isThing = STEM_WORDS.has(word) || STEM_WORDS.has(stem.toLowerCase());
  if (digits.length < 4 ? isThing || SHOT_WORDS.has(word) : LONG_SHOT_WORDS.has(word)) return null;
  if (tail === 'words' || tail === 'other') return null;
  if (digits.length < 3 || (digits.length < 4 && tail !== 'end')) return 'beside';
  return sizeIn(before, digits) ? 'size' : 'certain';
}
