/** timecode, preview, idmanifest. */
import type { PackedIdManifest, Preview, TimeCode } from '../values.ts';
import { sizeProblem, viewOf, type AttributeType } from './type.ts';

/** Two digits of BCD in the bits from `low` to `high`; bits above them are flags. */
function bcd(word: number, low: number, high: number): number {
  const field = (word >>> low) & (2 ** (high - low + 1) - 1);
  return (field & 15) + 10 * (field >> 4);
}

/** timeAndFlags and userData (uint32 each), in the packing of 60-field television (SMPTE 12M-1999; ImfTimeCode.h). */
const timecode: AttributeType<TimeCode> = {
  name: 'timecode',
  check: (bytes) => sizeProblem(bytes, 8),
  read(bytes) {
    const view = viewOf(bytes);
    const word = view.getUint32(0, true);
    const flag = (bit: number) => ((word >>> bit) & 1) === 1;
    return {
      hours: bcd(word, 24, 29),
      minutes: bcd(word, 16, 22),
      seconds: bcd(word, 8, 14),
      frame: bcd(word, 0, 5),
      dropFrame: flag(6),
      colorFrame: flag(7),
      fieldPhase: flag(15),
      bgf0: flag(23),
      bgf1: flag(30),
      bgf2: flag(31),
      timeAndFlags: word,
      userData: view.getUint32(4, true),
    };
  },
  write({ timeAndFlags, userData }) {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, timeAndFlags, true);
    view.setUint32(4, userData, true);
    return new Uint8Array(view.buffer);
  },
};

/** Width and height (uint32), then four bytes a pixel. */
const preview: AttributeType<Preview> = {
  name: 'preview',
  check(bytes) {
    if (bytes.length < 8) return `${bytes.length} bytes, expected at least 8`;
    const view = viewOf(bytes);
    const [width, height] = [view.getUint32(0, true), view.getUint32(4, true)];
    const expected = 8 + 4 * width * height; // exact as a double, or far too large
    return bytes.length === expected ? null : `${bytes.length} bytes for ${width} x ${height} pixels, expected ${expected}`;
  },
  read(bytes) {
    const view = viewOf(bytes);
    return { width: view.getUint32(0, true), height: view.getUint32(4, true), rgba: bytes.subarray(8) };
  },
  write({ width, height, rgba }) {
    const bytes = new Uint8Array(8 + rgba.length);
    const view = viewOf(bytes);
    view.setUint32(0, width, true);
    view.setUint32(4, height, true);
    bytes.set(rgba, 8);
    return bytes;
  },
};

/** A zlib stream begins with CMF 0x78 (deflate, 32 KiB window) and a check on both its bytes (RFC 1950). */
function zlibAt(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x78 && (0x7800 + (bytes[at + 1] ?? 0)) % 31 === 0;
}

/**
 * The inflated size, then a zlib stream. The library writes the size as its size_t: 8 bytes from every 64-bit program, 4 from a 32-bit one
 * (ImfIDManifestAttribute.cpp), so the place of the stream decides.
 */
function sizeBytesOf(bytes: Uint8Array): 4 | 8 {
  return zlibAt(bytes, 4) && !zlibAt(bytes, 8) ? 4 : 8;
}

const idmanifest: AttributeType<PackedIdManifest> = {
  name: 'idmanifest',
  check(bytes) {
    const sizeBytes = sizeBytesOf(bytes);
    if (bytes.length < sizeBytes) return `${bytes.length} bytes, expected at least ${sizeBytes}`;
    const high = sizeBytes === 8 ? viewOf(bytes).getUint32(4, true) : 0;
    return high < 2 ** 21 ? null : `an inflated size of ${viewOf(bytes).getBigUint64(0, true)}, expected less than 2^53`;
  },
  read(bytes) {
    const view = viewOf(bytes);
    const sizeBytes = sizeBytesOf(bytes);
    const uncompressedSize = view.getUint32(0, true) + (sizeBytes === 8 ? view.getUint32(4, true) * 2 ** 32 : 0);
    return { uncompressedSize, sizeBytes, packed: bytes.subarray(sizeBytes) };
  },
  write({ uncompressedSize, sizeBytes, packed }) {
    const bytes = new Uint8Array(sizeBytes + packed.length);
    const view = viewOf(bytes);
    view.setUint32(0, uncompressedSize >>> 0, true);
    if (sizeBytes === 8) view.setUint32(4, Math.floor(uncompressedSize / 2 ** 32), true);
    bytes.set(packed, sizeBytes);
    return bytes;
  },
};

export const PICTURE_TYPES: readonly AttributeType[] = [timecode, preview, idmanifest];
