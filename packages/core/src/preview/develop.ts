/** From averaged scene values to screen pixels: matrix, exposure, tone map, sRGB, marks. */
import { luminanceWeights, type Matrix3, type Primaries } from './color.ts';
import type { PictureChannels } from './channels.ts';

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
  /** Spread data channels (depth, ids, normals) over black to white. Default: data channels drawn alone are. */
  readonly normalize?: boolean;
}

/** Averaged planes of the picture: NaN where nothing finite was seen. */
export interface Proxy {
  readonly width: number;
  readonly height: number;
  /** In the order of the picture's channels, alpha last when there is one. */
  readonly planes: readonly Float32Array[];
  /** 1 where a value was NaN or infinite. */
  readonly nonfinite: Uint8Array;
  /** 1 where a chunk that should have covered the pixel is missing or broken. */
  readonly missing: Uint8Array;
}

/** RGBA, 8 bits, straight alpha. */
export function develop(proxy: Proxy, picture: PictureChannels, matrix: Matrix3 | null, primaries: Primaries, options: DevelopOptions = {}): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, planes, nonfinite, missing } = proxy;
  const out = new Uint8ClampedArray(width * height * 4);
  const gain = 2 ** (options.exposure ?? 0);
  const alphaPlane = picture.alpha === null ? null : planes[planes.length - 1]!;
  const colours = colourReader(picture, planes, primaries);
  const range = options.normalize ?? (picture.kind === 'gray' && picture.data) ? rangeOf(planes[0]!) : null;
  const convert = picture.data || picture.kind === 'gray' ? null : matrix;
  const tone = TONE[options.tone ?? 'none'];
  const rgb = new Float64Array(3);
  for (let i = 0; i < width * height; i++) {
    const at = i * 4;
    out[at + 3] = 255;
    if (options.marks !== false && missing[i]) {
      const dark = ((i % width) + Math.floor(i / width)) % 8 < 4;
      out.set(dark ? HATCH_DARK : HATCH_LIGHT, at);
      continue;
    }
    if (options.marks !== false && nonfinite[i]) {
      out.set(NONFINITE, at);
      continue;
    }
    colours(i, rgb);
    let [r, g, b] = rgb as unknown as [number, number, number];
    if (range) r = g = b = (r - range.min) / (range.max - range.min);
    if (convert) {
      const [x, y, z] = [r, g, b];
      r = convert[0] * x + convert[1] * y + convert[2] * z;
      g = convert[3] * x + convert[4] * y + convert[5] * z;
      b = convert[6] * x + convert[7] * y + convert[8] * z;
    }
    const alpha = options.alpha && alphaPlane ? Math.min(1, Math.max(0, alphaPlane[i]!)) : 1;
    const scale = (range ? 1 : gain) / (alpha > 0 ? alpha : 1);
    out[at] = screen(tone(r * scale));
    out[at + 1] = screen(tone(g * scale));
    out[at + 2] = screen(tone(b * scale));
    if (options.alpha && alphaPlane) out[at + 3] = Math.round(alpha * 255);
  }
  return out;
}

const NONFINITE = [255, 0, 255, 255];
const HATCH_DARK = [40, 40, 48, 255];
const HATCH_LIGHT = [96, 88, 40, 255];

/** Reads one pixel's linear R, G, B; what is not there is 0. */
function colourReader(picture: PictureChannels, planes: readonly Float32Array[], primaries: Primaries): (i: number, into: Float64Array) => void {
  const value = (plane: number, i: number): number => {
    const found = planes[plane]![i]!;
    return found === found ? found : 0;
  };
  if (picture.kind === 'gray') {
    return (i, into) => {
      into[0] = into[1] = into[2] = value(0, i);
    };
  }
  if (picture.kind === 'rgb') {
    return (i, into) => {
      into[0] = value(0, i);
      into[1] = value(1, i);
      into[2] = value(2, i);
    };
  }
  // RY = (R − Y) / Y, BY = (B − Y) / Y, Y = wR R + wG G + wB B (Technical Introduction, "Luminance/Chroma Images").
  const [wr, wg, wb] = luminanceWeights(primaries);
  return (i, into) => {
    const y = value(0, i);
    const r = (value(1, i) + 1) * y;
    const b = (value(2, i) + 1) * y;
    into[0] = r;
    into[1] = (y - r * wr - b * wb) / wg;
    into[2] = b;
  };
}

function rangeOf(plane: Float32Array): { min: number; max: number } | null {
  let min = Infinity;
  let max = -Infinity;
  for (const value of plane) {
    // A renderer's "nothing here" depth is huge: it would press everything else into black.
    if (value < min) min = value;
    if (value > max && value < 1e8) max = value;
  }
  return max > min ? { min, max } : null;
}

const TONE: Record<ToneMap, (x: number) => number> = {
  none: (x) => x,
  reinhard: (x) => (x > 0 ? x / (1 + x) : 0),
  // K. Narkowicz's fit of the ACES film curve.
  filmic: (x) => (x > 0 ? (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14) : 0),
};

let encoded: Uint8Array | undefined;

/** sRGB's transfer function (IEC 61966-2-1) to 8 bits; by table, whose steps are finer than a twentieth of a code. */
function screen(linear: number): number {
  encoded ??= Uint8Array.from({ length: 65536 }, (_, i) => {
    const x = i / 65535;
    return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
  });
  return encoded[linear >= 1 ? 65535 : linear > 0 ? Math.round(linear * 65535) : 0]!;
}
