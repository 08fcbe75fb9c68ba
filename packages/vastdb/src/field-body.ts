/** Arrow fields and types as FlatBuffers (Arrow's Schema.fbs), and how the wire numbers columns. */
import type { Builder } from 'flatbuffers';
import { TypeId, childFields, details, typeName, type DataType, type Field } from './arrow.ts';
import { UsageError } from './errors.ts';

/** How a top-level column is numbered in a request. */
export interface NodePositions {
  /** The column itself. */
  readonly root: number;
  /** Its leaves, which are what is projected. */
  readonly leaves: readonly number[];
}

/** Numbers all nodes depth first, nested ones included (QueryDataParser's FieldNode in the SDK). */
export function nodePositions(fields: readonly Field[]): NodePositions[] {
  let next = 0;
  const number = (field: Field, leaves: number[]): number => {
    const own = next++;
    const children = childFields(field.type);
    if (children.length === 0) leaves.push(own);
    for (const child of children) number(child, leaves);
    return own;
  };
  return fields.map((field) => {
    const leaves: number[] = [];
    return { root: number(field, leaves), leaves };
  });
}

/** A column or a member of a struct column, found by its name. */
export interface FoundNode {
  /** Which of the fields it is, or is in. */
  readonly root: number;
  readonly field: Field;
  /** Its number, depth first among all nodes. */
  readonly position: number;
}

/** `name` is a column's own name, or where there is none such `column.member` of a struct. */
export function findNode(fields: readonly Field[], name: string): FoundNode | undefined {
  let position = 0;
  let found: FoundNode | undefined;
  const visit = (field: Field, path: string, root: number): void => {
    if (path === name && (found === undefined || path === fields[root]?.name)) found = { root, field, position };
    position += 1;
    const inStruct = details(field.type).typeId === TypeId.Struct;
    // Values within lists and maps have no name of their own.
    for (const child of childFields(field.type)) visit(child, inStruct && path !== '' ? `${path}.${child.name}` : '', root);
  };
  fields.forEach((field, root) => visit(field, field.name, root));
  return found;
}

/** A vector of table offsets. */
export function offsetVector(b: Builder, offsets: readonly number[]): number {
  b.startVector(4, offsets.length, 4);
  for (let i = offsets.length - 1; i >= 0; i--) b.addOffset(offsets[i] ?? 0);
  return b.endVector();
}

/**
 * A named `Field` with its children, in the SDK's order: children, name, type, field. What is below a list is called
 * `item`, below a map `entries`, `key` and `value`, whatever the table calls them (SDK build_field).
 */
export function writeField(b: Builder, field: Field, called = field.name): number {
  const children = childFields(field.type);
  const { typeId } = details(field.type);
  const isList = typeId === TypeId.List || typeId === TypeId.FixedSizeList;
  const child = (each: Field): number => (typeId === TypeId.Map ? writeEntries(b, each) : writeField(b, each, isList ? 'item' : each.name));
  const vector = children.length === 0 ? 0 : offsetVector(b, children.map(child));
  const name = b.createString(called);
  return fieldTable(b, field, field.type, name, vector);
}

/** A map's entries, which the SDK types as a map and gives no nullability; type before name, unlike other fields. */
function writeEntries(b: Builder, entries: Field): number {
  const names = ['key', 'value'];
  const vector = offsetVector(b, childFields(entries.type).map((child, i) => writeField(b, child, names[i])));
  b.startObject(3);
  const type = b.endObject();
  const name = b.createString('entries');
  b.startObject(7);
  b.addFieldInt8(2, TypeId.Map, 0);
  b.addFieldOffset(3, type, 0);
  b.addFieldOffset(0, name, 0);
  b.addFieldOffset(5, vector, 0);
  return b.endObject();
}

/** The nameless `Field` that gives a literal its type. A fixed-size list is compared as a list. */
export function writeLiteralField(b: Builder, field: Field): number {
  const item = details(field.type).typeId === TypeId.FixedSizeList ? childFields(field.type)[0] : undefined;
  if (item === undefined) return fieldTable(b, field, field.type, 0, 0);
  const child = fieldTable(b, item, item.type, 0, 0);
  const vector = offsetVector(b, [child]);
  b.startObject(0);
  const type = b.endObject();
  return finishField(b, field.nullable, TypeId.List, type, 0, vector);
}

function fieldTable(b: Builder, field: Field, type: DataType, name: number, children: number): number {
  return finishField(b, field.nullable, details(type).typeId, writeType(b, type), name, children);
}

function finishField(b: Builder, nullable: boolean, typeId: number, type: number, name: number, children: number): number {
  b.startObject(7);
  b.addFieldOffset(0, name, 0);
  b.addFieldInt8(1, nullable ? 1 : 0, 0);
  b.addFieldInt8(2, typeId, 0);
  b.addFieldOffset(3, type, 0);
  b.addFieldOffset(5, children, 0);
  return b.endObject();
}

/** The table of a type; defaults as in Schema.fbs, so that what is elided there is elided here. The SDK tells no zone. */
function writeType(b: Builder, type: DataType): number {
  const t = details(type);
  b.startObject(3);
  switch (t.typeId) {
    case TypeId.Int:
      b.addFieldInt32(0, t.bitWidth ?? 0, 0);
      b.addFieldInt8(1, t.isSigned === true ? 1 : 0, 0);
      break;
    case TypeId.Float:
      b.addFieldInt16(0, t.precision ?? 0, 0);
      break;
    case TypeId.Decimal:
      b.addFieldInt32(0, t.precision ?? 0, 0);
      b.addFieldInt32(1, t.scale ?? 0, 0);
      b.addFieldInt32(2, t.bitWidth ?? 128, 128);
      break;
    case TypeId.Date:
      b.addFieldInt16(0, t.unit ?? 1, 1);
      break;
    case TypeId.Time:
      b.addFieldInt32(1, t.bitWidth ?? 32, 32);
      b.addFieldInt16(0, t.unit ?? 1, 1);
      break;
    case TypeId.Timestamp:
      b.addFieldInt16(0, t.unit ?? 0, 0);
      break;
    case TypeId.FixedSizeBinary:
      b.addFieldInt32(0, t.byteWidth ?? 0, 0);
      break;
    case TypeId.FixedSizeList:
      b.addFieldInt32(0, t.listSize ?? 0, 0);
      break;
    case TypeId.Binary:
    case TypeId.Utf8:
    case TypeId.Bool:
    case TypeId.List:
    case TypeId.Struct:
    case TypeId.Map:
      break;
    default:
      throw new UsageError(`${typeName(type)}: not a column type of VAST DataBase`, { code: 'UNSUPPORTED_TYPE' });
  }
  return b.endObject();
}
