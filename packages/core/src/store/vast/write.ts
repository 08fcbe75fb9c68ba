/** What happens inside the one transaction of put, touch and remove. The protocol has no upsert: rows are looked up by id, then updated or inserted. */
import type { InputRow, Transaction } from '@exr/vastdb';
import { putUnder } from '../../flow/index.ts';
import { TABLES, type TableName } from '../columns.ts';
import { fileIdOf, mergeEvents, older, tombstoneOf, type FileIdentity } from '../identity.ts';
import { normalizePath, versionRowOf, type Cell, type InspectedFile, type Row } from '../rows.ts';
import type { PutResult } from '../types.ts';
import { wireRow } from './cells.ts';
import { eventsOf, firstSeen, lastSeen, newest, planPut, rowsWithHistory, timesSeen, type Kept } from './plan.ts';
import type { StoreTables } from './tables.ts';

/** File ids in one predicate: each takes about 300 bytes of a request that may have 5 MiB. */
const IDS_AT_ONCE = 1000;
/** Files whose rows are made before they are sent: few, so that memory does not grow with the batch. */
const SLICE = 256;
const CHILDREN = TABLES.map(({ name }) => name).filter((name) => name !== 'files');
const KEPT = ['file_id', 'version', 'header_hash', 'status', 'embedding_version', 'has_stats', 'has_findings', 'bucket', 'mtime', 'sequencer', 'last_inspected', 'events', 'first_seen', 'inspection_count'] as const;

/** What others would leave otherwise if ours was not committed and theirs was. */
const TELLING = ['version', 'header_hash', 'status', 'embedding_version', 'has_stats', 'has_findings'] as const;

/** Row ids from one to the other, both included. */
type Range = readonly [from: bigint, to: bigint];
/** The rows that were inserted for a file. */
export type OwnRows = Map<TableName, Range[]>;

/** A row of `files` as the transaction leaves it: whoever finds it so knows that the transaction was committed. */
export interface Proof {
  readonly fileId: string;
  readonly rowId: bigint;
  readonly count: number;
  readonly last: string;
  /** Cells that the transaction wrote, of those that tell one version from another. */
  readonly cells: Row;
}

export interface Written<T> {
  readonly result: T;
  /** Undefined: nothing was written. */
  readonly proof: Proof | undefined;
  /** Files that were not there, with the rows they have now. */
  readonly fresh: ReadonlyMap<string, OwnRows>;
}

function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  const all = [...items];
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}

/** Rows of `files` by file id, each list with the lowest row id first. */
export async function keptVersions(tx: Transaction, tables: StoreTables, ids: Iterable<string>): Promise<Map<string, Kept[]>> {
  const has = new Set(tables.columns('files').map(({ name }) => name));
  const columns = KEPT.filter((name) => has.has(name));
  const found = new Map<string, Kept[]>();
  for (const some of chunks(ids, IDS_AT_ONCE)) {
    const selection = tables.table(tx, 'files').select({ columns, where: tables.v.oneOf('file_id', some), rowIds: true });
    for await (const row of selection.rows()) {
      const kept = { ...Object.fromEntries(KEPT.map((name) => [name, row[name] ?? null])), rowId: row['$row_id'] } as unknown as Kept;
      found.set(kept.file_id, [...(found.get(kept.file_id) ?? []), kept]);
    }
  }
  for (const rows of found.values()) rows.sort((a, b) => (a.rowId < b.rowId ? -1 : 1));
  return found;
}

export async function putAll(tx: Transaction, tables: StoreTables, files: readonly InspectedFile[], now: string): Promise<Written<PutResult>> {
  const incoming = files.map((file) => versionRowOf(file, now));
  const kept = await keptVersions(tx, tables, new Set(incoming.map(({ file_id }) => file_id)));
  const { result, write, looks, after } = planPut(incoming, kept);
  let proof: Proof | undefined;
  const bumps = [...looks].filter(([id]) => !write.has(id)).map(([id, { times, last }]) => ({ ...bump(kept.get(id)![0]!, times, last), sequencer: after.get(id)!.sequencer, events: after.get(id)!.events }));
  if (bumps.length > 0) proof = await updateFiles(tx, tables, bumps);
  await deleteOlder(tx, tables, [...write.keys()].filter((id) => kept.has(id)), kept);
  const fresh = new Map<string, OwnRows>();
  for (const some of chunks(write, SLICE)) {
    const made = some.map(([id, i]) => ({ id, before: kept.get(id) ?? [], rows: rowsWithHistory(files[i]!, now, kept.get(id) ?? [], after.get(id)!, looks.get(id)!) }));
    const replaced = made.filter(({ before }) => before.length > 0).map(({ before, rows }): Row & InputRow => ({ ...rows.files[0]!, $row_id: before[0]!.rowId as never }));
    if (replaced.length > 0) {
      const written = await updateFiles(tx, tables, replaced);
      proof ??= written;
    }
    for (const { id, before } of made) if (before.length === 0) fresh.set(id, new Map());
    const added = made.filter(({ before }) => before.length === 0).map(({ rows }) => rows.files[0]!);
    // Side by side: while the cluster takes one table's rows, those of the next are made ready. All must have ended before the transaction may.
    const inserts = await Promise.allSettled(TABLES.map(({ name }) => insertRows(tx, tables, name, name === 'files' ? added : made.flatMap((file) => file.rows[name]), fresh)));
    for (const insert of inserts) if (insert.status === 'rejected') throw insert.reason;
    const [own] = inserts as PromiseFulfilledResult<bigint[]>[];
    if (added.length > 0) proof ??= proofOf({ ...added[0]!, $row_id: own!.value[0]! });
  }
  return { result, proof, fresh };
}

