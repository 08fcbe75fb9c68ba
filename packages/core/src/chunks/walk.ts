/** Finding chunks without the offset table: from leader to leader through the file, as a writer left them. */
import type { ByteSource } from '../bytes/index.ts';
import type { ChunkShape } from '../compression/index.ts';
import { isExrError } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { ChunkGrid } from './geometry.ts';
import { leaderFault, leaderSize, parseLeader } from './leader.ts';
import type { PartGeometry } from './levels.ts';
import { shapesOf, type ShapeOf } from './shape.ts';
import type { ChunkedFile, ChunkIndex } from './table.ts';

/** A chunk whose leader was found at `offset` and is right in all it says; `length` counts the leader. It may end beyond the file. */
export interface FoundChunk {
  readonly part: number;
  readonly chunk: number;
  readonly offset: number;
  readonly length: number;
}

export interface WalkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Limits | undefined;
  /** Bytes that may be searched one by one where no leader is, in all. Default 16 MiB. */
  readonly searchBytes?: number;
}

const WINDOW = 32 * 1024;
const SEARCH_BYTES = 16 * 2 ** 20;

/**
 * Every chunk that can be found behind the offset tables, by offset. Chunks follow each other without gaps (OpenEXR File Layout, "Chunks"), so
 * each leader says where the next one is. Where that breaks, the walk goes on at the next offset that a table names, or at the next place where two
 * leaders follow each other (or one ends with the file): one alone may be chance. Stops after `searchBytes` of such searching.
 */
export async function* walkChunks(file: ChunkedFile, index: ChunkIndex, options: WalkOptions = {}): AsyncGenerator<FoundChunk> {
  const { limits = file.limits ?? DEFAULT_LIMITS, signal } = options;
  const reader = new LeaderReader(file, index, limits, signal);
  const named = knownOffsets(index);
  let budget = options.searchBytes ?? SEARCH_BYTES;
  let at = index.tablesEnd;
  // Each chunk may have been written more than once; a file that goes on and on with them is playing with us.
  let left = 2 * index.grids.reduce((sum, { count }) => sum + count, 0) + 1000;
  while (at < index.fileSize && left > 0) {
    const found = await reader.at(at);
    if (found) {
      left--;
      yield found;
      at += found.length;
      continue;
    }
    const next = named.find(at + 1) ?? index.fileSize;
    const searched = await search(reader, at + 1, next, budget);
    budget -= searched.cost;
    if (searched.offset !== null) at = searched.offset;
    else if (next < index.fileSize) at = next;
    else return;
  }
}

/** The first place in [from, to) where a leader is followed by another one or by the end of the file. */
async function search(reader: LeaderReader, from: number, to: number, budget: number): Promise<{ offset: number | null; cost: number }> {
  const end = Math.min(to, from + budget);
  for (let at = from; at < end; at++) {
    if (reader.isNone(at)) continue;
    const found = await reader.at(at);
    if (!found) continue;
    const after = at + found.length;
    if (after === reader.fileSize || (after < reader.fileSize && (await reader.at(after)))) return { offset: at, cost: at - from };
  }
  return { offset: null, cost: Math.max(0, end - from) };
}

/** Shapes, or null where a chunk cannot have one (a limit, a sampling of 0): such a chunk is never found. */
function possibleShapes(part: PartGeometry, limits: Limits): (...box: Parameters<ShapeOf>) => ChunkShape | null {
  let impossible = false;
  let shapes: ShapeOf | undefined;
  return (box) => {
    if (impossible) return null;
    try {
      shapes ??= shapesOf(part, limits);
      return shapes(box);
    } catch (error) {
      if (!isExrError(error)) throw error;
      impossible = true; // chunks of one part are alike: what one cannot have, the next need not try
      return null;
    }
  };
}

/** Reads leaders out of a window of the file that moves along. */
class LeaderReader {
  readonly fileSize: number;
  readonly #source: ByteSource;
  readonly #multipart: boolean;
  readonly #grids: readonly ChunkGrid[];
  readonly #shapes: readonly ((...box: Parameters<ShapeOf>) => ChunkShape | null)[];
  readonly #sizes: readonly number[];
  readonly #limits: Limits;
  readonly #signal: AbortSignal | undefined;
  #window = new Uint8Array(0);
  #start = 0;

