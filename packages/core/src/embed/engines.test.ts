// Issue 5, bar 2: the vectors of every fixture, damaged ones too, are the same bytes in Node and in Chromium, and none has a NaN. Other versions of Node:
// tools/bench/vectors.mjs --with /path/to/node.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { CHROMIUM, FILES, hasChromium, openInChromium } from '../chromium.spec-util.ts';
import { inspect } from '../inspect/index.ts';
import { embedChannels, embedDescription, embedMetadata } from './index.ts';

const fixtures = fileURLToPath(new URL('../../../../test-fixtures', import.meta.url));
const corpus = process.env['EXR_CORPUS'];
const below = (folder: string): string[] => (existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.exr')).sort().map((name) => join(folder, name)) : []);
const files = [...below(fixtures), ...(corpus ? below(corpus) : [])];
const QUESTIONS = ['cryptomatte and N and Z at 4K in DWAA', 'Nuke 14.0v5 in ACEScg, uncompressed', ''];

const PROGRAM = `
import { memorySource } from './bytes/index.ts';
import { inspect } from './inspect/index.ts';
import { embedChannels, embedDescription, embedMetadata } from './embed/index.ts';
const bits = (vector) => [...new Uint32Array(vector.buffer)].join();
globalThis.vectors = async (name) => {
  const report = await inspect(memorySource(new Uint8Array(await (await fetch('${FILES}' + encodeURIComponent(name))).arrayBuffer()), 'x.exr'));
  return bits(embedMetadata(report)) + ' ' + bits(embedChannels(report));
};
globalThis.question = (text) => { const { metadata, channels } = embedDescription(text); return bits(metadata) + ' ' + bits(channels); };`;
interface InPage {
  vectors(name: string): Promise<string>;
  question(text: string): string;
}

const bits = (vector: Float32Array): string => [...new Uint32Array(vector.buffer)].join();
async function vectors(file: string): Promise<{ metadata: Float32Array; channels: Float32Array }> {
  const report = await inspect(memorySource(new Uint8Array(readFileSync(file)), 'x.exr'));
  return { metadata: embedMetadata(report), channels: embedChannels(report) };
}

it('no file, whole or damaged, has a NaN in its vectors; all are of unit length', async () => {
  for (const file of files) {
    for (const [name, vector] of Object.entries(await vectors(file))) expect(Math.hypot(...vector), `${name} of ${file}`).toBeCloseTo(1, 5);
  }
}, 120_000);

describe.skipIf(!hasChromium)(`in Chromium (skipped where ${CHROMIUM} is not installed)`, () => {
  let page: Page;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    ({ page, close } = await openInChromium(PROGRAM, (name) => readFileSync(files[Number(name)]!)));
  }, 60_000);
  afterAll(() => close?.());

  it(`the vectors of ${files.length} files are those of Node, bit for bit`, async () => {
    for (const [i, file] of files.entries()) {
      const { metadata, channels } = await vectors(file);
      expect(await page.evaluate((name) => (globalThis as unknown as InPage).vectors(name), String(i)), file).toBe(`${bits(metadata)} ${bits(channels)}`);
    }
  }, 300_000);
  it.each(QUESTIONS)('the vectors of the question “%s” too', async (text) => {
    const { metadata, channels } = embedDescription(text);
    expect(await page.evaluate((asked) => (globalThis as unknown as InPage).question(asked), text)).toBe(`${bits(metadata)} ${bits(channels)}`);
  });
});
