/** Patterns that people type and programs print, in both directions: `a.####.exr`, `a.%04d.exr`, `a.@@@@.exr`, `a.$F4.exr`, `a.<UDIM>.exr`, `a.1001-1010x2#.exr`. */
import { ExrError } from '../errors.ts';
import { frameRanges, parseFrameRanges } from './ranges.ts';

export interface FramePattern {
  /** Everything before the number, with its folder; may have `%V` or `%v` in it. */
  readonly before: string;
  /** Digits at least; 1 = without leading zeros. */
  readonly width: number;
  readonly after: string;
  /** `<UDIM>`: tiles of a texture, 1001…1999, which have no gaps. */
  readonly udim: boolean;
}

export interface ParsedPattern {
  readonly pattern: FramePattern;
  /** Rising; null when the text names no frames: those that are there. */
  readonly frames: readonly number[] | null;
}

/** How many digits a `#` stands for: one in our own, Nuke's and OpenImageIO's `find`-like patterns, four in fileseq's, Katana's and RV's. */
export type HashMeaning = 'digit' | 'four';
export const PATTERN_STYLES = ['exr', 'fileseq', 'pyseq', 'clique', 'printf', 'nuke', 'houdini'] as const;
export type PatternStyle = (typeof PATTERN_STYLES)[number];

const TOKEN = /#+|@+|%(?:0?(\d{1,2}))?d|\$\{?F(\d?)\}?(?![A-Za-z])|<F(\d?)>|<UDIM>|%\(UDIM\)d/g;
/** What looks like a token and is none that we know. */
const STRANGER = /%(?:\d*[a-zA-Z]|\([^)]*\)[a-z]?)|<[A-Za-z]+\d?>|\$\{?[A-Za-z]\w*\}?|#|@/;
const RANGE = String.raw`-?\d{1,8}(?:--?\d{1,8}(?:x\d{1,8})?)?(?:,-?\d{1,8}(?:--?\d{1,8}(?:x\d{1,8})?)?)*`;
const RANGE_BEFORE = new RegExp(String.raw`(^|[._\-/\\ ]|[A-Za-z](?=\d+[-,]))(?:\[(${RANGE})\]|(${RANGE}))$`);
const RANGE_BEHIND = new RegExp(String.raw`^(.*\S)\s+(?:\[((?:${RANGE})(?:,\s*${RANGE})*)\]|(${RANGE}))$`, 's');

/** True when the last part of the path has a token that stands for frames. */
export function isFramePattern(path: string): boolean {
  return path.slice(nameAt(path)).search(TOKEN) >= 0;
}

/**
 * Reads a pattern, with the frames that it may name within (`a.1001-1010x2#.exr`) or behind it (`a.####.exr 1001-1010,1015`, `a.%04d.exr [1-3, 5]`). Throws
 * INVALID_ARGUMENT for a text without a token, with two, with one that nobody knows, and for ranges that cannot be read: nothing is dropped.
 */
