import { ExrError } from '../errors.ts';
import { createRequester } from './http-request.ts';
import { dateOf, rangedSource } from './ranged.ts';
import { shownUrl } from './shown-url.ts';
import type { ByteSource } from './source.ts';

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

/**
 * A file behind HTTP range requests (RFC 9110, section 14). The first read asks for the first 64 KiB and learns the size from Content-Range;
 * the ETag or Last-Modified of that answer is pinned: a file that changes later is SOURCE_CHANGED, never a mixture of two files.
 * A browser shows Content-Range and ETag of another origin only when that server sends Access-Control-Expose-Headers for them.
 */
export function httpSource(url: string | URL, options: HttpSourceOptions = {}): HttpSource {
  if (!URL.canParse(url)) throw new ExrError('INVALID_ARGUMENT', `${shownUrl(String(url))}: this is no URL, expected one as in https://example.com/a.exr`);
  const target = new URL(url);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new ExrError('INVALID_ARGUMENT', `${target.protocol} is not a protocol of httpSource, expected http: or https:`);
  }
  const basic = credentials(target);
  target.username = '';
  target.password = '';
  target.hash = '';
  const name = options.name ?? shownUrl(target.href);
  const own = options.headers;
  const headers: HttpSourceOptions['headers'] = typeof own === 'function' ? async (href, all) => ({ ...basic, ...(await own(href, { ...basic, ...all })) }) : { ...own, ...basic };
  const source = rangedSource(createRequester(target.href, name, { ...options, headers }), {
    firstBytes: Math.max(1, options.firstBytes ?? 64 * 1024),
    wholeFileBytes: options.wholeFileBytes ?? 16 * 1024 * 1024,
  });
  const { size, read, close } = source;
  return {
    name, size, read, close,
    get knownSize() {
      return source.knownSize;
    },
    get mtime() {
      return dateOf(source.validator?.modified);
    },
  };
}

/** User and password of a URL as a header, because fetch refuses them in a URL. */
function credentials(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const text = `${decoded(url.username)}:${decoded(url.password)}`;
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return { authorization: `Basic ${btoa(binary)}` };
}

/** A "%" that stands for itself is left as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
