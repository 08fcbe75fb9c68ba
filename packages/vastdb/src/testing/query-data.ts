/** A select's answer: pages of the subsplits, each leaf column an Arrow stream of its own, in interleaved frames. */
import { TypeId, childFields, details, fieldName, sameAsked, sameType, type Arrow, type Data, type Field } from '../arrow.ts';
import { buildData } from '../data-builder.ts';
import { nodePositions } from '../field-body.ts';
import { FlatTable } from '../flatbuf.ts';
import { COMPLETED, END_OF_ROWS, KEEP_ALIVE } from '../framing.ts';
import { batchStream, makeBatch } from '../ipc.ts';
import { ROW_ID } from '../rows.ts';
import type { Column, TableDef, Tx } from './engine.ts';
import { compileFilter } from './evaluate.ts';
import { badRequest } from './failure.ts';
import { readRelation, type Relation } from './relation.ts';

/** How the server cuts its answers: to try clients with. */
export interface QueryShape {
  /** Neighbouring row ids that stay in one split. Default 16. */
  readonly rowGroup?: number;
  /** Rows of an Arrow batch at most; a column comes in several. Default: no limit. */
  readonly rowsPerBatch?: number;
  /** Pages of a subsplit in one answer. Default 1. */
  readonly pagesPerAnswer?: number;
}

/** The request's `tabular-*` headers. */
export interface QueryHeaders {
  readonly split: number;
  readonly splits: number;
  /** Rows of a page; without the header as many as there are. */
  readonly limit: number;
  /** Where each subsplit goes on. */
  readonly positions: readonly bigint[];
}

/** Reads the headers. @throws {Failure} 400 */
export function readQueryHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): QueryHeaders {
  const split = /^(\d+),(\d+),(\d+)$/.exec(String(headers['tabular-split']));
  const count = Number(headers['tabular-num-of-subsplits']);
  const limit = Number(headers['tabular-limit-rows'] ?? Infinity);
  if (split === null || !(count >= 1 && count <= 1024) || !(limit >= 1)) {
    throw badRequest('InvalidArgument', 'tabular-split, tabular-num-of-subsplits or tabular-limit-rows is missing or wrong');
  }
  const positions = Array.from({ length: count }, (_, i) => {
    const at = /^(\d+),(\d+)$/.exec(String(headers[`tabular-start-row-id-${i}`]));
    if (at === null || Number(at[1]) !== i) throw badRequest('InvalidArgument', `tabular-start-row-id-${i} is missing or wrong`);
    return BigInt(at[2] ?? 0);
  });
  return { split: Number(split[1]), splits: Number(split[2]), limit, positions };
}

/** All frames of the answer, the completed frame last. */
export function queryFrames(arrow: Arrow, tx: Tx, table: TableDef, rowId: Field, headers: QueryHeaders, body: Uint8Array, shape: QueryShape): Uint8Array[] {
  const relation = readRelation(arrow, body);
  const columns = relation.fields.map((field) => findColumn(table, field, rowId));
  const filter = compileFilter(relation, (field) => columns[relation.fields.indexOf(field)]?.id ?? -1);
  const projected = readProjection(relation);
  if (headers.split === ESTIMATE_SPLIT) {
    const all = [...table.rows.scan(tx)];
    const some = all.slice(0, Math.ceil(all.length / ROWS_OF_A_GROUP));
    const values = valuesOfColumns(columns, some);
    return [...pageFrames(arrow, relation, projected, values, some.length, 0, END_OF_ROWS, Infinity), u32(COMPLETED)];
  }
  const streams = headers.positions.map((start, i) => {
    const frames: Uint8Array[] = [];
    let position = start;
    for (let page = 0; page < (shape.pagesPerAnswer ?? 1) && position !== END_OF_ROWS; page++) {
      const mine = inSplit(headers.split * headers.positions.length + i, headers.splits * headers.positions.length, shape.rowGroup ?? 16);
      const { rows, next } = takePage(tx, table, filter, Number(position), headers.limit, mine);
      const values = valuesOfColumns(columns, rows);
      for (const frame of pageFrames(arrow, relation, projected, values, rows.length, i, next, shape.rowsPerBatch ?? Infinity)) frames.push(frame);
      position = next;
    }
    return frames.length > 0 ? frames : pageFrames(arrow, relation, projected, () => [], 0, i, END_OF_ROWS, Infinity);
  });
  return [...interleave(streams), u32(COMPLETED)];
}

const ROW_ID_COLUMN = -2;
/** The split that asks how large the table is: its first batch has a row for every row group (SDK table.py). */
const ESTIMATE_SPLIT = 0xffffffff - 3;
const ROWS_OF_A_GROUP = 65_536;

function valuesOfColumns(columns: readonly Column[], rows: readonly { id: number; values: readonly unknown[] }[]): (column: number) => unknown[] {
  return (c) => {
    const id = columns[c]?.id ?? -1;
    return rows.map((row) => (id === ROW_ID_COLUMN ? BigInt(row.id) : row.values[id]));
  };
}

function findColumn(table: TableDef, field: Field, rowId: Field): Column {
  if (field.name === ROW_ID) {
    if (!sameType(field, rowId)) throw badRequest('TabularMismatchColumnType', `${fieldName(field)} found; the row id is ${fieldName(rowId)}`);
    return { id: ROW_ID_COLUMN, field };
  }
  const column = table.columns.find((each) => each.field.name === field.name);
  if (column === undefined) throw badRequest('TabularNoSuchColumn', `no column ${field.name}`);
  if (!sameAsked(column.field, field)) {
    throw badRequest('TabularMismatchColumnType', `${fieldName(field)} found; the column is ${fieldName(column.field)}`);
  }
  return column;
}

