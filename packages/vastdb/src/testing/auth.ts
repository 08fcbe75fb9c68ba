/** Checking signatures as a server does: from what the Authorization header says was signed. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { canonicalRequest, sha256Hex, signature } from '../signing.ts';
import { Failure } from './failure.ts';

const MAX_SKEW_MS = 15 * 60_000;
const SHAPE = /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]*)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** What of a request is checked. */
export interface AuthRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** @throws {Failure} 403 unless the request is signed with the right key, just now, over this very body */
export function checkSignature(request: AuthRequest, keys: ReadonlyMap<string, string>, now: Date): void {
  const { headers } = request;
  const match = SHAPE.exec(headers.authorization ?? '');
  if (match === null) throw denied('AccessDenied', 'no AWS4-HMAC-SHA256 Authorization for service s3');
  const [, accessKey = '', day = '', region = '', names = '', proof = ''] = match;
  const secretKey = keys.get(accessKey);
  if (secretKey === undefined) throw denied('InvalidAccessKeyId', 'no such access key');
  const stamp = String(headers['x-amz-date'] ?? '');
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (time === null || !stamp.startsWith(day)) throw denied('AccessDenied', 'x-amz-date is missing or of another day than the scope');
  const [, y, mo, d, h, mi, s] = time.map(Number);
  const sent = Date.UTC(y ?? 0, (mo ?? 1) - 1, d, h, mi, s);
  if (Math.abs(sent - now.getTime()) > MAX_SKEW_MS) throw denied('RequestTimeTooSkewed', `signed at ${stamp}`);
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-date')) throw denied('AccessDenied', 'host and x-amz-date must be signed');
  const bodyHash = sha256Hex(request.body);
  if (headers['x-amz-content-sha256'] !== bodyHash) throw denied('XAmzContentSHA256Mismatch', 'x-amz-content-sha256 is not the hash of the body');
  const pairs = signed.map((name) => [name, String(headers[name] ?? '').trim()] as const);
  const canonical = canonicalRequest(request.method, request.path, request.query, pairs, bodyHash);
  const expected = signature(canonical, stamp, `${day}/${region}/s3/aws4_request`, secretKey);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(proof))) throw denied('SignatureDoesNotMatch', 'the signature is wrong');
}

function denied(code: string, message: string): Failure {
  return new Failure(403, code, message);
}
