/** Text as DuckDB compares and matches it, so that a filter finds the same files in both stores. */
import { append } from '../../flow/index.ts';
import { ExrError } from '../../errors.ts';
import { checkPattern, GLOB_WILDCARD, LIKE_WILDCARD, lowered } from '../like.ts';

/** By code points, which is the order of the UTF-8 bytes: UTF-16 puts U+FF5E behind 😀. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** A pattern ready to be matched: a code point each, ANY for one of any kind, RUN for any run. */
type Piece = number | typeof ANY | typeof RUN;
const ANY = -1;
const RUN = -2;

/** `LIKE pattern ESCAPE '\'`. @throws {ExrError} INVALID_ARGUMENT for a pattern that ends with the escape */
export function likePattern(pattern: string, fold: boolean): (text: string) => boolean {
  checkPattern(pattern, LIKE_WILDCARD);
  const pieces: Piece[] = [];
  const points = [...pattern];
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!;
    if (point === '%') pieces.push(RUN);
    else if (point === '_') pieces.push(ANY);
    else if (point !== '\\') append(pieces, pointsOf(point, fold));
    else if (++i < points.length) append(pieces, pointsOf(points[i]!, fold));
    else throw new ExrError('INVALID_ARGUMENT', `pattern ${JSON.stringify(pattern.slice(0, 200))}: it ends with the escape character, expected one behind it`);
  }
  return (text) => matches(pieces, pointsOf(text, fold));
}

/** `*` any run, `?` any one character, everything else itself, without case. */
export function globPattern(pattern: string): (text: string) => boolean {
  checkPattern(pattern, GLOB_WILDCARD);
  const pieces = [...pattern].flatMap((point): Piece[] => (point === '*' ? [RUN] : point === '?' ? [ANY] : pointsOf(point, true)));
  return (text) => matches(pieces, pointsOf(text, true));
}

const pointsOf = (text: string, fold: boolean): number[] => Array.from(fold ? lowered(text) : text, (point) => point.codePointAt(0)!);

/** Goes back only to the last run, so that no pattern takes longer than pattern × text. */
function matches(pattern: readonly Piece[], text: readonly number[]): boolean {
  let p = 0;
  let t = 0;
  let run = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === RUN) {
      run = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === ANY || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (run >= 0) {
      p = run + 1;
      t = ++resume;
    } else return false;
  }
  while (p < pattern.length && pattern[p] === RUN) p++;
  return p === pattern.length;
}

/** A value as DuckDB casts it to VARCHAR. */
export function textOf(value: string | number | boolean, floating: boolean): string {
  if (typeof value !== 'number' || !floating) return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-' : ''}${Math.abs(value) < 1e16 ? Math.abs(value).toFixed(1) : String(Math.abs(value))}` : String(value);
}
