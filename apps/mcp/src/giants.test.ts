/** What honest productions have and strangers' files imitate: headers of 60 MB, frames of 2 GB. */
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestClient, textOf } from './client.spec-util.ts';
import { makeExr, stringAttribute, writeExr } from './exr.spec-util.ts';

const NAMES = 780_000;
let base: string;
let server: TestClient;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'exr-mcp-'));
  const names = Array.from({ length: NAMES }, (_, i) => `"/root/world/geo/city/block_${i % 97}/building_${String(i).padStart(7, '0')}/facade/geoShape":"${((i * 2654435761) >>> 0).toString(16).padStart(8, '0')}"`);
  const manifest = `{${names.join(',')}}`;
  expect(manifest.length).toBeGreaterThan(56_000_000);
  writeExr(join(base, 'manifest.exr'), { attributes: [stringAttribute('cryptomatte/1234567/name', 'crypto'), stringAttribute('cryptomatte/1234567/manifest', manifest), stringAttribute('comments', 'x'.repeat(60_000_000 - manifest.length))] });
  server = await startServer([base]);
}, 120_000);
afterAll(async () => {
  await server.close();
  rmSync(base, { recursive: true, force: true });
});

const peakMegabytes = (pid: number): number => {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
};

describe('a header of 60 MB', () => {
  it('is answered about by every tool within 512 MB, by many calls at a time', async () => {
    const path = 'manifest.exr';
    expect(textOf(await server.call('exr_summary', { path }))).toContain('57.2 MiB');
    expect(await server.data('exr_attributes', { path, ids: '*building_0654321/*' })).toMatchObject({ total: 1, ids: [{ id: ((654_321 * 2654435761) >>> 0).toString(16).padStart(8, '0') }] });
    expect(await server.data('exr_attributes', { path, ids: '*' })).toMatchObject({ total: NAMES, next_cursor: expect.any(String) });
    expect(await server.data('exr_structure', { path, check: 'decode' })).toMatchObject({ verdict: 'ok' });
    expect(await server.data('exr_stats', { path })).toMatchObject({ channels: [{ min: 0.5 }, { min: 0.5 }, { min: 0.5 }, { min: 0.5 }] });
    expect((await server.call('exr_compare', { before: path, after: path })).isError).toBeFalsy();
    const many = await Promise.all(Array.from({ length: 12 }, () => server.call('exr_attributes', { path, match: 'c*' })));
    expect(many.filter(({ isError }) => isError)).toEqual([]);
    expect(peakMegabytes(server.pid)).toBeLessThan(512);
  }, 240_000);
});

/** RGBA halves, uncompressed, all zero: a sparse file. */
function largeFrame(path: string, size: number): void {
  const small = makeExr({ width: size, height: 1 });
  const line = size * 8;
  const header = Buffer.from(small.subarray(0, small.length - line - 16));
  const was = Buffer.alloc(16);
  was.writeInt32LE(size - 1, 8);
  for (let at = header.indexOf(was); at >= 0; at = header.indexOf(was, at + 1)) header.writeInt32LE(size - 1, at + 12);
  const start = header.length + 8 * size;
  const file = openSync(path, 'w');
  writeSync(file, header, 0, header.length, 0);
  writeSync(file, new BigUint64Array(Array.from({ length: size }, (_, y) => BigInt(start + y * (line + 8)))), 0, 8 * size, header.length);
  for (let y = 0; y < size; y++) writeSync(file, Int32Array.of(y, line), 0, 8, start + y * (line + 8));
  ftruncateSync(file, start + size * (line + 8));
  closeSync(file);
}

describe('a frame of 2 GB', () => {
  it('is read within 512 MB; what its seconds did not suffice for is said to be partial', async () => {
    largeFrame(join(base, 'frame.exr'), 16_384);
    const hurried = await startServer([base, '--limit', 'seconds=0.2']);
    try {
      expect(textOf(await hurried.call('exr_summary', { path: 'frame.exr' }))).toMatch(/2\.00 GiB[^]*16384x16384/);
      expect(await hurried.data('exr_structure', { path: 'frame.exr', check: 'table' })).toMatchObject({ verdict: 'ok' });
      const partial = textOf(await hurried.call('exr_stats', { path: 'frame.exr' }));
      // By its own end of the pass, or by that of the file when the machine is busy.
      expect(partial).toMatch(/PARTIAL[^]*seconds|took longer than 0\.3 s — ask for less|not done after 0\.2 seconds, which is the limit — ask for less/);
      expect(peakMegabytes(hurried.pid)).toBeLessThan(512);
    } finally {
      await hurried.close();
    }
  }, 120_000);
});
