import { ExrError } from '../errors.ts';
import { checkArguments, checkRange, closed, throwIfAborted } from './check.ts';
import { createRequester, describe, type HttpRequester } from './http-request.ts';
import { contentRange, validatorOf, type Validator } from './http-headers.ts';
import type { ByteSource, ReadOptions } from './source.ts';

export interface HttpSourceOptions {
  /** Default: the platform's own. */
  readonly fetch?: typeof fetch;
  /** Headers of every request, or a function that makes them for one (a signature covers the range, so it must see the others). */
  readonly headers?: Record<string, string> | ((url: string, headers: Readonly<Record<string, string>>) => Record<string, string> | Promise<Record<string, string>>);
  /** For messages. Default: the URL without user, password and query, which may hold secrets. */
  readonly name?: string;
  /** Bytes of the first request, which also finds the size. Default 64 KiB, the first read of openExr. */
  readonly firstBytes?: number;
  /** A server that ignores ranges sends the whole file: accepted up to this many bytes, else RANGE_UNSUPPORTED. Default 16 MiB. */
  readonly wholeFileBytes?: number;
  /** Further tries after a network error, 408, 429 or 5xx. Default 3. */
  readonly retries?: number;
  /** Wait before the first further try; each later one waits twice as long, a Retry-After header of up to 30 s wins. Default 200 ms. */
  readonly retryDelayMs?: number;
  /** Most milliseconds of one try, body included. Default 60,000. */
  readonly timeoutMs?: number;
}

export interface HttpSource extends ByteSource {
  /** Last-Modified of the first answer, known once the source has been read from. */
  readonly mtime: Date | null;
}

/** What the first answer says of the file. */
interface Pinned {
  readonly size: number;
  readonly validator: Validator;
  /** The bytes that came with it, from offset 0. */
  readonly head: Uint8Array;
}

/**
 * A file behind HTTP range requests (RFC 9110, section 14). The first read asks for the first 64 KiB and learns the size from Content-Range;
 * the ETag or Last-Modified of that answer is pinned: a file that changes later is SOURCE_CHANGED, never a mixture of two files.
 * A browser shows Content-Range and ETag of another origin only when that server sends Access-Control-Expose-Headers for them.
 */
export function httpSource(url: string | URL, options: HttpSourceOptions = {}): HttpSource {
  const target = new URL(url);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new ExrError('INVALID_ARGUMENT', `${target.protocol} is not a protocol of httpSource, expected http: or https:`);
  }
  const requester = createRequester(target, options);
  const { name } = requester;
  const firstBytes = Math.max(1, options.firstBytes ?? 64 * 1024);
  let pinned: Promise<Pinned> | undefined;
  let open = true;
  let mtime: Date | null = null;

  /** The first answer, asked for once; one reader's cancellation or a failure does not spoil it for the next. */
  function pin(readOptions: ReadOptions | undefined): Promise<Pinned> {
    if (!pinned) {
      const asked = first(requester, firstBytes, options.wholeFileBytes ?? 16 * 1024 * 1024, readOptions);
      pinned = asked;
      asked.then(
        ({ validator }) => (mtime = dateOf(validator.modified)),
        () => {
          if (pinned === asked) pinned = undefined;
        },
      );
    }
    return pinned;
  }

  return {
    name,
    get mtime() {
      return mtime;
    },
    async size(readOptions) {
      throwIfAborted(readOptions);
      if (!open) throw closed(name);
      return (await pin(readOptions)).size;
    },
    async read(offset, length, readOptions) {
      throwIfAborted(readOptions);
      if (!open) throw closed(name);
      checkArguments(name, offset, length);
      const { size, validator, head } = await pin(readOptions);
      checkRange(name, size, offset, length);
      if (offset + length <= head.length) return head.subarray(offset, offset + length);
      return range(requester, offset, length, size, validator, readOptions);
    },
    close() {
      open = false;
      pinned = undefined;
      return Promise.resolve();
    },
  };
}

