/**
 * A store of version 1 or 2, where every file had rows of its own in `files`, `parts`, `channel_rows` and `attributes`, and one of version 3, where it had
 * vectors of its own. All of it in the caller's transaction: a process that dies leaves the store as it was. In slices of files, so that memory stays bounded.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { ATTRIBUTE_VALUES, CHANNEL_SETS, FILE_ROWS, PART_SETS, tableStatements, VECTOR_SETS, VIEWS, type StoredTable } from './ddl.ts';

const SLICE = 5000;

export async function migrateFirstLayout(connection: DuckDBConnection): Promise<void> {
  const run = (statement: string): Promise<unknown> => connection.run(statement);
  await run('DROP VIEW IF EXISTS channels');
  for (const table of ['files', 'parts', 'attributes']) await run(`ALTER TABLE ${table} RENAME TO first_${table}`);
  for (const statement of tableStatements()) await run(statement);
  await run('CREATE TEMP TABLE numbered AS SELECT file_id, row_number() OVER () AS number FROM first_files');
  await run('CREATE TEMP TABLE seen (key VARCHAR, content INTEGER)');
  await run('CREATE TEMP TABLE placed (file_id VARCHAR, kind VARCHAR, content INTEGER)');
  const [row] = (await connection.runAndReadAll('SELECT count(*) FROM numbered')).getRowsJS();
  for (let from = 0; from < Number(row![0]); from += SLICE) {
    await run(`CREATE OR REPLACE TEMP TABLE slice AS SELECT file_id FROM numbered WHERE number > ${from} AND number <= ${from + SLICE}`);
    await moveSets(connection, 'channel_rows', CHANNEL_SETS, 'channel_index');
    await moveSets(connection, 'first_parts', PART_SETS, 'part_index');
    await moveSets(connection, 'first_attributes', ATTRIBUTE_VALUES, null);
  }
  const set = (kind: StoredTable): string => `(SELECT content FROM placed p WHERE p.file_id = f.file_id AND p.kind = '${kind.name}')`;
  await moveFiles(connection, 'first_files', { channel_set: set(CHANNEL_SETS), part_set: set(PART_SETS), number: '(SELECT number FROM numbered n WHERE n.file_id = f.file_id)' });
  await run(`INSERT INTO file_attributes SELECT n.number, p.content FROM placed p JOIN numbered n ON n.file_id = p.file_id WHERE p.kind = '${ATTRIBUTE_VALUES.name}'`);
  for (const table of ['first_files', 'first_parts', 'first_attributes', 'channel_rows']) await run(`DROP TABLE ${table}`);
  for (const table of ['numbered', 'seen', 'placed', 'slice']) await run(`DROP TABLE IF EXISTS temp.${table}`);
}

export async function migrateThirdLayout(connection: DuckDBConnection): Promise<void> {
  for (const view of VIEWS) await connection.run(`DROP VIEW IF EXISTS ${view}`);
  await connection.run('ALTER TABLE file_rows RENAME TO third_rows');
  for (const statement of tableStatements()) await connection.run(statement);
  await moveFiles(connection, 'third_rows');
  await connection.run('DROP TABLE third_rows');
}

/** Rows of files that have their vectors with them, into `file_rows` and `vector_sets`. `given`: columns that they lack, as SQL over `f`. */
async function moveFiles(connection: DuckDBConnection, from: string, given: Readonly<Record<string, string>> = {}): Promise<void> {
  const run = (statement: string): Promise<unknown> => connection.run(statement);
  const there = new Set((await connection.runAndReadAll(`SELECT column_name FROM system.information_schema.columns WHERE table_name = '${from}'`)).getRowsJS().map(([name]) => String(name)));
  const named = (table: StoredTable): string[] => table.columns.map(({ name }) => name).filter((name) => there.has(name));
  const vectors = named(VECTOR_SETS);
  await run(`CREATE TEMP TABLE vectored AS SELECT rowid AS line, md5(${vectors.map((name) => `coalesce(CAST(${name} AS VARCHAR), '')`).join(' || ')}) AS key FROM ${from} WHERE metadata_embedding IS NOT NULL`);
  await run('CREATE TEMP TABLE firsts AS SELECT key, min(line) AS line, row_number() OVER () AS content FROM vectored GROUP BY key');
  await run(`INSERT INTO vector_sets (content, ${vectors.join(', ')}) SELECT s.content, ${vectors.map((name) => `f.${name}`).join(', ')} FROM firsts s JOIN ${from} f ON f.rowid = s.line`);
  const names = named(FILE_ROWS).map((name) => `"${name}"`);
  await run(
    `INSERT INTO file_rows (${[...names, ...Object.keys(given), 'vector_set'].join(', ')}) SELECT ${[...names.map((name) => `f.${name}`), ...Object.values(given), 's.content'].join(', ')}
      FROM ${from} f LEFT JOIN vectored v ON v.line = f.rowid LEFT JOIN firsts s ON s.key = v.key`,
  );
  for (const table of ['vectored', 'firsts']) await run(`DROP TABLE temp.${table}`);
}

