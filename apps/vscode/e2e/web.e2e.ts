/**
 * Bar 5: the extension as vscode.dev would have it: nothing installed on the server, its files fetched over HTTP, running in VS Code's web worker
 * extension host, reading the workspace through workspace.fs alone.
 */
import { createServer, type Server } from 'node:http';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Browser } from 'playwright-core';
import { start } from './code-server.mjs';
import { ExrView } from './exr-view.ts';
import { extensionHosts } from './extension-host.mjs';
import { shot } from './suite.ts';
import { launch, Workbench } from './workbench.ts';

describe('as a web extension', () => {
  const home = mkdtempSync(join(tmpdir(), 'exr-e2e-web-'));
  const asked: string[] = [];
  let files: Server, server: Awaited<ReturnType<typeof start>>, browser: Browser, bench: Workbench;

  beforeAll(async () => {
    execFileSync('unzip', ['-q', process.env['EXR_VSIX']!, '-d', join(home, 'vsix')]);
    files = createServer((request, response) => {
      const path = normalize(decodeURIComponent(request.url!.split('?')[0]!));
      asked.push(path);
      try {
        const bytes = readFileSync(join(home, 'vsix/extension', path));
        response.setHeader('content-type', { json: 'application/json', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[path.split('.').pop()!] ?? 'application/octet-stream');
        response.end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((done) => files.listen(0, '127.0.0.1', done));
    server = await start({ home: join(home, 'server') });
    browser = await launch();
    bench = await Workbench.open(browser, server.url, inject('workspace'));
    await bench.command('Developer: Install Extension from Location...');
    // Through code-server's own proxy: the workbench may connect to its own origin only.
    await bench.answer('Location of the web extension', `${server.url}/proxy/${(files.address() as AddressInfo).port}`);
    await vi.waitFor(() => expect(asked.filter((path) => path === '/package.json').length).toBeGreaterThan(1), { timeout: 30_000 });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    files?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('opens files in the web worker host', async () => {
    for (const name of ['fixtures/multipart_3.exr', 'large/photo.exr', 'fixtures/scan_half_rgba_dwaa.exr', 'fixtures/scan_half_rgba_htj2k256.exr', 'fixtures/deep_scan_zips.exr']) {
      const view = await ExrView.open(bench, shot(name));
      await view.picture();
      expect(await bench.notifications()).toEqual([]);
      await bench.screenshot(`web-${name.split('/')[1]}`);
    }
    const { browser: entry } = JSON.parse(readFileSync(join(home, 'vsix/extension/package.json'), 'utf8')) as { browser: string };
    expect(asked).toContain(normalize(`/${entry.endsWith('.js') ? entry : `${entry}.js`}`));
  });

  test('imports nothing of Node', () => {
    const { browser: entry } = JSON.parse(readFileSync(join(home, 'vsix/extension/package.json'), 'utf8')) as { browser: string };
    const text = readFileSync(join(home, 'vsix/extension', entry), 'utf8');
    expect(text).not.toMatch(/(require\(|from ?|import\()["'](node:|fs|path|zlib|worker_threads|os|crypto)["'/]?/);
    expect(extensionHosts(server.pid)).toHaveLength(1);
  });
});
