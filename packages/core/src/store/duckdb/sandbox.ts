/** SQL that strangers type: one statement, only reading, in a connection that reaches nothing but the store. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { ExrError } from '../../errors.ts';
import type { SqlResult } from '../types.ts';
import { duckdb } from './gate.ts';

/**
 * Three fences, each enough by itself for what it is for: the file is opened READ_ONLY; DuckDB may not touch any other file, extension or network
 * (enable_external_access) and its settings are locked; and only SELECT and EXPLAIN statements are run, one at a time.
 */
export const SANDBOX: readonly string[] = ['SET enable_external_access = false', 'SET lock_configuration = true'];

export async function runSql(connection: DuckDBConnection, statement: string, maxRows: number): Promise<SqlResult> {
  const { StatementType } = await duckdb();
  const refuse = (text: string, cause?: unknown): never => {
    throw new ExrError('INVALID_ARGUMENT', `sql: ${text}`, {}, { cause });
  };
  const firstLine = (error: unknown): string => String((error as Error).message).split('\n').slice(0, 2).join(' ').slice(0, 500);
  const extracted = await connection.extractStatements(statement).catch((error: unknown) => refuse(firstLine(error), error));
  if (extracted.count !== 1) refuse(`${extracted.count} statements, expected one`);
  const prepared = await extracted.prepare(0).catch((error: unknown) => refuse(firstLine(error), error));
  try {
    const type = prepared.statementType;
    if (type !== StatementType.SELECT && type !== StatementType.EXPLAIN) refuse(`a ${StatementType[type]} statement, only SELECT (and EXPLAIN) is run here: the store is read, never written`);
    if (/^\s*(pragma|call|load|install|checkpoint)\b/i.test(statement)) refuse('only SELECT (and EXPLAIN) is run here');
    const reader = await prepared.streamAndReadUntil(maxRows + 1).catch((error: unknown) => refuse(firstLine(error), error));
    const rows = reader.getRowsJson();
    return { columns: reader.columnNames().map((name, i) => ({ name, type: String(reader.columnType(i)) })), rows: rows.slice(0, maxRows), cut: rows.length > maxRows };
  } finally {
    prepared.destroySync();
  }
}
