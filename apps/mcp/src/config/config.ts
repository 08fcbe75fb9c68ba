/** What the person who starts the server decides: from arguments, environment and a file of theirs; never from the client. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Limits, limitsFromTexts } from '@exr/core';
import { z } from 'zod';

export interface Config {
  readonly folders: readonly string[];
  /** `s3://bucket[/prefix]`. */
  readonly buckets: readonly string[];
  /** DuckDB file of the store; null: no store. */
  readonly store: string | null;
  /** Null: standard input and output. */
  readonly http: HttpConfig | null;
  /** Of FACE_LIMITS.mcp, those that are otherwise here. */
  readonly limits: Partial<Limits>;
  /** What one call may take over all its files. */
  readonly callSeconds: number;
  readonly help: boolean;
  readonly version: boolean;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Wanted in every request; null only on loopback, where it was said that none is wanted. */
  readonly token: string | null;
  /** The token was made here, since none was given: whoever starts the server has to be told. */
  readonly tokenMade: boolean;
  /** Host names that requests may be addressed to, besides the loopback's own and the host bound to. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages that may call, besides those on the loopback. */
  readonly allowedOrigins: readonly string[];
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export const HELP = `exr-mcp: an MCP server that lets AI assistants look into OpenEXR files. It never changes them.

usage: exr-mcp [options] [FOLDER...]

  FOLDER                 what may be read, with everything below it
  --allow-bucket URL     s3://bucket or s3://bucket/prefix: objects that may be read, repeatable; needs S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY (or AWS_*)
                         in the environment
  --store FILE           the store (DuckDB) that exr_search, exr_similar and exr_index use
  --http [HOST:]PORT     Streamable HTTP at /mcp instead of standard input and output; host: 127.0.0.1
  --token-file FILE      HTTP: the bearer token that every request must bring; without one (and without EXR_MCP_TOKEN) a new one is made and printed at each
                         start, on the loopback; elsewhere one must be given
  --no-token             HTTP on the loopback: whoever is on this machine may ask
  --allow-host NAME      HTTP: a further name in the Host header, repeatable
  --allow-origin ORIGIN  HTTP: a further web origin, repeatable
  --limit NAME=NUMBER    raise (or lower) one of the limits that hold for files of strangers (docs/limits.md), repeatable; seconds=10: of one file
  --call-seconds NUMBER  what one call may take over all its files; 600
  --config FILE          JSON: {"folders": [], "buckets": [], "store": "", "http": "127.0.0.1:8765", "token_file": "", "no_token": false, "allowed_hosts": [],
                         "allowed_origins": [], "limits": {"seconds": 10}, "call_seconds": 600}
  --help, --version

environment: EXR_MCP_FOLDERS (separated by "${delimiter}"), EXR_MCP_BUCKETS (separated by spaces), EXR_MCP_STORE, EXR_MCP_HTTP, EXR_MCP_TOKEN, EXR_MCP_CONFIG,
             EXR_MCP_LIMITS (NAME=NUMBER, separated by spaces), EXR_MCP_CALL_SECONDS
Arguments win over the environment, which wins over the file; folders and buckets of all three are put together.
`;

const fileSchema = z.strictObject({
  folders: z.array(z.string().min(1)).default([]), buckets: z.array(z.string().min(1)).default([]), store: z.string().min(1).optional(), http: z.string().min(1).optional(), token_file: z.string().min(1).optional(),
  no_token: z.boolean().default(false), limits: z.record(z.string(), z.number()).default({}), call_seconds: z.number().optional(),
  allowed_hosts: z.array(z.string()).default([]), allowed_origins: z.array(z.string()).default([]),
});

