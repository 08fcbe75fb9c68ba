/**
 * The buckets, or prefixes of them, that the person who started the server allows. A key is text, so it lies inside when it begins with the prefix, which ends
 * with a slash; but servers and proxies that keep objects as files resolve ".." and decode twice, so keys that would mean another place to them are refused.
 */
import { isExrError, isS3Url, listObjects, parseS3Url, type S3Config, type S3Object, s3Source, s3Url } from '@exr/core';
import { ToolError } from '../answer/error.ts';
import { name, safe } from '../answer/text.ts';
import { outside } from './folders.ts';
import type { Opened } from './opened.ts';

export interface AllowedBucket {
  readonly bucket: string;
  /** Empty for the whole bucket, else with a slash at its end: `renders/` holds nothing of `renders2/`. */
  readonly prefix: string;
}

export interface Buckets {
  readonly allowed: readonly AllowedBucket[];
  /** Server and keys, from the environment of this process alone; null where no bucket is allowed. */
  readonly config: S3Config | null;
}

export const NO_BUCKETS: Buckets = { allowed: [], config: null };

/** Longest key of S3, bytes. */
const MOST_KEY = 1024;

/** Of `s3://bucket` and `s3://bucket/prefix`, as arguments name them. Throws an Error for what is none. */
export function allowBuckets(urls: readonly string[]): AllowedBucket[] {
  const allowed: AllowedBucket[] = [];
  for (const url of urls) {
    if (!isS3Url(url)) throw new Error(`${url}: cannot be allowed: expected s3://bucket or s3://bucket/prefix`);
    const { bucket, key } = parseS3Url(url);
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    if (meansAnother(prefix)) throw new Error(`${url}: cannot be allowed: "." and ".." between slashes mean another place to some servers`);
    if (!allowed.some((each) => each.bucket === bucket && each.prefix === prefix)) allowed.push({ bucket, prefix });
  }
  return allowed;
}

export function allowedUrl({ bucket, prefix }: AllowedBucket): string {
  return s3Url({ bucket, key: prefix });
}

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** Bucket and key of what a client names, when it lies inside; `folder` adds the slash at its end. Asks nobody. Throws ToolError. */
export function locateObject({ allowed }: Buckets, asked: string, folder = false): ObjectPlace {
  const shown = safe(asked, 300);
  const refuse = (why: string): never => {
    throw new ToolError(`"${shown}": ${why}`);
  };
  if (asked.includes('\0')) refuse('a path cannot contain a NUL character.');
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/is.exec(asked) ?? [];
  const key = folder && rest !== '' && !rest.endsWith('/') ? `${rest}/` : rest;
  if (!isWellFormed(key) || new TextEncoder().encode(key).length > MOST_KEY) refuse('the path is too long, or no text.');
  if (meansAnother(key)) refuse('"." and ".." are not taken: give the path as exr_find lists it.');
  if (!allowed.some((each) => each.bucket === bucket && key.startsWith(each.prefix))) throw outside(shown);
  return { bucket, key };
}

/** ES2024, in Node since 20. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** Has the key a "." or ".." between slashes or backslashes, now or after somebody decoded it (again)? */
function meansAnother(key: string): boolean {
  for (let text = key, times = 0; times < 5; times++) {
    if (text.split(/[\\/]/).some((piece) => piece === '.' || piece === '..')) return true;
    // Byte by byte, so that one sequence that is no UTF-8 hides nothing.
    const decoded = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === text) return false;
    text = decoded;
  }
  return true;
}

/** Opens an object inside an allowed prefix and reads its beginning. Throws ToolError for what is not there or may not be read; the caller closes the source. */
export async function openObject(buckets: Buckets, asked: string, signal: AbortSignal): Promise<Opened> {
  let place = locateObject(buckets, asked);
  const config = serverOf(buckets);
  const shown = safe(asked, 300);
  if (place.key === '' || place.key.endsWith('/')) throw new ToolError(`"${shown}" is a folder, expected a file. Call exr_find with it as folder to see the files in it.`);
  for (;;) {
    const source = s3Source(place, config, { name: name(shown, 300) });
    try {
      const size = await source.size({ signal });
      const close = async (): Promise<void> => source.close?.();
      const { size: sizeOf, read } = source;
      const opened = {
        name: source.name, size: sizeOf, read, close,
        get mtime() {
          return source.mtime;
        },
      };
      return { source: opened, shown, location: { bucket: place.bucket, path: place.key }, etag: source.etag, version: `${size} ${source.etag}`, whole: true };
    } catch (error) {
      await source.close?.();
      const other = isExrError(error) && error.where.status === 404 ? await byShownName(buckets, place, signal) : null;
      if (other === null) throw failed(error, shown);
      place = other;
    }
  }
}

