/**
 * What lies in the file. Frames of a sequence have the same channels and parts and most of the same attributes, so those are kept once: a row of `file_rows`
 * says which set of channels, which set of parts and which vectors it has, `file_attributes` which attributes, and the tables that people know (`files`, `parts`, `channels`, `attributes`)
 * are views that put them together.
 *
 * No primary keys: an index on the ids would cost more than the whole upsert, and uniqueness is kept by the transaction, which is alone in the file
 * while it writes (DuckDB lets one process write at a time, gate.ts one transaction a process).
 */
import { CHANNEL_DIMENSIONS } from '../../embed/index.ts';
import { tableNamed, TABLES, vectorLength, type ColumnType, type TableName } from '../columns.ts';

/** `int128`: a hash. */
export interface StoredColumn {
  readonly name: string;
  readonly type: ColumnType | 'int128';
  readonly nullable: boolean;
}
export interface StoredTable {
  readonly name: string;
  readonly columns: readonly StoredColumn[];
}

export function duckdbType(type: StoredColumn['type']): string {
  const length = vectorLength(type as ColumnType);
  return length > 0 ? `FLOAT[${length}]` : { string: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT', float32: 'FLOAT', float64: 'DOUBLE', bool: 'BOOLEAN', int128: 'HUGEINT' }[type as 'string'];
}

const stored = (name: string, type: StoredColumn['type'], nullable = false): StoredColumn => ({ name, type, nullable });
const CONTENT = stored('content', 'int32');
/** Columns of a table that are the file's and not the content's. */
const OF_FILE = new Set(['file_id', 'file_path', 'channel_fingerprint']);
const contentColumns = (name: TableName): StoredColumn[] => [CONTENT, ...tableNamed(name).columns.filter((column) => !OF_FILE.has(column.name))];

const isVector = ({ type }: StoredColumn): boolean => type.startsWith('vector');
export const FILE_ROWS: StoredTable = { name: 'file_rows', columns: [...tableNamed('files').columns.filter((column) => !isVector(column)), stored('channel_set', 'int32', true), stored('part_set', 'int32', true), stored('number', 'int32'), stored('vector_set', 'int32', true)] };
export const VECTOR_SETS: StoredTable = { name: 'vector_sets', columns: [CONTENT, ...tableNamed('files').columns.filter(isVector)] };
export const CHANNEL_SETS: StoredTable = { name: 'channel_sets', columns: contentColumns('channels') };
export const PART_SETS: StoredTable = { name: 'part_sets', columns: contentColumns('parts') };
export const ATTRIBUTE_VALUES: StoredTable = { name: 'attribute_values', columns: contentColumns('attributes') };
/** Which attributes a file has: its `number` in file_rows and theirs. */
export const FILE_ATTRIBUTES: StoredTable = { name: 'file_attributes', columns: [stored('file', 'int32'), CONTENT] };
/** The contents that several files are likely to have, by the hash of everything in them. */
export const CONTENT_KEYS: StoredTable = { name: 'content_keys', columns: [stored('hash', 'int128'), CONTENT] };
export const STATS: StoredTable = tableNamed('stats');
export const FINDINGS: StoredTable = tableNamed('findings');
export const STORED: readonly StoredTable[] = [FILE_ROWS, VECTOR_SETS, CHANNEL_SETS, PART_SETS, ATTRIBUTE_VALUES, FILE_ATTRIBUTES, CONTENT_KEYS, STATS, FINDINGS];

export function tableStatements(): string[] {
  return [
    'CREATE TABLE IF NOT EXISTS store_info (key VARCHAR NOT NULL, value VARCHAR NOT NULL)',
    ...STORED.map((table) => `CREATE TABLE IF NOT EXISTS ${table.name} (${table.columns.map(columnDdl).join(', ')})`),
  ];
}

export const columnDdl = ({ name, type, nullable }: StoredColumn): string => `"${name}" ${duckdbType(type)}${nullable ? '' : ' NOT NULL'}`;

export const VIEWS = ['files', 'parts', 'channels', 'attributes'] as const;

export function viewStatements(): string[] {
  const select = (name: TableName, from: string): string => `CREATE OR REPLACE VIEW ${name} AS SELECT ${tableNamed(name).columns.map((column) => cell(column.name)).join(', ')} FROM ${from}`;
  const cell = (name: string): string => (name === 'channel_fingerprint' ? `CAST(CASE WHEN c.channel_index = 0 THEN CAST(v.channel_embedding AS FLOAT[]) END AS FLOAT[${CHANNEL_DIMENSIONS}]) AS channel_fingerprint` : `${name === 'file_id' || name === 'file_path' ? 'f' : 'c'}."${name}"`);
  return [
    `CREATE OR REPLACE VIEW files AS SELECT ${tableNamed('files').columns.map((column) => `${isVector(column) ? 'v' : 'f'}."${column.name}"`).join(', ')} FROM file_rows f ${VECTORS}`,
    select('parts', 'file_rows f JOIN part_sets c ON c.content = f.part_set'),
    select('channels', `file_rows f JOIN channel_sets c ON c.content = f.channel_set ${VECTORS}`),
    select('attributes', 'file_rows f JOIN file_attributes l ON l.file = f.number JOIN attribute_values c ON c.content = l.content'),
  ];
}

const VECTORS = 'LEFT JOIN vector_sets v ON v.content = f.vector_set';

/** Every table and view that a store has: what is not there is made. */
export const EXPECTED: readonly string[] = [...STORED.map(({ name }) => name), ...TABLES.map(({ name }) => name)];
