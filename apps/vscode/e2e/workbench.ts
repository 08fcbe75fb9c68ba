/** VS Code's own window, as a person uses it: quick open, palette, status bar, problems, notifications, splits. */
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';

export const screenshots = join(import.meta.dirname, '../../../.cache/e2e-screenshots');

/** Chromium of Debian, headless, with WebGL in software and without calls home. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['EXR_CHROMIUM'] || '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'],
  });
}

/** What a person waits for. */
export const FIRST = { header: 'body[data-opened]', picture: 'body:is([data-picture="proxy"], [data-picture="shown"])' } as const;

/**
 * Runs in the workbench's page from its start: by the wall clock, when Enter was last pressed and when something that matches first stood in a
 * visible webview after that (a frame later, so that it was painted). Webviews are of the same origin here, so no message has to travel.
 */
const WATCH = `(() => {
  if (globalThis !== globalThis.top) return;
  const wanted = ${JSON.stringify(Object.values(FIRST))};
  const watch = (globalThis.__watch = { entered: 0, seen: {} });
  globalThis.addEventListener('keydown', (event) => { if (event.key === 'Enter') { watch.entered = Date.now(); watch.seen = {}; } }, true);
  setInterval(() => {
    if (!watch.entered || wanted.every((one) => watch.seen[one])) return;
    for (const outer of document.querySelectorAll('iframe.webview.ready')) {
      const inner = outer.contentDocument?.getElementById('active-frame')?.contentDocument;
      for (const one of inner ? wanted : []) if (!watch.seen[one] && inner.querySelector(one)) { watch.seen[one] = -1; requestAnimationFrame(() => setTimeout(() => { watch.seen[one] = Date.now(); }, 0)); }
    }
  }, 4);
})()`;

export class Workbench {
  readonly page: Page;
  readonly #close: () => Promise<void>;

  private constructor(page: Page, close: () => Promise<void>) {
    this.page = page;
    this.#close = close;
  }

  /** A window on a folder, ready: the extension host is up and nothing is said to be activating. */
  static async open(browser: Browser, url: string, folder: string, size = { width: 1440, height: 900 }): Promise<Workbench> {
    const context = await browser.newContext({ viewport: size, permissions: ['clipboard-read', 'clipboard-write'] });
    await context.addInitScript(WATCH);
    const page = await context.newPage();
    await page.goto(`${url}/?folder=${encodeURIComponent(folder)}`, { waitUntil: 'domcontentloaded' });
    const bench = new Workbench(page, () => context.close());
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    await bench.statusItem('frames').first().waitFor({ timeout: 60_000 }); // the branch: git's own extension is up, so the extension host is
    await page.waitForFunction(() => !/Activating/.test(document.querySelector('.part.statusbar')?.textContent ?? ''), undefined, { timeout: 60_000 });
    return bench;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Opens a file by its whole path through Quick Open. The time is taken from the Enter that opens it. */
  async openFile(path: string): Promise<void> {
    await this.#quick('Control+P', path);
    await this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: basename(path) }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Milliseconds from the last Enter to the first paint of something in a webview; waits for it. */
  async sinceEnter(what: keyof typeof FIRST, timeout = 60_000): Promise<number> {
    type Watched = { __watch: { entered: number; seen: Record<string, number> } };
    await this.page.waitForFunction((one) => ((globalThis as unknown as Watched).__watch.seen[one] ?? 0) > 0, FIRST[what], { timeout, polling: 50 });
    return this.page.evaluate((one) => {
      const { entered, seen } = (globalThis as unknown as Watched).__watch;
      return seen[one]! - entered;
    }, FIRST[what]);
  }

  /** When Enter was last pressed, by the wall clock in milliseconds. */
  entered(): Promise<number> {
    return this.page.evaluate(() => (globalThis as unknown as { __watch: { entered: number } }).__watch.entered);
  }

  /** Runs a command of the palette by its title. */
  async command(title: string): Promise<void> {
    await this.#quick('F1', `>${title}`);
    const row = this.page.locator(`.quick-input-list .monaco-list-row:is([aria-label="${title}"], [aria-label^="${title}, "])`).first();
    await row.waitFor({ timeout: 10_000 }).catch(async (error: unknown) => {
      throw new Error(`no command “${title}”: the palette offers ${(await this.page.locator('.quick-input-list .monaco-list-row .label-name').allTextContents()).join(' | ')}`, { cause: error });
    });
    await row.click();
  }

  async #quick(key: string, text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    for (let attempt = 0; ; attempt++) {
      await this.page.keyboard.press(key);
      try {
        await input.waitFor({ timeout: 10_000 });
        break;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
    await input.fill(text);
  }

  /** Types into the box that asks for something. */
  async answer(asks: string, text: string): Promise<void> {
    const input = this.page.locator(`.quick-input-widget input[placeholder*="${asks}"], .quick-input-widget input[aria-label*="${asks}"]`).first();
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  async closeAll(): Promise<void> {
    await this.command('View: Close All Editor Groups');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
  }

  tabs(): Promise<string[]> {
    return this.page.locator('.tabs-container .tab').evaluateAll((tabs) => tabs.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  /** What the status bar says, item by item. */
  async status(): Promise<string[]> {
    const items = await this.page.locator('.part.statusbar .statusbar-item:visible').allTextContents();
    return items.map((text) => text.replace(/\s+/g, ' ').trim()).filter(Boolean);
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text });
  }

  async notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allTextContents();
  }

  /** Opens the Problems panel and reads it. */
  async problems(): Promise<string[]> {
    if (!(await this.page.locator('.markers-panel').isVisible())) await this.command('Problems: Focus on Problems View');
    await this.page.locator('.markers-panel').waitFor();
    return this.page.locator('.markers-panel .monaco-list-row').allTextContents();
  }

  /** Frames of visible webviews, left to right. */
  async webviews(): Promise<Frame[]> {
    const found: { x: number; frame: Frame }[] = [];
    for (const outer of await this.page.locator('iframe.webview.ready').elementHandles()) {
      const box = await outer.boundingBox();
      const inner = box && box.width > 0 && (await outer.isVisible()) ? await (await outer.contentFrame())?.$('#active-frame') : null;
      const frame = await inner?.contentFrame();
      if (box && frame) found.push({ x: box.x, frame });
    }
    return found.sort((a, b) => a.x - b.x).map(({ frame }) => frame);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    // What was changed a moment ago is on the screen two frames later.
    await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await this.page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
  }
}
