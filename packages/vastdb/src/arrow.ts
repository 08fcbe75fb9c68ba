/**
 * apache-arrow, loaded when the first column, row or query needs it: importing it takes a quarter of a second.
 * Type ids are Arrow's own (Schema.fbs, union Type); they are compared instead of classes, so that values made by
 * another copy of apache-arrow are understood too.
 */
import type * as ArrowModule from 'apache-arrow';

export type Arrow = typeof ArrowModule;
export type { Data, DataType, Field, RecordBatch, Schema, Table, Vector } from 'apache-arrow';

let loading: Promise<Arrow> | undefined;

/** The library. */
export function loadArrow(): Promise<Arrow> {
  loading ??= import('apache-arrow');
  return loading;
}

/** Arrow's numbers for its types. */
export const TypeId = {
  Null: 1,
  Int: 2,
  Float: 3,
  Binary: 4,
  Utf8: 5,
  Bool: 6,
  Decimal: 7,
  Date: 8,
  Time: 9,
  Timestamp: 10,
  List: 12,
  Struct: 13,
  FixedSizeBinary: 15,
  FixedSizeList: 16,
  Map: 17,
} as const;

/** What the types have beside their id; which of them are there follows from the id. */
export interface TypeDetails {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly byteWidth?: number;
  readonly listSize?: number;
  readonly children?: readonly ArrowModule.Field[] | null;
}

/** A data type seen through the properties this package uses. */
export function details(type: ArrowModule.DataType): TypeDetails {
  return type as unknown as TypeDetails;
}

/** The fields below a type; empty for a leaf. */
export function childFields(type: ArrowModule.DataType): readonly ArrowModule.Field[] {
  return details(type).children ?? [];
}

/** A type in words, for messages: `fixed_size_list<item: float32 not null>[384]`. */
export function typeName(type: ArrowModule.DataType): string {
  const t = details(type);
  const units = ['s', 'ms', 'us', 'ns'];
  const inner = (): string => childFields(type).map(fieldName).join(', ');
  switch (t.typeId) {
    case TypeId.Int:
      return `${t.isSigned === true ? '' : 'u'}int${t.bitWidth}`;
    case TypeId.Float:
      return `float${[16, 32, 64][t.precision ?? 0]}`;
    case TypeId.Utf8:
      return 'utf8';
    case TypeId.Binary:
      return 'binary';
    case TypeId.Bool:
      return 'bool';
    case TypeId.Decimal:
      return `decimal${t.bitWidth}(${t.precision}, ${t.scale})`;
    case TypeId.Date:
      return t.unit === 0 ? 'date32' : 'date64';
    case TypeId.Time:
      return `time${t.bitWidth}[${units[t.unit ?? 0]}]`;
    case TypeId.Timestamp:
      return `timestamp[${units[t.unit ?? 0]}${t.timezone == null ? '' : `, ${t.timezone}`}]`;
    case TypeId.FixedSizeBinary:
      return `fixed_size_binary[${t.byteWidth}]`;
    case TypeId.FixedSizeList:
      return `fixed_size_list<${inner()}>[${t.listSize}]`;
    case TypeId.List:
      return `list<${inner()}>`;
    case TypeId.Struct:
      return `struct<${inner()}>`;
    case TypeId.Map:
      return `map<${inner()}>`;
    default:
      return String(type);
  }
}

/** `name: type not null`. */
export function fieldName(field: ArrowModule.Field): string {
  return `${field.name}: ${typeName(field.type)}${field.nullable ? '' : ' not null'}`;
}

/** Whether two fields mean the same column type, nullability included, at every depth. Names below lists are free. */
export function sameType(a: ArrowModule.Field, b: ArrowModule.Field): boolean {
  if (a.nullable !== b.nullable) return false;
  return sameDataType(a.type, b.type);
}

/**
 * As `sameType`, for what a select asks: there a timestamp comes without its zone, and the nullability of a map's
 * entries is not told (SDK _internal.py, get_field_type and build_field).
 */
export function sameAsked(a: ArrowModule.Field, b: ArrowModule.Field, anyNullability = false): boolean {
  if (!anyNullability && a.nullable !== b.nullable) return false;
  const [left, right] = [childFields(a.type), childFields(b.type)];
  if (left.length === 0) return sameDataType(zoneless(a.type), zoneless(b.type));
  const { typeId, listSize } = details(a.type);
  if (typeId !== details(b.type).typeId || listSize !== details(b.type).listSize || left.length !== right.length) return false;
  return left.every((field, i) => {
    const other = right[i];
    if (other === undefined || (typeId === TypeId.Struct && field.name !== other.name && !anyNullability)) return false;
    return sameAsked(field, other, typeId === TypeId.Map);
  });
}

function zoneless(type: ArrowModule.DataType): ArrowModule.DataType {
  const t = details(type);
  return t.typeId === TypeId.Timestamp && t.timezone != null ? ({ typeId: t.typeId, unit: t.unit } as unknown as ArrowModule.DataType) : type;
}

/** As `sameType`, without the nullability of the outermost field. */
export function sameDataType(a: ArrowModule.DataType, b: ArrowModule.DataType): boolean {
  const x = details(a);
  const y = details(b);
  const scalar =
    x.typeId === y.typeId &&
    x.bitWidth === y.bitWidth &&
    x.isSigned === y.isSigned &&
    x.precision === y.precision &&
    x.scale === y.scale &&
    x.unit === y.unit &&
    (x.timezone ?? null) === (y.timezone ?? null) &&
    x.byteWidth === y.byteWidth &&
    x.listSize === y.listSize;
  const left = childFields(a);
  const right = childFields(b);
  if (!scalar || left.length !== right.length) return false;
  return left.every((field, i) => {
    const other = right[i];
    if (other === undefined || (x.typeId === TypeId.Struct && field.name !== other.name)) return false;
    return sameType(field, other);
  });
}
