// Statements that DuckDB does not interrupt by itself, in the command.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const store = join(mkdtempSync(join(tmpdir(), 'exr-sql-')), 's.duckdb');
const fixture = fileURLToPath(new URL('../../../test-fixtures/rip_zip.exr', import.meta.url));
const sql = (...args: string[]) => spawnSync(process.execPath, [bin, 'sql', '--store', store, ...args], { encoding: 'utf8' });
/** One text of 3 GB's worth of work within one chunk: each row is searched as a whole. */
const DEAF = "WITH t AS (SELECT repeat('a', 10000) || x AS s FROM range(30000) t(x)), u AS (SELECT string_agg(s, '') AS s FROM t) SELECT length(regexp_replace(s, '(a|b|a.|ab)*c', 'x', 'g')) FROM u";

beforeAll(() => {
  expect(spawnSync(process.execPath, [bin, 'index', fixture, '--store', store]).status).toBe(0);
});

describe('a statement', () => {
  it('is answered, and its exit code is the child’s', () => {
    expect(sql('SELECT 1 AS a', '-f', 'json')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('"a": 1') });
    expect(sql('DELETE FROM files')).toMatchObject({ status: 2, stdout: '' });
  });
  it('that hears no interrupt ends, with its reason', () => {
    const { status, stderr } = sql('--seconds', '1', DEAF);
    expect([status, stderr]).toEqual([3, expect.stringContaining('LIMIT_EXCEEDED')]);
  }, 120_000);
  it('that makes long texts out of long texts ends before it has taken much', () => {
    const eight = (from: string, to: string): string => `${to} AS (SELECT ${Array(8).fill('s').join(' || ')} AS s FROM ${from})`;
    const { status, stderr } = sql(`WITH t AS (SELECT repeat('a', 10000) || x AS s FROM range(2000) t(x)), ${eight('t', 'u')}, ${eight('u', 'v')}, ${eight('v', 'w')} SELECT sum(length(s)) FROM w`);
    expect([status, stderr]).toEqual([3, expect.stringMatching(/LIMIT_EXCEEDED|memory/i)]);
  }, 120_000);
  it('is stopped by a signal to the command', async () => {
    const child = spawn(process.execPath, [bin, 'sql', '--store', store, 'SELECT count(*) FROM range(100000000000) a, range(100000000000) b'], { stdio: 'ignore' });
    setTimeout(() => child.kill('SIGTERM'), 3000);
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(143);
  }, 120_000);
});
