/** Arrow columns into plain values, and whether a column that came from the network holds together at all. */
import { TypeId, childFields, details, typeName, type Data, type RecordBatch } from './arrow.ts';
import { fromHalf } from './data-builder.ts';
import { protocol } from './errors.ts';
import { ROW_ID, rowIdsOf } from './rows.ts';
import { decimalText } from './values.ts';

/** A row as an object: values.ts says which JavaScript value stands for which type. */
export type Row = Record<string, unknown>;

/** All rows of a batch. Bytes and vectors are copies. */
export function rowsOf(batch: RecordBatch): Row[] {
  const names = batch.schema.fields.map((field) => field.name);
  // A row id is a bigint whichever of its two types it comes in, as update and delete take it.
  const columns = batch.data.children.map((data, i) => (names[i] === ROW_ID ? rowIdsOf(data as Data) : valuesOf(data as Data)));
  return Array.from({ length: batch.numRows }, (_, i) => {
    const row: Row = {};
    names.forEach((name, c) => (row[name] = columns[c]?.[i] ?? null));
    return row;
  });
}

/** All values of a column, null where they are null. */
export function valuesOf(data: Data): unknown[] {
  const read = reader(data);
  return Array.from({ length: data.length }, (_, i) => (data.getValid(i) ? read(i) : null));
}

const TEXT = new TextDecoder('utf-8', { fatal: true });

function text(bytes: Uint8Array): string {
  try {
    return TEXT.decode(bytes);
  } catch (cause) {
    throw protocol(`a text of ${bytes.byteLength} bytes that is not UTF-8`, cause);
  }
}

function reader(data: Data): (index: number) => unknown {
  const t = details(data.type);
  const offsets = data.valueOffsets as Int32Array;
  const values = data.values as unknown as Uint8Array;
  switch (t.typeId) {
    case TypeId.Bool:
      return (i) => (((values[(data.offset + i) >> 3] ?? 0) >> ((data.offset + i) & 7)) & 1) === 1;
    case TypeId.Utf8:
      return (i) => text(values.subarray(offsets[i], offsets[i + 1]));
    case TypeId.Binary:
      return (i) => values.slice(offsets[i], offsets[i + 1]);
    case TypeId.FixedSizeBinary:
      return (i) => values.slice(i * (t.byteWidth ?? 0), (i + 1) * (t.byteWidth ?? 0));
    case TypeId.Decimal:
      return (i) => decimalText(decimalAt(data.values as unknown as Uint32Array, i), t.scale ?? 0);
    case TypeId.Float:
      return t.precision === 0 ? (i) => fromHalf(values[i] ?? 0) : (i) => values[i];
    case TypeId.Date:
      return t.unit === 0 ? (i) => new Date((values[i] ?? 0) * 86_400_000) : (i) => new Date(Number(values[i]));
    case TypeId.FixedSizeList:
      return fixedListReader(data, t.listSize ?? 0);
    case TypeId.List: {
      const items = lazily(() => valuesOf(data.children[0] as Data));
      return (i) => items().slice(offsets[i], offsets[i + 1]);
    }
    case TypeId.Map: {
      const entries = data.children[0] as Data;
      const keys = lazily(() => valuesOf(entries.children[0] as Data));
      const mapped = lazily(() => valuesOf(entries.children[1] as Data));
      return (i) => {
        const found = new Map<unknown, unknown>();
        for (let e = offsets[i] ?? 0; e < (offsets[i + 1] ?? 0); e++) found.set(keys()[e], mapped()[e]);
        return found;
      };
    }
    case TypeId.Struct: {
      const names = childFields(data.type).map((field) => field.name);
      const columns = data.children.map((child) => lazily(() => valuesOf(child as Data)));
      return (i) => Object.fromEntries(names.map((name, c) => [name, columns[c]?.()[i] ?? null]));
    }
    default:
      return (i) => values[i];
  }
}

/** Numbers come as a typed array of their own kind, so that a vector stays cheap. */
function fixedListReader(data: Data, size: number): (index: number) => unknown {
  const child = data.children[0] as Data;
  const t = details(child.type);
  const plain = (t.typeId === TypeId.Int || (t.typeId === TypeId.Float && t.precision !== 0)) && child.nullCount === 0;
  if (plain) {
    const numbers = child.values as unknown as Float32Array;
    return (i) => numbers.slice(i * size, (i + 1) * size);
  }
  const items = lazily(() => valuesOf(child));
  return (i) => items().slice(i * size, (i + 1) * size);
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function decimalAt(words: Uint32Array, index: number): bigint {
  let value = 0n;
  for (let word = 3; word >= 0; word--) value = (value << 32n) | BigInt(words[4 * index + word] ?? 0);
  return BigInt.asIntN(128, value);
}

/**
 * Checks that buffers are as long as the column claims and that offsets only grow: Arrow's reader takes both on trust.
 * @throws {ProtocolError}
 */
export function checkData(data: Data, where: string): void {
  const t = details(data.type);
  const bad = (what: string): never => {
    throw protocol(`${where}: ${what} in a column of ${data.length} ${typeName(data.type)}`);
  };
  const end = data.offset + data.length;
  if (!Number.isSafeInteger(data.length) || data.length > 0x7fffffff) bad('an impossible length');
  const validity = data.nullBitmap as Uint8Array | undefined;
  if (data.nullCount > 0 && (validity?.byteLength ?? 0) * 8 < end) bad(`${validity?.byteLength ?? 0} bytes of validity`);
  if (data.nullCount < 0 || data.nullCount > data.length) bad(`${data.nullCount} nulls`);
  const have = (data.values as unknown as { length: number } | undefined)?.length ?? 0;
  const need = valuesNeeded(data, t.typeId, t.byteWidth ?? 1);
  if (have < need) bad(`${have} values where ${need} belong`);
  const children = data.children as readonly Data[];
  if ([TypeId.Utf8, TypeId.Binary, TypeId.List, TypeId.Map].includes(t.typeId as 4)) {
    const room = children[0]?.length ?? have;
    checkOffsets(data.valueOffsets as Int32Array | undefined, data.length, room, bad);
  }
  const childLength = t.typeId === TypeId.FixedSizeList ? data.length * (t.listSize ?? 0) : data.length;
  if (t.typeId === TypeId.FixedSizeList || t.typeId === TypeId.Struct) {
    if (children.some((child) => child.length < childLength)) bad(`fewer than ${childLength} values below`);
  }
  for (const child of children) checkData(child, where);
}

function valuesNeeded(data: Data, typeId: number, byteWidth: number): number {
  switch (typeId) {
    case TypeId.Bool:
      return Math.ceil((data.offset + data.length) / 8);
    case TypeId.FixedSizeBinary:
      return data.length * byteWidth;
    case TypeId.Decimal:
      return data.length * 4;
    case TypeId.Int:
    case TypeId.Float:
    case TypeId.Date:
    case TypeId.Time:
    case TypeId.Timestamp:
      return data.length;
    default:
      return 0;
  }
}

function checkOffsets(offsets: Int32Array | undefined, length: number, room: number, bad: (what: string) => never): void {
  if (length === 0) return;
  if (offsets === undefined || offsets.length < length + 1) return bad(`${offsets?.length ?? 0} offsets`);
  let last = 0;
  for (let i = 0; i <= length; i++) {
    const at = offsets[i] ?? -1;
    if (at < last || at > room) return bad(`offset ${at} after ${last}, of ${room},`);
    last = at;
  }
}
