/** Plain values into Arrow columns, for every type that VAST DataBase has. values.ts says what is accepted. */
import { TypeId, childFields, details, fieldName, type Arrow, type Data, type DataType, type Field } from './arrow.ts';
import { usage } from './errors.ts';
import { shown, toScalar, type Scalar } from './values.ts';

/** Stands below a null: the slot exists but means nothing, so that it may be zero even where null is forbidden. */
const ABSENT = Symbol('absent');

/**
 * One column from its values; null and undefined are null.
 * @param values one for each row; lists as arrays, structs as objects, maps as Map or an array of pairs
 * @throws {UsageError} naming column and row, for a value of another kind, out of range, or null where it may not be
 */
export function buildData(arrow: Arrow, field: Field, values: readonly unknown[], firstRow = 0): Data {
  return build(arrow, field, values, (i) => `column ${field.name}, row ${firstRow + i}`);
}

type Where = (index: number) => string;

function build(a: Arrow, field: Field, values: readonly unknown[], where: Where): Data {
  const type = field.type;
  const length = values.length;
  const { nullBitmap, nullCount } = validity(field, values, where);
  const base = { type, length, nullCount, nullBitmap: nullCount === 0 ? undefined : nullBitmap, offset: 0 };
  const make = (parts: object): Data => a.makeData({ ...base, ...parts } as never) as unknown as Data;
  const scalar = (i: number): Scalar | undefined => {
    const value = values[i];
    return value === ABSENT || value === null || value === undefined ? undefined : toScalar(type, value, () => where(i));
  };
  const t = details(type);
  switch (t.typeId) {
    case TypeId.Bool: {
      const bits = new Uint8Array(bitmapBytes(length));
      for (let i = 0; i < length; i++) if (scalar(i) === true) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
      return make({ data: bits });
    }
    case TypeId.Utf8:
      return make(texts(values.map((_, i) => scalar(i) as string | undefined)));
    case TypeId.Binary:
      return make(variable(values.map((_, i) => scalar(i) as Uint8Array | undefined)));
    case TypeId.FixedSizeBinary: {
      const width = t.byteWidth ?? 1;
      const data = new Uint8Array(width * length);
      for (let i = 0; i < length; i++) data.set((scalar(i) as Uint8Array | undefined) ?? [], i * width);
      return make({ data });
    }
    case TypeId.Decimal: {
      const words = new BigUint64Array(2 * length);
      for (let i = 0; i < length; i++) {
        const value = (scalar(i) as bigint | undefined) ?? 0n;
        words[2 * i] = BigInt.asUintN(64, value);
        words[2 * i + 1] = BigInt.asUintN(64, value >> 64n);
      }
      return make({ data: new Uint32Array(words.buffer) });
    }
    case TypeId.FixedSizeList:
      return make({ child: fixedList(a, field, values, t.listSize ?? 0, where) });
    case TypeId.List:
    case TypeId.Map:
      return make(nestedList(a, field, values, where));
    case TypeId.Struct:
      return make({ children: structChildren(a, type, values, where) });
    default: {
      const data = numberArray(type, length);
      for (let i = 0; i < length; i++) {
        const value = scalar(i);
        if (value !== undefined) data[i] = t.typeId === TypeId.Float && t.precision === 0 ? toHalf(Number(value)) : (value as never);
      }
      return make({ data });
    }
  }
}

/** An empty array of the kind a number type is stored in. */
function numberArray(type: DataType, length: number): { [index: number]: number | bigint } {
  return new (type.ArrayType as new (n: number) => { [index: number]: number | bigint })(length);
}

function validity(field: Field, values: readonly unknown[], where: Where): { nullBitmap: Uint8Array; nullCount: number } {
  const nullBitmap = new Uint8Array(bitmapBytes(values.length));
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const isNull = value === null || value === undefined || (value === ABSENT && field.nullable);
    if (!isNull) nullBitmap[i >> 3] = (nullBitmap[i >> 3] ?? 0) | (1 << (i & 7));
    else if (field.nullable) nullCount += 1;
    else throw usage(`${where(i)}: null found; expected ${fieldName(field)}`, 'WRONG_VALUE');
  }
  return { nullBitmap, nullCount };
}

/** All texts encoded at once; where they are ASCII, which most are, lengths in characters are lengths in bytes. */
function texts(cells: readonly (string | undefined)[]): { valueOffsets: Int32Array; data: Uint8Array } {
  const whole = cells.join('');
  const total = Buffer.byteLength(whole);
  if (total > 0x7fffffff) throw usage(`${total} bytes in one column of a batch; at most 2 GiB fit`);
  const valueOffsets = new Int32Array(cells.length + 1);
  const ascii = total === whole.length;
  let end = 0;
  cells.forEach((cell, i) => {
    if (cell !== undefined) end += ascii ? cell.length : Buffer.byteLength(cell);
    valueOffsets[i + 1] = end;
  });
  return { valueOffsets, data: new TextEncoder().encode(whole) };
}

