/**
 * Arrow IPC streams read with every length checked (https://arrow.apache.org/docs/format/Columnar.html, Message.fbs).
 * Uncompressed, without dictionaries, little-endian: what the protocol sends.
 */
import { TypeId, childFields, details, type Arrow, type Data, type DataType, type RecordBatch, type Schema } from './arrow.ts';
import { checkData } from './data-reader.ts';
import { protocol } from './errors.ts';
import { readField, readMetadata } from './field-reader.ts';
import { FlatTable } from './flatbuf.ts';
import { makeBatch } from './ipc.ts';

/** The schema at the head of a stream; what follows is not looked at. */
export function readSchema(arrow: Arrow, bytes: Uint8Array): Schema {
  const [first] = messages(bytes, 'schema');
  if (first === undefined) throw protocol('schema: no Arrow message');
  return schemaOf(arrow, first, 'schema');
}

/** @throws {ProtocolError} for anything but a schema and batches that hold together. `where` begins the message. */
export function readStream(arrow: Arrow, bytes: Uint8Array, where: string): { schema: Schema; batches: RecordBatch[] } {
  let schema: Schema | undefined;
  const batches: RecordBatch[] = [];
  for (const message of messages(bytes, where)) {
    if (schema === undefined) schema = schemaOf(arrow, message, where);
    else batches.push(batchOf(arrow, schema, message, where));
  }
  if (schema === undefined) throw protocol(`${where}: no Arrow schema`);
  return { schema, batches };
}

interface Message {
  readonly kind: number;
  readonly header: FlatTable;
  readonly body: Uint8Array;
}

/** Messages up to the end-of-stream mark, or the end of the bytes. */
function* messages(given: Uint8Array, where: string): Generator<Message> {
  // Without this a Buffer would go on as Buffers, whose slice() is no copy.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; ) {
    if (bytes.byteLength - at < 8 || view.getUint32(at, true) !== 0xffffffff) throw protocol(`${where}: no Arrow message at ${at}`);
    const length = view.getInt32(at + 4, true);
    if (length === 0) return;
    if (length < 0 || length > bytes.byteLength - at - 8) throw protocol(`${where}: Arrow metadata of ${length} bytes at ${at}`);
    const message = FlatTable.root(bytes.subarray(at + 8, at + 8 + length));
    const header = message.table(2);
    const bodyLength = Number(message.i64(3));
    const start = at + 8 + length;
    if (header === undefined) throw protocol(`${where}: an Arrow message without header`);
    if (bodyLength < 0 || bodyLength > bytes.byteLength - start) throw protocol(`${where}: an Arrow body of ${bodyLength} bytes at ${start}`);
    const body = bytes.subarray(start, start + bodyLength);
    // Typed arrays over the body need it at a multiple of eight.
    yield { kind: message.u8(1), header, body: body.byteOffset % 8 === 0 ? body : body.slice() };
    at = start + bodyLength;
  }
}

function schemaOf(arrow: Arrow, { kind, header }: Message, where: string): Schema {
  if (kind !== 1) throw protocol(`${where}: Arrow message ${kind} where the schema belongs`);
  if (header.i16(0) !== 0) throw protocol(`${where}: a big-endian Arrow schema`);
  return new arrow.Schema(header.tables(1).map((field) => readField(arrow, field)), readMetadata(header, 2));
}

function batchOf(arrow: Arrow, schema: Schema, { kind, header, body }: Message, where: string): RecordBatch {
  if (kind !== 3) throw protocol(`${where}: Arrow message ${kind} where a batch belongs`);
  if (header.has(3)) throw protocol(`${where}: a compressed Arrow batch; only uncompressed ones are read`);
  const length = count(header.i64(0), where);
  const parts: Parts = { arrow, nodes: header.structs(1, 16), buffers: header.structs(2, 16), body, where, node: 0, buffer: 0 };
  const columns = schema.fields.map((field) => takeColumn(parts, field.type));
  for (const column of columns) {
    checkData(column, where);
    if (column.length !== length) throw protocol(`${where}: a column of ${column.length} in a batch of ${length}`);
  }
  return makeBatch(arrow, schema, columns, length);
}

interface Parts {
  readonly arrow: Arrow;
  /** `FieldNode{length, null_count}`, 16 bytes each. */
  readonly nodes: DataView;
  /** `Buffer{offset, length}`, 16 bytes each. */
  readonly buffers: DataView;
  readonly body: Uint8Array;
  readonly where: string;
  node: number;
  buffer: number;
}

/** One column and those below it: nodes depth first, buffers as its type has them. */
function takeColumn(parts: Parts, type: DataType): Data {
  const { nodes, where } = parts;
  const at = 16 * parts.node++;
  if (at + 16 > nodes.byteLength) throw protocol(`${where}: an Arrow batch with too few nodes`);
  const length = count(nodes.getBigInt64(at, true), where);
  const nullCount = count(nodes.getBigInt64(at + 8, true), where);
  const validity = takeBuffer(parts);
  const base = { type, length, nullCount, offset: 0, nullBitmap: nullCount > 0 ? validity : undefined };
  const { typeId } = details(type);
  const make = (rest: object): Data => parts.arrow.makeData({ ...base, ...rest } as never) as unknown as Data;
  switch (typeId) {
    case TypeId.Utf8:
    case TypeId.Binary: {
      const valueOffsets = takeOffsets(parts, length);
      return make({ valueOffsets, data: takeBuffer(parts) });
    }
    case TypeId.List:
    case TypeId.Map: {
      const valueOffsets = takeOffsets(parts, length);
      return make({ valueOffsets, child: takeColumn(parts, (childFields(type)[0] as { type: DataType }).type) });
    }
    case TypeId.FixedSizeList:
      return make({ child: takeColumn(parts, (childFields(type)[0] as { type: DataType }).type) });
    case TypeId.Struct:
      return make({ children: childFields(type).map((child) => takeColumn(parts, child.type)) });
    default:
      return make({ data: numbers(takeBuffer(parts), type) });
  }
}

/** A buffer of the body; its offset and length are checked against it. */
function takeBuffer(parts: Parts): Uint8Array {
  const at = 16 * parts.buffer++;
  if (at + 16 > parts.buffers.byteLength) throw protocol(`${parts.where}: an Arrow batch with too few buffers`);
  const offset = count(parts.buffers.getBigInt64(at, true), parts.where);
  const length = count(parts.buffers.getBigInt64(at + 8, true), parts.where);
  if (offset + length > parts.body.byteLength) throw protocol(`${parts.where}: an Arrow buffer of ${length} bytes at ${offset} of ${parts.body.byteLength}`);
  const bytes = parts.body.subarray(offset, offset + length);
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

function takeOffsets(parts: Parts, length: number): Int32Array {
  const bytes = takeBuffer(parts);
  // A column of no values may leave its one offset out.
  if (length === 0) return new Int32Array(1);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}

function numbers(bytes: Uint8Array, type: DataType): ArrayLike<unknown> {
  const ArrayType = type.ArrayType as { new (buffer: ArrayBufferLike, offset: number, length: number): ArrayLike<unknown>; BYTES_PER_ELEMENT: number };
  return new ArrayType(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / ArrayType.BYTES_PER_ELEMENT));
}

function count(value: bigint, where: string): number {
  if (value < 0n || value > 0x7fffffffn) throw protocol(`${where}: an Arrow length of ${value}`);
  return Number(value);
}
