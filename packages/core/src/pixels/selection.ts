/** Which chunks of which parts a run is about. */
import { intersect, type ChunkIndex, type ChunkInfo, type LevelIndex } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import { putUnder } from '../flow/index.ts';
import type { Box2i } from '../header/types.ts';

/** The pixels of one part that are asked for; only the chunks that hold some of them are read. */
export interface Selection {
  readonly part: number;
  /** Default (0, 0), full resolution. */
  readonly level?: LevelIndex;
  /** In the level's coordinates; the whole level when absent. */
  readonly region?: Box2i | undefined;
  /** Names of the channels whose values somebody will look at (a codec may leave out the others); all when absent. */
  readonly channels?: readonly string[] | undefined;
  /** Leaves out the chunks for which it is false: rows that are not sampled, tiles that a small preview does not need. */
  readonly keep?: ((info: ChunkInfo) => boolean) | undefined;
  /** Only these chunks of the level, by number, rising; for who knows which ones are there, of millions that a header may claim. */
  readonly among?: readonly number[] | undefined;
}

/** The chunks of all selections, in the order of the list and, within a part, of its chunks. INVALID_ARGUMENT for what is not in the file. */
export function* selectedChunks(index: ChunkIndex, selections: readonly Selection[], name: string): Generator<{ readonly part: number; readonly chunk: number }> {
  for (const { part, level = { x: 0, y: 0 }, region, keep, among } of selections) {
    const grid = index.grids[part];
    if (!grid) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part}, the file has ${index.grids.length}, expected 0 to ${index.grids.length - 1}`, { source: name });
    const unreadable = index.unreadable[part];
    if (unreadable) throw unreadable;
    if (region && !(region.xMax >= region.xMin && region.yMax >= region.yMin)) {
      throw new ExrError('INVALID_ARGUMENT', `${name}: region (${region.xMin}, ${region.yMin}) to (${region.xMax}, ${region.yMax}), expected max not before min`, { source: name, part });
    }
    for (const chunk of among ?? grid.chunksIn(level, region)) if (!keep || keep(grid.chunk(chunk))) yield { part, chunk };
  }
}

/** By part: which channels are wanted, null where all are. INVALID_ARGUMENT for a channel that the part does not have. */
export function wantedChannels(index: ChunkIndex, selections: readonly Selection[], name: string): (readonly boolean[] | null)[] {
  const byPart = new Map<number, Selection[]>();
  for (const selection of selections) putUnder(byPart, selection.part, selection);
  return index.grids.map(({ part }) => {
    const mine = byPart.get(part.index) ?? [];
    if (mine.length === 0 || mine.some((selection) => !selection.channels)) return null;
    const names = new Set(mine.flatMap((selection) => selection.channels!));
    const there = new Set(part.channels.map((each) => each.name));
    for (const channel of names) {
      if (there.has(channel)) continue;
      const known = part.channels.map((each) => each.name).join(', ');
      throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part.index} has no channel ${channel}, expected one of ${known}`, { source: name, part: part.index, channel });
    }
    return part.channels.map((each) => names.has(each.name));
  });
}

/** The region clipped to a window; INVALID_ARGUMENT when they share no pixel. */
export function clipRegion(window: Box2i, region: Box2i | undefined, name: string): Box2i {
  const box = region ? intersect(window, region) : window;
  if (box) return box;
  const { xMin, yMin, xMax, yMax } = region!;
  throw new ExrError(
    'INVALID_ARGUMENT',
    `${name}: region (${xMin}, ${yMin}) to (${xMax}, ${yMax}) lies outside the data window (${window.xMin}, ${window.yMin}) to (${window.xMax}, ${window.yMax})`,
    { source: name },
  );
}
