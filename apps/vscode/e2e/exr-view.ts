/** The inside of one EXR editor: what its webview shows, found by roles and by the few marks that docs/decisions/vscode.md promises. */
import type { Frame, Locator } from 'playwright-core';
import type { ViewState } from '../src/shared/view-state.ts';
import type { Workbench } from './workbench.ts';

/** What `exrProbe()` tells. */
export interface Probe {
  readonly revision: number;
  readonly state: ViewState;
  readonly picture: { readonly layer: string; readonly level: { readonly x: number; readonly y: number }; readonly scaleX: number; readonly scaleY: number; readonly width: number; readonly height: number } | null;
  readonly canvas: { readonly width: number; readonly height: number };
  /** Pixel (x, y) of level (0, 0) starts at canvas pixel (x·scale + left, y·scale + top). */
  readonly toScreen: readonly [scale: number, left: number, top: number];
  /** Frames drawn so far. */
  readonly drawn: number;
}

export class ExrView {
  readonly bench: Workbench;
  readonly frame: Frame;

  constructor(bench: Workbench, frame: Frame) {
    this.bench = bench;
    this.frame = frame;
  }

  /** The visible EXR editors, left to right, once there are `count` and each shows a header or a notice. */
  static async all(bench: Workbench, count: number, timeout = 20_000): Promise<ExrView[]> {
    const end = Date.now() + timeout;
    for (;;) {
      const frames = await bench.webviews().catch(() => []);
      const ready = await Promise.all(frames.map((one) => one.locator('[data-e2e="header"], [data-e2e="notice"]').count().catch(() => 0)));
      if (frames.length === count && ready.every(Boolean)) return frames.map((frame) => new ExrView(bench, frame));
      if (Date.now() > end) throw new Error(`${count} EXR editors wanted, ${frames.length} seen, ${ready.filter(Boolean).length} of them with a header; notifications: ${(await bench.notifications()).join(' | ') || 'none'}`);
      await bench.page.waitForTimeout(30);
    }
  }

  /** Opens a file in the active group and waits for its header (or its notice). */
  static async open(bench: Workbench, path: string): Promise<ExrView> {
    await bench.openFile(path);
    const end = Date.now() + 20_000;
    const name = path.slice(path.lastIndexOf('/') + 1);
    while (!(await bench.page.locator(`.tab.active[data-resource-name="${name}"]`).count())) {
      if (Date.now() > end) {
        await bench.screenshot(`failed-to-open-${name}`);
        throw new Error(`no tab for ${name}`);
      }
      await bench.page.waitForTimeout(20);
    }
    const views = await ExrView.all(bench, 1);
    return views[0]!;
  }

  probe(): Promise<Probe> {
    return this.frame.evaluate(() => (globalThis as unknown as { exrProbe(): Probe }).exrProbe());
  }

  /** Waits until what the probe tells suits. */
  async until(what: string, suits: (probe: Probe) => boolean, timeout = 20_000): Promise<Probe> {
    const end = Date.now() + timeout;
    for (;;) {
      const probe = await this.probe();
      if (suits(probe)) return probe;
      if (Date.now() > end) throw new Error(`waited ${timeout} ms for ${what}; the view says ${JSON.stringify(probe)}`);
      await this.bench.page.waitForTimeout(30);
    }
  }

  /** The picture's canvas, once it was drawn: `full` when every pixel that is looked at is there. */
  async picture(kind: 'proxy' | 'full' = 'full', timeout = 30_000): Promise<Locator> {
    const canvas = this.frame.locator(kind === 'full' ? '[data-e2e-picture="full"]' : '[data-e2e-picture]');
    await canvas.waitFor({ timeout });
    return canvas;
  }

  /** Waits until it neither waits for a picture nor owes a word: a full picture is drawn, or a notice says why there is none. */
  async settled(timeout = 30_000): Promise<'picture' | 'notice'> {
    await this.frame.locator('[data-e2e-picture="full"], [data-e2e="notice"]').first().waitFor({ timeout });
    return (await this.frame.locator('[data-e2e-picture="full"]').count()) ? 'picture' : 'notice';
  }

  header(): Locator {
    return this.frame.locator('[data-e2e="header"]');
  }

  notice(): Locator {
    return this.frame.locator('[data-e2e="notice"]');
  }

  inspector(): Locator {
    return this.frame.locator('[data-e2e="inspector"]');
  }

  statistics(): Locator {
    return this.frame.locator('[data-e2e="statistics"]');
  }

  /** Keys go to the picture. */
  async press(...keys: string[]): Promise<void> {
    const canvas = this.frame.locator('[data-e2e-picture]');
    await canvas.focus();
    for (const key of keys) await this.bench.page.keyboard.press(key);
  }

  /** The place on the page of the middle of a pixel of level (0, 0). */
  async at(x: number, y: number): Promise<{ x: number; y: number }> {
    const { toScreen: [scale, left, top], canvas } = await this.probe();
    const box = await this.frame.locator('[data-e2e-picture]').boundingBox();
    if (!box) throw new Error('the picture is not on the page');
    return { x: box.x + (((x + 0.5) * scale + left) * box.width) / canvas.width, y: box.y + (((y + 0.5) * scale + top) * box.height) / canvas.height };
  }

  /** When something was first painted, by the wall clock in milliseconds; waits for it. */
  async painted(what: '[data-e2e="header"]' | '[data-e2e-picture]', timeout = 20_000): Promise<number> {
    await this.frame.waitForFunction((one) => ((globalThis as unknown as { __seen?: Record<string, number> }).__seen?.[one] ?? 0) > 0, what, { timeout, polling: 10 });
    return this.frame.evaluate((one) => (globalThis as unknown as { __seen: Record<string, number> }).__seen[one]!, what);
  }
}
