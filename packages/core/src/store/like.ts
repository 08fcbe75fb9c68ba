/**
 * Patterns of people (`*`, `?`) and of SQL (`%`, `_`) as regular expressions of RE2, which match in time that follows the text. DuckDB's own ILIKE, LIKE with
 * `_` or ESCAPE, and GLOB go back for every wildcard: 600 letters against `%a%a%a%b` take half a minute. So does regexp_matches, which its optimizer
 * makes a LIKE of; regexp_full_match is left alone.
 */
import { ExrError } from '../errors.ts';

const LONGEST_PATTERN = 1000;
/** Each costs a step for each letter of the text. */
const MOST_WILDCARDS = 64;

/** @throws {ExrError} INVALID_ARGUMENT for a pattern that is longer or has more wildcards than anyone types */
export function checkPattern(pattern: string, wildcard: RegExp): void {
  if (pattern.length > LONGEST_PATTERN) throw new ExrError('INVALID_ARGUMENT', `pattern of ${pattern.length} characters, at most ${LONGEST_PATTERN} are taken`);
  const wildcards = pattern.match(wildcard)?.length ?? 0;
  if (wildcards > MOST_WILDCARDS) throw new ExrError('INVALID_ARGUMENT', `pattern with ${wildcards} wildcards, at most ${MOST_WILDCARDS} are taken`);
}
export const GLOB_WILDCARD = /[*?]/g;
export const LIKE_WILDCARD = /[%_]/g;

/** As DuckDB's lower(): letter by letter, one for one. */
export const lowered = (text: string): string => Array.from(text, (letter) => (letter === 'İ' ? 'i' : letter.toLowerCase())).join('');

/** A letter that stands for itself in RE2. */
const literal = (letter: string): string => (letter === '\0' ? '\\x00' : letter < '\x80' && !/\w/.test(letter) ? `\\${letter}` : letter);
const ANY_RUN = '.*';
const ANY_ONE = '.';
/** Neighbours of a run that are runs too say nothing more. */
const whole = (pieces: readonly string[]): string => `(?s)${pieces.filter((piece, i) => piece !== ANY_RUN || pieces[i - 1] !== ANY_RUN).join('')}`;

/** `*` any run, `?` any one character, everything else itself; for `regexp_full_match(lower(text), …)`. */
export function globExpression(pattern: string): string {
  checkPattern(pattern, GLOB_WILDCARD);
  return whole(Array.from(lowered(pattern), (letter) => (letter === '*' ? ANY_RUN : letter === '?' ? ANY_ONE : literal(letter))));
}

/** `LIKE pattern ESCAPE '\'`; for `regexp_full_match(text, …)`, or of `lower(text)` with `fold`. @throws {ExrError} INVALID_ARGUMENT for a pattern that ends with the escape */
export function likeExpression(pattern: string, fold: boolean): string {
  checkPattern(pattern, LIKE_WILDCARD);
  const letters = Array.from(fold ? lowered(pattern) : pattern);
  const pieces: string[] = [];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i]!;
    if (letter === '%') pieces.push(ANY_RUN);
    else if (letter === '_') pieces.push(ANY_ONE);
    else if (letter !== '\\') pieces.push(literal(letter));
    else if (++i < letters.length) pieces.push(literal(letters[i]!));
    else throw new ExrError('INVALID_ARGUMENT', `pattern ${JSON.stringify(pattern)}: it ends with the escape character, expected one behind it`);
  }
  return whole(pieces);
}
