/** Column types in plain words, for those who do not want to build an Arrow schema: `{ id: 'utf8', at: vector(384) }`. */
import type { Arrow, DataType, Field, Schema } from './arrow.ts';
import { usage } from './errors.ts';

/** Types without a parameter. */
export type SimpleType =
  | 'bool'
  | 'int8' | 'int16' | 'int32' | 'int64'
  | 'uint8' | 'uint16' | 'uint32' | 'uint64'
  | 'float16' | 'float32' | 'float64'
  | 'utf8' | 'binary' | 'date32';

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** A column's type: a word, or what one of the functions below returns. */
export type ColumnType =
  | SimpleType
  | { readonly kind: 'decimal128'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone?: string }
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'fixedBinary'; readonly size: number }
  | { readonly kind: 'vector'; readonly size: number; readonly item: SimpleType }
  | { readonly kind: 'list'; readonly item: ColumnSpec }
  | { readonly kind: 'struct'; readonly fields: ColumnSpecs }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnSpec }
  | { readonly kind: 'required'; readonly type: ColumnType };

export type ColumnSpec = ColumnType;
/** Columns by name, in order. */
export interface ColumnSpecs {
  readonly [name: string]: ColumnSpec;
}

/** The type without nulls. A column is nullable unless it is wrapped in this. */
export const required = (type: ColumnType): ColumnType => ({ kind: 'required', type });
/** `size` numbers that are never null: the type of embeddings and of vector indexes. */
export const vector = (size: number, item: SimpleType = 'float32'): ColumnType => ({ kind: 'vector', size, item });
/** 1 to 38 digits, `scale` of them behind the point. */
export const decimal = (precision: number, scale: number): ColumnType => ({ kind: 'decimal128', precision, scale });
/** A moment in the unit given; with a time zone on clusters of 5.4 or newer. */
export const timestamp = (unit: TimeUnit, timezone?: string): ColumnType =>
  timezone === undefined ? { kind: 'timestamp', unit } : { kind: 'timestamp', unit, timezone };
/** A time of day: 32 bits for s and ms, 64 for us and ns. */
export const time = (unit: TimeUnit): ColumnType => ({ kind: 'time', unit });
export const fixedBinary = (size: number): ColumnType => ({ kind: 'fixedBinary', size });
export const list = (item: ColumnSpec): ColumnType => ({ kind: 'list', item });
export const struct = (fields: ColumnSpecs): ColumnType => ({ kind: 'struct', fields });
export const map = (key: ColumnType, value: ColumnSpec): ColumnType => ({ kind: 'map', key, value });

/** The Arrow schema of columns in plain words. An Arrow schema is passed through. */
export function toSchema(arrow: Arrow, columns: ColumnSpecs | Schema): Schema {
  if (isSchema(columns)) return columns;
  return new arrow.Schema(Object.entries(columns).map(([name, spec]) => toField(arrow, name, spec)));
}

function isSchema(columns: ColumnSpecs | Schema): columns is Schema {
  return Array.isArray((columns as Schema).fields);
}

function toField(arrow: Arrow, name: string, spec: ColumnSpec): Field {
  if (name === '' || name.startsWith('$')) throw usage(`column ${JSON.stringify(name)}: empty, or begins with "$"`);
  const bare = typeof spec === 'object' && spec.kind === 'required' ? spec.type : spec;
  return new arrow.Field(name, toType(arrow, name, bare), bare === spec);
}

function toType(a: Arrow, name: string, type: ColumnType): DataType {
  if (typeof type === 'string') {
    const make = SIMPLE[type];
    if (make === undefined) throw usage(`column ${name}: no type ${JSON.stringify(type)}`);
    return make(a);
  }
  switch (type.kind) {
    case 'decimal128':
      inRange(name, 'precision', type.precision, 1, 38);
      inRange(name, 'scale', type.scale, 0, type.precision);
      return new a.Decimal(type.scale, type.precision, 128);
    case 'timestamp':
      return new a.Timestamp(UNITS.indexOf(type.unit), type.timezone ?? null);
    case 'time':
      return new a.Time(UNITS.indexOf(type.unit), UNITS.indexOf(type.unit) < 2 ? 32 : 64);
    case 'fixedBinary':
      inRange(name, 'size', type.size, 1, MAX_CELL_BYTES);
      return new a.FixedSizeBinary(type.size);
    case 'vector':
      inRange(name, 'size', type.size, 1, MAX_CELL_BYTES);
      return new a.FixedSizeList(type.size, new a.Field('item', toType(a, name, type.item), false));
    case 'list':
      return new a.List(toField(a, 'item', type.item));
    case 'struct':
      return new a.Struct(Object.entries(type.fields).map(([field, spec]) => toField(a, field, spec)));
    case 'map': {
      const entries = new a.Struct([new a.Field('key', toType(a, name, type.key), false), toField(a, 'value', type.value)]);
      return new a.Map_(new a.Field('entries', entries, false) as never);
    }
    case 'required':
      return toType(a, name, type.type);
  }
}

function inRange(name: string, what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw usage(`column ${name}: ${what} ${value}; expected ${least} to ${most}`);
  }
}

/** Bytes that one cell may hold (SDK table.py; Java VastConfig). */
export const MAX_CELL_BYTES = 128 * 1024;
const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

const SIMPLE: Readonly<Record<string, (arrow: Arrow) => DataType>> = {
  bool: (a) => new a.Bool(),
  int8: (a) => new a.Int8(),
  int16: (a) => new a.Int16(),
  int32: (a) => new a.Int32(),
  int64: (a) => new a.Int64(),
  uint8: (a) => new a.Uint8(),
  uint16: (a) => new a.Uint16(),
  uint32: (a) => new a.Uint32(),
  uint64: (a) => new a.Uint64(),
  float16: (a) => new a.Float16(),
  float32: (a) => new a.Float32(),
  float64: (a) => new a.Float64(),
  utf8: (a) => new a.Utf8(),
  binary: (a) => new a.Binary(),
  date32: (a) => new a.DateDay(),
};
