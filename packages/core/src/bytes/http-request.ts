import { ExrError } from '../errors.ts';
import { withoutSecrets } from './shown-url.ts';
import type { ReadOptions } from './source.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The body was longer than allowed and was cut off. */
  readonly cut: boolean;
  /** What a refusal says of itself, for messages; empty where nothing reads it. */
  readonly says: string;
  /** The name that the server gives the refusal (S3: NoSuchKey, AccessDenied …). */
  readonly errorCode: string | undefined;
}

/** What the body of a refusal means. */
export interface Explanation {
  readonly says: string;
  readonly errorCode?: string | undefined;
  /** The cause is mended (another clock, another region): send the request once more, at once. */
  readonly again?: boolean;
}

export interface HttpRequester {
  readonly name: string;
  /** `most` says how many bytes of the body to read, once the status and headers are known; what it throws ends the request. */
  get(headers: Readonly<Record<string, string>>, options: ReadOptions | undefined, most: (status: number, headers: Headers) => number): Promise<HttpAnswer>;
}

export interface RequesterOptions {
  readonly fetch?: typeof fetch | undefined;
  readonly headers?: Record<string, string> | ((url: string, headers: Readonly<Record<string, string>>) => Record<string, string> | Promise<Record<string, string>>) | undefined;
  readonly retries?: number | undefined;
  readonly retryDelayMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly redirect?: RequestRedirect;
  /** Reads the body of a status from 300 on; without it such bodies are given up. */
  readonly explain?: (status: number, headers: Headers, body: Uint8Array) => Explanation;
}

const PHRASES: Record<number, string> = {
  401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 412: 'Precondition Failed', 416: 'Range Not Satisfiable', 429: 'Too Many Requests', 503: 'Service Unavailable',
};
/** A refusal's text is a few hundred bytes; reading it to its end keeps the connection for the next request. */
const MOST_EXPLANATION = 64 * 1024;

export function describe(status: number): string {
  return PHRASES[status] === undefined ? `HTTP ${status}` : `HTTP ${status} ${PHRASES[status]}`;
}

/** One GET with bounded retries, time and body. `name` is how messages call it. */
export function createRequester(href: string, name: string, options: RequesterOptions): HttpRequester {
  const send = options.fetch ?? fetch;
  const retries = options.retries ?? 3;
  const delay = options.retryDelayMs ?? 200;
  const origin = URL.canParse(href) ? new URL(href).origin : href;

  async function headersOf(all: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    // fetch itself adds "Accept-Encoding: identity" to a request with a range (Fetch Standard, HTTP-network-or-cache fetch).
    const own = options.headers;
    if (typeof own === 'function') return { ...all, ...(await own(href, all)) };
    return { ...own, ...all };
  }

  return {
    name,
    async get(headers, readOptions, most) {
      let mended = false;
      const begin = Date.now();
      for (let attempt = 0; ; attempt++) {
        readOptions?.signal?.throwIfAborted();
        const silence = silentNow(send, origin);
        if (silence) throw new ExrError('READ_FAILED', `${name}: ${silence}; the server was asked a moment ago`, { source: name });
        // Between half and the whole of the time, so that clients which were refused together do not come back together.
        let wait = delay * 2 ** attempt * (0.5 + Math.random() / 2);
        try {
          const answer = await once(send, href, await headersOf(headers), options, readOptions?.signal, most);
          silent.get(send)?.delete(origin);
          if (answer.again && !mended) {
            mended = true;
            attempt--;
            continue;
          }
          if (!mayRetry(answer.status) || attempt >= retries) return answer;
          const asked = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000;
          if (asked >= 0) wait = Math.min(asked, 30_000);
        } catch (error) {
          readOptions?.signal?.throwIfAborted();
          if (error instanceof ExrError) throw error;
          if (attempt >= retries) {
            const reason = `${reasonOf(error)} (${attempt + 1} tries)`;
            beSilent(send, origin, reason, Date.now() - begin);
            throw new ExrError('READ_FAILED', `${name}: ${reason}, expected an answer`, { source: name }, { cause: error });
          }
        }
        await pause(wait, readOptions?.signal);
      }
    },
  };
}

/**
 * Servers that did not answer any of the tries of one request, by the fetch that asked: for as long as those took (1 to 60 s) nobody waits for the same
 * again. Without it a file behind a server that hangs would cost all its tries for each of its chunks, and a list of files for each file.
 */
const silent = new WeakMap<typeof fetch, Map<string, { readonly until: number; readonly reason: string }>>();

function silentNow(send: typeof fetch, origin: string): string | undefined {
  const found = silent.get(send)?.get(origin);
  return found && found.until > Date.now() ? found.reason : undefined;
}

function beSilent(send: typeof fetch, origin: string, reason: string, tookMs: number): void {
  let origins = silent.get(send);
  if (!origins) silent.set(send, (origins = new Map()));
  if (origins.size >= 1000) origins.clear();
  origins.set(origin, { until: Date.now() + Math.min(60_000, Math.max(1000, tookMs)), reason });
}

async function once(
  send: typeof fetch,
  href: string,
  headers: Record<string, string>,
  options: RequesterOptions,
  signal: AbortSignal | undefined,
  most: (status: number, headers: Headers) => number,
): Promise<HttpAnswer & { readonly again: boolean }> {
  signal?.throwIfAborted(); // while the headers were being signed: the event has passed
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timeoutMs = options.timeoutMs ?? 60_000;
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await send(href, { headers, signal: stop.signal, redirect: options.redirect ?? 'follow' });
    const { status } = response;
    if (status >= 300 && options.explain) {
      const { body, cut } = await readBody(response, MOST_EXPLANATION);
      const { says, errorCode, again = false } = options.explain(status, response.headers, body);
      return { status, headers: response.headers, body, cut, says, errorCode, again };
    }
    const { body, cut } = await readBody(response, mayRetry(status) ? 0 : most(status, response.headers));
    return { status, headers: response.headers, body, cut, says: '', errorCode: undefined, again: false };
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
  return withoutSecrets(`${error.message}${cause?.code ? ` (${String(cause.code)})` : ''}`);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
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
