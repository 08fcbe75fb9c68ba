/**
 * Text as it stands in a file: UTF-8 by the specification, sometimes Latin-1 or anything else. Decoding is lossless: a byte that is not part of
 * valid UTF-8 becomes the lone surrogate U+DC00 + byte, which no valid text contains, and encoding turns it back (Python's "surrogateescape",
 * PEP 383). The report spells such strings as bytes.
 */
import { concatBytes } from '../bytes/index.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function decodeText(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= 64) {
    const short = shortAscii(bytes, start, end);
    if (short !== null) return short;
  }
  const part = bytes.subarray(start, end);
  try {
    return strict.decode(part);
  } catch {
    return decodeEscaping(part);
  }
}

export function encodeText(text: string): Uint8Array {
  if (!hasEscapedBytes(text)) return encoder.encode(text);
  const pieces: Uint8Array[] = [];
  for (const piece of text.split(ESCAPED_RUN)) {
    if (!hasEscapedBytes(piece)) pieces.push(encoder.encode(piece));
    else pieces.push(Uint8Array.from(piece, (unit) => unit.charCodeAt(0) - 0xdc00));
  }
  return concatBytes(pieces);
}

/** True when the bytes behind this string were not UTF-8. */
export function hasEscapedBytes(text: string): boolean {
  return ESCAPED.test(text);
}

// In a u-flagged expression a surrogate matches only where it stands alone.
const ESCAPED = /[\udc80-\udcff]/u;
const ESCAPED_RUN = /([\udc80-\udcff]+)/u;

function shortAscii(bytes: Uint8Array, start: number, end: number): string | null {
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeEscaping(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let valid = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length > 0) {
      i += length;
      continue;
    }
    if (i > valid) pieces.push(strict.decode(bytes.subarray(valid, i)));
    pieces.push(String.fromCharCode(0xdc00 + bytes[i]!));
    valid = ++i;
  }
  if (bytes.length > valid) pieces.push(strict.decode(bytes.subarray(valid)));
  return pieces.join('');
}

/** Bytes of the well-formed UTF-8 sequence at `i` (Unicode, table 3-7), 0 when there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i]!;
  if (first < 0x80) return 1;
  const second = bytes[i + 1] ?? 0;
  if (first >= 0xc2 && first <= 0xdf) return isContinuation(second) ? 2 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (first < 0xe0 || first > 0xf4 || second < low || second > high || !isContinuation(bytes[i + 2] ?? 0)) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[i + 3] ?? 0) ? 4 : 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

// Names of attributes, types and channels come by the thousand and are the same few: one slot per hash remembers the last.
const SLOTS = 4096;
const known: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);

/** decodeText for names: the same name gives the same string object again without building it. */
export function decodeName(bytes: Uint8Array, start: number, end: number): string {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const found = known[slot];
  if (found !== undefined && isSame(found, bytes, start, end)) return found;
  const text = decodeText(bytes, start, end);
  if (text.length === end - start && text.length <= 64) known[slot] = text;
  return text;
}

function isSame(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[start + i]!;
    if (byte > 0x7f || text.charCodeAt(i) !== byte) return false;
  }
  return true;
}
