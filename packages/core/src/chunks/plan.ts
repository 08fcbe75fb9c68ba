/** Which ranges of the file to read for a list of chunks: neighbours together, with no read per leader. */
import type { ChunkIndex } from './table.ts';
import { leaderSize } from './leader.ts';
import { shapesOf } from './shape.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';

/** A chunk that is to be read. `order` is its place in the caller's list, which results keep. */
export interface WantedChunk {
  readonly order: number;
  readonly part: number;
  readonly chunk: number;
}

/** A chunk within a planned read: its leader begins at `offset` of the file, and at most `length` bytes of the read belong to it. */
export interface PlannedChunk extends WantedChunk {
  readonly offset: number;
  readonly length: number;
}

/** One ranged read. */
export interface PlannedRead {
  readonly offset: number;
  readonly length: number;
  /** In the order of the caller's list when the plan keeps it, by offset otherwise. */
  readonly chunks: readonly PlannedChunk[];
}

export interface PlanOptions {
  readonly limits?: Limits;
  /** `file`: reads go through the file from front to back, whatever the order of the list. `list`: in the order of the list. Default `file`. */
  readonly order?: 'file' | 'list';
  /** Bytes between two chunks that are worth reading to save a read. Default 16 KiB. */
  readonly maxGap?: number;
  /** Bytes of one read; only a single chunk may be longer. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Unpacked bytes of the chunks of one read, which is also the unit of work that a decoder gets. Default 4 MiB. */
  readonly maxUnpackedBytes?: number;
  readonly multipart: boolean;
}

// A chunk whose end nobody knows better is not trusted further than this: its leader then says how much more to read.
const FARTHEST = 16 * 2 ** 20;

/**
 * Plans the reads of the chunks of `wanted` that are present; the others are the caller's to name (index.locate). A chunk's packed size
 * stands in its leader, which has not been read yet: until then it may reach to the next offset that any table names, to the file's end, or
 * as far as an unpacked chunk would, whichever comes first.
 */
export function* planReads(index: ChunkIndex, wanted: Iterable<WantedChunk>, options: PlanOptions): Generator<PlannedRead> {
  const { order = 'file', maxGap = 16 * 1024, maxBytes = 2 ** 20, maxUnpackedBytes = 4 * 2 ** 20 } = options;
  let group: { low: number; high: number; unpacked: number; chunks: PlannedChunk[] } | undefined;
  for (const { planned, unpacked } of order === 'file' ? byOffset(placed(index, wanted, options)) : placed(index, wanted, options)) {
    const [low, high] = [planned.offset, planned.offset + planned.length];
    if (group) {
      const gap = Math.max(low - group.high, group.low - high);
      const [from, to] = [Math.min(low, group.low), Math.max(high, group.high)];
      if (gap <= maxGap && to - from <= maxBytes && group.unpacked + unpacked <= maxUnpackedBytes) {
        group.low = from;
        group.high = to;
        group.unpacked += unpacked;
        group.chunks.push(planned);
        continue;
      }
      yield { offset: group.low, length: group.high - group.low, chunks: group.chunks };
    }
    group = { low, high, unpacked, chunks: [planned] };
  }
  if (group) yield { offset: group.low, length: group.high - group.low, chunks: group.chunks };
}

interface Placed {
  readonly planned: PlannedChunk;
  /** Unpacked bytes, or the packed ones where a deep chunk's leader has not said yet. */
  readonly unpacked: number;
}

function* placed(index: ChunkIndex, wanted: Iterable<WantedChunk>, { limits = DEFAULT_LIMITS, multipart }: PlanOptions): Generator<Placed> {
  const shapes = index.grids.map((grid) => shapesOf(grid.part, limits));
  for (const { order, part, chunk } of wanted) {
    const at = index.locate(part, chunk);
    if (at.state !== 'present') continue;
    const grid = index.grids[part]!;
    const { unpackedBytes } = shapes[part]!(grid.chunk(chunk).box);
    const most = grid.part.isDeep ? FARTHEST : Math.min(FARTHEST, leaderSize(grid.part, multipart) + unpackedBytes);
    const length = Math.min(at.bound - at.offset, most);
    yield { planned: { order, part, chunk, offset: at.offset, length }, unpacked: grid.part.isDeep ? length : unpackedBytes };
  }
}

/** As they lie in the file; nothing is moved when they come so already. */
function byOffset(chunks: Iterable<Placed>): Placed[] {
  const all = [...chunks];
  if (all.some((each, i) => i > 0 && each.planned.offset < all[i - 1]!.planned.offset)) {
    all.sort((a, b) => a.planned.offset - b.planned.offset || a.planned.order - b.planned.order);
  }
  return all;
}
