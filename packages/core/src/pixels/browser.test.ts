// The engine in Chromium, with Web Workers from a blob: the same bytes as in Node. Skipped where there is no Chromium.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { FILES, hasChromium, openInChromium } from '../chromium.spec-util.ts';
import { openExr } from '../header/index.ts';
import { computeStats } from '../stats/index.ts';

const FIXTURES = ['scan_half_rgba_zip.exr', 'tile_mip_down_piz.exr', 'scan_half_rgba_dwaa.exr', 'uint_half_float_htj2k32.exr', 'scan_half_rgba_b44.exr', 'deep_tile_zips.exr', 'yc_pxr24.exr', 'incomplete_scan_zip.exr', 'zstd_mixed_types.exr', 'zstd_deep_lines.exr', 'lj2k_layer_a_z_id.exr', 'lj2k_351_float.exr'];
const fixture = (name: string) => readFileSync(new URL(`../../../../test-fixtures/${name}`, import.meta.url));

const PROGRAM = `
import { memorySource } from './bytes/index.ts';
import { openExr } from './header/index.ts';
import { computeStats } from './stats/index.ts';
globalThis.measure = async (url, threads) => {
  let workers = 0;
  const Real = globalThis.Worker;
  globalThis.Worker = class extends Real { constructor(...given) { super(...given); workers++; } };
  try {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const file = await openExr(memorySource(bytes, url.split('/').pop()));
    return { text: JSON.stringify(await computeStats(file, { threads, threadWorth: 0 })), workers };
  } finally {
    globalThis.Worker = Real;
  }
};`;

describe.skipIf(!hasChromium)('in Chromium', () => {
  let page: Page;
  let close: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    ({ page, close } = await openInChromium(PROGRAM, fixture));
  }, 60_000);
  afterAll(() => close?.());

  it.each(FIXTURES)('%s: statistics are byte for byte those of Node, with 1 worker and with 3', async (name) => {
    const here = JSON.stringify(await computeStats(await openExr(memorySource(fixture(name), name)), { threads: 1 }));
    for (const threads of [1, 3]) {
      const there = await page.evaluate(
        ([url, count]) => (globalThis as unknown as { measure(url: string, threads: number): Promise<{ text: string; workers: number }> }).measure(url as string, count as number),
        [`${FILES}${name}`, threads] as const,
      );
      expect(there.text).toBe(here);
    }
  });

  it('decodes in workers, which stay for the next file', async () => {
    const run = () => page.evaluate(() => (globalThis as unknown as { measure(url: string, threads: number): Promise<{ workers: number }> }).measure('http://exr.test/mip_zip.exr', 5));
    expect((await run()).workers).toBe(2); // three are there from before
    expect((await run()).workers).toBe(0);
  });
});
