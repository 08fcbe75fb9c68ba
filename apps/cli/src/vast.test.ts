// exr vast smoke and --store vast://… of the built program, against the test server.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTestServer, type TestServer } from '@exr/vastdb/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const fixtures = fileURLToPath(new URL('../../../test-fixtures', import.meta.url));
let server: TestServer;
let env: Record<string, string | undefined>;
beforeAll(async () => {
  server = await startTestServer({ buckets: ['renders-db'] });
  const { FORCE_COLOR: _, EXR_STORE: __, ...rest } = process.env;
  env = { ...rest, VAST_DB_ENDPOINT: server.endpoint, VAST_DB_ACCESS_KEY: server.accessKey, VAST_DB_SECRET_KEY: server.secretKey, VAST_DB_BUCKET: 'renders-db' };
});
afterAll(() => server.close());
const exr = (args: readonly string[], change: Record<string, string | undefined> = {}): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => execFile(process.execPath, [program, ...args], { env: { ...env, ...change } as NodeJS.ProcessEnv, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr })));
const secrets = (): string[] => [server.accessKey, server.secretKey, server.endpoint.replace('http://', ''), 'renders-db'];

describe('exr vast smoke', () => {
  it('proves every step, cleans up, and names no secret', async () => {
    const { code, stdout } = await exr(['vast', 'smoke', '--files', '50']);
    expect(stdout).toContain('All well');
    expect(code).toBe(0);
    for (const step of ['connect', 'column types', 'update', 'read back', 'large cells', 'conflict', 'race', 'batch', 'clean up']) expect(stdout).toContain(`| ${step} | ok |`);
    for (const secret of secrets()) expect(stdout).not.toContain(secret);
    const list = await exr(['vast', 'smoke', '--format', 'json', '--files', '5']);
    expect(JSON.parse(list.stdout)).toMatchObject({ failed: 0, steps: expect.arrayContaining([expect.objectContaining({ name: 'similar', verdict: 'ok' })]) as unknown });
    expect(server.engine.openTransactions).toBe(0);
    const { connect } = await import('@exr/vastdb');
    const db = await connect(server.credentials);
    const left = await db.transaction(async (tx) => {
      const names: string[] = [];
      for await (const { name } of tx.bucket('renders-db').schemas()) names.push(name);
      return names;
    });
    await db.close();
    expect(left).toEqual([]);
  });

  it('says what failed, and cleans up all the same', async () => {
    server.faults.add({ on: { method: 'DELETE', command: 'rows', path: 'channels' }, action: { kind: 'error', status: 500, code: 'InternalError' } });
    const { code, stdout } = await exr(['vast', 'smoke', '--files', '5']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\| update \| \*\*failed\*\* \| \d+ \| .*500 InternalError/);
    expect(stdout).toContain('| clean up | ok |');
    for (const secret of secrets()) expect(stdout).not.toContain(secret);
  });

  it.each([
    ['a wrong secret', { VAST_DB_SECRET_KEY: 'a-secret-that-is-wrong' }, 1, /403/],
    ['a missing bucket', { VAST_DB_BUCKET: 'nowhere' }, 1, /\| bucket \| \*\*failed/],
    ['a dead host', { VAST_DB_ENDPOINT: 'http://127.0.0.1:9' }, 1, /\| connect \| \*\*failed/],
  ])('with %s', async (_, change, expected, message) => {
    const { code, stdout, stderr } = await exr(['vast', 'smoke', '--files', '5'], change);
    expect(stdout).toMatch(message);
    expect(code).toBe(expected);
    expect(stdout + stderr).not.toContain('a-secret-that-is-wrong');
  });

  it('without its variables', async () => {
    const { code, stderr } = await exr(['vast', 'smoke'], { VAST_DB_SECRET_KEY: '', VAST_DB_ENDPOINT: undefined });
    expect(code).toBe(2);
    expect(stderr).toMatch(/VAST_DB_ENDPOINT, VAST_DB_SECRET_KEY are not set/);
  });
});

describe('--store vast://…', () => {
  it('indexes, finds and ranks', async () => {
    const store = ['--store', 'vast://renders-db/exr_test'];
    const first = await exr(['index', fixtures, '--json', ...store]);
    const { inserted } = JSON.parse(first.stdout) as { inserted: number };
    expect(inserted).toBeGreaterThan(100);
    expect(JSON.parse((await exr(['index', fixtures, '--json', '--store', 'vast://'], { VAST_DB_SCHEMA: 'exr_test' })).stdout)).toMatchObject({ inserted: 0, replaced: 0 });
    const found = await exr(['find', '--where', 'compression = dwaa', '--format', 'paths', ...store]);
    expect(found.stdout.trim().split('\n').length).toBeGreaterThan(3);
    const similar = await exr(['similar', `${fixtures}/scan_half_rgba_zip.exr`, '-n', '1', '--format', 'json', ...store]);
    expect(similar.code).toBe(0);
    expect(JSON.parse(similar.stdout)).toHaveLength(1);
    expect(await exr(['sql', 'SELECT 1', ...store])).toMatchObject({ code: 2, stderr: expect.stringContaining('needs a store in a file') as unknown });
  }, 60_000);

  it('says which variable is missing', async () => {
    expect(await exr(['find', '--store', 'vast://b/s'], { VAST_DB_ACCESS_KEY: undefined })).toMatchObject({ code: 2, stderr: expect.stringContaining('VAST_DB_ACCESS_KEY is not set') as unknown });
  });
});
