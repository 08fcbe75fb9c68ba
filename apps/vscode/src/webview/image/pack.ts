/**
 * Planes as one texture takes them: red, green, blue and alpha beside each other, since a shader on a processor fetches four values for the price of
 * one. What is no number becomes 0 (no chroma is grey, no value is black) and infinities the largest finite value: comparisons with either are not
 * the same on every driver. Marks say where they were.
 */
import type { ImageAnswer } from '../../shared/protocol.ts';

export interface Packed {
  /** 1: the only plane. 4: RGBA; a single plane with alpha stands in red. */
  readonly components: 1 | 4;
  readonly data: Uint16Array | Float32Array;
}

export function packPlanes({ planes, hasAlpha, format, width, height }: Pick<ImageAnswer, 'planes' | 'hasAlpha' | 'format' | 'width' | 'height'>): Packed {
  const count = width * height;
  const components = planes.length === 1 ? 1 : 4;
  const colours = hasAlpha ? planes.slice(0, -1) : planes;
  const places = [...colours.slice(0, 3).map((plane, i) => ({ plane, i })), ...(hasAlpha ? [{ plane: planes.at(-1)!, i: 3 }] : [])];
  if (format === 'half') {
    const data = new Uint16Array(count * components);
    for (const { plane, i } of places) packHalf(plane as Uint16Array, data, i, components);
    return { components, data };
  }
  const data = new Float32Array(count * components);
  for (const { plane, i } of places) packFloat(plane as Float32Array, data, i, components);
  return { components, data };
}

const HALF_INFINITY = 0x7c00;
const HALF_MAX = 0x7bff;
const FLOAT_MAX = 3.4028234663852886e38;

function packHalf(plane: Uint16Array, into: Uint16Array, first: number, step: number): void {
  for (let i = 0, at = first; i < plane.length; i++, at += step) {
    const bits = plane[i]!;
    const magnitude = bits & 0x7fff;
    into[at] = magnitude < HALF_INFINITY ? bits : magnitude === HALF_INFINITY ? HALF_MAX | (bits & 0x8000) : 0;
  }
}

function packFloat(plane: Float32Array, into: Float32Array, first: number, step: number): void {
  for (let i = 0, at = first; i < plane.length; i++, at += step) {
    const value = plane[i]!;
    into[at] = value > FLOAT_MAX ? FLOAT_MAX : value < -FLOAT_MAX ? -FLOAT_MAX : value === value ? value : 0;
  }
}
