/** From averaged scene values to screen pixels: matrix, exposure, tone map, sRGB, marks. */
import { type Curve, decodeCurve, type Matrix3 } from '../color/index.ts';
import type { PictureChannels } from './channels.ts';
import { drawIds } from './ids.ts';
import type { Proxy } from './proxy.ts';
import { type Ends, NO_ENDS, NOTHING_THERE } from './proxy-task.ts';

export type ToneMap = 'none' | 'filmic' | 'reinhard';

export interface DevelopOptions {
  /** Stops: values are multiplied by 2^exposure. Default 0. */
  readonly exposure?: number;
  /** Default `none`: values above 1 are cut. */
  readonly tone?: ToneMap;
  /** Keep the file's alpha (straight) instead of showing premultiplied colour on black. Default false. */
  readonly alpha?: boolean;
  /** Colour NaN/Inf pixels (magenta) and hatch regions without data. Default true. */
  readonly marks?: boolean;
  /** Spread the values over black to white, least to most, ids too. Default: data channels drawn alone (depth) are, and whole numbers from 0 to 1, 255, 65535 or their most. */
  readonly normalize?: boolean;
}

/** How the picture's values become colours. */
export interface Colours {
  /** From the file's values to light; null when they are light. */
  readonly curve: Curve | null;
  /** To linear sRGB; null when there is nothing to do. */
  readonly matrix: Matrix3 | null;
  /** Weights of R, G and B in luminance. */
  readonly luminance: readonly [number, number, number];
  /** The picture is so much smaller than the file that a mark of one pixel would be lost: marks grow by one pixel all around. */
  readonly growMarks?: boolean;
}

/** RGBA, 8 bits, straight alpha. */
export function develop(
  proxy: Proxy, picture: PictureChannels, colours: Colours, options: DevelopOptions = {},
): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, planes } = proxy;
  const out = new Uint8ClampedArray(width * height * 4);
  const alphaPlane = options.alpha && picture.alpha !== null ? planes[planes.length - 1]! : null;
  if (picture.ids && options.normalize !== true) {
    drawIds(planes[1]!, out);
    if (options.marks !== false) drawMarks(out, proxy, colours.growMarks === true);
    return out;
  }
  const light = lightOf(picture, planes, colours);
  const spread = options.normalize ?? (picture.data && (picture.kind === 'gray' || picture.whole));
  const ends = spread ? (picture.data && proxy.ends) || endsOf(light.slice(0, picture.kind === 'gray' ? 1 : 3)) : null;
  const range = ends && rangeOf(ends, picture.whole && options.normalize === undefined);
  const gain = range ? 1 / (range.max - range.min) : 2 ** (options.exposure ?? 0);
  const offset = range ? range.min : 0;
  const tone = options.tone ?? 'none';
  light.forEach((plane, channel) => encode(plane, alphaPlane, out, channel, offset, gain, range || tone === 'none' ? null : TONE[tone]));
  for (let i = 0; i < width * height; i++) out[i * 4 + 3] = alphaPlane ? opacity(alphaPlane[i]!) * 255 : 255;
  if (options.marks !== false) drawMarks(out, proxy, colours.growMarks === true);
  return out;
}

/** One channel of the screen: straight, spread or exposed, tone-mapped, encoded. */
function encode(
  plane: Float32Array, alpha: Float32Array | null, out: Uint8ClampedArray, channel: number, offset: number, gain: number, tone: ((x: number) => number) | null,
): void {
  const table = screenTable();
  for (let i = 0, at = channel; i < plane.length; i++, at += 4) {
    let value = plane[i]!;
    if (alpha) value /= opacity(alpha[i]!) || 1;
    value = (value - offset) * gain;
    if (tone) value = tone(value > BRIGHTEST ? BRIGHTEST : value);
    // What is not a number, because there is no value, is black.
    out[at] = table[value >= 1 ? 65535 : value > 0 ? (value * 65535 + 0.5) | 0 : 0]!;
  }
}

function opacity(alpha: number): number {
  return alpha > 1 ? 1 : alpha > 0 ? alpha : 0;
}

type Light = [Float32Array, Float32Array, Float32Array];

/** The picture's linear R, G and B; NaN where there is no value. One plane three times for grey; a colour that is not there is 0, as OpenEXR reads it. */
function lightOf(picture: PictureChannels, planes: readonly Float32Array[], { curve, matrix, luminance }: Colours): Light {
  const decoded = curve && isLight(picture) ? decodeCurve(curve) : null;
  if (picture.kind === 'gray') {
    if (decoded) decode(planes[0]!, decoded);
    return [planes[0]!, planes[0]!, planes[0]!];
  }
  const light = placed(picture, planes);
  const [red, green, blue] = light;
  if (picture.kind === 'luma') luminanceToRgb(red, green, blue, luminance);
  if (decoded) for (const plane of light) decode(plane, decoded);
  if (matrix && !picture.data) convert(red, green, blue, matrix);
  return light;
}

