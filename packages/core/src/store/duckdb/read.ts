/** SELECTs of find, similar, known and summary. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { CHANNEL_DIMENSIONS, EMBEDDING_VERSION, METADATA_DIMENSIONS } from '../../embed/index.ts';
import { filterSql } from '../filter-sql.ts';
import type { Count, ExrQuery, ExrRow, KnownFile, StoreFilter, StoreSummary } from '../types.ts';
import { STORE_VERSION } from '../columns.ts';
import { duckdb } from './gate.ts';

const number = (value: unknown): number => Number(value ?? 0);
const maybe = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/** What the sets of parts of the files chosen say, one line a set. */
const PART_FACTS = `SELECT p.content, max(p.width) AS width, max(p.height) AS height, string_agg(DISTINCT p.compression, ',' ORDER BY p.compression) AS compression,
  string_agg(DISTINCT p.color_space, ', ' ORDER BY p.color_space) AS color_space, string_agg(DISTINCT p.render_software, ', ' ORDER BY p.render_software) AS software FROM part_sets p SEMI JOIN chosen c ON c.part_set = p.content GROUP BY p.content`;

const ROW_COLUMNS = 'c.file_id, c.bucket, c.path, c.status, c.size_bytes, c.mtime, c.files, c.first_frame, c.last_frame, c.missing_frames, c.multipart_count, c.channel_count, p.width, p.height, p.compression, p.color_space, p.software, c.error_message';

function rowOf(cells: readonly unknown[]): ExrRow {
  return {
    file_id: String(cells[0]), bucket: text(cells[1]), path: String(cells[2]), status: String(cells[3]), size_bytes: number(cells[4]), mtime: text(cells[5]), files: number(cells[6]), first_frame: maybe(cells[7]), last_frame: maybe(cells[8]),
    missing_frames: number(cells[9]), parts: number(cells[10]), channels: number(cells[11]), width: maybe(cells[12]), height: maybe(cells[13]), compression: text(cells[14]), color_space: text(cells[15]), software: text(cells[16]), error: text(cells[17]),
  };
}

const SINGLE = 'f.file_id, f.bucket, f.file_path AS path, f.status, f.size_bytes, f.mtime, 1 AS files, f.frame_number AS first_frame, f.frame_number AS last_frame, 0 AS missing_frames, f.multipart_count, f.channel_count, f.error_message, f.part_set';
const FIRST = '(arg_min({ id: f.file_id, parts: f.part_set }, coalesce(f.frame_number, 0)))';
/** Of a sequence the first frame stands for the others; what they are together is counted. */
const COLLAPSED = `${FIRST}.id AS file_id, ${FIRST}.parts AS part_set, f.bucket, CASE WHEN count(*) > 1 THEN any_value(f.sequence) ELSE any_value(f.file_path) END AS path,
  CASE WHEN bool_or(f.status = 'error') THEN 'error' WHEN bool_or(f.status = 'partial') THEN 'partial' ELSE min(f.status) END AS status, sum(f.size_bytes) AS size_bytes, max(f.mtime) AS mtime, count(*) AS files,
  min(f.frame_number) AS first_frame, max(f.frame_number) AS last_frame, CASE WHEN count(f.frame_number) > 0 THEN greatest(0, max(f.frame_number)::BIGINT - min(f.frame_number) + 1 - count(DISTINCT f.frame_number)) ELSE 0 END AS missing_frames,
  max(f.multipart_count) AS multipart_count, max(f.channel_count) AS channel_count, any_value(f.error_message) AS error_message`;

export async function findRows(connection: DuckDBConnection, query: ExrQuery): Promise<ExrRow[]> {
  const filter = filterSql(query);
  const limit = query.limit === undefined ? '' : ` LIMIT ${Math.max(0, Math.floor(query.limit))}`;
  const chosen = query.collapse
    ? `SELECT ${COLLAPSED} FROM file_rows f WHERE ${filter.sql} GROUP BY f.bucket, coalesce(f.sequence, f.file_id) ORDER BY path${limit}`
    : `SELECT ${SINGLE} FROM file_rows f WHERE ${filter.sql} ORDER BY path${limit}`;
  const result = await connection.runAndReadAll(`WITH chosen AS MATERIALIZED (${chosen}) SELECT ${ROW_COLUMNS} FROM chosen c LEFT JOIN (${PART_FACTS}) p ON p.content = c.part_set ORDER BY c.path, c.bucket`, [...filter.parameters]);
  return result.getRowsJS().map(rowOf);
}

