/** SELECTs of find, similar, known and summary. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { CHANNEL_DIMENSIONS, EMBEDDING_VERSION, METADATA_DIMENSIONS, type Vocabulary } from '../../embed/index.ts';
import { frameNumberOf, sequenceKeyOf } from '../../sequence/index.ts';
import { collapseRows, withoutTexture, type FileRow } from '../collapse.ts';
import { filterSql, hasConditions } from '../filter-sql.ts';
import { fileIdOf } from '../identity.ts';
import type { Count, ExrQuery, ExrRow, KnownFile, StoreFilter, StoreSummary } from '../types.ts';
import { STORE_VERSION } from '../columns.ts';
import { duckdb } from './gate.ts';

const number = (value: unknown): number => Number(value ?? 0);
const maybe = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/** What the sets of parts of the files chosen say, one line a set. */
const PART_FACTS = `SELECT p.content, max(p.width) AS width, max(p.height) AS height, max(p.display_width) AS display_width, max(p.display_height) AS display_height, string_agg(DISTINCT p.compression, ',' ORDER BY p.compression) AS compression,
  string_agg(DISTINCT p.color_space, ', ' ORDER BY p.color_space) AS color_space, string_agg(DISTINCT p.render_software, ', ' ORDER BY p.render_software) AS software,
  bool_and(p.is_tiled AND p.level_mode IS NOT DISTINCT FROM 'mipmap_levels') AS texture FROM part_sets p SEMI JOIN chosen c ON c.part_set = p.content GROUP BY p.content`;
const FACTS = 'p.width, p.height, p.display_width, p.display_height, p.compression, p.color_space, p.software, p.texture';

const ROW_COLUMNS = `c.multipart_count, c.channel_count, c.status, c.error_message, c.bucket, ${FACTS}`;

/** What a row of ROW_COLUMNS says of a file, or of all files that have it in common. */
function factsOf(cells: readonly unknown[]): Omit<FileRow, 'file_id' | 'path' | 'size_bytes' | 'mtime' | 'first_frame' | 'last_frame' | 'frames'> {
  return {
    bucket: text(cells[4]), status: String(cells[2]), files: 1, sequence_files: 1, missing_frames: 0, parts: number(cells[0]), channels: number(cells[1]), width: maybe(cells[5]), height: maybe(cells[6]), display_width: maybe(cells[7]),
    display_height: maybe(cells[8]), compression: text(cells[9]), color_space: text(cells[10]), software: text(cells[11]), error: text(cells[3]), looksLikeTexture: cells[12] === true,
  };
}

const SINGLE = 'f.file_id, f.bucket, f.file_path AS path, f.status, f.size_bytes, f.mtime, f.frame_number, f.multipart_count, f.channel_count, f.error_message, f.part_set';
const SINGLE_COLUMNS = `c.file_id, c.path, c.size_bytes, c.mtime, c.frame_number, ${ROW_COLUMNS}`;

function singleRow(cells: readonly unknown[]): ExrRow {
  const [id, path, bytes, mtime, frame] = cells;
  return withoutTexture({ file_id: String(id), path: String(path), size_bytes: number(bytes), mtime: text(mtime), first_frame: maybe(frame), last_frame: maybe(frame), frames: text(frame), ...factsOf(cells.slice(5)) });
}

export async function findRows(connection: DuckDBConnection, query: ExrQuery): Promise<ExrRow[]> {
  if (query.collapse) {
    const rows = collapseRows(await filesTogether(connection, query), await knownPaths(connection, query));
    return query.limit === undefined ? rows : rows.slice(0, Math.max(0, Math.floor(query.limit)));
  }
  const filter = filterSql(query);
  const limit = query.limit === undefined ? '' : ` LIMIT ${Math.max(0, Math.floor(query.limit))}`;
  const chosen = `SELECT ${SINGLE} FROM file_rows f WHERE ${filter.sql} ORDER BY path${limit}`;
  const result = await connection.runAndReadAll(`WITH chosen AS MATERIALIZED (${chosen}) SELECT ${SINGLE_COLUMNS} FROM chosen c LEFT JOIN (${PART_FACTS}) p ON p.content = c.part_set ORDER BY c.path, c.bucket`, [...filter.parameters]);
  return result.getRowsJS().map(singleRow);
}

/** The files that a filter chooses. Those that have their parts and channels in common come in one line, so that only path, size and time are read for each. */
async function filesTogether(connection: DuckDBConnection, query: StoreFilter): Promise<FileRow[]> {
  const filter = filterSql(query);
  const result = await connection.runAndReadAll(
    `WITH chosen AS MATERIALIZED (SELECT f.bucket, f.status, f.multipart_count, f.channel_count, f.error_message, f.part_set, list(f.file_path) AS paths, list(CAST(f.size_bytes AS DOUBLE)) AS sizes, list(f.mtime) AS times
      FROM file_rows f WHERE ${filter.sql} GROUP BY ALL)
    SELECT c.paths, c.sizes, c.times, ${ROW_COLUMNS} FROM chosen c LEFT JOIN (${PART_FACTS}) p ON p.content = c.part_set`,
    [...filter.parameters],
  );
  return result.getRowsJS().flatMap(([paths, sizes, times, ...cells]) => {
    const facts = factsOf(cells);
    return (paths as string[]).map((path, i) => {
      const frame = frameNumberOf(path);
      return {
        file_id: fileIdOf({ bucket: facts.bucket, path }), path, size_bytes: number((sizes as unknown[])[i]), mtime: text((times as unknown[])[i]), first_frame: frame, last_frame: frame, frames: frame === null ? null : String(frame), ...facts,
      };
    });
  });
}

