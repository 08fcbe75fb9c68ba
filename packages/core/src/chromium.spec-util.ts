/** A program bundled from src/ in a page of Chromium, for tests that compare it with Node. Skip where `CHROMIUM` is not there. */
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';

export const CHROMIUM = process.env['EXR_CHROMIUM'] ?? '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

/** Where the page finds the files: `http://exr.test/NAME`. */
export const FILES = 'http://exr.test/';

/** `program` is TypeScript whose imports start at src/; what it puts on globalThis is there for `page.evaluate`. */
export async function openInChromium(program: string, file: (name: string) => Buffer): Promise<{ readonly page: Page; close(): Promise<void> }> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022', conditions: ['@exr/source'],
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.route(`${FILES}**`, (route) => {
    const name = decodeURIComponent(new URL(route.request().url()).pathname.slice(1));
    return name === '' ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>exr</title>' }) : route.fulfill({ contentType: 'application/octet-stream', body: file(name) });
  });
  await page.goto(FILES);
  await page.addScriptTag({ content: outputFiles[0]!.text });
  return { page, close: () => browser.close() };
}
