// Time, memory and liveness of reading: every fixture and damaged file, and files made to cost much, in processes of their own.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { LARGE, SMALL } from './costly.mjs';

const child = fileURLToPath(new URL('cost-child.mjs', import.meta.url));
const fixtures = fileURLToPath(new URL('../../../test-fixtures/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'exr-cost-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Milliseconds that the event loop may stand still; megabytes of a process; seconds of the processor for one of the four works. */
const STILL = 200;
const MEMORY = 512;
const SECONDS = 3;

async function measured(threads, paths) {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions', '@exr/dist', child, String(threads), ...paths], { maxBuffer: 2 ** 26, timeout: 590_000 });
  const rows = stdout.trim().split('\n').map((line) => JSON.parse(line));
  return { rows: rows.slice(0, -1), peak: rows.at(-1).peak };
}

const works = (row) => Object.entries(row).filter(([name]) => name !== 'path' && name !== 'thrown');

// Where there is no schedstat nothing can be said of one thread.
describe.skipIf(process.platform !== 'linux')('reading', () => {
  it.each(['', 'damaged/'])('every file of test-fixtures/%s keeps the event loop turning', async (folder) => {
    const paths = readdirSync(fixtures + folder).filter((name) => name.endsWith('.exr')).map((name) => fixtures + folder + name);
    const { rows, peak } = await measured(2, paths);
    expect(rows).toHaveLength(paths.length);
    expect(rows.filter((row) => row.thrown)).toEqual([]);
    expect(rows.flatMap((row) => works(row).filter(([, { still }]) => still > STILL).map(([name, { still }]) => [row.path, name, still]))).toEqual([]);
    expect(peak).toBeLessThan(MEMORY);
  }, 600_000);

  const files = Object.entries(process.env.EXR_COST === 'all' ? { ...SMALL, ...LARGE } : SMALL);
  it.each(files)('%s', async (name, make) => {
    const path = join(scratch, `${name.replaceAll(' ', '_')}.exr`);
    writeFileSync(path, make());
    for (const threads of process.env.EXR_COST === 'all' ? [1, 2, 8] : [8]) {
      const { rows: [row], peak } = await measured(threads, [path]);
      expect(row.thrown).toBeUndefined();
      for (const [work, { seconds, still }] of works(row)) {
        expect.soft(still, `${work}: milliseconds without a turn, ${threads} threads`).toBeLessThan(STILL);
        expect.soft(seconds, `${work}: seconds of the processor, ${threads} threads`).toBeLessThan(SECONDS);
      }
      expect.soft(peak, `megabytes, ${threads} threads`).toBeLessThan(MEMORY);
    }
    rmSync(path);
  }, 600_000);
});
