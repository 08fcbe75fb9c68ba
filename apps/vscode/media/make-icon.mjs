// Draws icon.png (128 × 128, as the marketplace shows it) from icon.svg in Chromium: node media/make-icon.mjs
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
const browser = await chromium.launch({ executablePath: process.env.EXR_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
await page.setContent(`<style>body{margin:0}svg{width:128px;height:128px;display:block}</style>${readFileSync(`${here}icon.svg`, 'utf8')}`);
await page.screenshot({ path: `${here}icon.png`, omitBackground: true });
await browser.close();
