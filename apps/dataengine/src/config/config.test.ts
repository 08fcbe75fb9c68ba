import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig, type Env } from './config.ts';
import { scrubber } from './scrub.ts';

let root: string;
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'exr-function-secrets-'))));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
function secrets(files: Record<string, string>): string {
  const folder = join(root, String(folders++));
  for (const [path, value] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), value);
  }
  return folder;
}
const problems = (env: Env): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('settings', () => {
  it('have defaults', () => {
    expect(readConfig({ EXR_STORE: 'a.duckdb' })).toMatchObject({
      host: '0.0.0.0', port: 8080, store: 'a.duckdb', folder: null, suffixes: ['.exr'], stats: false, concurrency: 20, queue: 1000, timeoutMs: 60_000, batchMs: 5, graceMs: 25_000, limits: {}, logLevel: 'info', sink: null, name: 'exr-inspector', otlp: null,
    });
  });
  it('are read', () => {
    expect(readConfig({
      EXR_STORE: 'vast://b/s', HOST: '::', PORT: '0', EXR_SUFFIXES: 'EXR, .sxr', EXR_STATS: 'Yes', EXR_CONCURRENCY: '3', EXR_TIMEOUT_SECONDS: '9', VAST_LOG_LEVEL: 'WARNING', K_NAME: 'f', K_SINK: 'http://broker/', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel:4318',
      K_CE_OVERRIDES: '{"extensions":{"site":"a"},"type":"x.y"}',
    })).toMatchObject({ host: '::', port: 0, suffixes: ['.exr', '.sxr'], stats: true, concurrency: 3, timeoutMs: 9000, logLevel: 'warn', name: 'f', sink: { url: 'http://broker/', overrides: { extensions: { site: 'a' }, attributes: { type: 'x.y' } } }, otlp: 'https://otel:4318' });
    expect(readConfig({ EXR_STORE: 'a', EXR_SUFFIXES: '*' }).suffixes).toEqual([]);
    expect(readConfig({ VAST_DB_ENDPOINT: 'h', VAST_DB_BUCKET: 'b' }).store).toBe('vast://');
  });
  it('that are wrong are all said at once, and say what to do', () => {
    const all = problems({ PORT: '99999', EXR_CONCURRENCY: 'many', EXR_STATS: 'perhaps', VAST_LOG_LEVEL: 'loud', K_SINK: 'broker', K_CE_OVERRIDES: '[', EXR_TIMEOUT: '5', EXR_BATCH_MS: '-1' });
    expect(all).toHaveLength(9);
    for (const words of ['EXR_STORE to vast://bucket/schema', 'PORT is "99999", expected a whole number from 0 to 65535', 'EXR_CONCURRENCY is "many"', 'EXR_STATS is "perhaps", expected true or false', 'VAST_LOG_LEVEL is "loud"', 'K_SINK is no http(s) URL', 'K_CE_OVERRIDES is no JSON', 'EXR_TIMEOUT is no setting', 'EXR_BATCH_MS is "-1"']) expect(all.some((problem) => problem.includes(words)), words).toBe(true);
    expect(new ConfigError(all).message).toMatch(/^9 things are wrong/);
  });
  it.each(['[]', '7', '{"extensions":{"Bad-Name":"x"}}', '{"extensions":{"a":7}}', '{"id":"x"}', '{"type":""}'])('overrides %s', (text) => expect(problems({ EXR_STORE: 'a', K_CE_OVERRIDES: text })).toEqual([expect.stringContaining('K_CE_OVERRIDES')]));
});

describe('secrets', () => {
  const read = (files: Record<string, string>, env: Env = {}) => readConfig({ EXR_STORE: 'a', EXR_SECRETS_DIR: secrets(files), ...env }).env;
  it('win over the environment, under their own name or the secret\'s', () => {
    expect(read({ 'any/S3_ACCESS_KEY': 'one\n', 's3/secret-key': 'two', 'vast-db/endpoint': 'http://db', 'any/unknown': 'x' }, { S3_ACCESS_KEY: 'environment' })).toMatchObject({ S3_ACCESS_KEY: 'one', S3_SECRET_KEY: 'two', VAST_DB_ENDPOINT: 'http://db' });
  });
  it('as Kubernetes mounts them', () => {
    const folder = secrets({ 'keys/..2026_01/S3_SECRET_KEY': 'value' });
    symlinkSync('..2026_01', join(folder, 'keys', '..data'));
    symlinkSync(join('..data', 'S3_SECRET_KEY'), join(folder, 'keys', 'S3_SECRET_KEY'));
    expect(readConfig({ EXR_STORE: 'a', EXR_SECRETS_DIR: folder }).env).toMatchObject({ S3_SECRET_KEY: 'value' });
  });
  it('that disagree are a problem, which shows neither value', () => {
    expect(problems({ EXR_STORE: 'a', EXR_SECRETS_DIR: secrets({ 'a/S3_SECRET_KEY': 'sesame1', 'b/S3_SECRET_KEY': 'sesame2', 'c/S3_SECRET_KEY': 'sesame1' }) })).toEqual([expect.stringMatching(/^the secrets a\/S3_SECRET_KEY and b\/S3_SECRET_KEY say different things(?!.*sesame)/)]);
  });
  it('that are no secrets are', () => expect(problems({ EXR_STORE: 'a', EXR_SECRETS_DIR: secrets({ 'a/S3_SECRET_KEY': 'x'.repeat(70_000) }) })).toEqual([expect.stringContaining('more than 65536 bytes')]));
  it('no folder, no secrets', () => expect(problems({ EXR_STORE: 'a', EXR_SECRETS_DIR: join(root, 'absent') })).toEqual([]));
  it('are taken out of texts, however they are spelt', () => {
    const config = readConfig({ EXR_STORE: 'a', S3_SECRET_KEY: 'pa/ss+wo"rd', VAST_DB_SECRET_KEY: ' spaced-key ', S3_ACCESS_KEY: 'abc' });
    const scrub = scrubber(config.secrets);
    expect(scrub('x pa/ss+wo"rd y pa%2Fss%2Bwo%22rd z {"k":"pa/ss+wo\\"rd"} spaced-key abc')).toBe('x [secret] y [secret] z {"k":"[secret]"} [secret] abc');
  });
});
