/**
 * Names of a file (channels, layers, views, parts) as people can say them: a name that is not UTF-8 cannot be typed, and one with controls cannot be
 * read off a terminal.
 */
import { ExrError } from '../errors.ts';
import { plainText } from '../text/index.ts';
import { decodeText, encodeText, hasEscapedBytes } from './text.ts';

/**
 * The name among `names` that `asked` means. In turn: the name itself; with escapes for bytes (`caf\xe9`, `caf\xc3\xa9`); as it is shown (`caf\xe9`, or
 * U+FFFD for what is not UTF-8) or its bytes read as Latin-1 (`café`). Undefined when it means none; INVALID_ARGUMENT, naming them, when it may mean
 * several.
 */
export function meantName(asked: string, names: readonly string[]): string | undefined {
  if (names.includes(asked)) return asked;
  return meantNames(asked, names, (name, text) => name === text, true)[0];
}

/** As meantName, for all that `matches` a pattern. With `isOne` what is found first counts, and it must be one name; without it all does. */
export function meantNames(asked: string, names: readonly string[], matches: (pattern: string, name: string) => boolean, isOne: boolean): readonly string[] {
  const found = names.filter((name) => matches(asked, name));
  if (isOne && found.length > 0) return found;
  const meant = unescaped(asked);
  const byEscapes = meant === asked ? [] : names.filter((name) => matches(meant, name));
  if (isOne && byEscapes.length > 0) return byEscapes;
  const shown = names.filter((name) => spellingsOf(name).some((spelling) => matches(asked, spelling)));
  const several = new Set(shown);
  if (isOne && several.size > 1) throw ambiguous(asked, [...several]);
  return [...found, ...byEscapes, ...shown];
}

function ambiguous(asked: string, found: readonly string[]): ExrError {
  const list = found.slice(0, 20).map((name) => `"${plainText(name)}"`).join(' or ');
  return new ExrError('INVALID_ARGUMENT', `"${asked}" may be ${list}${found.length > 20 ? ' or others' : ''}: name it as it is written here`);
}

/** `text` with its escapes (`\xe9` is a byte, `\u202e` and `\u{e0001}` characters, `\n`, `\r`, `\t`) as what they stand for. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.split(ESCAPE).flatMap((piece, i) => (i % 2 === 0 ? [...encodeText(piece)] : bytesOf(piece)));
  return decodeText(Uint8Array.from(bytes));
}

function bytesOf(escape: string): number[] {
  const control = CONTROLS.get(escape);
  if (control !== undefined) return [...encodeText(control)];
  const code = parseInt(escape.replace(/[^\da-fA-F]/g, ''), 16);
  if (escape[1] === 'x') return [code];
  return [...encodeText(code <= 0x10ffff ? String.fromCodePoint(code) : escape)];
}

const ESCAPE = /(\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]{1,6}\}|\\[nrt])/;
const CONTROLS = new Map([['\\n', '\n'], ['\\r', '\r'], ['\\t', '\t']]);

/** How a name that people cannot type may be written; none of other names. */
function spellingsOf(name: string): readonly string[] {
  const shown = plainText(name);
  if (shown === name) return [];
  if (!hasEscapedBytes(name)) return [shown];
  const bytes = encodeText(name);
  return [
    shown,
    // U+FFFD for each run of such bytes (reports), for each cut sequence (shells, the Encoding standard), for each byte.
    name.replace(ESCAPED_RUN, '\ufffd'), new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), name.replace(ESCAPED_BYTE, '\ufffd'),
    // Latin-1 throughout, and only where it is not UTF-8.
    Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''), name.replace(ESCAPED_BYTE, (byte) => String.fromCharCode(byte.charCodeAt(0) - 0xdc00)),
  ];
}

const ESCAPED_BYTE = /[\udc80-\udcff]/gu;
const ESCAPED_RUN = /[\udc80-\udcff]+/gu;
