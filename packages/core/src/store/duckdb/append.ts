/**
 * Rows into tables through data chunks: a column at a time, 2,048 rows at once.
 *
 * Handing a string to DuckDB is a call into native code; a number is a store into an array. Frames of one sequence have the same channels and most of the
 * same attributes: `ContentStage` hands each distinct row over once, says with two numbers which file has it, and lets DuckDB join.
 */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { vectorLength, type Column } from '../columns.ts';
import type { Cell, Row } from '../rows.ts';
import { duckdbType } from './ddl.ts';
import { duckdb } from './gate.ts';

const CHUNK_ROWS = 2048;

export async function appendRows(connection: DuckDBConnection, tableName: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const module = await duckdb();
  const types = columns.map((column) => typeOf(module, column));
  const appender = await connection.createAppender(tableName);
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows.length - from);
    const chunk = module.DuckDBDataChunk.create(types, count);
    columns.forEach((column, at) => {
      const vector = chunk.getColumnVector(at);
      const convert = converter(column);
      for (let i = 0; i < count; i++) {
        const cell = rows[from + i]![column.name];
        vector.setItem(i, (cell === null || cell === undefined ? null : convert(cell)) as never);
      }
      vector.flush();
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function typeOf(module: typeof import('@duckdb/node-api'), { type }: Column): DuckDBType {
  const length = vectorLength(type);
  if (length > 0) return module.ARRAY(module.FLOAT, length);
  return { string: module.VARCHAR, int32: module.INTEGER, int64: module.BIGINT, float32: module.FLOAT, float64: module.DOUBLE, bool: module.BOOLEAN }[type as 'string'];
}

/** What a data chunk wants of a cell: bigint for BIGINT, an object with `items` for an array; integers out of range become null rather than wrap. */
function converter({ type }: Column): (cell: Cell) => DuckDBValue {
  if (type === 'int64') return (cell) => (Number.isSafeInteger(cell) ? BigInt(cell as number) : null);
  if (type === 'int32') return (cell) => (Number.isInteger(cell) && Math.abs(cell as number) < 2 ** 31 ? (cell as number) : null);
  if (type.startsWith('vector')) return (cell) => ({ items: cell }) as unknown as DuckDBValue;
  return (cell) => cell as DuckDBValue;
}

const int = (name: string): Column => ({ name, type: 'int32', nullable: false, doc: '' });
const string = (name: string): Column => ({ name, type: 'string', nullable: false, doc: '' });
const BATCH_COLUMNS = [int('file'), string('file_id'), string('file_path')];
const LINK_COLUMNS = [int('file'), int('content')];

interface StagedTable {
  readonly columns: readonly Column[];
  readonly contents: Map<string, number>;
  rows: Row[];
  links: Row[];
  next: number;
}

/** Gathers the rows of several tables for several files, each distinct row once, then inserts them all. One use, within one transaction. */
export class ContentStage {
  private readonly tables = new Map<string, StagedTable>();
  private files: Row[] = [];
  private count = 0;
  constructor(private readonly connection: DuckDBConnection) {}

  /** Begins the next file: what is added from here on is its. */
  file(file_id: string, file_path: string): void {
    this.files.push({ file: this.count++, file_id, file_path });
  }

  /** Rows (without file_id and file_path) that the current file has. Those of an equal `key` are equal: `make` is called for the first only. */
  add(tableName: string, columns: readonly Column[], key: string | null, make: () => readonly Row[]): void {
    let table = this.tables.get(tableName);
    if (!table) this.tables.set(tableName, (table = { columns: columns.filter(({ name }) => name !== 'file_id' && name !== 'file_path'), contents: new Map(), rows: [], links: [], next: 0 }));
    let content = key === null ? undefined : table.contents.get(key);
    if (content === undefined) {
      content = table.next++;
      if (key !== null) table.contents.set(key, content);
      for (const row of make()) {
        row['content'] = content; // made just now: nobody else has it
        table.rows.push(row);
      }
    }
    table.links.push({ file: this.count - 1, content });
  }

  /** Hands over what has gathered, so that memory does not grow with the batch. */
  async flush(): Promise<void> {
    await this.staged('batch', BATCH_COLUMNS, this.files);
    this.files = [];
    for (const [name, table] of this.tables) {
      await this.staged(`content_${name}`, [int('content'), ...table.columns], table.rows);
      await this.staged(`link_${name}`, LINK_COLUMNS, table.links);
      [table.rows, table.links] = [[], []];
    }
  }

  /** Moves everything into the real tables. */
  async finish(): Promise<void> {
    await this.flush();
    for (const [name, { columns }] of this.tables) {
      const names = columns.map((column) => `"${column.name}"`);
      await this.connection.run(`INSERT INTO ${name} (file_id, file_path, ${names.join(', ')}) SELECT b.file_id, b.file_path, ${names.map((one) => `c.${one}`).join(', ')} FROM link_${name} l JOIN batch b ON b.file = l.file JOIN content_${name} c ON c.content = l.content`);
    }
    for (const table of this.made) await this.connection.run(`DROP TABLE temp.${table}`);
    this.made.clear();
  }

  private readonly made = new Set<string>();
  private async staged(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    if (!this.made.has(table)) await this.connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${columns.map(({ name, type }) => `"${name}" ${duckdbType(type)}`).join(', ')})`);
    this.made.add(table);
    await appendRows(this.connection, table, columns, rows);
  }
}
