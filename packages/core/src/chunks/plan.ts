/** Which ranges of the file to read for a list of chunks: neighbours together, with no read per leader. */
import type { Limits } from '../limits.ts';
import { leaderSize } from './leader.ts';
import type { PartGeometry } from './levels.ts';
import { shapesOf } from './shape.ts';
import type { ChunkIndex } from './table.ts';

/** A chunk that is to be read. `order` is its place in the caller's list, which results keep. */
export interface WantedChunk {
  readonly order: number;
  readonly part: number;
  readonly chunk: number;
}

/** A chunk in the file: its leader begins at `offset`, and it has at most `length` bytes as far as is known before its leader is read. */
export interface PlannedChunk extends WantedChunk {
  readonly offset: number;
  readonly length: number;
  /** What it unpacks to, bytes; for a deep chunk, whose leader has not said yet, `length`. */
  readonly work: number;
}

/** One ranged read. */
export interface PlannedRead {
  readonly offset: number;
  readonly length: number;
  /** In the order of the caller's list when the plan keeps it, by offset otherwise. */
  readonly chunks: readonly PlannedChunk[];
}

export interface GroupOptions {
  /** `file`: reads go through the file from front to back, whatever the order of the list. `list`: in the order of the list. Default `file`. */
  readonly order?: 'file' | 'list';
  /** Bytes between two chunks that are worth reading to save a read. Default 16 KiB. */
  readonly maxGap?: number;
  /** Bytes of one read; only a single chunk may be longer. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Unpacked bytes of the chunks of one read, which is also the unit of work that a decoder gets. Default 4 MiB. */
  readonly maxUnpackedBytes?: number;
}

export interface PlanOptions extends GroupOptions {
  readonly limits?: Limits;
  readonly multipart: boolean;
}

// A chunk whose end nobody knows better is not trusted further than this: its leader then says how much more to read.
const FARTHEST = 16 * 2 ** 20;

/**
 * Where a chunk that is present lies. Its packed size stands in its leader, which has not been read yet: until then it may reach to `bound`
 * (the next offset that any table names, or the file's end), or as far as an unpacked chunk would.
 */
export function placeChunk({ order, part, chunk }: WantedChunk, at: { offset: number; bound: number }, geometry: PartGeometry, unpackedBytes: number, multipart: boolean): PlannedChunk {
  const most = geometry.isDeep ? FARTHEST : Math.min(FARTHEST, leaderSize(geometry, multipart) + unpackedBytes);
  const length = Math.min(at.bound - at.offset, most);
  return { order, part, chunk, offset: at.offset, length, work: geometry.isDeep ? length : unpackedBytes };
}

/** Plans the reads of the chunks of `wanted` that are present; the others are the caller's to name (index.locate). */
export function* planReads(index: ChunkIndex, wanted: Iterable<WantedChunk>, options: PlanOptions): Generator<PlannedRead> {
  const shapes = index.grids.map((grid) => shapesOf(grid.part, options.limits));
  const placed: PlannedChunk[] = [];
  for (const each of wanted) {
    const at = index.locate(each.part, each.chunk);
    if (at.state !== 'present') continue;
    const grid = index.grids[each.part]!;
    placed.push(placeChunk(each, at, grid.part, shapes[each.part]!(grid.chunk(each.chunk).box).unpackedBytes, options.multipart));
  }
  yield* groupReads(placed, options);
}

/** Puts chunks that lie close to each other into one read. */
export function* groupReads(chunks: readonly PlannedChunk[], options: GroupOptions): Generator<PlannedRead> {
  const { order = 'file', maxGap = 16 * 1024, maxBytes = 2 ** 20, maxUnpackedBytes = 4 * 2 ** 20 } = options;
  let group: { low: number; high: number; work: number; chunks: PlannedChunk[] } | undefined;
  for (const chunk of order === 'file' ? byOffset(chunks) : chunks) {
    const [low, high] = [chunk.offset, chunk.offset + chunk.length];
    if (group) {
      const gap = Math.max(low - group.high, group.low - high);
      const [from, to] = [Math.min(low, group.low), Math.max(high, group.high)];
      if (gap <= maxGap && to - from <= maxBytes && group.work + chunk.work <= maxUnpackedBytes) {
        group.low = from;
        group.high = to;
        group.work += chunk.work;
        group.chunks.push(chunk);
        continue;
      }
      yield { offset: group.low, length: group.high - group.low, chunks: group.chunks };
    }
    group = { low, high, work: chunk.work, chunks: [chunk] };
  }
  if (group) yield { offset: group.low, length: group.high - group.low, chunks: group.chunks };
}

/** As they lie in the file; nothing is moved when they come so already. */
function byOffset(chunks: readonly PlannedChunk[]): readonly PlannedChunk[] {
  if (!chunks.some((each, i) => i > 0 && each.offset < chunks[i - 1]!.offset)) return chunks;
  return [...chunks].sort((a, b) => a.offset - b.offset || a.order - b.order);
}
