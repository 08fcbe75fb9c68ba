/** The server: HTTP around the engine, signatures before anything else, faults where they are asked for. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { sleep } from '../backoff.ts';
import { loadArrow } from '../arrow.ts';
import { KEEP_ALIVE, FAILED } from '../framing.ts';
import { checkSignature } from './auth.ts';
import { Features } from '../features.ts';
import { Engine } from './engine.ts';
import { Failure, badRequest } from './failure.ts';
import { Faults, type FaultAction } from './faults.ts';
import { u32, type QueryShape } from './query-data.ts';
import type { VipRange } from './replies.ts';
import type { RowIdKinds } from './row-ids.ts';
import { route, type Call, type Reply, type World } from './router.ts';
import { SqlEngine, type SqlHandler } from './sql-engine.ts';
import { vectorSearch } from './vector-search.ts';

/** How the server behaves. */
export interface TestServerOptions {
  /** Buckets that exist: they cannot be made through the protocol. Default `['bucket']`. */
  readonly buckets?: readonly string[];
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** TCP port. Default: any free one. */
  readonly port?: number;
  /** The `Server` header. Default `vast 5.5.0.100`. */
  readonly version?: string;
  /** The clock that signatures and transactions are measured by. */
  readonly now?: () => Date;
  /** Milliseconds a transaction may be left alone. Default 300,000. */
  readonly transactionTimeoutMs?: number;
  /** How selects are cut up. */
  readonly shape?: QueryShape;
  /** Answers SQL; `vector search` answers the SDK's own; without it the query engine is not there. */
  readonly sql?: SqlHandler | 'vector search';
  /** The kind of row id of vector-indexed tables. Default `decimal128`, as SDK 2.1.0 has it; `uint64` is 2.0.14's. */
  readonly vectorRowIds?: RowIdKinds;
  /** Addresses that table statistics name for discovery; the server listens on all of them. Each is a node of its own. */
  readonly vips?: readonly VipRange[];
}

/** A request that was answered, for tests that count them. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly command: string;
  readonly status: number | 'dropped';
  readonly bodyBytes: number;
}

/** A request's body may have 5 MiB (SDK util.py). */
const MAX_BODY = 5 * 1024 * 1024;
const LOG_LENGTH = 1000;
const DEFAULT_VERSION = 'vast 5.5.0.100';

/**
 * VAST DataBase's wire protocol over an in-memory database. For tests and demonstrations: nothing is kept, and where no
 * source says what a cluster does, it is as strict as can be.
 */
export class TestServer {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly faults = new Faults();
  readonly engine: Engine;
  /** The latest thousand requests. */
  readonly log: LoggedRequest[] = [];
  /** Requests since the start. */
  requests = 0;
  /** Connections since the start. */
  connections = 0;
  readonly #http: Server;
  readonly #others: Server[] = [];
  readonly #world: World;
  readonly #options: TestServerOptions;
  readonly #sockets = new Set<Socket>();

  private constructor(world: World, options: TestServerOptions) {
    this.#world = world;
    this.#options = options;
    this.engine = world.engine;
    this.accessKey = options.accessKey ?? 'TESTACCESSKEY0000001';
    this.secretKey = options.secretKey ?? 'test-secret-not-a-real-credential';
    this.#http = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void this.#serve(request, response));
    this.#http.on('connection', (socket) => this.#connected(socket));
  }

