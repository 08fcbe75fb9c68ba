/**
 * Where inspected files are remembered. Node only: reached through `@exr/core/store`.
 *
 *   const store = openStore('renders.duckdb');
 *   await store.put([{ report, identity: { bucket: null, path: '/jobs/abc/beauty.1001.exr' } }]);
 *   for await (const row of store.query({ where: "compression = 'none' and width >= 4096" })) console.log(row.path);
 *   for (const match of await store.similar({ to: report })) console.log(match.similarity, match.row.path);
 */
import { DuckDbStore, type DuckDbStoreOptions } from './duckdb/duckdb-store.ts';
import type { ExrStore, SqlStore } from './types.ts';
import { isVastLocation, vastTarget, VastStore, type Environment, type VastStoreOptions } from './vast/index.ts';

/** A store in one DuckDB file; the file is made by the first `put`. */
export function openStore(file: string, options?: DuckDbStoreOptions): SqlStore {
  return new DuckDbStore(file, options);
}

/**
 * The store at a location as people write it: `vast://bucket/schema` with VAST_DB_ENDPOINT, VAST_DB_ACCESS_KEY and VAST_DB_SECRET_KEY in `env`, anything
 * else is the path of a DuckDB file. `isSqlStore` tells whether it also answers SQL.
 */
export function storeAt(location: string, options: { readonly file?: DuckDbStoreOptions; readonly vast?: VastStoreOptions; readonly env: Environment }): ExrStore {
  return isVastLocation(location) ? new VastStore(vastTarget(location, options.env), options.vast) : openStore(location, options.file);
}

export { DuckDbStore, type DuckDbStoreOptions } from './duckdb/duckdb-store.ts';
export { isVastLocation, vastLocation, vastSmoke, vastTarget, VastStore, type Environment, type SmokeOptions, type SmokeStep, type VastStoreOptions, type VastTarget } from './vast/index.ts';
export { STORE_VERSION, TABLES, tableNamed, vectorLength, type Column, type ColumnType, type Table, type TableName } from './columns.ts';
export { arrowSchemas, type ArrowField, type ArrowType } from './arrow-schema.ts';
export { storeMarkdown } from './docs-page.ts';
export { decide, eventKey, fileIdOf, older, tombstoneOf, versionOf, wellFormed, type FileIdentity, type Outcome, type StoredVersion } from './identity.ts';
export { normalizePath, rowsOf, sequenceOf, versionRowOf, type Cell, type FileRows, type InspectedFile, type Row } from './rows.ts';
export { columnType, looksAtParts, parseWhere, type Literal, type WhereColumn, type WhereNode } from './where.ts';
export { indexFiles, type IndexOptions, type IndexProgress, type IndexTarget, type InspectedTarget, type ListedObject } from './indexing.ts';
export { isSqlStore } from './types.ts';
export type { Count, ExportOptions, ExrQuery, ExrRow, ExrStore, KnownFile, Match, PutResult, SimilarQuery, SqlLimits, SqlOptions, SqlResult, SqlStore, StoreFilter, StoreOptions, StorePlace, StoreSummary, Suspect, SuspectKind, SuspectOptions } from './types.ts';
