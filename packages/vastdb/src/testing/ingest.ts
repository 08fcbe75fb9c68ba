/** Arrow bodies as a strict server takes them: one batch, the table's own types and nullability, no cell too large. */
import { TypeId, childFields, details, fieldName, sameType, typeName, type Arrow, type Data, type DataType, type Field, type RecordBatch, type Schema } from '../arrow.ts';
import { rangeBytes } from '../cells.ts';
import { MAX_CELL_BYTES } from '../columns.ts';
import { valuesOf } from '../data-reader.ts';
import { readSchema, readStream } from '../ipc-reader.ts';
import { forbiddenNull } from '../nulls.ts';
import { ROW_ID, rowIdsOf } from '../rows.ts';
import type { Column, TableDef } from './engine.ts';
import { Failure, badRequest } from './failure.ts';

const EOS = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** The schema of a DDL body: one encapsulated message without end. */
export function readDdlSchema(arrow: Arrow, body: Uint8Array): Schema {
  if (endsStream(body)) throw badRequest('InvalidArgument', 'a schema message expected, not a stream');
  const schema = readSchema(arrow, body);
  const names = schema.fields.map((field) => field.name);
  if (new Set(names).size !== names.length) throw badRequest('InvalidArgument', 'a column twice');
  for (const field of schema.fields) checkType(field.type, field);
  return schema;
}

/** Types that a cluster takes (docs/types.md; tests/test_fixed_list.py for vectors). */
function checkType(type: DataType, column: Field): void {
  const t = details(type);
  const refuse = (code: string): never => {
    throw badRequest(code, `column ${column.name}: ${typeName(type)} is not supported`);
  };
  const known = Object.values(TypeId).includes(t.typeId as 1) && t.typeId !== TypeId.Null;
  if (!known || (t.typeId === TypeId.Date && t.unit !== 0) || (t.typeId === TypeId.Decimal && t.bitWidth !== 128)) {
    refuse('TabularUnsupportedColumnType');
  }
  if (t.typeId === TypeId.FixedSizeList) {
    const item = childFields(type)[0];
    const itemType = item === undefined ? 0 : details(item.type).typeId;
    if ((t.listSize ?? 0) <= 0) refuse('TabularInvalidColumnTypeParam');
    if (item?.nullable !== false || (itemType !== TypeId.Int && itemType !== TypeId.Float)) refuse('TabularUnsupportedColumnType');
  }
  for (const child of childFields(type)) checkType(child.type, column);
}

/** Rows of a body, as arrays by column id. */
export interface Incoming {
  readonly length: number;
  readonly columns: readonly { readonly column: Column; readonly values: readonly unknown[] }[];
}

/** The one batch of a body. */
function readBatch(arrow: Arrow, body: Uint8Array): RecordBatch {
  if (!endsStream(body)) throw badRequest('InvalidArgument', 'the Arrow stream does not end');
  const { schema, batches } = readStream(arrow, body, 'body');
  if (schema.fields.length === 0) throw new Failure(501, 'NotImplemented', 'rows without columns');
  const [batch, more] = batches;
  if (batch === undefined || more !== undefined) throw badRequest('InvalidArgument', `${batches.length} batches; exactly one expected`);
  return batch;
}

/** @throws {Failure} for anything but rows of this table */
export function readInsert(arrow: Arrow, table: TableDef, body: Uint8Array): Incoming {
  const batch = readBatch(arrow, body);
  const columns = batch.schema.fields.map((field, i) => readColumn(table, field, batch.data.children[i] as Data));
  const given = new Set(columns.map(({ column }) => column.id));
  if (given.size !== columns.length) throw badRequest('InvalidArgument', 'a column twice');
  const missing = table.columns.find((column) => !column.field.nullable && !given.has(column.id));
  if (missing !== undefined) throw badRequest('TabularMissingColumn', `${fieldName(missing.field)} is missing`);
  return { length: batch.numRows, columns };
}

/** Rows to update or delete: `$row_id` first, ascending. */
export function readRowIds(arrow: Arrow, table: TableDef, expected: Field, body: Uint8Array, alone: boolean): Incoming & { ids: number[] } {
  const batch = readBatch(arrow, body);
  const [first, ...others] = batch.schema.fields;
  if (first === undefined || first.name !== ROW_ID || !sameType(first, expected)) {
    throw badRequest('InvalidArgument', `the first column must be ${fieldName(expected)}`);
  }
  if (alone !== (others.length === 0)) throw badRequest('InvalidArgument', alone ? 'only row ids expected' : 'no column to change');
  const idColumn = batch.data.children[0] as Data;
  if (idColumn.nullCount > 0) throw badRequest('InvalidArgument', 'a row id is null');
  const ids = rowIdsOf(idColumn).map(Number);
  if (ids.some((id, i) => i > 0 && id <= (ids[i - 1] ?? 0))) throw badRequest('InvalidArgument', 'row ids are not ascending');
  const columns = others.map((field, i) => readColumn(table, field, batch.data.children[i + 1] as Data));
  return { length: batch.numRows, columns, ids };
}

function readColumn(table: TableDef, field: Field, data: Data): { column: Column; values: unknown[] } {
  const column = table.columns.find((each) => each.field.name === field.name);
  if (column === undefined) throw badRequest('TabularNoSuchColumn', `no column ${field.name}`);
  if (!sameType(field, column.field)) {
    throw badRequest('TabularMismatchColumnType', `${fieldName(field)} found; the column is ${fieldName(column.field)}`);
  }
  const wrong = forbiddenNull(column.field, data);
  if (wrong !== undefined) throw badRequest('TabularInvalidNull', `column ${field.name}: nulls in ${fieldName(wrong)}`);
  for (let row = 0; row < data.length; row++) {
    const bytes = data.getValid(row) ? rangeBytes(data, row, row + 1) : 0;
    if (bytes > MAX_CELL_BYTES) throw badRequest('TabularCellTooLarge', `column ${field.name}, row ${row}: ${bytes} bytes`);
  }
  return { column, values: valuesOf(data) };
}

function endsStream(body: Uint8Array): boolean {
  const tail = body.subarray(-8);
  return tail.byteLength === 8 && tail.every((byte, i) => byte === EOS[i]);
}
