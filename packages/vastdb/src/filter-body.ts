/** The filter of a select as FlatBuffers: `and(or(call(column, literal)…)…)`, Arrow compute IR's Expression. */
import type { Builder } from 'flatbuffers';
import { TypeId, childFields, details, fieldName, type Field } from './arrow.ts';
import { UnsupportedPredicateError } from './errors.ts';
import { findNode, offsetVector, writeLiteralField } from './field-body.ts';
import type { FilterGroup, Term } from './predicates.ts';
import { toScalar, type Scalar } from './values.ts';

const EXPRESSION = { literal: 1, fieldRef: 2, call: 3 } as const;
const DEREF_FIELD_INDEX = 5;

/** LiteralImpl's members for the integer widths. */
const INT_LITERAL: Readonly<Record<string, number>> = {
  '8s': 2, '16s': 3, '32s': 4, '64s': 5, '8u': 6, '16u': 7, '32u': 8, '64u': 9,
};
const LITERAL = {
  bool: 1, date: 10, time: 11, timestamp: 12, decimal: 15, f16: 16, f32: 17, f64: 18, list: 19, string: 22, binary: 23,
} as const;

/** Writes the whole filter and returns the expression's offset. No groups: `and()`. */
export function writeFilter(
  b: Builder,
  groups: readonly FilterGroup[],
  fields: readonly Field[],
): number {
  const ors = groups.map((group) => {
    const node = findNode(fields, group.column);
    if (node === undefined) throw refuse(`no column ${group.column}`);
    const { field } = node;
    const vector = details(field.type).typeId === TypeId.FixedSizeList;
    if (childFields(field.type).length > 0 && !vector) {
      throw refuse(`${fieldName(field)}: a nested column cannot be compared`);
    }
    // A vector is referred to by its items.
    const leaf = node.position + (vector ? 1 : 0);
    return call(b, 'or', group.terms.flatMap((term) => writeTerm(b, field, leaf, term)));
  });
  return call(b, 'and', ors);
}

/** A `FieldIndex` table. */
export function writeFieldIndex(b: Builder, position: number): number {
  b.startObject(1);
  b.addFieldInt32(0, position, 0);
  return b.endObject();
}

function writeTerm(b: Builder, field: Field, position: number, term: Term): number[] {
  const vector = details(field.type).typeId === TypeId.FixedSizeList;
  if (vector && !['equal', 'not_equal', 'in', 'is_null', 'is_valid'].includes(term.op)) {
    throw refuse(`${fieldName(field)}: a vector can only be compared with eq, ne, oneOf, isNull and notNull`);
  }
  const text = [TypeId.Utf8, TypeId.Binary].includes(details(field.type).typeId as 4 | 5);
  if ((term.op === 'match_substring' || term.op === 'prefix') && !text) {
    throw refuse(`${fieldName(field)}: contains and startsWith need text or bytes`);
  }
  const column = writeColumn(b, position);
  switch (term.op) {
    case 'is_null':
    case 'is_valid':
      return [call(b, term.op, [column])];
    case 'in':
      return term.values.map((value) => call(b, 'equal', [column, writeLiteral(b, field, value)]));
    case 'between': {
      const low = writeLiteral(b, field, term.low);
      const high = writeLiteral(b, field, term.high);
      return [range(b, column, low, 'less_equal', high)];
    }
    case 'prefix': {
      const [from, to] = prefixRange(term.prefix);
      if (to === undefined) return [call(b, 'greater_equal', [column, writeBytesLiteral(b, field, from)])];
      const low = writeBytesLiteral(b, field, from);
      return [range(b, column, low, 'less', writeBytesLiteral(b, field, to))];
    }
    default:
      return [call(b, term.op, [column, writeLiteral(b, field, term.value)])];
  }
}

function range(b: Builder, column: number, low: number, upper: 'less' | 'less_equal', high: number): number {
  const from = call(b, 'greater_equal', [column, low]);
  return call(b, 'and', [from, call(b, upper, [column, high])]);
}

/**
 * The bytes from which a prefix reaches, and the first bytes beyond it: the last byte below 0xff plus one. A prefix of
 * 0xff alone has no upper end. UTF-8 never holds 0xff, so a text prefix always has one.
 */
export function prefixRange(prefix: string | Uint8Array): [from: Uint8Array, to: Uint8Array | undefined] {
  const from = typeof prefix === 'string' ? new TextEncoder().encode(prefix) : prefix;
  let end = from.length;
  while (end > 0 && from[end - 1] === 0xff) end -= 1;
  if (end === 0) return [from, undefined];
  // Not slice(): that of a Buffer is no copy.
  const to = Uint8Array.from(from.subarray(0, end));
  to[end - 1] = (to[end - 1] ?? 0) + 1;
  return [from, to];
}

function call(b: Builder, name: string, args: readonly number[]): number {
  const nameOffset = b.createString(name);
  const vector = offsetVector(b, args);
  b.startObject(3);
  b.addFieldOffset(0, nameOffset, 0);
  b.addFieldOffset(1, vector, 0);
  return expression(b, EXPRESSION.call, b.endObject());
}

function expression(b: Builder, type: number, impl: number): number {
  b.startObject(2);
  b.addFieldInt8(0, type, 0);
  b.addFieldOffset(1, impl, 0);
  return b.endObject();
}

