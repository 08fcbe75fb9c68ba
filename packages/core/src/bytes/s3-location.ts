/** Objects by name: `s3://bucket/key`, and the URL that one of them has at an endpoint. */
import { ExrError } from '../errors.ts';
import { shownUrl } from './shown-url.ts';

export interface S3Location {
  readonly bucket: string;
  /** Any Unicode text of up to 1,024 bytes: nothing in it is special, no "%20", "+", "..", "//" or "?". */
  readonly key: string;
  /** One version of a versioned bucket; default the latest. */
  readonly versionId?: string | undefined;
}

const SCHEME = /^s3:\/\//i;

/** Is this an `s3://` name? */
export function isS3Url(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * `s3://bucket/key` as people and tools write it: all behind the bucket's slash is the key, character by character. Nothing is decoded and nothing
 * normalised. The key may be empty (`s3://bucket`, `s3://bucket/`) or end with a slash: those name what is below. Throws INVALID_ARGUMENT.
 */
export function parseS3Url(url: string): S3Location {
  const [, bucket, key = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/is.exec(url) ?? [];
  if (bucket === undefined) throw new ExrError('INVALID_ARGUMENT', `${url}: not an S3 location, expected s3://bucket/key`);
  if (bucket.includes('@')) {
    // Not repeated in the message: it may be a secret.
    throw new ExrError('INVALID_ARGUMENT', `${shownUrl(url)}: keys have no place in the name of an object: give them by the environment (S3_ACCESS_KEY, S3_SECRET_KEY)`);
  }
  checkBucket(bucket);
  return { bucket, key };
}

/** `s3://bucket/key`, the name of an object in messages and reports; parseS3Url reads it back. */
export function s3Url({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}

/** Buckets are 3 to 63 of a-z, 0-9, dot and hyphen at AWS; other servers take more, but none a slash, and URLs no "." or "..". */
export function checkBucket(bucket: string): void {
  if (/^[\w.~-]{1,255}$/.test(bucket) && bucket !== '.' && bucket !== '..') return;
  throw new ExrError('INVALID_ARGUMENT', `${JSON.stringify(bucket.slice(0, 80))} is no name of a bucket, expected letters, digits, dots and hyphens as in s3://my-bucket/shots/a.exr`);
}

export interface S3Place {
  readonly endpoint: string;
  readonly pathStyle?: boolean | undefined;
}

/** The parts of an address, kept as text: a URL parser would swallow "." and ".." of a key. */
export interface S3Address {
  readonly origin: string;
  /** Percent-encoded as the signature has it: all but A-Z a-z 0-9 - . _ ~ and the slash. */
  readonly path: string;
}

/** Where a key (or, with an empty key, the bucket) is at an endpoint. Throws INVALID_ARGUMENT for an endpoint that is none. */
export function addressOf(place: S3Place, bucket: string, key: string): S3Address {
  checkBucket(bucket);
  const base = endpointOf(place.endpoint);
  const below = encodePath(key);
  if (place.pathStyle ?? true) return { origin: base.origin, path: `${base.path}/${bucket}${key === '' ? '' : `/${below}`}` };
  const url = new URL(base.origin);
  url.hostname = `${bucket}.${url.hostname}`;
  if (!url.hostname.startsWith(`${bucket.toLowerCase()}.`)) throw new ExrError('INVALID_ARGUMENT', `the bucket ${bucket} cannot be a part of a host name: use path style`);
  return { origin: url.origin, path: `${base.path}/${below}` };
}

function endpointOf(endpoint: string): S3Address {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new ExrError('INVALID_ARGUMENT', `the S3 endpoint is no URL, expected one as in https://s3.example.com:9000`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new ExrError('INVALID_ARGUMENT', `the S3 endpoint has the protocol ${url.protocol}, expected https: or http:`);
  // Not repeated in the message: it may be a secret.
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') throw new ExrError('INVALID_ARGUMENT', 'the S3 endpoint holds more than host, port and path: keys and queries have no place in it');
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') };
}

/** A key as the path of a request (SigV4: UriEncode of each byte but the unreserved ones and the slash). */
function encodePath(key: string): string {
  try {
    return encodeURIComponent(key).replace(/%2F/g, '/').replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw new ExrError('INVALID_ARGUMENT', 'the key holds half of a surrogate pair, which UTF-8 cannot say: no object has such a name');
  }
}

/** Does a URL parser change this path? It takes "." and ".." segments away, and there is no way to write them that it leaves alone. */
export function hasDotSegments(path: string): boolean {
  return /(^|\/)\.{1,2}(\/|$)/.test(path);
}