const bump = (row: Kept, times: number, last: string): InputRow => ({ $row_id: row.rowId, file_id: row.file_id, last_inspected: row.last_inspected !== null && row.last_inspected > last ? row.last_inspected : last, inspection_count: (row.inspection_count ?? 0) + times });
const proofOf = (row: InputRow): Proof => ({
  fileId: row['file_id'] as string, rowId: row['$row_id'] as bigint, count: row['inspection_count'] as number, last: row['last_inspected'] as string,
  cells: Object.fromEntries(TELLING.filter((name) => name in row).map((name) => [name, row[name] as Cell])),
});

/** Rows with `$row_id`, all with the same columns; whole rows become null where they say nothing. */
async function updateFiles(tx: Transaction, tables: StoreTables, rows: readonly InputRow[]): Promise<Proof> {
  const columns = tables.columns('files');
  const named = columns.filter(({ name }) => name in rows[0]! && name !== 'file_id');
  // The id of a file is what it is looked up by and never changes.
  await tables.table(tx, 'files').update(rows.map((row) => {
    const { file_id: _, $row_id: rowId, ...cells } = row;
    return { ...wireRow(named, cells as Row), $row_id: rowId };
  }));
  return proofOf(rows[0]!);
}

async function insertRows(tx: Transaction, tables: StoreTables, name: TableName, rows: readonly Row[], fresh: ReadonlyMap<string, OwnRows>): Promise<bigint[]> {
  if (rows.length === 0) return [];
  const columns = tables.columns(name);
  const ids = await tables.table(tx, name).insert(rows.map((row) => wireRow(columns, row)));
  rows.forEach((row, i) => {
    const own = fresh.get(row['file_id'] as string);
    if (own === undefined) return;
    const ranges = own.get(name) ?? [];
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1n === ids[i]) ranges[ranges.length - 1] = [last[0], ids[i]!];
    else ranges.push([ids[i]!, ids[i]!]);
    own.set(name, ranges);
  });
  return ids;
}

/** What is left of replaced files but the first row in `files`, which is updated. */
async function deleteOlder(tx: Transaction, tables: StoreTables, ids: readonly string[], kept: ReadonlyMap<string, readonly Kept[]>): Promise<void> {
  if (ids.length === 0) return;
  const doubles = ids.flatMap((id) => kept.get(id)!.slice(1).map(({ rowId }) => rowId));
  if (doubles.length > 0) await tables.table(tx, 'files').delete(doubles);
  for (const name of CHILDREN) {
    const gone = [...(await rowIdsOf(tx, tables, name, ids)).values()].flat();
    if (gone.length > 0) await tables.table(tx, name).delete(gone);
  }
}

async function rowIdsOf(tx: Transaction, tables: StoreTables, name: TableName, ids: readonly string[]): Promise<Map<string, bigint[]>> {
  const found = new Map<string, bigint[]>();
  for (const some of chunks(ids, IDS_AT_ONCE)) {
    for await (const row of tables.table(tx, name).select({ columns: ['file_id'], where: tables.v.oneOf('file_id', some), rowIds: true }).rows()) {
      putUnder(found, row['file_id'] as string, row['$row_id'] as bigint);
    }
  }
  return found;
}

export async function touchAll(tx: Transaction, tables: StoreTables, ids: Iterable<string>, now: string): Promise<Written<number>> {
  const kept = await keptVersions(tx, tables, new Set(ids));
  const known = [...kept.values()].map((rows) => rows[0]!).filter(({ status }) => status !== 'deleted');
  const proof = known.length === 0 ? undefined : await updateFiles(tx, tables, known.map((row) => bump(row, 1, now)));
  return { result: known.length, proof, fresh: new Map() };
}

