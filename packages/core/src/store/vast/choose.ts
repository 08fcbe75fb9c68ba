/** Which files fit a filter: the cluster is asked for as little as its predicates can say, the rest is decided here, as DuckDB decides it. */
import type { Predicate, Transaction } from '@exr/vastdb';
import type { TableName } from '../columns.ts';
import { filterSql, liesWithin } from '../filter-sql.ts';
import { wellFormed } from '../identity.ts';
import type { Row } from '../rows.ts';
import type { StoreFilter } from '../types.ts';
import { looksAtParts, parseWhere, type WhereNode } from '../where.ts';
import { compileWhere, wantedBy, type Wanted } from './evaluate.ts';
import { filesPredicate, partsPredicate } from './pushdown.ts';
import type { StoreTables } from './tables.ts';
import { globPattern } from './text.ts';

/** File ids in one predicate, and how many such selects are cheaper than reading a whole table. */
const IDS_AT_ONCE = 1000;
const SELECTS_AT_MOST = 8;
/** Rows of a page: vectors apart, a few megabytes. */
const PAGE_ROWS = 16_384;

/** Rows of a table, of these files only; columns that the table lacks are null. Read in pages. */
export async function* rowsOfFiles(tx: Transaction, tables: StoreTables, name: TableName, columns: readonly string[], ids: ReadonlySet<string> | ReadonlyMap<string, unknown>, extra?: Predicate): AsyncGenerator<Row> {
  if (ids.size === 0) return;
  const has = new Set(tables.columns(name).map((column) => column.name));
  const wanted = [...new Set(['file_id', ...columns])].filter((column) => has.has(column));
  const all = [...ids.keys()];
  const slices = Math.ceil(all.length / IDS_AT_ONCE);
  for (let i = 0; i < (slices > SELECTS_AT_MOST ? 1 : slices); i++) {
    const some = slices > SELECTS_AT_MOST ? undefined : tables.v.oneOf('file_id', all.slice(i * IDS_AT_ONCE, (i + 1) * IDS_AT_ONCE));
    const where = some && extra ? tables.v.and(some, extra) : (some ?? extra);
    for await (const row of tables.table(tx, name).select({ columns: wanted, pageSize: PAGE_ROWS, where }).rows()) {
      if (some !== undefined || ids.has(row['file_id'] as string)) yield plain(row);
    }
  }
}

/** 64-bit integers as numbers, as rows have them. */
export function plain(row: Record<string, unknown>): Row {
  for (const key in row) if (typeof row[key] === 'bigint') row[key] = Number(row[key]);
  return row as Row;
}

/**
 * The rows of `files` that fit, by id. `columns` are those of `files` that the caller wants.
 * @throws {ExrError} INVALID_ARGUMENT for an expression or pattern that is wrong
 */
export async function chosenFiles(tx: Transaction, tables: StoreTables, filter: StoreFilter, columns: readonly string[]): Promise<Map<string, Row>> {
  filterSql(filter); // says what is wrong with the filter in the same words as the other store
  const where = filter.where !== undefined && filter.where.trim() !== '' ? parseWhere(filter.where) : undefined;
  const wanted: Wanted = { files: new Set(['file_id', ...columns]), parts: new Set(), attributes: new Set() };
  if (where) wantedBy(where, wanted);
  const chosen = await fromFiles(tx, tables, filter, where, wanted);
  if (where && (wanted.attributes.size > 0 || wanted.parts.size > 0)) await keepFitting(tx, tables, where, wanted, chosen);
  await keepByChannels(tx, tables, filter, chosen);
  await keepByAttributes(tx, tables, filter, chosen);
  await keepByParts(tx, tables, filter, chosen);
  return chosen;
}

/** Which place a file lies in. */
const PLACE = ['bucket', 'file_path', 'file_path_normalized'] as const;

async function fromFiles(tx: Transaction, tables: StoreTables, filter: StoreFilter, where: WhereNode | undefined, wanted: Wanted): Promise<Map<string, Row>> {
  const has = new Set(tables.columns('files').map(({ name }) => name));
  const hasFile = (column: string): boolean => has.has(column);
  const within = filter.within;
  if (within) for (const column of PLACE) wanted.files.add(column);
  const fits = where && wanted.attributes.size === 0 && !looksAtParts(where) ? compileWhere(where) : undefined;
  const chosen = new Map<string, Row>();
  const lowest = new Map<string, bigint>();
  const selection = tables.table(tx, 'files').select({ columns: [...wanted.files].filter(hasFile), where: filesPredicate(tables.v, filter, where, hasFile), rowIds: true, pageSize: PAGE_ROWS });
  for await (const found of selection.rows()) {
    const rowId = found['$row_id'] as bigint;
    delete found['$row_id'];
    const row = plain(found);
    const id = row['file_id'] as string;
    if (within && !liesWithin(within, { bucket: (row['bucket'] ?? null) as string | null, file_path: String(row['file_path']), file_path_normalized: (row['file_path_normalized'] ?? null) as string | null })) continue;
    if (fits && !fits({ file: row, part: undefined, attributes: new Map() })) continue;
    // Twice: a lost race that nobody has settled yet. The lowest row id counts.
    if (chosen.has(id) && lowest.get(id)! < rowId) continue;
    lowest.set(id, rowId);
    chosen.set(id, row);
  }
  return chosen;
}

