import type { DuckDBConnection } from '@duckdb/node-api';

/** Rolls back on any error; what was thrown goes on. */
export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN');
  try {
    const result = await work();
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined); // a failed COMMIT has rolled back by itself
    throw error;
  }
}
