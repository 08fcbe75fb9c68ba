/** Makes and checks what is in the file: its tables, its version, and whose file it is. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { ExrError } from '../../errors.ts';
import { STORE_VERSION, TABLES } from '../columns.ts';
import { channelsView, columnDdl, createStatements, storedColumns, storedName } from './ddl.ts';

async function tableNames(connection: DuckDBConnection): Promise<Set<string>> {
  const result = await connection.runAndReadAll("SELECT table_name FROM information_schema.tables WHERE table_catalog = 'store' AND table_schema = 'main'");
  return new Set(result.getRowsJS().map(([name]) => String(name)));
}

async function storedVersion(connection: DuckDBConnection): Promise<number> {
  const result = await connection.runAndReadAll("SELECT value FROM store_info WHERE key = 'store_version'");
  return Number(result.getRowsJS()[0]?.[0] ?? NaN);
}

/** For readers: the file is a store of a version that we know. */
export async function checkSchema(connection: DuckDBConnection, file: string): Promise<number> {
  const names = await tableNames(connection);
  if (!names.has('store_info')) {
    throw new ExrError('INVALID_ARGUMENT', names.size === 0 ? `${file}: an empty DuckDB database, expected a store: run \`exr index\` first` : `${file}: a DuckDB database with the tables ${[...names].slice(0, 5).join(', ')}, expected a store of exr-inspector`, { source: file });
  }
  const version = await storedVersion(connection);
  if (!(version >= 1)) throw new ExrError('READ_FAILED', `${file}: its store_version is ${version}, expected 1 to ${STORE_VERSION}: the store is damaged`, { source: file });
  if (version > STORE_VERSION) throw new ExrError('UNSUPPORTED_VERSION', `${file}: store version ${version}, this exr knows 1 to ${STORE_VERSION}: use a newer exr; the store is left as it is`, { source: file });
  return version;
}

/** For writers: makes the tables in an empty file, brings an older store up to date (columns are only ever added), all in one transaction. */
export async function provision(connection: DuckDBConnection, file: string): Promise<void> {
  const names = await tableNames(connection);
  if (names.size > 0 && (await checkSchema(connection, file)) === STORE_VERSION && TABLES.every((table) => names.has(storedName(table)))) return migrateColumns(connection);
  await connection.run('BEGIN');
  for (const statement of createStatements()) await connection.run(statement);
  await connection.run('DELETE FROM store_info WHERE key = $1', ['store_version']);
  await connection.run('INSERT INTO store_info VALUES ($1, $2)', ['store_version', String(STORE_VERSION)]);
  await connection.run('COMMIT');
  await migrateColumns(connection);
}

/** Adds the columns that this version defines and the file lacks. */
async function migrateColumns(connection: DuckDBConnection): Promise<void> {
  const result = await connection.runAndReadAll("SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = 'store' AND table_schema = 'main'");
  const there = new Set(result.getRowsJS().map(([table, column]) => `${table}.${column}`));
  const missing = TABLES.flatMap((table) => storedColumns(table).filter((column) => !there.has(`${storedName(table)}.${column.name}`)).map((column) => ({ table, column })));
  if (missing.length === 0) return;
  await connection.run('BEGIN');
  await connection.run('DROP VIEW IF EXISTS channels');
  for (const { table, column } of missing) await connection.run(`ALTER TABLE ${storedName(table)} ADD COLUMN ${columnDdl({ ...column, nullable: true })}`);
  await connection.run(channelsView());
  await connection.run('COMMIT');
}
