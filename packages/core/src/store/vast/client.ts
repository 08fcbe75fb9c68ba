/** The door to @exr/vastdb: loaded when a store is first used, its errors told as ours. */
import type { Database, TransactionOptions, Transaction, VastError } from '@exr/vastdb';
import { ExrError, isExrError } from '../../errors.ts';
import type { VastTarget } from './location.ts';

export type VastDb = typeof import('@exr/vastdb');
let loaded: Promise<VastDb> | undefined;

export async function vastdb(): Promise<VastDb> {
  loaded ??= import('@exr/vastdb');
  try {
    return await loaded;
  } catch (cause) {
    loaded = undefined;
    throw new ExrError('UNSUPPORTED_FEATURE', 'a store in VAST DataBase needs the package @exr/vastdb, which is not installed: npm install @exr/vastdb', {}, { cause });
  }
}

export interface ConnectionOptions {
  /** Connections at a time. Default 4. */
  readonly maxConnections?: number | undefined;
  /** How lost connections and SlowDown are tried again. Default: 5 times within 30 seconds, so that a dead host is told soon. */
  readonly retries?: { readonly maxTries?: number; readonly maxTimeMs?: number; readonly baseDelayMs?: number; readonly maxDelayMs?: number } | undefined;
  /** How often a whole transaction is run when others come first. Default 8. */
  readonly attempts?: number | undefined;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Told before a transaction is run again. */
  readonly onRetry?: ((reason: Error, attempt: number) => void) | undefined;
}

export async function connectTo(target: VastTarget, options: ConnectionOptions): Promise<Database> {
  const { connect } = await vastdb();
  const database = await connect({
    endpoint: target.endpoint, accessKey: target.accessKey, secretKey: target.secretKey, maxConnections: options.maxConnections ?? 4, connectTimeoutMs: 5_000,
    retries: { maxTries: 5, maxTimeMs: 30_000, baseDelayMs: 200, ...options.retries }, transaction: { attempts: options.attempts ?? 8 }, ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  if (!database.features.has('row ids')) {
    const version = database.features.text;
    await database.close();
    throw new ExrError('UNSUPPORTED_VERSION', `${target.endpoint}: a VAST cluster of version ${version}, the store needs 5.1 or newer (row ids)`, { source: target.endpoint });
  }
  return database;
}

/** A transaction that only reads: whether its end was heard does not matter. */
export function reading<T>(database: Database, signal: AbortSignal | undefined, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const options: TransactionOptions = { resolveCommit: () => true, ...(signal === undefined ? {} : { signal }) };
  return database.transaction(work, options);
}

/** What a person can do about an error of the client, by class name: classes of two bundled copies are not the same. */
const TOLD: Readonly<Record<string, readonly [ConstructorParameters<typeof ExrError>[0], string]>> = {
  ForbiddenError: ['INVALID_ARGUMENT', 'the cluster refuses: check VAST_DB_ACCESS_KEY and VAST_DB_SECRET_KEY, and what they may do in this bucket'],
  NotFoundError: ['INVALID_ARGUMENT', 'not found: the bucket must exist and be database-enabled'],
  ConflictError: ['STORE_BUSY', 'others kept changing the same rows: try again'],
  SlowDownError: ['STORE_BUSY', 'the cluster is overloaded: try again later'],
  ServiceUnavailableError: ['STORE_BUSY', 'the cluster is not available: try again later'],
  RequestTimeoutError: ['STORE_BUSY', 'the cluster did not answer in time: try again later'],
  InsufficientCapacityError: ['READ_FAILED', 'the cluster is full; nothing of this was written'],
  ConnectionError: ['READ_FAILED', 'the connection failed: check VAST_DB_ENDPOINT and the network'],
  TimeoutError: ['READ_FAILED', 'no answer: check VAST_DB_ENDPOINT and the network'],
  CommitUnknownError: ['READ_FAILED', 'the connection was lost while committing, and whether it happened could not be looked up: run it again, which is safe'],
  UnsupportedServerError: ['UNSUPPORTED_VERSION', 'this is no VAST cluster that the store can use: check VAST_DB_ENDPOINT'],
  UsageError: ['INVALID_ARGUMENT', 'not accepted'],
};

/** The error as a store throws it; a cancellation and our own errors go through as they are. */
export function storeError(location: string, error: unknown): unknown {
  if (isExrError(error) || !(error instanceof Error) || !isVast(error)) return error;
  const [code, advice] = TOLD[error.name] ?? ['READ_FAILED', 'the store failed'];
  return new ExrError(code, `${location}: ${advice} (${error.message})`, { source: location }, { cause: error });
}

/** The brand of @exr/vastdb's errors, known without loading it. */
const isVast = (error: Error): error is VastError => Symbol.for('vastdb.error') in error;
