import type { DuckDBConnection } from '@duckdb/node-api';
import type { Session } from './contents.ts';

/** Files that may be replaced or removed before contents that nobody has are looked for; in a large store a quarter of its files. */
const FEW = 1000;

/** Counts replaced and removed files; when they are many, takes out the contents that they left behind. In the same transaction: all or nothing. */
export async function sweep(connection: DuckDBConnection, session: Session, files: number): Promise<void> {
  const [row] = (await connection.runAndReadAll("SELECT (SELECT value FROM store_info WHERE key = 'unswept'), (SELECT count(*) FROM file_rows)")).getRowsJS();
  const unswept = Number(row![0] ?? 0) + files;
  const due = unswept > Math.max(FEW, Number(row![1]) / 4);
  await connection.run("DELETE FROM store_info WHERE key = 'unswept'");
  await connection.run("INSERT INTO store_info VALUES ('unswept', $1)", [String(due ? 0 : unswept)]);
  if (!due) return;
  await connection.run('CREATE OR REPLACE TEMP TABLE used AS SELECT channel_set AS content FROM file_rows UNION SELECT part_set FROM file_rows UNION SELECT vector_set FROM file_rows UNION SELECT content FROM file_attributes');
  for (const table of ['channel_sets', 'part_sets', 'vector_sets', 'attribute_values', 'content_keys']) await connection.run(`DELETE FROM ${table} AS t WHERE NOT EXISTS (SELECT 1 FROM used u WHERE u.content = t.content)`);
  await connection.run('DROP TABLE temp.used');
  session.forget();
}
