/** Streamable HTTP at /mcp: one session a client, checked before anything of the protocol is looked at. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type HttpConfig, isLoopback } from './config/config.ts';

const PATH = '/mcp';
const MOST_BODY = 1024 * 1024;
const MOST_SESSIONS = 64;
const IDLE_MS = 30 * 60 * 1000;

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  readonly server: Server;
  seen: number;
  /** Requests that are being answered: a session with some is not idle. */
  open: number;
}

export interface RunningHttp {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens; `connect` makes the server of a new session. */
export async function serveHttp(config: HttpConfig, make: () => Server, log: (line: string) => void): Promise<RunningHttp> {
  const sessions = new Map<string, Session>();
  const http = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      log(`http: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) refuse(response, 500, -32603, 'The server failed; its log has the details');
      else response.destroy();
    });
  });
  http.headersTimeout = 20_000;
  http.requestTimeout = 60_000;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const problem = problemOf(request, config, http);
    if (problem) return refuse(response, problem.status, -32000, problem.message, problem.headers);
    if (new URL(request.url ?? '/', 'http://exr').pathname !== PATH) return refuse(response, 404, -32000, `There is nothing here; the endpoint is ${PATH}`);
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
    return answer(await begin(), request, response, body.json);
  }

  async function answer(session: Session, request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void> {
    session.seen = Date.now();
    session.open++;
    response.once('close', () => {
      session.open--;
      session.seen = Date.now();
    });
    await session.transport.handleRequest(request, response, body);
  }

  async function begin(): Promise<Session> {
    if (sessions.size >= MOST_SESSIONS) await closeOldest();
    const server = make();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: (id) => void sessions.set(id, session) });
    const session: Session = { transport, server, seen: Date.now(), open: 0 };
    transport.onclose = () => void (transport.sessionId !== undefined && sessions.delete(transport.sessionId));
    await server.connect(transport as Transport);
    return session;
  }

  async function closeOldest(): Promise<void> {
    const [oldest] = [...sessions].sort(([, a], [, b]) => Math.min(a.open, 1) - Math.min(b.open, 1) || a.seen - b.seen);
    if (!oldest) return;
    sessions.delete(oldest[0]);
    await oldest[1].server.close();
  }

  const sweep = setInterval(() => {
    for (const [id, session] of sessions) {
      if (session.open > 0 || Date.now() - session.seen < IDLE_MS) continue;
      sessions.delete(id);
      void session.server.close();
    }
  }, 60_000);
  sweep.unref();

  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.port, config.host, resolve);
  });
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}${PATH}`,
    async close() {
      clearInterval(sweep);
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
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 413 && { connection: 'close' }), ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}
