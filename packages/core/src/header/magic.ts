import { ExrError } from '../errors.ts';
import { decodeText } from './text.ts';

/** 20000630, little-endian (OpenEXR File Layout, "Magic Number"). */
export const MAGIC = [0x76, 0x2f, 0x31, 0x01] as const;

export function isMagic(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === MAGIC[0] && bytes[1] === MAGIC[1] && bytes[2] === MAGIC[2] && bytes[3] === MAGIC[3];
}

/** What people find under the name x.exr that is something else. The first bytes, or a byte string at an offset; -1 matches any byte. */
const KINDS: readonly (readonly [what: string, offset: number, bytes: string])[] = [
  ['a PNG image', 0, '\x89PNG\r\n\x1a\n'],
  ['a JPEG image', 0, '\xff\xd8\xff'],
  ['a JPEG XL image', 0, '\xff\x0a'],
  ['a JPEG XL image', 0, '\0\0\0\x0cJXL '],
  ['a JPEG 2000 image', 0, '\0\0\0\x0cjP  '],
  ['a JPEG 2000 codestream', 0, '\xff\x4f\xff\x51'],
  ['a GIF image', 0, 'GIF8'],
  ['a TIFF image', 0, 'II*\0'],
  ['a TIFF image', 0, 'MM\0*'],
  ['a BigTIFF image', 0, 'II+\0'],
  ['a BigTIFF image', 0, 'MM\0+'],
  ['a Radiance HDR image', 0, '#?RADIANCE'],
  ['a Radiance HDR image', 0, '#?RGBE'],
  ['a DPX image', 0, 'SDPX'],
  ['a DPX image', 0, 'XPDS'],
  ['a Cineon image', 0, '\x80\x2a\x5f\xd7'],
  ['a WebP image', 8, 'WEBP'],
  ['a Photoshop file', 0, '8BPS'],
  ['a Windows bitmap', 0, 'BM'],
  ['a DirectDraw surface', 0, 'DDS '],
  ['an HEIF or AVIF image', 4, 'ftyphei'],
  ['an HEIF or AVIF image', 4, 'ftypavi'],
  ['a QuickTime or MP4 file', 4, 'ftyp'],
  ['an MXF file', 0, '\x06\x0e\x2b\x34'],
  ['a PDF', 0, '%PDF'],
  ['a gzip archive', 0, '\x1f\x8b'],
  ['a ZIP archive', 0, 'PK\x03\x04'],
  ['an empty ZIP archive', 0, 'PK\x05\x06'],
  ['a Zstandard archive', 0, '\x28\xb5\x2f\xfd'],
  ['an xz archive', 0, '\xfd7zXZ\0'],
  ['a bzip2 archive', 0, 'BZh'],
  ['a 7-Zip archive', 0, '7z\xbc\xaf\x27\x1c'],
  ['a tar archive', 257, 'ustar'],
  ['a Git LFS pointer (the file itself was not fetched)', 0, 'version https://git-lfs.github.com/spec/'],
  ['an HDF5 file', 0, '\x89HDF\r\n\x1a\n'],
  ['a SQLite database', 0, 'SQLite format 3\0'],
  ['a program', 0, '\x7fELF'],
];

/** In words, what the file that begins with these bytes is: "a PNG image", "an HTML page", "nothing but zeros". */
export function identify(bytes: Uint8Array, size: number): string {
  if (size === 0) return 'an empty file';
  for (const [what, offset, text] of KINDS) if (startsWith(bytes, offset, text)) return what;
  const head = bytes.subarray(0, 512);
  if (head.every((byte) => byte === 0)) return 'nothing but zeros at its beginning';
  if (bytes[0] === 1 && bytes[1] === 0x31 && bytes[2] === 0x2f && bytes[3] === 0x76) return 'an EXR with its bytes swapped';
  const text = textOf(head);
  if (text !== null) {
    if (/^\s*(<!doctype html|<html|<head|<body)/i.test(text)) return 'an HTML page';
    if (/^\s*<\?xml/i.test(text) || /^\s*<[a-z][\w:.-]*[\s>]/i.test(text)) return 'an XML document';
    if (/^\s*[[{]/.test(text)) return 'a JSON document or other text';
    return 'a text file';
  }
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `of a kind this program does not know (it begins with ${start})`;
}

/** The NOT_EXR error for a file that begins with these bytes. */
export function notAnExr(name: string, bytes: Uint8Array, size: number): ExrError {
  const cut = size > 0 && size < 8 && MAGIC.slice(0, size).every((byte, i) => bytes[i] === byte);
  if (cut) {
    return new ExrError('TRUNCATED', `${name}: the file ends after ${size} bytes, expected the 8 bytes of an EXR's magic number and version`, { source: name, offset: size });
  }
  const message = `${name}: not an EXR: this is ${identify(bytes, size)}, expected the first bytes 76 2f 31 01`;
  return new ExrError('NOT_EXR', message, { source: name, offset: 0 });
}

function startsWith(bytes: Uint8Array, offset: number, text: string): boolean {
  if (bytes.length < offset + text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The bytes as text when they look like it: no control characters but white space, and UTF-8 but for a sequence cut at the end. */
function textOf(bytes: Uint8Array): string | null {
  for (const byte of bytes) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) return null;
  const text = decodeText(bytes);
  return /[\udc80-\udcff]/u.test(text.slice(0, -3)) ? null : text;
}