function writeColumn(b: Builder, position: number): number {
  const index = writeFieldIndex(b, position);
  b.startObject(3);
  b.addFieldInt8(0, DEREF_FIELD_INDEX, 0);
  b.addFieldOffset(1, index, 0);
  return expression(b, EXPRESSION.fieldRef, b.endObject());
}

function writeLiteral(b: Builder, field: Field, value: unknown): number {
  return expression(b, EXPRESSION.literal, literalTable(b, field, value));
}

function literalTable(b: Builder, field: Field, value: unknown): number {
  const item = details(field.type).typeId === TypeId.FixedSizeList ? childFields(field.type)[0] : undefined;
  if (item !== undefined) return listLiteral(b, field, item, value);
  const scalar = toScalar(field.type, value, `predicate on ${field.name}`);
  const kind = literalKind(field);
  const impl = literalImpl(b, kind, scalar);
  return literal(b, field, kind, impl);
}

/** A prefix's upper end need not be UTF-8, so it is written as bytes whatever the column's type. */
function writeBytesLiteral(b: Builder, field: Field, bytes: Uint8Array): number {
  const kind = literalKind(field);
  const value = kind === LITERAL.string ? b.createString(bytes) : byteVector(b, bytes);
  return expression(b, EXPRESSION.literal, literal(b, field, kind, oneSlot(b, (at) => b.addFieldOffset(at, value, 0))));
}

function listLiteral(b: Builder, field: Field, item: Field, value: unknown): number {
  const size = details(field.type).listSize ?? 0;
  const values = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : [];
  if (values.length !== size) throw refuse(`${fieldName(field)}: ${values.length} values found; expected ${size}`);
  const offsets = values.map((each) => literalTable(b, item, each));
  const vector = offsetVector(b, offsets);
  return literal(b, field, LITERAL.list, oneSlot(b, (at) => b.addFieldOffset(at, vector, 0)));
}

function literal(b: Builder, field: Field, kind: number, impl: number): number {
  const type = writeLiteralField(b, field);
  b.startObject(3);
  b.addFieldInt8(0, kind, 0);
  b.addFieldOffset(1, impl, 0);
  b.addFieldOffset(2, type, 0);
  return b.endObject();
}

function literalKind(field: Field): number {
  const t = details(field.type);
  switch (t.typeId) {
    case TypeId.Int:
      return INT_LITERAL[`${t.bitWidth}${t.isSigned === true ? 's' : 'u'}`] ?? 0;
    case TypeId.Float:
      if (t.precision === 0) throw refuse(`${fieldName(field)}: a float16 column cannot be compared`);
      return t.precision === 1 ? LITERAL.f32 : LITERAL.f64;
    case TypeId.Bool:
      return LITERAL.bool;
    case TypeId.Utf8:
      return LITERAL.string;
    case TypeId.Binary:
      return LITERAL.binary;
    case TypeId.Date:
      return LITERAL.date;
    case TypeId.Time:
      return LITERAL.time;
    case TypeId.Timestamp:
      return LITERAL.timestamp;
    case TypeId.Decimal:
      return LITERAL.decimal;
    default:
      throw refuse(`${fieldName(field)}: a column of this type cannot be compared`);
  }
}

function literalImpl(b: Builder, kind: number, value: Scalar): number {
  if (typeof value === 'string') {
    const text = b.createString(value);
    return oneSlot(b, (at) => b.addFieldOffset(at, text, 0));
  }
  if (value instanceof Uint8Array || kind === LITERAL.decimal) {
    const bytes = byteVector(b, value instanceof Uint8Array ? value : littleEndian16(value as bigint));
    return oneSlot(b, (at) => b.addFieldOffset(at, bytes, 0));
  }
  if (typeof value === 'boolean') return oneSlot(b, (at) => b.addFieldInt8(at, value ? 1 : 0, 0));
  if (kind === LITERAL.f32) return oneSlot(b, (at) => b.addFieldFloat32(at, value as number, 0));
  if (kind === LITERAL.f64) return oneSlot(b, (at) => b.addFieldFloat64(at, value as number, 0));
  // Date, Time and Timestamp literals hold int64 whatever the column's width (Literal.fbs).
  const wide = typeof value === 'bigint' || kind === LITERAL.date || kind === LITERAL.time;
  if (wide) return oneSlot(b, (at) => b.addFieldInt64(at, BigInt(value), 0n));
  if (kind === 2 || kind === 6) return oneSlot(b, (at) => b.addFieldInt8(at, value, 0));
  if (kind === 3 || kind === 7) return oneSlot(b, (at) => b.addFieldInt16(at, value, 0));
  return oneSlot(b, (at) => b.addFieldInt32(at, value, 0));
}

function oneSlot(b: Builder, add: (slot: number) => void): number {
  b.startObject(1);
  add(0);
  return b.endObject();
}

function byteVector(b: Builder, bytes: Uint8Array): number {
  b.startVector(1, bytes.byteLength, 1);
  for (let i = bytes.byteLength - 1; i >= 0; i--) b.addInt8(bytes[i] ?? 0);
  return b.endVector();
}

function littleEndian16(value: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  view.setBigInt64(8, BigInt.asIntN(64, value >> 64n), true);
  return bytes;
}

function refuse(message: string): UnsupportedPredicateError {
  return new UnsupportedPredicateError(`predicate: ${message}`, { code: 'UNSUPPORTED_PREDICATE' });
}
