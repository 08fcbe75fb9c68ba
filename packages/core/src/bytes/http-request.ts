import { ExrError } from '../errors.ts';
import type { HttpSourceOptions } from './http.ts';
import type { ReadOptions } from './source.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The body was longer than allowed and was cut off. */
  readonly cut: boolean;
}

export interface HttpRequester {
  readonly name: string;
  /** `most` says how many bytes of the body to read, once the status and headers are known; what it throws ends the request. */
  get(
    range: string,
    headers: Readonly<Record<string, string>>,
    options: ReadOptions | undefined,
    most: (status: number, headers: Headers) => number,
  ): Promise<HttpAnswer>;
}

const PHRASES: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 412: 'Precondition Failed', 416: 'Range Not Satisfiable' };

export function describe(status: number): string {
  return PHRASES[status] === undefined ? `HTTP ${status}` : `HTTP ${status} ${PHRASES[status]}`;
}

/** One GET with bounded retries, time and body. User and password of the URL become a header, because fetch refuses them in a URL. */
export function createRequester(url: URL, options: HttpSourceOptions): HttpRequester {
  const target = new URL(url);
  const basic = credentials(target);
  target.username = '';
  target.password = '';
  target.hash = '';
  const name = options.name ?? `${target.origin}${target.pathname}${target.search === '' ? '' : '?…'}`;
  const send = options.fetch ?? fetch;
  const retries = options.retries ?? 3;
  const delay = options.retryDelayMs ?? 200;
  const timeoutMs = options.timeoutMs ?? 60_000;

  async function headersOf(range: string, more: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    // fetch itself adds "Accept-Encoding: identity" to a request with a range (Fetch Standard, HTTP-network-or-cache fetch).
    const all: Record<string, string> = { ...basic, ...more, range };
    const own = options.headers;
    if (typeof own === 'function') return { ...all, ...(await own(target.href, all)) };
    return { ...own, ...all };
  }

  return {
    name,
    async get(range, more, readOptions, most) {
      for (let attempt = 0; ; attempt++) {
        readOptions?.signal?.throwIfAborted();
        let wait = delay * 2 ** attempt;
        try {
          const answer = await once(send, target.href, await headersOf(range, more), timeoutMs, readOptions?.signal, most);
          if (!mayRetry(answer.status) || attempt >= retries) return answer;
          const asked = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000;
          if (asked >= 0) wait = Math.min(asked, 30_000);
        } catch (error) {
          readOptions?.signal?.throwIfAborted();
          if (error instanceof ExrError) throw error;
          if (attempt >= retries) {
            const reason = reasonOf(error);
            throw new ExrError('READ_FAILED', `${name}: ${reason} (${attempt + 1} tries), expected an answer`, { source: name }, { cause: error });
          }
        }
        await pause(wait, readOptions?.signal);
      }
    },
  };
}

async function once(
  send: typeof fetch,
  href: string,
  headers: Record<string, string>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  most: (status: number, headers: Headers) => number,
): Promise<HttpAnswer> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await send(href, { headers, signal: stop.signal, redirect: 'follow' });
    const { status } = response;
    const { body, cut } = await readBody(response, mayRetry(status) ? 0 : most(status, response.headers));
    return { status, headers: response.headers, body, cut };
  } catch (error) {
    stop.abort(); // gives up a body that nobody will read
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The body up to `most` bytes; more than that is cut off, and the rest never fetched. */
async function readBody(response: Response, most: number): Promise<{ body: Uint8Array; cut: boolean }> {
  const stream = response.body;
  if (!stream || most === 0) {
    await stream?.cancel();
    return { body: new Uint8Array(0), cut: false };
  }
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
    if (length > most) {
      await reader.cancel();
      break;
    }
  }
  const body = new Uint8Array(Math.min(length, most));
  let at = 0;
  for (const piece of pieces) {
    body.set(at + piece.length > body.length ? piece.subarray(0, body.length - at) : piece, at);
    at += piece.length;
  }
  return { body, cut: length > most };
}

function mayRetry(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says "fetch failed" and keeps the reason (ECONNREFUSED …) in its cause.
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
  return `${error.message}${cause?.code ? ` (${String(cause.code)})` : ''}`;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function credentials(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return { authorization: `Basic ${btoa(binary)}` };
}
