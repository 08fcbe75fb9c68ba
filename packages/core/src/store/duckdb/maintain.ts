/** What a schedule clears up: who should be looked at again, and tombstones that nobody needs any longer. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Suspect, SuspectKind } from '../types.ts';

const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/** No file is there twice in a file that one process writes at a time; a store that was merged by hand may have some. */
const CONDITION: Readonly<Record<SuspectKind, string>> = {
  failed: "f.status IN ('error', 'partial')",
  doubled: 'f.file_id IN (SELECT file_id FROM file_rows GROUP BY file_id HAVING count(*) > 1)',
};

export async function suspectsOf(connection: DuckDBConnection, kind: SuspectKind, limit: number): Promise<Suspect[]> {
  const result = await connection.runAndReadAll(
    `SELECT f.file_id, any_value(f.bucket), any_value(f.file_path), max(f.last_inspected) AS seen FROM file_rows f WHERE ${CONDITION[kind]} GROUP BY f.file_id ORDER BY seen NULLS FIRST, f.file_id LIMIT ${limit}`,
  );
  return result.getRowsJS().map(([fileId, bucket, path, seen]) => ({ fileId: String(fileId), bucket: text(bucket), path: String(path), lastInspected: text(seen) }));
}

export async function purgeTombstones(connection: DuckDBConnection, before: string, limit: number): Promise<number> {
  const result = await connection.run(`DELETE FROM file_rows WHERE rowid IN (SELECT rowid FROM file_rows WHERE status = 'deleted' AND deleted_at < $1 ORDER BY deleted_at LIMIT ${limit})`, [before]);
  return Number(result.rowsChanged);
}
