/** Makes and checks what is in the file: its tables, its version, and whose file it is. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { ExrError } from '../../errors.ts';
import { STORE_VERSION } from '../columns.ts';
import { Session } from './contents.ts';
import { columnDdl, EXPECTED, STORED, tableStatements, viewStatements, VIEWS, type StoredColumn } from './ddl.ts';
import { migrateFirstLayout, migrateThirdLayout } from './migrate.ts';
import { inTransaction } from './transaction.ts';
import { checkMacros, checkTables, workInside } from './trust.ts';

async function tableNames(connection: DuckDBConnection): Promise<Set<string>> {
  const result = await connection.runAndReadAll("SELECT table_name FROM system.information_schema.tables WHERE table_catalog = 'store' AND table_schema = 'main'");
  return new Set(result.getRowsJS().map(([name]) => String(name)));
}

async function storedVersion(connection: DuckDBConnection): Promise<number> {
  const result = await connection.runAndReadAll("SELECT value FROM store.main.store_info WHERE key = 'store_version'");
  return Number(result.getRowsJS()[0]?.[0] ?? NaN);
}

type Layout = 'first' | 'third' | 'present';

/** For readers: the file is a store of a version that we know. Stores of an earlier layout are brought up to date first (migrate.ts): in versions 1 and 2 every file had rows of its own, in 3 vectors of its own. */
export async function checkSchema(connection: DuckDBConnection, file: string): Promise<{ readonly version: number; readonly layout: Layout }> {
  const names = await tableNames(connection);
  if (!names.has('store_info')) {
    throw new ExrError('INVALID_ARGUMENT', names.size === 0 ? `${file}: an empty DuckDB database, expected a store: run \`exr index\` first` : `${file}: a DuckDB database with the tables ${[...names].slice(0, 5).join(', ')}, expected a store of exr-inspector`, { source: file });
  }
  const version = await storedVersion(connection);
  if (!(version >= 1)) throw new ExrError('READ_FAILED', `${file}: its store_version is ${version}, expected 1 to ${STORE_VERSION}: the store is damaged`, { source: file });
  if (version > STORE_VERSION) throw new ExrError('UNSUPPORTED_VERSION', `${file}: store version ${version}, this exr knows 1 to ${STORE_VERSION}: use a newer exr; the store is left as it is`, { source: file });
  return { version, layout: names.has('channel_rows') ? 'first' : version < 4 && !names.has('vector_sets') ? 'third' : 'present' };
}

const sessions = new WeakMap<DuckDBConnection, Session>();

/** For writers: makes the tables in an empty file, brings an older store up to date, each in one transaction; once for every time that the file is opened. */
export async function provision(connection: DuckDBConnection, file: string): Promise<Session> {
  const open = sessions.get(connection);
  if (open) return open;
  const names = await tableNames(connection);
  const { version, layout } = names.size === 0 ? { version: STORE_VERSION, layout: 'present' } : await checkSchema(connection, file);
  await checkTables(connection, file);
  await checkMacros(connection, file);
  await workInside(connection);
  if (version < STORE_VERSION || !EXPECTED.every((name) => names.has(name))) {
    await inTransaction(connection, async () => {
      if (layout === 'first') await migrateFirstLayout(connection);
      else if (layout === 'third') await migrateThirdLayout(connection);
      else for (const statement of tableStatements()) await connection.run(statement);
      await addColumns(connection, missingColumns(await columnsThere(connection)));
      await connection.run("DELETE FROM store_info WHERE key = 'store_version'");
      await connection.run("INSERT INTO store_info VALUES ('store_version', $1)", [String(STORE_VERSION)]);
    });
  }
  let columns = await columnsThere(connection);
  if (missingColumns(columns).length > 0) {
    await inTransaction(connection, () => addColumns(connection, missingColumns(columns)));
    columns = await columnsThere(connection);
  }
  const [row] = (await connection.runAndReadAll(`SELECT greatest(coalesce((SELECT max(number) FROM file_rows), 0), ${['channel_sets', 'part_sets', 'vector_sets', 'attribute_values'].map((table) => `coalesce((SELECT max(content) FROM ${table}), 0)`).join(', ')})`)).getRowsJS();
  const session = new Session(columns, Number(row![0]) + 1);
  sessions.set(connection, session);
  return session;
}

/** An appender writes by place, and in a store that was migrated the newer columns stand at the end. */
async function columnsThere(connection: DuckDBConnection): Promise<Map<string, StoredColumn[]>> {
  const result = await connection.runAndReadAll("SELECT table_name, column_name FROM system.information_schema.columns WHERE table_catalog = 'store' AND table_schema = 'main' ORDER BY ordinal_position");
  const there = result.getRowsJS().map(([table, column]) => ({ table: String(table), column: String(column) }));
  // A column that we do not define can only be one that somebody added by hand: it stays null.
  return new Map(STORED.map((table) => [table.name, there.filter((one) => one.table === table.name).map(({ column }) => table.columns.find(({ name }) => name === column) ?? { name: column, type: 'string' as const, nullable: true })]));
}

interface Missing {
  readonly table: string;
  readonly column: StoredColumn;
}

function missingColumns(there: ReadonlyMap<string, readonly StoredColumn[]>): Missing[] {
  return STORED.flatMap((table) => table.columns.filter(({ name }) => !there.get(table.name)!.some((one) => one.name === name)).map((column) => ({ table: table.name, column })));
}

/** Adds the columns that this version defines and the file lacks, and makes the views over them. */
async function addColumns(connection: DuckDBConnection, missing: readonly Missing[]): Promise<void> {
  for (const view of VIEWS) await connection.run(`DROP VIEW IF EXISTS ${view}`);
  for (const { table, column } of missing) await connection.run(`ALTER TABLE ${table} ADD COLUMN ${columnDdl({ ...column, nullable: true })}`);
  for (const statement of viewStatements()) await connection.run(statement);
}
