/**
 * Is a statement one that only reads the store's tables? Judged over the tree that DuckDB's own parser makes of it (json_serialize_sql, which knows nothing but
 * SELECT), against lists of what is allowed (sql-words.ts). No text is searched for words.
 */
import { ExrError } from '../../errors.ts';
import { TABLES } from '../columns.ts';
import { STORED } from './ddl.ts';
import { EXPRESSIONS, FUNCTIONS, LENGTH_ARGUMENT, LONGEST_PADDED, MODIFIERS, QUERIES, TABLE_FUNCTIONS, TABLE_KINDS } from './sql-words.ts';

type Json = null | boolean | number | string | readonly Json[] | Tree;
interface Tree {
  readonly [key: string]: Json | undefined;
}
type Names = ReadonlySet<string>;

const READABLE: Names = new Set([...TABLES.map(({ name }) => name), ...STORED.map(({ name }) => name), 'store_info']);

export function refuse(text: string, cause?: unknown): never {
  throw new ExrError('INVALID_ARGUMENT', `sql: ${text}`, {}, { cause });
}

const isTree = (value: Json | undefined): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** @param serialized what json_serialize_sql says. @throws {ExrError} INVALID_ARGUMENT that names what is not allowed */
export function checkSelect(serialized: string): void {
  const said = JSON.parse(serialized) as Tree;
  if (said['error'] !== false) {
    const message = textOf(said['error_message']).split('\n')[0]!.slice(0, 500);
    refuse(/only select statements/i.test(message) ? 'only one SELECT (or EXPLAIN of one, which is not executed) is run here: the store is read, never written' : message);
  }
  const statements = said['statements'] as readonly Json[];
  if (statements.length !== 1) refuse(`${statements.length} statements, expected one`);
  visit(statements[0]!, new Set());
}

/** `names`: of the common table expressions that can be seen from here. */
function visit(value: Json | undefined, names: Names): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item, names);
  if (!isTree(value)) return;
  const type = value['type'];
  if (typeof value['class'] === 'string') checkExpression(value);
  else if (typeof type === 'string' && 'sample' in value && 'alias' in value) checkTable(value, type, names);
  else if (typeof type === 'string' && !QUERIES.has(type) && !MODIFIERS.has(type) && !type.endsWith('_TYPE_INFO')) refuse(`${type} is not allowed here`);
  if (typeof value['function_name'] === 'string') checkFunction(value, type === 'TABLE_FUNCTION');
  if (typeof type === 'string' && type.endsWith('_TYPE_INFO') && textOf(value['catalog']) !== '') refuse(`the type ${textOf(value['catalog'])}.${textOf(value['name'])} is not one of DuckDB's own`);
  const seen = visitCommon(value['cte_map'], names);
  for (const [key, child] of Object.entries(value)) {
    if (key === 'cte_map') continue;
    if (type === 'TABLE_FUNCTION' && key === 'function') visitTableFunction(child, seen);
    else visit(child, type === 'RECURSIVE_CTE_NODE' && key === 'right' ? new Set([...seen, textOf(value['cte_name']).toLowerCase()]) : seen);
  }
}

/** `WITH a AS …, b AS …`: each sees those before it; in its own body a name means the table of that name. */
function visitCommon(map: Json | undefined, names: Names): Names {
  const entries = isTree(map) ? (map['map'] as readonly Tree[]) : [];
  let seen = names;
  for (const { key, value } of entries) {
    visit(value, seen);
    seen = new Set([...seen, textOf(key).toLowerCase()]);
  }
  return seen;
}

function checkExpression(node: Tree): void {
  const kind = textOf(node['class']);
  if (!EXPRESSIONS.has(kind)) refuse(kind === 'PARAMETER' ? 'parameters are not taken: write the values out' : `${kind} is not allowed here`);
}

function checkTable(node: Tree, type: string, names: Names): void {
  if (!TABLE_KINDS.has(type)) refuse(`${type} is not allowed here`);
  const name = textOf(node['table_name']);
  const shown = [node['catalog_name'], node['schema_name'], name].map(textOf).filter(Boolean).join('.');
  if (type === 'BASE_TABLE') {
    const plain = textOf(node['catalog_name']) === '' && textOf(node['schema_name']) === '' && !node['at_clause'];
    const lower = name.toLowerCase();
    if (!plain || !(READABLE.has(lower) || names.has(lower))) refuse(`there is no table ${JSON.stringify(shown)} here, expected ${TABLES.map((table) => table.name).join(', ')}`);
  }
  // DESCRIBE and SUMMARIZE hold a query, which is looked at as any other; SHOW names what it shows.
  if (type === 'SHOW_REF' && !isTree(node['query']) && name !== '"tables"') refuse(`SHOW ${name.replaceAll('"', '')} is not allowed here: SHOW TABLES and DESCRIBE files are`);
}

function visitTableFunction(node: Json | undefined, names: Names): void {
  if (!isTree(node)) return;
  checkFunction(node, true);
  for (const child of Object.values(node)) visit(child, names);
}

function checkFunction(node: Tree, ofTable: boolean): void {
  const name = textOf(node['function_name']);
  const lower = name.toLowerCase();
  const schema = textOf(node['schema']);
  if ((schema !== '' && schema !== 'main') || textOf(node['catalog']) !== '') refuse(`${[textOf(node['catalog']), schema, name].filter(Boolean).join('.')}() is not allowed here: name a function of DuckDB without a schema`);
  if (!(ofTable ? TABLE_FUNCTIONS : FUNCTIONS).has(lower)) refuse(`the ${ofTable ? 'table ' : ''}function ${JSON.stringify(name.slice(0, 100))} is not allowed here (docs/formats/store.md)`);
  const at = ofTable ? undefined : LENGTH_ARGUMENT[lower];
  if (at === undefined) return;
  const length = (node['children'] as readonly Tree[])[at];
  const written = length?.['class'] === 'CONSTANT' && isTree(length['value']) ? length['value']['value'] : undefined;
  if (typeof written !== 'number' || written > LONGEST_PADDED) refuse(`${lower}() takes a length that is written out, of at most ${LONGEST_PADDED.toLocaleString('en')}`);
}
