import { corrupt } from './header.ts';

/** How a channel is stored: zlib alone, DCT, or run lengths of its bytes in zlib. The number is the file's. */
export const SCHEMES = ['unknown', 'lossy', 'rle'] as const;
export type DwaScheme = (typeof SCHEMES)[number];

/** Channels of this suffix (the name behind its last period) and pixel type are stored by `scheme`. */
export interface ChannelRule {
  readonly suffix: string;
  readonly scheme: DwaScheme;
  /** The file's number: 0 uint, 1 half, 2 float. */
  readonly pixelType: number;
  /** 0 red, 1 green, 2 blue of a set that is stored as Y'CbCr; -1 stands alone. */
  readonly colour: number;
  readonly ignoreCase: boolean;
}

const HALF_AND_FLOAT = [1, 2];

function legacy(suffixes: readonly string[], scheme: DwaScheme, colour: number, pixelTypes: readonly number[] = HALF_AND_FLOAT): ChannelRule[] {
  return suffixes.flatMap((suffix) => pixelTypes.map((pixelType) => ({ suffix, scheme, pixelType, colour, ignoreCase: true })));
}

/** The rules of chunks before version 2, which do not say theirs (OpenEXRCore, internal_dwa_classifier.h, sLegacyChannelRules). */
export const LEGACY_RULES: readonly ChannelRule[] = [
  ...legacy(['r', 'red'], 'lossy', 0),
  ...legacy(['g', 'grn', 'green'], 'lossy', 1),
  ...legacy(['b', 'blu', 'blue'], 'lossy', 2),
  ...legacy(['y', 'by', 'ry'], 'lossy', -1),
  ...legacy(['a'], 'rle', -1, [0, 1, 2]),
];

/** Longest suffix without its terminating zero. */
const MAX_SUFFIX = 128;

/**
 * Reads the rules of a version 2 chunk from its bytes behind the header: length (uint16, itself included), then for each rule the suffix, a
 * zero, a byte of colour + 1 (4 bits), scheme (2 bits), and ignore-case (lowest bit), a byte of pixel type. Returns them and their length.
 */
export function readChannelRules(bytes: Uint8Array): { rules: ChannelRule[]; length: number } {
  const length = bytes.length > 2 ? bytes[0]! | (bytes[1]! << 8) : 0;
  if (length < 2 || length > bytes.length) throw corrupt(`its channel rules have ${length} of the ${bytes.length} bytes left`);
  const rules: ChannelRule[] = [];
  let at = 2;
  while (at < length) {
    const end = bytes.indexOf(0, at);
    if (end < 0 || end + 3 > length || end === at || end - at > MAX_SUFFIX) throw corrupt(`channel rule ${rules.length} does not end`);
    const kind = bytes[end + 1]!;
    const pixelType = bytes[end + 2]!;
    const scheme = SCHEMES[(kind >> 2) & 3];
    const colour = (kind >> 4) - 1;
    if (!scheme || colour > 2 || pixelType > 2) throw corrupt(`channel rule ${rules.length} has kind ${kind} and pixel type ${pixelType}`);
    const suffix = new TextDecoder().decode(bytes.subarray(at, end));
    rules.push({ suffix, scheme, pixelType, colour, ignoreCase: (kind & 1) !== 0 });
    at = end + 3;
  }
  return { rules, length };
}
