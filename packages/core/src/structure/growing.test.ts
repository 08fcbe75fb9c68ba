// A file that another program is writing while we read it: `in progress` or SOURCE_CHANGED, and never numbers of pixels that are not there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileSource } from '../bytes/file-node.ts';
import { memorySource } from '../bytes/index.ts';
import { readChunkIndex } from '../chunks/index.ts';
import { openExr } from '../header/index.ts';
import { inspect } from '../inspect/index.ts';
import { computeStats } from '../stats/index.ts';
import { verify } from './index.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'exr-growing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * A renderer writes headers and an empty table, then chunk after chunk, then the table over the empty one (OutputFile of OpenEXR). A copy grows
 * from front to back. `touch` also writes the last bytes again and again: the size stays, the time does not.
 */
const WRITER = `
const fs = require('node:fs');
const [from, to, how, tableStart, tableEnd] = process.argv.slice(1);
const bytes = fs.readFileSync(from), start = Number(tableStart), end = Number(tableEnd);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
(async () => {
  const file = fs.openSync(to, 'w');
  process.stdout.write('begun');
  const whole = Buffer.from(bytes);
  if (how === 'renderer') whole.fill(0, start, end);
  const step = Math.ceil(whole.length / 60);
  // The second half waits until somebody has looked at the first.
  const seen = new Promise((resolve) => process.stdin.once('data', resolve));
  for (let at = 0; at < whole.length; at += step) { if (at > whole.length / 2) await seen; fs.writeSync(file, whole, at, Math.min(step, whole.length - at), at); await sleep(4); }
  if (how === 'renderer') fs.writeSync(file, bytes, start, end - start, start);
  if (how === 'touch') for (let i = 0; i < 60; i++) { fs.writeSync(file, bytes, bytes.length - 1, 1, bytes.length - 1); await sleep(4); }
  fs.closeSync(file);
  process.exit(0);
})();`;

/** The same file without some chunks: their entries zeroed and their bytes overwritten, so that nothing finds them. */
async function statsWithout(bytes: Uint8Array, gone: ReadonlySet<number>) {
  const copy = bytes.slice();
  const { tables } = await readChunkIndex(await openExr(memorySource(bytes, 'whole')));
  const { start, offsets } = tables[0]!;
  const ends = [...offsets, bytes.length].sort((a, b) => a - b);
  for (const chunk of gone) {
    copy.fill(0, start + chunk * 8, start + chunk * 8 + 8);
    copy.fill(0xff, offsets[chunk]!, ends.find((end) => end > offsets[chunk]!));
  }
  return (await computeStats(await openExr(memorySource(copy, 'without')), { threads: 1 })).parts[0]!.channels;
}

describe.each(['scan_half_rgba_none', 'scan_half_rgba_zip', 'tile_half_rgba_rle'])('%s', (name) => {
  const path = `${fixtures}${name}.exr`;
  const bytes = new Uint8Array(readFileSync(path));

  it.each(['renderer', 'copy', 'touch'])('written by a %s', async (how) => {
    const target = join(folder, `${name}-${how}.exr`);
    const index = await readChunkIndex(await openExr(memorySource(bytes, 'whole')));
    const writer = spawn(process.execPath, ['-e', WRITER, path, target, how, String(index.tables[0]!.start), String(index.tablesEnd)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(writer, 'exit');
    await once(writer.stdout, 'data');
    const seen = new Map<string, number>();
    let writing = true;
    void ended.then(() => (writing = false));
    const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    while (writing) {
      const source = fileSource(target);
      const { structure, errors } = await verify(source, { mtime: () => source.mtime, threads: 1, tier: 'decode' });
      await source.close!();
      const verdict = String(structure!['verdict']);
      note(verdict);
      // "ok" only of the whole file.
      // "recoverable" only when every chunk is there and the table alone is not.
      if (verdict === 'ok' || verdict === 'recoverable') expect(readFileSync(target).length).toBe(bytes.length);
      else expect([verdict, errors.map(({ code }) => code)]).toEqual(['in progress', expect.anything()]);

      writer.stdin.end('seen');
      const again = fileSource(target);
      const report = await inspect(again, { stats: { threads: 1 }, mtime: () => again.mtime });
      await again.close!();
      const part = report.stats?.parts[0];
      const codes = report.errors.map(({ code }) => code);
      if (!part) {
        note('no numbers');
        expect(codes.length).toBeGreaterThan(0);
        continue;
      }
      note(part.partial ? 'partial' : 'whole');
      if (part.partial) expect(codes.length).toBeGreaterThan(0);
      expect(JSON.stringify(part.channels)).toBe(JSON.stringify(await statsWithout(bytes, new Set(part.skipped.map(({ chunk }) => chunk)))));
    }
    await ended;
    expect(seen.get('in progress')).toBeGreaterThan(0);
    const source = fileSource(target);
    expect((await verify(source, { mtime: () => source.mtime, threads: 1, tier: 'decode' })).structure!['verdict']).toBe('ok');
    await source.close!();
  });
});
