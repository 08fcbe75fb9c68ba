/** The tables in the schema: made once a process, checked, and brought up to date (columns are only ever added). */
import { greatest } from '../../flow/index.ts';
import type { ColumnSpecs, ColumnType as WireType, Database, Schema, Table as WireTable, Transaction } from '@exr/vastdb';
import { ExrError } from '../../errors.ts';
import { STORE_VERSION, TABLES, vectorLength, type Column, type TableName } from '../columns.ts';
import { reading, vastdb, type VastDb } from './client.ts';
import { vastLocation, type VastTarget } from './location.ts';

const INFO = 'store_info';

/** The tables of a store as a transaction uses them: their columns are known, so nothing is asked for them. */
export interface StoreTables {
  readonly v: VastDb;
  /** The columns that the table has and we know, in our order. */
  columns(name: TableName): readonly Column[];
  table(tx: Transaction, name: TableName): WireTable;
}

export function wireColumns(v: VastDb, columns: readonly Column[]): ColumnSpecs {
  return Object.fromEntries(columns.map((column) => [column.name, column.nullable ? wireType(v, column) : v.required(wireType(v, column))]));
}

function wireType(v: VastDb, { type }: Column): WireType {
  const length = vectorLength(type);
  return length > 0 ? v.vector(length) : type === 'string' ? 'utf8' : (type as 'int32' | 'int64' | 'float32' | 'float64' | 'bool');
}

/** @param names of the columns that each table really has; a store of an older version may lack some */
function storeTables(v: VastDb, target: VastTarget, names: ReadonlyMap<string, ReadonlySet<string>>, decimal: ReadonlySet<string>): StoreTables {
  const known = new Map(TABLES.map((table) => [table.name, table.columns.filter(({ name }) => names.get(table.name)?.has(name) ?? false)]));
  const specs = new Map([...known].map(([name, columns]) => [name, wireColumns(v, columns)]));
  return {
    v,
    columns: (name) => known.get(name)!,
    table: (tx, name) => tx.bucket(target.bucket).schema(target.schema).table(name, { columns: specs.get(name)!, sorted: decimal.has(name) }),
  };
}

/** For readers: the tables, or undefined when there is no store. @throws {ExrError} UNSUPPORTED_VERSION, INVALID_ARGUMENT for a schema that is none */
export async function findTables(database: Database, target: VastTarget, signal?: AbortSignal): Promise<StoreTables | undefined> {
  const v = await vastdb();
  return reading(database, signal, async (tx) => {
    const schema = tx.bucket(target.bucket).schema(target.schema);
    const there = await tableNames(schema);
    if (there.size === 0) return undefined;
    await checkVersion(v, schema, there, target);
    const names = await columnNames(schema, there);
    return storeTables(v, target, names, await decimalTables(schema, names.keys()));
  });
}

/** For writers: makes what is missing. Another process may do the same meanwhile: who loses looks again. */
export async function provisionTables(database: Database, target: VastTarget, signal?: AbortSignal): Promise<StoreTables> {
  const v = await vastdb();
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction((tx) => provision(v, tx, target), { resolveCommit: () => false, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      // A cluster may call a table that was made meanwhile a conflict (then the client has tried already) or a bad request.
      if (attempt >= 5 || !v.mayExistAlready(error)) throw error;
    }
  }
}

async function provision(v: VastDb, tx: Transaction, target: VastTarget): Promise<StoreTables> {
  const schema = await tx.bucket(target.bucket).createSchema(target.schema, { ifNotExists: true });
  const there = await tableNames(schema);
  const version = there.size === 0 ? undefined : await checkVersion(v, schema, there, target);
  for (const table of TABLES) if (!there.has(table.name)) await schema.createTable(table.name, wireColumns(v, table.columns));
  const info = there.has(INFO) ? schema.table(INFO, { columns: INFO_COLUMNS(v) }) : await schema.createTable(INFO, INFO_COLUMNS(v));
  const names = await columnNames(schema, new Set(TABLES.map(({ name }) => name).filter((name) => there.has(name))));
  for (const { name, columns } of TABLES) {
    const has = names.get(name);
    if (has === undefined) {
      names.set(name, new Set(columns.map((column) => column.name)));
      continue;
    }
    const missing = columns.filter((column) => !has.has(column.name));
    if (missing.length > 0) await schema.table(name).addColumns(wireColumns(v, missing.map((column) => ({ ...column, nullable: true }))));
    for (const column of missing) has.add(column.name);
  }
  if (version !== STORE_VERSION) await info.insert([{ key: 'store_version', value: String(STORE_VERSION) }]);
  return storeTables(v, target, names, await decimalTables(schema, TABLES.map(({ name }) => name).filter((name) => there.has(name))));
}

const INFO_COLUMNS = (v: VastDb): ColumnSpecs => ({ key: v.required('utf8'), value: v.required('utf8') });

async function tableNames(schema: Schema): Promise<Set<string>> {
  const names = new Set<string>();
  // A schema that is not there has no tables: a cluster says so with an empty list or with 404.
  if (!(await schema.exists())) return names;
  for await (const { name } of schema.tables()) names.add(name);
  return names;
}

async function columnNames(schema: Schema, there: ReadonlySet<string>): Promise<Map<string, Set<string>>> {
  const names = new Map<string, Set<string>>();
  for (const { name } of TABLES) if (there.has(name)) names.set(name, new Set((await schema.table(name).columns()).fields.map((field) => field.name)));
  return names;
}

/** Tables that a cluster's owner has sorted, partitioned or given a vector index: their row ids are of another kind. */
async function decimalTables(schema: Schema, names: Iterable<string>): Promise<Set<string>> {
  const decimal = new Set<string>();
  for (const name of names) if (await schema.table(name).decimalRowIds()) decimal.add(name);
  return decimal;
}

/** The highest version that was noted: two processes that made the store at once have each noted one. */
async function checkVersion(v: VastDb, schema: Schema, there: ReadonlySet<string>, target: VastTarget): Promise<number> {
  const location = vastLocation(target);
  const fail = (code: 'INVALID_ARGUMENT' | 'READ_FAILED' | 'UNSUPPORTED_VERSION', text: string): never => {
    throw new ExrError(code, `${location}: ${text}`, { source: location });
  };
  if (!there.has(INFO)) return fail('INVALID_ARGUMENT', `a schema with the tables ${[...there].slice(0, 5).join(', ')}, expected a store of exr-inspector or an empty schema`);
  const rows = await schema.table(INFO, { columns: INFO_COLUMNS(v) }).select({ where: v.eq('key', 'store_version'), columns: ['value'] }).toArray();
  const version = greatest(rows, (row) => Number(row['value']));
  if (!(version >= 1)) return fail('READ_FAILED', `its store_version is ${rows.map((row) => String(row['value'])).join() || 'missing'}, expected 1 to ${STORE_VERSION}: the store is damaged`);
  if (version > STORE_VERSION) return fail('UNSUPPORTED_VERSION', `store version ${version}, this exr knows 1 to ${STORE_VERSION}: use a newer exr; the store is left as it is`);
  return version;
}
