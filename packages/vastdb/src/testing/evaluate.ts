/** Filters applied to rows. Null never compares: only is_null finds it. */
import { TypeId, childFields, details, type Field } from '../arrow.ts';
import { toScalar } from '../values.ts';
import { badRequest } from './failure.ts';
import type { Condition, Literal, Relation } from './relation.ts';
import type { Values } from './rows.ts';

/** A filter over the values of a row, and an equality that an index can serve. */
export interface Filter {
  readonly matches: (values: Values) => boolean;
  readonly equal: { readonly column: number; readonly keys: unknown[] } | undefined;
}

/** @param columnOf the id of a top-level column of the relation's schema */
export function compileFilter(relation: Relation, columnOf: (field: Field) => number): Filter {
  const nodes = relation.fields.flatMap((field) => nodesOf(field, field, []));
  const groups = relation.filter.map((group) => {
    const node = nodes[group[0]?.column ?? -1];
    if (node === undefined) throw badRequest('InvalidArgument', 'filter: no such column');
    const column = columnOf(node.root);
    // A vector is compared as a whole, through its child's number.
    const field = details(node.root.type).typeId === TypeId.FixedSizeList ? node.root : node.field;
    const member = node.path.reduce<(value: unknown) => unknown>(
      (outer, name) => (value) => (outer(value) as Record<string, unknown> | null | undefined)?.[name],
      (value) => value,
    );
    // A list of many values is looked up, not gone through: it may have thousands.
    const keys = indexable(field) && group.length > 8 && group.every(({ call }) => call === 'equal') ? new Set(group.map(({ literals }) => rowValue(literals[0], field))) : undefined;
    const tests = keys === undefined ? group.map((condition) => compile(condition, field)) : [(value: unknown) => keys.has(value)];
    const test = (values: Values): boolean => {
      const value = member(values[column]);
      return tests.some((each) => each(value));
    };
    return { column, field, group, nested: node.path.length > 0, test };
  });
  const indexed = groups.find(({ group, field, nested }) => !nested && indexable(field) && group.every(({ call }) => call === 'equal'));
  return {
    matches: (values) => groups.every(({ test }) => test(values)),
    equal: indexed && { column: indexed.column, keys: indexed.group.map(({ literals }) => rowValue(literals[0], indexed.field)) },
  };
}

interface Node {
  readonly field: Field;
  readonly root: Field;
  /** Names of struct members from the column down to the node. */
  readonly path: readonly string[];
}

function nodesOf(field: Field, root: Field, path: readonly string[]): Node[] {
  const isStruct = details(field.type).typeId === TypeId.Struct;
  return [{ field, root, path }, ...childFields(field.type).flatMap((child) => nodesOf(child, root, isStruct ? [...path, child.name] : path))];
}

function indexable(field: Field): boolean {
  const { typeId } = details(field.type);
  return typeId === TypeId.Utf8 || typeId === TypeId.Int;
}

/** A literal as rows hold it, which is what an index is keyed by. */
function rowValue(literal: Literal | undefined, field: Field): unknown {
  return details(field.type).typeId === TypeId.Utf8 ? Buffer.from(literal as Uint8Array).toString('utf8') : literal;
}

function compile(condition: Condition, field: Field): (value: unknown) => boolean {
  const { call, literals } = condition;
  if (call === 'is_null') return (value) => value === null || value === undefined;
  if (call === 'is_valid') return (value) => value !== null && value !== undefined;
  const given = literals.map((literal) => ordered(literal, field));
  const [first, second] = given;
  const order = (value: unknown, literal: unknown): number => compare(comparable(value, field), literal);
  const known = (test: (value: unknown) => boolean) => (value: unknown) => value !== null && value !== undefined && test(value);
  if (second !== undefined) {
    return known((value) => order(value, first) >= 0 && (call === 'less' ? order(value, second) < 0 : order(value, second) <= 0));
  }
  switch (call) {
    case 'equal':
      return known((value) => order(value, first) === 0);
    case 'not_equal':
      return known((value) => order(value, first) !== 0);
    case 'greater':
      return known((value) => order(value, first) > 0);
    case 'greater_equal':
      return known((value) => order(value, first) >= 0);
    case 'less':
      return known((value) => order(value, first) < 0);
    case 'less_equal':
      return known((value) => order(value, first) <= 0);
    default:
      return known((value) => (comparable(value, field) as Buffer).includes(first as Buffer));
  }
}

function ordered(literal: Literal, field: Field): unknown {
  if (literal instanceof Uint8Array) return Buffer.from(literal);
  if (Array.isArray(literal)) return literal.map((each: Literal) => ordered(each, field));
  return literal;
}

/** A row's value in the form in which literals come. */
function comparable(value: unknown, field: Field): unknown {
  if (details(field.type).typeId === TypeId.FixedSizeList) return Array.from(value as ArrayLike<unknown>);
  const scalar = toScalar(field.type, value, field.name);
  if (typeof scalar === 'string') return Buffer.from(scalar, 'utf8');
  return scalar instanceof Uint8Array ? Buffer.from(scalar) : scalar;
}

/** -1, 0, 1; NaN where a number is not one, so that every comparison but not_equal fails. */
function compare(a: unknown, b: unknown): number {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      const order = compare(a[i], b[i]);
      if (order !== 0) return order;
    }
    return 0;
  }
  const [x, y] = [a as number, b as number];
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : NaN;
}
