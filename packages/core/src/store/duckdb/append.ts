/**
 * Rows into tables through data chunks: a column at a time, 2,048 rows at once.
 *
 * Handing a string to DuckDB is a call into native code; a number is a store into an array. The rows of channels and attributes are mostly strings, and
 * mostly the same ones (`half`, `R`, the path of the file): `WordStage` hands each distinct string over once and rows as numbers, and DuckDB joins them.
 */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { vectorLength, type Column } from '../columns.ts';
import type { Cell, Row } from '../rows.ts';
import { duckdb } from './gate.ts';

const CHUNK_ROWS = 2048;

export async function appendRows(connection: DuckDBConnection, tableName: string, columns: readonly Column[], rows: readonly Row[], code?: (cell: Cell) => number, codedNames?: ReadonlySet<string>): Promise<void> {
  if (rows.length === 0) return;
  const module = await duckdb();
  const types = columns.map((column) => typeOf(module, column));
  const appender = await connection.createAppender(tableName);
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows.length - from);
    const chunk = module.DuckDBDataChunk.create(types, count);
    columns.forEach((column, at) => {
      const vector = chunk.getColumnVector(at);
      const convert: (cell: Cell) => DuckDBValue = code && codedNames!.has(column.name) ? code : converter(column);
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

const CODE: Column = { name: 'code', type: 'int32', nullable: false, doc: '' };
const WORD: Column = { name: 'word', type: 'string', nullable: false, doc: '' };
/** Words handed over at once. */
const WORD_BATCH = 16_384;

/** Gathers rows of several tables in temporary tables, then inserts them all. One use, within one transaction. */
export class WordStage {
  private readonly codes = new Map<string, number>();
  private fresh: Row[] = [];
  private readonly stages = new Map<string, readonly Column[]>();
  constructor(private readonly connection: DuckDBConnection) {}

  async add(tableName: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    if (this.stages.size === 0) await this.connection.run('CREATE OR REPLACE TEMP TABLE words (code INTEGER NOT NULL, word VARCHAR NOT NULL)');
    const coded = columns.map((column): Column => (column.type === 'string' ? { ...column, type: 'int32' } : column));
    if (!this.stages.has(tableName)) {
      this.stages.set(tableName, columns);
      await this.connection.run(`CREATE OR REPLACE TEMP TABLE stage_${tableName} AS SELECT ${columns.map(({ name, type }) => (type === 'string' ? `0 AS "${name}"` : `"${name}"`)).join(', ')} FROM ${tableName} LIMIT 0`);
    }
    await appendRows(this.connection, `stage_${tableName}`, coded, rows, (cell) => this.codeOf(cell as string), new Set(columns.filter(({ type }) => type === 'string').map(({ name }) => name)));
    if (this.fresh.length >= WORD_BATCH) await this.flush();
  }

  /** Moves everything into the real tables. */
  async finish(): Promise<void> {
    await this.flush();
    for (const [tableName, columns] of this.stages) {
      const joins = columns.map(({ name, type }, i) => (type === 'string' ? ` LEFT JOIN words w${i} ON w${i}.code = s."${name}"` : ''));
      await this.connection.run(`INSERT INTO ${tableName} SELECT ${columns.map(({ name, type }, i) => (type === 'string' ? `w${i}.word` : `s."${name}"`)).join(', ')} FROM stage_${tableName} s${joins.join('')}`);
      await this.connection.run(`DROP TABLE stage_${tableName}`);
    }
    if (this.stages.size > 0) await this.connection.run('DROP TABLE words');
  }

  private codeOf(word: string): number {
    let code = this.codes.get(word);
    if (code === undefined) {
      this.codes.set(word, (code = this.codes.size));
      this.fresh.push({ code, word });
    }
    return code;
  }

  private async flush(): Promise<void> {
    const words = this.fresh;
    this.fresh = [];
    await appendRows(this.connection, 'words', [CODE, WORD], words);
  }
}
