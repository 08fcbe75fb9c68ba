/** HTTP as the platform speaks it: CloudEvents at `/`, probes, metrics. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventsOf, MalformedEvent, type Message } from './event/incoming.ts';
import type { EventResult } from './work/result.ts';
import type { Handler } from './work/handler.ts';
import type { Scrub } from './config/scrub.ts';

const MOST_BODY = 1024 * 1024;
/** Events in one batch. */
const MOST_EVENTS = 1000;

export interface ServerParts {
  readonly handler: Handler;
  readonly metrics: () => Promise<string>;
  readonly scrub: Scrub;
  /** Null when all is well: then events are taken. Else why not. */
  readonly unready: () => string | null;
  /** What happened that should not: a bug. */
  readonly onError: (error: unknown) => void;
}

export interface Running {
  readonly url: string;
  /** Takes no more connections; resolves when the last answer is out. */
  drain(): Promise<void>;
  /** Cuts what is left. */
  cut(): void;
}

export async function listen(host: string, port: number, parts: ServerParts): Promise<Running> {
  let draining = false;
  const http = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 60_000 }, (request, response) => {
    if (draining) response.setHeader('connection', 'close');
    respond(request, response, parts).catch((error: unknown) => {
      parts.onError(error);
      if (response.headersSent) response.destroy();
      else text(response, 500, 'the function failed; its log has the details');
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, resolve);
  });
  return {
    url: urlOf(http, host),
    drain: () => {
      draining = true;
      return new Promise((resolve) => {
        http.close(() => resolve());
        http.closeIdleConnections();
      });
    },
    cut: () => http.closeAllConnections(),
  };
}

function urlOf(http: Server, host: string): string {
  const { port } = http.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}

async function respond(request: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const { method } = request;
  const path = (request.url ?? '/').split('?')[0]!;
  if (method === 'OPTIONS') return empty(response, 200); // the queue proxy asks so whether HTTP/2 is spoken
  if (method === 'POST') return path === '/' ? await events(request, response, parts) : text(response, 404, 'events are taken at /');
  const read = method === 'GET' || method === 'HEAD';
  if (read && path === '/liveness') return text(response, 200, 'Alive');
  if (read && path === '/readiness') {
    const why = parts.unready();
    return text(response, why === null ? 200 : 503, why === null ? 'Ready' : parts.scrub(why));
  }
  if (read && path === '/metrics') return text(response, 200, await parts.metrics(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  if (read && path !== '/') return text(response, 404, 'there is /, /readiness, /liveness and /metrics');
  text(response, 405, 'events come with POST', { allow: 'POST, OPTIONS' });
}

async function events(request: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const why = parts.unready();
  if (why !== null) {
    request.resume();
    return text(response, 503, parts.scrub(why), { 'retry-after': '1' });
  }
  const body = await bodyOf(request);
  if (body === 'gone') return;
  if (body === 'too large') return text(response, 413, `an event of more than ${MOST_BODY} bytes`, { connection: 'close' });
  let message: Message;
  try {
    message = eventsOf(request.headers, body, MOST_EVENTS);
  } catch (error) {
    if (!(error instanceof MalformedEvent)) throw error;
    message = { mode: 'binary', events: [error] };
  }
  const header = request.headers['traceparent'];
  const trace = typeof header === 'string' ? header : null;
  const results = await Promise.all(message.events.map((event) => parts.handler.handle(event, message.mode, trace)));
  if (message.mode === 'batch') batch(response, results, parts.scrub);
  else single(response, results[0]!, parts.scrub);
}

/** 204, or the message: as the platform's own runtime answers. The header says in a word what became of the event. */
function single(response: ServerResponse, result: EventResult, scrub: Scrub): void {
  const headers = { 'exr-outcome': wordOf(result) };
  if (result.status === 204) return empty(response, 204, headers);
  text(response, result.status, scrub(result.message ?? 'failed'), { ...headers, ...(result.status === 503 && { 'retry-after': '1' }) });
}

/** 204 only when every event is done; else what became of each. The platform sends them all again: those that were done are known and count once. */
function batch(response: ServerResponse, results: readonly EventResult[], scrub: Scrub): void {
  const failed = results.filter(({ status }) => status !== 204);
  if (failed.length === 0) return empty(response, 204, { 'exr-outcome': `done ${results.length}` });
  const status = failed.every((each) => each.status === 503) ? 503 : 500;
  const body = { error: `${failed.length} of ${results.length} events failed`, events: results.map((each) => ({ id: each.id, status: each.status, outcome: wordOf(each), ...(each.message !== undefined && { message: scrub(each.message) }) })) };
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 503 && { 'retry-after': '1' }) }).end(JSON.stringify(body));
}

/** `new`, `unchanged`, `changed`, `error NOT_EXR` … of the file that the event was about; of several the number. */
function wordOf({ outcome, files }: EventResult): string {
  const [only] = files;
  if (files.length > 1) return `${outcome} ${files.length}`;
  return only === undefined ? outcome : only.error === null ? only.outcome : `${only.outcome} ${only.error.code}`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | 'too large' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY) return 'too large';
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > MOST_BODY) return 'too large';
      pieces.push(piece);
    }
  } catch {
    return 'gone'; // the sender went away
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

function empty(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, ...(status === 200 && { 'content-length': '0' }) }).end();
}

function text(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${body.trimEnd()}\n`);
}
