/** Offset tables that are cut, zero or lie, made good by what the file holds. */
import { noteOf, type ExrNote } from '../notes.ts';
import { chunkIndex, readChunkIndex, type ChunkedFile, type ChunkIndex, type OffsetTable, type ReadTableOptions } from './table.ts';
import { walkChunks, type FoundChunk, type WalkOptions } from './walk.ts';

export interface RecoveredIndex {
  /** The tables as stored where they are right, and as found by walking where they were not. */
  readonly index: ChunkIndex;
  /** Entries that the walk set: how many the stored tables lacked or had wrong. 0 when the tables were used as they are. */
  readonly recovered: number;
}

/**
 * The index to decode by: the stored tables, or, when an entry is zero, out of range, doubled or cut off, those with the entries that a walk through
 * the chunks finds. A file whose tables are sound is not walked: this costs it nothing.
 */
export async function usableIndex(file: ChunkedFile, options: ReadTableOptions & { readonly index?: ChunkIndex } = {}): Promise<RecoveredIndex> {
  const index = options.index ?? (await readChunkIndex(file, options));
  return suspicious(index) ? recoverIndex(file, index, options) : { index, recovered: 0 };
}

/** What to say of a table that was made good, null where it was right. */
export function rebuiltNote(name: string, { recovered }: Pick<RecoveredIndex, 'recovered'>): ExrNote | null {
  if (recovered === 0) return null;
  const entries = `${recovered} ${recovered === 1 ? 'entry' : 'entries'}`;
  return noteOf('TABLE_REBUILT', { source: name }, `the offset table lacked or had wrong ${entries} of chunks that are in the file: they were found without it`);
}

/** Walks the chunks and corrects the tables by what was found, whatever they look like. The stored index is left as it is. */
export async function recoverIndex(file: ChunkedFile, stored: ChunkIndex, options: WalkOptions = {}): Promise<RecoveredIndex> {
  if (stored.fileSize <= stored.tablesEnd) return { index: stored, recovered: 0 };
  const tables = stored.tables.map((table) => widened(table));
  const found: FoundChunk[] = [];
  for await (const each of walkChunks(file, stored, options)) found.push(each);
  const starts = new Map(found.map((each) => [each.offset, each]));
  let recovered = 0;
  for (const { part, chunk, offset } of found) {
    const table = tables[part]!;
    const now = table.offsets[chunk]!;
    if (now === offset) continue;
    // Written twice: the table says which one counts, as long as that one is this chunk.
    const named = starts.get(now);
    if (named && named.part === part && named.chunk === chunk) continue;
    table.offsets[chunk] = offset;
    recovered++;
  }
  return recovered === 0 ? { index: stored, recovered } : { index: chunkIndex({ ...stored, tables }), recovered };
}

/** A copy with all its entries, those that the file does not hold as "never written". */
function widened({ part, start, count, offsets }: OffsetTable): OffsetTable {
  const all = new Float64Array(count);
  all.set(offsets.subarray(0, count));
  return { part, start, count, offsets: all };
}

/** Whether the tables alone show that something is wrong with them. */
function suspicious(index: ChunkIndex): boolean {
  if (index.fileSize <= index.tablesEnd) return false;
  const total = index.tables.reduce((sum, { count }) => sum + count, 0);
  const all = new Float64Array(total);
  let used = 0;
  for (const { count, offsets } of index.tables) {
    if (offsets.length < count) return true;
    for (const offset of offsets) {
      if (!(offset >= index.tablesEnd && offset < index.fileSize)) return true;
      all[used++] = offset;
    }
  }
  all.sort();
  for (let i = 1; i < used; i++) if (all[i] === all[i - 1]) return true;
  return false;
}
