/** A filter as parameterised SQL over DuckDB's `file_rows f` (duckdb/ddl.ts): every value is a parameter, every name comes from the column definitions. */
import { ExrError } from '../errors.ts';
import { globExpression, likeExpression, lowered } from './like.ts';
import type { StoreFilter } from './types.ts';
import { columnType, looksAtParts, parseWhere, type Literal, type WhereColumn, type WhereNode } from './where.ts';

export type Parameter = string | number | boolean;
export interface SqlFilter {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

export function filterSql(filter: StoreFilter): SqlFilter {
  const parameters: Parameter[] = [];
  const bind = (value: Parameter): string => `$${parameters.push(value)}`;
  const terms: string[] = [];
  if (!filter.deleted) terms.push(`f.status <> 'deleted'`);
  if (filter.where !== undefined && filter.where.trim() !== '') {
    const node = parseWhere(filter.where);
    const sql = nodeSql(node, bind);
    terms.push(looksAtParts(node) ? `EXISTS (SELECT 1 FROM part_sets p WHERE p.content = f.part_set AND ${sql})` : sql);
  }
  for (const pattern of filter.channels ?? []) terms.push(`f.channel_set IN (SELECT content FROM channel_sets WHERE ${channelSql(pattern, bind)})`);
  for (const pattern of filter.missingChannels ?? []) terms.push(`coalesce(f.channel_set, 0) NOT IN (SELECT content FROM channel_sets WHERE ${channelSql(pattern, bind)})`);
  for (const { name, value } of filter.attributes ?? []) {
    terms.push(attributeSql(name, value === undefined ? 'true' : globSql('coalesce(a.value_text, a.value_json)', value, bind), bind));
  }
  if (filter.software !== undefined) terms.push(`f.part_set IN (SELECT content FROM part_sets WHERE ${globSql('render_software', loose(filter.software), bind)})`);
  if (filter.colorSpace !== undefined) terms.push(`f.part_set IN (SELECT content FROM part_sets WHERE ${globSql('color_space', filter.colorSpace, bind)})`);
  if (filter.since !== undefined) terms.push(`f.mtime >= ${bind(filter.since)}`);
  if (filter.bucket !== undefined) terms.push(`f.bucket = ${bind(filter.bucket)}`);
  if (filter.under !== undefined) {
    terms.push(belowSql('f.file_path_normalized', filter.under, bind));
  }
  if (filter.within !== undefined) {
    const places = filter.within.map(({ bucket, path }) => {
      const place = `f.bucket IS NOT DISTINCT FROM ${bucket === null ? 'NULL' : bind(bucket)}`;
      return folderOf(path) === '' ? `(${place})` : `(${place} AND ${[...placeColumns(bucket)].map((column) => belowSql(`f.${column}`, path, bind)).join(' AND ')})`;
    });
    terms.push(places.length === 0 ? 'false' : `(${places.join(' OR ')})`);
  }
  return { sql: terms.length === 0 ? 'true' : terms.join(' AND '), parameters };
}

/** True when the filter leaves anything out but tombstones. */
export function hasConditions({ where, channels, missingChannels, attributes, software, colorSpace, since, bucket, under, within }: StoreFilter): boolean {
  return (where !== undefined && where.trim() !== '') || [channels, missingChannels, attributes].some((list) => (list?.length ?? 0) > 0) || [software, colorSpace, since, bucket, under, within].some((value) => value !== undefined);
}

const folderOf = (path: string): string => path.replace(/\/+$/, '');

function belowSql(column: string, path: string, bind: (value: Parameter) => string): string {
  const folder = folderOf(path);
  return `(${column} = ${bind(folder)} OR starts_with(${column}, ${bind(`${folder}/`)}))`;
}

/** A path of the host lies where its `..` lead. A key is text and has none, but some servers resolve them: it must lie inside both ways. */
const placeColumns = (bucket: string | null): readonly ('file_path' | 'file_path_normalized')[] => (bucket === null ? ['file_path_normalized'] : ['file_path', 'file_path_normalized']);

/** As the SQL of `within` decides, over a row of `files`. */
export function liesWithin(places: NonNullable<StoreFilter['within']>, row: { readonly bucket: string | null; readonly file_path: string; readonly file_path_normalized: string | null }): boolean {
  return places.some(({ bucket, path }) => {
    const folder = folderOf(path);
    return row.bucket === bucket && (folder === '' || placeColumns(bucket).every((column) => row[column] === folder || (row[column]?.startsWith(`${folder}/`) ?? false)));
  });
}

/** By the name in the file, or with the layer that only the part's name says: `diffuse.R` where the part "diffuse" has R. */
const channelSql = (pattern: string, bind: (value: Parameter) => string): string =>
  `(${globSql('channel_name', pattern, bind)} OR (layer_name <> '' AND ${globSql("layer_name || '.' || component_name", pattern, bind)}))`;

/** A name without wildcards is looked for anywhere in the text. */
const loose = (text: string): string => (/[*?]/.test(text) ? text : `*${text}*`);

/** `*` any run, `?` any one character, everything else itself, without case. */
function globSql(column: string, pattern: string, bind: (value: Parameter) => string): string {
  return /[*?]/.test(pattern) ? `regexp_full_match(lower(${column}), ${bind(globExpression(pattern))})` : `lower(${column}) = ${bind(lowered(pattern))}`;
}

function likeSql(text: string, pattern: string, fold: boolean, bind: (value: Parameter) => string): string {
  return `regexp_full_match(${fold ? `lower(${text})` : text}, ${bind(likeExpression(pattern, fold))})`;
}

function nodeSql(node: WhereNode, bind: (value: Parameter) => string): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${nodeSql(node.left, bind)} ${node.kind.toUpperCase()} ${nodeSql(node.right, bind)})`;
    case 'not':
      // A comparison with null is false here, not unknown: `not (color_space = 'x')` finds files that say nothing.
      return `NOT coalesce(${nodeSql(node.inner, bind)}, false)`;
    case 'null':
      return node.column.table === 'attributes' ? `NOT ${attributeSql(node.column.attribute, 'true', bind)}` : `${columnSql(node.column)} IS NULL`;
    case 'in':
      return onColumn(node.column, bind, (sql, numeric) => `${sql} IN (${node.values.map((value) => literalSql(node.column, value, numeric, bind)).join(', ')})`, node.values.every((value) => typeof value === 'number'));
    case 'compare':
      return onColumn(node.column, bind, (sql, numeric) => {
        const text = node.operator === 'like' || node.operator === 'ilike';
        return text ? likeSql(`CAST(${sql} AS VARCHAR)`, String(node.value), node.operator === 'ilike', bind) : `${sql} ${node.operator} ${literalSql(node.column, node.value, numeric, bind)}`;
      }, typeof node.value === 'number' && node.operator !== 'like' && node.operator !== 'ilike');
  }
}

const columnSql = (column: { readonly table: 'files' | 'parts'; readonly column: string }): string => `${column.table === 'files' ? 'f' : 'p'}."${column.column}"`;

function onColumn(column: WhereColumn, bind: (value: Parameter) => string, make: (sql: string, numeric: boolean) => string, numeric: boolean): string {
  if (column.table !== 'attributes') return make(columnSql(column), numeric);
  return attributeSql(column.attribute, make(numeric ? 'a.value_float' : 'coalesce(a.value_text, a.value_json)', numeric), bind);
}

/** Few distinct attributes are looked at, then the numbers of those of all files. */
function attributeSql(name: string, condition: string, bind: (value: Parameter) => string): string {
  return `f.number IN (SELECT l.file FROM file_attributes l WHERE l.content IN (SELECT a.content FROM attribute_values a WHERE a.attr_name = ${bind(name)} AND ${condition}))`;
}

function literalSql(column: WhereColumn, value: Literal, numeric: boolean, bind: (value: Parameter) => string): string {
  if (column.table === 'attributes') return bind(numeric ? value : String(value));
  const type = columnType(column);
  const fail = (expected: string): never => {
    throw new ExrError('INVALID_ARGUMENT', `where: ${column.column} is ${expected}, found ${JSON.stringify(value)}`);
  };
  if (type === 'string') return bind(String(value));
  if (type === 'bool') return typeof value === 'boolean' ? bind(value) : fail('true or false');
  return typeof value === 'number' ? `CAST(${bind(value)} AS DOUBLE)` : fail('a number');
}
