/** What can be inserted or updated: plain rows, Arrow batches and tables, and streams of either. */
import { details, fieldName, sameDataType, TypeId, type Arrow, type Data, type Field, type RecordBatch, type Schema, type Table } from './arrow.ts';
import { rangeBytes } from './cells.ts';
import { buildData } from './data-builder.ts';
import { usage } from './errors.ts';
import { makeBatch } from './ipc.ts';
import { forbiddenNull } from './nulls.ts';

/** A row by column names; a column left out, null and undefined are null. */
export type InputRow = Readonly<Record<string, unknown>>;
/** Rows in any of the forms that are taken. */
export type Rows = Table | RecordBatch | Iterable<InputRow | RecordBatch> | AsyncIterable<InputRow | RecordBatch>;

/** Arrow's `Type.Dictionary`, `LargeBinary` and `LargeUtf8` in apache-arrow: the wire has none of them. */
const OTHER_ENCODINGS: readonly number[] = [-1, 19, 20];
/** Plain rows that are put into the first batch, before anything of their size is known. */
const ROWS_AT_A_TIME = 4096;

/** Batches whose fields are exactly the table's, in the table's types and nullability. */
export async function* toBatches(arrow: Arrow, columns: Schema, input: Rows, sameKeys: boolean, maxBytes?: number): AsyncGenerator<RecordBatch> {
  if (isBatch(input)) return yield alignBatch(arrow, columns, input);
  if (isTable(input)) {
    for (const batch of input.batches) yield alignBatch(arrow, columns, batch as RecordBatch);
    return;
  }
  let waiting: InputRow[] = [];
  let count = 0;
  let atATime = ROWS_AT_A_TIME;
  const flush = (): RecordBatch => {
    const batch = rowsToBatch(arrow, columns, waiting, count - waiting.length, sameKeys);
    waiting = [];
    // The next ones are as many as fill a request, if they are like these.
    const bytes = batch.data.children.reduce((sum, data) => sum + rangeBytes(data as Data, 0, data.length) + 5 * data.length, 0);
    if (maxBytes !== undefined) atATime = Math.min(16 * ROWS_AT_A_TIME, Math.max(1, Math.floor((0.95 * maxBytes * batch.numRows) / Math.max(1, bytes))));
    return batch;
  };
  for await (const item of input) {
    if (isBatch(item)) {
      if (waiting.length > 0) yield flush();
      count += item.numRows;
      yield alignBatch(arrow, columns, item);
      continue;
    }
    if (typeof item !== 'object' || item === null) throw usage(`row ${count}: ${typeof item} found; expected an object`);
    waiting.push(item);
    count += 1;
    if (waiting.length >= atATime) yield flush();
  }
  if (waiting.length > 0) yield flush();
}

/** Columns that no row has are left out: the server fills them with null. */
function rowsToBatch(arrow: Arrow, columns: Schema, rows: readonly InputRow[], first: number, sameKeys: boolean): RecordBatch {
  const used = new Set<string>();
  rows.forEach((row, i) => {
    const before = used.size;
    for (const key of Object.keys(row)) used.add(key);
    if (sameKeys && i > 0 && (used.size !== before || Object.keys(row).length !== before)) {
      throw usage(`row ${first + i}: other columns than in row ${first}; rows updated together change the same columns`);
    }
  });
  for (const name of used) find(columns, name);
  const fields = columns.fields.filter((field) => used.has(field.name) || (!field.nullable && !sameKeys));
  if (fields.length === 0) throw usage('rows without a single column');
  const data = fields.map((field) => buildData(arrow, field, rows.map((row) => row[field.name]), first));
  return makeBatch(arrow, new arrow.Schema(fields), data, rows.length);
}

/** A batch with the table's own fields: the same types, and nulls only where the table has them. */
function alignBatch(arrow: Arrow, columns: Schema, batch: RecordBatch): RecordBatch {
  const fields: Field[] = [];
  const data = batch.schema.fields.map((field, i) => {
    const column = find(columns, field.name);
    const values = batch.data.children[i] as Data;
    if (OTHER_ENCODINGS.includes(details(field.type).typeId)) {
      // A dictionary is what apache-arrow makes of an array of strings.
      fields.push(column);
      return buildData(arrow, column, [...new arrow.Vector([values])]);
    }
    if (!sameDataType(relax(field), relax(column))) {
      throw usage(`column ${field.name}: ${fieldName(field)} found; the table has ${fieldName(column)}`, 'WRONG_TYPE');
    }
    fields.push(column);
    const wrong = forbiddenNull(column, values);
    if (wrong !== undefined) throw usage(`column ${field.name}: nulls found; expected ${fieldName(wrong)}`, 'WRONG_VALUE');
    return relabel(column, values);
  });
  return makeBatch(arrow, new arrow.Schema(fields), data, batch.numRows);
}

/**
 * Arrow builders mark everything nullable: only actual nulls are compared with what the table allows. What is left of
 * them where none may be lies below a null, as pyarrow writes a null vector, and is not sent.
 */
function relabel(field: Field, data: Data): Data {
  const fields = details(field.type).children ?? [];
  const children = fields.map((child, i) => relabel(child, data.children[i] as Data));
  const bare = !field.nullable && data.nullCount > 0;
  const buffers = bare ? [data.valueOffsets, data.values, undefined, data.typeIds] : data;
  const nullCount = bare ? 0 : data.nullCount;
  return data.clone(field.type as never, data.offset, data.length, nullCount, buffers as never, children as never) as Data;
}

/** The type with every inner field nullable, for comparing types alone. */
function relax(field: Field): Field['type'] {
  const type = field.type;
  const children = details(type).children;
  if (children === null || children === undefined || children.length === 0) return type;
  const loose = children.map((child) => ({ ...pick(child), nullable: true, type: relax(child) }));
  return { ...pickType(type), children: loose } as unknown as Field['type'];
}

function pick(field: Field): { name: string } {
  return { name: field.name };
}

function pickType(type: Field['type']): object {
  const { typeId, listSize } = details(type);
  return listSize === undefined ? { typeId } : { typeId, listSize };
}

function find(columns: Schema, name: string): Field {
  const found = columns.fields.find((field) => field.name === name);
  if (found === undefined) {
    throw usage(`column ${name}: the table has no such column, only ${columns.fields.map((f) => f.name).join(', ')}`, 'NO_SUCH_COLUMN');
  }
  return found;
}

function isBatch(value: unknown): value is RecordBatch {
  return typeof value === 'object' && value !== null && 'numRows' in value && 'data' in value && !('batches' in value);
}
function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && 'batches' in value && 'schema' in value;
}

/** The column that names rows: uint64, or decimal128(38, 0) on sorted, partitioned and vector-indexed tables. */
export function rowIdField(arrow: Arrow, decimal: boolean): Field {
  return new arrow.Field(ROW_ID, decimal ? new arrow.Decimal(0, 38, 128) : new arrow.Uint64(), true);
}
export const ROW_ID = '$row_id';

/** Row ids of a column of either kind. */
export function rowIdsOf(data: Data): bigint[] {
  if (details(data.type).typeId === TypeId.Int) return Array.from((data.values as unknown as BigUint64Array).subarray(0, data.length));
  const words = data.values as unknown as Uint32Array;
  return Array.from({ length: data.length }, (_, i) => {
    let id = 0n;
    for (let word = 3; word >= 0; word--) id = (id << 32n) | BigInt(words[4 * i + word] ?? 0);
    return id;
  });
}
