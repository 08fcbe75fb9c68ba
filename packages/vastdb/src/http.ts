/**
 * Signed requests over keep-alive connections. `node:http(s)` because GET carries a body here: fetch refuses that, and
 * undici gives up the connection after each such request (protocol.md, section 1).
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { Backoff, type RetryOptions } from './backoff.ts';
import { endpointOf, parseEndpoint } from './endpoint.ts';
import { ConnectionError, SlowDownError, TimeoutError, errorFromResponse, protocol } from './errors.ts';
import { queryString } from './names.ts';
import { signedHeaders, type Credentials } from './signing.ts';

/** How to reach a cluster. */
export interface TransportOptions {
  /** `http(s)://host[:port]`, no path. */
  readonly endpoint: string;
  /** Connections at a time; a select holds one until it is read or abandoned. Default 8. */
  readonly maxConnections?: number;
  /** Milliseconds to open a connection. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds of silence after which an answer is given up. Default 120,000. */
  readonly idleTimeoutMs?: number;
  readonly retries?: RetryOptions;
  /** PEM certificates to trust instead of the system's, for clusters with their own. */
  readonly ca?: string | readonly string[];
  /** False accepts any certificate: for experiments only. */
  readonly rejectUnauthorized?: boolean;
  /** The clock that dates signatures; for tests. */
  readonly now?: () => Date;
}

/** One request in the terms of the protocol. */
export interface VastRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Names checked by names.ts, in order: bucket, schema, table. */
  readonly path: readonly string[];
  readonly command: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Another host of the same cluster, `host[:port]`. */
  readonly host?: string | undefined;
  /** Region and signed headers as the query engine wants them. */
  readonly queryEngine?: boolean;
}

