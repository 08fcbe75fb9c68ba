/** What the owner of the function decides, from environment and secrets. All that is wrong with it is said at once, at the start. */
import { type Limits, limitsFromTexts } from '@exr/core';
import { truth } from '../event/options.ts';
import { readSecrets } from './secrets.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly host: string;
  readonly port: number;
  /** `vast://bucket/schema` or the path of a DuckDB file. */
  readonly store: string;
  /** A folder of the host that stands for a bucket of its name; null: S3. */
  readonly folder: string | null;
  /** Where a path without a bucket is. */
  readonly bucket: string | null;
  /** Lower case, with the dot; empty: any. */
  readonly suffixes: readonly string[];
  readonly stats: boolean;
  readonly deepStats: boolean;
  /** Objects that are looked into at a time. */
  readonly concurrency: number;
  /** Events that are in the house at a time; more are sent away with 503. */
  readonly queue: number;
  /** An event has so long, from its last byte to the answer. */
  readonly timeoutMs: number;
  /** Events are gathered for so long into one transaction of the store. */
  readonly batchMs: number;
  readonly batchFiles: number;
  /** From SIGTERM to the end, at most. */
  readonly graceMs: number;
  /** Of FACE_LIMITS.function, those that are otherwise here. `seconds` is otherwise the event's time. */
  readonly limits: Partial<Limits>;
  readonly tombstoneDays: number;
  /** Files that one schedule event looks at again. */
  readonly reconcileFiles: number;
  readonly logLevel: LogLevel;
  readonly sink: SinkConfig | null;
  /** How the function is called: `vastdata.com:<name>` is the source of its events. */
  readonly name: string;
  /** OTLP over HTTP; null: no traces. */
  readonly otlp: string | null;
  /** Environment and secrets as one, for the store and S3: secrets win. */
  readonly env: Env;
  /** Values that must appear nowhere. */
  readonly secrets: readonly string[];
}

export interface SinkConfig {
  readonly url: string;
  readonly overrides: CeOverrides;
}

