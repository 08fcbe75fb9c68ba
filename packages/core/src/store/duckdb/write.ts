/** What happens inside the one transaction of put, touch and remove. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { tableNamed, TABLES, type Column, type Table, type TableName } from '../columns.ts';
import { decide, fileIdOf, older, tombstoneOf, versionAfter, type FileIdentity, type Outcome, type StoredVersion } from '../identity.ts';
import { channelRowsOf, eachAttributeRow, fileRowOf, findingRowsOf, normalizePath, partRowsOf, statsRowsOf, versionRowOf, type InspectedFile, type Row } from '../rows.ts';
import type { ExrReport } from '../../report/index.ts';
import type { PutResult } from '../types.ts';
import { appendRows, ContentStage } from './append.ts';
import { storedColumns, storedName } from './ddl.ts';

const KEY: Column = { name: 'file_id', type: 'string', nullable: false, doc: '' };
const TEXT: Column = { name: 'last_inspected', type: 'string', nullable: true, doc: '' };

/** Rolls back on any error; what was thrown goes on. */
export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN');
  try {
    const result = await work();
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined); // a failed COMMIT has rolled back by itself
    throw error;
  }
}

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

async function keptVersions(connection: DuckDBConnection): Promise<Map<string, Kept>> {
  const result = await connection.runAndReadAll(`SELECT ${KEPT.map((name) => `f.${name}`).join(', ')} FROM files f SEMI JOIN incoming i ON i.file_id = f.file_id`);
  return new Map(result.getRowsJS().map((cells) => {
    const row = Object.fromEntries(KEPT.map((name, i) => [name, cells[i]])) as unknown as Kept;
    return [row.file_id, row];
  }));
}

export async function putAll(connection: DuckDBConnection, files: readonly InspectedFile[], now: string): Promise<PutResult> {
  const incoming = files.map((file) => versionRowOf(file, now));
  await staged(connection, 'incoming', [KEY], incoming as unknown as Row[]);
  const kept = await keptVersions(connection);
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
  if (replaced.length > 0) await deleteRows(connection, replaced, TABLES.map(storedName));
  await insertFiles(connection, [...write].map(([id, i]) => ({ report: files[i]!.report, row: () => fileRowWithHistory(files[i]!, now, kept.get(id), current.get(id)!, seen.get(id)!) })));
  const count = (outcome: Outcome): number => outcomes.filter((one) => one === outcome).length;
  return { inserted: count('new'), replaced: count('changed'), unchanged: count('unchanged'), stale: count('stale'), repeated: count('repeated'), outcomes };
}

const orderOf = ({ sequencer, events }: StoredVersion): Row => ({ sequencer, events });

function fileRowWithHistory({ report, identity }: InspectedFile, now: string, before: Kept | undefined, after: StoredVersion, { times, last }: { times: number; last: string }): Row {
  const row = Object.assign(fileRowOf(report, identity, now), orderOf(after));
  row['last_inspected'] = last;
  row['first_seen'] = before?.first_seen ?? row['first_seen']!;
  row['inspection_count'] = (before?.inspection_count ?? 0) + times;
  return row;
}

async function bumpAll(connection: DuckDBConnection, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await staged(connection, 'looked_at', [KEY, TEXT, ...['times', 'sequencer', 'events'].map((name) => ({ ...TEXT, name }))], rows);
  await connection.run('UPDATE files SET last_inspected = greatest(files.last_inspected, l.last_inspected), inspection_count = files.inspection_count + CAST(l.times AS INTEGER), sequencer = coalesce(l.sequencer, files.sequencer), events = coalesce(l.events, files.events) FROM looked_at l WHERE l.file_id = files.file_id');
}

/** Files whose rows are made before they are handed over: few, so that memory does not grow with the batch. */
const SLICE = 256;