/** All paths in the folders of the files that a filter chooses, by bucket: what it left out of a sequence is not missing. */
async function knownPaths(connection: DuckDBConnection, query: ExrQuery): Promise<Map<string, string[]>> {
  const { collapse: _, limit: __, ...filter } = query;
  if (!hasConditions(filter)) return new Map();
  const chosen = filterSql(filter);
  const seen = filterSql({ within: filter.within });
  const shifted = seen.sql.replace(/\$(\d+)/g, (_match, position: string) => `$${Number(position) + chosen.parameters.length}`);
  const result = await connection.runAndReadAll(
    `WITH folders AS MATERIALIZED (SELECT DISTINCT f.bucket, f.directory FROM file_rows f WHERE ${chosen.sql})
    SELECT f.bucket, list(f.file_path) FROM file_rows f JOIN folders d ON d.directory = f.directory AND d.bucket IS NOT DISTINCT FROM f.bucket WHERE ${shifted} GROUP BY f.bucket`,
    [...chosen.parameters, ...seen.parameters],
  );
  return new Map(result.getRowsJS().map(([bucket, paths]) => [text(bucket) ?? '', paths as string[]]));
}

/** Exact top k by cosine, over files whose vectors have our version; of a sequence only its nearest file when `collapse`. */
export async function nearestRows(connection: DuckDBConnection, vector: Float32Array, by: 'metadata' | 'channels', filter: StoreFilter, limit: number, exceptId: string | undefined, collapse: boolean): Promise<{ row: ExrRow; similarity: number }[]> {
  const { ARRAY, FLOAT, arrayValue } = await duckdb();
  const { sql, parameters } = filterSql(filter);
  const [column, length] = by === 'metadata' ? ['metadata_embedding', METADATA_DIMENSIONS] : ['channel_embedding', CHANNEL_DIMENSIONS];
  const at = parameters.length;
  const types = [...parameters.map(() => undefined), ARRAY(FLOAT, length)] as never[];
  const wanted = Math.max(0, Math.floor(limit));
  const ranked = `SELECT f.file_id, f.bucket, f.file_path, v.distance FROM file_rows f JOIN (SELECT content, array_cosine_distance(${column}, $${at + 1}) AS distance FROM vector_sets) v ON v.content = f.vector_set WHERE f.embedding_version = $${at + 2} AND f.file_id <> $${at + 3} AND ${sql}`;
  const nearest = async (many: number): Promise<readonly (readonly unknown[])[]> =>
    (await connection.runAndReadAll(`SELECT file_id, bucket, file_path, distance FROM (${ranked}) ORDER BY distance, file_id LIMIT ${many}`, [...parameters, arrayValue([...vector]), EMBEDDING_VERSION, exceptId ?? ''], types)).getRowsJS();
  // Of a sequence only its nearest file: many frames may stand before the next sequence.
  const best = new Map<string, { id: string; distance: number }>();
  for (let many = collapse ? wanted * CROWD : wanted; ; many *= CROWD) {
    const rows = wanted === 0 ? [] : await nearest(many);
    best.clear();
    for (const [id, bucket, path, distance] of rows) {
      const group = collapse ? `${text(bucket) ?? ''}\0${sequenceKeyOf(String(path))}` : String(id);
      if (best.size < wanted && !best.has(group)) best.set(group, { id: String(id), distance: number(distance) });
    }
    if (best.size === wanted || rows.length < many) break;
  }
  const found = [...best.values()];
  const ids = found.map((_, i) => `$${i + 1}`).join(', ') || 'NULL';
  const result = await connection.runAndReadAll(
    `WITH chosen AS MATERIALIZED (SELECT ${SINGLE} FROM file_rows f WHERE f.file_id IN (${ids})) SELECT ${SINGLE_COLUMNS} FROM chosen c LEFT JOIN (${PART_FACTS}) p ON p.content = c.part_set`, found.map(({ id }) => id),
  );
  const rows = new Map(result.getRowsJS().map((cells) => [String(cells[0]), singleRow(cells)]));
  return found.map(({ id, distance }) => ({ row: rows.get(id)!, similarity: 1 - distance })).sort((a, b) => b.similarity - a.similarity || (a.row.path < b.row.path ? -1 : 1));
}
/** Files of a sequence that may crowd each other out of the nearest. */
const CROWD = 64;

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

/** Names in the store that a description may use. */
export async function vocabularyOf(connection: DuckDBConnection, { within }: Pick<StoreFilter, 'within'>): Promise<Vocabulary> {
  const { sql, parameters } = filterSql({ within });
  const column = async (name: string, sets: string, key: string): Promise<string[]> =>
    (await connection.runAndReadAll(`SELECT DISTINCT ${name} AS name FROM ${sets} s SEMI JOIN (SELECT f.${key} AS content FROM file_rows f WHERE ${sql}) c ON c.content = s.content WHERE name IS NOT NULL LIMIT ${MOST_NAMES}`, [...parameters])).getRowsJS().map(([found]) => String(found));
  return {
    software: await column('s.render_software', 'part_sets', 'part_set'),
    channels: await column("CASE WHEN s.layer_name = '' THEN s.channel_name ELSE s.layer_name || '.' || s.component_name END", 'channel_sets', 'channel_set'),
  };
}
const MOST_NAMES = 20_000;