interface Projected {
  readonly column: number;
  /** Child numbers from the column down to the leaf. */
  readonly path: readonly number[];
}

/** Only leaves can be projected. */
function readProjection(relation: Relation): Projected[] {
  const leaves = new Map<number, Projected>();
  nodePositions(relation.fields).forEach((positions, column) => {
    const paths = leafPaths(relation.fields[column] as Field);
    positions.leaves.forEach((position, i) => leaves.set(position, { column, path: paths[i] ?? [] }));
  });
  return relation.projection.map((position) => {
    const leaf = leaves.get(position);
    if (leaf === undefined) throw badRequest('InvalidArgument', `projection: ${position} is not a leaf column`);
    return leaf;
  });
}

function leafPaths(field: Field): number[][] {
  const children = childFields(field.type);
  return children.length === 0 ? [[]] : children.flatMap((child, i) => leafPaths(child).map((path) => [i, ...path]));
}

/** Row ids are dealt to splits and subsplits in groups, so that a row's place does not depend on what is inserted later. */
function inSplit(index: number, count: number, group: number): (id: number) => boolean {
  return (id) => Math.floor(id / group) % count === index;
}

function takePage(
  tx: Tx,
  table: TableDef,
  filter: ReturnType<typeof compileFilter>,
  start: number,
  limit: number,
  mine: (id: number) => boolean,
): { rows: { id: number; values: readonly unknown[] }[]; next: bigint } {
  const rows: { id: number; values: readonly unknown[] }[] = [];
  for (const row of table.rows.scan(tx, filter.equal)) {
    if (row.id < start || !mine(row.id) || !filter.matches(row.values)) continue;
    if (rows.length === limit) return { rows, next: BigInt((rows.at(-1)?.id ?? 0) + 1) };
    rows.push(row);
  }
  return { rows, next: END_OF_ROWS };
}

function pageFrames(
  arrow: Arrow,
  relation: Relation,
  projected: readonly Projected[],
  values: (column: number) => unknown[],
  length: number,
  stream: number,
  next: bigint,
  rowsPerBatch: number,
): Uint8Array[] {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint32(0, stream, true);
  view.setBigUint64(4, next, true);
  const cuts = Array.from({ length: Math.max(1, Math.ceil(length / rowsPerBatch)) }, (_, i) => i * rowsPerBatch || 0);
  const stitch = (parts: readonly { field?: Field; data?: Data; rows: number }[]): Uint8Array[] =>
    streamMessages(arrow, parts).map((message) => Buffer.concat([head, message]));
  if (projected.length === 0) return stitch([{ rows: length }]);
  const built = new Map<number, Data>();
  return projected.flatMap(({ column, path }) => {
    const field = relation.fields[column] as Field;
    const data = built.get(column) ?? buildData(arrow, field, values(column));
    built.set(column, data);
    const chain = chainOf(arrow, field, data, path);
    return stitch(cuts.map((from) => {
      const rows = Math.min(rowsPerBatch, length - from);
      return { field: chain.field, data: chain.data.slice(from, rows), rows };
    }));
  });
}

/** A nested column narrowed to one leaf: single children all the way, maps as lists of structs. */
function chainOf(arrow: Arrow, field: Field, data: Data, path: readonly number[]): { field: Field; data: Data } {
  const [step, ...rest] = path;
  if (step === undefined) return { field, data };
  const child = chainOf(arrow, childFields(field.type)[step] as Field, data.children[step] as Data, rest);
  const t = details(field.type);
  const type =
    t.typeId === TypeId.Struct
      ? new arrow.Struct([child.field])
      : t.typeId === TypeId.FixedSizeList
        ? new arrow.FixedSizeList(t.listSize ?? 0, child.field)
        : new arrow.List(child.field);
  const narrowed = data.clone(type as never, data.offset, data.length, data.nullCount, data as never, [child.data] as never);
  return { field: new arrow.Field(field.name, type, field.nullable), data: narrowed as Data };
}

/** The messages of one column's stream: schema, batches, end. */
function streamMessages(arrow: Arrow, parts: readonly { field?: Field; data?: Data; rows: number }[]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (const { field, data, rows } of parts) {
    const schema = new arrow.Schema(field === undefined ? [] : [field]);
    const whole = splitMessages(batchStream(arrow, makeBatch(arrow, schema, data === undefined ? [] : [data], rows)));
    for (const message of messages.length === 0 ? whole.slice(0, -1) : whole.slice(1, -1)) messages.push(message);
  }
  messages.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0));
  return messages;
}

/** Cuts an Arrow stream that this package wrote itself into its messages. */
function splitMessages(stream: Uint8Array): Uint8Array[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < stream.byteLength; ) {
    const metadata = view.getInt32(at + 4, true);
    const bodyLength = metadata === 0 ? 0 : Number(FlatTable.root(stream.subarray(at + 8, at + 8 + metadata)).i64(3));
    const end = at + 8 + metadata + bodyLength;
    messages.push(stream.subarray(at, end));
    at = end;
  }
  return messages;
}

/** A frame of each stream in turn, with a keep-alive in between. */
function interleave(streams: readonly Uint8Array[][]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let i = 0; streams.some((stream) => i < stream.length); i++) {
    for (const stream of streams) if (stream[i] !== undefined) frames.push(stream[i] as Uint8Array);
    if (i === 0) frames.push(u32(KEEP_ALIVE));
  }
  return frames;
}

/** Four bytes, little-endian. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
