/** Offset tables: where in the file each chunk of each part begins (OpenEXR File Layout, "Offset Tables"). */
import type { ByteSource } from '../bytes/source.ts';
import { ExrError, isExrError } from '../errors.ts';
import type { VersionField } from '../header/types.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { chunkGrid, emptyGrid, type ChunkGrid } from './geometry.ts';
import type { PartGeometry } from './levels.ts';
import { linesOfUnknown } from './unknown-codec.ts';

/** What this folder needs of an opened file; ExrFile of header/ has it. */
export interface ChunkedFile {
  readonly source: ByteSource;
  readonly parts: readonly ChunkedPart[];
  readonly version: Pick<VersionField, 'multipart'>;
  /** Bytes from the start of the file to the end of the last header: the first offset table begins there. */
  readonly headerBytes: number;
  /** False when the headers could not be read to their end, so that nobody knows where the tables are. */
  readonly complete?: boolean;
  /** The limits that the file was opened with. */
  readonly limits?: Limits;
}

export type ChunkedPart = PartGeometry & {
  /** The attribute, which tells the table's length where the geometry cannot. */
  readonly chunkCount?: number | null;
  /** Why the pixels of this part cannot be found. */
  readonly unreadable?: ExrError;
};

export interface ReadTableOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Limits;
}

/** One part's offset table. Its chunks are numbered as chunkGrid numbers them, whatever the line order. */
export interface OffsetTable {
  readonly part: number;
  /** Where the table begins in the file, bytes. */
  readonly start: number;
  /** Entries that the part must have. */
  readonly count: number;
  /**
   * The entries that the file holds: fewer than `count` when it ends within the table. 0 means "never written"; an entry of 2^53 or more,
   * which no file reaches, is Infinity.
   */
  readonly offsets: Float64Array;
}

/** Where a chunk is, as far as tables can say. */
export type ChunkLocation =
  /** Its leader should be at `offset`, and it ends at `bound` at the latest: the next chunk that any table names, or the file's end. */
  | { readonly state: 'present'; readonly offset: number; readonly bound: number }
  /** The table says that it was never written. */
  | { readonly state: 'missing' }
  /** The table's entry cannot be right; `message` says what was found and what was expected, without the place. */
  | { readonly state: 'problem'; readonly code: 'BAD_OFFSET_TABLE' | 'TRUNCATED'; readonly message: string };

/** The chunks of a whole file: what there should be and where it is. */
export interface ChunkIndex {
  readonly fileSize: number;
  /** End of the last offset table: no chunk begins before it. */
  readonly tablesEnd: number;
  /** By part. A part that is in `unreadable` has an empty one. */
  readonly grids: readonly ChunkGrid[];
  /** By part: why nobody can say which chunks it has or where its table is; null where all is well. */
  readonly unreadable: readonly (ExrError | null)[];
  readonly tables: readonly OffsetTable[];
  /** 0 ≤ chunk < grids[part].count. */
  locate(part: number, chunk: number): ChunkLocation;
  /** How many different offsets that tables name lie behind `from` and before `to`. */
  offsetsBetween(from: number, to: number): number;
}

// A table of 2^25 chunks is 256 MB: read in pieces, so that only the decoded entries are held.
const PIECE = 8 * 2 ** 20;
const ENTRY = 8;

/**
 * Reads the offset tables of all parts: one ranged read, or one for each 8 MiB. Entries beyond the end of the file are left out, not an
 * error: locate() names them. A part whose chunks cannot be told does not keep the others from being read: see `unreadable`. Throws what the
 * source throws.
 */
export async function readChunkIndex(file: ChunkedFile, { signal, limits = file.limits ?? DEFAULT_LIMITS }: ReadTableOptions = {}): Promise<ChunkIndex> {
  const fileSize = await file.source.size({ signal });
  const { grids, unreadable, counts } = describe(await withLines(file, fileSize, limits, signal), limits);
  const tables: OffsetTable[] = [];
  let start = file.headerBytes;
  for (const [part, count] of counts.entries()) {
    const held = unreadable[part] ? 0 : Math.min(count, Math.max(0, Math.floor((fileSize - start) / ENTRY)));
    tables.push({ part, start, count: unreadable[part] ? 0 : count, offsets: new Float64Array(held) });
    start += count * ENTRY;
  }
  await readEntries(file.source, tables, signal);
  return chunkIndex({ fileSize, tablesEnd: start, grids, unreadable, tables });
}

/** The file with the lines in a chunk of each scan line part whose compression nobody knows. */
async function withLines(file: ChunkedFile, fileSize: number, limits: Limits, signal: AbortSignal | undefined): Promise<ChunkedFile> {
  if (file.complete === false || !file.parts.some((part) => typeof part.compression === 'number')) return file;
  const parts: ChunkedPart[] = [];
  for (const part of file.parts) {
    let known = part;
    if (typeof part.compression === 'number' && !part.isTiled && !part.unreadable) {
      const before = describe({ source: file.source, version: file.version, headerBytes: file.headerBytes, parts }, limits);
      // Behind a table whose length nobody knows there is nothing to look at.
      const start = before.counts.some((count) => count <= 0) ? null : file.headerBytes + ENTRY * before.counts.reduce((sum, count) => sum + count, 0);
      const linesPerChunk = start === null ? null : await linesOfUnknown(file, part, { start, fileSize, last: parts.length === file.parts.length - 1, signal });
      if (linesPerChunk !== null) known = { ...part, linesPerChunk };
    }
    parts.push(known);
  }
  return { source: file.source, version: file.version, headerBytes: file.headerBytes, parts };
}