/** Tombstones: the row in `files` stays, with what identifies it; everything else of the file goes. */
export async function removeAll(tx: Transaction, tables: StoreTables, locations: readonly Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>[], now: string): Promise<Written<number>> {
  const wanted = new Map(locations.map((location) => [fileIdOf(location), location]));
  const kept = await keptVersions(tx, tables, wanted.keys());
  const gone: { row: Row; before: readonly Kept[] }[] = [];
  for (const [id, location] of wanted) {
    const rows = kept.get(id) ?? [];
    const before = rows.length > 0 ? newest(rows) : undefined;
    const tombstone = { ...tombstoneOf(location, now), file_path_normalized: normalizePath(location.path), file_id: id };
    if (before?.status === 'deleted') continue;
    // A removal that was overtaken by a newer version of the file says nothing about that one. (Its mtime is not known: only order and time decide.)
    if (before && older({ ...tombstone, mtime: null }, before)) continue;
    if (!before && !location.sequencer) continue;
    gone.push({ before: rows, row: { ...tombstone, mtime: before?.mtime ?? null, sequencer: tombstone.sequencer ?? before?.sequencer ?? null, version: before?.version ?? 'deleted', first_seen: firstSeen(rows) ?? now, inspection_count: timesSeen(rows) } });
  }
  const columns = tables.columns('files');
  const replaced = gone.filter(({ before }) => before.length > 0);
  const unseen = gone.filter(({ before }) => before.length === 0);
  await deleteOlder(tx, tables, replaced.map(({ row }) => String(row['file_id'])), kept);
  let proof: Proof | undefined;
  if (replaced.length > 0) proof = await updateFiles(tx, tables, replaced.map(({ row, before }) => ({ ...wireRow(columns, row), $row_id: before[0]!.rowId })));
  const fresh = new Map<string, OwnRows>(unseen.map(({ row }) => [String(row['file_id']), new Map()]));
  const ids = await insertRows(tx, tables, 'files', unseen.map(({ row }) => row), fresh);
  if (unseen.length > 0) proof ??= proofOf({ ...unseen[0]!.row, $row_id: ids[0]! });
  return { result: replaced.length, proof, fresh };
}

/** Was the transaction committed? Looked up by the id of a file that it wrote. */
export async function isThere(tx: Transaction, tables: StoreTables, proof: Proof): Promise<boolean> {
  const rows = (await keptVersions(tx, tables, [proof.fileId])).get(proof.fileId) ?? [];
  // The count only grows: somebody who looked at the same version right after us does not make our commit undone.
  return rows.some((row) => row.rowId === proof.rowId && (row.inspection_count ?? 0) >= proof.count && (row.last_inspected ?? '') >= proof.last && TELLING.every((name) => !(name in proof.cells) || proof.cells[name] === row[name]));
}

/**
 * Another process may have inserted the same file at the same time; neither saw the other. Whoever commits last sees both: the newest version stays, of
 * equal ones the one with the lowest row id. Ours goes, or everything but ours.
 */
export async function settleRaces(tx: Transaction, tables: StoreTables, fresh: ReadonlyMap<string, OwnRows>): Promise<number> {
  const found = await keptVersions(tx, tables, fresh.keys());
  const raced = [...found].filter(([, rows]) => rows.length > 1);
  const gone = new Map<TableName, bigint[]>(TABLES.map(({ name }) => [name, []]));
  const updates: InputRow[] = [];
  for (const [id, rows] of raced) {
    const mine = (name: TableName, rowId: bigint): boolean => (fresh.get(id)!.get(name) ?? []).some(([from, to]) => rowId >= from && rowId <= to);
    const best = newest(rows);
    const keepMine = mine('files', best.rowId);
    for (const { name } of TABLES) {
      for (const rowId of (await rowIdsOf(tx, tables, name, [id])).get(id) ?? []) if (mine(name, rowId) !== keepMine) gone.get(name)!.push(rowId);
    }
    // What goes has been counted too.
    const going = rows.filter(({ rowId }) => mine('files', rowId) !== keepMine);
    updates.push({ $row_id: best.rowId, file_id: id, first_seen: firstSeen(rows), last_inspected: lastSeen(rows), inspection_count: timesSeen([best, ...going]), events: mergeEvents(best.events, eventsOf(going)) });
  }
  if (updates.length > 0) await updateFiles(tx, tables, updates);
  for (const [name, rowIds] of gone) if (rowIds.length > 0) await tables.table(tx, name).delete(rowIds);
  return raced.length;
}
