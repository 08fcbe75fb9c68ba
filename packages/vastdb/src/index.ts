/**
 * A client of VAST DataBase.
 *
 * ```ts
 * import { connect, eq } from '@exr/vastdb';
 * const db = await connect({ endpoint, accessKey, secretKey });
 * await db.transaction(async (tx) => {
 *   const schema = await tx.bucket('my-bucket').createSchema('my_schema', { ifNotExists: true });
 *   const table = await schema.createTable('people', { id: 'int64', name: 'utf8' }, { ifNotExists: true });
 *   await table.insert([{ id: 1n, name: 'Ada' }, { id: 2n, name: 'Grace' }]);
 *   for await (const row of table.select({ where: eq('name', 'Ada') }).rows()) console.log(row);
 * });
 * await db.close();
 * ```
 */

// Connecting
export { connect, Database, type ConnectOptions } from './client.ts';
export type { TransportOptions } from './http.ts';
export type { RetryOptions } from './backoff.ts';
export { Features, type Feature } from './features.ts';

// Transactions, buckets, schemas, tables
export { Transaction, type TransactionOptions } from './transaction.ts';
export { Bucket, Schema, mayExistAlready, type CreateTableOptions } from './bucket.ts';
export { Table, type TableHandleOptions } from './table.ts';
export type { ListOptions } from './listing.ts';
export type { ObjectDetails, TableStats } from './messages.ts';

// Columns and rows
export {
  MAX_CELL_BYTES, decimal, fixedBinary, list, map, required, struct, time, timestamp, vector,
  type ColumnSpec, type ColumnSpecs, type ColumnType, type SimpleType, type TimeUnit,
} from './columns.ts';
export { ROW_ID, type InputRow, type Rows } from './rows.ts';
export { rowsOf, type Row } from './data-reader.ts';

// Selecting
export { Selection, type SelectOptions } from './select.ts';
export {
  and, between, contains, eq, ge, gt, isNull, le, lt, ne, notNull, oneOf, or, startsWith, type Predicate, type Term,
} from './predicates.ts';

// SQL, experimental
export type { SqlOptions, SqlResult } from './sql/query.ts';

// Errors
export {
  BadRequestError, CellTooLargeError, CommitUnknownError, ConflictError, ConnectionError, ForbiddenError,
  InsufficientCapacityError, InternalServerError, MethodNotAllowedError, NotFoundError, NotImplementedByServerError,
  ProtocolError, QueryFailedError, RequestTimeoutError, ServerError, ServiceUnavailableError, SlowDownError, TimeoutError,
  UnsupportedColumnTypeError, UnsupportedPredicateError, UnsupportedServerError, UsageError, VastError, isVastError,
  type ErrorDetails,
} from './errors.ts';
