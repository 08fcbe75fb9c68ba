/**
 * Transactions: begun by POST, kept alive by GET, ended by PUT (commit) or DELETE (rollback) of `/?transaction`
 * (SDK transaction.py; the keep-alive is the Java client's, every 60 seconds).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Backoff } from './backoff.ts';
import { Bucket } from './bucket.ts';
import {
  CommitUnknownError, ConflictError, ConnectionError, InternalServerError, RequestTimeoutError, protocol, usage,
} from './errors.ts';
import type { Transport, VastRequest, VastResponse } from './http.ts';
import type { Features } from './features.ts';

/** How a transaction is run. */
export interface TransactionOptions {
  readonly signal?: AbortSignal;
  /** Times the whole function is run at most, when others come first. Default 5. */
  readonly attempts?: number;
  /** Milliseconds between keep-alives. Default 30,000; 0 sends none. */
  readonly keepAliveMs?: number;
  /** Also run the function again when the connection is lost before the commit is sent. Default true. */
  readonly retryLostConnections?: boolean;
  /** Told before each further attempt. */
  readonly onRetry?: (error: Error, attempt: number) => void;
  /**
   * Asked when it is not known whether a commit happened: look at the data, in a transaction of your own. `true`: it
   * did, the function's result is returned. `false`: it did not, the function is run again. `undefined`, or no such
   * function: CommitUnknownError is thrown.
   */
  readonly resolveCommit?: (error: CommitUnknownError) => Promise<boolean | undefined> | boolean | undefined;
}

/** A view of the whole cluster that does not change but by itself, until `commit` makes its changes everybody's. */
export class Transaction {
  /** The cluster's number for it: all 64 bits are used. */
  readonly id: bigint;
  readonly features: Features;
  readonly #transport: Transport;
  readonly #signal: AbortSignal | undefined;
  readonly #keepAlive: NodeJS.Timeout | undefined;
  #state: 'open' | 'committed' | 'rolled back' | 'unknown' = 'open';

  private constructor(id: bigint, transport: Transport, features: Features, options: TransactionOptions) {
    this.id = id;
    this.features = features;
    this.#transport = transport;
    this.#signal = options.signal;
    const every = options.keepAliveMs ?? 30_000;
    // A lost keep-alive is not an error: if the transaction is gone, its next statement says so.
    this.#keepAlive = every > 0 ? setInterval(() => void this.keepAlive().catch(() => undefined), every).unref() : undefined;
  }

  /** Begins. Safe to repeat when the connection is lost: a transaction nobody knows of changes nothing. */
  static async begin(transport: Transport, features: Features, options: TransactionOptions = {}): Promise<Transaction> {
    const backoff = new Backoff(transport.retries);
    for (;;) {
      try {
        const request = transactionRequest('POST', 0n, options.signal);
        const { headers } = await transport.send(request);
        const id = headers['tabular-txid'];
        if (typeof id !== 'string' || !/^\d{1,20}$/.test(id)) throw protocol('POST /?transaction: no tabular-txid in the answer');
        return new Transaction(BigInt(id), transport, features, options);
      } catch (error) {
        if (!(error instanceof ConnectionError) || !(await backoff.next(options.signal))) throw error;
      }
    }
  }

  /** A bucket by name; nothing is asked. */
  bucket(name: string): Bucket {
    return new Bucket(this, name);
  }

  get state(): 'open' | 'committed' | 'rolled back' | 'unknown' {
    return this.#state;
  }
  get retries(): Transport['retries'] {
    return this.#transport.retries;
  }

  /** Tells the cluster that the transaction is still wanted. */
  async keepAlive(): Promise<void> {
    await this.#transport.send(transactionRequest('GET', this.#openId(), this.#signal));
  }