async function insertFiles(connection: DuckDBConnection, files: readonly { readonly report: ExrReport; readonly row: () => Row }[]): Promise<void> {
  const order = await columnOrder(connection);
  const ordered = new Map(TABLES.map((table) => [table.name, order(table)]));
  const columns = (name: TableName): readonly Column[] => ordered.get(name)!;
  const stage = new ContentStage(connection);
  for (let from = 0; from < files.length; from += SLICE) {
    const rows: Row[] = [];
    for (const { report, row } of files.slice(from, from + SLICE)) {
      const file = row();
      rows.push(file);
      stage.file(file['file_id'] as string, file['file_path'] as string);
      stageFile(stage, report, columns);
    }
    await appendRows(connection, 'files', columns('files'), rows);
    await stage.flush();
  }
  await stage.finish();
}

function stageFile(stage: ContentStage, report: ExrReport, columns: (name: TableName) => readonly Column[]): void {
  stage.add('channel_rows', columns('channels'), channelsKey(report), () => channelRowsOf(report));
  for (const row of partRowsOf(report)) stage.add('parts', columns('parts'), keyOf(row), () => [row]);
  eachAttributeRow(report, (key, make) => stage.add('attributes', columns('attributes'), key, () => [make()]));
  const [stats, findings] = [statsRowsOf(report), findingRowsOf(report)];
  if (stats.length > 0) stage.add('stats', columns('stats'), null, () => stats);
  if (findings.length > 0) stage.add('findings', columns('findings'), null, () => findings);
}

/** Rows made by one function have their keys in one order. */
function keyOf(row: Row): string {
  let key = '';
  for (const name in row) key += `${String(row[name])}\0${row[name] === null ? 'n' : ''}\0`;
  return key;
}

function channelsKey({ channels }: ExrReport): string {
  let key = '';
  for (const { part_index, name, layer, view, type, x_sampling, y_sampling, p_linear } of channels) key += `${part_index}\0${name}\0${layer}\0${view === null ? '' : `v${view}`}\0${type}\0${x_sampling}\0${y_sampling}\0${p_linear}\0`;
  return key;
}

/** An appender writes by place, and in a store that was migrated the newer columns stand at the end. */
async function columnOrder(connection: DuckDBConnection): Promise<(table: Table) => readonly Column[]> {
  const result = await connection.runAndReadAll("SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = 'store' AND table_schema = 'main' ORDER BY ordinal_position");
  const names = result.getRowsJS().map(([table, column]) => ({ table: String(table), column: String(column) }));
  return (table) => {
    const columns = storedColumns(table);
    // A column that we do not define can only be one that somebody added by hand: it stays null.
    return names.filter((name) => name.table === storedName(table)).map(({ column }) => columns.find(({ name }) => name === column) ?? { name: column, type: 'string' as const, nullable: true, doc: '' });
  };
}

async function deleteRows(connection: DuckDBConnection, ids: readonly string[], tables: readonly string[]): Promise<void> {
  await staged(connection, 'outgoing', [KEY], ids.map((file_id) => ({ file_id })));
  for (const table of tables) await connection.run(`DELETE FROM ${table} WHERE file_id IN (SELECT file_id FROM outgoing)`);
}

export async function touchAll(connection: DuckDBConnection, ids: readonly string[], now: string): Promise<number> {
  const unique = [...new Set(ids)];
  await staged(connection, 'incoming', [KEY], unique.map((file_id) => ({ file_id })));
  const known = [...(await keptVersions(connection)).values()].filter(({ status }) => status !== 'deleted');
  await bumpAll(connection, known.map(({ file_id }) => ({ file_id, last_inspected: now, times: '1' })));
  return known.length;
}

/** Tombstones: the row in `files` stays, with what identifies it; everything else of the file goes. */
export async function removeAll(connection: DuckDBConnection, locations: readonly Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>[], now: string): Promise<number> {
  const wanted = new Map(locations.map((location) => [fileIdOf(location), location]));
  await staged(connection, 'incoming', [KEY], [...wanted.keys()].map((file_id) => ({ file_id })));
  const kept = await keptVersions(connection);
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
  await deleteRows(connection, gone.map(({ file_id }) => String(file_id)), TABLES.map(storedName));
  await appendRows(connection, 'files', (await columnOrder(connection))(tableNamed('files')), gone);
  return gone.filter(({ file_id }) => kept.has(String(file_id))).length;
}
