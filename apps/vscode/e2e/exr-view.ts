/** The inside of one EXR editor: what its webview shows, found by roles and by the few marks that docs/decisions/vscode.md names. */
import type { Frame, Locator } from 'playwright-core';
import type { Level } from '../src/shared/protocol.ts';
import type { ViewState } from '../src/shared/view-state.ts';
import { FIRST, type Workbench } from './workbench.ts';

/** What `exrInspector.probe()` tells, as far as the scenarios look. */
export interface Probe {
  readonly revision: number | null;
  readonly view: ViewState;
  readonly layer: string | null;
  readonly picture: { readonly status: string; readonly message: string | null; readonly problems: readonly string[] };
  readonly failure: { readonly message: string } | null;
  readonly structure: string;
  readonly stats: string;
  readonly canvas: { readonly width: number; readonly height: number };
  /** screen = origin + image × scale, in canvas pixels of level (0, 0). */
  readonly transform: { readonly originX: number; readonly originY: number; readonly scaleX: number; readonly scaleY: number } | null;
  readonly pieces: readonly { readonly width: number; readonly height: number }[];
  /** Milliseconds since the page began, negative before it: `host.…` what the host did, when the script started, the header stood there, the first and the full picture were drawn. */
  readonly times: Readonly<Record<string, number>>;
  /** Frames drawn so far. */
  readonly frames: number;
  readonly level?: Level;
}

export class ExrView {
  readonly bench: Workbench;
  readonly frame: Frame;

  constructor(bench: Workbench, frame: Frame) {
    this.bench = bench;
    this.frame = frame;
  }

  /** The visible EXR editors, left to right, once there are `count` and each shows a header or says why not. */
  static async all(bench: Workbench, count: number, timeout = 60_000): Promise<ExrView[]> {
    const end = Date.now() + timeout;
    for (;;) {
      const frames = await bench.webviews().catch(() => []);
      const ready = await Promise.all(frames.map((one) => one.locator(`${FIRST.header}, .stage-message:not(.is-quiet)`).count().catch(() => 0)));
      if (frames.length === count && ready.every(Boolean)) return frames.map((frame) => new ExrView(bench, frame));
      if (Date.now() > end) {
        await bench.screenshot('failed-to-show');
        throw new Error(`${count} EXR editors wanted, ${frames.length} seen, ${ready.filter(Boolean).length} of them with a header; notifications: ${(await bench.notifications()).join(' | ') || 'none'}`);
      }
      await bench.page.waitForTimeout(30);
    }
  }

  /** Opens a file in the active group and waits for its header (or for what is said instead). */
  static async open(bench: Workbench, path: string): Promise<ExrView> {
    await bench.openFile(path);
    const end = Date.now() + 60_000;
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

  async probe(): Promise<Probe> {
    type Told = Omit<Probe, 'view' | 'picture'> & { readonly state: ViewState; readonly status: Probe['picture'] };
    const told = await this.frame.evaluate(() => (globalThis as unknown as { exrProbe(): Told }).exrProbe());
    return { ...told, view: told.state, picture: told.status };
  }

  /** Waits until what the probe tells suits. */
  async until(what: string, suits: (probe: Probe) => boolean, timeout = 30_000): Promise<Probe> {
    const end = Date.now() + timeout;
    for (;;) {
      const probe = await this.probe();
      if (suits(probe)) return probe;
      if (Date.now() > end) {
        await this.bench.screenshot('failed-waiting');
        throw new Error(`waited ${timeout} ms for ${what}; the view says ${JSON.stringify(probe)}`);
      }
      await this.bench.page.waitForTimeout(30);
    }
  }

  /** Waits for the picture, by default until every pixel that is looked at is there. */
  async picture(kind: 'proxy' | 'full' = 'full'): Promise<void> {
    await this.until('a picture', ({ picture }) => picture.status === 'shown' || (kind === 'proxy' && picture.status === 'proxy'));
  }

  /** Waits until it neither waits for a picture nor owes a word, and tells which it came to. */
  async settled(): Promise<'picture' | 'notice'> {
    const end = Date.now() + 60_000;
    for (;;) {
      const { picture, structure } = await this.probe();
      const message = await this.frame.locator('.stage-message:not(.is-quiet)').count();
      if (structure !== 'running' && (picture.status === 'shown' || picture.status === 'failed' || message)) return picture.status === 'shown' ? 'picture' : 'notice';
      if (Date.now() > end) throw new Error(`does not settle: ${JSON.stringify(await this.probe())}`);
      await this.bench.page.waitForTimeout(30);
    }
  }

  /** All that is said of what is wrong: over the picture, above it, and what a screen reader is alerted to. */
  async said(): Promise<string[]> {
    return (await this.frame.locator('.stage-message:not(.is-quiet), .stage-note, .banner p, [role="alert"], .badge:is(.is-error, .is-warning)').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()).filter(Boolean);
  }

  /** Has every chunk decoded, and then gives what is said. */
  async checked(): Promise<string[]> {
    await this.panel('Structure');
    await this.frame.getByRole('button', { name: 'Decode every chunk' }).click();
    await this.bench.page.waitForTimeout(100);
    await this.until('every chunk decoded', ({ structure }) => structure !== 'running');
    const said = await this.said();
    await this.panel('Header');
    return said;
  }

  /** Rows of the header tree that are in the page. */
  tree(): Locator {
    return this.frame.getByRole('tree', { name: 'Header' });
  }

  /** What the header tree shows for a search. */
  async find(text: string): Promise<string[]> {
    await this.frame.getByRole('textbox', { name: /search attributes/i }).fill(text);
    await this.bench.page.waitForTimeout(50);
    return this.tree().getByRole('treeitem').allInnerTexts();
  }

  inspector(): Locator {
    return this.frame.getByRole('region', { name: 'Pixel inspector' });
  }

  /** Keys go to the picture. */
  async press(...keys: string[]): Promise<void> {
    await this.frame.locator('.canvas-box').focus();
    for (const key of keys) await this.bench.page.keyboard.press(key);
  }

  async panel(name: 'Header' | 'Layers' | 'Structure' | 'Statistics'): Promise<void> {
    const button = this.frame.getByRole('toolbar').getByRole('button', { name, exact: false }).first();
    if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
    await this.frame.getByRole('complementary', { name }).waitFor();
  }

  /** The place on the page of the middle of a pixel of level (0, 0). */
  async at(x: number, y: number): Promise<{ x: number; y: number }> {
    const { transform, canvas } = await this.probe();
    const box = await this.frame.locator('.canvas-box canvas').first().boundingBox();
    if (!box || !transform) throw new Error('the picture is not on the page');
    return { x: box.x + ((transform.originX + (x + 0.5) * transform.scaleX) * box.width) / canvas.width, y: box.y + ((transform.originY + (y + 0.5) * transform.scaleY) * box.height) / canvas.height };
  }
}
