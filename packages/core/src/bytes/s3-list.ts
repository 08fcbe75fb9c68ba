/** What is in a bucket: ListObjectsV2, page by page. */
import { ExrError } from '../errors.ts';
import { unquoted } from './http-headers.ts';
import { refused } from './ranged.ts';
import { s3Url } from './s3-location.ts';
import { s3Requester, type S3Config } from './s3-request.ts';
import { elements, textOf } from './s3-xml.ts';

export interface S3Object {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly mtime: Date;
}

export interface ListObjectsOptions {
  readonly bucket: string;
  /** Only keys that begin so, character by character: `shots/` for a folder, `shots` also gives `shots2/…`. Default all. */
  readonly prefix?: string | undefined;
  /** '/' gives what is directly below the prefix; what lies deeper is told to `onPrefix`, as the prefix that it shares. Default: everything. */
  readonly delimiter?: string | undefined;
  readonly onPrefix?: ((prefix: string) => void) | undefined;
  /** Only keys behind this one. */
  readonly startAfter?: string | undefined;
  /** Keys of one request, at most 1,000, which is the default. */
  readonly pageSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A page of 1,000 keys of 1,024 bytes, each encoded to three. */
const MOST_PAGE_BYTES = 16 * 1024 * 1024;

/** The objects below a prefix, in the order of the server (UTF-8 bytes of the key). Throws READ_FAILED with `where.status`, and INVALID_ARGUMENT. */
export async function* listObjects(config: S3Config, options: ListObjectsOptions): AsyncGenerator<S3Object, void, undefined> {
  const { bucket, prefix = '', delimiter, signal } = options;
  const name = s3Url({ bucket, key: prefix });
  const told = new Set<string>();
  for (let token: string | null = null; ; ) {
    const query = { 'list-type': '2', 'encoding-type': 'url', prefix, delimiter, 'max-keys': options.pageSize, 'start-after': token === null ? options.startAfter : undefined, 'continuation-token': token ?? undefined };
    const text = Object.entries(query).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [`${key}=${encode(String(value))}`])).sort().join('&');
    const requester = s3Requester(config, name, bucket, '', text);
    const answer = await requester.get({}, { signal }, () => MOST_PAGE_BYTES);
    if (answer.status !== 200) throw refused(name, answer, 200);
    const xml = new TextDecoder().decode(answer.body);
    if (answer.cut || !xml.includes('</ListBucketResult>')) throw new ExrError('READ_FAILED', `${name}: the answer is no list of objects, expected a ListBucketResult: is this the endpoint of an S3 server?`, { source: name, status: 200 });
    // The elements of the list itself stand beside those of the objects and prefixes, which have some of the same names.
    const decode = textOf(xml, 'EncodingType') === 'url' ? decodeKey : (key: string) => key;
    for (const entry of elements(xml, 'CommonPrefixes')) {
      const common = decode(textOf(entry, 'Prefix') ?? '');
      if (told.has(common)) continue;
      told.add(common);
      options.onPrefix?.(common);
    }
    for (const entry of elements(xml, 'Contents')) yield objectOf(name, entry, decode);
    if (textOf(xml, 'IsTruncated') !== 'true') return;
    const next = textOf(xml, 'NextContinuationToken');
    if (next === null || next === token) throw new ExrError('READ_FAILED', `${name}: the list goes on, but its continuation token is ${next === null ? 'absent' : 'the one before'}`, { source: name, status: 200 });
    token = next;
  }
}

function objectOf(name: string, entry: string, decode: (key: string) => string): S3Object {
  const [key, size, mtime] = [textOf(entry, 'Key'), Number(textOf(entry, 'Size') ?? Number.NaN), new Date(textOf(entry, 'LastModified') ?? '')];
  if (key === null || !Number.isSafeInteger(size) || Number.isNaN(mtime.getTime())) throw new ExrError('READ_FAILED', `${name}: an object of the list lacks its key, size or date`, { source: name, status: 200 });
  return { key: decode(key), size, etag: unquoted(textOf(entry, 'ETag') ?? ''), mtime };
}

/** encoding-type=url is that of forms at AWS (a space is a plus), that of paths elsewhere; a plus itself is always %2B. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replace(/\+/g, ' '));
  } catch {
    return key;
  }
}

/** As the signature encodes a query. */
function encode(text: string): string {
  try {
    return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw new ExrError('INVALID_ARGUMENT', 'the prefix holds half of a surrogate pair, which UTF-8 cannot say: no key begins so');
  }
}
