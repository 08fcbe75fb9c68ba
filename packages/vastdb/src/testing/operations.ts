/** Schemas, tables, columns and rows: what each request of the protocol does to the engine. */
import { fieldName, sameType, type Arrow, type Schema } from '../arrow.ts';
import { buildData } from '../data-builder.ts';
import { batchStream, makeBatch, schemaMessage } from '../ipc.ts';
import { ROW_ID } from '../rows.ts';
import { withSchema, withTable, type Catalog, type Column, type Engine, type TableDef, type Tx, type VectorIndex } from './engine.ts';
import { badRequest, conflict, notFound, notImplemented } from './failure.ts';
import { readDdlSchema, readInsert, readRowIds } from './ingest.ts';
import { rowIdOf, type RowIdKinds } from './row-ids.ts';
import { RowStore } from './rows.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function createSchema(engine: Engine, tx: Tx, path: string[], properties: string): void {
  const key = path.join('/');
  const parent = path.slice(0, -1).join('/');
  engine.alter(tx, `schema ${key}`, (catalog) => {
    if (path.length > 2 && !catalog.schemas.has(parent)) throw notFound('TabularNoSuchSchema', `no schema ${parent}`);
    if (catalog.schemas.has(key)) throw conflict(`schema ${key} exists`);
    return withSchema(catalog, key, properties);
  });
}

export function dropSchema(engine: Engine, tx: Tx, path: string[]): void {
  const key = path.join('/');
  engine.alter(tx, `schema ${key}`, (catalog) => {
    requireSchema(catalog, key);
    const inside = [...catalog.tables.keys(), ...catalog.schemas.keys()].find((name) => name.startsWith(`${key}/`));
    if (inside !== undefined) throw conflict(`schema ${key} holds ${inside}`);
    return withSchema(catalog, key, undefined);
  });
}

export function renameSchema(engine: Engine, tx: Tx, path: string[], name: string): void {
  const from = path.join('/');
  const to = `${path[0]}/${name}`;
  engine.alter(tx, `schema ${to}`, (catalog) => catalog);
  engine.alter(tx, `schema ${from}`, (catalog) => {
    requireSchema(catalog, from);
    if (catalog.schemas.has(to)) throw conflict(`schema ${to} exists`);
    const moved = (key: string): string => (key === from || key.startsWith(`${from}/`) ? to + key.slice(from.length) : key);
    return {
      schemas: new Map([...catalog.schemas].map(([key, value]) => [moved(key), value])),
      tables: new Map([...catalog.tables].map(([key, value]) => [moved(key), value])),
    };
  });
}

export function createTable(arrow: Arrow, engine: Engine, tx: Tx, path: string[], headers: Headers, body: Uint8Array): void {
  const schema = readDdlSchema(arrow, body);
  if (schema.fields.length === 0) throw badRequest('InvalidArgument', 'a table without columns');
  for (const key of schema.metadata.keys()) if (key.startsWith('VAST:')) throw notImplemented(`${key}: partitioned tables`);
  const columns = schema.fields.map((field, id) => ({ id, field }));
  const sortedBy = readSortingKey(columns, headers);
  const vectorIndex = readVectorIndex(schema, headers);
  if (vectorIndex !== undefined && sortedBy.length > 0) throw notImplemented('a table both sorted and vector-indexed');
  const table: TableDef = {
    columns,
    nextColumn: schema.fields.length,
    sortedBy,
    vectorIndex,
    handle: engine.handle(),
    externalRowIds: headers['use-external-row-ids-alloc'] !== undefined,
    rows: new RowStore(),
  };
  const key = path.join('/');
  engine.alter(tx, `table ${key}`, (catalog) => {
    requireSchema(catalog, path.slice(0, -1).join('/'));
    if (catalog.tables.has(key)) throw conflict(`table ${key} exists`);
    return withTable(catalog, key, table);
  });
}

/** Ids of the columns to sort by: the headers count them in the order of the table. */
function readSortingKey(columns: readonly Column[], headers: Headers): number[] {
  const key: number[] = [];
  for (let i = 0; headers[`tabular-sorted-column-${i}`] !== undefined; i++) {
    const column = columns[Number(headers[`tabular-sorted-column-${i}`])];
    if (column === undefined) throw badRequest('InvalidArgument', `tabular-sorted-column-${i}: no such column`);
    if (key.includes(column.id)) throw badRequest('InvalidArgument', `tabular-sorted-column-${i}: ${column.field.name} twice`);
    key.push(column.id);
  }
  return key;
}

