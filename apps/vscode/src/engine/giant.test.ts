/** A header of 60 MB in the process that has it open: the extension's own bundle, as it is shipped. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bytesOf } from './fixtures.spec-util.ts';

const engine = join(import.meta.dirname, '../../dist/engine.cjs');
const base = mkdtempSync(join(tmpdir(), 'exr-vscode-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

it('opens within the limits of the editor and 512 MB', () => {
  if (!existsSync(engine)) throw new Error(`${engine} is not built: run \`npx nx build exr-vscode\``);
  const whole = bytesOf('attributes.exr');
  const names: string[] = [];
  for (let i = 0, length = 0; length < 60_000_000; i++) {
    names.push(`"/root/world/geo/city/block_${i % 97}/building_${String(i).padStart(7, '0')}/geoShape":"${((i * 2654435761) >>> 0).toString(16).padStart(8, '0')}"`);
    length += names.at(-1)!.length + 1;
  }
  const manifest = Buffer.from(`{${names.join(',')}}`);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(manifest.length);
  const path = join(base, 'manifest.exr');
  writeFileSync(path, Buffer.concat([whole.subarray(0, 8), Buffer.from('cryptomatte/1234567/manifest\0string\0'), size, manifest, whole.subarray(8)]));
  const program = `
    const { openSession, fileSource } = require(process.argv[1]);
    const { existsSync, readFileSync } = require('node:fs');
    void (async () => {
      const session = await openSession(fileSource(process.argv[2]), { name: 'manifest.exr', revision: 1, mtime: () => null, tier: 'table', threads: 2 });
      const { report } = session.opened;
      const attribute = report.parts[0].attributes[0];
      const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
      const peak = Number(/VmHWM:\\s*(\\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
      console.log(JSON.stringify({ name: attribute.name, size: attribute.size, text: attribute.value.text.slice(0, 30), length: attribute.value.length, limits: report.errors.filter(({ code }) => code === 'LIMIT_EXCEEDED').length, peak }));
      await session.close();
    })();`;
  const out = JSON.parse(execFileSync(process.execPath, ['-e', program, engine, path], { encoding: 'utf8' })) as Record<string, number | string>;
  expect(out).toMatchObject({ name: 'cryptomatte/1234567/manifest', size: manifest.length, length: manifest.length, text: manifest.toString('utf8', 0, 30), limits: 0 });
  expect(out['peak']).toBeLessThan(512);
}, 120_000);