  /** Starts on 127.0.0.1. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const arrow = await loadArrow();
    const clock = options.now ?? (() => new Date());
    const engine = new Engine(options.buckets ?? ['bucket'], options.transactionTimeoutMs ?? 300_000);
    const now = (): number => clock().getTime();
    const world: World = {
      arrow,
      engine,
      sql: new SqlEngine(arrow, options.sql === 'vector search' ? vectorSearch(arrow, engine, now) : options.sql),
      shape: options.shape ?? {},
      tellsSorting: new Features(options.version ?? DEFAULT_VERSION).has('vector indexes'),
      vectorRowIds: options.vectorRowIds ?? 'decimal128',
      vips: options.vips ?? [],
      node: ({ address }) => {
        const at = addresses(options.vips ?? []).indexOf(address ?? '');
        return at < 0 ? undefined : `E${at + 1}:0`;
      },
      now,
    };
    const server = new TestServer(world, options);
    await new Promise<void>((resolve, reject) => {
      server.#http.once('error', reject);
      server.#http.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const { port } = server.#http.address() as AddressInfo;
    for (const address of addresses(options.vips ?? [])) if (address !== '127.0.0.1') await server.#listenAlso(address, port);
    return server;
  }

  async #listenAlso(address: string, port: number): Promise<void> {
    const http = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void this.#serve(request, response));
    http.on('connection', (socket) => this.#connected(socket));
    this.#others.push(http);
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(port, address, resolve);
    });
  }

  #connected(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }
  /** What `connect` needs to be let in. */
  get credentials(): { endpoint: string; accessKey: string; secretKey: string } {
    return { endpoint: this.endpoint, accessKey: this.accessKey, secretKey: this.secretKey };
  }
  /** Connections that are open. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Cuts all connections and stops. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const http of [this.#http, ...this.#others]) await new Promise<void>((resolve) => http.close(() => resolve()));
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const [rawPath = '/', query = ''] = splitOnce(url);
    const [command = '', ...pairs] = query.split('&');
    const name = command.replace(/=$/, '');
    const faults = this.faults.take(method, name, rawPath);
    const find = <K extends FaultAction['kind']>(kind: K): Extract<FaultAction, { kind: K }> | undefined =>
      faults.find((fault): fault is Extract<FaultAction, { kind: K }> => fault.kind === kind);
    this.requests += 1;
    const log = (status: number | 'dropped', bodyBytes: number): void => {
      this.log.push({ method, path: rawPath, command: name, status, bodyBytes });
      if (this.log.length > LOG_LENGTH) this.log.shift();
    };
    let body: Uint8Array = new Uint8Array();
    let reply: Reply;
    try {
      body = await readBody(request, find('slowRead')?.ms ?? 0);
      if (find('dropBefore') !== undefined) {
        log('dropped', body.byteLength);
        return void request.socket.destroy();
      }
      const keys = new Map([[this.accessKey, this.secretKey]]);
      const now = (this.#options.now ?? (() => new Date()))();
      checkSignature({ method, path: rawPath, query, headers: request.headers, body }, keys, now);
      if (find('slowDown') !== undefined) throw new Failure(503, 'SlowDown', 'please reduce your request rate');
      const error = find('error');
      if (error !== undefined) throw new Failure(error.status, error.code, 'asked for by the test');
      const call: Call = {
        method,
        path: rawPath.split('/').filter((part) => part !== '').map(decodeURIComponent),
        command: name,
        params: new Map(pairs.map((pair) => pair.split('=').map((part) => decodeURIComponent(part.replaceAll('+', ' '))) as [string, string])),
        headers: request.headers,
        body,
        address: request.socket.localAddress,
      };
      reply = await route(this.#world, call);
    } catch (thrown) {
      if (request.socket.destroyed) return;
      const failure = thrown instanceof Failure ? thrown : new Failure(500, 'InternalError', thrown instanceof Error ? `${thrown.stack}` : String(thrown));
      reply = { status: failure.status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(failure.xml(url, String(this.requests))) };
    }
    if (find('dropAfter') !== undefined) {
      log('dropped', body.byteLength);
      return void request.socket.destroy();
    }
    const delay = find('delay');
    if (delay !== undefined) await sleep(delay.ms);
    log(reply.status ?? 200, body.byteLength);
    await this.#answer(response, method, reply, find);
  }

  async #answer(
    response: ServerResponse,
    method: string,
    reply: Reply,
    find: <K extends FaultAction['kind']>(kind: K) => Extract<FaultAction, { kind: K }> | undefined,
  ): Promise<void> {
    response.statusCode = reply.status ?? 200;
    response.setHeader('Server', this.#options.version ?? DEFAULT_VERSION);
    for (const [key, value] of Object.entries(reply.headers ?? {})) response.setHeader(key, value);
    const parts = reply.frames === undefined ? [reply.body ?? new Uint8Array()] : shapeFrames(reply.frames, find);
    if (reply.frames === undefined && response.statusCode !== 204) response.setHeader('Content-Length', parts[0]?.byteLength ?? 0);
    if (method === 'HEAD') return void response.end();
    const truncate = find('truncate');
    const whole = find('oneByteWrites') !== undefined || truncate !== undefined ? Buffer.concat(parts) : undefined;
    const pieces = whole === undefined ? parts : find('oneByteWrites') === undefined ? [whole] : Array.from(whole, (byte) => Uint8Array.of(byte));
    let left = truncate?.bytes ?? Infinity;
    for (const piece of pieces) {
      if (response.destroyed) return;
      const cut = piece.subarray(0, left);
      left -= cut.byteLength;
      if (cut.byteLength > 0 && !response.write(cut)) await drained(response);
      if (left === 0) {
        // What was written must reach the client before the connection goes.
        await sleep(5);
        return void response.destroy();
      }
    }
    response.end();
  }
}

/** Every address of the ranges. */
function addresses(vips: readonly VipRange[]): string[] {
  return vips.flatMap(({ start, count }) => {
    const at = start.lastIndexOf('.') + 1;
    return Array.from({ length: count }, (_, i) => `${start.slice(0, at)}${Number(start.slice(at)) + i}`);
  });
}

function shapeFrames(
  frames: readonly Uint8Array[],
  find: <K extends FaultAction['kind']>(kind: K) => Extract<FaultAction, { kind: K }> | undefined,
): Uint8Array[] {
  let shaped = [...frames];
  const fail = find('failFrame');
  if (fail !== undefined) shaped = [...shaped.slice(0, fail.frames), Buffer.concat([u32(FAILED), Buffer.from([42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])])];
  const end = find('endAfterFrames');
  if (end !== undefined) shaped = shaped.slice(0, Math.min(end.frames, shaped.length - 1));
  return find('keepAlives') === undefined ? shaped : shaped.flatMap((frame) => [u32(KEEP_ALIVE), frame]);
}

async function readBody(request: IncomingMessage, pauseMs: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).byteLength;
    if (length <= MAX_BODY) chunks.push(chunk as Buffer);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  if (length > MAX_BODY) throw badRequest('EntityTooLarge', `${length} bytes; at most ${MAX_BODY}`);
  return Buffer.concat(chunks);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function splitOnce(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}