  constructor(file: ChunkedFile, index: ChunkIndex, limits: Limits, signal: AbortSignal | undefined) {
    this.fileSize = index.fileSize;
    this.#source = file.source;
    this.#multipart = file.version.multipart;
    this.#grids = index.grids;
    this.#shapes = index.grids.map(({ part }) => possibleShapes(part, limits));
    this.#sizes = index.grids.map(({ part }) => leaderSize(part, this.#multipart));
    this.#limits = limits;
    this.#signal = signal;
  }

  /** Whether it is plain without reading on that no leader begins at `offset`: of random bytes nearly all end here. */
  isNone(offset: number): boolean {
    if (offset < this.#start || offset + 8 > this.#start + this.#window.length) return false;
    const first = this.#int32(offset);
    const grid = this.#grids[this.#multipart ? first : 0];
    return !grid || grid.count === 0 || this.#cannotBegin(grid, this.#multipart ? this.#int32(offset + 4) : first);
  }

  #cannotBegin({ part }: ChunkGrid, first: number): boolean {
    return part.isTiled ? first < 0 : first < part.dataWindow.yMin || first > part.dataWindow.yMax;
  }

  /** The chunk whose leader begins at `offset`, null when none does. */
  async at(offset: number): Promise<FoundChunk | null> {
    // In a multipart file the part's number comes first; it says how long the rest is.
    const head = this.#multipart ? 4 : 0;
    let part = 0;
    if (this.#multipart) {
      if (!(await this.#hold(offset, 4))) return null;
      part = this.#int32(offset);
    }
    const grid = this.#grids[part];
    const size = this.#sizes[part];
    if (!grid || grid.count === 0 || size === undefined || !(await this.#hold(offset, size))) return null;
    // Most places that are no leader fail already here, without anything being made for them.
    if (this.#cannotBegin(grid, this.#int32(offset + head))) return null;
    const leader = parseLeader(this.#window, offset - this.#start, grid.part, this.#multipart);
    const chunk = leader.tile ? grid.indexOfTile(leader.tile.x, leader.tile.y, leader.tile.levelX, leader.tile.levelY) : grid.indexOfLine(leader.y!);
    if (chunk < 0 || leader.packedSize <= 0) return null;
    const info = grid.chunk(chunk);
    const shape = this.#shapes[part]!(info.box);
    if (!shape || leaderFault(leader, info, shape, grid.part.compression, this.#limits, this.#source.name)) return null;
    return { part, chunk, offset, length: leader.size + leader.tableSize + leader.packedSize };
  }

  #int32(offset: number): number {
    const at = offset - this.#start;
    const w = this.#window;
    return w[at]! | (w[at + 1]! << 8) | (w[at + 2]! << 16) | (w[at + 3]! << 24);
  }

  /** Whether `length` bytes from `offset` are in the window, after moving it there; false beyond the end of the file. */
  async #hold(offset: number, length: number): Promise<boolean> {
    if (offset + length > this.fileSize) return false;
    if (offset >= this.#start && offset + length <= this.#start + this.#window.length) return true;
    this.#signal?.throwIfAborted();
    this.#window = new Uint8Array(await this.#source.read(offset, Math.min(WINDOW, this.fileSize - offset), { signal: this.#signal }));
    this.#start = offset;
    return true;
  }
}

/** The plausible offsets of all tables, to be asked in rising order. */
function knownOffsets(index: ChunkIndex): { find(from: number): number | undefined } {
  const all = new Float64Array(index.tables.reduce((sum, { offsets }) => sum + offsets.length, 0));
  let count = 0;
  for (const { offsets } of index.tables) for (const offset of offsets) if (offset >= index.tablesEnd && offset < index.fileSize) all[count++] = offset;
  const sorted = all.subarray(0, count).sort();
  let next = 0;
  return {
    find(from) {
      while (next < sorted.length && sorted[next]! < from) next++;
      return sorted[next];
    },
  };
}
