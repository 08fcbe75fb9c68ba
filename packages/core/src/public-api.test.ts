/** The public surface, name by name: a change here is a change for everybody who uses the package, so it must be meant (`vitest -u` after thought). */
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as neutral from './index.ts';
import * as node from './node.ts';

const fixture = join(import.meta.dirname, '../../../test-fixtures/multipart_3.exr');

it('exports these names', async () => {
  await expect(Object.keys(neutral).sort().join('\n')).toMatchFileSnapshot('./public-api.txt');
});

it('the Node door adds these', () => {
  expect(Object.keys(node).filter((name) => !(name in neutral)).sort()).toMatchInlineSnapshot(`
    [
      "fileSource",
      "nodeFetch",
      "openPath",
      "s3ConfigFromEnv",
    ]
  `);
});

it('the program at the top of index.ts does what it says', async () => {
  const server = createServer((_, response) => response.end(readFileSync(fixture)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const source = neutral.httpSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/beauty.1001.exr`);
    const file = await neutral.openExr(source);
    expect(file.parts.length).toBe(3);
    expect(file.parts.flatMap((part) => neutral.layersOf(part)).length).toBeGreaterThan(2);
    expect(file.problems).toEqual([]);
    expect(neutral.buildReport(file).file).toMatchObject({ frame_number: 1001, part_count: 3 });
    await source.close?.();
  } finally {
    server.close();
  }
});

it('openPath opens a path, and closes what it could not open', async () => {
  const { file, mtime, close } = await node.openPath(fixture);
  expect(file.parts).toHaveLength(3);
  expect(mtime).toBeInstanceOf(Date);
  await close();
  await expect(file.source.read(0, 1)).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(node.openPath(import.meta.filename)).rejects.toMatchObject({ code: 'NOT_EXR' });
  await expect(node.openPath('http://127.0.0.1:1/x.exr', { http: { retries: 0 } })).rejects.toMatchObject({ code: 'READ_FAILED' });
});
