/** What a schedule clears up: who should be looked at again, and tombstones that nobody needs any longer. */
import type { Predicate, Transaction } from '@exr/vastdb';
import type { Suspect } from '../types.ts';
import type { StoreTables } from './tables.ts';

const COLUMNS = ['file_id', 'bucket', 'file_path', 'last_inspected'];
const PAGE_ROWS = 16_384;
/** Ids are hexadecimal digests: their first two digits cut the table into even slices, so that the ids of one fit into memory. */
const SLICES = 256;

const text = (cell: unknown): string | null => (cell === null || cell === undefined ? null : String(cell));
const suspectOf = (row: Record<string, unknown>): Suspect => ({ fileId: String(row['file_id']), bucket: text(row['bucket']), path: String(row['file_path']), lastInspected: text(row['last_inspected']) });

/** The failures looked at longest ago: the cluster gives no order, so twice as many as wanted are kept while they come. */
export async function failuresOf(tx: Transaction, tables: StoreTables, limit: number): Promise<Suspect[]> {
  let oldest: Suspect[] = [];
  const seen = ({ lastInspected, fileId }: Suspect): string => `${lastInspected ?? ''} ${fileId}`;
  const best = (all: Suspect[]): Suspect[] => all.sort((a, b) => (seen(a) < seen(b) ? -1 : 1)).slice(0, limit);
  const selection = tables.table(tx, 'files').select({ columns: COLUMNS, where: tables.v.oneOf('status', ['error', 'partial']), pageSize: PAGE_ROWS });
  for await (const row of selection.rows()) {
    oldest.push(suspectOf(row));
    if (oldest.length >= 2 * limit + 1000) oldest = best(oldest);
  }
  return best([...new Map(oldest.map((one) => [one.fileId, one])).values()]);
}

/** Files that are there more than once, below one slice of ids after the other from `first` on, until there are enough. */
export async function doublesOf(tx: Transaction, tables: StoreTables, limit: number, first: number, goOn: () => boolean): Promise<Suspect[]> {
  const found = new Map<string, Suspect>();
  for (let i = 0; i < SLICES && found.size < limit && goOn(); i++) {
    const slice = (first + i) % SLICES;
    const ids = new Set<string>();
    for await (const row of tables.table(tx, 'files').select({ columns: COLUMNS, where: within(tables, slice), pageSize: PAGE_ROWS }).rows()) {
      const id = String(row['file_id']);
      if (ids.has(id)) found.set(id, suspectOf(row));
      else ids.add(id);
    }
  }
  return [...found.values()].slice(0, limit);
}

function within({ v }: StoreTables, slice: number): Predicate {
  const digits = (at: number): string => at.toString(16).padStart(2, '0');
  return slice === SLICES - 1 ? v.ge('file_id', digits(slice)) : v.and(v.ge('file_id', digits(slice)), v.lt('file_id', digits(slice + 1)));
}

export async function purgeTombstones(tx: Transaction, tables: StoreTables, before: string, limit: number): Promise<number> {
  const gone: bigint[] = [];
  const old = tables.v.and(tables.v.eq('status', 'deleted'), tables.v.lt('deleted_at', before));
  for await (const row of tables.table(tx, 'files').select({ columns: ['file_id'], where: old, rowIds: true, pageSize: PAGE_ROWS }).rows()) {
    if (gone.push(row['$row_id'] as bigint) >= limit) break;
  }
  if (gone.length > 0) await tables.table(tx, 'files').delete(gone);
  return gone.length;
}
