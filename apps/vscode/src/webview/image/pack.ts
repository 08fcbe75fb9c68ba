/**
 * Planes as one texture takes them: red, green, blue and alpha beside each other, since a shader on a processor fetches four values for the price of
 * one. What is not finite becomes 0 (no chroma is grey, no value is black, as in core's previews): comparisons with it are not the same on every
 * driver. Marks say where it was.
 */
import type { ImageAnswer } from '../../shared/protocol.ts';

export interface Packed {
  /** 1: the only plane. 4: RGBA; a single plane with alpha stands in red. */
  readonly components: 1 | 4;
  readonly data: Uint16Array | Float32Array;
}

export function packPlanes({ planes, hasAlpha, places: given, format, width, height }: Pick<ImageAnswer, 'planes' | 'hasAlpha' | 'places' | 'format' | 'width' | 'height'>): Packed {
  const count = width * height;
  const components = planes.length === 1 ? 1 : 4;
  const colours = hasAlpha ? planes.slice(0, -1) : planes;
  const places = [...colours.slice(0, 3).map((plane, i) => ({ plane, i: given?.[i] ?? i })), ...(hasAlpha ? [{ plane: planes.at(-1)!, i: 3 }] : [])];
  if (format === 'half') {
    const data = new Uint16Array(count * components);
    for (const { plane, i } of places) packHalf(plane as Uint16Array, data, i, components);
    return { components, data };
  }
  const data = new Float32Array(count * components);
  for (const { plane, i } of places) packFloat(plane as Float32Array, data, i, components);
  return { components, data };
}

/** All bits of the exponent: an infinity or NaN. */
const HALF_INFINITY = 0x7c00;

function packHalf(plane: Uint16Array, into: Uint16Array, first: number, step: number): void {
  for (let i = 0, at = first; i < plane.length; i++, at += step) {
    const bits = plane[i]!;
    into[at] = (bits & HALF_INFINITY) === HALF_INFINITY ? 0 : bits;
  }
}

function packFloat(plane: Float32Array, into: Float32Array, first: number, step: number): void {
  for (let i = 0, at = first; i < plane.length; i++, at += step) {
    const value = plane[i]!;
    into[at] = value - value === 0 ? value : 0;
  }
}
