/** Rows into tables through data chunks: a column at a time, 2,048 rows at once. Handing a string to DuckDB is a call into native code, a number is a store into an array. */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { turns } from '../../flow/index.ts';
import { vectorLength, type ColumnType } from '../columns.ts';
import type { StoredColumn } from './ddl.ts';
import { duckdb } from './gate.ts';

const CHUNK_ROWS = 2048;
const FLUSH_CHUNKS = 16;

export type StoredCell = string | number | boolean | bigint | Float32Array | null;
export type StoredRow = Record<string, StoredCell>;

export async function appendRows(connection: DuckDBConnection, tableName: string, columns: readonly StoredColumn[], rows: readonly StoredRow[]): Promise<void> {
  if (rows.length === 0) return;
  const module = await duckdb();
  const types = columns.map((column) => typeOf(module, column));
  const appender = await connection.createAppender(tableName);
  const turn = turns();
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
    // What is handed over is written now and then, not all at the end: others have their turn in between.
    if ((from / CHUNK_ROWS) % FLUSH_CHUNKS === FLUSH_CHUNKS - 1) appender.flushSync();
    await turn();
  }
  appender.closeSync();
}

function typeOf(module: typeof import('@duckdb/node-api'), { type }: StoredColumn): DuckDBType {
  const length = vectorLength(type as ColumnType);
  if (length > 0) return module.ARRAY(module.FLOAT, length);
  const { VARCHAR, INTEGER, BIGINT, FLOAT, DOUBLE, BOOLEAN, HUGEINT } = module;
  return { string: VARCHAR, int32: INTEGER, int64: BIGINT, float32: FLOAT, float64: DOUBLE, bool: BOOLEAN, int128: HUGEINT }[type as 'string'];
}

/** What a data chunk wants of a cell: bigint for BIGINT, an object with `items` for an array; integers out of range become null rather than wrap. */
function converter({ type }: StoredColumn): (cell: StoredCell) => DuckDBValue {
  if (type === 'int64') return (cell) => (Number.isSafeInteger(cell) ? BigInt(cell as number) : null);
  if (type === 'int32') return (cell) => (Number.isInteger(cell) && Math.abs(cell as number) < 2 ** 31 ? (cell as number) : null);
  if (type.startsWith('vector')) return (cell) => ({ items: cell }) as unknown as DuckDBValue;
  return (cell) => cell as DuckDBValue;
}
