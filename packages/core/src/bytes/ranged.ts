/** Random access over ranged GETs, whoever signs them: what httpSource and s3Source share. */
import { ExrError } from '../errors.ts';
import { checkArguments, checkRange, closed, throwIfAborted } from './check.ts';
import { contentRange, validatorOf, type Validator } from './http-headers.ts';
import { describe, type HttpAnswer, type HttpRequester } from './http-request.ts';
import type { ByteSource, ReadOptions } from './source.ts';

export interface RangedOptions {
  /** Bytes of the first request. */
  readonly firstBytes: number;
  /** The most that a server which ignores ranges may send. */
  readonly wholeFileBytes: number;
  /** A strong ETag (with its quotes) that the first answer must have already. */
  readonly etag?: string | undefined;
  /** A 416 to the first request needs no "bytes *\/0" to mean an empty file: no other file lacks a first byte (RFC 9110, 14.1.2). */
  readonly bare416?: boolean;
}

export interface RangedSource extends ByteSource {
  /** Of the first answer; undefined before it. */
  readonly validator: Validator | undefined;
  close(): Promise<void>;
}

/** What the first answer says of the file. */
interface Pinned {
  readonly size: number;
  readonly validator: Validator;
  /** The bytes that came with it, from offset 0. */
  readonly head: Uint8Array;
}

export function rangedSource(requester: HttpRequester, options: RangedOptions): RangedSource {
  const { name } = requester;
  let pinned: Promise<Pinned> | undefined;
  let open = true;
  let known: Pinned | undefined;

  /** The first answer, asked for once; one reader's cancellation or a failure does not spoil it for the next. */
  function pin(readOptions: ReadOptions | undefined): Promise<Pinned> {
    if (!pinned) {
      const asked = first(requester, options, readOptions);
      pinned = asked;
      asked.then(
        (first) => (known = first),
        () => {
          if (pinned === asked) pinned = undefined;
        },
      );
    }
    return pinned;
  }

  return {
    name,
    get validator() {
      return known?.validator;
    },
    get knownSize() {
      return known?.size;
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
      const bytes = await range(requester, offset, length, size, validator, readOptions);
      if (validator.etag === null && validator.modified === null) await checkHead(requester, head, size, readOptions);
      return bytes;
    },
    close() {
      open = false;
      pinned = undefined;
      return Promise.resolve();
    },
  };
}

async function first(requester: HttpRequester, wanted: RangedOptions, options: ReadOptions | undefined): Promise<Pinned> {
  const { name } = requester;
  const { firstBytes: bytes, wholeFileBytes, etag } = wanted;
  const precondition: Record<string, string> = etag === undefined ? {} : { 'if-match': etag };
  const answer = await requester.get({ ...precondition, range: `bytes=0-${bytes - 1}` }, options, (status, headers) => {
    if (status === 206) return bytes;
    if (status !== 200) return 0;
    // No range: the whole file comes. Its length, when it says one, decides before a byte of the body is read.
    const length = headers.get('content-length');
    if (length !== null && Number(length) > wholeFileBytes) throw noRange(name, `the whole file of ${length} bytes`, wholeFileBytes);
    return wholeFileBytes;
  });
  const { status, headers, body } = answer;
  if (etag !== undefined) {
    if (status === 412) throw changed(name, `${describe(status)}, expected ETag ${etag}`, status);
    const found = headers.get('etag');
    if (status < 300 && found !== null && found !== etag) throw changed(name, `ETag ${found}, it was ${etag}`, status);
  }
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
  if (status === 416 && (contentRange(headers.get('content-range'))?.size === 0 || wanted.bare416)) {
    return { size: 0, validator: validatorOf(headers), head: new Uint8Array(0) };
  }
  throw refused(name, answer);
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
  const answer = await requester.get({ ...validator.precondition, range: `bytes=${offset}-${offset + length - 1}` }, options, (answered) =>
    answered === 206 ? length : 0,
  );
  const { status, headers, body } = answer;
  if (status === 412 || status === 416) throw changed(name, `${describe(status)} for a file of ${size} bytes`, status);
  if (status === 200) {
    const now = validatorOf(headers);
    if (!validator.matches(now)) throw changed(name, `${now.text}, it was ${validator.text}`, status);
    throw new ExrError('RANGE_UNSUPPORTED', `${name}: the server answered a range with the whole file, after honouring one before`, { source: name });
  }
  if (status !== 206) throw refused(name, answer);
  // Servers may ignore If-Match: compare what came with what was pinned.
  const now = validatorOf(headers);
  if (!validator.matches(now)) throw changed(name, `${now.text}, it was ${validator.text}`, status);
  const sent = contentRange(headers.get('content-range'));
  if (sent && sent.size !== null && sent.size !== size) throw changed(name, `${sent.size} bytes long, it was ${size}`, status);
  if (sent && sent.start !== offset) {
    throw new ExrError('READ_FAILED', `${name}: the server sent bytes from offset ${sent.start}, expected ${offset}`, { source: name, offset });
  }
  if (body.length !== length) throw shortBody(name, offset, body.length, length);
  return body;
}

/**
 * Where the server names no version, the beginning is read again after each later range: of another file it is another one (the offset table stands there,
 * which changes with the packed size of any chunk). What differs behind it alone is not seen.
 */
async function checkHead(requester: HttpRequester, head: Uint8Array, size: number, options: ReadOptions | undefined): Promise<void> {
  if (head.length === 0) return;
  const now = await range(requester, 0, head.length, size, NO_VALIDATOR, options);
  if (now.every((byte, i) => byte === head[i])) return;
  const { name } = requester;
  throw new ExrError('SOURCE_CHANGED', `${name}: the file changed while it was being read: its beginning is another than at first (the server names no version by ETag or date)`, { source: name });
}
const NO_VALIDATOR = validatorOf(new Headers());

/** The Last-Modified of an answer; null where there is none or it is no date. */
export function dateOf(header: string | null | undefined): Date | null {
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

function changed(name: string, found: string, status: number): ExrError {
  return new ExrError('SOURCE_CHANGED', `${name}: the file changed while it was being read: now ${found}`, { source: name, status });
}

/** An answer that is none of those hoped for; `where.status` lets the caller tell what is gone (404) from what is forbidden and what is down. */
export function refused(name: string, answer: HttpAnswer, expected = 206): ExrError {
  const { status, says, errorCode } = answer;
  const where = { source: name, status, ...(errorCode !== undefined && { serverCode: errorCode }) };
  return new ExrError('READ_FAILED', `${name}: the server answered ${describe(status)}${says === '' ? '' : `, ${says}`}, expected ${expected}`, where);
}
