/** The ends of a picture's values, for spreading them over black to white. */
import { type Curve, decodeCurve } from '@exr/core/curve';
import type { ImageAnswer } from '../../shared/protocol.ts';
import { halfTable } from './half.ts';

/** A renderer's "nothing here" depth is huge and would press all else into black: it does not count (as in core's develop). */
const NOTHING_THERE = 1e8;

/** What the planes mean, for light: luma, curve and matrix as in the shader. */
export interface RangeOf {
  readonly kind: 'rgb' | 'luma' | 'gray';
  readonly curve?: Curve | null;
  readonly matrix: readonly number[] | null;
  /** Whole numbers go from 0 to what holds them all, as core's previews have it. */
  readonly whole?: boolean;
  readonly weights: readonly [number, number, number];
}

/** Least and most of the finite values over the drawn planes of `answers`; null when they are the same or there are none. */
export function rangeOf(answers: readonly ImageAnswer[], of: RangeOf): [number, number] | null {
  let [min, near, max] = [Infinity, -Infinity, -Infinity];
  const take = (value: number): void => {
    if (value === Infinity || value === -Infinity) return;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value > near && value < NOTHING_THERE) near = value;
  };
  const decode = of.curve ? decodeCurve(of.curve) : null;
  for (const { planes, hasAlpha, ends } of answers) {
    if (ends) {
      [min, near, max] = [Math.min(min, ends[0]), Math.max(near, ends[1]), Math.max(max, ends[2])];
      continue;
    }
    const drawn = (hasAlpha ? planes.slice(0, -1) : planes).map((plane) => readerOf(plane));
    const count = planes[0]?.length ?? 0;
    if (of.kind === 'gray') for (let i = 0; i < count; i++) take(decode ? decode(drawn[0]!(i)) : drawn[0]!(i));
    else if (drawn.length < 3) for (const read of drawn) for (let i = 0; i < count; i++) take(decode ? decode(read(i)) : read(i));
    else for (let i = 0; i < count; i++) for (const value of lightAt(drawn, i, of, decode)) take(value);
  }
  if (of.whole && min >= 0 && max > 0) return [0, [1, 255, 65535].find((most) => max <= most) ?? max];
  if (near > min) return [min, near];
  return max > min ? [min, max] : null;
}

type Reader = (i: number) => number;

function readerOf(plane: Uint16Array | Float32Array): Reader {
  if (plane instanceof Float32Array) return (i) => plane[i]!;
  const table = halfTable();
  return (i) => table[plane[i]!]!;
}

const light: [number, number, number] = [0, 0, 0];

/** Linear R, G, B of a pixel; the array is used again for the next. */
function lightAt([first, second, third]: readonly Reader[], i: number, { kind, matrix, weights }: RangeOf, decode: ((x: number) => number) | null): readonly number[] {
  let [r, g, b] = [first!(i), second!(i), third!(i)];
  if (kind === 'luma') {
    const [y, ry, by] = [r, g, b];
    r = ry === ry ? (ry + 1) * y : y;
    b = by === by ? (by + 1) * y : y;
    g = (y - r * weights[0] - b * weights[2]) / weights[1];
  }
  if (decode) [r, g, b] = [decode(r), decode(g), decode(b)];
  if (!matrix) [light[0], light[1], light[2]] = [r, g, b];
  else for (const row of [0, 1, 2] as const) light[row] = matrix[row * 3]! * r + matrix[row * 3 + 1]! * g + matrix[row * 3 + 2]! * b;
  return light;
}
