/** How a picture is looked at. Kept over reloads and tab switches, and shared by editors in step. Plain JSON. */
export interface ViewState {
  /** LayerInfo.id, null before the first. */
  readonly layer: string | null;
  /** One channel of the layer drawn alone, by its full name; null draws the layer's picture. */
  readonly channel: string | null;
  readonly level: { readonly x: number; readonly y: number };
  /** One component of the layer alone: R, G, B, A by place, or luminance. */
  readonly solo: 'none' | 'red' | 'green' | 'blue' | 'alpha' | 'luminance';
  /** Stops: values are multiplied by 2^exposure. */
  readonly exposure: number;
  /** Applied after the tone map, before sRGB: value^(1/gamma). 1 does nothing. */
  readonly gamma: number;
  readonly toneMap: 'none' | 'filmic' | 'reinhard';
  /** Spread values between black and white: off, by the range (linear), or of the logarithm. */
  readonly normalise: 'auto' | 'off' | 'linear' | 'log';
  /** Low and high ends of normalising; null takes the picture's own range. */
  readonly range: readonly [number, number] | null;
  readonly falseColour: boolean;
  readonly marks: { readonly nonfinite: boolean; readonly negative: boolean; readonly clipped: boolean; readonly missing: boolean };
  readonly windows: boolean;
  /** Screen pixels for one pixel of level (0, 0); `fit` follows the editor's size. */
  readonly zoom: number | 'fit';
  /** What pixel of level (0, 0) is in the middle; null is the middle of what `fit` shows. */
  readonly centre: readonly [number, number] | null;
  /** Which panel is open beside the picture. */
  readonly panel: 'header' | 'layers' | 'structure' | 'statistics' | 'none';
  readonly inspector: boolean;
}

export const DEFAULT_VIEW: ViewState = {
  layer: null, channel: null, level: { x: 0, y: 0 }, solo: 'none', exposure: 0, gamma: 1, toneMap: 'none', normalise: 'auto', range: null, falseColour: false,
  marks: { nonfinite: true, negative: false, clipped: false, missing: true }, windows: true, zoom: 'fit', centre: null, panel: 'header', inspector: true,
};

/** What editors in step share; the rest (panels) is each one's own. */
export const SHARED_KEYS = ['layer', 'channel', 'level', 'solo', 'exposure', 'gamma', 'toneMap', 'normalise', 'range', 'falseColour', 'zoom', 'centre'] as const satisfies readonly (keyof ViewState)[];

/** State that came from outside (a saved session, another editor), checked key by key: what does not fit is the default's. */
export function viewStateFrom(value: unknown, base: ViewState = DEFAULT_VIEW): ViewState {
  if (typeof value !== 'object' || value === null) return base;
  const given = value as Record<string, unknown>;
  const pick = <K extends keyof ViewState>(key: K, fits: (one: unknown) => boolean): ViewState[K] => (key in given && fits(given[key]) ? (given[key] as ViewState[K]) : base[key]);
  const number = (one: unknown): one is number => typeof one === 'number' && Number.isFinite(one);
  const pair = (one: unknown): boolean => Array.isArray(one) && one.length === 2 && one.every(number);
  const among = (...names: readonly string[]) => (one: unknown): boolean => typeof one === 'string' && names.includes(one);
  const marks = given['marks'];
  return {
    layer: pick('layer', (one) => one === null || typeof one === 'string'),
    channel: pick('channel', (one) => one === null || typeof one === 'string'),
    level: pick('level', (one) => typeof one === 'object' && one !== null && Number.isInteger((one as { x: unknown }).x) && Number.isInteger((one as { y: unknown }).y)),
    solo: pick('solo', among('none', 'red', 'green', 'blue', 'alpha', 'luminance')),
    exposure: pick('exposure', (one) => number(one) && Math.abs(one) <= 64),
    gamma: pick('gamma', (one) => number(one) && one > 0 && one <= 16),
    toneMap: pick('toneMap', among('none', 'filmic', 'reinhard')),
    normalise: pick('normalise', among('auto', 'off', 'linear', 'log')),
    range: pick('range', (one) => one === null || pair(one)),
    falseColour: pick('falseColour', (one) => typeof one === 'boolean'),
    marks: typeof marks === 'object' && marks !== null ? { ...base.marks, ...Object.fromEntries(Object.entries(marks).filter(([key, one]) => key in base.marks && typeof one === 'boolean')) } : base.marks,
    windows: pick('windows', (one) => typeof one === 'boolean'),
    zoom: pick('zoom', (one) => one === 'fit' || (number(one) && one > 0 && one <= 1024)),
    centre: pick('centre', (one) => one === null || pair(one)),
    panel: pick('panel', among('header', 'layers', 'structure', 'statistics', 'none')),
    inspector: pick('inspector', (one) => typeof one === 'boolean'),
  };
}