/** Exact top k by cosine, over files whose vectors have our version; of a sequence only its nearest file when `collapse`. */
export async function nearestRows(connection: DuckDBConnection, vector: Float32Array, by: 'metadata' | 'channels', filter: StoreFilter, limit: number, exceptId: string | undefined, collapse: boolean): Promise<{ row: ExrRow; similarity: number }[]> {
  const { ARRAY, FLOAT, arrayValue } = await duckdb();
  const { sql, parameters } = filterSql(filter);
  const [column, length] = by === 'metadata' ? ['metadata_embedding', METADATA_DIMENSIONS] : ['channel_embedding', CHANNEL_DIMENSIONS];
  const bound = [...parameters, arrayValue([...vector]), EMBEDDING_VERSION, exceptId ?? ''];
  const at = parameters.length;
  const types = [...parameters.map(() => undefined), ARRAY(FLOAT, length)] as never[];
  const ranked = `SELECT f.file_id, coalesce(f.sequence, f.file_id) AS grouped, v.distance FROM file_rows f JOIN (SELECT content, array_cosine_distance(${column}, $${at + 1}) AS distance FROM vector_sets) v ON v.content = f.vector_set WHERE f.embedding_version = $${at + 2} AND f.file_id <> $${at + 3} AND ${sql}`;
  const once = collapse ? 'SELECT arg_min(file_id, distance) AS file_id, min(distance) AS distance FROM ranked GROUP BY grouped' : 'SELECT file_id, distance FROM ranked';
  const statement = `WITH ranked AS (${ranked}), nearest AS MATERIALIZED (SELECT * FROM (${once}) ORDER BY distance, file_id LIMIT ${Math.max(0, Math.floor(limit))}),
    chosen AS MATERIALIZED (SELECT ${SINGLE} FROM file_rows f SEMI JOIN nearest n ON n.file_id = f.file_id)
    SELECT ${ROW_COLUMNS}, n.distance FROM nearest n JOIN chosen c ON c.file_id = n.file_id LEFT JOIN (${PART_FACTS}) p ON p.content = c.part_set ORDER BY n.distance, c.path`;
  const result = await connection.runAndReadAll(statement, bound, types);
  return result.getRowsJS().map((cells) => ({ row: rowOf(cells), similarity: 1 - number(cells[18]) }));
}

export async function knownBelow(connection: DuckDBConnection, under: { readonly bucket: string | null; readonly path: string } | null): Promise<KnownFile[]> {
  const where = under === null ? '' : ` AND f.bucket IS NOT DISTINCT FROM $1 AND ($2 = '' OR f.file_path = $2 OR starts_with(f.file_path, $3))`;
  const path = under?.path.replace(/\/+$/, '') ?? '';
  const result = await connection.runAndReadAll(`SELECT f.file_id, f.bucket, f.file_path, f.version, f.status, f.embedding_version, f.has_stats FROM file_rows f WHERE f.status <> 'deleted'${where} ORDER BY f.file_path`, under === null ? [] : [under.bucket, path, `${path}/`]);
  return result.getRowsJS().map(([fileId, bucket, file, version, status, embeddingVersion, hasStats]) => ({
    fileId: String(fileId), bucket: text(bucket), path: String(file), version: String(version), status: String(status), embeddingVersion: maybe(embeddingVersion), hasStats: hasStats === true,
  }));
}

export async function summarize(connection: DuckDBConnection, location: string): Promise<StoreSummary> {
  const counts = async (from: string, limit = 40): Promise<Count[]> => {
    const result = await connection.runAndReadAll(`SELECT name, count(DISTINCT file_id) AS files, sum(size_bytes) AS bytes FROM (${from}) GROUP BY name ORDER BY files DESC, name LIMIT ${limit}`);
    return result.getRowsJS().map(([name, files, bytes]) => ({ name: text(name), files: number(files), bytes: number(bytes) }));
  };
  const ofParts = (column: string): string => `SELECT DISTINCT p.${column} AS name, f.file_id, f.size_bytes FROM file_rows f JOIN part_sets p ON p.content = f.part_set WHERE f.status <> 'deleted'`;
  const ofFiles = (expression: string, condition = "f.status <> 'deleted'"): string => `SELECT ${expression} AS name, f.file_id, f.size_bytes FROM file_rows f WHERE ${condition}`;
  const totals = (await connection.runAndReadAll("SELECT count(*), sum(size_bytes), count(DISTINCT sequence) FROM file_rows WHERE status <> 'deleted'")).getRowsJS()[0]!;
  return {
    location, storeVersion: STORE_VERSION, files: number(totals[0]), bytes: number(totals[1]), sequences: number(totals[2]),
    byStatus: await counts(ofFiles('f.status', 'true')),
    byCompression: await counts(ofParts('compression')),
    byColorSpace: await counts(ofParts('color_space')),
    bySoftware: await counts(ofParts('render_software')),
    byResolution: await counts("SELECT DISTINCT p.display_width || ' × ' || p.display_height AS name, f.file_id, f.size_bytes FROM file_rows f JOIN part_sets p ON p.content = f.part_set WHERE f.status <> 'deleted'"),
    bySize: (await counts(ofFiles("CASE WHEN f.size_bytes < 1048576 THEN '0 below 1 MiB' WHEN f.size_bytes < 10485760 THEN '1 1–10 MiB' WHEN f.size_bytes < 52428800 THEN '2 10–50 MiB' WHEN f.size_bytes < 209715200 THEN '3 50–200 MiB' WHEN f.size_bytes < 1073741824 THEN '4 200 MiB–1 GiB' ELSE '5 above 1 GiB' END"))).sort((a, b) => (a.name! < b.name! ? -1 : 1)).map((count) => ({ ...count, name: count.name!.slice(2) })),
    byMonth: (await counts(ofFiles('left(f.mtime, 7)'), 120)).sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)),
    byChannel: await counts("SELECT c.name, f.file_id, f.size_bytes FROM file_rows f JOIN (SELECT DISTINCT content, CASE WHEN layer_name = '' THEN component_name ELSE layer_name END AS name FROM channel_sets) c ON c.content = f.channel_set WHERE f.status <> 'deleted'"),
    byError: await counts(ofFiles('f.error_code', 'f.error_code IS NOT NULL AND f.status <> \'deleted\'')),
    byDirectory: await counts(ofFiles('f.directory'), 20),
  };
}
