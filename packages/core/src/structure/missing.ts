/** Which lines and tiles a set of chunks stands for. */
import type { ChunkGrid, LevelGrid } from '../chunks/index.ts';
import type { ReportMissingLines, ReportMissingTiles } from '../report/index.ts';

export interface Missing {
  /** Scan line parts: inclusive ranges, adjacent ones joined, rising. */
  readonly lines: readonly ReportMissingLines[];
  /** Tiled parts: rectangles of tile coordinates, level by level; together they cover each missing tile exactly once. */
  readonly tiles: readonly ReportMissingTiles[];
}

/** The missing chunks of a part as lines or tiles; `missing` is asked for every chunk. */
export function missingOf(grid: ChunkGrid, missing: (chunk: number) => boolean): Missing {
  if (grid.part.isTiled) return { lines: [], tiles: grid.levels.flatMap((level) => tilesOf(level, missing)) };
  const lines: { y_min: number; y_max: number }[] = [];
  for (let chunk = 0; chunk < grid.count; chunk++) {
    if (!missing(chunk)) continue;
    const first = chunk;
    while (chunk + 1 < grid.count && missing(chunk + 1)) chunk++;
    lines.push({ y_min: grid.chunk(first).box.yMin, y_max: grid.chunk(chunk).box.yMax });
  }
  return { lines, tiles: [] };
}

/**
 * Levels that a writer promised and never wrote: level 0 is whole, and every other level is there as a whole or not at all. Holes in level 0 are an
 * unfinished render instead. OpenEXR's Python module 3.5.3 writes level 0 of a mipmap or ripmap and nothing else.
 */
export function unwrittenLevels(grid: ChunkGrid, marks: Uint8Array): readonly LevelGrid[] {
  if (grid.levels.length < 2) return [];
  const unwritten: LevelGrid[] = [];
  for (const [i, level] of grid.levels.entries()) {
    const of = marks.subarray(level.firstChunk, level.firstChunk + level.count);
    if (of.every((mark) => mark === 0)) {
      if (i === 0) return [];
      unwritten.push(level);
    } else if (of.includes(0)) return [];
  }
  return unwritten;
}

/** `levels 1 to 4`, `level 3`; a ripmap's by both numbers: `24 levels from 1,0 to 4,4`. */
export function levelsText(levels: readonly (readonly [number, number])[]): string {
  const isMipmap = levels.every(([x, y]) => x === y);
  const names = levels.map(([x, y]) => (isMipmap ? `${x}` : `${x},${y}`));
  const [first, last] = [names[0]!, names.at(-1)!];
  if (names.length === 1) return `level ${first}`;
  const runs = isMipmap && levels.every(([x], i) => x === levels[0]![0] + i);
  if (runs) return `levels ${first} to ${last}`;
  return names.length <= 8 ? `levels ${names.slice(0, -1).join(', ')} and ${last}` : `${names.length} levels from ${first} to ${last}`;
}

/** Runs of each row of tiles, grown downwards while the rows below have the same run. */
function tilesOf(level: LevelGrid, missing: (chunk: number) => boolean): ReportMissingTiles[] {
  const done: ReportMissingTiles[] = [];
  let open = new Map<string, { x_min: number; x_max: number; y_min: number; y_max: number }>();
  // The rows after the last chunk that is there need not be looked at one by one: a header may claim millions of them.
  const end = Math.min(level.rows, lastPresentRow(level, missing) + 2);
  for (let row = 0; row < end; row++) {
    const still: typeof open = new Map();
    for (const [from, to] of runs(level, row, missing)) {
      const key = `${from} ${to}`;
      const above = open.get(key);
      if (above) {
        above.y_max = row;
        open.delete(key);
        still.set(key, above);
      } else still.set(key, { x_min: from, x_max: to, y_min: row, y_max: row });
    }
    for (const closed of open.values()) done.push({ level: [level.x, level.y], ...closed });
    open = still;
  }
  if (end < level.rows) for (const last of open.values()) last.y_max = level.rows - 1;
  for (const closed of open.values()) done.push({ level: [level.x, level.y], ...closed });
  return done.sort((a, b) => a.y_min - b.y_min || a.x_min - b.x_min);
}

/** -1 when none is there. */
function lastPresentRow(level: LevelGrid, missing: (chunk: number) => boolean): number {
  let chunk = level.firstChunk + level.count - 1;
  while (chunk >= level.firstChunk && missing(chunk)) chunk--;
  return Math.floor((chunk - level.firstChunk) / level.columns);
}

function* runs(level: LevelGrid, row: number, missing: (chunk: number) => boolean): Generator<[number, number]> {
  let from = -1;
  for (let column = 0; column <= level.columns; column++) {
    const gap = column < level.columns && missing(level.firstChunk + row * level.columns + column);
    if (gap && from < 0) from = column;
    if (!gap && from >= 0) {
      yield [from, column - 1];
      from = -1;
    }
  }
}