async function first(requester: HttpRequester, bytes: number, wholeFileBytes: number, options: ReadOptions | undefined): Promise<Pinned> {
  const { name } = requester;
  const answer = await requester.get(`bytes=0-${bytes - 1}`, {}, options, (status, headers) => {
    if (status === 206) return bytes;
    if (status !== 200) return 0;
    // No range: the whole file comes. Its length, when it says one, decides before a byte of the body is read.
    const length = headers.get('content-length');
    if (length !== null && Number(length) > wholeFileBytes) throw noRange(name, `the whole file of ${length} bytes`, wholeFileBytes);
    return wholeFileBytes;
  });
  const { status, headers, body } = answer;
  if (status === 206) {
    const range = contentRange(headers.get('content-range'));
    if (!range || range.size === null) {
      const found = headers.get('content-range');
      throw new ExrError(
        'RANGE_UNSUPPORTED',
        `${name}: Content-Range is ${found === null ? 'absent or hidden from this origin (CORS)' : `"${found}"`}, expected "bytes 0-N/SIZE"`,
        { source: name },
      );
    }
    const expected = Math.min(bytes, range.size);
    if (range.start !== 0 || body.length !== expected) throw shortBody(name, 0, body.length, expected);
    return { size: range.size, validator: validatorOf(headers), head: body };
  }
  if (status === 200) {
    if (answer.cut) throw noRange(name, `more than ${wholeFileBytes} bytes`, wholeFileBytes);
    return { size: body.length, validator: validatorOf(headers), head: body };
  }
  // An empty file satisfies no range: 416 with "bytes */0".
  if (status === 416 && contentRange(headers.get('content-range'))?.size === 0) {
    return { size: 0, validator: validatorOf(headers), head: new Uint8Array(0) };
  }
  throw refused(name, status);
}

async function range(
  requester: HttpRequester,
  offset: number,
  length: number,
  size: number,
  validator: Validator,
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  const { name } = requester;
  if (length === 0) return new Uint8Array(0);
  const { status, headers, body } = await requester.get(
    `bytes=${offset}-${offset + length - 1}`,
    validator.precondition,
    options,
    (answered) => (answered === 206 ? length : 0),
  );
  if (status === 412 || status === 416) throw changed(name, `${describe(status)} for a file of ${size} bytes`);
  if (status === 200) {
    const now = validatorOf(headers);
    if (!validator.matches(now)) throw changed(name, `${now.text}, it was ${validator.text}`);
    throw new ExrError('RANGE_UNSUPPORTED', `${name}: the server answered a range with the whole file, after honouring one before`, { source: name });
  }
  if (status !== 206) throw refused(name, status);
  // Servers may ignore If-Match: compare what came with what was pinned.
  const now = validatorOf(headers);
  if (!validator.matches(now)) throw changed(name, `${now.text}, it was ${validator.text}`);
  const sent = contentRange(headers.get('content-range'));
  if (sent && sent.size !== null && sent.size !== size) throw changed(name, `${sent.size} bytes long, it was ${size}`);
  if (sent && sent.start !== offset) {
    throw new ExrError('READ_FAILED', `${name}: the server sent bytes from offset ${sent.start}, expected ${offset}`, { source: name, offset });
  }
  if (body.length !== length) throw shortBody(name, offset, body.length, length);
  return body;
}

function dateOf(header: string | null): Date | null {
  const date = new Date(header ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

function noRange(name: string, found: string, limit: number): ExrError {
  const message = `${name}: the server ignores range requests and sends ${found}, expected at most ${limit} without ranges`;
  return new ExrError('RANGE_UNSUPPORTED', message, { source: name });
}

function shortBody(name: string, offset: number, found: number, expected: number): ExrError {
  return new ExrError('READ_FAILED', `${name}: ${found} bytes came from offset ${offset}, expected ${expected}`, { source: name, offset });
}

function changed(name: string, found: string): ExrError {
  return new ExrError('SOURCE_CHANGED', `${name}: the file changed while it was being read: now ${found}`, { source: name });
}

function refused(name: string, status: number): ExrError {
  return new ExrError('READ_FAILED', `${name}: the server answered ${describe(status)}, expected 206`, { source: name });
}
