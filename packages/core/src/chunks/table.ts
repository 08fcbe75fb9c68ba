/** Offset tables: where in the file each chunk of each part begins (OpenEXR File Layout, "Offset Tables"). */
import type { ByteSource } from '../bytes/source.ts';
import type { VersionField } from '../header/types.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { chunkGrid, type ChunkGrid } from './geometry.ts';
import type { PartGeometry } from './levels.ts';

/** What this folder needs of an opened file; ExrFile of header/ has it. */
export interface ChunkedFile {
  readonly source: ByteSource;
  readonly parts: readonly PartGeometry[];
  readonly version: Pick<VersionField, 'multipart'>;
  /** Bytes from the start of the file to the end of the last header: the first offset table begins there. */
  readonly headerBytes: number;
}

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
  readonly grids: readonly ChunkGrid[];
  readonly tables: readonly OffsetTable[];
  /** 0 ≤ chunk < grids[part].count. */
  locate(part: number, chunk: number): ChunkLocation;
}

// A table of 2^25 chunks is 256 MB: read in pieces, so that only the decoded entries are held.
const PIECE = 8 * 2 ** 20;
const ENTRY = 8;

/**
 * Reads the offset tables of all parts: one ranged read, or one for each 8 MiB. Entries beyond the end of the file are left out, not an
 * error: locate() names them. Throws what chunkGrid throws, and what the source throws.
 */
export async function readChunkIndex(file: ChunkedFile, { signal, limits = DEFAULT_LIMITS }: ReadTableOptions = {}): Promise<ChunkIndex> {
  const grids = file.parts.map((part) => chunkGrid(part, limits));
  const fileSize = await file.source.size({ signal });
  const tables: { part: number; start: number; count: number; offsets: Float64Array }[] = [];
  let start = file.headerBytes;
  for (const { part, count } of grids) {
    const held = Math.min(count, Math.max(0, Math.floor((fileSize - start) / ENTRY)));
    tables.push({ part: part.index, start, count, offsets: new Float64Array(held) });
    start += count * ENTRY;
  }
  const wanted = tables.reduce((sum, table) => sum + table.offsets.length, 0);
  let [table, entry] = [0, 0];
  for (let at = file.headerBytes, left = wanted * ENTRY; left > 0; ) {
    const length = Math.min(PIECE, left);
    const bytes = await file.source.read(at, length, { signal });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < length; i += ENTRY) {
      while (entry === tables[table]!.offsets.length) [table, entry] = [table + 1, 0];
      const offset = view.getUint32(i, true) + view.getUint32(i + 4, true) * 2 ** 32;
      tables[table]!.offsets[entry++] = offset > Number.MAX_SAFE_INTEGER ? Infinity : offset;
    }
    at += length;
    left -= length;
  }
  return chunkIndex({ fileSize, tablesEnd: start, grids, tables });
}

/** A ChunkIndex of tables that were read, or rebuilt by walking the chunks. */
export function chunkIndex(given: Omit<ChunkIndex, 'locate'>): ChunkIndex {
  const { fileSize, tablesEnd, tables } = given;
  let sorted: Float64Array | undefined;
  return {
    ...given,
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
