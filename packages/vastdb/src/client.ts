/** The front of the client: `connect`. */
import { Transport, type TransportOptions } from './http.ts';
import { UnsupportedServerError, usage } from './errors.ts';
import { Features } from './features.ts';
import { runTransaction, Transaction, type TransactionOptions } from './transaction.ts';
import { runSql, type SqlOptions, type SqlResult } from './sql/query.ts';

/** How to reach a cluster, and as whom. */
export interface ConnectOptions extends TransportOptions {
  readonly accessKey: string;
  readonly secretKey: string;
  /** The region to sign with. Default `''`, as the Python SDK; the Java client signs with `vast`. */
  readonly region?: string;
  /** Defaults for every transaction. */
  readonly transaction?: Omit<TransactionOptions, 'signal'>;
  /**
   * What the cluster names the rows of vector-indexed tables by: `decimal128`, as SDK 2.1.0 expects and the default, or
   * `uint64`, as SDK 2.0.14 did. No source says which version of the cluster changed it.
   */
  readonly vectorRowIds?: 'decimal128' | 'uint64';
  /** False: do not ask for the version; everything is then assumed to be supported. Default true. */
  readonly checkVersion?: boolean;
  readonly signal?: AbortSignal;
}

/** A cluster. Close it when done: its connections would keep the process. */
export class Database {
  readonly #transport: Transport;
  readonly #defaults: TransactionOptions;
  /** The cluster's version and what follows from it. */
  readonly features: Features;

  constructor(transport: Transport, features: Features, defaults: TransactionOptions) {
    this.#transport = transport;
    this.features = features;
    this.#defaults = defaults;
  }

  get endpoint(): string {
    return this.#transport.endpoint;
  }

  /** Runs a function in a transaction: commit on return, rollback on throw, the whole again on conflict. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return runTransaction(this.#transport, this.features, work, { ...this.#defaults, ...options });
  }

  /** A transaction to be ended by hand: `commit()` or `rollback()`. */
  begin(options: TransactionOptions = {}): Promise<Transaction> {
    return Transaction.begin(this.#transport, this.features, { ...this.#defaults, ...options });
  }

  /**
   * Runs SQL in the cluster's query engine.
   * @experimental recovered from the Java connector's source, never seen against a real cluster
   */
  sql(text: string, options: SqlOptions = {}): SqlResult {
    return runSql(this.#transport, text, options);
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Connects: asks the server for its version, once.
 * @throws {UnsupportedServerError} when it does not name itself a VAST cluster
 */
export async function connect(options: ConnectOptions): Promise<Database> {
  const { accessKey, secretKey, region = '', checkVersion = true, vectorRowIds, transaction = {}, signal, ...rest } = options;
  if (accessKey === '' || secretKey === '') throw usage('accessKey, secretKey: empty');
  if (/[\s,/]/.test(accessKey) || /[\s/]/.test(region)) throw usage('accessKey, region: a space, comma or slash in it');
  const transport = new Transport(rest, { accessKey, secretKey, region });
  try {
    if (!checkVersion) return new Database(transport, new Features(undefined, vectorRowIds), transaction);
    // SDK 2.0.14 asked without the header and got 400; only the Server header of the answer matters.
    const { headers } = await transport.send({ method: 'GET', path: [], command: 'transaction', headers: { 'tabular-get-vast-version': 'true' }, signal }, true);
    const server = headers.server?.toString();
    const features = new Features(server, vectorRowIds);
    if (features.version === undefined) {
      const found = server === undefined ? 'no Server header' : `Server: ${server.slice(0, 100)}`;
      throw new UnsupportedServerError(`${transport.endpoint}: ${found} found; expected "vast <version>"`, { code: 'NOT_VAST' });
    }
    return new Database(transport, features, transaction);
  } catch (error) {
    transport.close();
    throw error;
  }
}