/** K_CE_OVERRIDES: extension attributes that are set, and attributes that are replaced. */
export interface CeOverrides {
  readonly extensions: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Partial<Record<'type' | 'source' | 'subject' | 'dataschema', string>>>;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : `${problems.length} things are wrong with the configuration:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Variables that name something secret, and those that a secret may also carry. */
const SECRET = ['S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'VAST_DB_ACCESS_KEY', 'VAST_DB_SECRET_KEY'] as const;
const BESIDE = ['S3_ENDPOINT', 'S3_REGION', 'S3_PATH_STYLE', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'VAST_DB_ENDPOINT', 'VAST_DB_BUCKET', 'VAST_DB_SCHEMA', 'EXR_STORE', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS'] as const;

/** @throws {ConfigError} with every problem; no value of a secret is in it */
export function readConfig(environment: Env): Config {
  const { config, problems } = examineConfig(environment);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The configuration, and all that is wrong with it; defaults stand for what is wrong. */
export function examineConfig(environment: Env): { readonly config: Config; readonly problems: string[] } {
  const root = environment['EXR_SECRETS_DIR'] || '/secrets';
  const mounted = readSecrets(root, new Set<string>([...SECRET, ...BESIDE]));
  const env: Env = { ...environment, ...mounted.values };
  const problems = [...mounted.problems];
  const read = new Reader(env, problems);
  const folder = read.text('EXR_FOLDER');
  const config: Config = {
    host: read.text('HOST') ?? '0.0.0.0', port: read.whole('PORT', 8080, 0, 65_535), store: read.store(), folder, bucket: read.text('EXR_BUCKET'),
    suffixes: read.suffixes('EXR_SUFFIXES', '.exr'), stats: read.flag('EXR_STATS', false), deepStats: read.flag('EXR_DEEP_STATS', false),
    concurrency: read.whole('EXR_CONCURRENCY', 20, 1, 1000), queue: read.whole('EXR_QUEUE', 1000, 1, 100_000), timeoutMs: 1000 * read.whole('EXR_TIMEOUT_SECONDS', 60, 1, 86_400),
    batchMs: read.whole('EXR_BATCH_MS', 5, 0, 10_000), batchFiles: read.whole('EXR_BATCH_FILES', 256, 1, 10_000), graceMs: 1000 * read.whole('EXR_GRACE_SECONDS', 25, 1, 3600),
    limits: read.limits('EXR_LIMITS'), tombstoneDays: read.whole('EXR_TOMBSTONE_DAYS', 30, 0, 36_500), reconcileFiles: read.whole('EXR_RECONCILE_FILES', 500, 1, 100_000),
    logLevel: read.level('VAST_LOG_LEVEL'), sink: read.sink(), name: read.text('K_NAME') ?? read.text('VASTSTACK_NAME') ?? read.text('K_SERVICE') ?? 'exr-inspector', otlp: read.url('OTEL_EXPORTER_OTLP_ENDPOINT'),
    env, secrets: SECRET.flatMap((name) => (env[name] ? [env[name].trim()] : [])),
  };
  for (const name of Object.keys(environment)) if (name.startsWith('EXR_') && !KNOWN.has(name)) problems.push(`${name} is no setting of the function; those are ${[...KNOWN].join(', ')}`);
  return { config, problems };
}

const KNOWN = new Set(['EXR_STORE', 'EXR_FOLDER', 'EXR_BUCKET', 'EXR_SUFFIXES', 'EXR_STATS', 'EXR_DEEP_STATS', 'EXR_CONCURRENCY', 'EXR_QUEUE', 'EXR_TIMEOUT_SECONDS', 'EXR_BATCH_MS', 'EXR_BATCH_FILES', 'EXR_GRACE_SECONDS', 'EXR_HEADER_MIB', 'EXR_LIMITS', 'EXR_TOMBSTONE_DAYS', 'EXR_RECONCILE_FILES', 'EXR_SECRETS_DIR']);

class Reader {
  constructor(private readonly env: Env, private readonly problems: string[]) {}

  text(name: string): string | null {
    return this.env[name]?.trim() || null;
  }

  flag(name: string, otherwise: boolean): boolean {
    const text = this.text(name);
    if (text !== null && !/^(true|false|1|0|yes|no|y|n|on|off)$/i.test(text)) this.problems.push(`${name} is ${JSON.stringify(text)}, expected true or false`);
    return truth(text) ?? otherwise;
  }

  whole(name: string, otherwise: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === null) return otherwise;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    this.problems.push(`${name} is ${JSON.stringify(text)}, expected a whole number from ${least} to ${most}`);
    return otherwise;
  }

  /** EXR_STORE; else the database that VAST_DB_* name. */
  store(): string {
    const given = this.text('EXR_STORE') ?? (this.text('VAST_DB_ENDPOINT') !== null && this.text('VAST_DB_BUCKET') !== null ? 'vast://' : null);
    if (given === null) this.problems.push('there is no store: set EXR_STORE to vast://bucket/schema or to the path of a DuckDB file, or VAST_DB_ENDPOINT and VAST_DB_BUCKET');
    return given ?? '';
  }

  suffixes(name: string, otherwise: string): string[] {
    const list = (this.text(name) ?? otherwise).split(',').map((each) => each.trim().toLowerCase()).filter(Boolean);
    return list.includes('*') ? [] : list.map((each) => (each.startsWith('.') ? each : `.${each}`));
  }

  /** EXR_HEADER_MIB is the older name of one of them. */
  limits(name: string): Partial<Limits> {
    const header = this.text('EXR_HEADER_MIB') === null ? {} : { headerBytes: 1024 * 1024 * this.whole('EXR_HEADER_MIB', 64, 1, 2047) };
    try {
      return { ...header, ...limitsFromTexts((this.text(name) ?? '').split(/[\s,]+/).filter(Boolean), name) };
    } catch (error) {
      this.problems.push((error as Error).message);
      return header;
    }
  }

  level(name: string): LogLevel {
    const text = (this.text(name) ?? 'info').toLowerCase();
    const level = { warning: 'warn', critical: 'fatal', off: 'silent', notset: 'trace' }[text] ?? text; // as Python names them
    if ((LOG_LEVELS as readonly string[]).includes(level)) return level as LogLevel;
    this.problems.push(`${name} is ${JSON.stringify(text)}, expected one of ${LOG_LEVELS.join(', ')}`);
    return 'info';
  }

  url(name: string): string | null {
    const text = this.text(name);
    if (text === null || /^https?:$/.test(protocolOf(text))) return text;
    this.problems.push(`${name} is no http(s) URL`);
    return null;
  }

  sink(): SinkConfig | null {
    const url = this.url('K_SINK');
    const overrides = this.overrides();
    return url === null ? null : { url, overrides };
  }

  private overrides(): CeOverrides {
    const text = this.text('K_CE_OVERRIDES');
    const wrong = (what: string): CeOverrides => {
      this.problems.push(`K_CE_OVERRIDES ${what}, expected JSON such as {"extensions":{"site":"a"}}`);
      return { extensions: {}, attributes: {} };
    };
    if (text === null) return { extensions: {}, attributes: {} };
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return wrong('is no JSON');
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return wrong('is no object');
    const { extensions = {}, ...attributes } = json as Record<string, unknown>;
    const named = Object.entries((extensions ?? {}) as Record<string, unknown>);
    const bad = named.find(([name, value]) => !/^[a-z0-9]{1,20}$/.test(name) || typeof value !== 'string');
    if (bad) return wrong(`has the extension ${JSON.stringify(bad[0])}, whose name must be a-z and 0-9 and its value a text`);
    const unknown = Object.entries(attributes).find(([name, value]) => !['type', 'source', 'subject', 'dataschema'].includes(name) || typeof value !== 'string' || value === '');
    if (unknown) return wrong(`has ${JSON.stringify(unknown[0])}, which cannot be replaced`);
    return { extensions: Object.fromEntries(named) as Record<string, string>, attributes: attributes as CeOverrides['attributes'] };
  }
}

function protocolOf(text: string): string {
  try {
    return new URL(text).protocol;
  } catch {
    return '';
  }
}
