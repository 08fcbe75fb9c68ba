/**
 * Where pixels are on the screen. Image coordinates are the file's: pixel (x, y) of level (0, 0) covers [x, x + 1) × [y, y + 1). Screen
 * coordinates are device pixels from the canvas's top left. Zoom 1 shows a pixel of the file as one device pixel.
 */
import { type Canvas, clampZoom, fitOf, heightOf, intersection, isEmpty, MAX_ZOOM, MIN_ZOOM, usableAspect, wholeBox, widthOf } from '../../shared/fit.ts';
import type { Box, PartInfo } from '../../shared/protocol.ts';
import type { ViewState } from '../../shared/view-state.ts';

export { around, clampZoom, fitZoom, heightOf, intersection, isEmpty, MAX_ZOOM, MIN_ZOOM, usableAspect, wholeBox, widthOf } from '../../shared/fit.ts';

export interface View {
  /** Of the canvas, in device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels for one pixel down; across it is zoom × aspect. */
  readonly zoom: number;
  readonly aspect: number;
  /** Which image coordinates are in the middle. */
  readonly centre: readonly [number, number];
}

/** screen = origin + image × scale. The origin is a whole number, so that edges are sharp at whole zooms. */
export interface Transform {
  readonly originX: number;
  readonly originY: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** What + and − step through: whole numbers and their like below 1. */
const STEPS = [1 / 256, 1 / 128, 1 / 64, 1 / 48, 1 / 32, 1 / 24, 1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

/** The canvas and where a part's picture lies on it; `fit` is resolved. */
export function viewOf(part: PartInfo, state: Pick<ViewState, 'zoom' | 'centre'>, canvas: Canvas): View {
  const { width, height } = canvas;
  const fit = state.zoom === 'fit';
  return {
    width, height, aspect: usableAspect(part.pixelAspectRatio), zoom: state.zoom === 'fit' ? fitOf(part, canvas) : clampZoom(state.zoom),
    centre: fit || !state.centre ? middleOf(wholeBox(part)) : state.centre,
  };
}

export function transformOf({ width, height, zoom, aspect, centre: [x, y] }: View): Transform {
  const scaleX = zoom * aspect;
  return { scaleX, scaleY: zoom, originX: Math.round(width / 2 - x * scaleX), originY: Math.round(height / 2 - y * zoom) };
}

export function toScreen({ originX, originY, scaleX, scaleY }: Transform, x: number, y: number): [number, number] {
  return [originX + x * scaleX, originY + y * scaleY];
}

export function toImage({ originX, originY, scaleX, scaleY }: Transform, x: number, y: number): [number, number] {
  return [(x - originX) / scaleX, (y - originY) / scaleY];
}

/** The pixel under a point of the screen. */
export function pixelAt(transform: Transform, x: number, y: number): { x: number; y: number } {
  const [u, v] = toImage(transform, x, y);
  return { x: Math.floor(u), y: Math.floor(v) };
}

export function contains(box: Box, x: number, y: number): boolean {
  return x >= box.xMin && x <= box.xMax && y >= box.yMin && y <= box.yMax;
}

/** What an export shows: the display window where the data window meets it, else the data window, as `exr preview` does. */
export function shownBox({ dataWindow, displayWindow }: Pick<PartInfo, 'dataWindow' | 'displayWindow'>): Box {
  return !isEmpty(displayWindow) && intersection(dataWindow, displayWindow) ? displayWindow : dataWindow;
}

export function middleOf({ xMin, yMin, xMax, yMax }: Box): [number, number] {
  return [(xMin + xMax + 1) / 2, (yMin + yMax + 1) / 2];
}

/** The next step up or down from any zoom. */
export function stepZoom(zoom: number, direction: 1 | -1): number {
  const found = direction > 0 ? STEPS.find((step) => step > zoom * 1.001) : STEPS.findLast((step) => step < zoom * 0.999);
  return found ?? (direction > 0 ? MAX_ZOOM : MIN_ZOOM);
}

/** Zooms so that the image stays under the point (x, y) of the screen: the new centre. */
export function zoomAround(view: View, zoom: number, x: number, y: number): { zoom: number; centre: [number, number] } {
  const next = clampZoom(zoom);
  const [u, v] = toImage(transformOf(view), x, y);
  return { zoom: next, centre: [u - (x - view.width / 2) / (next * view.aspect), v - (y - view.height / 2) / next] };
}

/** The centre after dragging by (dx, dy) device pixels; something of `box` stays in sight. */
export function panned({ zoom, aspect, centre: [x, y], width, height }: View, dx: number, dy: number, box: Box): [number, number] {
  return keepInSight([x - dx / (zoom * aspect), y - dy / zoom], box, (width / 2 / (zoom * aspect)) * 0.9, (height / 2 / zoom) * 0.9);
}

function keepInSight([x, y]: [number, number], box: Box, reachX: number, reachY: number): [number, number] {
  const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  return [clamp(x, box.xMin - reachX, box.xMax + 1 + reachX), clamp(y, box.yMin - reachY, box.yMax + 1 + reachY)];
}

/** The pixels of level (0, 0) that can be seen of `window`, null when none. */
export function visibleBox(view: View, window: Box): Box | null {
  const transform = transformOf(view);
  const [left, top] = toImage(transform, 0, 0);
  const [right, bottom] = toImage(transform, view.width, view.height);
  return intersection(window, { xMin: Math.floor(left), yMin: Math.floor(top), xMax: Math.ceil(right) - 1, yMax: Math.ceil(bottom) - 1 });
}

/** How coordinates of level (0, 0) become those of another level, which covers the same window with fewer pixels: level = offset + image × scale. */
export interface LevelMap {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

export function levelMap(base: Box, level: Box): LevelMap {
  const scaleX = widthOf(level) / widthOf(base);
  const scaleY = heightOf(level) / heightOf(base);
  return { scaleX, scaleY, offsetX: level.xMin - base.xMin * scaleX, offsetY: level.yMin - base.yMin * scaleY };
}

/** Pixels of a level that a box of level (0, 0) touches. */
export function boxInLevel({ offsetX, offsetY, scaleX, scaleY }: LevelMap, box: Box, window: Box): Box | null {
  return intersection(window, {
    xMin: Math.floor(offsetX + box.xMin * scaleX), yMin: Math.floor(offsetY + box.yMin * scaleY),
    xMax: Math.ceil(offsetX + (box.xMax + 1) * scaleX) - 1, yMax: Math.ceil(offsetY + (box.yMax + 1) * scaleY) - 1,
  });
}
