/** Bar 1 and 2: what is not whole says what could be read, why not the rest, and stands in the Problems panel. */
import { describe, expect, inject, test } from 'vitest';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExrView } from './exr-view.ts';
import { shot, useWorkbench } from './suite.ts';

describe('broken files', () => {
  const bench = useWorkbench();

  test('a truncated frame shows what is there, hatches the rest, and is a problem', async () => {
    const view = await ExrView.open(bench(), shot('damaged/t6_truncated.exr'));
    await view.picture();
    await bench().screenshot('broken-truncated');
    await expect.poll(() => bench().problems().then((rows) => rows.join('\n'))).toMatch(/t6_truncated\.exr[\s\S]*missing/);
    await bench().screenshot('broken-problems');
  });

  for (const [name, says] of [['t0_png', /PNG/], ['t0_html', /HTML|not an OpenEXR/i], ['t0_empty', /empty/i]] as const) {
    test(`not an EXR: ${name}`, async () => {
      const view = await ExrView.open(bench(), shot(`damaged/${name}.exr`));
      await expect.poll(() => view.said().then((all) => all.join('\n'))).toMatch(says);
      await bench().screenshot(`broken-${name}`);
    });
  }

  test('every damaged fixture opens with its header or says why not, and nothing hangs', async () => {
    for (const name of readdirSync(join(inject('workspace'), 'damaged'))) {
      const view = await ExrView.open(bench(), shot(`damaged/${name}`));
      await view.settled();
      await bench().screenshot(`damaged-${name.replace('.exr', '')}`);
      expect(await bench().notifications(), name).toEqual([]);
    }
  }, 300_000);
});