/** A complete answer. */
export interface VastResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** No reply but a select's, which is streamed, comes near this. */
const MAX_REPLY_BYTES = 256 * 1024 * 1024;
/** A certificate that is not trusted will not be at the next try either. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/;
const USER_AGENT = '@exr/vastdb (https://www.npmjs.com/package/@exr/vastdb)';

/** Sends requests; owns the connections. The secret key is a private field: no inspection or JSON shows it. */
export class Transport {
  readonly #credentials: Credentials;
  readonly #endpoint: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions, credentials: Credentials) {
    const url = parseEndpoint(options.endpoint);
    const agentOptions = { keepAlive: true, maxSockets: options.maxConnections ?? 8, scheduling: 'lifo' as const };
    this.#endpoint = url;
    this.#credentials = credentials;
    this.#options = options;
    this.#agent =
      url.protocol === 'https:'
        ? new HttpsAgent({
            ...agentOptions,
            ...(options.ca === undefined ? {} : { ca: typeof options.ca === 'string' ? options.ca : [...options.ca] }),
            rejectUnauthorized: options.rejectUnauthorized ?? true,
          })
        : new HttpAgent(agentOptions);
  }

  /** `http://host:port`, for messages. */
  get endpoint(): string {
    return this.#endpoint.origin;
  }
  get retries(): RetryOptions {
    return this.#options.retries ?? {};
  }

  /**
   * Sends and reads the whole answer. Retried as the SDK does: SlowDown on any method, a lost connection only for GET
   * and HEAD, both bounded.
   * @throws {ServerError} for a status that is not 2xx, unless `anyStatus`
   */
  async send(request: VastRequest, anyStatus = false): Promise<VastResponse> {
    const backoff = new Backoff(this.#options.retries);
    const idempotent = request.method === 'GET' || request.method === 'HEAD';
    for (;;) {
      try {
        const { message, done } = await this.#start(request);
        try {
          const body = await readAll(message, request);
          const status = message.statusCode ?? 0;
          if (!anyStatus && !isSuccess(status)) throw errorFromResponse(status, text(body), describe(request));
          return { status, headers: message.headers, body };
        } finally {
          done();
        }
      } catch (error) {
        const again = error instanceof SlowDownError || (idempotent && error instanceof ConnectionError && !CERTIFICATE.test(error.code));
        if (!again || !(await backoff.next(request.signal))) throw error;
      }
    }
  }

  /**
   * Sends once and hands over the answer while it arrives. The caller reads `stream` to its end or breaks off, which
   * closes the connection. Not retried: a select resumes by itself from the rows it has.
   */
  async open(request: VastRequest): Promise<{ headers: IncomingHttpHeaders; stream: AsyncIterable<Uint8Array> }> {
    const { message, done } = await this.#start(request);
    const status = message.statusCode ?? 0;
    if (isSuccess(status)) return { headers: message.headers, stream: chunksOf(message, request, done) };
    try {
      throw errorFromResponse(status, text(await readAll(message, request)), describe(request));
    } finally {
      done();
    }
  }

  /** Closes all connections, also those in use. */
  close(): void {
    this.#agent.destroy();
  }

  /** Resolves when the response head is there. `done` takes the abort listener away again. */
  #start(request: VastRequest): Promise<{ message: IncomingMessage; done: () => void }> {
    const { signal, body } = request;
    signal?.throwIfAborted();
    const path = `/${request.path.join('/')}`;
    const query = queryString(request.command, request.params);
    const { hostname, port } = endpointOf(this.#endpoint, request.host);
    const host = port === '' || port === '80' || port === '443' ? hostname : `${hostname}:${port}`;
    const credentials = request.queryEngine === true ? { ...this.#credentials, region: 'vast' } : this.#credentials;
    const headers: Record<string, string> = {
      host,
      'user-agent': USER_AGENT,
      ...request.headers,
      ...signedHeaders(
        {
          method: request.method,
          path,
          query,
          host,
          body,
          date: (this.#options.now ?? (() => new Date()))(),
          signPayloadHeader: request.queryEngine,
        },
        credentials,
      ),
    };
    if (body !== undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      headers['content-length'] = String(body?.byteLength ?? 0);
    }
    const secure = this.#endpoint.protocol === 'https:';
    const options: RequestOptions = {
      method: request.method,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 443 : 80) : Number(port),
      path: query === '' ? path : `${path}?${query}`,
      headers,
      agent: this.#agent,
    };
    return new Promise((resolve, reject) => {
      const outgoing = secure ? httpsRequest(options) : httpRequest(options);
      const abort = (): void => void outgoing.destroy(signal?.reason as Error);
      const done = (): void => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort, { once: true });
      const connectTimeout = this.#options.connectTimeoutMs ?? 10_000;
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(() => outgoing.destroy(timeout(request, 'no connection', connectTimeout)), connectTimeout);
        socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      });
      const idle = this.#options.idleTimeoutMs ?? 120_000;
      outgoing.setTimeout(idle, () => outgoing.destroy(timeout(request, 'no answer', idle)));
      outgoing.on('error', (cause) => {
        done();
        reject(connectionError(cause, request));
      });
      outgoing.on('response', (message) => resolve({ message, done }));
      outgoing.end(body);
    });
  }
}

/** `PUT /bucket/schema/table?rows`. */
export function describe(request: VastRequest): string {
  return `${request.method} /${request.path.join('/')}${request.command === '' ? '' : `?${request.command}`}`;
}

async function* chunksOf(
  message: IncomingMessage,
  request: VastRequest,
  done: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of message) yield chunk as Uint8Array;
  } catch (cause) {
    throw connectionError(cause, request);
  } finally {
    done();
    message.destroy();
  }
}

async function readAll(message: IncomingMessage, request: VastRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(message, request, () => undefined)) {
    length += chunk.byteLength;
    if (length > MAX_REPLY_BYTES) throw protocol(`${describe(request)}: a reply of more than ${MAX_REPLY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

function connectionError(cause: unknown, request: VastRequest): unknown {
  if (request.signal?.aborted === true) return request.signal.reason;
  if (cause instanceof ConnectionError) return cause;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'CONNECTION_LOST';
  const said = cause instanceof Error ? cause.message : String(cause);
  return new ConnectionError(`${describe(request)}: ${said}`, { code, operation: describe(request), cause });
}

function timeout(request: VastRequest, what: string, ms: number): TimeoutError {
  return new TimeoutError(`${describe(request)}: ${what} for ${ms} ms`, { code: 'TIMEOUT', operation: describe(request) });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Error documents are short; more of one would only fill a message. */
function text(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 8192)).toString('utf8');
}
