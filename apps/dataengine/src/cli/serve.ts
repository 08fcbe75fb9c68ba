import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { readConfig, type Env } from '../config/config.ts';
import { runService } from '../run.ts';
import { UsageError } from './cli.ts';

/** Serves until it is stopped; the exit code when it does not even start. */
export async function serve(args: readonly string[], env: Env): Promise<number | undefined> {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true,
    options: { store: { type: 'string' }, config: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' }, stats: { type: 'boolean' }, pretty: { type: 'boolean' }, env: { type: 'string', multiple: true } },
  });
  if (positionals.length > 1) throw new UsageError(`one folder, not ${positionals.length}`);
  const set: Record<string, string | undefined> = { HOST: '127.0.0.1', EXR_STORE: 'exr-function.duckdb', ...env, ...(values.config !== undefined && envOf(values.config)), ...pairs(values.env ?? []) };
  const given: Record<string, string | undefined> = { EXR_STORE: values.store, PORT: values.port, HOST: values.host, EXR_STATS: values.stats ? 'true' : undefined, EXR_FOLDER: positionals[0] };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) set[name] = value;
  readConfig(set); // says what is wrong before anything starts
  await runService(set, (url, config) => {
    process.stderr.write(`exr-function: listening at ${url}, store ${config.store}, ${config.folder === null ? 'objects from S3' : `${config.folder} stands for the bucket ${config.bucket ?? config.folder.split(/[\\/]/).filter(Boolean).at(-1) ?? config.folder}`}\n`);
  }, values.pretty === true);
  return undefined;
}

function pairs(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) throw new UsageError(`--env ${JSON.stringify(text.split('=')[0])}: expected NAME=VALUE`);
    return [name, value!];
  }));
}

/** The platform's file for local runs: its secrets become variables as mounted ones would, by their keys. */
function envOf(path: string): Record<string, string> {
  let file: unknown;
  try {
    file = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
  const { envs = {}, secrets = {} } = (file ?? {}) as { envs?: Record<string, unknown>; secrets?: Record<string, Record<string, unknown>> };
  if (typeof envs !== 'object' || typeof secrets !== 'object') throw new UsageError(`${path}: expected envs: {NAME: value} and secrets: {name: {key: value}}`);
  const named = (entries: Record<string, unknown>): [string, string][] => Object.entries(entries ?? {}).filter(([, value]) => value !== null).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries([...named(envs), ...Object.values(secrets ?? {}).flatMap((entries) => named(entries).map(([name, value]): [string, string] => [name.toUpperCase().replace(/[-. ]/g, '_'), value]))]);
}
