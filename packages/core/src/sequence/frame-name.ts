import { frameNumberOf } from '../header/index.ts';

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

/** Takes a name (or path) apart at the number that frameNumberOf reads; null when it has none. */
export function frameNameOf(path: string): FrameName | null {
  const frame = frameNumberOf(path);
  if (frame === null) return null;
  const dot = path.lastIndexOf('.');
  const found = /-?\d{3,8}$/.exec(path.slice(0, dot));
  if (!found) return null;
  // A hyphen that separates (beauty-1001.exr) is no sign: frameNumberOf has decided.
  const digits = found[0].startsWith('-') && frame >= 0 && Number(found[0]) !== 0 ? found[0].slice(1) : found[0];
  return { before: path.slice(0, dot - digits.length), digits, after: path.slice(dot), frame, width: digits.replace('-', '').length };
}

/** The name of one frame of a pattern: `beauty.####.exr`, 7 → `beauty.0007.exr`; a single `#` means without leading zeros. */
export function frameFileName(pattern: string, frame: number): string {
  return pattern.replace(/#+(?=[^#]*$)/, (hashes) => `${frame < 0 ? '-' : ''}${String(Math.abs(frame)).padStart(hashes.length, '0')}`);
}

/** The frame number when `name` is a frame of `pattern` (its last run of `#`), else null. */
export function patternFits(pattern: string, name: string): number | null {
  const hashes = /#+(?=[^#]*$)/.exec(pattern);
  const found = frameNameOf(name);
  if (!hashes || !found) return null;
  if (pattern.slice(0, hashes.index) !== found.before || pattern.slice(hashes.index + hashes[0].length) !== found.after) return null;
  const { width, digits } = found;
  const unpadded = hashes[0].length === 1;
  const fits = unpadded ? !/^-?0\d/.test(digits) : width === hashes[0].length || (width > hashes[0].length && !/^-?0/.test(digits));
  return fits ? found.frame : null;
}
