/** How a picture fits a canvas, and how many of its pixels that takes: the view draws by it, and the host reads by it before the view can ask. */
import type { Box, PartInfo } from './protocol.ts';

/** The part of the page that the picture has. */
export interface Canvas {
  /** In device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels of one of the page's. */
  readonly ratio: number;
}

/** An editor beside VS Code's side bar, with a panel open: until one has told. */
export const USUAL_CANVAS: Canvas = { width: 740, height: 710, ratio: 1 };

/** A canvas that came from outside, within what screens have. */
export function canvasFrom({ width, height, ratio }: Canvas): Canvas {
  const within = (value: number, most: number, otherwise: number): number => (value >= 1 && value <= most ? value : otherwise);
  return { width: Math.round(within(width, 16_384, USUAL_CANVAS.width)), height: Math.round(within(height, 16_384, USUAL_CANVAS.height)), ratio: within(ratio, 8, 1) };
}

export const MIN_ZOOM = 1 / 256;
export const MAX_ZOOM = 256;
/** Left free around a picture that fits, in pixels of the page. */
const MARGIN = 12;

/** An aspect ratio that can be drawn: what is absurd is 1, as in core's previews. */
export function usableAspect(ratio: number): number {
  return ratio > 0.01 && ratio < 100 ? ratio : 1;
}

export function isEmpty({ xMin, yMin, xMax, yMax }: Box): boolean {
  return xMax < xMin || yMax < yMin;
}

export function widthOf({ xMin, xMax }: Box): number {
  return xMax - xMin + 1;
}

export function heightOf({ yMin, yMax }: Box): number {
  return yMax - yMin + 1;
}

export function intersection(a: Box, b: Box): Box | null {
  const box = { xMin: Math.max(a.xMin, b.xMin), yMin: Math.max(a.yMin, b.yMin), xMax: Math.min(a.xMax, b.xMax), yMax: Math.min(a.yMax, b.yMax) };
  return isEmpty(box) ? null : box;
}

export function around(a: Box, b: Box): Box {
  return { xMin: Math.min(a.xMin, b.xMin), yMin: Math.min(a.yMin, b.yMin), xMax: Math.max(a.xMax, b.xMax), yMax: Math.max(a.yMax, b.yMax) };
}

/** What `fit` shows: both windows where they meet, so that overscan is seen too; else the data window. */
export function wholeBox({ dataWindow, displayWindow }: Pick<PartInfo, 'dataWindow' | 'displayWindow'>): Box {
  return isEmpty(displayWindow) || !intersection(dataWindow, displayWindow) ? dataWindow : around(dataWindow, displayWindow);
}

/** The zoom at which `box` fills the canvas but for `margin`; small pictures grow in whole steps, so that their pixels stay square. */
export function fitZoom(box: Box, aspect: number, width: number, height: number, margin = 0): number {
  const [across, down] = [Math.max(1, width - 2 * margin), Math.max(1, height - 2 * margin)];
  const zoom = Math.min(across / (widthOf(box) * aspect), down / heightOf(box));
  return clampZoom(zoom > 2 ? Math.floor(zoom) : zoom);
}

export function clampZoom(zoom: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
}

/** The zoom of a part that fits the canvas. */
export function fitOf(part: Pick<PartInfo, 'dataWindow' | 'displayWindow' | 'pixelAspectRatio'>, { width, height, ratio }: Canvas): number {
  return fitZoom(wholeBox(part), usableAspect(part.pixelAspectRatio), width, height, MARGIN * ratio);
}

/** A whole picture that was shrunk further than this against what is wanted is not worth asking for again. */
export const CLOSE = 1.02;

/** The longest side to ask for of a window that is drawn with `scale` device pixels to one of its own, the larger of across and down; never more than it has. */
export function longestFor(window: Box, scale: number): number {
  const longest = Math.max(widthOf(window), heightOf(window));
  return scale * CLOSE >= 1 ? longest : Math.max(1, Math.min(longest, Math.round(longest * scale)));
}
