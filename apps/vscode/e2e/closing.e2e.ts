/** Bar 1: an editor that is closed in the middle of decoding leaves nothing running. */
import { describe, expect, inject, test } from 'vitest';
import { ExrView } from './exr-view.ts';
import { extensionHosts, usage } from './extension-host.mjs';
import { shot, useWorkbench } from './suite.ts';

describe('closing', () => {
  const bench = useWorkbench();
  const busy = async (pid: number, ms: number): Promise<number> => {
    const before = usage(pid).cpuMs;
    await bench().page.waitForTimeout(ms);
    return (usage(pid).cpuMs - before) / ms;
  };

  test('in the middle of decoding and measuring: the extension host falls still and keeps no thread', async () => {
    const small = await ExrView.open(bench(), shot('fixtures/scan_half_rgba_zip.exr'));
    await small.picture();
    const pid = extensionHosts(inject('serverPid')).at(-1)!;
    await expect.poll(() => busy(pid, 500), { timeout: 20_000 }).toBeLessThan(0.1);
    const idle = usage(pid);
    const view = await ExrView.open(bench(), shot('large/8k-dwaa.exr'));
    await view.picture('proxy');
    await view.panel('Statistics');
    await view.frame.getByRole('button', { name: /^Measure/ }).click();
    await expect.poll(() => busy(pid, 200), { timeout: 20_000 }).toBeGreaterThan(0.5);
    const working = usage(pid);
    await bench().closeAll();
    await bench().page.waitForTimeout(300);
    const share = await busy(pid, 1000);
    const after = usage(pid);
    console.log(`extension host: ${idle.threads} threads idle, ${working.threads} at work, ${after.threads} after closing; ${(share * 100).toFixed(0)} % of a core in the second after; ${idle.residentMiB.toFixed(0)} → ${working.residentMiB.toFixed(0)} → ${after.residentMiB.toFixed(0)} MiB`);
    expect(share).toBeLessThan(0.3);
    expect(after.threads).toBeLessThanOrEqual(working.threads);
  });
});
