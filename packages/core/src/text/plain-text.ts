import { formatCount } from './numbers.ts';

export interface PlainTextOptions {
  /** Most characters (code points) shown; what is cut is said: `… (5,120 characters)`. Default: no cut. */
  readonly max?: number;
  /** Keep line feeds and tabs as they are instead of escaping them. Default false. */
  readonly multiline?: boolean;
}

/**
 * Strings in a file are an attacker's: C0 and C1 controls (so every ANSI sequence), DEL, bidirectional overrides and isolates, zero-width and
 * other format characters, line and paragraph separators, lone surrogates and the byte order mark become visible escapes (`\x1b`, `\u202e`).
 * A byte that was not UTF-8 (see header/text.ts) is `\xe9` too.
 * A backslash stays as it is: the result is for eyes, JSON output is the lossless form.
 */
export function plainText(text: string, options: PlainTextOptions = {}): string {
  const cut = options.max === undefined ? undefined : cutAt(text, options.max);
  const shown = cut ?? text;
  const safe = SUSPECT.test(shown) ? shown.replace(SUSPECT_ALL, (found) => (options.multiline && (found === '\n' || found === '\t') ? found : escape(found))) : shown;
  return cut === undefined ? safe : `${safe}… (${formatCount([...text].length)} characters)`;
}

// Cc (controls), Cf (format: bidi, zero width, BOM, tags), Cs (lone surrogates), Zl, Zp. U+00AD is Cf too.
const SUSPECT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const SUSPECT_ALL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escape(character: string): string {
  const code = character.codePointAt(0)!;
  const named = { 9: '\\t', 10: '\\n', 13: '\\r' }[code];
  if (named) return named;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** The first `max` code points, or undefined when the text has no more than that. */
function cutAt(text: string, max: number): string | undefined {
  if (text.length <= max) return undefined;
  let units = 0;
  for (let points = 0; points < max && units < text.length; points++) units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  return units < text.length ? text.slice(0, units) : undefined;
}