/** Gives each distinct set of rows (or, without `order`, each distinct row) of the slice's files a number, and says which file has it. */
async function moveSets(connection: DuckDBConnection, from: string, into: StoredTable, order: string | null): Promise<void> {
  const run = (statement: string): Promise<unknown> => connection.run(statement);
  const there = new Set((await connection.runAndReadAll(`SELECT column_name FROM system.information_schema.columns WHERE table_name = '${from}'`)).getRowsJS().map(([name]) => String(name)));
  const columns = into.columns.map(({ name }) => name).filter((name) => name !== 'content' && there.has(name));
  const names = columns.map((name) => `"${name}"`).join(', ');
  // The text of the whole row, lists within lists: every value in its own quotes.
  const text = `to_json([${columns.map((name) => `CAST(r."${name}" AS VARCHAR)`).join(', ')}])::VARCHAR`;
  const lines = `SELECT r.file_id, r.rowid AS line, sha256(${text}) AS digest FROM ${from} r SEMI JOIN slice s ON s.file_id = r.file_id`;
  await run(`CREATE OR REPLACE TEMP TABLE lines AS ${lines}`);
  await run(
    order === null
      ? `CREATE OR REPLACE TEMP TABLE keyed AS SELECT file_id, line, '${into.name}' || digest AS key FROM lines`
      : `CREATE OR REPLACE TEMP TABLE keyed AS SELECT file_id, min(line) AS line, '${into.name}' || sha256(string_agg(digest, ',' ORDER BY line)) AS key FROM lines GROUP BY file_id`,
  );
  await run('CREATE OR REPLACE TEMP TABLE fresh AS SELECT key, arg_min(file_id, line) AS file_id, min(line) AS line, (SELECT coalesce(max(content), 0) FROM seen) + row_number() OVER () AS content FROM keyed k ANTI JOIN seen s ON s.key = k.key GROUP BY key');
  await run(
    order === null
      ? `INSERT INTO ${into.name} (content, ${names}) SELECT f.content, ${columns.map((name) => `r."${name}"`).join(', ')} FROM fresh f JOIN ${from} r ON r.rowid = f.line`
      : `INSERT INTO ${into.name} (content, ${names}) SELECT f.content, ${columns.map((name) => `r."${name}"`).join(', ')} FROM fresh f JOIN ${from} r ON r.file_id = f.file_id`,
  );
  await run('INSERT INTO seen SELECT key, content FROM fresh');
  await run(`INSERT INTO placed SELECT k.file_id, '${into.name}', s.content FROM keyed k JOIN seen s ON s.key = k.key`);
  for (const table of ['lines', 'keyed', 'fresh']) await run(`DROP TABLE temp.${table}`);
}
