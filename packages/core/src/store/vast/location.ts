/** `vast://bucket/schema` and the environment that says how to get there. */
import { ExrError } from '../../errors.ts';

export const DEFAULT_SCHEMA = 'exr_metadata';

/** Where a store in VAST DataBase is and who may enter. The keys appear in no message. */
export interface VastTarget {
  /** `http(s)://host[:port]`. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** A database-enabled bucket; the protocol cannot create one. */
  readonly bucket: string;
  /** Schema path, `a` or `a/b`. */
  readonly schema: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function isVastLocation(location: string): boolean {
  return /^vast:\/\//i.test(location);
}

/**
 * The target of `vast://[bucket[/schema]]`. What the location leaves out comes from VAST_DB_BUCKET and VAST_DB_SCHEMA (default `exr_metadata`); endpoint
 * and keys always from VAST_DB_ENDPOINT, VAST_DB_ACCESS_KEY, VAST_DB_SECRET_KEY: a location is shown in messages and kept in shell histories.
 * @throws {ExrError} INVALID_ARGUMENT that names every variable that is missing
 */
export function vastTarget(location: string, env: Environment): VastTarget {
  const [bucket = '', ...schema] = location.replace(/^vast:\/\//i, '').replace(/\/+$/, '').split('/');
  if (!isVastLocation(location) || bucket.includes('@') || bucket.includes(':')) {
    // Not repeated in the message: what stands before an @ may be a key.
    throw new ExrError('INVALID_ARGUMENT', 'a VAST location has another form than vast://bucket/schema; endpoint and keys belong into VAST_DB_ENDPOINT, VAST_DB_ACCESS_KEY and VAST_DB_SECRET_KEY');
  }
  const missing: string[] = [];
  const need = (name: string, given = ''): string => {
    const value = given !== '' ? given : (env[name] ?? '').trim();
    if (value === '') missing.push(name);
    return value;
  };
  const target: VastTarget = {
    endpoint: need('VAST_DB_ENDPOINT'), accessKey: need('VAST_DB_ACCESS_KEY'), secretKey: need('VAST_DB_SECRET_KEY'), bucket: need('VAST_DB_BUCKET', bucket),
    schema: schema.join('/') || (env['VAST_DB_SCHEMA'] ?? '').trim() || DEFAULT_SCHEMA,
  };
  if (missing.length > 0) throw new ExrError('INVALID_ARGUMENT', `${location}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set in the environment`, { source: location });
  return { ...target, endpoint: /^https?:\/\//i.test(target.endpoint) ? target.endpoint : `http://${target.endpoint}` };
}

export function vastLocation({ bucket, schema }: Pick<VastTarget, 'bucket' | 'schema'>): string {
  return `vast://${bucket}/${schema}`;
}
