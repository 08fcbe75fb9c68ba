// The built program against a real S3 server (npm run test:s3), as a user runs it.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { s3Testbed } from '@exr/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const fixtures = fileURLToPath(new URL('../../../test-fixtures/', import.meta.url));
const store = join(mkdtempSync(join(tmpdir(), 'exr-cli-s3-')), 'exr.duckdb');
const s3 = s3Testbed(process.env);
let bucket: string;

/** Where each fixture is put: below a prefix, below one that begins like it, and beside. */
const OBJECTS: Record<string, string> = {
  'sh 010/beauty+a.1001.exr': 'rip_zip.exr', 'sh 010/beauty+a.1002.exr': 'rip_piz.exr', 'sh 010/below/deep.exr': 'deep_scan_zips.exr', 'sh 010/notes.txt': 'rip_zip.expected.json',
  'sh 0102/other.exr': 'scan_half_rgba_zip.exr', 'zero.exr': 'damaged/t3_table_zero.exr', 'garbage.exr': 'rip_zip.expected.json',
};
beforeAll(async () => {
  bucket = await s3.makeBucket();
  for (const [key, name] of Object.entries(OBJECTS)) await s3.put(bucket, key, readFileSync(join(fixtures, name)));
});

const { FORCE_COLOR: _, ...env } = process.env;
interface Ran { code: number; stdout: Buffer; stderr: string }
function exr(args: string[], more: Record<string, string | undefined> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { encoding: 'buffer', maxBuffer: 2 ** 28, env: { ...env, ...more } }, (error, stdout, stderr) => {
      resolve({ code: error ? ((error.code as unknown as number) ?? -1) : 0, stdout, stderr: stderr.toString() });
    });
  });
}
const lines = (ran: Ran) => ran.stdout.toString().trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const at = (key: string): string => `s3://${bucket}/${key}`;
const paths = async (args: string[]) => lines(await exr(['inspect', ...args, '-f', 'ndjson'])).map(({ file }) => file.path);

describe('objects are as good as files', () => {
  it('inspect, stats: the same report but for path and date', async () => {
    const [there, here] = [lines(await exr(['inspect', '--stats', '-f', 'ndjson', at('sh 010/beauty+a.1001.exr')])), lines(await exr(['inspect', '--stats', '-f', 'ndjson', join(fixtures, 'rip_zip.exr')]))];
    expect(there[0].file).toMatchObject({ path: at('sh 010/beauty+a.1001.exr'), frame_number: 1001, mtime: expect.stringMatching(/^20/) as string });
    const same = (report: Record<string, unknown> & { file: object }) => ({ ...report, file: { ...report.file, path: '', mtime: '', frame_number: null } });
    expect(same(there[0])).toEqual(same(here[0]));
    expect((await exr(['stats', at('sh 010/beauty+a.1001.exr')])).stdout.toString()).toContain('beauty+a.1001.exr');
  });
  it('verify, and a copy with a right table', async () => {
    const ran = await exr(['verify', at('zero.exr')]);
    expect([ran.code, ran.stdout.toString()]).toEqual([1, expect.stringContaining('recoverable')]);
    const target = join(store, '../saved.exr');
    expect((await exr(['verify', at('zero.exr'), '--fix-table', target])).code).toBe(0);
    expect(readFileSync(target).equals(readFileSync(join(fixtures, 'scan_half_rgba_zip.exr')))).toBe(true);
  });
  it('planes and preview give the same bytes', async () => {
    for (const args of [['planes', '--channel', 'R'], ['preview', '-o', '-', '--size', '64']]) {
      const [command, ...rest] = args;
      const [there, here] = [await exr([command!, at('sh 0102/other.exr'), ...rest]), await exr([command!, join(fixtures, 'scan_half_rgba_zip.exr'), ...rest])];
      expect([there.code, here.code]).toEqual([0, 0]);
      expect(there.stdout.length).toBeGreaterThan(100);
      expect(there.stdout.equals(here.stdout)).toBe(true);
    }
  });
});

