/** SQL that strangers type: one SELECT, in a connection that reaches nothing but the store, with an end to what it may take and give. */
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { ExrError } from '../../errors.ts';
import type { SqlLimits, SqlOptions, SqlResult } from '../types.ts';
import { abandon, duckdb } from './gate.ts';
import { boundWords } from './bounded-words.ts';
import { checkSelect, refuse } from './guard.ts';

/** What one statement may take and give unless asked otherwise. docs/formats/store.md has them as a table. */
export const SQL_LIMITS: SqlLimits = { rows: 10_000, bytes: 64 * 2 ** 20, valueLength: 2 ** 20, seconds: 60 };
/** Temporary files of one statement, for DuckDB. */
export const SQL_TEMPORARY = '1GiB';
/** The process may grow by so much while a statement runs. DuckDB counts its tables and sorts (256 MiB), but not the texts that a function makes. */
const MEMORY = 384 * 2 ** 20;
const LONGEST_STATEMENT = 256 * 1024;
const LOOK_MS = 10;
/** An interrupt is heard between two chunks of rows. When it is not heard for so long, or memory has grown further, nobody waits for it any more. */
const DEAF_MS = 1000;
const MEMORY_DEAF = 1.25;

const firstLine = (error: unknown): string => String((error as Error).message).split('\n').slice(0, 2).join(' ').slice(0, 500);

/**
 * Fences, each enough by itself for what it is for: the file is opened read-only; DuckDB may not touch any other file, extension or network, and its settings
 * are locked (gate.ts); names mean our own views (trust.ts); and the statement is a SELECT in words that are known to be harmless (guard.ts), of which those
 * that could take very long within a chunk are bounded (bounded-words.ts). A statement that does not hear its end all the same is left behind: its caller
 * goes on, its thread ends when the process is killed (a thread of DuckDB keeps `process.exit` waiting).
 */
export async function runSql(connection: DuckDBConnection, statement: string, options: SqlOptions): Promise<SqlResult> {
  const limits = { ...SQL_LIMITS, ...Object.fromEntries(Object.entries(options.limits ?? {}).filter(([, value]) => value !== undefined)) };
  if (options.maxRows !== undefined) limits.rows = options.maxRows;
  if (statement.length > LONGEST_STATEMENT) refuse(`a statement of ${statement.length} characters, at most ${LONGEST_STATEMENT} are taken`);
  const [, explained] = /^(?:\s|--[^\n]*\n|\/\*[^*]*\*\/)*explain\s+(.*)$/is.exec(statement) ?? [];
  const serialized = await connection.runAndReadAll('SELECT system.main.json_serialize_sql($1::VARCHAR)', [explained ?? statement]).catch((error: unknown) => refuse(firstLine(error), error));
  checkSelect(String(serialized.getRowsJS()[0]![0]));
  await boundWords(connection);
  const watch = watched(connection, limits.seconds, options.signal);
  // What is written out is computed while the statement is prepared.
  const work = answered(connection, explained === undefined ? statement : `EXPLAIN ${explained}`, explained === undefined, limits);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, watch.deaf]);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw watch.ended() ?? (error instanceof ExrError || /out of memory|failed to allocate|max_temp_directory|no space left/i.test(firstLine(error)) ? error : new ExrError('INVALID_ARGUMENT', `sql: ${firstLine(error)}`, {}, { cause: error }));
  } finally {
    watch.stop();
  }
}

async function answered(connection: DuckDBConnection, statement: string, isSelect: boolean, limits: SqlLimits): Promise<SqlResult> {
  const prepared = await connection.prepare(statement).catch((error: unknown) => refuse(firstLine(error), error));
  try {
    const { StatementType } = await duckdb();
    const { statementType } = prepared;
    if (statementType !== (isSelect ? StatementType.SELECT : StatementType.EXPLAIN)) refuse(`a ${StatementType[statementType]} statement, only SELECT (and EXPLAIN) is run here: the store is read, never written`);
    return await rowsOf(prepared, limits);
  } finally {
    prepared.destroySync();
  }
}

interface Watch {
  ended(): ExrError | undefined;
  stop(): void;
  /** Rejected when the statement does not hear that it is over. */
  readonly deaf: Promise<never>;
}

/** Interrupts the statement when its time is over or the process has grown too much. */
function watched(connection: DuckDBConnection, seconds: number, signal: AbortSignal | undefined): Watch {
  const begin = performance.now();
  const before = process.memoryUsage.rss();
  let error: ExrError | undefined;
  let since: number | undefined;
  let leave: (error: unknown) => void;
  const deaf = new Promise<never>((_, reject) => (leave = reject));
  deaf.catch(() => undefined);
  const timer = setInterval(() => {
    const now = performance.now();
    const grown = process.memoryUsage.rss() - before;
    if (now - begin > seconds * 1000) error ??= limitError(`sql: not done after ${seconds} s`, 'seconds', seconds);
    else if (grown > MEMORY) error ??= limitError(`sql: it takes more than ${MEMORY / 2 ** 20} MiB of memory`, 'memory', MEMORY);
    if (!error && !signal?.aborted) return;
    // Again and again: an interrupt that comes between two steps is not heard.
    connection.interrupt();
    since ??= now;
    if (now - since < DEAF_MS && grown < MEMORY * MEMORY_DEAF) return;
    clearInterval(timer);
    abandon(connection);
    leave(error ?? signal?.reason);
  }, LOOK_MS);
  return { ended: () => error, stop: () => clearInterval(timer), deaf };
}

function limitError(message: string, limit: string, limitValue: number): ExrError {
  return new ExrError('LIMIT_EXCEEDED', message, { limit, limitValue });
}

/** A chunk of 2,048 rows at a time, until the rows or the bytes that were asked for are there; what is longer than a value may be is cut, with its length said. */
async function rowsOf(prepared: DuckDBPreparedStatement, limits: SqlLimits): Promise<SqlResult> {
  const { JsonDuckDBValueConverter } = await duckdb();
  const result = await prepared.stream();
  const rows: unknown[][] = [];
  let [bytes, cutValues, cut] = [0, 0, false];
  while (!cut) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    for (let i = 0; i < chunk.rowCount && !cut; i++) {
      const row = chunk.convertRowValues(i, JsonDuckDBValueConverter) as unknown[];
      let length = 0;
      row.forEach((value, at) => {
        const text = typeof value === 'string' ? value : typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
        if (text.length > limits.valueLength) {
          row[at] = `${text.slice(0, limits.valueLength).replace(/[\ud800-\udbff]$/, '')}… (${text.length} characters)`;
          cutValues++;
        }
        length += Math.min(text.length, limits.valueLength) + 16;
      });
      bytes += length;
      cut = rows.length >= limits.rows || bytes > limits.bytes;
      if (!cut) rows.push(row);
    }
  }
  return { columns: result.columnNames().map((name, i) => ({ name, type: String(result.columnType(i)) })), rows, cut, cutBy: !cut ? null : rows.length >= limits.rows ? 'rows' : 'bytes', cutValues };
}