function placed({ names, places }: PictureChannels, planes: readonly Float32Array[]): Light {
  const light: Float32Array[] = [];
  names.forEach((_, i) => (light[places?.[i] ?? i] = planes[i]!));
  return [0, 1, 2].map((i) => light[i] ?? new Float32Array(planes[0]!.length)) as Light;
}

/** Neither data nor an opacity, which no curve is for. */
function isLight({ data, kind, names }: PictureChannels): boolean {
  return !data && !(kind === 'gray' && /(^|\.)(a|alpha)$/i.test(names[0]!));
}

function decode(plane: Float32Array, curve: (x: number) => number): void {
  for (let i = 0; i < plane.length; i++) plane[i] = curve(plane[i]!);
}

/** In place; red takes the place of luminance. RY = (R − Y) / Y, BY = (B − Y) / Y, Y = wR R + wG G + wB B (Technical Introduction, "Luminance/Chroma Images"). */
function luminanceToRgb(luminance: Float32Array, ry: Float32Array, by: Float32Array, [wr, wg, wb]: readonly [number, number, number]): void {
  for (let i = 0; i < luminance.length; i++) {
    const y = luminance[i]!;
    // Without chroma the pixel is grey.
    const r = ry[i] === ry[i] ? (ry[i]! + 1) * y : y;
    const b = by[i] === by[i] ? (by[i]! + 1) * y : y;
    luminance[i] = r;
    ry[i] = (y - r * wr - b * wb) / wg;
    by[i] = b;
  }
}

function convert(red: Float32Array, green: Float32Array, blue: Float32Array, m: Matrix3): void {
  const [a, b, c, d, e, f, g, h, k] = m;
  for (let i = 0; i < red.length; i++) {
    const [x, y, z] = [red[i]!, green[i]!, blue[i]!];
    red[i] = a * x + b * y + c * z;
    green[i] = d * x + e * y + f * z;
    blue[i] = g * x + h * y + k * z;
  }
}

const NONFINITE = [255, 0, 255];
const HATCH_DARK = [40, 40, 48];
const HATCH_LIGHT = [96, 88, 40];

function drawMarks(out: Uint8ClampedArray, { width, height, nonfinite, missing }: Proxy, grow: boolean): void {
  const reach = grow ? 1 : 0;
  const mark = (pixel: number, [r, g, b]: readonly number[]): void => {
    out[pixel * 4] = r!;
    out[pixel * 4 + 1] = g!;
    out[pixel * 4 + 2] = b!;
    out[pixel * 4 + 3] = 255;
  };
  for (let pixel = 0; pixel < missing.length; pixel++) {
    if (missing[pixel]) mark(pixel, ((pixel % width) + Math.floor(pixel / width)) % 8 < 4 ? HATCH_DARK : HATCH_LIGHT);
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!nonfinite[y * width + x]) continue;
      for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
        for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) mark(v * width + u, NONFINITE);
      }
    }
  }
}

/**
 * What is black and what is white, null when they are the same: the least and the most value, without a renderer's "nothing here". Whole numbers go
 * from 0 to what holds them all (1, 255, 65535), so that codes are seen as what they are.
 */
function rangeOf([min, near, max]: Ends, whole: boolean): { min: number; max: number } | null {
  if (whole && min >= 0 && max > 0) return { min: 0, max: [1, 255, 65535].find((most) => max <= most) ?? max };
  // Where everything is that large, it is no depth.
  if (near > min) return { min, max: near };
  return max > min ? { min, max } : null;
}

function endsOf(planes: readonly Float32Array[]): Ends {
  let [min, near, max] = NO_ENDS;
  for (const plane of planes) {
    for (const value of plane) {
      if (value < min) min = value;
      if (value > max) max = value;
      if (value > near && value < NOTHING_THERE) near = value;
    }
  }
  return [min, near, max];
}

/** Beyond it every tone map gives 1, and none of them overflows. */
const BRIGHTEST = 1e9;

const TONE: Record<ToneMap, (x: number) => number> = {
  none: (x) => x,
  // E. Reinhard et al., "Photographic Tone Reproduction for Digital Images", 2002, without white point.
  reinhard: (x) => (x > 0 ? 1 - 1 / (1 + x) : 0),
  // K. Narkowicz's fit of the ACES film curve, which reaches 1 at about 7.
  filmic: (x) => (x > 0 ? (2.51 * x + 0.03) / (2.43 * x + 0.59 + 0.14 / x) : 0),
};

let encoded: Uint8Array | undefined;

/** sRGB's transfer function (IEC 61966-2-1) to 8 bits, by 65,536 steps: finer than a twentieth of a code. */
function screenTable(): Uint8Array {
  return (encoded ??= Uint8Array.from({ length: 65536 }, (_, i) => {
    const x = i / 65535;
    return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
  }));
}
