/** Which pieces of a layer are asked for, so that what is seen has the pixels that the screen can show, and no more. */
import type { Box, Level } from '../../shared/protocol.ts';
import { CLOSE, longestFor } from '../../shared/fit.ts';
import { boxInLevel, heightOf, levelMap, type View, visibleBox, widthOf } from './geometry.ts';

/** One request for pixels. Its key names it within a layer, channel and level. */
export interface PieceRequest {
  readonly key: string;
  /** In the level's pixels. */
  readonly region: Box;
  readonly maxSize: number;
  /** Pixels asked for per pixel of the level, at most 1. */
  readonly scale: number;
}

export interface PlanInput {
  readonly view: View;
  readonly level: Level;
  /** Data windows of level (0, 0) and of the level shown. */
  readonly baseWindow: Box;
  readonly levelWindow: Box;
  /** Most pixels of a piece that is the whole picture; beyond it comes in tiles. */
  readonly maxFullPixels: number;
  readonly maxTextureSize: number;
}

/** Tiles have this many pixels on a side, whatever their scale. */
export const TILE = 1024;

/** The pieces that cover what is seen, nearest to the middle first. Empty when nothing is seen. */
export function planPieces(input: PlanInput): PieceRequest[] {
  const { view, baseWindow, levelWindow, maxFullPixels, maxTextureSize } = input;
  const seen = visibleBox(view, baseWindow);
  if (!seen) return [];
  const map = levelMap(baseWindow, levelWindow);
  const [width, height] = [widthOf(levelWindow), heightOf(levelWindow)];
  const pixels = Math.max(view.zoom / map.scaleY, (view.zoom * view.aspect) / map.scaleX);
  const wanted = Math.min(1, pixels * CLOSE);
  const size = longestFor(levelWindow, pixels);
  const scale = size / Math.max(width, height);
  if (width * scale * height * scale <= maxFullPixels && size <= maxTextureSize) {
    return [{ key: `all/${size}`, region: levelWindow, maxSize: size, scale }];
  }
  const inLevel = boxInLevel(map, seen, levelWindow);
  return inLevel ? tiles(inLevel, levelWindow, wanted) : [];
}

/** A first look at the whole: never larger than the canvas or than `wanted` has it, and quick where it is smaller than the picture. */
export function planProxy({ view, levelWindow, maxTextureSize }: PlanInput, wanted: readonly PieceRequest[]): PieceRequest {
  const longest = Math.max(widthOf(levelWindow), heightOf(levelWindow));
  const whole = wanted.find(({ key }) => isWhole(key))?.maxSize ?? Infinity;
  const size = Math.max(1, Math.min(longest, maxTextureSize, whole, Math.max(view.width, view.height, 64)));
  return { key: `${size < longest ? 'quick' : 'all'}/${size}`, region: levelWindow, maxSize: size, scale: size / longest };
}

/** Whether a piece is of the whole picture. */
export function isWhole(key: string): boolean {
  return key.startsWith('all/') || isQuick(key);
}

/** Whether chunks may be left out of it. */
export function isQuick(key: string): boolean {
  return key.startsWith('quick/');
}

/** What a quick piece is when no chunk was left out. */
export function madeWhole(key: string): string {
  return key.replace('quick/', 'all/');
}

/** A grid of fixed tiles at a power of two's scale, so that panning asks only for what is new. */
function tiles(seen: Box, window: Box, wanted: number): PieceRequest[] {
  const shrink = 2 ** Math.max(0, Math.floor(-Math.log2(wanted)));
  const step = TILE * shrink;
  const [middleX, middleY] = [(seen.xMin + seen.xMax) / 2, (seen.yMin + seen.yMax) / 2];
  const found: (PieceRequest & { readonly distance: number })[] = [];
  for (let row = Math.floor((seen.yMin - window.yMin) / step); window.yMin + row * step <= seen.yMax; row++) {
    for (let column = Math.floor((seen.xMin - window.xMin) / step); window.xMin + column * step <= seen.xMax; column++) {
      const [xMin, yMin] = [window.xMin + column * step, window.yMin + row * step];
      const region = { xMin, yMin, xMax: Math.min(window.xMax, xMin + step - 1), yMax: Math.min(window.yMax, yMin + step - 1) };
      const distance = Math.hypot(xMin + step / 2 - middleX, yMin + step / 2 - middleY);
      const maxSize = Math.max(1, Math.round(Math.max(widthOf(region), heightOf(region)) / shrink));
      found.push({ key: `${shrink}/${column}/${row}`, region, maxSize, scale: 1 / shrink, distance });
    }
  }
  return found.sort((a, b) => a.distance - b.distance).map(({ distance: _, ...piece }) => piece);
}
