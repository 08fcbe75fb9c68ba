/** What happens inside the one transaction of put, touch and remove. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../columns.ts';
import { decide, fileIdOf, older, tombstoneOf, versionAfter, type FileIdentity, type Outcome, type StoredVersion } from '../identity.ts';
import { fileRowOf, findingRowsOf, normalizePath, statsRowsOf, versionRowOf, type InspectedFile, type Row } from '../rows.ts';
import type { ExrReport } from '../../report/index.ts';
import type { PutResult } from '../types.ts';
import { appendRows, type StoredRow } from './append.ts';
import { Contents, type Session } from './contents.ts';
import { FILE_ROWS, FINDINGS, STATS, type StoredTable } from './ddl.ts';
import { sweep } from './sweep.ts';

const KEY: Column = { name: 'file_id', type: 'string', nullable: false, doc: '' };
const TEXT: Column = { name: 'last_inspected', type: 'string', nullable: true, doc: '' };

/** A temporary table of ids for joins. It lies in memory and goes with the connection. */
async function staged(connection: DuckDBConnection, name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} (${columns.map((column) => `"${column.name}" VARCHAR`).join(', ')})`);
  await appendRows(connection, name, columns, rows);
}

interface Kept extends StoredVersion {
  readonly file_id: string;
  readonly first_seen: string | null;
  readonly inspection_count: number | null;
}
const KEPT = ['file_id', 'version', 'header_hash', 'status', 'embedding_version', 'has_stats', 'has_findings', 'bucket', 'mtime', 'sequencer', 'last_inspected', 'events', 'first_seen', 'inspection_count'] as const;

/** The ids (hex digits) go in as one text: a table of them would cost a small transaction more than what it is for. */
async function keptVersions(connection: DuckDBConnection, ids: readonly string[]): Promise<Map<string, Kept>> {
  const result = await connection.runAndReadAll(`SELECT ${KEPT.map((name) => `f.${name}`).join(', ')} FROM file_rows f WHERE f.file_id IN (SELECT unnest(string_split($1, ' ')))`, [ids.join(' ')]);
  return new Map(result.getRowsJS().map((cells) => {
    const row = Object.fromEntries(KEPT.map((name, i) => [name, cells[i]])) as unknown as Kept;
    return [row.file_id, row];
  }));
}

export async function putAll(connection: DuckDBConnection, session: Session, files: readonly InspectedFile[], now: string): Promise<PutResult> {
  const incoming = files.map((file) => versionRowOf(file, now));
  const kept = await keptVersions(connection, incoming.map(({ file_id }) => file_id));
  // The same file twice in one batch: the later inspection decides against what the earlier one leaves behind.
  const current = new Map<string, StoredVersion>(kept);
  const write = new Map<string, number>();
  const seen = new Map<string, { times: number; last: string }>();
  const outcomes = incoming.map((version, i): Outcome => {
    const outcome = decide(current.get(version.file_id), version);
    if (outcome === 'stale' || outcome === 'repeated') return outcome;
    const before = seen.get(version.file_id);
    seen.set(version.file_id, { times: (before?.times ?? 0) + 1, last: before && before.last > version.last_inspected! ? before.last : version.last_inspected! });
    current.set(version.file_id, versionAfter(current.get(version.file_id), version, outcome));
    if (outcome !== 'unchanged') write.set(version.file_id, i);
    return outcome;
  });
  const untouched = [...seen].filter(([id]) => !write.has(id));
  await bumpAll(connection, untouched.map(([file_id, { times, last }]) => ({ file_id, last_inspected: last, times: String(times), ...orderOf(current.get(file_id)!) })));
  const replaced = [...write.keys()].filter((id) => kept.has(id));
  await deleteRows(connection, session, replaced);
  await insertFiles(connection, session, [...write].map(([id, i]) => ({ report: files[i]!.report, row: () => fileRowWithHistory(files[i]!, now, incoming[i]!, kept.get(id), current.get(id)!, seen.get(id)!) })));
  const count = (outcome: Outcome): number => outcomes.filter((one) => one === outcome).length;
  return { inserted: count('new'), replaced: count('changed'), unchanged: count('unchanged'), stale: count('stale'), repeated: count('repeated'), outcomes };
}

const orderOf = ({ sequencer, events }: StoredVersion): Row => ({ sequencer, events });

function fileRowWithHistory({ report, identity }: InspectedFile, now: string, version: ReturnType<typeof versionRowOf>, before: Kept | undefined, after: StoredVersion, { times, last }: { times: number; last: string }): Row {
  const row = Object.assign(fileRowOf(report, identity, now, version), orderOf(after));
  row['last_inspected'] = last;
  row['first_seen'] = before?.first_seen ?? row['first_seen']!;
  row['inspection_count'] = (before?.inspection_count ?? 0) + times;
  return row;
}

async function bumpAll(connection: DuckDBConnection, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await staged(connection, 'looked_at', [KEY, TEXT, ...['times', 'sequencer', 'events'].map((name) => ({ ...TEXT, name }))], rows);
  await connection.run('UPDATE file_rows AS f SET last_inspected = greatest(f.last_inspected, l.last_inspected), inspection_count = f.inspection_count + CAST(l.times AS INTEGER), sequencer = coalesce(l.sequencer, f.sequencer), events = coalesce(l.events, f.events) FROM looked_at l WHERE l.file_id = f.file_id');
}

/** Files whose rows are made before they are handed over: few, so that memory does not grow with the batch. */
const SLICE = 1024;

async function insertFiles(connection: DuckDBConnection, session: Session, files: readonly { readonly report: ExrReport; readonly row: () => Row }[]): Promise<void> {
  if (files.length === 0) return;
  const append = (table: StoredTable, rows: readonly StoredRow[]): Promise<void> => appendRows(connection, table.name, session.columns.get(table.name)!, rows);
  const contents = new Contents(connection, session, files.map(({ report }) => report));
  await contents.resolve();
  for (let from = 0; from < files.length; from += SLICE) {
    const [rows, stats, findings]: StoredRow[][] = [[], [], []];
    for (let i = from; i < Math.min(files.length, from + SLICE); i++) {
      const { report, row } = files[i]!;
      const file = Object.assign(row(), await contents.of(i, report));
      rows!.push(file);
      const keyed = (made: readonly Row[]): StoredRow[] => made.map((one) => Object.assign(one, { file_id: file['file_id']!, file_path: file['file_path']! }));
      for (const row of keyed(statsRowsOf(report))) stats!.push(row);
      for (const row of keyed(findingRowsOf(report))) findings!.push(row);
    }
    await append(FILE_ROWS, rows!);
    await append(STATS, stats!);
    await append(FINDINGS, findings!);
    await contents.flush();
  }
}

/** Contents that nobody has any more stay until there are many of them. */
async function deleteRows(connection: DuckDBConnection, session: Session, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await staged(connection, 'outgoing', [KEY], ids.map((file_id) => ({ file_id })));
  await connection.run('DELETE FROM file_attributes WHERE file IN (SELECT f.number FROM file_rows f SEMI JOIN outgoing o ON o.file_id = f.file_id)');
  for (const table of [FILE_ROWS, STATS, FINDINGS]) await connection.run(`DELETE FROM ${table.name} WHERE file_id IN (SELECT file_id FROM outgoing)`);
  await sweep(connection, session, ids.length);
}

export async function touchAll(connection: DuckDBConnection, ids: readonly string[], now: string): Promise<number> {
  const unique = [...new Set(ids)].filter((id) => !id.includes(' '));
  const known = [...(await keptVersions(connection, unique)).values()].filter(({ status }) => status !== 'deleted');
  await bumpAll(connection, known.map(({ file_id }) => ({ file_id, last_inspected: now, times: '1' })));
  return known.length;
}

/** Tombstones: the row in `files` stays, with what identifies it; everything else of the file goes. */
export async function removeAll(connection: DuckDBConnection, session: Session, locations: readonly Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>[], now: string): Promise<number> {
  const wanted = new Map(locations.map((location) => [fileIdOf(location), location]));
  const kept = await keptVersions(connection, [...wanted.keys()]);
  const gone: Row[] = [];
  for (const [id, location] of wanted) {
    const before = kept.get(id);
    const tombstone = { ...tombstoneOf(location, now), file_path_normalized: normalizePath(location.path), file_id: id };
    // A removal that was overtaken by a newer version of the file says nothing about that one. (Its mtime is not known: only order and time decide.)
    if (before && before.status !== 'deleted' && older({ ...tombstone, mtime: null }, before)) continue;
    if (before?.status === 'deleted') continue;
    if (before || location.sequencer) gone.push({ ...tombstone, mtime: before?.mtime ?? null, sequencer: tombstone.sequencer ?? before?.sequencer ?? null, version: before?.version ?? 'deleted', first_seen: before?.first_seen ?? now, inspection_count: before?.inspection_count ?? 0 });
  }
  if (gone.length === 0) return 0;
  await deleteRows(connection, session, gone.map(({ file_id }) => String(file_id)));
  await appendRows(connection, FILE_ROWS.name, session.columns.get(FILE_ROWS.name)!, gone.map((row) => ({ ...row, number: session.next++ })));
  return gone.filter(({ file_id }) => kept.has(String(file_id))).length;
}