/** Sorts a table that is not sorted yet; from then on its row ids are decimal128. Without a key nothing is asked. */
export function addSortingKey(engine: Engine, tx: Tx, path: string[], headers: Headers): void {
  if (headers['tabular-sorted-column-0'] === undefined) return;
  alterTable(engine, tx, path, (table) => {
    if (table.sortedBy.length > 0) throw conflict('the table has a sorting key');
    if (table.vectorIndex !== undefined) throw notImplemented('a table both sorted and vector-indexed');
    return { ...table, sortedBy: readSortingKey(table.columns, headers) };
  });
}

function readVectorIndex(schema: Schema, headers: Headers): VectorIndex | undefined {
  const column = headers['tabular-vector-index-column'];
  if (column === undefined) return undefined;
  const metric = String(headers['tabular-vector-index-distance-metric']);
  const field = schema.fields.find((each) => each.name === column);
  if (field === undefined || !/^fixed_size_list<item: float32 not null>/.test(fieldName(field).slice(field.name.length + 2))) {
    throw badRequest('InvalidArgument', `a vector index needs a float32 vector; found ${field === undefined ? 'no such column' : fieldName(field)}`);
  }
  if (metric !== 'l2sq' && metric !== 'ip') throw badRequest('InvalidArgument', `distance metric ${metric}; expected l2sq or ip`);
  const quantization = (which: string): string => {
    const asked = String(headers[`tabular-vector-index-${which}-quantization`] ?? 'none');
    if (asked !== 'none' && asked !== 'scalar_8bit') throw badRequest('InvalidArgument', `${which} quantization ${asked}; expected scalar_8bit or none`);
    return asked;
  };
  return { column: String(column), metric, clusterQuantization: quantization('cluster'), searchQuantization: quantization('search') };
}

export function findTable(tx: Tx, path: readonly string[]): TableDef {
  const table = tx.catalog.tables.get(path.join('/'));
  if (table === undefined) throw notFound('TabularNoSuchTable', `no table ${path.join('/')}`);
  return table;
}

export function dropTable(engine: Engine, tx: Tx, path: string[]): void {
  alterTable(engine, tx, path, () => undefined);
}

/** `to` is `schema/table` within the same bucket. */
export function renameTable(engine: Engine, tx: Tx, path: string[], to: string): void {
  const target = `${path[0]}/${to}`;
  engine.alter(tx, `table ${target}`, (catalog) => {
    requireSchema(catalog, target.slice(0, target.lastIndexOf('/')));
    if (catalog.tables.has(target)) throw conflict(`table ${target} exists`);
    return catalog;
  });
  alterTable(engine, tx, path, () => undefined, target);
}

function alterTable(engine: Engine, tx: Tx, path: string[], change: (table: TableDef) => TableDef | undefined, movedTo?: string): void {
  const key = path.join('/');
  engine.alter(tx, `table ${key}`, (catalog) => {
    const table = catalog.tables.get(key);
    if (table === undefined) throw notFound('TabularNoSuchTable', `no table ${key}`);
    const without = withTable(catalog, key, change(table));
    return movedTo === undefined ? without : withTable(without, movedTo, table);
  });
}

export function addColumns(arrow: Arrow, engine: Engine, tx: Tx, path: string[], body: Uint8Array): void {
  const schema = readDdlSchema(arrow, body);
  alterTable(engine, tx, path, (table) => {
    const columns = schema.fields.map((field, i) => {
      if (table.columns.some((column) => column.field.name === field.name)) throw conflict(`column ${field.name} exists`);
      if (!field.nullable) throw badRequest('InvalidArgument', `${fieldName(field)}: an added column must be nullable`);
      return { id: table.nextColumn + i, field };
    });
    return { ...table, columns: [...table.columns, ...columns], nextColumn: table.nextColumn + columns.length };
  });
}

export function dropColumns(arrow: Arrow, engine: Engine, tx: Tx, path: string[], body: Uint8Array): void {
  const schema = readDdlSchema(arrow, body);
  alterTable(engine, tx, path, (table) => {
    for (const field of schema.fields) {
      const column = requireColumn(table, field.name);
      if (!sameType(column.field, field)) throw badRequest('TabularMismatchColumnType', `the column is ${fieldName(column.field)}`);
      const use = table.sortedBy.includes(column.id) ? 'sorted by' : table.vectorIndex?.column === field.name ? 'indexed by' : undefined;
      if (use !== undefined) throw badRequest('InvalidArgument', `column ${field.name}: the table is ${use} it`);
    }
    const dropped = new Set(schema.fields.map((field) => field.name));
    const columns = table.columns.filter((column) => !dropped.has(column.field.name));
    if (columns.length === 0) throw badRequest('InvalidArgument', 'the last column cannot be dropped');
    return { ...table, columns };
  });
}

