/** Texts as the store's cells hold them: what a file says may be of any length, a cell is not. The same in both stores; VAST takes no longer ones. */
import { createHash } from 'node:crypto';

/** Bytes of UTF-8 that a cell may hold. */
export const CELL_BYTES = 128 * 1024;
/** No text of so few UTF-16 units can be longer: three bytes each. */
const SURELY_FITS = Math.floor(CELL_BYTES / 3);

export const fitsCell = (text: string): boolean => text.length <= SURELY_FITS || (text.length <= CELL_BYTES && Buffer.byteLength(text) <= CELL_BYTES);

/** A text that does not fit ends with a note of its length and hash. */
export function cutText(text: string): string {
  if (fitsCell(text)) return text;
  const note = `… [cut: ${text.length} characters, sha256 ${sha256(text)}]`;
  return head(text, CELL_BYTES - Buffer.byteLength(note)) + note;
}

/** The longest beginning of whole characters that has at most so many bytes. */
export function head(text: string, bytes: number): string {
  // Each character takes a byte at least: what lies behind is not looked at.
  const utf8 = Buffer.from(text.length > bytes ? text.slice(0, bytes) : text);
  let end = Math.min(bytes, utf8.byteLength);
  while (end > 0 && end < utf8.byteLength && (utf8[end]! & 0xc0) === 0x80) end--;
  // A surrogate whose other half lay behind the cut.
  return utf8.toString('utf8', 0, end).replace(/\ufffd$/, '');
}

/** Of the UTF-8 of it, in pieces: no second copy of a long text. */
export function sha256(text: string): string {
  const hash = createHash('sha256');
  const PIECE = 1 << 20;
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + PIECE);
    if (to < text.length && (text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to--;
    hash.update(text.slice(from, to));
    from = to;
  }
  return hash.digest('hex');
}