function variable(cells: readonly (Uint8Array | undefined)[]): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(cells.length + 1);
  let total = 0;
  cells.forEach((cell, i) => {
    total += cell?.byteLength ?? 0;
    valueOffsets[i + 1] = total;
  });
  if (total > 0x7fffffff) throw usage(`${total} bytes in one column of a batch; at most 2 GiB fit`);
  const data = new Uint8Array(total);
  cells.forEach((cell, i) => cell !== undefined && data.set(cell, valueOffsets[i]));
  return { valueOffsets, data };
}

/** Vectors come as typed arrays of the right kind and are copied whole; anything else goes value by value. */
function fixedList(a: Arrow, field: Field, values: readonly unknown[], size: number, where: Where): Data {
  const item = childFields(field.type)[0] as Field;
  const ArrayType = item.type.ArrayType as { new (n: number): Float32Array; name: string };
  const typed = values.every((v) => v === null || v === undefined || v === ABSENT || v instanceof (ArrayType as never));
  const half = details(item.type).typeId === TypeId.Float && details(item.type).precision === 0;
  const check = (value: ArrayLike<unknown>, i: number): void => {
    if (value.length !== size) throw usage(`${where(i)}: ${value.length} values found; expected ${size}`, 'WRONG_VALUE');
  };
  if (typed && !half && details(item.type).typeId !== TypeId.Bool) {
    const data = new ArrayType(size * values.length);
    values.forEach((value, i) => {
      if (typeof value !== 'object' || value === null) return;
      check(value as Float32Array, i);
      data.set(value as Float32Array, i * size);
    });
    return a.makeData({ type: item.type, length: data.length, nullCount: 0, data, offset: 0 } as never) as unknown as Data;
  }
  const items = values.flatMap((value, i) => {
    if (value === null || value === undefined || value === ABSENT) return Array.from({ length: size }, () => ABSENT);
    const list = toArray(value, field, where, i);
    check(list, i);
    return list;
  });
  return build(a, item, items, (i) => `${where(Math.floor(i / size))}, item ${i % size}`);
}

function nestedList(a: Arrow, field: Field, values: readonly unknown[], where: Where): { valueOffsets: Int32Array; child: Data } {
  const item = childFields(field.type)[0] as Field;
  const valueOffsets = new Int32Array(values.length + 1);
  const items: unknown[] = [];
  const rows: number[] = [];
  values.forEach((value, i) => {
    if (value !== null && value !== undefined && value !== ABSENT) {
      for (const each of toArray(value, field, where, i)) {
        items.push(details(field.type).typeId === TypeId.Map ? mapEntry(each, item) : each);
        rows.push(i);
      }
    }
    valueOffsets[i + 1] = items.length;
  });
  return { valueOffsets, child: build(a, item, items, (i) => where(rows[i] ?? 0)) };
}

/** A map's entry as the struct that Arrow keeps it in, whatever its two fields are called. */
function mapEntry(pair: unknown, entries: Field): Record<string, unknown> {
  const [key, value] = childFields(entries.type);
  if (!Array.isArray(pair) || key === undefined || value === undefined) throw usage(`${shown(pair)} found; expected [key, value]`);
  return { [key.name]: pair[0] as unknown, [value.name]: pair[1] as unknown };
}

function toArray(value: unknown, field: Field, where: Where, i: number): unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<unknown>);
  throw usage(`${where(i)}: ${shown(value)} found; expected ${fieldName(field)}`, 'WRONG_VALUE');
}

function structChildren(a: Arrow, type: DataType, values: readonly unknown[], where: Where): Data[] {
  return childFields(type).map((child) => {
    const column = values.map((value, i) => {
      if (value === null || value === undefined || value === ABSENT) return ABSENT;
      if (typeof value !== 'object') throw usage(`${where(i)}: ${shown(value)} found; expected an object`, 'WRONG_VALUE');
      return (value as Record<string, unknown>)[child.name];
    });
    return build(a, child, column, (i) => `${where(i)}, field ${child.name}`);
  });
}

function bitmapBytes(bits: number): number {
  return ((bits + 63) & ~63) >> 3;
}

/** IEEE 754 binary16 of a number, ties to even. */
export function toHalf(value: number): number {
  const f32 = new Float32Array([value]);
  const bits = new Uint32Array(f32.buffer)[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const rebased = exponent - 112;
  if (rebased >= 31) return sign | 0x7c00;
  const full = mantissa | 0x800000;
  const shift = rebased > 0 ? 13 : 14 - rebased;
  if (shift > 24) return sign;
  const kept = rebased > 0 ? (rebased << 10) | (mantissa >>> 13) : full >>> shift;
  const rest = full & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (kept + (rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0));
}

/** The number of an IEEE 754 binary16. */
export function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? (sign * mantissa) / 2 ** 24 : (sign * (1024 + mantissa) * 2 ** exponent) / 2 ** 25;
}
