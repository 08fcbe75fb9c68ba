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

/** The inflated size (int32), then a zlib stream. */
const idmanifest: AttributeType<PackedIdManifest> = {
  name: 'idmanifest',
  check(bytes) {
    if (bytes.length < 4) return `${bytes.length} bytes, expected at least 4`;
    const size = viewOf(bytes).getInt32(0, true);
    return size >= 0 ? null : `inflated size ${size}, expected 0 or more`;
  },
  read: (bytes) => ({ uncompressedSize: viewOf(bytes).getInt32(0, true), packed: bytes.subarray(4) }),
  write({ uncompressedSize, packed }) {
    const bytes = new Uint8Array(4 + packed.length);
    viewOf(bytes).setInt32(0, uncompressedSize, true);
    bytes.set(packed, 4);
    return bytes;
  },
};

export const PICTURE_TYPES: readonly AttributeType[] = [timecode, preview, idmanifest];
