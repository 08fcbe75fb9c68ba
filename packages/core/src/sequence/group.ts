import { append } from '../flow/index.ts';
import { compareNatural } from './natural.ts';
import { possibleFrameOf, type PossibleFrame } from './frame-name.ts';

export interface FrameFile {
  /** As it was given. */
  readonly name: string;
  /** A whole number; with `subframes` 1001.25 for `shot.1001.250.exr`. */
  readonly frame: number;
}

/** Files that belong together, or one file alone. */
export interface Sequence {
  /** `beauty.####.exr` with one `#` a digit (a single `#` for numbers without leading zeros), or the name of a file that is no frame. */
  readonly pattern: string;
  /** True when the pattern stands for frames. */
  readonly isSequence: boolean;
  /** Rising; empty for a file that is no frame. */
  readonly frames: readonly FrameFile[];
  /** True when the same name has frames of another padding too (`a.001.exr` beside `a.0001.exr`), which are a sequence of their own. */
  readonly otherPadding: boolean;
}

export interface SequenceOptions {
  /** Read what stands behind the frame number as a part of the frame: `shot.1001.250.exr`, `shot.1001.500.exr` are one sequence. Default false. */
  readonly subframes?: boolean;
}

interface Member {
  readonly name: string;
  readonly found: PossibleFrame;
}
interface Family {
  readonly before: string;
  readonly after: string;
  readonly members: Member[];
}

/**
 * Groups names (or paths), in natural order of their patterns. Only names that are the same around one number are a sequence: never those of several shots
 * or versions. Numbers without leading zeros join across widths (`a.98.exr … a.101.exr`, `a.0998.exr … a.10000.exr`), two paddings never do. What may
 * be a frame number but need not (`a.7.exr`, `env_1024.exr`) is one where another file has the same name around it.
 */
export function groupSequences(names: Iterable<string>, options: SequenceOptions = {}): Sequence[] {
  const sequences: Sequence[] = [];
  const families = new Map<string, Family>();
  for (const name of names) {
    const found = possibleFrameOf(name);
    if (!found) {
      sequences.push(alone(name));
      continue;
    }
    const { before } = found;
    const after = options.subframes && found.subframe !== null ? found.after.slice(found.subframe.length + 1) : found.after;
    const key = `${before}\0${after}`;
    let family = families.get(key);
    if (!family) families.set(key, (family = { before, after, members: [] }));
    family.members.push({ name, found });
  }
  for (const family of families.values()) append(sequences, sequencesOf(family, options));
  return sequences.sort((a, b) => compareNatural(a.pattern, b.pattern));
}

/** The same text for names that may be frames of one sequence, whatever else is there; a name that cannot be a frame is its own. */
export function sequenceKeyOf(name: string): string {
  const found = possibleFrameOf(name);
  return found === null || found.reading === 'size' ? name : `${found.before}\0${found.after}`;
}

const alone = (name: string): Sequence => ({ pattern: name, isSequence: false, frames: [], otherPadding: false });

function sequencesOf({ before, after, members }: Family, options: SequenceOptions): Sequence[] {
  if (members.every(({ found }) => found.reading === 'size')) return members.map(({ name }) => alone(name));
  const groups = byPadding(members);
  return groups.flatMap(({ hashes, members: own }) => {
    if (own.length === 1 && own[0]!.found.reading !== 'certain') return [alone(own[0]!.name)];
    const frames = own.map(({ name, found }) => ({ name, frame: options.subframes ? withSubframe(found) : found.frame })).sort((a, b) => a.frame - b.frame || compareNatural(a.name, b.name));
    return [{ pattern: `${before}${'#'.repeat(hashes)}${after}`, isSequence: true, frames, otherPadding: groups.length > 1 }];
  });
}

function withSubframe({ frame, subframe, digits }: PossibleFrame): number {
  return subframe === null ? frame : frame + (digits.startsWith('-') ? -1 : 1) * Number(`0.${subframe}`);
}

const isPadded = (digits: string): boolean => /^-?0\d/.test(digits);

/** Each padding by itself; wider numbers that have outgrown it (`0998 … 10000`), and unpadded ones of all widths, together. */
function byPadding(members: readonly Member[]): { hashes: number; members: Member[] }[] {
  const widths = new Map<number, { padded: boolean; members: Member[] }>();
  for (const member of members) {
    const { width, digits } = member.found;
    const padded = isPadded(digits);
    const some = widths.get(width);
    if (some) {
      some.members.push(member);
      some.padded ||= padded;
    } else widths.set(width, { padded, members: [member] });
  }
  signsInWidth(widths);
  const groups: { hashes: number; members: Member[]; padded: boolean }[] = [];
  for (const [width, { padded, members: own }] of [...widths].sort(([a], [b]) => a - b)) {
    const last = groups.at(-1);
    if (last && !padded) append(last.members, own);
    else groups.push({ hashes: width, members: own, padded });
  }
  for (const group of groups) if (!group.padded && (widths.size > 1 || group.hashes === 1)) group.hashes = 1;
  return groups;
}

/** fileseq, oiiotool and FFmpeg count the sign: their `img.-002.exr` belongs to `img.0000.exr`, whose padding is four. */
function signsInWidth(widths: Map<number, { padded: boolean; members: Member[] }>): void {
  for (const [width, own] of [...widths]) {
    const wider = widths.get(width + 1);
    if (!wider || !own.padded || own.members.some(({ found }) => !found.digits.startsWith('-'))) continue;
    if (!wider.members.some(({ found }) => isPadded(found.digits) && !found.digits.startsWith('-'))) continue;
    append(wider.members, own.members);
    widths.delete(width);
  }
}
