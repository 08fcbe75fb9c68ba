/** Signed GETs to an S3 server: what s3Source and listObjects share. */
import { AwsV4Signer } from 'aws4fetch';
import { ExrError } from '../errors.ts';
import { createRequester, type Explanation, type HttpRequester } from './http-request.ts';
import { addressOf, hasDotSegments } from './s3-location.ts';
import { textOf } from './s3-xml.ts';

/** How to reach a server that speaks S3, and as whom. Secrets are read from here and shown nowhere. */
export interface S3Config {
  /** `https://host[:port][/path]`. */
  readonly endpoint: string;
  /** Enters the signature. Default us-east-1, which servers other than AWS take. */
  readonly region?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string | undefined;
  /** `endpoint/bucket/key` rather than `bucket.endpoint/key`. Default true: every server takes it. */
  readonly pathStyle?: boolean | undefined;
  /** Default: the platform's own. One that is marked `exactPaths` sends paths as they are, which keys with "." or ".." segments need. */
  readonly fetch?: (typeof fetch & { readonly exactPaths?: boolean }) | undefined;
  /** Further tries after a network error, 408, 429 or 5xx. Default 3. */
  readonly retries?: number | undefined;
  /** SHA-256 at once, where the platform has it. Default: WebCrypto, which hands each hash to another thread at several times its cost. */
  readonly sha256?: Sha256 | undefined;
  /** Wait before the first further try, milliseconds; each later one waits twice as long, less a random part of up to half. A Retry-After header of up to 30 s wins. Default 200. */
  readonly retryDelayMs?: number | undefined;
  /** Most milliseconds of one try, body included. Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

export interface Sha256 {
  hex(text: string): string;
  hmac(key: Uint8Array | string, text: string): Uint8Array;
}

/** The signing keys of a day, by region: derived once. Kept with the configuration, so that they go when it goes. */
const signingKeys = new WeakMap<S3Config, Map<string, ArrayBuffer>>();
/** How far the server's clock is ahead, milliseconds; learnt from a refusal. */
const skews = new WeakMap<S3Config, number>();

/** A requester for one address. `query` is encoded already. */
export function s3Requester(config: S3Config, name: string, bucket: string, key: string, query = ''): HttpRequester {
  const { origin, path } = addressOf(config, bucket, key);
  if (hasDotSegments(path) && config.fetch?.exactPaths !== true) {
    throw new ExrError('INVALID_ARGUMENT', `${name}: fetch cannot ask for a key with "." or ".." between slashes, because URLs have them mean something else: read it in Node with the fetch of s3ConfigFromEnv`, { source: name });
  }
  const url = `${origin}${path}${query === '' ? '' : `?${query}`}`;
  let cache = signingKeys.get(config);
  if (!cache) signingKeys.set(config, (cache = new Map()));
  const sign = async (_: string, headers: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
    const signer = new Signer(config.sha256, {
      url, method: 'GET', headers, cache, service: 's3', region: config.region ?? 'us-east-1', accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey,
      ...(config.sessionToken !== undefined && { sessionToken: config.sessionToken }), datetime: amzDate(Date.now() + (skews.get(config) ?? 0)),
    });
    // Made from a parsed URL, which has other dots than the key.
    signer.encodedPath = path;
    const signed = await signer.sign();
    return Object.fromEntries(signed.headers);
  };
  return createRequester(url, name, {
    fetch: config.fetch, retries: config.retries, retryDelayMs: config.retryDelayMs, timeoutMs: config.timeoutMs, headers: sign, redirect: 'manual',
    explain: (status, headers, body) => explain(config, status, headers, body),
  });
}

/** aws4fetch's signer, with hashes at once where the configuration has them. */
class Signer extends AwsV4Signer {
  readonly #sha256: Sha256 | undefined;

  constructor(sha256: Sha256 | undefined, options: ConstructorParameters<typeof AwsV4Signer>[0]) {
    super(options);
    this.#sha256 = sha256;
  }

  override async signature(): Promise<string> {
    const sha256 = this.#sha256;
    if (!sha256) return super.signature();
    const scope = this.credentialString.split('/');
    const id = `at once ${this.secretAccessKey} ${this.credentialString}`;
    let key = this.cache.get(id) as Uint8Array<ArrayBuffer> | undefined;
    if (!key) {
      key = scope.reduce<Uint8Array | string>((made, part) => sha256.hmac(made, part), `AWS4${this.secretAccessKey}`) as Uint8Array<ArrayBuffer>;
      this.cache.clear(); // yesterday's
      this.cache.set(id, key as unknown as ArrayBuffer);
    }
    const text = ['AWS4-HMAC-SHA256', this.datetime, this.credentialString, sha256.hex(await this.canonicalString())].join('\n');
    return Array.from(sha256.hmac(key, text), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/** `20260102T030405Z`. */
function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

/** What people can do about the refusals that come from their side. */
const ADVICE: Record<string, string> = {
  SignatureDoesNotMatch: 'the secret key is not the one of this access key',
  InvalidAccessKeyId: 'the server does not know this access key',
  AccessDenied: 'these keys may not read it (servers also say so of an object that does not exist, to whoever may not list the bucket)',
  NoSuchKey: 'there is no such object (a folder is named with a slash at its end)',
  NoSuchBucket: 'there is no such bucket',
  NoSuchVersion: 'there is no such version',
  ExpiredToken: 'the session token has run out',
  InvalidToken: 'the session token is not valid',
  RequestTimeTooSkewed: "the clock of this machine is more than 15 minutes from the server's",
  InvalidObjectState: 'the object is in cold storage: restore it first',
};

/** The body is the server's text: only the name of the error is taken from it, and the region. */
function explain(config: S3Config, status: number, headers: Headers, body: Uint8Array): Explanation {
  const xml = new TextDecoder().decode(body);
  const code = textOf(xml, 'Code') ?? '';
  const errorCode = /^[A-Za-z][\w.]{0,63}$/.test(code) ? code : undefined;
  const region = headers.get('x-amz-bucket-region') ?? textOf(xml, 'Region') ?? '';
  const elsewhere = (status < 400 || errorCode === 'AuthorizationHeaderMalformed') && /^[a-z0-9-]{1,40}$/.test(region) && region !== config.region;
  if (errorCode === 'RequestTimeTooSkewed' && setClock(config, headers.get('date') ?? textOf(xml, 'ServerTime') ?? '')) return { says: '', errorCode, again: true };
  const advice = elsewhere ? `the bucket is in the region ${region}: set that region and its endpoint` : status > 0 && status < 400 ? 'the bucket is at another endpoint' : errorCode === undefined ? undefined : ADVICE[errorCode];
  return { says: [errorCode, advice].filter(Boolean).join(': '), errorCode };
}

/** Signatures carry the time. True when the server's is known and another one than was used. */
function setClock(config: S3Config, date: string): boolean {
  const skew = new Date(date).getTime() - Date.now();
  if (Number.isNaN(skew) || Math.abs(skew - (skews.get(config) ?? 0)) < 60_000) return false;
  skews.set(config, skew);
  return true;
}
