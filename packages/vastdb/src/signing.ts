/**
 * AWS Signature Version 4 as VAST's tabular API takes it: service `s3`, a region that may be the empty string, only
 * `host` and `x-amz-date` signed. The body's SHA-256 is sent and enters the signature through the canonical request,
 * but its header is not signed. Source: the official SDK (_internal.py, AWSRequestsAuth); 98 recorded requests agree.
 */
import { createHash, createHmac } from 'node:crypto';

/** The pair of keys a request is signed with. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** The region in the credential scope. The Python SDK sends `''`, the Java client `vast`. */
  readonly region: string;
}

/** The parts of a request that the signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** As it stands in the request line, before `?`. */
  readonly path: string;
  /** As it stands in the request line, after `?`; may be empty. */
  readonly query: string;
  /** The Host header: no port for 80 and 443. */
  readonly host: string;
  readonly body: Uint8Array | undefined;
  readonly date: Date;
  /** Whether `x-amz-content-sha256` is among the signed headers (the query engine wants it; the tabular API not). */
  readonly signPayloadHeader?: boolean | undefined;
}

/** `20260102T030405Z`. */
export function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Lower-case hexadecimal SHA-256. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Sorted by key; a bare key becomes `key=`. */
export function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort((a, b) => (a < b ? -1 : 1))
    .join('&');
}

/** The text whose hash is signed. `signedHeaders` are `name:value` pairs in alphabetical order. */
export function canonicalRequest(
  method: string,
  path: string,
  query: string,
  signedHeaders: readonly (readonly [string, string])[],
  bodyHash: string,
): string {
  return [
    method,
    path,
    canonicalQuery(query),
    ...signedHeaders.map(([name, value]) => `${name}:${value}`),
    '',
    signedHeaders.map(([name]) => name).join(';'),
    bodyHash,
  ].join('\n');
}

/** The hexadecimal signature of a canonical request in a scope `YYYYMMDD/region/service/aws4_request`. */
export function signature(canonical: string, stamp: string, scope: string, secretKey: string): string {
  const text = ['AWS4-HMAC-SHA256', stamp, scope, sha256Hex(canonical)].join('\n');
  let key: Buffer | string = `AWS4${secretKey}`;
  for (const step of scope.split('/')) key = createHmac('sha256', key).update(step).digest();
  return createHmac('sha256', key).update(text).digest('hex');
}

/** The three headers to send with a request. */
export function signedHeaders(request: SignableRequest, credentials: Credentials): Record<string, string> {
  const stamp = amzDate(request.date);
  const scope = `${stamp.slice(0, 8)}/${credentials.region}/s3/aws4_request`;
  const bodyHash = sha256Hex(request.body ?? '');
  const signed: [string, string][] = [['host', request.host]];
  if (request.signPayloadHeader === true) signed.push(['x-amz-content-sha256', bodyHash]);
  signed.push(['x-amz-date', stamp]);
  const canonical = canonicalRequest(request.method, request.path, request.query, signed, bodyHash);
  const names = signed.map(([name]) => name).join(';');
  const proof = signature(canonical, stamp, scope, credentials.secretKey);
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKey}/${scope}, SignedHeaders=${names}, Signature=${proof}`,
    'x-amz-date': stamp,
    'x-amz-content-sha256': bodyHash,
  };
}
