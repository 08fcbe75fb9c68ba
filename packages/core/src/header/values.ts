/**
 * The shape that each attribute type's decoded value has. Floats are the exact doubles of what is stored; matrices are row-major; a type that
 * is not here, or a value whose bytes are not of its type's shape, is a Uint8Array of the bytes as stored.
 */
import type { Box2i, Channel, Compression, LineOrder, TileDescription } from './types.ts';

/** As Box2i, in float32. */
export interface Box2f {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

export type Pair = readonly [number, number];
export type Triple = readonly [number, number, number];

/** CIE xy of the primaries and of white. */
export interface Chromaticities {
  readonly red: Pair;
  readonly green: Pair;
  readonly blue: Pair;
  readonly white: Pair;
}

/** Motion picture film characteristics (SMPTE 254). */
export interface KeyCode {
  readonly filmMfcCode: number;
  readonly filmType: number;
  readonly prefix: number;
  readonly count: number;
  readonly perfOffset: number;
  readonly perfsPerFrame: number;
  readonly perfsPerCount: number;
}

/** SMPTE 12M time code, its BCD fields decoded (the layout of 60-field television, as the library stores it). */
export interface TimeCode {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly frame: number;
  readonly dropFrame: boolean;
  readonly colorFrame: boolean;
  readonly fieldPhase: boolean;
  readonly bgf0: boolean;
  readonly bgf1: boolean;
  readonly bgf2: boolean;
  /** The two words as stored (uint32): what the fields above are bits of, and the eight 4-bit binary groups. */
  readonly timeAndFlags: number;
  readonly userData: number;
}

export interface Rational {
  readonly numerator: number;
  readonly denominator: number;
}

/** 8-bit RGBA, gamma 2.2, row by row from the top left. */
export interface Preview {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** OpenEXR 3.4 `bytes`: data and what kind of data, often a MIME type. */
export interface HintedBytes {
  readonly typeHint: string;
  readonly data: Uint8Array;
}

/** An ID manifest is a zlib stream within the header: see decodeIdManifest for what is in it. */
export interface PackedIdManifest {
  /** Bytes after inflating, as the file says. */
  readonly uncompressedSize: number;
  /** Bytes that the size takes in the file: 8 from a 64-bit writer, 4 from a 32-bit one. */
  readonly sizeBytes: 4 | 8;
  readonly packed: Uint8Array;
}

export type EnvironmentMap = 'latlong' | 'cube';
export type DeepImageState = 'messy' | 'sorted' | 'non_overlapping' | 'tidy';

/** Type name in the file → decoded value. A number where a name is expected is one that nobody has heard of. */
export interface AttributeValues {
  box2i: Box2i;
  box2f: Box2f;
  bytes: HintedBytes;
  chlist: readonly Channel[];
  chromaticities: Chromaticities;
  compression: Compression | number;
  deepImageState: DeepImageState | number;
  double: number;
  envmap: EnvironmentMap | number;
  float: number;
  floatvector: readonly number[];
  idmanifest: PackedIdManifest;
  int: number;
  keycode: KeyCode;
  lineOrder: LineOrder | number;
  m33f: readonly number[];
  m33d: readonly number[];
  m44f: readonly number[];
  m44d: readonly number[];
  preview: Preview;
  rational: Rational;
  string: string;
  stringvector: readonly string[];
  tiledesc: TileDescription;
  timecode: TimeCode;
  v2i: Pair;
  v2f: Pair;
  v2d: Pair;
  v3i: Triple;
  v3f: Triple;
  v3d: Triple;
}