/** A refusal as the client should hear it; what else went wrong as it is. */
function failed(error: unknown, shown: string): unknown {
  if (!isExrError(error)) return error;
  if (error.where.status === 404) return new ToolError(`"${shown}": there is no such file. Call exr_find to see what there is; a folder of a bucket ends with "/".`);
  if (error.where.status === 403) return new ToolError(`"${shown}": the server may not read it (${error.where.serverCode ?? 'HTTP 403'}): its owner must look at its S3 keys.`);
  return error;
}

const MOST_NAMES_LOOKED_AT = 10_000;

/** Names with control characters are shown with escapes; the client gives those back. */
async function byShownName(buckets: Buckets, { bucket, key }: ObjectPlace, signal: AbortSignal): Promise<ObjectPlace | null> {
  if (!key.includes('\\') && !key.includes('…')) return null;
  const wanted = safe(s3Url({ bucket, key }), 300);
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  let seen = 0;
  for await (const each of listObjects(serverOf(buckets), { bucket, prefix: folder, delimiter: '/', signal })) {
    if (++seen > MOST_NAMES_LOOKED_AT) return null;
    if (each.key !== key && safe(s3Url({ bucket, key: each.key }), 300) === wanted) return { bucket, key: locateObject(buckets, s3Url({ bucket, key: each.key })).key };
  }
  return null;
}

/** Is it known that there is no such object? For places that were inside when they were remembered. */
export async function isGone(buckets: Buckets, place: ObjectPlace, signal: AbortSignal): Promise<boolean> {
  const source = s3Source(place, serverOf(buckets), { firstBytes: 1 });
  return source.size({ signal }).then(() => false, (error: unknown) => isExrError(error) && error.where.status === 404);
}

/** Only reached with a place inside an allowed bucket: then there is a configuration. */
function serverOf({ config }: Buckets): S3Config {
  if (!config) throw new ToolError('No bucket was allowed when the server was started.');
  return config;
}

export interface ListObjectsOptions {
  readonly recursive: boolean;
  readonly signal: AbortSignal;
  readonly fits: (name: string) => boolean;
  readonly onPage?: (entries: number) => void;
  readonly onFolder?: (key: string) => void;
  /** Most entries looked at. */
  readonly most?: number;
}

const MOST_ENTRIES = 200_000;

export interface ListedObjects {
  readonly objects: readonly S3Object[];
  readonly limit: string | null;
  readonly entries: number;
}

/** Objects below a folder (its key is empty or ends with a slash) whose names fit, in the order of the bucket, within a budget. */
export async function objectsBelow(buckets: Buckets, folder: ObjectPlace, options: ListObjectsOptions): Promise<ListedObjects> {
  const { recursive, signal, fits, onPage, onFolder, most = MOST_ENTRIES } = options;
  const { bucket, key: prefix } = folder;
  const objects: S3Object[] = [];
  let entries = 0;
  try {
    for await (const object of listObjects(serverOf(buckets), { bucket, prefix, delimiter: recursive ? undefined : '/', onPrefix: onFolder, signal })) {
      if (++entries > most) return { objects, entries, limit: `stopped after ${most} entries: name a folder further down` };
      if (entries % 1000 === 0) onPage?.(entries);
      if (fits(object.key.slice(object.key.lastIndexOf('/') + 1)) && !meansAnother(object.key)) objects.push(object);
    }
  } catch (error) {
    throw failed(error, safe(s3Url({ bucket, key: prefix }), 300));
  }
  return { objects, limit: null, entries };
}
