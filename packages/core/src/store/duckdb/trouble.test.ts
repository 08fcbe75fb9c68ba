/** What the world does to a store: a full disk, a lock held for long, a read-only folder. Child processes run the build (`nx test` builds first). */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { sample } from '../contract.spec-util.ts';
import { openStore } from '../index.ts';
import { realFile } from './gate.ts';
import { isWaitedFor, markWaiting, unmark } from './waiting.ts';

const built = fileURLToPath(new URL('../../../dist/store/index.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'exr-trouble-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const script = (body: string): string[] => ['--input-type=module', '-e', `import { openStore } from ${JSON.stringify(pathToFileURL(built).href)}; ${body}`];

/** Holds the file's lock until killed. */
async function holder(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `import { DuckDBInstance } from '@duckdb/node-api'; const i = await DuckDBInstance.create(${JSON.stringify(file)}); globalThis.i = i; console.log('held'); setInterval(() => i, 1000);`], { cwd: fileURLToPath(new URL('../../..', import.meta.url)) });
  let said = '';
  child.stderr!.on('data', (text) => (said += String(text)));
  const held = await Promise.race([once(child.stdout!, 'data').then(() => true), once(child, 'close').then(() => false)]);
  if (!held) throw new Error(`the holder could not open the file: ${said}`);
  return child;
}

/** A store that is written and closed: one that lingers keeps the file from who does not ask for it (see gate.ts), as the holder here. */
async function written(file: string): Promise<void> {
  const store = openStore(file);
  await store.put([sample()]);
  await store.close();
}

describe.skipIf(!existsSync(built))('a lock held by another process', () => {
  it('is waited for, with a word, and then taken', async () => {
    const file = join(folder, 'held.duckdb');
    await written(file);
    const child = await holder(file);
    const waits: string[] = [];
    setTimeout(() => child.kill('SIGKILL'), 600);
    const store = openStore(file, { lockTimeoutMs: 20_000, onWait: (_, by) => waits.push(by) });
    expect(await store.put([sample({ frame: 1002 })])).toMatchObject({ inserted: 1 });
    expect(waits[0]).toMatch(/PID \d+/);
  });

  it('held for too long is an error that names the holder; nothing is lost; waiting can be cancelled', async () => {
    const file = join(folder, 'long.duckdb');
    await written(file);
    const child = await holder(file);
    try {
      await expect(openStore(file, { lockTimeoutMs: 300 }).put([sample({ frame: 2 })])).rejects.toMatchObject({ code: 'STORE_BUSY', message: expect.stringMatching(/PID \d+/) });
      await expect(openStore(file, { lockTimeoutMs: 300 }).summary()).rejects.toMatchObject({ code: 'STORE_BUSY' });
      const reason = new Error('enough');
      const abort = new AbortController();
      setTimeout(() => abort.abort(reason), 100);
      await expect(openStore(file).put([sample({ frame: 3 })], { signal: abort.signal })).rejects.toBe(reason);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    expect(await openStore(file).summary()).toMatchObject({ files: 1 });
  });
});

describe.skipIf(!existsSync(built) || process.platform === 'win32')('a full disk', () => {
  it('is said, and what was there before is still there', async () => {
    const file = join(folder, 'full.duckdb');
    await openStore(file).put([sample()]);
    // A limit on the size of files stands for the disk: writing beyond it fails as on a full one (EFBIG).
    const big = script(`
      const { report, identity } = ${JSON.stringify(sample())};
      const value = (n) => Array.from({ length: 40000 }, (_, i) => ((i * 2654435761 * (n + 7)) >>> 0).toString(36)).join('');
      const files = Array.from({ length: 60 }, (_, n) => ({ report: { ...report, parts: [{ ...report.parts[0], attributes: [{ name: 'comments', type: 'string', size: 1, value: value(n) }] }] }, identity: { ...identity, path: '/big/' + n } }));
      await openStore(${JSON.stringify(file)}).put(files).then(() => console.log('written'), (error) => console.log(error.code, error.message));`);
    const output = await new Promise<string>((resolve) => execFile('bash', ['-c', 'ulimit -f 8192; trap "" XFSZ; exec "$@"', 'bash', process.execPath, ...big], (_, stdout, stderr) => resolve(stdout + stderr)));
    expect(output).toMatch(/^READ_FAILED .*disk is full or not writable/);
    expect(await openStore(file).summary()).toMatchObject({ files: 1, byStatus: [{ name: 'ok', files: 1 }] });
    expect(await openStore(file).put([sample({ frame: 9 })])).toMatchObject({ inserted: 1 });
  });
});

it('a folder that cannot be made is said', async () => {
  const file = join(folder, 'plain');
  writeFileSync(file, '');
  await expect(openStore(join(file, 'store.duckdb')).put([sample()])).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('folder cannot be made') });
});

it('who may not write beside the store leaves the mark elsewhere, and takes it away', () => {
  const file = join(folder, 'marked.duckdb');
  mkdirSync(`${file}.waiting`); // nothing can be written under that name
  utimesSync(`${file}.waiting`, 0, 0);
  expect(isWaitedFor(file)).toBe(false);
  markWaiting(file);
  expect(isWaitedFor(file)).toBe(true);
  expect(isWaitedFor(join(folder, 'another.duckdb'))).toBe(false);
  unmark(file);
  expect(isWaitedFor(file)).toBe(false);
});

it('one file under two names is one file', async () => {
  const file = join(folder, 'real.duckdb');
  await openStore(file).put([sample()]);
  expect(realFile(join(folder, '.', 'x', '..', 'real.duckdb'))).toBe(realFile(file));
});
