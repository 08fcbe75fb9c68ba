/** dist/web/extension.js in a web worker of real Chromium, with the small vscode around it. Skipped where there is no Chromium. Needs a build. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blackZip, calm, open } from '../engine/fixtures.spec-util.ts';

const CHROMIUM = process.env['EXR_CHROMIUM'] ?? '/usr/bin/chromium';
const here = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = ['scan_half_rgba_zip.exr', 'tile_mip_down_piz.exr', 'uint_half_float_htj2k32.exr', 'multipart_flat_deep.exr', 'yc_pxr24.exr', 'incomplete_scan_zip.exr', 'damaged/t0_png.exr'];

/** A plane in short (FNV-1a): whole ones take long through the test's wires. Its text runs in the worker, too. */
function sumOf(plane: Uint16Array | Float32Array): string {
  let sum = 0x811c9dc5;
  for (const byte of new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength)) sum = Math.imul(sum ^ byte, 0x01000193);
  return `${plane.length} ${sum}`;
}

/** What a web worker extension host does: evaluates the script with a `require` that knows vscode. */
const HOST = `
import * as vscode from './src/host/vscode.spec-util.ts';
import { Endpoint } from './src/shared/rpc.ts';
const sumOf = ${sumOf.toString()};
let workers = 0;
const Real = self.Worker;
if (Real) self.Worker = class extends Real { constructor(...given) { super(...given); workers++; } };
const ready = fetch('/extension.js').then((answer) => answer.text()).then((code) => {
  const module = { exports: {} };
  new Function('module', 'exports', 'require', code)(module, module.exports, (name) => {
    if (name !== 'vscode') throw new Error('there is no ' + name + ' here');
    return vscode;
  });
  module.exports.activate({ subscriptions: [], workspaceState: { get: () => undefined, update: async () => undefined }, extensionUri: vscode.Uri.file('/extension'), extension: { packageJSON: {} } });
});
self.onmessage = async ({ data: name }) => {
  try {
    await ready;
    const uri = new vscode.Uri('vscode-vfs', 'github', '/' + name);
    vscode.world.files.set(uri.toString(), { bytes: new Uint8Array(await (await fetch('/files/' + name)).arrayBuffer()), mtime: 1 });
    for (const part of ['main.js', 'main.css']) vscode.world.files.set(vscode.Uri.file('/extension/dist/webview/' + part).toString(), { bytes: new Uint8Array(1), mtime: 0 });
    const provider = vscode.world.provider;
    const document = provider.openCustomDocument(uri);
    const panel = new vscode.Panel();
    const end = new Endpoint((message) => queueMicrotask(() => panel.toHost.fire(structuredClone(message))), {});
    panel.toView.event((message) => end.receive(message));
    provider.resolveCustomEditor(document, panel);
    const { opened } = await end.call('ready', {});
    const image = opened.firstLayer === null ? null : await end.call('image', { revision: 1, layer: opened.firstLayer, level: { x: 0, y: 0 }, maxSize: 1024 });
    const structure = opened.notice === null ? await end.call('structure', { revision: 1 }) : null;
    const stats = opened.notice === null ? await end.call('stats', { revision: 1, part: 0 }) : null;
    panel.closed.fire();
    document.dispose();
    self.postMessage({ opened, image: image && { width: image.width, format: image.format, planes: image.planes.map(sumOf) }, verdict: structure?.judgement.verdict ?? null, stats: stats?.channels ?? null, workers });
  } catch (error) {
    self.postMessage({ error: String(error && error.stack || error) });
  }
};`;

describe.skipIf(!existsSync(CHROMIUM))('as a web extension', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const { outputFiles } = await build({ stdin: { contents: HOST, resolveDir: here, loader: 'ts' }, bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022' });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.route('http://exr.test/**', (route) => {
      const { pathname } = new URL(route.request().url());
      const script = (body: string | Buffer, headers = {}) => route.fulfill({ contentType: 'text/javascript', body, headers });
      if (pathname === '/extension.js') return script(readFileSync(`${here}dist/web/extension.js`));
      // As VS Code's own host allows it, and where no worker of ours may start.
      if (pathname === '/host.js') return script(outputFiles[0]!.text, { 'Content-Security-Policy': `default-src 'none'; child-src 'self' data: blob:; script-src 'self' 'unsafe-eval' blob:; connect-src 'self'` });
      if (pathname === '/strict.js') return script(outputFiles[0]!.text, { 'Content-Security-Policy': `default-src 'none'; worker-src 'none'; script-src 'self' 'unsafe-eval'; connect-src 'self'` });
      if (pathname.startsWith('/files/')) return route.fulfill({ contentType: 'application/octet-stream', body: pathname === '/files/black' ? blackZip(2048, 2048) : readFileSync(`${here}../../test-fixtures/${pathname.slice('/files/'.length)}`) });
      return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>exr</title>' });
    });
    await page.goto('http://exr.test/');
  }, 60_000);
  afterAll(() => browser?.close(), 60_000);

  interface Answer {
    readonly error?: string;
    readonly opened: { readonly parts: unknown; readonly layers: unknown; readonly notice: string | null; readonly report: { readonly parts: unknown } };
    readonly image: null | { readonly planes: readonly string[]; readonly width: number; readonly format: string };
    readonly verdict: string | null;
    readonly stats: unknown;
    readonly workers: number;
  }
  const ask = (script: string, names: readonly string[]): Promise<Answer[]> => page.evaluate(async ([url, files]) => {
    const worker = new Worker(url as string);
    const answers: unknown[] = [];
    for (const name of files as string[]) {
      answers.push(await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(name);
      }));
    }
    worker.terminate();
    return answers as never;
  }, [script, [...names]] as const);

  it.each(['/host.js', '/strict.js'])('%s: gives the answers that Node gives', async (script) => {
    const answers = await ask(script, FIXTURES);
    for (const [i, name] of FIXTURES.entries()) {
      const there = answers[i]!;
      expect(there.error, name).toBeUndefined();
      const session = await open(`${here}../../test-fixtures/${name}`);
      expect(there.opened.notice === null, name).toBe(session.opened.notice === null);
      expect(there.opened.report.parts).toEqual(JSON.parse(JSON.stringify(session.opened.report.parts)));
      expect(there.opened.layers).toEqual(session.opened.layers);
      if (session.opened.firstLayer === null) continue;
      const image = await session.image({ revision: 1, layer: session.opened.firstLayer, level: { x: 0, y: 0 }, maxSize: 1024 }, calm());
      expect([there.image!.width, there.image!.format]).toEqual([image.width, image.format]);
      expect(there.image!.planes).toEqual(image.planes.map(sumOf));
      expect(there.verdict).toBe((await session.structure({}, calm())).judgement.verdict);
      expect(there.stats).toEqual(JSON.parse(JSON.stringify((await session.stats({ revision: 1, part: 0 }, calm())).channels)));
    }
  });

  it('decodes in workers where VS Code lets it, and by itself where not', async () => {
    const [[free], [strict]] = [await ask('/host.js', ['black']), await ask('/strict.js', ['black'])] as [[Answer], [Answer]];
    for (const { error, verdict, stats } of [free, strict]) {
      expect(error).toBeUndefined();
      expect(verdict).toBe('ok');
      expect(stats).toMatchObject([{ name: 'A', max: 0, count: 2048 * 2048 }, { name: 'B' }, { name: 'G' }, { name: 'R' }]);
    }
    expect(free.workers).toBeGreaterThan(0);
  });
});