/** The chunks of every part, and how many entries its table takes in the file (also where its chunks cannot be told, if anything says). */
function describe(file: ChunkedFile, limits: Limits) {
  const { name } = file.source;
  const unreadable: (ExrError | null)[] = [];
  const counts: number[] = [];
  let lost: ExrError | null = null;
  let total = 0;
  if (file.complete === false) lost = new ExrError('BAD_HEADER', `${name}: the headers do not end, so the offset tables cannot be found`, { source: name, offset: file.headerBytes });
  const grids = file.parts.map((part) => {
    let grid: ChunkGrid = emptyGrid(part);
    let problem: ExrError | null = part.unreadable ?? null;
    try {
      if (!problem) grid = chunkGrid(part, limits);
      total += grid.count;
      // Many parts must not claim what one may not.
      if (total > limits.chunks) {
        const where = { part: part.index, limit: 'chunks', limitValue: limits.chunks, requested: total };
        throw new ExrError('LIMIT_EXCEEDED', `part ${part.index}: ${total} chunks with those of the parts before it, the limit chunks is ${limits.chunks}`, where);
      }
    } catch (error) {
      if (!isExrError(error)) throw error;
      problem = new ExrError(error.code, `${name}: ${error.message}`, { ...error.where, source: name });
    }
    unreadable.push(problem ?? lost);
    counts.push(problem && grid.count === 0 ? Math.max(0, part.chunkCount ?? 0) : grid.count);
    if (counts.at(-1)! <= 0) {
      lost ??= new ExrError('BAD_OFFSET_TABLE', `${name}: nobody knows how long the offset table of part ${part.index} is, so those after it cannot be found`, { source: name });
    }
    return unreadable.at(-1) ? emptyGrid(part) : grid;
  });
  return { grids, unreadable, counts };
}

async function readEntries(source: ByteSource, tables: readonly OffsetTable[], signal: AbortSignal | undefined): Promise<void> {
  const held = tables.filter((table) => table.offsets.length > 0);
  if (held.length === 0) return;
  const end = held.at(-1)!.start + held.at(-1)!.offsets.length * ENTRY;
  let [next, entry] = [0, 0];
  for (let at = held[0]!.start; at < end; at += PIECE) {
    const bytes = await source.read(at, Math.min(PIECE, end - at), { signal });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Tables follow each other; only one that nobody can read leaves a gap.
    while (next < held.length) {
      const { start, offsets } = held[next]!;
      let i = start + entry * ENTRY - at;
      for (; entry < offsets.length && i + ENTRY <= bytes.length; entry++, i += ENTRY) {
        const offset = view.getUint32(i, true) + view.getUint32(i + 4, true) * 2 ** 32;
        offsets[entry] = offset > Number.MAX_SAFE_INTEGER ? Infinity : offset;
      }
      if (entry < offsets.length) break;
      [next, entry] = [next + 1, 0];
    }
  }
}

/** A ChunkIndex of tables that were read, or rebuilt by walking the chunks. */
export function chunkIndex(given: Omit<ChunkIndex, 'locate' | 'offsetsBetween'>): ChunkIndex {
  const { fileSize, tablesEnd, tables } = given;
  let sorted: Float64Array | undefined;
  return {
    ...given,
    offsetsBetween(from, to) {
      sorted ??= allOffsets(tables, tablesEnd, fileSize);
      let count = 0;
      for (let at = nextAfter(sorted, from); at !== undefined && at < to; at = nextAfter(sorted, at)) count++;
      return count;
    },
    locate(part, chunk) {
      const { offsets, start } = tables[part]!;
      const offset = offsets[chunk];
      if (offset === undefined) {
        return { state: 'problem', code: 'TRUNCATED', message: `its entry of the offset table is at byte ${start + chunk * ENTRY}, the file ends at ${fileSize}` };
      }
      // An offset of 0 means "never written": OpenEXRFileLayout, Offset Tables.
      if (offset === 0) return { state: 'missing' };
      if (offset < tablesEnd) {
        return { state: 'problem', code: 'BAD_OFFSET_TABLE', message: `offset ${offset} lies within the header and tables, expected ${tablesEnd} or more` };
      }
      if (offset >= fileSize) {
        return { state: 'problem', code: offset === Infinity ? 'BAD_OFFSET_TABLE' : 'TRUNCATED', message: `offset ${offset} lies beyond the file's end at ${fileSize}` };
      }
      sorted ??= allOffsets(tables, tablesEnd, fileSize);
      return { state: 'present', offset, bound: nextAfter(sorted, offset) ?? fileSize };
    },
  };
}

/** Every plausible offset of the file, rising. */
function allOffsets(tables: readonly OffsetTable[], low: number, high: number): Float64Array {
  const all = new Float64Array(tables.reduce((sum, table) => sum + table.offsets.length, 0));
  let count = 0;
  for (const { offsets } of tables) for (const offset of offsets) if (offset >= low && offset < high) all[count++] = offset;
  return all.subarray(0, count).sort();
}

function nextAfter(sorted: Float64Array, offset: number): number | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
