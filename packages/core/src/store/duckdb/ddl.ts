import { TABLES, vectorLength, type Column, type ColumnType, type Table } from '../columns.ts';

export function duckdbType(type: ColumnType): string {
  const length = vectorLength(type);
  return length > 0 ? `FLOAT[${length}]` : { string: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT', float32: 'FLOAT', float64: 'DOUBLE', bool: 'BOOLEAN' }[type as 'string'];
}

/** The fingerprint on a channel is the file's: it is joined in by a view instead of being stored again, millions of times null. */
const isJoined = (table: Table, column: Column): boolean => table.name === 'channels' && column.name === 'channel_fingerprint';
export const storedColumns = (table: Table): readonly Column[] => table.columns.filter((column) => !isJoined(table, column));
/** Where the rows of a table lie: `channels` is a view over `channel_rows`. */
export const storedName = (table: Table): string => (table.name === 'channels' ? 'channel_rows' : table.name);

/**
 * No primary keys: an index on the ids would cost more than the whole upsert, and uniqueness is kept by the transaction, which is alone in the file
 * while it writes (DuckDB lets one process write at a time, gate.ts one transaction a process).
 */
export function createStatements(): string[] {
  return [
    'CREATE TABLE IF NOT EXISTS store_info (key VARCHAR NOT NULL, value VARCHAR NOT NULL)',
    ...TABLES.map((table) => `CREATE TABLE IF NOT EXISTS ${storedName(table)} (${storedColumns(table).map(columnDdl).join(', ')})`),
    channelsView(),
  ];
}

export const columnDdl = ({ name, type, nullable }: Column): string => `"${name}" ${duckdbType(type)}${nullable ? '' : ' NOT NULL'}`;

export function channelsView(): string {
  const channels = TABLES.find(({ name }) => name === 'channels')!;
  const columns = channels.columns.map((column) => (isJoined(channels, column) ? `f.channel_embedding AS ${column.name}` : `c."${column.name}"`));
  return `CREATE OR REPLACE VIEW channels AS SELECT ${columns.join(', ')} FROM channel_rows c LEFT JOIN files f ON f.file_id = c.file_id AND c.channel_index = 0`;
}
