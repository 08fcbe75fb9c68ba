/**
 * For tests against a real S3 server: buckets and objects, put there with the keys of the environment. Never part of what users run, which only reads.
 *
 *     const s3 = s3Testbed(process.env);              // npm run test:s3 sets S3_ENDPOINT and the keys
 *     const bucket = await s3.makeBucket();
 *     const { etag } = await s3.put(bucket, 'shots/ä b+c.exr', bytes);
 *     await openExr(s3Source({ bucket, key: 'shots/ä b+c.exr' }, s3.config));
 */
import { AwsV4Signer } from 'aws4fetch';
import { unquoted } from '../bytes/http-headers.ts';
import { addressOf } from '../bytes/s3-location.ts';
import type { S3Config } from '../bytes/s3-request.ts';
import { s3ConfigFromEnv } from '../bytes/s3-node.ts';

export interface S3Testbed {
  readonly config: S3Config & { readonly fetch: typeof fetch };
  /** Makes a bucket, by default one of a new name, and says its name. */
  makeBucket(name?: string): Promise<string>;
  put(bucket: string, key: string, body: Uint8Array | string): Promise<{ etag: string }>;
  remove(bucket: string, key: string): Promise<void>;
}

/** Throws INVALID_ARGUMENT where the environment has no S3 server. */
export function s3Testbed(env: Readonly<Record<string, string | undefined>>): S3Testbed {
  const config = s3ConfigFromEnv(env);
  let made = 0;
  async function send(method: 'PUT' | 'DELETE', bucket: string, key: string, body?: Uint8Array | string): Promise<Headers> {
    const { origin, path } = addressOf(config, bucket, key);
    const url = `${origin}${path}`;
    const { accessKeyId, secretAccessKey, region = 'us-east-1' } = config;
    const signer = new AwsV4Signer({ url, method, accessKeyId, secretAccessKey, region, service: 's3' });
    signer.encodedPath = path;
    const { headers } = await signer.sign();
    const response = await config.fetch(url, { method, headers, ...(body !== undefined && { body: body as BodyInit }) });
    const text = await response.text();
    if (response.status >= 300) throw new Error(`${method} ${bucket}/${key}: HTTP ${response.status} ${text}`);
    return response.headers;
  }
  return {
    config,
    async makeBucket(name = `test-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${made++}`) {
      await send('PUT', name, '');
      return name;
    },
    async put(bucket, key, body) {
      return { etag: unquoted((await send('PUT', bucket, key, body)).get('etag') ?? '') };
    },
    async remove(bucket, key) {
      await send('DELETE', bucket, key);
    },
  };
}