  /**
   * Makes the changes everybody's.
   * @throws {ConflictError} another transaction came first; nothing happened
   * @throws {CommitUnknownError} the answer was lost
   */
  async commit(): Promise<void> {
    const request = transactionRequest('PUT', this.#openId(), undefined);
    try {
      await this.#transport.send(request);
      this.#end('committed');
    } catch (error) {
      // A server that fails, or gives up waiting, may have committed all the same; any other refusal is an answer.
      const unknown = error instanceof ConnectionError || error instanceof InternalServerError || error instanceof RequestTimeoutError;
      if (!unknown) {
        await this.rollback().catch(() => undefined);
        throw error;
      }
      this.#end('unknown');
      // If the commit never arrived, its locks would stand in the way of whoever tries again; if it did, this changes nothing.
      await this.#transport.send(transactionRequest('DELETE', this.id, AbortSignal.timeout(10_000))).catch(() => undefined);
      throw new CommitUnknownError(`transaction ${this.id}: it is not known whether the commit happened: ${error.message}`, this.id, {
        operation: 'PUT /?transaction',
        status: error.status,
        cause: error,
      });
    }
  }

  /** Forgets the changes. A second call, or one after the commit, does nothing. */
  async rollback(): Promise<void> {
    if (this.#state !== 'open') return;
    const request = transactionRequest('DELETE', this.id, undefined);
    this.#end('rolled back');
    await this.#transport.send(request);
  }

  /** Sends a statement of this transaction. */
  send(request: VastRequest): Promise<VastResponse> {
    return this.#transport.send(this.#statement(request));
  }
  /** Sends a statement and streams the answer. */
  open(request: VastRequest): Promise<{ headers: IncomingHttpHeaders; stream: AsyncIterable<Uint8Array> }> {
    return this.#transport.open(this.#statement(request));
  }

  #statement(request: VastRequest): VastRequest {
    // HEAD of a bucket is plain S3.
    const id = this.#openId();
    const headers = { ...(request.method === 'HEAD' ? {} : commonHeaders(id)), ...request.headers };
    const signals = [request.signal, this.#signal].filter((signal) => signal !== undefined);
    return { ...request, headers, signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0] };
  }

  #openId(): bigint {
    if (this.#state !== 'open') throw usage(`transaction ${this.id}: it is ${this.#state} already`, 'TRANSACTION_CLOSED');
    return this.id;
  }

  #end(state: 'committed' | 'rolled back' | 'unknown'): void {
    this.#state = state;
    clearInterval(this.#keepAlive);
  }
}

/** Headers of every tabular request. */
export function commonHeaders(txid: bigint): Record<string, string> {
  return { 'tabular-txid': String(txid), 'tabular-api-version-id': '1', 'tabular-client-name': 'tabular-api' };
}

function transactionRequest(method: VastRequest['method'], txid: bigint, signal: AbortSignal | undefined): VastRequest {
  return { method, path: [], command: 'transaction', headers: commonHeaders(txid), signal };
}

/**
 * Runs a function in a transaction: commits when it returns, rolls back when it throws, and runs it again from the
 * beginning when another transaction came first. The function must be able to run more than once.
 */
export async function runTransaction<T>(
  transport: Transport,
  features: Features,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const attempts = options.attempts ?? 5;
  // Attempts bound it, not time: the work itself may take long.
  const { baseDelayMs = 100, maxDelayMs = 5_000 } = transport.retries;
  const backoff = new Backoff({ baseDelayMs, maxDelayMs, maxTries: attempts, maxTimeMs: Infinity });
  for (;;) {
    try {
      return await attempt(transport, features, work, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const again =
        error instanceof ConflictError ||
        error instanceof CommitNotDone ||
        (error instanceof ConnectionError && (options.retryLostConnections ?? true));
      if (!again) throw error;
      const reason = error instanceof CommitNotDone ? error.reason : error;
      if (!(await backoff.next(options.signal))) throw reason;
      options.onRetry?.(reason, backoff.tries);
    }
  }
}

/** `resolveCommit` found that the commit did not happen. */
class CommitNotDone extends Error {
  constructor(readonly reason: CommitUnknownError) {
    super(reason.message);
  }
}

async function attempt<T>(
  transport: Transport,
  features: Features,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const tx = await Transaction.begin(transport, features, options);
  let result: T;
  try {
    result = await work(tx);
    options.signal?.throwIfAborted();
  } catch (error) {
    // What went wrong first is what is reported; a transaction that cannot be rolled back ends by itself.
    await tx.rollback().catch(() => undefined);
    throw error;
  }
  if (tx.state !== 'open') return result;
  try {
    await tx.commit();
  } catch (error) {
    if (error instanceof CommitUnknownError) {
      const happened = await options.resolveCommit?.(error);
      if (happened === true) return result;
      if (happened === false) throw new CommitNotDone(error);
    }
    throw error;
  }
  return result;
}
