/** Streamable HTTP at /mcp: one session a client, checked before anything of the protocol is looked at. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CancelledNotificationSchema, isInitializeRequest, isJSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type HttpConfig, isLoopback } from './config/config.ts';

const PATH = '/mcp';
const MOST_BODY = 1024 * 1024;
const MOST_SESSIONS = 64;
const IDLE_MS = 30 * 60 * 1000;
/** Several for each session: streams, calls, and what is just being refused. */
const MOST_CONNECTIONS = 256;
/** Whoever sends nothing, or takes nothing of what is sent, is gone after so long. */
const HUNG_MS = 15_000;
const LOOK_MS = 1000;

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  readonly server: Server;
  seen: number;
  /** Requests that are being answered: a session with some is not idle. */
  open: number;
  /** By the protocol's id: the requests whose answers come with the same response. */
  readonly streams: Map<RequestId, Set<RequestId>>;
}

/** A response that is being sent: how far, and since when no further. */
interface Sending {
  readonly response: ServerResponse;
  written: number;
  since: number;
}

export interface RunningHttp {
  readonly url: string;
  close(): Promise<void>;
}

export interface HttpTimes {
  readonly hungMs?: number;
  readonly mostConnections?: number;
}

/** Listens; `make` makes the server of a new session. */
export async function serveHttp(config: HttpConfig, make: () => Server, log: (line: string) => void, { hungMs = HUNG_MS, mostConnections = MOST_CONNECTIONS }: HttpTimes = {}): Promise<RunningHttp> {
  const sessions = new Map<string, Session>();
  const sending = new Set<Sending>();
  const http = createServer({ connectionsCheckingInterval: Math.min(LOOK_MS, hungMs / 4), headersTimeout: hungMs, requestTimeout: hungMs, keepAliveTimeout: hungMs, maxHeaderSize: 16 * 1024 }, (request, response) => {
    const sent: Sending = { response, written: 0, since: Date.now() };
    sending.add(sent);
    response.once('close', () => sending.delete(sent));
    handle(request, response).catch((error: unknown) => {
      log(`http: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) refuse(response, 500, -32603, 'The server failed; its log has the details');
      else response.destroy();
    });
  });
  http.maxConnections = mostConnections;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url);
    if (path === null) return refuse(response, 400, -32000, 'The request target is no path');
    const problem = problemOf(request, config, http);
    if (problem) return refuse(response, problem.status, -32000, problem.message, problem.headers);
    if (path !== PATH) return refuse(response, 404, -32000, `There is nothing here; the endpoint is ${PATH}`);
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (request.method !== 'POST') {
      if (request.method !== 'GET' && request.method !== 'DELETE') return refuse(response, 405, -32000, 'Only GET, POST and DELETE', { allow: 'GET, POST, DELETE' });
      if (!known) return refuse(response, id === undefined ? 400 : 404, id === undefined ? -32000 : -32001, id === undefined ? 'The Mcp-Session-Id header is missing' : 'There is no such session: initialize again');
      return answer(known, request, response);
    }
    const body = await bodyOf(request);
    if (body === 'too large') return refuse(response, 413, -32000, `More than ${MOST_BODY} bytes`);
    if (body === 'not JSON') return refuse(response, 400, -32700, 'The body is not JSON');
    if (known) return answer(known, request, response, body.json);
    if (id !== undefined) return refuse(response, 404, -32001, 'There is no such session: initialize again');
    if (!(Array.isArray(body.json) ? body.json : [body.json]).some(isInitializeRequest)) return refuse(response, 400, -32000, 'The Mcp-Session-Id header is missing: initialize first');
    const session = await begin();
    if (!session) return refuse(response, 503, -32000, `${MOST_SESSIONS} clients are connected: try again in a moment`, { 'retry-after': '5' });
    return answer(session, request, response, body.json);
  }

  async function answer(session: Session, request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void> {
    session.seen = Date.now();
    session.open++;
    const messages = (Array.isArray(body) ? body : [body]) as readonly unknown[];
    const ids = new Set(messages.filter(isJSONRPCRequest).map(({ id }) => id));
    for (const id of ids) session.streams.set(id, ids);
    response.once('close', () => {
      session.open--;
      session.seen = Date.now();
      // Streams are not taken up again here: the answer to whoever has left would reach nobody.
      for (const id of ids) session.transport.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: 'the client has left' } });
      for (const id of ids) session.streams.delete(id);
    });
    await session.transport.handleRequest(request, response, body);
    for (const message of messages) {
      const cancelled = CancelledNotificationSchema.safeParse(message);
      if (cancelled.success && cancelled.data.params.requestId !== undefined) settled(session, cancelled.data.params.requestId);
    }
  }

  /** A request that was answered or cancelled. What is cancelled is never answered, so its stream would stay open for ever. */
  function settled({ streams, transport }: Session, id: RequestId): void {
    const ids = streams.get(id);
    streams.delete(id);
    ids?.delete(id);
    if (ids?.size === 0) transport.closeSSEStream(id);
  }

  /** Null when there are as many as may be, and all of them at work. */
  async function begin(): Promise<Session | null> {
    if (sessions.size >= MOST_SESSIONS && !(await closeOldest())) return null;
    const server = make();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: (id) => void sessions.set(id, session) });
    const session: Session = { transport, server, seen: Date.now(), open: 0, streams: new Map() };
    transport.onclose = () => void (transport.sessionId !== undefined && sessions.delete(transport.sessionId));
    await server.connect(transport as Transport);
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => {
      await send(message, options);
      if ('id' in message && !('method' in message) && message.id !== undefined) settled(session, message.id);
    };
    return session;
  }

  async function closeOldest(): Promise<boolean> {
    const [oldest] = [...sessions].filter(([, { open }]) => open === 0).sort(([, a], [, b]) => a.seen - b.seen);
    if (!oldest) return false;
    sessions.delete(oldest[0]);
    await oldest[1].server.close();
    return true;
  }

  const sweep = setInterval(() => {
    for (const [id, session] of sessions) {
      if (session.open > 0 || Date.now() - session.seen < IDLE_MS) continue;
      sessions.delete(id);
      void session.server.close();
    }
  }, 60_000);
  sweep.unref();
  /** Who takes nothing of what waits to be sent is gone, however politely it keeps its connection open. */
  const look = setInterval(() => {
    for (const each of sending) {
      const { response } = each;
      const written = response.socket?.bytesWritten ?? 0;
      const waiting = response.writableLength + (response.socket?.writableLength ?? 0);
      if (written !== each.written || waiting === 0) Object.assign(each, { written, since: Date.now() });
      else if (Date.now() - each.since > hungMs) response.destroy();
    }
  }, Math.min(LOOK_MS, hungMs / 4));
  look.unref();

  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.port, config.host, resolve);
  });
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}${PATH}`,
    async close() {
      clearInterval(sweep);
      clearInterval(look);
      await Promise.all([...sessions.values()].map(({ server }) => server.close()));
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

interface Problem {
  readonly status: number;
  readonly message: string;
  readonly headers?: Record<string, string>;
}

/** The path of a request target that is one ("origin-form" of RFC 9112); null for whole URLs, authorities, `*` and what is no URL. */
function pathOf(target: string | undefined): string | null {
  if (target === undefined || !/^\/(?!\/)[^#\s\\]*$/.test(target)) return null;
  try {
    return new URL(target, 'http://exr').pathname;
  } catch {
    return null;
  }
}

/** Who asks, and of whom: a page in a browser may reach a server on its own machine under a name of the attacker's (DNS rebinding). */
function problemOf(request: IncomingMessage, config: HttpConfig, http: HttpServer): Problem | null {
  const { port } = http.address() as AddressInfo;
  const host = (request.headers.host ?? '').toLowerCase();
  if (!hostAllowed(host, config, port)) return { status: 403, message: 'This Host is not allowed (--allow-host)' };
  const { origin } = request.headers;
  if (origin !== undefined && !originAllowed(origin, config)) return { status: 403, message: 'This Origin is not allowed (--allow-origin)' };
  if (config.token !== null && !tokenFits(request.headers.authorization, config.token)) {
    return { status: 401, message: 'A bearer token is needed', headers: { 'www-authenticate': 'Bearer realm="exr-mcp"' } };
  }
  return null;
}

export function hostAllowed(host: string, config: HttpConfig, port: number): boolean {
  const found = /^(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?$/.exec(host);
  if (!found) return false;
  const name = found[1]!.replace(/^\[|\]$/g, '');
  if (config.allowedHosts.includes(host) || config.allowedHosts.includes(name)) return true;
  if (found[2] !== undefined && Number(found[2]) !== port) return false;
  // Bound to every address: a token is needed then, and the name may be any of the machine's own that were allowed.
  return isLoopback(config.host) ? isLoopback(name) : name === config.host || (isLoopback(name) && (config.host === '0.0.0.0' || config.host === '::'));
}

export function originAllowed(origin: string, config: HttpConfig): boolean {
  if (config.allowedOrigins.includes(origin)) return true;
  try {
    const { protocol, hostname } = new URL(origin);
    return (protocol === 'http:' || protocol === 'https:') && isLoopback(hostname);
  } catch {
    return false; // "null" too: sandboxed frames and local files
  }
}

/** Compares digests: neither length nor content shows in the time it takes. */
function tokenFits(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

async function bodyOf(request: IncomingMessage): Promise<{ readonly json: unknown } | 'too large' | 'not JSON'> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += (piece as Buffer).length;
    if (length > MOST_BODY) return 'too large';
    pieces.push(piece as Buffer);
  }
  try {
    return { json: JSON.parse(Buffer.concat(pieces).toString('utf8')) };
  } catch {
    return 'not JSON';
  }
}

function refuse(response: ServerResponse, status: number, code: number, message: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(status !== 404 && { connection: 'close' }), ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}
