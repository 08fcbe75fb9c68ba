/** Which pixels become which pixels of the picture, and from which level they are read. */
import { levelGrid, type LevelGrid, type PartGeometry } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import type { Box2i, PartHeader } from '../header/index.ts';
import type { Limits } from '../limits.ts';
import type { Axis } from './axis.ts';

export interface FrameOptions {
  /**
   * Most pixels on the picture's longer side, or across and down. Default: as many as the file has, or as the limits have room for; a picture is
   * never enlarged.
   */
  readonly size?: number | { readonly width: number; readonly height: number };
  /** What of pixel space is shown. Default: the display window where the data window meets it, else the data window. */
  readonly window?: 'display' | 'data' | Box2i;
  /** A level to read, in its own pixels. Default: the smallest that still has as many pixels as the picture. */
  readonly level?: { readonly x: number; readonly y: number };
  /**
   * Decode every chunk of the full level even where the picture has far fewer pixels. Default false: the level that is large enough, and where
   * chunks are short (one line) about four of them for each line of the picture.
   */
  readonly every?: boolean;
  /** Stretch the width by the pixel aspect ratio. Default true. */
  readonly aspect?: boolean;
}

export interface Frame {
  readonly level: LevelGrid;
  /** Their origin is the corner of the shown area in level coordinates; it may be fractional below level (0,0). */
  readonly across: Axis;
  readonly down: Axis;
  /** The level's pixels that the picture needs. */
  readonly region: Box2i;
}

/** Throws INVALID_ARGUMENT for a level or window that is not there, LIMIT_EXCEEDED (previewPixels) for a picture too large. */
export function frameOf(part: PartHeader, geometry: PartGeometry, options: FrameOptions, limits: Limits): Frame {
  const grid = levelGrid(geometry, limits);
  const shown = shownBox(part, options.window);
  const full = { width: shown.xMax - shown.xMin + 1, height: shown.yMax - shown.yMin + 1 };
  const stretch = stretchOf(part, options.aspect);
  const wanted = fit(full.width * stretch, full.height, options.size);
  const asked = options.level ?? (options.every ? { x: 0, y: 0 } : null);
  const level = asked ? grid.level(asked.x, asked.y) : smallestFor(grid.levels, part, wanted.scale * stretch, wanted.scale);
  if (!level) {
    const { x, y } = options.level!;
    throw new ExrError('INVALID_ARGUMENT', `part ${part.index} has no level ${x},${y}; it has ${grid.levels.length} (0,0 is the full one)`, { part: part.index });
  }
  const base = grid.levels[0]!;
  // A level covers the data window with fewer pixels.
  const shrinkX = level.width / base.width;
  const shrinkY = level.height / base.height;
  const { xMin, yMin } = part.dataWindow;
  const x0 = xMin + (shown.xMin - xMin) * shrinkX;
  const y0 = yMin + (shown.yMin - yMin) * shrinkY;
  const [levelWidth, levelHeight] = [full.width * shrinkX, full.height * shrinkY];
  const { width, height } = options.level ? fit(levelWidth * stretch, levelHeight, options.size) : wanted;
  const { previewPixels } = limits;
  if (width * height > previewPixels) {
    const message = `part ${part.index}: a picture of ${width} × ${height} pixels is more than the limit of ${previewPixels}: ask for a smaller size`;
    throw new ExrError('LIMIT_EXCEEDED', message, { part: part.index, limit: 'previewPixels', limitValue: previewPixels, requested: width * height });
  }
  const region = {
    xMin: Math.max(level.window.xMin, Math.floor(x0)), yMin: Math.max(level.window.yMin, Math.floor(y0)),
    xMax: Math.min(level.window.xMax, Math.ceil(x0 + levelWidth) - 1), yMax: Math.min(level.window.yMax, Math.ceil(y0 + levelHeight) - 1),
  };
  const across = { origin: x0, scale: width / levelWidth, size: width };
  const down = { origin: y0, scale: height / levelHeight, size: height };
  return { level, across, down, region };
}

/** The picture's size where none is asked for; null for a level that is not there. */
export function fullSize(part: PartHeader, geometry: PartGeometry, { level: asked, window, aspect }: FrameOptions, limits: Limits): { width: number; height: number } | null {
  const shown = shownBox(part, window);
  const grid = levelGrid(geometry, limits);
  const level = asked ? grid.level(asked.x, asked.y) : grid.levels[0];
  if (!level) return null;
  const base = grid.levels[0]!;
  const stretch = stretchOf(part, aspect);
  const { width, height } = fit(((shown.xMax - shown.xMin + 1) * stretch * level.width) / base.width, ((shown.yMax - shown.yMin + 1) * level.height) / base.height, undefined);
  return { width, height };
}

function stretchOf({ pixelAspectRatio: par }: PartHeader, aspect: boolean | undefined): number {
  return aspect !== false && par > 0.01 && par < 100 ? par : 1;
}

function shownBox(part: PartHeader, window: FrameOptions['window']): Box2i {
  if (typeof window === 'object') {
    if (window.xMax >= window.xMin && window.yMax >= window.yMin) return window;
    const { xMin, yMin, xMax, yMax } = window;
    throw new ExrError('INVALID_ARGUMENT', `the window (${xMin}, ${yMin}) to (${xMax}, ${yMax}) is empty: its max lies before its min`);
  }
  const { dataWindow: data, displayWindow: display } = part;
  const meet = display.xMax >= display.xMin && display.yMax >= display.yMin
    && data.xMin <= display.xMax && data.xMax >= display.xMin && data.yMin <= display.yMax && data.yMax >= display.yMin;
  return window !== 'data' && meet ? display : data;
}

function fit(width: number, height: number, size: FrameOptions['size']): { width: number; height: number; scale: number } {
  const room = typeof size === 'number' ? { width: size, height: size } : size;
  const scale = room ? Math.min(1, room.width / width, room.height / height) : 1;
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)), scale };
}

/**
 * Mipmaps: the smallest level that does not have to be enlarged. Ripmaps: likewise, each axis for itself. `needX` and `needY`: picture pixels
 * per pixel of the part.
 */
function smallestFor(levels: readonly LevelGrid[], part: PartHeader, needX: number, needY: number): LevelGrid {
  let best = levels[0]!;
  if (part.tiles === null || part.tiles.levelMode === 'one_level') return best;
  // By what the level stands for, not by its size, which is rounded.
  for (const level of levels) {
    if (2 ** -level.x >= needX && 2 ** -level.y >= needY && level.width * level.height < best.width * best.height) best = level;
  }
  return best;
}
