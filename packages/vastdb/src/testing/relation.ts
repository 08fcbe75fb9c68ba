/** A select's body read back: Arrow compute IR's Relation → Source with schema, filter and projection. */
import { TypeId, childFields, details, fieldName, sameAsked, type Arrow, type Field } from '../arrow.ts';
import { readField } from '../field-reader.ts';
import { FlatTable } from '../flatbuf.ts';
import { badRequest, notImplemented } from './failure.ts';

/** A literal as JavaScript value: bytes for strings, for their end need not be UTF-8. */
export type Literal = number | bigint | boolean | Uint8Array | readonly Literal[];

/** One condition; `column` numbers a node of the schema depth first. */
export interface Condition {
  readonly call: string;
  readonly column: number;
  readonly literals: readonly Literal[];
}

/** What a select asks for. */
export interface Relation {
  readonly fields: readonly Field[];
  /** AND of ORs. A condition with two literals is a range, `call` being the upper bound's. */
  readonly filter: readonly (readonly Condition[])[];
  readonly projection: readonly number[];
}

const COMPARISONS = ['equal', 'not_equal', 'greater', 'greater_equal', 'less', 'less_equal', 'match_substring'];

/** @throws {Failure} 400 for a body that the protocol does not allow */
export function readRelation(arrow: Arrow, body: Uint8Array): Relation {
  const root = FlatTable.root(body);
  const source = root.table(1);
  if (root.u8(0) !== 9 || source === undefined) throw badRequest('InvalidArgument', `relation of kind ${root.u8(0)}; expected a Source (9)`);
  const schema = source.table(3);
  const filter = source.table(2);
  if (schema === undefined || filter === undefined || source.string(1) === undefined) {
    throw badRequest('InvalidArgument', 'a Source needs a name, a schema and a filter');
  }
  const fields = schema.tables(1).map((field) => readField(arrow, field));
  const nodes = fields.flatMap((field) => allNodes(field, field));
  const [name, groups] = readCall(filter);
  if (name !== 'and') throw badRequest('InvalidArgument', `filter: ${name} found; expected an "and" of "or"s`);
  return {
    fields,
    filter: groups.map((group) => readGroup(arrow, group, nodes)),
    projection: source.tables(4).map((index) => index.u32(0)),
  };
}

interface Node {
  readonly field: Field;
  /** The top-level column it belongs to. */
  readonly root: Field;
}

function allNodes(field: Field, root: Field): Node[] {
  return [{ field, root }, ...childFields(field.type).flatMap((child) => allNodes(child, root))];
}

/** Whether there is a list or a map between a column and one of its nodes, or at it. */
function insideOfList(root: Field, node: Field): boolean {
  const { typeId } = details(root.type);
  if (childFields(root.type).length > 0 && typeId !== TypeId.Struct) return true;
  const child = childFields(root.type).find((each) => allNodes(each, root).some(({ field }) => field === node));
  return child !== undefined && insideOfList(child, node);
}

function readGroup(arrow: Arrow, expression: FlatTable, nodes: readonly Node[]): Condition[] {
  const [name, terms] = readCall(expression);
  if (name !== 'or' || terms.length === 0) throw badRequest('InvalidArgument', `filter: ${name} of ${terms.length} found; expected an "or"`);
  const conditions = terms.map((term) => readTerm(arrow, term, nodes));
  if (conditions.some((each) => each.column !== conditions[0]?.column)) {
    throw badRequest('InvalidArgument', 'filter: an "or" over several columns');
  }
  return conditions;
}

function readTerm(arrow: Arrow, expression: FlatTable, nodes: readonly Node[]): Condition {
  const [call, args] = readCall(expression);
  if (call === 'and') {
    const [low, high, more] = args.map((arg) => readTerm(arrow, arg, nodes));
    const range = low?.call === 'greater_equal' && (high?.call === 'less' || high?.call === 'less_equal');
    if (!range || more !== undefined || low.column !== high.column) throw badRequest('InvalidArgument', 'filter: an inner "and" that is no range');
    return { call: high.call, column: low.column, literals: [...low.literals, ...high.literals] };
  }
  const column = readColumn(args[0], nodes.length);
  const { field, root } = nodes[column] as Node;
  const vector = details(root.type).typeId === TypeId.FixedSizeList;
  if (!vector && insideOfList(root, field)) throw notImplemented(`filter: a condition on values within ${fieldName(root)}`);
  if ((call === 'is_null' || call === 'is_valid') && args.length === 1) return { call, column, literals: [] };
  if (!COMPARISONS.includes(call) || args.length !== 2) throw badRequest('InvalidArgument', `filter: ${call} of ${args.length} arguments`);
  // A vector is compared through its child's number, with a literal of the whole list.
  const compared = vector ? root : field;
  return { call, column, literals: [readLiteral(arrow, args[1], compared)] };
}

