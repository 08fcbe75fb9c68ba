/** The words of the OpenEXR file layout ("OpenEXR File Layout", openexr.com), as types. Windows are inclusive on both ends. */
import type { ExrError } from '../errors.ts';

export const PIXEL_TYPES = ['uint', 'half', 'float'] as const;
/** Index = the number in the file (chlist attribute): 0 uint (uint32), 1 half (binary16), 2 float (binary32). */
export type PixelType = (typeof PIXEL_TYPES)[number];

export const COMPRESSIONS = [
  'none', 'rle', 'zips', 'zip', 'piz', 'pxr24', 'b44', 'b44a', 'dwaa', 'dwab', 'htj2k256', 'htj2k32', 'lj2k', 'zstd',
] as const;
/** Index = the number in the file (compression attribute), 0…13. */
export type Compression = (typeof COMPRESSIONS)[number];

export const LINE_ORDERS = ['increasing_y', 'decreasing_y', 'random_y'] as const;
export type LineOrder = (typeof LINE_ORDERS)[number];

export const PART_TYPES = ['scanlineimage', 'tiledimage', 'deepscanline', 'deeptile'] as const;
/** Spelled as in the file's `type` attribute. */
export type PartType = (typeof PART_TYPES)[number];

export const LEVEL_MODES = ['one_level', 'mipmap_levels', 'ripmap_levels'] as const;
export type LevelMode = (typeof LEVEL_MODES)[number];
export const ROUNDING_MODES = ['round_down', 'round_up'] as const;
export type RoundingMode = (typeof ROUNDING_MODES)[number];

/** A rectangle in pixel space; min and max are both inside: width = xMax - xMin + 1. */
export interface Box2i {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

export interface Channel {
  readonly name: string;
  readonly pixelType: PixelType;
  /** Data is stored only where x mod xSampling = 0 and y mod ySampling = 0, in absolute pixel coordinates. */
  readonly xSampling: number;
  readonly ySampling: number;
  readonly pLinear: boolean;
}

export interface TileDescription {
  readonly xSize: number;
  readonly ySize: number;
  readonly levelMode: LevelMode;
  readonly roundingMode: RoundingMode;
}

/** One attribute as it stands in the file. `value` is decoded on first use; `raw()` gives the bytes as stored. */
export interface Attribute {
  readonly name: string;
  /** The type's name as written in the file: `box2i`, `string`, or one nobody has heard of. */
  readonly type: string;
  /** Length of the value in the file, bytes. */
  readonly size: number;
  /** Offset of the value in the file, bytes. */
  readonly offset: number;
  /** The decoded value (see values.ts for the shape each type has); unknown types give their bytes. */
  readonly value: unknown;
  raw(): Uint8Array;
}

/** One part's header: every attribute in file order, and the ones that decoding needs by name. */
export interface PartHeader {
  readonly index: number;
  readonly attributes: readonly Attribute[];
  attribute(name: string): Attribute | undefined;
  readonly name: string | null;
  readonly view: string | null;
  readonly type: PartType;
  readonly isTiled: boolean;
  readonly isDeep: boolean;
  readonly dataWindow: Box2i;
  readonly displayWindow: Box2i;
  readonly pixelAspectRatio: number;
  readonly lineOrder: LineOrder;
  /** A known codec, or the file's number where nobody knows it (the header is still readable). */
  readonly compression: Compression | number;
  /** In file order, which the specification sorts by name. */
  readonly channels: readonly Channel[];
  readonly tiles: TileDescription | null;
  /** The `chunkCount` attribute as stored, null when the file has none. The computed count is in chunks/. */
  readonly chunkCount: number | null;
  /**
   * Why the pixels of this part cannot be found (dataWindow missing, a channel list that cannot be read …), absent when they can. The fields
   * above then hold what the file says where it says something, else an empty window, no channels and so on.
   */
  readonly unreadable?: ExrError;
}

/** The second field of the file: version number in the low byte, flags above it. */
export interface VersionField {
  readonly version: number;
  /** Bit 9: a single-part tiled file. Never set in a multipart one. */
  readonly tiled: boolean;
  /** Bit 10: names may have up to 255 bytes instead of 31. */
  readonly longNames: boolean;
  /** Bit 11: at least one part is deep. */
  readonly nonImage: boolean;
  /** Bit 12: several headers follow, ended by an empty one; chunks begin with their part's number. */
  readonly multipart: boolean;
  readonly raw: number;
}
