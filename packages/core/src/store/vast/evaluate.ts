/** The tree of where.ts over rows that were fetched: the same answers as filter-sql.ts gives in DuckDB. */
import { columnType, type Literal, type WhereColumn, type WhereNode } from '../where.ts';
import type { Row } from '../rows.ts';
import { compareText, likePattern, textOf } from './text.ts';

/** A file, one of its parts (when the expression looks at parts), and its attributes by name. */
export interface Subject {
  readonly file: Row;
  readonly part: Row | undefined;
  readonly attributes: ReadonlyMap<string, readonly Row[]>;
}

type Test = (subject: Subject) => boolean;

/** Columns and attribute names that an expression looks at. */
export interface Wanted {
  readonly files: Set<string>;
  readonly parts: Set<string>;
  readonly attributes: Set<string>;
}

export function wantedBy(node: WhereNode, wanted: Wanted): void {
  if ('column' in node) {
    const { column } = node;
    if (column.table === 'attributes') wanted.attributes.add(column.attribute);
    else wanted[column.table].add(column.column);
  } else if ('inner' in node) wantedBy(node.inner, wanted);
  else {
    wantedBy(node.left, wanted);
    wantedBy(node.right, wanted);
  }
}

/** A comparison with null is false, not unknown: with NOT turning that into true this is what filter-sql.ts does by coalesce. */
export function compileWhere(node: WhereNode): Test {
  switch (node.kind) {
    case 'and': {
      const [left, right] = [compileWhere(node.left), compileWhere(node.right)];
      return (subject) => left(subject) && right(subject);
    }
    case 'or': {
      const [left, right] = [compileWhere(node.left), compileWhere(node.right)];
      return (subject) => left(subject) || right(subject);
    }
    case 'not': {
      const inner = compileWhere(node.inner);
      return (subject) => !inner(subject);
    }
    case 'null': {
      const { column } = node;
      if (column.table === 'attributes') return ({ attributes }) => (attributes.get(column.attribute) ?? []).length === 0;
      return (subject) => (rowOf(subject, column)[column.column] ?? null) === null;
    }
    case 'in': {
      const numeric = node.values.every((value) => typeof value === 'number');
      const tests = node.values.map((value) => comparison('=', value, node.column));
      return onColumn(node.column, numeric, (cell) => tests.some((test) => test(cell)));
    }
    case 'compare': {
      const { operator, column, value } = node;
      if (operator !== 'like' && operator !== 'ilike') return onColumn(column, typeof value === 'number', comparison(operator, value, column));
      const fits = likePattern(String(value), operator === 'ilike');
      const floating = column.table !== 'attributes' && columnType(column).startsWith('float');
      return onColumn(column, false, (cell) => fits(textOf(cell, floating)));
    }
  }
}

const rowOf = (subject: Subject, column: { readonly table: 'files' | 'parts' }): Row => (column.table === 'files' ? subject.file : (subject.part ?? {}));

/** Of an attribute any row may fit. Null fits nothing. */
function onColumn(column: WhereColumn, numeric: boolean, test: (cell: string | number | boolean) => boolean): Test {
  if (column.table !== 'attributes') {
    return (subject) => {
      const cell = rowOf(subject, column)[column.column] ?? null;
      return cell !== null && test(cell as string | number | boolean);
    };
  }
  const cellOf = (row: Row): unknown => (numeric ? row['value_float'] : (row['value_text'] ?? row['value_json']));
  return ({ attributes }) => (attributes.get(column.attribute) ?? []).some((row) => {
    const cell = cellOf(row) ?? null;
    return cell !== null && test(cell as string | number);
  });
}

function comparison(operator: '=' | '!=' | '<' | '<=' | '>' | '>=', value: Literal, column: WhereColumn): (cell: string | number | boolean) => boolean {
  const text = column.table === 'attributes' ? typeof value !== 'number' : columnType(column) === 'string';
  const order = text ? (cell: string | number | boolean) => compareText(String(cell), String(value)) : (cell: string | number | boolean) => compareNumbers(Number(cell), Number(value));
  switch (operator) {
    case '=':
      return (cell) => order(cell) === 0;
    case '!=':
      return (cell) => order(cell) !== 0;
    case '<':
      return (cell) => order(cell) < 0;
    case '<=':
      return (cell) => order(cell) <= 0;
    case '>':
      return (cell) => order(cell) > 0;
    case '>=':
      return (cell) => order(cell) >= 0;
  }
}

/** DuckDB's order of floating point: NaN equals itself and is above everything. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
