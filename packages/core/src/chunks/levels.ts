/** Resolution levels of a part and their sizes (OpenEXR File Layout, "Tiles"; Technical Introduction, "Levels"). */
import { ExrError } from '../errors.ts';
import type { Box2i, PartHeader, RoundingMode } from '../header/types.ts';

/** What of a part's header says where its pixels are; plain data, so that it can be sent to a worker. */
export type PartGeometry = Pick<PartHeader, 'index' | 'isTiled' | 'isDeep' | 'dataWindow' | 'compression' | 'channels' | 'tiles'> & {
  /** Scan lines in a chunk where the compression, which nobody knows, does not tell: found in the file (unknown-codec.ts). */
  readonly linesPerChunk?: number;
};

/** Just those fields of a header. */
export function partGeometry({ index, isTiled, isDeep, dataWindow, compression, channels, tiles, linesPerChunk }: PartGeometry): PartGeometry {
  return { index, isTiled, isDeep, dataWindow, compression, channels, tiles, ...(linesPerChunk !== undefined && { linesPerChunk }) };
}

/** Which level: (0, 0) is full resolution; x halves the width, y the height. In a mipmap x = y. */
export interface LevelIndex {
  readonly x: number;
  readonly y: number;
}

/** One level's size and place. Its window begins where the part's data window does: (xMin, yMin) is the same on every level. */
export interface Level extends LevelIndex {
  /** Pixels; at least 1. */
  readonly width: number;
  readonly height: number;
  readonly window: Box2i;
}

/** Levels along one axis of `size` pixels, the full one included: log2(size) rounded as the mode says, + 1. */
export function levelCount(size: number, rounding: RoundingMode): number {
  let count = 1;
  // Halving by comparison: Math.log2 need not be exact near powers of two.
  for (let reach = 1; rounding === 'round_down' ? reach * 2 <= size : reach < size; reach *= 2) count++;
  return count;
}

/** Pixels along one axis of level `level`; never less than 1. */
export function levelSize(size: number, level: number, rounding: RoundingMode): number {
  const scaled = size / 2 ** level;
  return Math.max(1, rounding === 'round_down' ? Math.floor(scaled) : Math.ceil(scaled));
}

/** Width and height of a window, checked: BAD_ATTRIBUTE when max lies before min. Up to 2^32 each. */
export function windowSize(part: PartGeometry): { width: number; height: number } {
  const { xMin, yMin, xMax, yMax } = part.dataWindow;
  if (!(xMax >= xMin && yMax >= yMin)) {
    throw new ExrError('BAD_ATTRIBUTE', `part ${part.index}: dataWindow is (${xMin}, ${yMin}) to (${xMax}, ${yMax}), expected max not before min`, {
      part: part.index,
      attribute: 'dataWindow',
    });
  }
  return { width: xMax - xMin + 1, height: yMax - yMin + 1 };
}

/**
 * Every level of a part in the order in which the offset table holds them: a mipmap from large to small; a ripmap row by row of levels, x
 * fastest. A scan line part, or one whose `tiles` say ONE_LEVEL, has one.
 */
export function partLevels(part: PartGeometry): readonly Level[] {
  const { width, height } = windowSize(part);
  const tiles = part.isTiled ? part.tiles : null;
  const at = (x: number, y: number): Level => {
    const rounding = tiles?.roundingMode ?? 'round_down';
    const w = levelSize(width, x, rounding);
    const h = levelSize(height, y, rounding);
    const { xMin, yMin } = part.dataWindow;
    return { x, y, width: w, height: h, window: { xMin, yMin, xMax: xMin + w - 1, yMax: yMin + h - 1 } };
  };
  if (tiles?.levelMode === 'mipmap_levels') {
    return Array.from({ length: levelCount(Math.max(width, height), tiles.roundingMode) }, (_, level) => at(level, level));
  }
  if (tiles?.levelMode === 'ripmap_levels') {
    const across = levelCount(width, tiles.roundingMode);
    const down = levelCount(height, tiles.roundingMode);
    return Array.from({ length: across * down }, (_, i) => at(i % across, Math.floor(i / across)));
  }
  return [at(0, 0)];
}
