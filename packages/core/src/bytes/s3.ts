/** Objects of S3 servers: AWS, VAST, Swift, Ceph, MinIO and whoever else speaks the protocol. */
import { ExrError } from '../errors.ts';
import { unquoted } from './http-headers.ts';
import { dateOf, rangedSource } from './ranged.ts';
import { s3Url, type S3Location } from './s3-location.ts';
import { s3Requester, type S3Config } from './s3-request.ts';
import type { ByteSource } from './source.ts';

export interface S3SourceOptions {
  /** Only this version, from the first read on: another one is SOURCE_CHANGED. As events and listings give it, with or without its quotes. */
  readonly etag?: string | undefined;
  /** For messages. Default s3://bucket/key. */
  readonly name?: string | undefined;
  /** Bytes of the first request, which also finds the size. Default 64 KiB, the first read of openExr. */
  readonly firstBytes?: number | undefined;
}

export interface S3Source extends ByteSource {
  /** The version that is being read, without the quotes of the header; null before the first read, and of an empty object, of which servers do not say it. */
  readonly etag: string | null;
  /** When the object was written; null before the first read. */
  readonly mtime: Date | null;
}

/** Servers that ignore ranges are none that speak S3; one page more than asked for is let pass. */
const WHOLE_FILE_BYTES = 16 * 1024 * 1024;

/**
 * An object, read in ranges, each request signed (SigV4). The first read asks for the first 64 KiB and learns the size from Content-Range: no HEAD. Its
 * ETag is pinned with If-Match: an object that is overwritten meanwhile is SOURCE_CHANGED, never a mixture of two.
 *
 * Refusals are READ_FAILED with `where.status` (404 gone, 403 forbidden, 5xx down after the retries) and `where.serverCode`. Throws INVALID_ARGUMENT
 * for a location or endpoint that cannot be, or a key that this fetch cannot send.
 */
export function s3Source(location: S3Location, config: S3Config, options: S3SourceOptions = {}): S3Source {
  const name = options.name ?? s3Url(location);
  if (location.key === '') throw new ExrError('INVALID_ARGUMENT', `${name}: a bucket, expected an object as in s3://bucket/shots/a.exr`, { source: name });
  const query = location.versionId === undefined ? '' : `versionId=${encodeURIComponent(location.versionId)}`;
  const source = rangedSource(s3Requester(config, name, location.bucket, location.key, query), {
    firstBytes: Math.max(1, options.firstBytes ?? 64 * 1024),
    wholeFileBytes: WHOLE_FILE_BYTES,
    etag: options.etag === undefined ? undefined : `"${unquoted(options.etag)}"`,
    bare416: true, // Swift sends no Content-Range with it, AWS says the size in the body
  });
  const { size, read, close } = source;
  return {
    name, size, read, close,
    get knownSize() {
      return source.knownSize;
    },
    get etag() {
      // The refusal of a range of an empty object names no ETag; it did fulfil the condition.
      const etag = source.validator && (source.validator.etag ?? options.etag);
      return etag === undefined ? null : unquoted(etag);
    },
    get mtime() {
      return dateOf(source.validator?.modified);
    },
  };
}
