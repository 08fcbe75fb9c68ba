#!/usr/bin/env node
// Puts or deletes one object, for smoke.sh: curl signs requests for S3 as servers want it only in its newest versions.
//   node s3-object.mjs put|delete BUCKET KEY [FILE]      with S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION (us-east-1) in the environment
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [verb, bucket, key, file] = process.argv.slice(2);
const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey, S3_REGION: region = 'us-east-1' } = process.env;
const escaped = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (secret, data) => createHmac('sha256', secret).update(data).digest();

try {
  const base = new URL(endpoint);
  const path = `${base.pathname.replace(/\/+$/, '')}/${[bucket, ...key.split('/')].map(escaped).join('/')}`;
  const body = verb === 'put' ? readFileSync(file) : undefined;
  const method = verb === 'put' ? 'PUT' : 'DELETE';
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const hash = sha256(body ?? '');
  const signed = 'host;x-amz-content-sha256;x-amz-date';
  const canonical = [method, path, '', `host:${base.host}`, `x-amz-content-sha256:${hash}`, `x-amz-date:${time}`, '', signed, hash].join('\n');
  const signingKey = scope.split('/').reduce(hmac, `AWS4${secretKey}`);
  const signature = createHmac('sha256', signingKey).update(['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).digest('hex');
  const response = await fetch(base.origin + path, {
    method, body, signal: AbortSignal.timeout(60_000),
    headers: { 'x-amz-content-sha256': hash, 'x-amz-date': time, authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${signed}, Signature=${signature}` },
  });
  if (!response.ok) throw new Error(`HTTP ${response.status} ${/<Code>([^<]*)/.exec(await response.text())?.[1] ?? ''}`);
} catch (error) {
  console.error(`${verb} ${bucket}/${key}: ${error.cause?.message ?? error.message}`);
  process.exit(1);
}
