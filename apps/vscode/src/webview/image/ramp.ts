/** The false colours: 256 steps from dark blue over green and yellow to white, each lighter than the one before, so that they are told apart in grey too. */

/** OKLCh: lightness, chroma, hue in degrees. */
const STOPS: readonly (readonly [at: number, lightness: number, chroma: number, hue: number])[] = [
  [0, 0.16, 0.06, 285], [0.18, 0.34, 0.16, 275], [0.36, 0.5, 0.12, 225], [0.52, 0.64, 0.14, 160], [0.68, 0.78, 0.17, 115], [0.82, 0.84, 0.16, 85], [0.92, 0.9, 0.09, 65], [1, 0.99, 0.01, 60],
];

/** sRGB, 0 to 255. `t` runs from 0 to 1. */
export function rampColour(t: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, t));
  const next = Math.max(1, STOPS.findIndex(([stop]) => stop >= at));
  const [from, to] = [STOPS[next - 1]!, STOPS[next]!];
  const share = (at - from[0]) / (to[0] - from[0]);
  const mix = (i: 1 | 2 | 3): number => from[i] + (to[i] - from[i]) * share;
  const [lightness, chroma, hue] = [mix(1), mix(2), (mix(3) * Math.PI) / 180];
  return fromOklab(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
}

/** B. Ottosson, "A perceptual color space for image processing", 2020: OKLab to linear sRGB, then sRGB's transfer. */
function fromOklab(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const encode = (x: number): number => Math.round(255 * Math.min(1, Math.max(0, x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055)));
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s), encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** 256 RGBA colours, for a texture. */
export function rampPixels(): Uint8Array {
  const pixels = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) pixels.set([...rampColour(i / 255), 255], i * 4);
  return pixels;
}

/** A CSS gradient of it, left to right. */
export function rampGradient(): string {
  return `linear-gradient(to right, ${Array.from({ length: 33 }, (_, i) => `rgb(${rampColour(i / 32).join(' ')})`).join(', ')})`;
}

/** Middle grey is in the middle of the stops that light is spread over. */
export const MIDDLE_GREY = 0.18;
export const STOPS_BELOW = 8;
export const STOPS_ABOVE = 6;