export function renameColumn(arrow: Arrow, engine: Engine, tx: Tx, path: string[], from: string, to: string): void {
  alterTable(engine, tx, path, (table) => {
    const old = requireColumn(table, from);
    if (table.columns.some((column) => column.field.name === to)) throw conflict(`column ${to} exists`);
    const field = new arrow.Field(to, old.field.type, old.field.nullable, old.field.metadata);
    const index = table.vectorIndex;
    const vectorIndex = index?.column === from ? { ...index, column: to } : index;
    return { ...table, vectorIndex, columns: table.columns.map((column) => (column === old ? { id: old.id, field } : column)) };
  });
}

/**
 * Columns of a table as an Arrow stream without batches. From 5.5 on every field says whether the table is sorted by
 * it: the SDK looks for that in each (table_metadata.py, _load_sorted_columns); what a cluster writes for a column that
 * it is not sorted by is in no source.
 */
export function columnsBody(arrow: Arrow, columns: readonly Column[], sortedBy: readonly number[] | undefined): Uint8Array {
  const fields = columns.map(({ id, field }) => {
    if (sortedBy === undefined) return field;
    const at = sortedBy.indexOf(id);
    const told = at < 0 ? [['VAST:sort_type', 'Unsorted']] : [['VAST:sort_type', 'Sorted'], ['VAST:sort_index', String(at)]];
    return new arrow.Field(field.name, field.type, field.nullable, new Map([...field.metadata, ...(told as [string, string][])]));
  });
  const schema = new arrow.Schema(fields);
  return Buffer.concat([schemaMessage(arrow, schema), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)]);
}

/** Inserts, and answers with the row ids. */
export function insertRows(arrow: Arrow, rowIds: RowIdKinds, tx: Tx, path: string[], body: Uint8Array): Uint8Array {
  const table = findTable(tx, path);
  const { length, columns } = readInsert(arrow, table, body);
  const own = columns.find(({ column }) => column.field.name === 'vastdb_rowid')?.values;
  const ids = Array.from({ length }, (_, row) => {
    const values: unknown[] = [];
    for (const { column, values: cells } of columns) values[column.id] = cells[row] ?? null;
    return table.rows.insert(tx, values, own === undefined ? undefined : Number(own[row]));
  });
  const field = rowIdOf(arrow, table, rowIds);
  const data = buildData(arrow, field, ids.map(BigInt));
  return batchStream(arrow, makeBatch(arrow, new arrow.Schema([field]), [data], length));
}

export function updateRows(arrow: Arrow, rowIds: RowIdKinds, tx: Tx, path: string[], body: Uint8Array): void {
  const table = findTable(tx, path);
  const { ids, columns } = readRowIds(arrow, table, rowIdOf(arrow, table, rowIds), body, false);
  if (columns.some(({ column }) => column.field.name === ROW_ID)) throw badRequest('InvalidArgument', 'the row id cannot be changed');
  ids.forEach((id, row) => {
    const done = table.rows.write(tx, id, (before) => {
      const values = [...before];
      for (const { column, values: cells } of columns) values[column.id] = cells[row] ?? null;
      return values;
    });
    if (!done) throw badRequest('TabularInvalidRowId', `no row ${id}`);
  });
}

export function deleteRows(arrow: Arrow, rowIds: RowIdKinds, tx: Tx, path: string[], body: Uint8Array): void {
  const table = findTable(tx, path);
  const { ids } = readRowIds(arrow, table, rowIdOf(arrow, table, rowIds), body, true);
  for (const id of ids) if (!table.rows.write(tx, id, () => null)) throw badRequest('TabularInvalidRowId', `no row ${id}`);
}

export function countRows(tx: Tx, table: TableDef): number {
  let count = 0;
  for (const _ of table.rows.scan(tx)) count += 1;
  return count;
}

function requireSchema(catalog: Catalog, key: string): void {
  if (!catalog.schemas.has(key)) throw notFound('TabularNoSuchSchema', `no schema ${key}`);
}

function requireColumn(table: TableDef, name: string): Column {
  const column = table.columns.find((each) => each.field.name === name);
  if (column === undefined) throw notFound('TabularNoSuchColumn', `no column ${name}`);
  return column;
}