/** The expression over parts and attributes; of the parts of a file one must fit the whole of it. */
async function keepFitting(tx: Transaction, tables: StoreTables, where: WhereNode, wanted: Wanted, chosen: Map<string, Row>): Promise<void> {
  const attributes = new Map<string, Map<string, Row[]>>();
  if (wanted.attributes.size > 0) {
    const named = tables.v.oneOf('attr_name', [...wanted.attributes].map(wellFormed));
    for await (const row of rowsOfFiles(tx, tables, 'attributes', ['attr_name', 'value_text', 'value_json', 'value_float'], chosen, named)) {
      const own = attributes.get(row['file_id'] as string) ?? new Map<string, Row[]>();
      attributes.set(row['file_id'] as string, own);
      own.set(row['attr_name'] as string, [...(own.get(row['attr_name'] as string) ?? []), row]);
    }
  }
  const fits = compileWhere(where);
  const subject = (id: string, file: Row, part?: Row) => ({ file, part, attributes: attributes.get(id) ?? new Map<string, Row[]>() });
  const kept = new Set<string>();
  if (looksAtParts(where)) {
    const has = new Set(tables.columns('parts').map(({ name }) => name));
    for await (const part of rowsOfFiles(tx, tables, 'parts', [...wanted.parts], chosen, partsPredicate(tables.v, where, (column) => has.has(column)))) {
      const id = part['file_id'] as string;
      if (!kept.has(id) && fits(subject(id, chosen.get(id)!, part))) kept.add(id);
    }
  } else for (const [id, file] of chosen) if (fits(subject(id, file))) kept.add(id);
  keep(chosen, (id) => kept.has(id));
}

async function keepByChannels(tx: Transaction, tables: StoreTables, filter: StoreFilter, chosen: Map<string, Row>): Promise<void> {
  const asked = [...(filter.channels ?? []).map((pattern) => ({ pattern, there: true })), ...(filter.missingChannels ?? []).map((pattern) => ({ pattern, there: false }))].map((one) => ({ ...one, fits: globPattern(one.pattern), ids: new Set<string>() }));
  if (asked.length === 0) return;
  // A frame's channels are the next one's: a name is matched once.
  const verdicts = new Map<string, typeof asked>();
  for await (const row of rowsOfFiles(tx, tables, 'channels', ['channel_name', 'layer_name', 'component_name'], chosen)) {
    const name = row['channel_name'] as string;
    // The layer may be said by the part's name alone.
    const full = row['layer_name'] ? `${row['layer_name']}.${row['component_name']}` : name;
    const key = `${name}\0${full}`;
    let fitting = verdicts.get(key);
    if (fitting === undefined) verdicts.set(key, (fitting = asked.filter((one) => one.fits(name) || one.fits(full))));
    for (const one of fitting) one.ids.add(row['file_id'] as string);
  }
  keep(chosen, (id) => asked.every(({ ids, there }) => ids.has(id) === there));
}

async function keepByAttributes(tx: Transaction, tables: StoreTables, filter: StoreFilter, chosen: Map<string, Row>): Promise<void> {
  const asked = (filter.attributes ?? []).map(({ name, value }) => ({ name: wellFormed(name), fits: value === undefined ? () => true : globPattern(value), any: value === undefined, ids: new Set<string>() }));
  if (asked.length === 0) return;
  const named = tables.v.oneOf('attr_name', [...new Set(asked.map(({ name }) => name))]);
  for await (const row of rowsOfFiles(tx, tables, 'attributes', ['attr_name', 'value_text', 'value_json'], chosen, named)) {
    const text = (row['value_text'] ?? row['value_json'] ?? null) as string | null;
    for (const one of asked) if (one.name === row['attr_name'] && (one.any || (text !== null && one.fits(text)))) one.ids.add(row['file_id'] as string);
  }
  keep(chosen, (id) => asked.every(({ ids }) => ids.has(id)));
}

async function keepByParts(tx: Transaction, tables: StoreTables, filter: StoreFilter, chosen: Map<string, Row>): Promise<void> {
  const asked = [
    // A name without wildcards is looked for anywhere in the text.
    ...(filter.software === undefined ? [] : [{ column: 'render_software', pattern: /[*?]/.test(filter.software) ? filter.software : `*${filter.software}*` }]),
    ...(filter.colorSpace === undefined ? [] : [{ column: 'color_space', pattern: filter.colorSpace }]),
  ].map((one) => ({ ...one, fits: globPattern(one.pattern), ids: new Set<string>() }));
  if (asked.length === 0) return;
  for await (const row of rowsOfFiles(tx, tables, 'parts', asked.map(({ column }) => column), chosen)) {
    for (const { column, fits, ids } of asked) if (typeof row[column] === 'string' && fits(row[column])) ids.add(row['file_id'] as string);
  }
  keep(chosen, (id) => asked.every(({ ids }) => ids.has(id)));
}

function keep(chosen: Map<string, Row>, fits: (id: string) => boolean): void {
  for (const id of chosen.keys()) if (!fits(id)) chosen.delete(id);
}
