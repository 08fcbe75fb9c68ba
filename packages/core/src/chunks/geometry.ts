/** Which chunk holds which pixels. Everything is computed in doubles: windows may reach both ends of int32, and 2^32 fits exactly. */
import { ExrError } from '../errors.ts';
import type { Box2i, Compression } from '../header/types.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { partLevels, type Level, type LevelIndex, type PartGeometry } from './levels.ts';

interface ChunkPlace {
  /** Index in the part's offset table. */
  readonly index: number;
  readonly part: number;
  /** The pixels it holds, inclusive, in the coordinates of its level (which begin at the data window's corner). Cropped to the level. */
  readonly box: Box2i;
  readonly deep: boolean;
  /** Pixels of a chunk of this level that is not cropped. */
  readonly wholePixels: number;
}

/** Lines y … of a scan line part; `y` is absolute, in pixel space. */
export interface ScanLineBlock extends ChunkPlace {
  readonly kind: 'scanline';
  readonly y: number;
  readonly levelX: 0;
  readonly levelY: 0;
}

/** A tile: column and row within its level. */
export interface Tile extends ChunkPlace {
  readonly kind: 'tile';
  readonly tileX: number;
  readonly tileY: number;
  readonly levelX: number;
  readonly levelY: number;
}

/** A unit of stored pixels of either kind, flat or deep. */
export type ChunkInfo = ScanLineBlock | Tile;

/** The chunks of one level: `columns` × `rows` of them, numbered row by row from `firstChunk`. Scan line parts have one column. */
export interface LevelGrid extends Level {
  readonly columns: number;
  readonly rows: number;
  /** Pixels across and down of a chunk that is not cropped. */
  readonly chunkWidth: number;
  readonly chunkHeight: number;
  readonly firstChunk: number;
  readonly count: number;
}

/** All chunks of one part, by the number they have in its offset table. */
export interface ChunkGrid {
  readonly part: PartGeometry;
  readonly count: number;
  readonly levels: readonly LevelGrid[];
  /** Undefined when the part has no such level. */
  level(x: number, y: number): LevelGrid | undefined;
  /** The chunk with this number, 0 ≤ index < count (INVALID_ARGUMENT otherwise). */
  chunk(index: number): ChunkInfo;
  /** The number of the chunk that a leader speaks of; -1 when there is no such chunk. */
  indexOfLine(y: number): number;
  indexOfTile(tileX: number, tileY: number, levelX: number, levelY: number): number;
  /** Numbers of the chunks of a level that touch `region` (in level coordinates; the whole level when absent), rising. */
  chunksIn(level: LevelIndex, region?: Box2i): Generator<number>;
}

/** Scan lines in one chunk of a scan line part (OpenEXR File Layout, "Scan Line Blocks"); codecs say the same of themselves. */
export const LINES_PER_CHUNK: Readonly<Record<Compression, number>> = {
  none: 1, rle: 1, zips: 1, zip: 16, piz: 32, pxr24: 16, b44: 32, b44a: 32, dwaa: 32, dwab: 256, htj2k256: 256, htj2k32: 32, lj2k: 256, zstd: 1,
};

/**
 * The chunks of a part. Costs time in the number of levels, not of chunks. Throws BAD_ATTRIBUTE (impossible window or tile size),
 * MISSING_ATTRIBUTE (a tiled part without `tiles`), UNSUPPORTED_COMPRESSION (nobody knows how many lines a block has) and LIMIT_EXCEEDED.
 */
export function chunkGrid(part: PartGeometry, limits: Limits = DEFAULT_LIMITS): ChunkGrid {
  const known = grids.get(part);
  if (known && known.limits === limits) return known.grid;
  const grid = makeGrid(part, limits);
  grids.set(part, { limits, grid });
  return grid;
}

/** Reading, judging and reporting ask for the same grid; there may be many parts. */
const grids = new WeakMap<PartGeometry, { readonly limits: Limits; readonly grid: ChunkGrid }>();

function makeGrid(part: PartGeometry, limits: Limits): ChunkGrid {
  const [across, down] = chunkSize(part);
  const levels: LevelGrid[] = [];
  let count = 0;
  for (const level of partLevels(part)) {
    const columns = Math.ceil(level.width / (part.isTiled ? across : level.width));
    const rows = Math.ceil(level.height / down);
    levels.push({ ...level, columns, rows, chunkWidth: part.isTiled ? across : level.width, chunkHeight: down, firstChunk: count, count: columns * rows });
    count += columns * rows;
  }
  checkLimit(part, 'chunks', count, limits.chunks);
  if (part.isTiled) checkLimit(part, 'tiles', count, limits.tiles);
  return new Grid(part, levels, count);
}

/**
 * As chunkGrid, for who asks for levels and their windows and not for chunks: of a compression that nobody knows it says one chunk where the lines in
 * a chunk have not been looked for.
 */
export function levelGrid(part: PartGeometry, limits: Limits = DEFAULT_LIMITS): ChunkGrid {
  const unknown = typeof part.compression === 'number' && part.linesPerChunk === undefined;
  return chunkGrid(unknown ? { ...part, linesPerChunk: Math.max(1, part.dataWindow.yMax - part.dataWindow.yMin + 1) } : part, limits);
}

/** The grid of a part whose chunks cannot be told. */
export function emptyGrid(part: PartGeometry): ChunkGrid {
  return new Grid(part, [], 0);
}

