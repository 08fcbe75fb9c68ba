/** What of a filter the wire can say: conditions that every fitting row meets. The rest is looked at here (choose.ts), so saying less is never wrong. */
import type { Predicate } from '@exr/vastdb';
import type { TableName } from '../columns.ts';
import { wellFormed } from '../identity.ts';
import type { StoreFilter } from '../types.ts';
import { columnType, type Literal, type WhereNode } from '../where.ts';
import type { VastDb } from './client.ts';

/** Conditions on `files` that hold for every file that fits. `has` tells which columns the table really has. */
export function filesPredicate(v: VastDb, filter: StoreFilter, where: WhereNode | undefined, has: (column: string) => boolean): Predicate | undefined {
  const parts: Predicate[] = [];
  if (!filter.deleted) parts.push(v.ne('status', 'deleted'));
  if (filter.since !== undefined) parts.push(v.ge('mtime', wellFormed(filter.since)));
  if (filter.bucket !== undefined) parts.push(v.eq('bucket', wellFormed(filter.bucket)));
  if (filter.under !== undefined) {
    const under = wellFormed(filter.under.replace(/\/+$/, ''));
    parts.push(v.or(v.eq('file_path_normalized', under), v.startsWith('file_path_normalized', `${under}/`)));
  }
  for (const node of where ? conjuncts(where) : []) {
    const predicate = wirePredicate(v, node, 'files', has);
    if (predicate) parts.push(predicate);
  }
  // eslint-disable-next-line no-restricted-syntax -- as many as the question has conditions
  return parts.length === 0 ? undefined : v.and(...parts);
}

/** Conditions on `parts` that a part meets which fits the whole expression. */
export function partsPredicate(v: VastDb, where: WhereNode, has: (column: string) => boolean): Predicate | undefined {
  const parts = conjuncts(where).map((node) => wirePredicate(v, node, 'parts', has)).filter((predicate) => predicate !== undefined);
  // eslint-disable-next-line no-restricted-syntax -- as many as the question has conditions
  return parts.length === 0 ? undefined : v.and(...parts);
}

/** The operands of the ANDs at the top. */
function conjuncts(node: WhereNode): WhereNode[] {
  return node.kind === 'and' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node];
}

function wirePredicate(v: VastDb, node: WhereNode, table: TableName, has: (column: string) => boolean): Predicate | undefined {
  if (node.kind === 'or') {
    // An OR goes over the wire when it is over one column.
    const [left, right] = [wirePredicate(v, node.left, table, has), wirePredicate(v, node.right, table, has)];
    const names = new Set([...columnsOf(node)]);
    return left && right && names.size === 1 && isFlat(node) ? v.or(left, right) : undefined;
  }
  if (!('column' in node)) {
    if (node.kind === 'not' && node.inner.kind === 'null') return onWire(node.inner.column, table, has) ? v.notNull(node.inner.column.column) : undefined;
    return undefined;
  }
  const { column } = node;
  if (!onWire(column, table, has)) return undefined;
  const name = column.column;
  if (node.kind === 'null') return v.isNull(name);
  const type = columnType(column);
  if (node.kind === 'in') {
    const values = node.values.map((value) => wireLiteral(type, value));
    return values.every((value) => value !== undefined) ? v.oneOf(name, values) : undefined;
  }
  if (node.operator === 'ilike') return undefined;
  if (node.operator === 'like') return type === 'string' ? prefixOf(v, name, String(node.value)) : undefined;
  const value = wireLiteral(type, node.value);
  if (value === undefined) return undefined;
  return { '=': v.eq, '!=': v.ne, '<': v.lt, '<=': v.le, '>': v.gt, '>=': v.ge }[node.operator](name, value);
}

type Wired = { readonly table: 'files' | 'parts'; readonly column: string };
function onWire(column: Extract<WhereNode, { kind: 'null' }>['column'], table: TableName, has: (column: string) => boolean): column is Wired {
  return column.table !== 'attributes' && column.table === table && has(column.column);
}

function* columnsOf(node: WhereNode): Generator<string> {
  if ('column' in node) yield node.column.table === 'attributes' ? '' : node.column.column;
  else if ('inner' in node) yield* columnsOf(node.inner);
  else {
    yield* columnsOf(node.left);
    yield* columnsOf(node.right);
  }
}

/** No AND below: the wire has none there. */
const isFlat = (node: WhereNode): boolean => (node.kind === 'or' ? isFlat(node.left) && isFlat(node.right) : 'column' in node || (node.kind === 'not' && node.inner.kind === 'null'));

/** Floating point is not compared over there: what a cluster makes of NaN is written nowhere. */
function wireLiteral(type: string, value: Literal): string | number | boolean | undefined {
  if (type === 'string') return wellFormed(String(value));
  if (type === 'int32') return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? value : undefined;
  if (type === 'int64') return Number.isSafeInteger(value) ? value : undefined;
  return undefined;
}

/** `LIKE 'abc%…'` begins with abc. */
function prefixOf(v: VastDb, name: string, pattern: string): Predicate | undefined {
  const plain = /^[^%_\\]*/.exec(pattern)![0];
  return plain === '' ? undefined : v.startsWith(name, wellFormed(plain));
}
