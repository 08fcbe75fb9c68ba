/**
 * The one statement that the official SDK writes by itself (_adbc.py, _vector_search_sql), answered from the rows that
 * its transaction sees:
 *
 *   SELECT cols, array_distance("v"::FLOAT[n], [..]::FLOAT[n]) as alias FROM "bucket/schema".table [WHERE ..] ORDER BY alias LIMIT k
 *
 * WHERE: comparisons of a column with a number or text, IS [NOT] NULL, joined by AND. Anything else is refused.
 */
import type { Arrow, Field, Table } from '../arrow.ts';
import { buildData } from '../data-builder.ts';
import { makeBatch } from '../ipc.ts';
import { toScalar } from '../values.ts';
import type { Engine, TableDef } from './engine.ts';
import type { SqlHandler } from './sql-engine.ts';

const STATEMENT =
  /^\s*SELECT\s+(.*?),?\s*(array_distance|array_inner_product)\(\s*"?([^"():]+)"?::FLOAT\[(\d+)\],\s*\[([^\]]*)\]::FLOAT\[\d+\]\)\s+as\s+(\w+)\s+FROM\s+"([^"]+)"\."?([^\s"]+)"?\s*(?:WHERE\s+(.*?)\s*)?ORDER\s+BY\s+\6\s+LIMIT\s+(\d+)\s*$/is;

/** A handler that answers vector searches of this database. */
export function vectorSearch(arrow: Arrow, engine: Engine, now: () => number): SqlHandler {
  return (sql, txid) => {
    const match = STATEMENT.exec(sql);
    if (match === null) throw new Error(`only the SDK's vector search is answered; found ${sql.trim().slice(0, 60)}`);
    const [, select = '', measure = '', vectorName = '', size = '', numbers = '', alias = '', path = '', name = '', where, limit = ''] = match;
    const tx = txid === undefined ? engine.begin(now()) : engine.find(txid, now());
    try {
      const table = tx.catalog.tables.get(`${path}/${name}`);
      if (table === undefined) throw new Error(`no table ${path}/${name}`);
      const find = (column: string) => table.columns.find(({ field }) => field.name === column) ?? fail(`no column ${column}`);
      const columns = [...select.matchAll(/"([^"]+)"|([^\s,"]+)/g)].map(([, quoted, bare]) => find(quoted ?? bare ?? ''));
      const vector = find(vectorName).id;
      const asked = numbers.split(',').map(Number);
      if (asked.length !== Number(size)) throw new Error(`${asked.length} numbers found; expected ${size}`);
      const fits = condition(table, where);
      const found: { values: readonly unknown[]; distance: number }[] = [];
      for (const { values } of table.rows.scan(tx)) {
        const own = values[vector] as ArrayLike<number> | null | undefined;
        if (own != null && fits(values)) found.push({ values, distance: distanceOf(measure, own, asked) });
      }
      found.sort((a, b) => a.distance - b.distance).splice(Number(limit));
      const fields = [...columns.map(({ field }) => new arrow.Field(field.name, field.type, field.nullable)), new arrow.Field(alias, new arrow.Float32(), true)];
      const cells = (i: number): unknown[] => found.map(({ values, distance }) => (i < columns.length ? values[columns[i]?.id ?? -1] : Math.fround(distance)));
      const data = fields.map((field, i) => buildData(arrow, field as Field, cells(i)));
      return new arrow.Table([makeBatch(arrow, new arrow.Schema(fields as Field[]), data, found.length)] as never) as Table;
    } finally {
      if (txid === undefined) engine.rollback(tx);
    }
  };
}

function fail(message: string): never {
  throw new Error(message);
}

function distanceOf(measure: string, a: ArrayLike<number>, b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    sum += measure.toLowerCase() === 'array_distance' ? (x - y) ** 2 : x * y;
  }
  return measure.toLowerCase() === 'array_distance' ? Math.sqrt(sum) : sum;
}

const TERM = /^\(*\s*"?([A-Za-z_]\w*)"?\s+(?:(IS\s+(?:NOT\s+)?NULL)|(=|<>|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?|'(?:[^']|'')*'))\s*\)*$/i;
const COMPARE: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (o) => o === 0, '<>': (o) => o !== 0, '!=': (o) => o !== 0, '<': (o) => o < 0, '<=': (o) => o <= 0, '>': (o) => o > 0, '>=': (o) => o >= 0,
};

function condition(table: TableDef, where: string | undefined): (values: readonly unknown[]) => boolean {
  if (where === undefined) return () => true;
  const terms = where.split(/\s+AND\s+/i).map((term) => {
    const [, name, isNull, operator, literal = ''] = TERM.exec(term.trim()) ?? fail(`WHERE ${term}: not answered by this test server`);
    const column = table.columns.find(({ field }) => field.name === name) ?? fail(`no column ${name}`);
    if (isNull !== undefined) {
      const wanted = !/NOT/i.test(isNull);
      return (values: readonly unknown[]) => (values[column.id] ?? null) === null === wanted;
    }
    const text = literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : undefined;
    const test = COMPARE[operator ?? ''] ?? fail(`WHERE ${term}`);
    return (values: readonly unknown[]) => {
      const value = values[column.id];
      if (value === null || value === undefined) return false;
      const own = toScalar(column.field.type, value, column.field.name);
      const other = text ?? Number(literal);
      return test(own < other ? -1 : own > other ? 1 : 0);
    };
  });
  return (values) => terms.every((term) => term(values));
}
