/** S3 as a process of Node finds it: keys and endpoint in the environment, certificates in a file. */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ExrError } from '../errors.ts';
import { nodeFetch } from './fetch-node.ts';
import type { S3Config, Sha256 } from './s3-request.ts';

export interface S3EnvOptions extends Partial<S3Config> {
  /** PEM certificates to trust instead of the system's; default those of the file in AWS_CA_BUNDLE. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** Connections to the server at a time. Default 64. */
  readonly maxConnections?: number | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Whose keys: a pair is taken from one family whole, never half of one and half of another. */
const FAMILIES = [
  { key: 'S3_ACCESS_KEY', secret: 'S3_SECRET_KEY', token: 'S3_SESSION_TOKEN', endpoints: ['S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'], regions: ['S3_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION'] },
  { key: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY', token: 'AWS_SESSION_TOKEN', endpoints: ['S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'], regions: ['AWS_REGION', 'AWS_DEFAULT_REGION', 'S3_REGION'] },
  { key: 'VAST_DB_ACCESS_KEY', secret: 'VAST_DB_SECRET_KEY', token: '', endpoints: ['S3_ENDPOINT', 'VAST_DB_ENDPOINT'], regions: ['S3_REGION'] },
] as const;

/**
 * The S3 server of an environment. Keys: S3_ACCESS_KEY and S3_SECRET_KEY, else AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), else
 * VAST_DB_ACCESS_KEY and VAST_DB_SECRET_KEY. Endpoint: S3_ENDPOINT, else AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, with the last pair of keys VAST_DB_ENDPOINT;
 * AWS keys alone mean AWS itself. Region: S3_REGION or AWS_REGION, default us-east-1. S3_PATH_STYLE=0: the bucket is a part of the host name. AWS_CA_BUNDLE:
 * a PEM file. `overrides` win. The configuration owns its connections: make one and keep it.
 *
 * Throws INVALID_ARGUMENT that says which variable to set; no value of a variable is ever shown.
 */
export function s3ConfigFromEnv(env: Env, overrides: S3EnvOptions = {}): S3Config & { readonly fetch: typeof fetch } {
  const { ca, maxConnections, ...own } = overrides;
  const from = (names: readonly string[]): string | undefined => names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '');
  const family = FAMILIES.find(({ key, secret }) => from([key]) !== undefined || from([secret]) !== undefined) ?? FAMILIES[0];
  const accessKeyId = own.accessKeyId ?? from([family.key]);
  const secretAccessKey = own.secretAccessKey ?? from([family.secret]);
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const none = accessKeyId === undefined && secretAccessKey === undefined;
    throw missing(none ? 'no keys for S3: set S3_ACCESS_KEY and S3_SECRET_KEY (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)' : `half of the keys for S3: set ${accessKeyId === undefined ? family.key : family.secret} too`);
  }
  const region = own.region ?? from(family.regions) ?? 'us-east-1';
  const endpoint = own.endpoint ?? withScheme(from(family.endpoints)) ?? (family.key.startsWith('AWS') ? `https://s3.${region}.amazonaws.com` : undefined);
  if (endpoint === undefined) throw missing('no endpoint for S3: set S3_ENDPOINT, as in https://s3.example.com');
  const sessionToken = own.sessionToken ?? (family.token === '' ? undefined : from([family.token]));
  const pathStyle = own.pathStyle ?? !/^(0|false|no|off)$/i.test(from(['S3_PATH_STYLE']) ?? '');
  return { ...own, endpoint, region, accessKeyId, secretAccessKey, sessionToken, pathStyle, sha256: own.sha256 ?? sha256, fetch: own.fetch ?? nodeFetch({ ca: ca ?? bundle(from(['AWS_CA_BUNDLE'])), maxConnections }) };
}

/** Database clients take a bare `host:port` for http: so VAST_DB_ENDPOINT may be one. */
function withScheme(endpoint: string | undefined): string | undefined {
  return endpoint === undefined || /^[a-z]+:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
}

const sha256: Sha256 = {
  hex: (text) => createHash('sha256').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha256', key).update(text).digest(),
};

function bundle(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw missing(`the certificates that AWS_CA_BUNDLE names cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, cause);
  }
}

function missing(message: string, cause?: unknown): ExrError {
  return new ExrError('INVALID_ARGUMENT', message, {}, { cause });
}
