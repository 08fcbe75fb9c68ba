/**
 * Arrow fields and types out of FlatBuffers (Schema.fbs) that came from the network. apache-arrow's own reader trusts
 * every length it finds, and a damaged one makes it allocate without end: hence this one.
 */
import { TypeId, type Arrow, type DataType, type Field } from './arrow.ts';
import { ProtocolError, protocol } from './errors.ts';
import type { FlatTable } from './flatbuf.ts';

const MAX_DEPTH = 16;

/** A `Field` table with its metadata. @throws {ProtocolError} code `UNSUPPORTED_TYPE` for what no column can be */
export function readField(a: Arrow, field: FlatTable, depth = 0, parentType = 0): Field {
  if (depth > MAX_DEPTH) throw protocol(`a type nested more than ${MAX_DEPTH} deep`);
  const name = field.string(0) ?? '';
  if (field.has(4)) throw unsupported(`column ${name}: dictionaries`);
  const typeId = field.u8(2);
  const children = field.tables(5).map((child) => readField(a, child, depth + 1, typeId));
  // The official SDK calls a map's entries a map too, and says nothing of their nullability (build_field, _internal.py).
  const entries = typeId === TypeId.Map && parentType === TypeId.Map && children.length === 2;
  const type = entries ? new a.Struct(children) : readType(a, typeId, field.table(3), children);
  return new a.Field(name, type, field.bool(1), readMetadata(field, 6));
}

/** `custom_metadata`: a vector of `KeyValue{0: key, 1: value}`. Undefined when there is none. */
export function readMetadata(table: FlatTable, slot: number): Map<string, string> | undefined {
  const pairs = table.tables(slot).map((pair) => [pair.string(0) ?? '', pair.string(1) ?? ''] as const);
  return pairs.length === 0 ? undefined : new Map(pairs);
}

function readType(a: Arrow, id: number, type: FlatTable | undefined, children: Field[]): DataType {
  if (type === undefined) throw protocol(`a field without its type (${id})`);
  const among = (value: number, ...allowed: number[]): number => {
    if (!allowed.includes(value)) throw unsupported(`type ${id} with parameter ${value}`);
    return value;
  };
  const only = (): Field => {
    const [child, more] = children;
    if (child === undefined || more !== undefined) throw protocol(`a list type of ${children.length} children`);
    return child;
  };
  switch (id) {
    case TypeId.Int:
      return new a.Int(type.bool(1) as never, among(type.i32(0), 8, 16, 32, 64) as never) as DataType;
    case TypeId.Float:
      return new a.Float(among(type.i16(0), 0, 1, 2) as never) as DataType;
    case TypeId.Binary:
      return new a.Binary();
    case TypeId.Utf8:
      return new a.Utf8();
    case TypeId.Bool:
      return new a.Bool();
    case TypeId.Decimal:
      return new a.Decimal(type.i32(1), type.i32(0), among(type.i32(2, 128), 128));
    case TypeId.Date:
      return new a.Date_(among(type.i16(0, 1), 0, 1) as never) as DataType;
    case TypeId.Time: {
      const unit = among(type.i16(0, 1), 0, 1, 2, 3);
      return new a.Time(unit as never, among(type.i32(1, 32), unit < 2 ? 32 : 64) as never) as DataType;
    }
    case TypeId.Timestamp:
      return new a.Timestamp(among(type.i16(0), 0, 1, 2, 3) as never, type.string(1) ?? null) as DataType;
    case TypeId.FixedSizeBinary:
      return new a.FixedSizeBinary(bounded(type.i32(0)));
    case TypeId.List:
      return new a.List(only());
    case TypeId.FixedSizeList:
      return new a.FixedSizeList(bounded(type.i32(0)), only());
    case TypeId.Struct:
      return new a.Struct(children);
    case TypeId.Map: {
      const entries = only();
      if ((entries.type as { children?: unknown[] }).children?.length !== 2) throw protocol('a map without key and value');
      return new a.Map_(entries as never) as unknown as DataType;
    }
    default:
      throw unsupported(`type ${id}`);
  }
}

function bounded(size: number): number {
  if (size < 0 || size > 1 << 24) throw protocol(`a fixed size of ${size}`);
  return size;
}

function unsupported(what: string): ProtocolError {
  return new ProtocolError(`${what}: not a column of VAST DataBase`, { code: 'UNSUPPORTED_TYPE' });
}
