/**
 * A store's file may have been made by somebody else. It may hold views, macros, columns that are computed, types and tables that look like ours. Readers use
 * nothing of it but the plain columns of its tables: the views over them are made anew beside the store, where a macro of the store is not looked for.
 * Writers work in the store itself and refuse one that has macros.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { ExrError } from '../../errors.ts';
import { duckdbType, STORED, viewStatements, type StoredTable } from './ddl.ts';

const INFO: StoredTable = { name: 'store_info', columns: [{ name: 'key', type: 'string', nullable: false }, { name: 'value', type: 'string', nullable: false }] };
const OURS: readonly StoredTable[] = [...STORED, INFO];
/** Tables of earlier layouts, which are views in this one. */
const EARLIER = ['files', 'parts', 'attributes', 'channel_rows'];

function distrust(file: string, what: string): never {
  throw new ExrError('INVALID_ARGUMENT', `${file}: ${what}: exr makes no such stores, so nothing is read from it; index the files anew into a store of your own`, { source: file });
}

/** @throws {ExrError} INVALID_ARGUMENT where a table of ours is something else than a table with plain columns of our types */
export async function checkTables(connection: DuckDBConnection, file: string): Promise<void> {
  const names = [...OURS.map(({ name }) => name), ...EARLIER];
  const tables = (await connection.runAndReadAll(`SELECT table_name, sql FROM system.main.duckdb_tables() WHERE database_name = 'store' AND schema_name = 'main' AND table_name IN (${names.map((name) => `'${name}'`).join(', ')})`)).getRowsJS();
  for (const [table, sql] of tables) {
    // Ours is CREATE TABLE name(column TYPE, …): a second parenthesis is a default, a check, a computed column or a type that is none of ours.
    const definition = String(sql);
    if (definition.includes('(', definition.indexOf('(') + 1)) distrust(file, `its table ${String(table)} has columns with expressions in them`);
  }
  const plain = new Set(tables.map(([table]) => String(table)));
  const columns = (await connection.runAndReadAll("SELECT table_name, column_name, data_type FROM system.main.duckdb_columns() WHERE database_name = 'store' AND schema_name = 'main'")).getRowsJS();
  const types = new Map(columns.map(([table, column, type]) => [`${String(table)}.${String(column)}`, String(type)]));
  for (const { name } of OURS) if (!plain.has(name) && columns.some(([table]) => table === name)) distrust(file, `its ${name} is a view, expected a table`);
  for (const table of OURS) {
    for (const { name, type } of table.columns) {
      const found = types.get(`${table.name}.${name}`);
      if (found !== undefined && found !== duckdbType(type)) distrust(file, `its column ${table.name}.${name} is ${found.slice(0, 60)}, expected ${duckdbType(type)}`);
    }
  }
}

/** For writers. @throws {ExrError} INVALID_ARGUMENT where the store has macros, which would stand in for DuckDB's own functions */
export async function checkMacros(connection: DuckDBConnection, file: string): Promise<void> {
  const found = (await connection.runAndReadAll("SELECT function_name FROM system.main.duckdb_functions() WHERE database_name = 'store' LIMIT 1")).getRowsJS();
  if (found.length > 0) distrust(file, `it holds a macro, ${String(found[0]![0]).slice(0, 100)}`);
}

const prepared = new WeakSet<DuckDBConnection>();

/** From here on the connection's names mean the tables of the store as our own views, and functions DuckDB's own. */
export async function lookFromOutside(connection: DuckDBConnection): Promise<void> {
  await connection.run('USE memory');
  if (prepared.has(connection)) return;
  const columns = (await connection.runAndReadAll("SELECT table_name, column_name FROM system.main.duckdb_columns() WHERE database_name = 'store' AND schema_name = 'main'")).getRowsJS();
  const there = new Set(columns.map(([table, column]) => `${String(table)}.${String(column)}`));
  for (const { name, columns: ours } of OURS) {
    // A column that an older store lacks is null.
    const cells = ours.map((column) => (there.has(`${name}.${column.name}`) ? `"${column.name}"` : `CAST(NULL AS ${duckdbType(column.type)}) AS "${column.name}"`));
    await connection.run(`CREATE OR REPLACE VIEW memory.main.${name} AS SELECT ${cells.join(', ')} FROM store.main.${name}`);
  }
  for (const statement of viewStatements()) await connection.run(statement);
  prepared.add(connection);
}

export async function workInside(connection: DuckDBConnection): Promise<void> {
  await connection.run('USE store');
}