class Grid implements ChunkGrid {
  constructor(readonly part: PartGeometry, readonly levels: readonly LevelGrid[], readonly count: number) {}

  level(x: number, y: number): LevelGrid | undefined {
    return this.levels.find((each) => each.x === x && each.y === y);
  }

  chunk(index: number): ChunkInfo {
    if (!(Number.isInteger(index) && index >= 0 && index < this.count)) {
      throw new ExrError('INVALID_ARGUMENT', `part ${this.part.index}: chunk ${index}, expected 0 to ${this.count - 1}`, { part: this.part.index });
    }
    const level = levelHolding(this.levels, index);
    const inLevel = index - level.firstChunk;
    const tileX = inLevel % level.columns;
    const tileY = Math.floor(inLevel / level.columns);
    const { window, chunkWidth, chunkHeight } = level;
    const xMin = window.xMin + tileX * chunkWidth;
    const yMin = window.yMin + tileY * chunkHeight;
    const box = { xMin, yMin, xMax: Math.min(xMin + chunkWidth - 1, window.xMax), yMax: Math.min(yMin + chunkHeight - 1, window.yMax) };
    const place = { index, part: this.part.index, box, deep: this.part.isDeep, wholePixels: chunkWidth * chunkHeight };
    if (!this.part.isTiled) return { kind: 'scanline', ...place, y: yMin, levelX: 0, levelY: 0 };
    return { kind: 'tile', ...place, tileX, tileY, levelX: level.x, levelY: level.y };
  }

  indexOfLine(y: number): number {
    const level = this.levels[0];
    if (!level || this.part.isTiled) return -1;
    const row = (y - level.window.yMin) / level.chunkHeight;
    return inside(row, level.rows) ? row : -1;
  }

  indexOfTile(tileX: number, tileY: number, levelX: number, levelY: number): number {
    const level = this.part.isTiled ? this.level(levelX, levelY) : undefined;
    if (!level || !inside(tileX, level.columns) || !inside(tileY, level.rows)) return -1;
    return level.firstChunk + tileY * level.columns + tileX;
  }

  *chunksIn(index: LevelIndex, region?: Box2i): Generator<number> {
    const level = this.level(index.x, index.y);
    if (!level) throw noLevel(this, index);
    const { window, chunkWidth, chunkHeight, columns, firstChunk } = level;
    const box = region ? intersect(window, region) : window;
    if (!box) return;
    const left = Math.floor((box.xMin - window.xMin) / chunkWidth);
    const right = Math.floor((box.xMax - window.xMin) / chunkWidth);
    const top = Math.floor((box.yMin - window.yMin) / chunkHeight);
    const bottom = Math.floor((box.yMax - window.yMin) / chunkHeight);
    for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) yield firstChunk + y * columns + x;
  }
}

function inside(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}

function noLevel(grid: ChunkGrid, level: LevelIndex): ExrError {
  const last = grid.levels.at(-1) ?? { x: 0, y: 0 };
  return new ExrError('INVALID_ARGUMENT', `part ${grid.part.index}: level ${level.x},${level.y}, expected one of ${grid.levels.length} up to ${last.x},${last.y}`, {
    part: grid.part.index,
  });
}

/** Pixels across (tiles) and down of a whole chunk. */
function chunkSize(part: PartGeometry): [across: number, down: number] {
  if (!part.isTiled) {
    const lines = typeof part.compression === 'string' ? LINES_PER_CHUNK[part.compression] : part.linesPerChunk;
    if (lines === undefined) {
      throw new ExrError('UNSUPPORTED_COMPRESSION', `part ${part.index}: unknown compression ${part.compression}, and nothing tells how many lines its chunks have`, { part: part.index, attribute: 'compression' });
    }
    return [1, lines];
  }
  if (!part.tiles) throw new ExrError('MISSING_ATTRIBUTE', `part ${part.index}: a tiled part has no tiles attribute`, { part: part.index, attribute: 'tiles' });
  const { xSize, ySize } = part.tiles;
  if (!(xSize >= 1 && ySize >= 1)) {
    throw new ExrError('BAD_ATTRIBUTE', `part ${part.index}: tiles are ${xSize} × ${ySize} pixels, expected at least 1 × 1`, { part: part.index, attribute: 'tiles' });
  }
  return [xSize, ySize];
}

function checkLimit(part: PartGeometry, limit: 'chunks' | 'tiles', requested: number, limitValue: number): void {
  if (requested <= limitValue) return;
  throw new ExrError('LIMIT_EXCEEDED', `part ${part.index}: ${requested} ${limit}, the limit ${limit} is ${limitValue}`, { part: part.index, limit, limitValue, requested });
}

function levelHolding(levels: readonly LevelGrid[], index: number): LevelGrid {
  let low = 0;
  let high = levels.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (levels[middle]!.firstChunk <= index) low = middle;
    else high = middle - 1;
  }
  return levels[low]!;
}

/** The pixels that two boxes share, null when there are none. */
export function intersect(a: Box2i, b: Box2i): Box2i | null {
  const box = { xMin: Math.max(a.xMin, b.xMin), yMin: Math.max(a.yMin, b.yMin), xMax: Math.min(a.xMax, b.xMax), yMax: Math.min(a.yMax, b.yMax) };
  return box.xMax >= box.xMin && box.yMax >= box.yMin ? box : null;
}