function readCall(expression: FlatTable): [string, FlatTable[]] {
  const call = expression.u8(0) === 3 ? expression.table(1) : undefined;
  const name = call?.string(0);
  if (call === undefined || name === undefined) throw badRequest('InvalidArgument', 'filter: a call expected');
  return [name, call.tables(1)];
}

function readColumn(expression: FlatTable | undefined, count: number): number {
  const reference = expression?.u8(0) === 2 ? expression.table(1) : undefined;
  const index = reference?.u8(0) === 5 ? reference.table(1) : undefined;
  const position = index?.u32(0) ?? count;
  if (position >= count) throw badRequest('InvalidArgument', 'filter: a reference to no column of the schema');
  return position;
}

function readLiteral(arrow: Arrow, expression: FlatTable | undefined, field: Field): Literal {
  const literal = expression?.u8(0) === 1 ? expression.table(1) : undefined;
  if (literal === undefined) throw badRequest('InvalidArgument', 'filter: a literal expected');
  return literalValue(arrow, literal, field);
}

const LITERAL_OF_INT: Readonly<Record<string, number>> = {
  int8: 2, int16: 3, int32: 4, int64: 5, uint8: 6, uint16: 7, uint32: 8, uint64: 9,
};

/** The type of the literal must be the column's, a vector's being `list` of its item. */
function literalValue(arrow: Arrow, literal: FlatTable, field: Field): Literal {
  const kind = literal.u8(0);
  const impl = literal.table(1);
  const type = literal.table(2);
  if (impl === undefined || type === undefined) throw badRequest('InvalidArgument', 'filter: a literal without value or type');
  const t = details(field.type);
  const declared = readField(arrow, type);
  const wrong = (): never => {
    throw badRequest('TabularMismatchColumnType', `filter: literal ${kind} of type ${fieldName(declared)} for column ${fieldName(field)}`);
  };
  if (type.has(0) || declared.nullable !== field.nullable) wrong();
  if (t.typeId === TypeId.FixedSizeList) {
    const item = childFields(field.type)[0] as Field;
    const items = impl.tables(0).map((each) => literalValue(arrow, each, item));
    if (kind !== 19 || details(declared.type).typeId !== TypeId.List || items.length !== t.listSize) wrong();
    return items;
  }
  if (!sameAsked(declared, field)) wrong();
  const expect = (number: number | undefined): boolean => kind === number || wrong();
  switch (t.typeId) {
    case TypeId.Int:
      expect(LITERAL_OF_INT[`${t.isSigned === true ? '' : 'u'}int${t.bitWidth}`]);
      return readInteger(impl, t.bitWidth ?? 64, t.isSigned === true);
    case TypeId.Float:
      expect(16 + (t.precision ?? 0));
      return t.precision === 1 ? impl.f32(0) : impl.f64(0);
    case TypeId.Bool:
      expect(1);
      return impl.bool(0);
    case TypeId.Utf8:
    case TypeId.Binary:
      expect(t.typeId === TypeId.Utf8 ? 22 : 23);
      return impl.bytes(0) ?? wrong();
    case TypeId.Decimal:
      expect(15);
      return decimalLiteral(impl.bytes(0) ?? wrong());
    case TypeId.Date:
      expect(10);
      return Number(impl.i64(0));
    case TypeId.Time:
      expect(11);
      return t.bitWidth === 32 ? Number(impl.i64(0)) : impl.i64(0);
    case TypeId.Timestamp:
      expect(12);
      return impl.i64(0);
    default:
      return wrong();
  }
}

function readInteger(impl: FlatTable, bits: number, signed: boolean): number | bigint {
  if (bits === 64) return signed ? impl.i64(0) : impl.u64(0);
  if (bits === 32) return signed ? impl.i32(0) : impl.u32(0);
  if (bits === 16) return signed ? impl.i16(0) : impl.i16(0) & 0xffff;
  return signed ? impl.i8(0) : impl.u8(0);
}

function decimalLiteral(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = 15; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return BigInt.asIntN(128, value);
}
