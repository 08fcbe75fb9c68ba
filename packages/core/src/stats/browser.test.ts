// Issue 3, bar 4: the same report, byte for byte, with 1, 2 and 4 threads, in Node and in Chromium. And the same preview. Skipped where there is no Chromium.
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { CHROMIUM, FILES, hasChromium, openInChromium } from '../chromium.spec-util.ts';
import { inspect } from '../inspect/index.ts';
import { openExr } from '../header/index.ts';
import { closePool, useWorkerPlatform } from '../pixels/index.ts';
import { nodeWorkers } from '../pixels/spawn-node.ts';
import { renderPreview } from '../preview/index.ts';

const THREADS = [1, 2, 4];
const folder = new URL('../../../../test-fixtures/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, folder));
// All but odd sizes and attributes.
const names = readdirSync(folder).filter((name) => name.endsWith('.exr') && !/^(size_|long_names|attributes)/.test(name));

const PROGRAM = `
import { memorySource } from './bytes/index.ts';
import { inspect } from './inspect/index.ts';
import { openExr } from './header/index.ts';
import { renderPreview } from './preview/index.ts';
const load = async (name) => memorySource(new Uint8Array(await (await fetch('${FILES}' + name)).arrayBuffer()), name);
globalThis.report = async (name, threads) => JSON.stringify(await inspect(await load(name), { stats: { threads, threadWorth: 0, deep: true } }));
globalThis.picture = async (name, threads) => {
  const picture = await renderPreview(await openExr(await load(name)), { threads, threadWorth: 0, size: 50 });
  const bitmap = await createImageBitmap(new Blob([await picture.png()], { type: 'image/png' }), { colorSpaceConversion: 'none' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  canvas.drawImage(bitmap, 0, 0);
  return { rgba: [...picture.rgba].join(), decoded: [...canvas.getImageData(0, 0, bitmap.width, bitmap.height).data].join() };
};`;

interface InPage {
  report(name: string, threads: number): Promise<string>;
  picture(name: string, threads: number): Promise<{ rgba: string; decoded: string }>;
}

describe.skipIf(!hasChromium)(`in Node and in Chromium (skipped where ${CHROMIUM} is not installed)`, () => {
  let page: Page;
  let close: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    useWorkerPlatform(nodeWorkers);
    ({ page, close } = await openInChromium(PROGRAM, fixture));
  }, 60_000);
  afterAll(async () => {
    closePool();
    await close?.();
  });

  it('of the fixtures, nearly all', () => expect(names.length).toBeGreaterThan(80));

  it.each(names)('%s: one report', async (name) => {
    const [first, ...others] = await Promise.all(THREADS.map(async (threads) => JSON.stringify(await inspect(memorySource(fixture(name), name), { stats: { threads, threadWorth: 0, deep: true } }))));
    expect(first).toContain('"stats"');
    for (const other of others) expect(other).toBe(first);
    for (const threads of THREADS) {
      const there = await page.evaluate(([file, count]) => (globalThis as unknown as InPage).report(file, count), [name, threads] as const);
      expect(there).toBe(first);
    }
  });

  it.each(['scan_half_rgba_zip.exr', 'yc_piz.exr', 'tile_mip_up_piz.exr', 'deep_tile_zips.exr', 'incomplete_scan_zip.exr', 'half_naninf_zip.exr'])('%s: one picture, whose PNG the browser reads', async (name) => {
    const here = await renderPreview(await openExr(memorySource(fixture(name), name)), { threads: 1, size: 50 });
    for (const threads of THREADS) {
      const there = await page.evaluate(([file, count]) => (globalThis as unknown as InPage).picture(file, count), [name, threads] as const);
      expect(there.rgba).toBe([...here.rgba].join());
      expect(there.decoded).toBe(there.rgba);
    }
  });
});
