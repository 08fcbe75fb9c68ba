/** From a file's primaries to the screen's. Matrices are row-major 3×3. */
import type { Chromaticities } from '../header/index.ts';

/** CIE xy of the three primaries and the white point. */
export type Primaries = Chromaticities;
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** Those of sRGB, and what an OpenEXR file without chromaticities means (Standard Attributes, "chromaticities"). */
export const REC709: Primaries = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] };

/** RGB of these primaries → CIE XYZ with Y(white) = 1 (SMPTE RP 177). */
export function rgbToXyz({ red, green, blue, white }: Primaries): Matrix3 {
  // A primary's y may be 0 (those of CIE XYZ): its column is scaled to the white anyway, so it need not be divided by y.
  const column = ([x, y]: readonly [number, number]): [number, number, number] => [x, y, 1 - x - y];
  const [r, g, b, w] = [column(red), column(green), column(blue), [white[0] / white[1], 1, (1 - white[0] - white[1]) / white[1]] as const];
  const m: Matrix3 = [r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2], b[2]];
  const s = apply(invert(m), w);
  return [m[0] * s[0], m[1] * s[1], m[2] * s[2], m[3] * s[0], m[4] * s[1], m[5] * s[2], m[6] * s[0], m[7] * s[1], m[8] * s[2]];
}

/** CIE XYZ relative to D65, with Y(white) = 1, to linear Rec. 709. */
export function xyzToRec709(): Matrix3 {
  return invert(rgbToXyz(REC709));
}

/**
 * From one set of primaries to linear sRGB, the white points matched by Bradford adaptation, as OpenEXR's AcesInputFile and the published ACES
 * matrices do. Null when there is nothing to do; undefined when these are no primaries (isUsable).
 */
export function toSrgb(from: Primaries): Matrix3 | null | undefined {
  if ((['red', 'green', 'blue', 'white'] as const).every((each) => near(from[each], REC709[each]))) return null;
  if (unusable(from) !== null) return undefined;
  const adapted = multiply(adaptation(BRADFORD, from.white, REC709.white), rgbToXyz(from));
  const matrix = multiply(invert(rgbToXyz(REC709)), adapted);
  return matrix.every((value) => Math.abs(value) < 1e6) ? matrix : undefined;
}

/** Why no colours can be made with these primaries, in words; null when they can. */
export function unusable({ red, green, blue, white }: Primaries): string | null {
  const all = [...red, ...green, ...blue, ...white];
  if (!all.every(Number.isFinite)) return 'not all of them are numbers';
  if (all.every((value) => value === 0)) return 'all of them are 0';
  if (!(white[1] > 1e-4)) return `the white point's y is ${white[1]}`;
  // Twice the area of the triangle: 0 where the primaries lie on a line.
  const area = (green[0] - red[0]) * (blue[1] - red[1]) - (blue[0] - red[0]) * (green[1] - red[1]);
  if (!(Math.abs(area) > 1e-4)) return 'the primaries lie on one line';
  const matrix = rgbToXyz({ red, green, blue, white });
  return matrix.every((value) => Math.abs(value) < 1e3) ? null : 'they are out of all proportion';
}

/** Weights of R, G and B in luminance Y for these primaries. */
export function luminanceWeights(primaries: Primaries): readonly [number, number, number] {
  const m = rgbToXyz(primaries);
  const sum = m[3] + m[4] + m[5];
  return [m[3] / sum, m[4] / sum, m[5] / sum];
}

/**
 * The same by way of AP0, as ACES takes cameras in (its input transforms adapt the white by CAT02) and as OpenColorIO's configurations have them.
 * Only for gamuts that are known to be good.
 */
export function toSrgbByAp0(from: Primaries, ap0: Primaries): Matrix3 {
  const inAp0 = multiply(invert(rgbToXyz(ap0)), multiply(adaptation(CAT02, from.white, ap0.white), rgbToXyz(from)));
  return multiply(toSrgb(ap0)!, inAp0);
}

const CAT02: Matrix3 = [0.7328, 0.4296, -0.1624, -0.7036, 1.6975, 0.0061, 0.003, 0.0136, 0.9834];
const BRADFORD: Matrix3 = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

function adaptation(cones: Matrix3, from: readonly [number, number], to: readonly [number, number]): Matrix3 {
  const cone = ([x, y]: readonly [number, number]): readonly [number, number, number] => apply(cones, [x / y, 1, (1 - x - y) / y]);
  const [a, b] = [cone(from), cone(to)];
  const scale: Matrix3 = [b[0] / a[0], 0, 0, 0, b[1] / a[1], 0, 0, 0, b[2] / a[2]];
  return multiply(invert(cones), multiply(scale, cones));
}

function near(a: readonly [number, number], b: readonly [number, number]): boolean {
  return Math.abs(a[0] - b[0]) < 0.001 && Math.abs(a[1] - b[1]) < 0.001;
}

function apply(m: Matrix3, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
}

function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const row = (i: 0 | 3 | 6): [number, number, number] => [
    a[i] * b[0] + a[(i + 1) as 1] * b[3] + a[(i + 2) as 2] * b[6],
    a[i] * b[1] + a[(i + 1) as 1] * b[4] + a[(i + 2) as 2] * b[7],
    a[i] * b[2] + a[(i + 1) as 1] * b[5] + a[(i + 2) as 2] * b[8],
  ];
  return [...row(0), ...row(3), ...row(6)];
}

function invert(m: Matrix3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = m;
  const A = e * i - f * h;
  const B = f * g - d * i;
  const C = d * h - e * g;
  const det = a * A + b * B + c * C;
  return [
    A / det, (c * h - b * i) / det, (b * f - c * e) / det,
    B / det, (a * i - c * g) / det, (c * d - a * f) / det,
    C / det, (b * g - a * h) / det, (a * e - b * d) / det,
  ];
}
