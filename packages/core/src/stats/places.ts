/**
 * Where things are in a channel. Coordinates are absolute, in the pixel space of the level. "First" is by y, then x.
 */
import type { Box2i } from '../header/types.ts';
import type { JsonNumber } from '../report/index.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A place and the value's key there: an integer that orders values as they are ordered (see keyValue). */
export interface KeyedPlace extends Place {
  readonly key: number;
}

/** What the kernels' block of places says (assembly/stats-places.ts). */
export interface Places {
  /** Null when nothing is finite. */
  readonly min: KeyedPlace | null;
  readonly max: KeyedPlace | null;
  /** Around everything that is not zero, NaN and infinities included; null when all is zero. */
  readonly nonZero: Box2i | null;
  readonly nonFinite: Box2i | null;
  /** The first non-finite values, at most LISTED; `bits` as stored. */
  readonly listed: readonly (Place & { readonly bits: number })[];
  /** Float channels only; half counts these by value. */
  readonly posInf: number;
  readonly negInf: number;
  readonly posZero: number;
  readonly negZero: number;
}

/** How many non-finite values are listed. */
export const LISTED = 10;

export const NO_PLACES: Places = {
  min: null,
  max: null,
  nonZero: null,
  nonFinite: null,
  listed: [],
  posInf: 0,
  negInf: 0,
  posZero: 0,
  negZero: 0,
};

/** Reads the block at `address`. */
export function readPlaces(view: DataView, address: number): Places {
  const int = (offset: number): number => view.getInt32(address + offset, true);
  const long = (offset: number): number => Number(view.getBigUint64(address + offset, true));
  const box = (offset: number): Box2i | null => {
    const [xMin, yMin, xMax, yMax] = [int(offset), int(offset + 4), int(offset + 8), int(offset + 12)];
    return yMin > yMax ? null : { xMin, yMin, xMax, yMax };
  };
  const min = { key: int(0), x: int(4), y: int(8) };
  const max = { key: int(12), x: int(16), y: int(20) };
  const some = min.key <= max.key;
  const listed = Array.from({ length: int(56) }, (_, i) => ({
    x: int(64 + i * 16),
    y: int(68 + i * 16),
    bits: view.getUint32(address + 72 + i * 16, true),
  }));
  return {
    min: some ? min : null,
    max: some ? max : null,
    nonZero: box(24),
    nonFinite: box(40),
    listed,
    posInf: long(224),
    negInf: long(232),
    posZero: long(240),
    negZero: long(248),
  };
}

export function mergePlaces(a: Places, b: Places): Places {
  return {
    min: better(a.min, b.min, (p, q) => p.key - q.key),
    max: better(a.max, b.max, (p, q) => q.key - p.key),
    nonZero: union(a.nonZero, b.nonZero),
    nonFinite: union(a.nonFinite, b.nonFinite),
    listed: [...a.listed, ...b.listed].sort(inOrder).slice(0, LISTED),
    posInf: a.posInf + b.posInf,
    negInf: a.negInf + b.negInf,
    posZero: a.posZero + b.posZero,
    negZero: a.negZero + b.negZero,
  };
}

/** By y, then x. */
export function inOrder(a: Place, b: Place): number {
  return a.y - b.y || a.x - b.x;
}

function better(
  a: KeyedPlace | null,
  b: KeyedPlace | null,
  compare: (a: KeyedPlace, b: KeyedPlace) => number,
): KeyedPlace | null {
  if (!a || !b) return a ?? b;
  return (compare(a, b) || inOrder(a, b)) <= 0 ? a : b;
}

/** The smallest box around both. */
export function union(a: Box2i | null, b: Box2i | null): Box2i | null {
  if (!a || !b) return a ?? b;
  return {
    xMin: Math.min(a.xMin, b.xMin),
    yMin: Math.min(a.yMin, b.yMin),
    xMax: Math.max(a.xMax, b.xMax),
    yMax: Math.max(a.yMax, b.yMax),
  };
}

const view = new DataView(new ArrayBuffer(4));

/**
 * The value with that key. Half and float: the bits of the magnitude, negated below zero (-0 is 0); uint: the value
 * less 2^31.
 */
export function keyValue(pixelType: 0 | 1 | 2, key: number): number {
  if (pixelType === 0) return key + 2 ** 31;
  const magnitude = Math.abs(key);
  const value = pixelType === 1 ? halfMagnitude(magnitude) : floatOf(magnitude);
  return key < 0 ? -value : value;
}

/** The finite half of those bits, 0 to 0x7bff. */
export function halfMagnitude(bits: number): number {
  const exponent = bits >> 10;
  const mantissa = bits & 0x3ff;
  return exponent === 0 ? mantissa / 2 ** 24 : ((mantissa + 1024) * (1 << exponent)) / 2 ** 25;
}

function floatOf(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** How JSON spells a value that is not finite. */
export function nonFiniteName(pixelType: 0 | 1 | 2, bits: number): JsonNumber {
  const [infinity, sign] = pixelType === 1 ? [0x7c00, 0x8000] : [0x7f80_0000, 0x8000_0000];
  if (bits === infinity) return 'Infinity';
  return bits === infinity + sign ? '-Infinity' : 'NaN';
}
