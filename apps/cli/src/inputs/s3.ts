import { isExrError, listObjects, parseS3Url, type S3Config, s3Source, type S3Source, s3Url } from '@exr/core';
import { s3ConfigFromEnv } from '@exr/core/node';
import type { ListedObject } from '@exr/core/store';

let config: S3Config | undefined;

/** The S3 server of the environment; its connections serve the whole run. Throws INVALID_ARGUMENT that says which variables to set. */
export function s3Server(): S3Config {
  return (config ??= s3ConfigFromEnv(process.env));
}

export function openObject(url: string): S3Source {
  return s3Source(parseS3Url(url), s3Server());
}

/** `s3://bucket`, `s3://bucket/` and `s3://bucket/prefix/` name what is below. */
export function isS3Folder(url: string): boolean {
  const { key } = parseS3Url(url);
  return key === '' || key.endsWith('/');
}

/** Objects below a prefix whose names fit, in the order of the bucket (the bytes of the key); those directly below it unless `recursive`. */
export async function* objectsBelow(url: string, { recursive, fits, signal }: { recursive: boolean; fits: RegExp; signal: AbortSignal | undefined }): AsyncGenerator<{ path: string; object: ListedObject }> {
  const { bucket, key: prefix } = parseS3Url(url);
  for await (const object of listObjects(s3Server(), { bucket, prefix, delimiter: recursive ? undefined : '/', signal })) {
    if (fits.test(object.key)) yield { path: s3Url({ bucket, key: object.key }), object: { ...object, bucket } };
  }
}

/** Is it known that there is no such object? */
export async function isGone(location: { readonly bucket: string; readonly key: string }): Promise<boolean> {
  try {
    await s3Source(location, s3Server(), { firstBytes: 1 }).size();
    return false;
  } catch (error) {
    return isExrError(error) && error.where.status === 404;
  }
}