describe('a slash at the end names what is below', () => {
  it('level by level, or all of it with --recursive; never what only begins alike', async () => {
    expect(await paths([at('sh 010/')])).toEqual([at('sh 010/beauty+a.1001.exr'), at('sh 010/beauty+a.1002.exr')]);
    expect(await paths([at('sh 010/'), '-r'])).toEqual([at('sh 010/beauty+a.1001.exr'), at('sh 010/beauty+a.1002.exr'), at('sh 010/below/deep.exr')]);
    for (const whole of [at(''), `s3://${bucket}`]) {
      expect(await paths([whole])).toEqual([at('garbage.exr'), at('zero.exr')]);
      expect(await paths([whole, '-r'])).toHaveLength(6);
    }
  });
  it('nothing there is said', async () => {
    const ran = await exr(['inspect', at('sh 0/')]);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('no EXR files in')]);
    const slash = await exr(['inspect', at('sh 010')]);
    expect([slash.code, slash.stdout.toString() + slash.stderr]).toEqual([4, expect.stringContaining('a slash at its end')]);
  });
});

describe('errors', () => {
  it('one bad object does not stop the others', async () => {
    const ran = await exr(['inspect', at('gone.exr'), at('garbage.exr'), 's3://no-such-bucket/x.exr', 's3://no-such-bucket/', at('zero.exr'), '-f', 'ndjson']);
    expect(lines(ran).map(({ errors }) => errors.map(({ code }: { code: string }) => code).join())).toEqual(['READ_FAILED', 'NOT_EXR', 'READ_FAILED', 'READ_FAILED', '']);
    expect(ran.code).toBe(4);
  });
  it('what to set is said, and no key is shown', async () => {
    const without = await exr(['inspect', at('zero.exr')], { S3_ACCESS_KEY: '', S3_SECRET_KEY: '' });
    expect(without.stdout.toString() + without.stderr).toContain('set S3_ACCESS_KEY and S3_SECRET_KEY');
    expect(without.code).toBe(2);
    const wrong = await exr(['preview', at('zero.exr'), '-o', '-'], { S3_SECRET_KEY: 'hunter2hunter2' });
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('SignatureDoesNotMatch: the secret key is not the one')]);
    expect(wrong.stderr).not.toContain('hunter2');
  });
});

describe('exr index', () => {
  const index = async (...args: string[]) => {
    const ran = await exr(['index', ...args, '--store', store, '--json']);
    return { code: ran.code, stderr: ran.stderr, counts: ran.stdout.length ? JSON.parse(ran.stdout.toString()) : null };
  };
  const found = async () => lines(await exr(['find', '--store', store, '-f', 'ndjson'])).map((row) => [row.bucket, row.path ?? row.file_path]);
  it('remembers bucket, key and version; reads only what changed; forgets what went', async () => {
    expect(await index(at('sh 010/'))).toMatchObject({ code: 0, counts: { seen: 3, inserted: 3, failed: 0 } });
    expect(await index(at('sh 010/'))).toMatchObject({ counts: { seen: 3, inserted: 0, unchanged: 3 } });
    await s3.put(bucket, 'sh 010/below/deep.exr', readFileSync(join(fixtures, 'deep_tile_zips.exr')));
    expect(await index(at('sh 010/'))).toMatchObject({ counts: { seen: 3, replaced: 1, unchanged: 2 } });
    await s3.remove(bucket, 'sh 010/beauty+a.1002.exr');
    expect(await index(at('sh 010/'))).toMatchObject({ counts: { seen: 2, unchanged: 2, removed: 1 } });
    expect(await index(at('sh 0102/other.exr'))).toMatchObject({ counts: { seen: 1, inserted: 1 } });
    expect(await found()).toEqual(expect.arrayContaining([[bucket, 'sh 0102/other.exr'], [bucket, 'sh 010/below/deep.exr']]));
    expect((await exr(['find', '--store', store])).stdout.toString()).toContain(at('sh 0102/other.exr'));
    expect((await exr(['similar', at('sh 0102/other.exr'), '--store', store, '-f', 'json'])).code).toBe(0);
  });
  it('a server that is not reached removes nothing', async () => {
    const before = await found();
    const ran = await exr(['index', at('sh 010/'), '--store', store, '--json'], { S3_SECRET_KEY: 'hunter2hunter2' });
    expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining('SignatureDoesNotMatch')]);
    expect(await found()).toEqual(before);
  });
});