export function parseFramePattern(text: string, options: { readonly hash?: HashMeaning } = {}): ParsedPattern {
  const behind = RANGE_BEHIND.exec(text);
  const path = behind ? behind[1]! : text;
  const start = nameAt(path);
  const tokens = [...path.slice(start).matchAll(TOKEN)];
  if (tokens.length !== 1) throw unreadable(text, tokens.length === 0 ? 'no frame number in it' : `${tokens.length} frame numbers in it`);
  const [token] = tokens;
  const at = start + token!.index;
  let before = path.slice(0, at);
  const after = path.slice(at + token![0].length);
  const stranger = STRANGER.exec(before.slice(start).replace(/%[Vv](?![A-Za-z])/g, '')) ?? STRANGER.exec(after.replace(/%[Vv](?![A-Za-z])/g, ''));
  if (stranger) throw unreadable(text, `an unknown ${stranger[0]}`);
  let ranges = behind?.[2]?.replace(/\s+/g, '') ?? behind?.[3] ?? null;
  const within = RANGE_BEFORE.exec(before.slice(start));
  if (within && (ranges === null || /[-,[]/.test(within[0].slice(1)))) {
    if (ranges !== null) throw unreadable(text, 'frames in two places');
    ranges = within[2] ?? within[3]!;
    before = before.slice(0, before.length - within[0].length + within[1]!.length);
  }
  const udim = /UDIM/.test(token![0]);
  return { pattern: { before, width: udim ? 4 : widthOf(token!, options.hash ?? 'digit'), after, udim }, frames: ranges === null ? null : parseFrameRanges(ranges) };
}

function widthOf([token, printf, houdini, angled]: RegExpMatchArray, hash: HashMeaning): number {
  if (token.startsWith('#')) return hash === 'four' ? token.length * 4 : token.length;
  if (token.startsWith('@')) return token.length;
  return Math.max(1, Number((printf ?? houdini ?? angled) || 1));
}

const nameAt = (path: string): number => Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
const unreadable = (text: string, why: string): ExrError =>
  new ExrError('INVALID_ARGUMENT', `pattern ${JSON.stringify(text.slice(0, 200))}: ${why}; expected one of ####, %04d, @@@@, $F4 or <UDIM> in the file's name`);

/** The name of one frame; a negative one has the width of its digits behind the minus. */
export function patternFileName({ before, width, after }: FramePattern, frame: number): string {
  return `${before}${frame < 0 ? '-' : ''}${String(Math.abs(frame)).padStart(width, '0')}${after}`;
}

/**
 * The frame number when `name` is a file of the pattern, else null. Wider numbers pass when they have outgrown the width; of negative ones also those whose
 * minus counts in the width (`-002` for four digits), as fileseq and FFmpeg write them. `%V` is left or right, `%v` l or r.
 */
export function patternFrame(pattern: FramePattern, name: string): number | null {
  const found = matcherOf(pattern).exec(name);
  if (!found) return null;
  const [, minus, digits] = found as unknown as [string, string, string];
  const { width } = pattern;
  const fits = width === 1 ? !/^0\d/.test(digits) : digits.length === width || (digits.length > width && !digits.startsWith('0')) || (minus !== '' && digits.length === width - 1);
  if (!fits || (pattern.udim && !isUdim(Number(digits)))) return null;
  return Number(`${minus}${digits}`) || 0;
}

const matchers = new WeakMap<FramePattern, RegExp>();
function matcherOf(pattern: FramePattern): RegExp {
  let matcher = matchers.get(pattern);
  if (!matcher) matchers.set(pattern, (matcher = new RegExp(`^${literal(pattern.before)}(-?)(\\d{1,8})${literal(pattern.after)}$`)));
  return matcher;
}

const literal = (text: string): string => text.replace(/%[Vv](?![A-Za-z])|[\\^$.*+?()[\]{}|/-]/g, (found) => (found === '%V' ? '(?:left|right)' : found === '%v' ? '[lr]' : `\\${found}`));

/** Mari's tiles: 1001 is the first of the first row, 1999 the last that people use. */
export const isUdim = (number: number): boolean => number >= 1001 && number <= 1999;

/**
 * The pattern as other programs write it. Throws INVALID_ARGUMENT where the style cannot say it: a name that its own reader would take apart elsewhere, a
 * UDIM where it has none.
 */
export function printFramePattern({ pattern, frames }: ParsedPattern, style: PatternStyle = 'exr'): string {
  const text = printed(pattern, frames, style);
  const back = (() => {
    try {
      return parseFramePattern(text, { hash: style === 'fileseq' ? 'four' : 'digit' });
    } catch {
      return null;
    }
  })();
  const same = back !== null && back.pattern.before === pattern.before && back.pattern.after === pattern.after && back.pattern.width === pattern.width && back.pattern.udim === pattern.udim
    && (back.frames === null ? frames === null || style === 'printf' || style === 'houdini' : frames !== null && String(back.frames) === String(frames));
  if (!same) throw new ExrError('INVALID_ARGUMENT', `${JSON.stringify(text.slice(0, 200))} would not be read back as the same files: the name cannot be written in the style ${style}`);
  return text;
}

function printed({ before, width, after, udim }: FramePattern, frames: readonly number[] | null, style: PatternStyle): string {
  const around = (token: string): string => `${before}${token}${after}`;
  const ranges = frames === null || frames.length === 0 ? '' : frameRanges(frames);
  const behind = ranges === '' ? '' : ` ${ranges}`;
  const printf = width === 1 ? '%d' : `%0${width}d`;
  if (udim) return around('<UDIM>') + (style === 'exr' ? behind : '');
  switch (style) {
    case 'exr': case 'nuke': return around('#'.repeat(width)) + behind;
    case 'fileseq': return around(ranges + (width % 4 === 0 ? '#'.repeat(width / 4) : '@'.repeat(width)));
    case 'printf': return around(printf);
    case 'houdini': return around(width === 1 ? '$F' : `$F${width}`);
    // Neither knows steps: every frame that is no run of neighbours by itself.
    case 'pyseq': case 'clique': return around(printf) + (frames === null || frames.length === 0 ? '' : ` [${runsOf(frames).join(', ')}]`);
  }
}

function runsOf(frames: readonly number[]): string[] {
  const runs: string[] = [];
  for (let at = 0; at < frames.length; at++) {
    const first = at;
    while (at + 1 < frames.length && frames[at + 1] === frames[at]! + 1) at++;
    runs.push(first === at ? String(frames[at]) : `${frames[first]}-${frames[at]}`);
  }
  return runs;
}

/** The name of one frame of a pattern in our own spelling: `beauty.####.exr`, 7 → `beauty.0007.exr`; a single `#` means without leading zeros. */
export function frameFileName(pattern: string, frame: number): string {
  const own = hashesOf(pattern);
  return own ? patternFileName(own, frame) : pattern;
}

/** The frame number when `name` is a frame of `pattern` in our own spelling (its last run of `#`), else null. */
export function patternFits(pattern: string, name: string): number | null {
  const own = hashesOf(pattern);
  return own ? patternFrame(own, name) : null;
}

const spelled = new Map<string, FramePattern | null>();
function hashesOf(text: string): FramePattern | null {
  let own = spelled.get(text);
  if (own === undefined) {
    const hashes = /#+(?=[^#]*$)/.exec(text);
    own = hashes ? { before: text.slice(0, hashes.index), width: hashes[0].length, after: text.slice(hashes.index + hashes[0].length), udim: false } : null;
    if (spelled.size >= 256) spelled.clear();
    spelled.set(text, own);
  }
  return own;
}
