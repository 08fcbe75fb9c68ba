/** Bar 1: a render lands while it is looked at; how it is looked at stays. */
import { describe, expect, test } from 'vitest';
import { copyFileSync } from 'node:fs';
import { ExrView } from './exr-view.ts';
import { growing } from './growing.mjs';
import { shot, useWorkbench } from './suite.ts';

describe('live', () => {
  const bench = useWorkbench();

  test('a file that grows is shown as it grows, with exposure and zoom kept', async () => {
    const render = growing(shot('large/1080p-zip.exr'), shot('large/render.1001.exr'));
    render.write(0.4);
    const view = await ExrView.open(bench(), shot('large/render.1001.exr'));
    await view.picture();
    await view.press('e', 'e', '0');
    const before = await view.until('one to one', ({ view: now }) => now.exposure > 0 && now.zoom === 1);
    await bench().statusItem('still rendering').waitFor();
    await bench().screenshot('live-40-percent');
    render.write(0.8);
    const more = await view.until('a reload', ({ revision }) => revision! > before.revision!);
    expect(more.view).toMatchObject({ exposure: before.view.exposure, zoom: 1, layer: before.view.layer });
    await view.picture();
    await bench().screenshot('live-80-percent');
    render.finish();
    await view.until('the last reload', ({ revision }) => revision! > more.revision!);
    await bench().statusItem('still rendering').waitFor({ state: 'detached' });
    await view.picture();
    await view.press('f');
    await view.until('all of it', ({ view: now }) => now.zoom === 'fit');
    await bench().page.waitForTimeout(500);
    await view.picture();
    await bench().screenshot('live-finished');
  });

  test('a frame is rendered anew into the same name', async () => {
    copyFileSync(shot('fixtures/scan_half_rgba_zip.exr'), shot('large/again.exr'));
    const view = await ExrView.open(bench(), shot('large/again.exr'));
    await view.picture();
    const before = await view.probe();
    copyFileSync(shot('large/photo.exr'), shot('large/again.exr'));
    await view.until('the new size', ({ revision, pieces, picture }) => revision! > before.revision! && picture.status === 'shown' && pieces[0]?.width === 480);
    await bench().screenshot('live-replaced');
  });
});
