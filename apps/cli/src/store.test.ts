// index, find, similar, sql, export and report of the built program on a scratch folder.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultStore } from './store/open.ts';

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`../../../test-fixtures/${name}`, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'exr-cli-store-'));
const renders = join(scratch, "it's renders");
const { FORCE_COLOR: _, ...env } = process.env;
const exr = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => execFile(process.execPath, [program, ...args], { env: { ...env, EXR_STORE: join(scratch, 'store.duckdb') }, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr })));
const indexed = async (...args: string[]) => JSON.parse((await exr('index', renders, '--json', ...args)).stdout);

beforeAll(() => {
  mkdirSync(join(renders, 'deep'), { recursive: true });
  for (const frame of [1001, 1002, 1004]) copyFileSync(fixture('half_naninf_dwaa.exr'), join(renders, `beauty.${frame}.exr`));
  copyFileSync(fixture('half_naninf_piz.exr'), join(renders, 'other.exr'));
  copyFileSync(fixture('deep_scan_zips.exr'), join(renders, 'deep', 'smoke.0001.exr'));
  writeFileSync(join(renders, 'broken.exr'), 'not an exr');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the store', () => {
  it('is asked for before it is there', async () => {
    expect(await exr('find')).toMatchObject({ code: 2, stderr: expect.stringContaining('exr index') });
  });

  it('remembers what is new, then only what changed, and what went', async () => {
    expect(await indexed()).toMatchObject({ seen: 6, inserted: 6, replaced: 0, unchanged: 0, removed: 0, failed: 1 });
    expect(await indexed()).toMatchObject({ seen: 6, inserted: 0, replaced: 0, unchanged: 6, removed: 0, failed: 0 });
    copyFileSync(fixture('half_naninf_zip.exr'), join(renders, 'other.exr'));
    utimesSync(join(renders, 'beauty.1002.exr'), new Date(), new Date('2026-01-01'));
    rmSync(join(renders, 'deep', 'smoke.0001.exr'));
    expect(await indexed()).toMatchObject({ seen: 5, inserted: 0, replaced: 2, unchanged: 3, removed: 1 });
    expect(await indexed('--stats')).toMatchObject({ replaced: 4, unchanged: 1 });
    expect(JSON.parse((await exr('sql', 'SELECT count(*) AS n FROM stats', '-f', 'json')).stdout)).toEqual([{ n: '16' }]);
  });

  it('a path that leads nowhere is said, not remembered', async () => {
    expect(await exr('index', renders, join(scratch, 'nowhere'))).toMatchObject({ code: 4, stderr: expect.stringContaining('there is no such file') });
    expect((await exr('find', '-f', 'paths')).stdout).not.toContain('nowhere');
  });

  it('finds', async () => {
    const lines = async (...args: string[]) => (await exr('find', '-f', 'ndjson', ...args)).stdout.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
    expect(await lines('--where', 'codec = dwaa')).toMatchObject([{ path: join(renders, 'beauty.####.exr'), files: 3, first_frame: 1001, last_frame: 1004, missing_frames: 1 }]);
    expect(await lines('--where', 'codec = dwaa', '--no-sequences')).toHaveLength(3);
    expect(await lines('--where', "status = 'error'")).toMatchObject([{ path: join(renders, 'broken.exr'), status: 'error' }]);
    expect(await lines('--channel', 'Z*')).toEqual([]);
    expect((await exr('find', '--software', 'nobody')).stdout).toBe('nothing found\n');
    expect(await exr('find', '--where', 'foo = 1')).toMatchObject({ code: 2, stderr: expect.stringContaining('no column "foo"') });
    expect(await exr('find', '--since', 'yesterday-ish')).toMatchObject({ code: 2, stderr: expect.stringContaining('--since') });
    expect((await exr('find', '-f', 'paths', '--under', join(renders, 'deep'))).stdout).toBe('');
  });

  it('finds the similar and says why', async () => {
    const matches = JSON.parse((await exr('similar', join(renders, 'beauty.1001.exr'), '-f', 'json', '--no-sequences')).stdout);
    expect(matches.map((match: { row: { path: string } }) => match.row.path.slice(renders.length + 1))).toEqual(['beauty.1002.exr', 'beauty.1004.exr', 'other.exr']);
    expect(matches[2].apart.map(({ text }: { text: string }) => text)).toEqual(expect.arrayContaining(['codec dwaa', 'codec zip']));
    expect((await exr('similar', '--describe', 'anything in ZIP', '-n', '1')).stdout).toMatch(/understood: codec zip[^]*other\.exr/);
    expect(await exr('similar')).toMatchObject({ code: 2 });
  });

  it('answers SQL, and only SQL that reads', async () => {
    expect((await exr('sql', "SELECT file_name, 'a,\"b' AS odd FROM files WHERE file_name = 'other.exr'", '-f', 'csv')).stdout).toBe('file_name,odd\nother.exr,"a,""b"\n');
    for (const statement of ['DROP TABLE files', "COPY files TO '/tmp/x.csv'", "SELECT * FROM read_text('/etc/hostname')"]) expect(await exr('sql', statement)).toMatchObject({ code: 2, stdout: '' });
  });

  it('exports and reports', async () => {
    const target = join(scratch, "o'dd name.ndjson");
    expect((await exr('export', '-f', 'ndjson', '-t', 'parts', '-o', target)).code).toBe(0);
    expect(readFileSync(target, 'utf8').trim().split('\n')).toHaveLength(4);
    expect((await exr('report')).stdout).toMatch(/files\s+5[^]*dwaa\s+3/);
    const page = (await exr('report', '-f', 'html')).stdout;
    expect(page).toContain('<svg');
    expect(page).toContain('it&#39;s renders');
    expect(page).not.toMatch(/<script|src=|href=|url\(/);
  });
});

it('lives where the system keeps data', () => {
  expect(defaultStore({ XDG_DATA_HOME: '/x' }, 'linux', '/home/a')).toBe('/x/exr-inspector/store.duckdb');
  expect(defaultStore({}, 'linux', '/home/a')).toBe('/home/a/.local/share/exr-inspector/store.duckdb');
  expect(defaultStore({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Application Support/exr-inspector/store.duckdb');
});
