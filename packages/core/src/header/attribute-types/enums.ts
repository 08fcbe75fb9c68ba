/** The one-byte types. A number without a name stays a number: the header is readable all the same. */
import { COMPRESSIONS, LEVEL_MODES, LINE_ORDERS, ROUNDING_MODES, type TileDescription } from '../types.ts';
import { sizeProblem, viewOf, type AttributeType } from './type.ts';

function enumeration(name: string, names: readonly string[]): AttributeType<string | number> {
  return {
    name,
    check: (bytes) => sizeProblem(bytes, 1),
    read: (bytes) => names[bytes[0]!] ?? bytes[0]!,
    write: (value) => Uint8Array.of(typeof value === 'number' ? value : names.indexOf(value)),
  };
}

/** xSize, ySize (uint32) and a byte: level mode in the low half, rounding mode in the high one. */
const tiledesc: AttributeType<TileDescription> = {
  name: 'tiledesc',
  check(bytes) {
    const size = sizeProblem(bytes, 9);
    if (size) return size;
    const mode = bytes[8]!;
    if (LEVEL_MODES[mode & 15] === undefined) return `level mode ${mode & 15}, expected 0 to 2`;
    return ROUNDING_MODES[mode >> 4] === undefined ? `rounding mode ${mode >> 4}, expected 0 or 1` : null;
  },
  read(bytes) {
    const view = viewOf(bytes);
    const mode = bytes[8]!;
    return {
      xSize: view.getUint32(0, true),
      ySize: view.getUint32(4, true),
      levelMode: LEVEL_MODES[mode & 15]!,
      roundingMode: ROUNDING_MODES[mode >> 4]!,
    };
  },
  write({ xSize, ySize, levelMode, roundingMode }) {
    const view = new DataView(new ArrayBuffer(9));
    view.setUint32(0, xSize, true);
    view.setUint32(4, ySize, true);
    view.setUint8(8, LEVEL_MODES.indexOf(levelMode) | (ROUNDING_MODES.indexOf(roundingMode) << 4));
    return new Uint8Array(view.buffer);
  },
};

export const ENUM_TYPES: readonly AttributeType[] = [
  enumeration('compression', COMPRESSIONS),
  enumeration('lineOrder', LINE_ORDERS),
  enumeration('envmap', ['latlong', 'cube']),
  enumeration('deepImageState', ['messy', 'sorted', 'non_overlapping', 'tidy']),
  tiledesc,
];
