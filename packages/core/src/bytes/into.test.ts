import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileSource } from './file-node.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'exr-into-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('fills the buffer that its reader gives, where that is long enough, and a new one otherwise', async () => {
  const path = join(folder, 'bytes');
  writeFileSync(path, Uint8Array.from({ length: 200 }, (_, i) => i));
  const source = fileSource(path);
  const into = new Uint8Array(100).fill(255);
  const some = await source.read(10, 50, { into });
  expect([some.buffer === into.buffer, some.byteOffset, some.length, some[0], some[49], into[50]]).toEqual([true, 0, 50, 10, 59, 255]);
  const more = await source.read(20, 101, { into });
  expect([more.buffer === into.buffer, more.length, more[0], more[100], into[0]]).toEqual([false, 101, 20, 120, 10]);
  await source.close?.();
});