/** Throws ConfigError with a sentence for a person. */
export function readConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const { values, positionals } = parsed(args);
  const path = values.config ?? env['EXR_MCP_CONFIG'];
  const file = path === undefined || path === '' ? fileSchema.parse({}) : fileOf(path);
  const fromFile = (each: string): string => resolve(dirname(path ?? '.'), each);
  const folders = [...positionals, ...(env['EXR_MCP_FOLDERS'] ?? '').split(delimiter).filter(Boolean), ...file.folders.map(fromFile)];
  const buckets = [...(values['allow-bucket'] ?? []), ...(env['EXR_MCP_BUCKETS'] ?? '').split(/\s+/).filter(Boolean), ...file.buckets];
  const store = values.store ?? (env['EXR_MCP_STORE'] || undefined) ?? (file.store === undefined ? undefined : fromFile(file.store));
  const http = values.http ?? (env['EXR_MCP_HTTP'] || undefined) ?? file.http;
  const config: Config = {
    folders, buckets, store: store ?? null, limits: limitsFrom([...Object.entries(file.limits).map(([name, value]) => `${name}=${value}`), ...(env['EXR_MCP_LIMITS'] ?? '').split(/\s+/).filter(Boolean), ...(values.limit ?? [])]),
    callSeconds: secondsOf(values['call-seconds'] ?? (env['EXR_MCP_CALL_SECONDS'] || undefined) ?? file.call_seconds), help: values.help === true, version: values.version === true,
    http: http === undefined ? null : {
      ...addressOf(http),
      ...tokenFor(addressOf(http).host, tokenOf(values['token-file'] ?? (file.token_file === undefined ? undefined : fromFile(file.token_file)), env['EXR_MCP_TOKEN']), values['no-token'] === true || file.no_token),
      allowedHosts: [...(values['allow-host'] ?? []), ...file.allowed_hosts].map((each) => each.toLowerCase()), allowedOrigins: [...(values['allow-origin'] ?? []), ...file.allowed_origins],
    },
  };
  if (config.help || config.version) return config;
  if (folders.length === 0 && buckets.length === 0) throw new ConfigError('no folder is allowed: name at least one, e.g. `exr-mcp /shows/abc`, or a bucket with --allow-bucket s3://renders');
  if (config.http && !isLoopback(config.http.host) && config.http.token === null) {
    throw new ConfigError(`${config.http.host} is not the loopback: whoever reaches it could read what is allowed. Give a token with --token-file or EXR_MCP_TOKEN, or bind to 127.0.0.1`);
  }
  return config;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args], allowPositionals: true,
      options: {
        store: { type: 'string' }, 'allow-bucket': { type: 'string', multiple: true }, http: { type: 'string' }, 'token-file': { type: 'string' }, 'allow-host': { type: 'string', multiple: true }, 'allow-origin': { type: 'string', multiple: true },
        'no-token': { type: 'boolean' }, limit: { type: 'string', multiple: true }, 'call-seconds': { type: 'string' },
        config: { type: 'string' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

function fileOf(path: string): z.output<typeof fileSchema> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  const result = fileSchema.safeParse(json);
  if (!result.success) throw new ConfigError(`${path}: ${result.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`).join('; ')}`);
  return result.data;
}

/** `8765`, `127.0.0.1:8765`, `[::1]:8765`; port 0 lets the system choose. */
function addressOf(text: string): { host: string; port: number } {
  const found = /^(?:(\[[0-9a-f:]+\]|[^:]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(found?.[2]);
  if (!found || port > 65_535) throw new ConfigError(`--http ${text}: expected PORT or HOST:PORT`);
  return { host: (found[1] ?? '127.0.0.1').replace(/^\[|\]$/g, '').toLowerCase(), port };
}

function limitsFrom(texts: readonly string[]): Partial<Limits> {
  try {
    return limitsFromTexts(texts, '--limit');
  } catch (cause) {
    throw new ConfigError((cause as Error).message, { cause });
  }
}

function secondsOf(given: string | number | undefined): number {
  const seconds = Number(given ?? 600);
  if (!(seconds > 0)) throw new ConfigError(`--call-seconds ${given}: expected a number above 0`);
  return seconds;
}

/** On the loopback everybody on the machine, and whatever they run, could ask: a token is made where none was given. */
function tokenFor(host: string, token: string | null, none: boolean): Pick<HttpConfig, 'token' | 'tokenMade'> {
  if (token !== null && none) throw new ConfigError('a token and --no-token: leave one of them out');
  if (token !== null || none || !isLoopback(host)) return { token, tokenMade: false };
  return { token: randomBytes(32).toString('base64url'), tokenMade: true };
}

const SHORTEST_TOKEN = 16;

function tokenOf(path: string | undefined, fromEnv: string | undefined): string | null {
  let token = fromEnv?.trim() ?? '';
  if (path !== undefined) {
    try {
      token = readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw new ConfigError(`the token cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }
  if (token === '' && path === undefined) return null;
  if (token.length < SHORTEST_TOKEN) throw new ConfigError(`the token has ${token.length} characters, expected at least ${SHORTEST_TOKEN}: try \`openssl rand -hex 32\``);
  return token;
}
