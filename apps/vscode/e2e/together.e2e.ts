/** Bar 1: two editors side by side move in step, Source Control's comparison too. */
import { describe, expect, test } from 'vitest';
import { ExrView } from './exr-view.ts';
import { shot, useWorkbench } from './suite.ts';

describe('side by side', () => {
  const bench = useWorkbench();

  test('two splits of one file', async () => {
    const one = await ExrView.open(bench(), shot('large/photo.exr'));
    await one.picture();
    await bench().command('View: Split Editor');
    const [left, right] = await ExrView.all(bench(), 2);
    await left!.picture();
    await right!.picture();
    await left!.press('e', 'e', '+');
    const moved = await left!.until('the change', ({ view: now }) => now.exposure > 0 && now.zoom !== 'fit');
    const followed = await right!.until('the same look', ({ view: now }) => now.exposure === moved.view.exposure);
    expect(followed.view.zoom).toBe(moved.view.zoom);
    await bench().screenshot('together-splits');
    await bench().closeAll();
  });

  test('a changed frame in Source Control', async () => {
    await ExrView.open(bench(), shot('git/beauty.exr'));
    await bench().page.locator('.title-actions, .editor-actions').getByRole('button', { name: /Open Changes/ }).first().click();
    const [left, right] = await ExrView.all(bench(), 2);
    await left!.picture();
    await right!.picture();
    await right!.press('e', 'e');
    const moved = await right!.until('the change', ({ view: now }) => now.exposure > 0);
    await left!.until('the same exposure', ({ view: now }) => now.exposure === moved.view.exposure);
    await bench().screenshot('together-source-control');
    await bench().closeAll();
  });
});
