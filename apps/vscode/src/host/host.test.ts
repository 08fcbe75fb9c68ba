/** The host against a small vscode: a real engine, real files, a webview's other end in the test's hands. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useWorkerPlatform, workerPlatform } from '@exr/core';
import { firstParams } from '../engine/first.ts';
import { blackZip, FIXTURES, hostileExr } from '../engine/fixtures.spec-util.ts';
import { Endpoint, type Handlers, type WireMessage } from '../shared/rpc.ts';
import { VIEW_COMMANDS, type HostSide, type Opened, type WebviewSide } from '../shared/protocol.ts';
import { DEFAULT_VIEW, type ViewState } from '../shared/view-state.ts';
import type { ExrDocument } from './document.ts';
import type { ExrEditorProvider } from './provider.ts';
import { start } from './start.ts';
import { Panel, Uri, world } from './vscode.spec-util.ts';

let folder: string;
let memory: Map<string, unknown>;
let subscriptions: { dispose(): unknown }[];
const open: { document: ExrDocument; panel: Panel }[] = [];

beforeEach(() => {
  world.reset();
  for (const [name, text] of [['main.js', 'view("</script>")'], ['main.css', 'body { color: red }']] as const) world.files.set(Uri.file(`/extension/dist/webview/${name}`).toString(), { bytes: new TextEncoder().encode(text), mtime: 0 });
  folder = mkdtempSync(join(tmpdir(), 'exr-host-'));
  memory = new Map();
  subscriptions = [];
  world.configuration.set('exr.pollSeconds', 0.05);
  const workspaceState = { get: (key: string) => memory.get(key), update: async (key: string, value: unknown) => void memory.set(key, structuredClone(value)) };
  start({ subscriptions, workspaceState, extensionUri: Uri.file('/extension'), extension: { packageJSON: { version: '1.2.3' } } } as never, {
    loadEngine: () => import('./engine-node.ts'),
    stat: async (path) => ({ mtime: statSync(path).mtime.getTime(), size: statSync(path).size }),
    node: { command: 'node', env: {} },
  });
});
afterEach(async () => {
  for (const each of open.splice(0)) close(each);
  for (const each of subscriptions) each.dispose();
  await new Promise((resolve) => setTimeout(resolve, 20));
  rmSync(folder, { recursive: true, force: true });
  expect(world.unexpected).toEqual([]);
  expect(world.shown.filter(({ where, text }) => !isNeutral(where, text))).toEqual([]);
});

/** Icons of our own; everything else that looks like one came from a file. */
const OWN_ICON = /^\$\((layers|check|error|warning|sync|info|folder-opened)\) /;

/** What VS Code shows as nothing but letters, short enough to leave room for the rest. */
function isNeutral(where: string, text: string): boolean {
  const rest = /^(statusBar|pick)/.test(where) ? text.replace(OWN_ICON, '') : text;
  return !/\]\(|\$\(|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(rest) && rest.length <= (/^(statusBar|pick)/.test(where) ? 300 : 1200);
}

const provider = () => world.provider as ExrEditorProvider;

function put(name: string, from = name, ageSeconds = 3600): Uri {
  const path = join(folder, name);
  writeFileSync(path, readFileSync(join(FIXTURES, from)));
  const time = new Date(Date.now() - ageSeconds * 1000);
  utimesSync(path, time, time);
  world.files.set(Uri.file(path).toString(), { bytes: new Uint8Array(), mtime: 0 }); // for listings
  return Uri.file(path);
}

/** Opens an editor, as VS Code does, and answers as the webview does. */
function editor(uri: Uri, shared?: ExrDocument, handlers: Partial<Handlers<WebviewSide>> = {}) {
  const document = shared ?? (provider().openCustomDocument(uri as never) as ExrDocument);
  const panel = new Panel();
  for (const other of open) if (other.panel.active) { other.panel.active = false; }
  const heard: { [K in keyof HostSide['events']]?: HostSide['events'][K][] } = {};
  const end = new Endpoint<WebviewSide, HostSide>((message) => queueMicrotask(() => panel.toHost.fire(structuredClone(message))), { capture: () => ({ png: Uint8Array.of(1, 2, 3) }), probe: () => null, ...handlers });
  panel.toView.event((message) => end.receive(message as WireMessage));
  for (const name of ['reloaded', 'failed', 'settings', 'follow', 'linked', 'viewCommand'] as const) end.on(name, (data) => void ((heard[name] as unknown[] | undefined) ??= [] as never).push(data as never));
  const resolved = provider().resolveCustomEditor(document, panel as never);
  resolved.catch(() => undefined); // VS Code would say that the editor could not be opened
  open.push({ document, panel });
  const settle = (state: Partial<ViewState>): void => end.emit('state', { ...DEFAULT_VIEW, ...state });
  return { document, panel, end, heard, settle, resolved, ready: () => end.call('ready', {}) };
}

function close({ document, panel }: { document: ExrDocument; panel: Panel }): void {
  panel.dispose();
  if (!open.some((each) => each.document === document)) document.dispose();
}

const until = (what: () => unknown, timeout = 10_000) => vi.waitFor(() => {
  const found = what();
  if (!found) throw new Error('not yet');
  return found;
}, { timeout, interval: 10 });
const item = (id: string) => world.statusItems.find((each) => each.id === `exr.${id}`)!;

describe('an editor', () => {
  it('opens a file: header first, then whatever is asked', async () => {
    const { end, ready, panel } = editor(put('a.exr', 'scan_half_rgba_zip.exr'));
    const { opened, state } = await ready();
    expect(state).toBeNull();
    expect(opened.report.parts[0]!.width).toBe(97);
    expect(opened.settings.exposureStep).toBe(0.5);
    const image = await end.call('image', { revision: opened.revision, layer: opened.firstLayer!, level: { x: 0, y: 0 }, maxSize: 64 });
    expect(image.planes[0]!.length).toBe(image.width * image.height);
    await expect(end.call('image', { revision: 99, layer: opened.firstLayer!, level: { x: 0, y: 0 }, maxSize: 64 })).rejects.toMatchObject({ code: 'STALE' });
    await expect(end.call('stats', { revision: 1, part: 5 })).rejects.toMatchObject({ kind: 'usage' });
    expect(panel.webview.options.localResourceRoots!.map(String)).toEqual(['file:///extension/dist/webview']);
  });

  it('has a page whose policy lets in our own script and style and nothing else', async () => {
    const { panel: { webview } } = editor(put('a.exr', 'rip_zip.exr'));
    const html = await until(() => webview.html) as string;
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    const nonce = /<script nonce="([0-9a-f]{32})"/.exec(html)![1]!;
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src 'nonce-${nonce}'`);
    expect(html).toContain('view("<\\/script>")');
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(policy).not.toMatch(/unsafe|\*|https?:\/\/(?!webview\.test)/);
  });

  it('has a page that carries the header, in which nothing of the file is taken for a tag', async () => {
    const uri = put('</script><img src=x>.exr'.replaceAll('/', '\u2215'), 'attributes_all.exr');
    const document = provider().openCustomDocument(uri as never) as ExrDocument;
    await document.opened(); // the page waits for the header only so long
    const { panel: { webview }, ready } = editor(uri, document);
    const { opened } = await ready();
    await until(() => webview.html);
    const text = /<script type="application\/json" id="given">(.*)<\/script>/.exec(webview.html)![1]!;
    expect(text).not.toContain('<');
    expect((JSON.parse(text) as { opened: Opened }).opened).toEqual(JSON.parse(JSON.stringify(opened)));
    expect(opened.name).toContain('<img');
  });

  it('reads the first picture before the view asks, once, and shows a small one of it', async () => {
    const { end, ready } = editor(put('a.exr', 'scan_half_rgba_zip.exr'));
    const { opened } = await ready();
    const canvas = { width: 60, height: 50, ratio: 1 };
    const sight = { revision: 1, layer: opened.firstLayer!, canvas, exposure: 0, toneMap: 'none', marks: true } as const;
    const first = (await end.call('sight', sight))!;
    expect([first.layer, first.rgba.length]).toEqual([opened.firstLayer, first.width * first.height * 4]);
    expect(await end.call('sight', { ...sight, layer: 'another' })).toBeNull();
    // The next file is read for the canvas that this one told of.
    const next = editor(put('b.exr', 'scan_half_rgba_zip.exr'));
    await next.ready();
    const layer = opened.layers.find(({ id }) => id === opened.firstLayer)!;
    const params = firstParams(1, layer, opened.parts[0]!, canvas)!;
    const image = await next.end.call('image', params);
    expect(Math.max(image.width, image.height)).toBe(params.maxSize);
    expect(await next.end.call('sight', sight)).toBeNull(); // it was taken
  });

  it('shows a file that cannot be opened as what it is', async () => {
    writeFileSync(join(folder, 'text.exr'), 'version https://git-lfs.github.com/spec/v1\nsize 1000\n');
    const { opened } = await editor(Uri.file(join(folder, 'text.exr'))).ready();
    expect(opened.notice).toMatch(/Git LFS/);
    const { opened: gone } = await editor(Uri.file(join(folder, 'nobody.exr'))).ready();
    expect(gone.notice).toMatch(/no such file/);
  });

  it('reads within limits, which the user sets by name', async () => {
    const uri = put('a.exr', 'multipart_3.exr');
    expect((await editor(uri).ready()).opened.notice).toBeNull();
    world.configuration.set('exr.limits', { parts: 2, nothing: 1, chunks: 'many', constructor: 3 });
    world.configurationChanged.fire({ affectsConfiguration: () => true });
    const { opened } = await editor(put('b.exr', 'multipart_3.exr')).ready();
    expect(JSON.stringify([opened.notice, opened.report.errors])).toContain('LIMIT_EXCEEDED');
    world.configuration.set('exr.limits', { parts: 'Infinity' });
    world.configurationChanged.fire({ affectsConfiguration: () => true });
    expect((await editor(put('c.exr', 'multipart_3.exr')).ready()).opened.report.errors).toEqual([]);
  });

  it('keeps how a file was looked at, also for the next session', async () => {
    const uri = put('a.exr', 'rip_zip.exr');
    const first = editor(uri);
    await first.ready();
    first.settle({ exposure: 2.5 });
    await until(() => item('exposure').text === '+2.5 EV');
    close(open.pop()!);
    expect((await editor(uri).ready()).state?.exposure).toBe(2.5);
    for (const each of subscriptions) if (String((each as { constructor: unknown }).constructor).includes('Object')) each.dispose();
    expect(JSON.stringify(memory.get('exr.views'))).toContain('2.5');
  });

  it('writes what is saved where the user says, copies text, and runs its own commands alone', async () => {
    const { end, ready } = editor(put('a.exr', 'rip_zip.exr'));
    await ready();
    expect(await end.call('save', { suggested: 'x.csv', data: 'a,b' })).toBe(false);
    world.saveTo = Uri.file('/out/x.csv');
    expect(await end.call('save', { suggested: 'x.csv', data: 'a,b' })).toBe(true);
    expect(Buffer.from(world.files.get('file:///out/x.csv')!.bytes).toString()).toBe('a,b');
    await end.call('copyText', { text: 'hello' });
    expect(world.clipboard).toBe('hello');
    await end.call('command', { name: 'openText' });
    expect(world.executed.at(-1)).toMatchObject(['vscode.openWith', { path: join(folder, 'a.exr') }, 'default']);
    const before = world.executed.length;
    for (const name of ['constructor', 'copyHeaderJson']) await end.call('command', { name: name as never });
    expect(world.executed.length).toBe(before);
    expect(world.clipboard).toBe('hello');
  });
});

describe('closing', () => {
  /** Each opens editors of `uri`, one or more; `other` is a second file. */
  const WAYS: Readonly<Record<string, (uri: Uri, other: Uri) => Promise<unknown>>> = {
    alone: async (uri) => editor(uri).ready(),
    split: async (uri) => {
      const one = editor(uri);
      await Promise.all([one.ready(), editor(uri, one.document).ready()]);
    },
    'split in three': async (uri) => {
      const one = editor(uri);
      await Promise.all([one.ready(), editor(uri, one.document).ready(), editor(uri, one.document).ready()]);
    },
    diff: async (uri) => {
      const version = new Uri('git', '', uri.path, '{"ref":"HEAD"}');
      world.files.set(version.toString(), { bytes: readFileSync(uri.path), mtime: 0 });
      await Promise.all([editor(version).ready(), editor(uri).ready()]);
    },
    compare: async (uri, other) => {
      await world.commands.get('exr.compareSelected')!(uri, [uri, other]);
      await Promise.all([editor(uri).ready(), editor(other).ready()]);
    },
    'before it has asked': async (uri) => void editor(uri),
    'split, moved and linked anew': async (uri) => {
      const one = editor(uri);
      const two = editor(uri, one.document);
      await Promise.all([one.ready(), two.ready()]);
      one.settle({ exposure: 1 });
      for (let i = 0; i < 2; i++) await world.commands.get('exr.toggleLink')!();
    },
  };
  const ORDERS: Readonly<Record<string, () => void>> = {
    'the first first': () => open.splice(0).forEach((each, i, all) => closeOf(each, all.slice(i + 1))),
    'the last first': () => open.splice(0).reverse().forEach((each, i, all) => closeOf(each, all.slice(i + 1))),
    'all panels before the documents': () => {
      const all = open.splice(0);
      for (const { panel } of all) panel.dispose();
      for (const document of new Set(all.map((each) => each.document))) document.dispose();
    },
  };
  function closeOf({ document, panel }: { document: ExrDocument; panel: Panel }, rest: readonly { document: ExrDocument }[]): void {
    panel.dispose();
    if (!rest.some((each) => each.document === document)) document.dispose();
  }
  it.each(Object.keys(WAYS).flatMap((way) => Object.keys(ORDERS).map((order) => [way, order] as const)))('%s, %s: leaves nothing, and the file opens again', async (way, order) => {
    const [uri, other] = [put('a.exr', 'rip_zip.exr'), put('b.exr', 'rip_zip.exr')];
    for (let round = 0; round < 2; round++) {
      await WAYS[way]!(uri, other);
      ORDERS[order]!();
      expect([provider().editors.size, provider().active]).toEqual([0, null]);
    }
    const again = editor(uri);
    await expect(again.resolved).resolves.toBeUndefined();
    expect((await again.ready()).opened.parts).toHaveLength(1);
    expect(provider().links.isLinked([...provider().editors][0]!)).toBe(false);
  });

  it('while the next frame is looked for: the step is taken all the same, and nothing is said', async () => {
    const [uri] = [put('s.1001.exr', 'rip_zip.exr'), put('s.1002.exr', 'rip_zip.exr')];
    await editor(uri!).ready();
    const step = world.commands.get('exr.nextFrame')!();
    close(open.pop()!);
    await step;
    expect(world.said).toEqual([]);
    expect(world.executed.at(-1)).toMatchObject(['vscode.openWith', { path: expect.stringContaining('s.1002.exr') as string }, 'exr.editor', { preview: true }]);
  });

  it('in the middle of decoding stops the workers, and with the last file those that wait', async () => {
    await import('./engine-node.ts');
    const before = workerPlatform()!;
    let [running, started] = [0, 0];
    useWorkerPlatform({ ...before, parallelism: 2, start: (code, events) => {
      const port = before.start(code, events);
      running++;
      started++;
      return { ...port, terminate: () => {
        running--;
        port.terminate();
      } };
    } });
    try {
      const path = join(folder, 'black.exr');
      writeFileSync(path, blackZip(4096, 4096));
      const { end, ready } = editor(Uri.file(path));
      const { opened } = await ready();
      const params = { revision: 1, layer: opened.firstLayer!, level: { x: 0, y: 0 }, maxSize: 64 };
      const asked = end.call('image', params).then(() => 'done', (error: { code: string }) => error.code);
      await until(() => running > 0);
      close(open.pop()!);
      await until(() => running === 0);
      end.close();
      expect(await asked).toBe('CLOSED');
      // And where it had ended: warm workers go with the last file.
      const again = editor(Uri.file(path));
      await again.ready();
      await again.end.call('image', params);
      expect(running).toBeGreaterThan(0);
      close(open.pop()!);
      await until(() => running === 0);
      expect(started).toBeGreaterThan(1);
    } finally {
      useWorkerPlatform(before);
    }
  });
});

describe('around it', () => {
  it('says in the status bar what the active editor shows, and nothing when there is none', async () => {
    const { ready, panel, settle } = editor(put('a.exr', 'multipart_3.exr'));
    const { opened } = await ready();
    await until(() => item('size').visible);
    expect(item('size').text).toMatch(/^\d+ × \d+ {2}[\d.]+ KiB$/);
    expect([item('zoom').text, item('exposure').text]).toEqual(['Fit', '0 EV']);
    settle({ zoom: 2, layer: opened.layers.at(-1)!.id, exposure: -1 });
    await until(() => item('zoom').text === '200 %');
    expect(item('layer').text).toContain(opened.layers.at(-1)!.partName!);
    panel.active = false;
    panel.viewState.fire();
    expect(world.statusItems.some(({ visible }) => visible)).toBe(false);
    expect(world.executed).toContainEqual(['setContext', 'exr.active', false]);
    // A diff's sides are not said to be active.
    world.tab = { input: undefined };
    panel.viewState.fire();
    expect(item('size').visible).toBe(true);
  });

  it('names what is wrong in the Problems panel until the file is closed', async () => {
    const uri = put('a.exr', 'incomplete_scan_zip.exr');
    const { ready } = editor(uri);
    await ready();
    const found = (await until(() => world.diagnostics.get(uri.toString())?.length && world.diagnostics.get(uri.toString()))) as { code: string; message: string; severity: number; source: string }[];
    expect(found[0]).toMatchObject({ code: 'MISSING_CHUNKS', severity: 0, source: 'exr', message: expect.stringMatching(/chunks are missing: lines/) as string });
    await until(() => item('verdict').text.includes('incomplete'));
    close(open.pop()!);
    await until(() => !world.diagnostics.has(uri.toString()));
  });

  it('adds what decoding finds', async () => {
    const uri = put('a.exr', 'damaged/t8_data.exr');
    const { end, ready } = editor(uri);
    const { opened } = await ready();
    await until(() => item('verdict').text.includes('whole'));
    await end.call('image', { revision: 1, layer: opened.firstLayer!, level: { x: 0, y: 0 }, maxSize: 64 });
    await until(() => world.diagnostics.get(uri.toString())?.some(({ code }) => code === 'CORRUPT_DATA'));
    world.answers.push(undefined);
    await world.commands.get('exr.verify')!();
    expect(world.said.at(-1)).toMatch(/^corrupt: /);
    expect(item('verdict').text).toContain('corrupt');
  });

  it('forwards every command of the view, and does the others itself', async () => {
    for (const name of VIEW_COMMANDS) expect(world.commands.has(`exr.${name}`)).toBe(true);
    const { ready, heard } = editor(put('a.exr', 'rip_zip.exr'));
    await ready();
    await world.commands.get('exr.exposureUp')!();
    await until(() => heard.viewCommand?.length);
    expect(heard.viewCommand).toEqual([{ name: 'exposureUp' }]);
    await world.commands.get('exr.copyHeaderJson')!();
    expect(JSON.parse(world.clipboard)).toMatchObject({ schema_version: 1, file: { path: join(folder, 'a.exr') } });
    world.saveTo = Uri.file('/out/a.png');
    world.picks.push((items) => items[0]);
    await world.commands.get('exr.exportPng')!();
    expect(Array.from(world.files.get('file:///out/a.png')!.bytes)).toEqual([1, 2, 3]);
    world.saveTo = Uri.file('/out/a.csv');
    await world.commands.get('exr.exportStatsCsv')!();
    const [head, ...rows] = Buffer.from(world.files.get('file:///out/a.csv')!.bytes).toString().trim().split('\r\n');
    expect(head).toMatch(/^part,channel,partial,count,nan/);
    expect(rows.length).toBeGreaterThan(0);
    world.inputs.push('1,5');
    await world.commands.get('exr.pickExposure')!();
    await until(() => heard.follow?.some(({ exposure }) => exposure === 1.5));
  });

  it('says so when there is no editor to command', async () => {
    await world.commands.get('exr.verify')!();
    expect(world.said.at(-1)).toMatch(/Open an EXR file first/);
  });

  it('steps through the frames of a sequence and keeps the look', async () => {
    const [, second] = [put('s.1001.exr', 'rip_zip.exr'), put('s.1002.exr', 'rip_zip.exr'), put('other.1002.exr', 'rip_zip.exr')];
    const { ready, settle } = editor(Uri.file(join(folder, 's.1001.exr')));
    await ready();
    settle({ exposure: 3 });
    await until(() => item('exposure').text === '+3 EV');
    await world.commands.get('exr.nextFrame')!();
    expect(world.executed.at(-1)).toMatchObject(['vscode.openWith', { path: second!.path }, 'exr.editor', { preview: true }]);
    expect((await editor(second!).ready()).state?.exposure).toBe(3);
    await world.commands.get('exr.nextFrame')!();
    expect(world.said.at(-1)).toMatch(/last frame/);
  });

  it('offers the MCP server with the folders of a trusted workspace', () => {
    const list = () => world.mcp!.provider.provideMcpServerDefinitions();
    expect(list()).toEqual([]);
    world.folders.push({ uri: Uri.file('/shots'), name: 'shots', index: 0 });
    expect(list()).toMatchObject([{ command: 'node', args: ['/extension/dist/mcp/exr-mcp.mjs', '/shots'], version: '1.2.3' }]);
    world.trusted = false;
    expect(list()).toEqual([]);
  });
});

describe('in step', () => {
  it('two splits of a file and both sides of a diff follow each other; the toggle parts them', async () => {
    const uri = put('a.exr', 'rip_zip.exr');
    const one = editor(uri);
    const two = editor(uri, one.document);
    await Promise.all([one.ready(), two.ready()]);
    await until(() => two.heard.linked?.includes(true) && one.heard.linked?.includes(true));
    one.settle({ exposure: 1, panel: 'structure' });
    await until(() => two.heard.follow?.length);
    expect(two.heard.follow![0]).toMatchObject({ exposure: 1 });
    expect(two.heard.follow![0]).not.toHaveProperty('panel');
    // What follows is no lead.
    two.settle({ exposure: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(one.heard.follow).toBeUndefined();
    await world.commands.get('exr.toggleLink')!();
    await until(() => two.heard.linked!.includes(false));
    one.settle({ exposure: 5 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(two.heard.follow).toHaveLength(1);
  });

  it('links what is compared', async () => {
    const [a, b] = [put('a.exr', 'rip_zip.exr'), put('b.exr', 'rip_zip.exr')];
    const one = editor(a);
    await one.ready();
    world.picks.push((items) => items.at(-1));
    world.openFrom = b;
    await world.commands.get('exr.compareWith')!();
    expect(world.executed.at(-1)).toMatchObject(['vscode.openWith', { path: b.path }, 'exr.editor', { viewColumn: -2 }]);
    const two = editor(b);
    await two.ready();
    await until(() => one.heard.linked?.includes(true) && two.heard.linked?.includes(true));
  });
});

describe('names of other people', () => {
  const LINK = '[Free plugin](command:workbench.action.showCommands)';
  const EVIL = `${LINK} [x](https://evil.example)$(error)$(sync~spin) \u202egnp.exe\u200b\x1b[31m\nSecond line`;
  /** Every place of a header that holds a name. */
  function hostile(folderName: string, name: string): Uri {
    const path = join(folder, folderName);
    mkdirSync(path, { recursive: true });
    const file = join(path, name);
    writeFileSync(file, hostileExr(EVIL));
    utimesSync(file, 1e9, 1e9);
    world.files.set(Uri.file(file).toString(), { bytes: new Uint8Array(), mtime: 0 });
    return Uri.file(file);
  }
  const FILE = '[open](command:x)$(flame)\u202ea\nb';
  it('the case that was found: an attribute whose name is a link', async () => {
    const uri = put('a.exr', 'hostile/attr_link_name.exr');
    const { ready } = editor(uri);
    const { opened } = await ready();
    expect(JSON.stringify(opened.report)).toContain('](command:');
    for (const name of ['verify', 'exportStatsCsv', 'copyHeaderJson', 'pickLayer']) await world.commands.get(`exr.${name}`)!();
    await until(() => world.diagnostics.get(uri.toString()));
  });
  it('are letters and nothing else in notifications, lists, status bar, progress, problems and log, whatever is done', async () => {
    const [first, second] = [hostile('shots', `${FILE}.1001.exr`), hostile('shots', `${FILE}.1002.exr`)];
    const { end, ready, settle, document } = editor(first);
    const { opened } = await ready();
    expect(JSON.stringify(opened)).toContain('](command:'); // the view gets names as they are, and draws them as text
    for (const layer of opened.layers) {
      settle({ layer: layer.id });
      await until(() => item('layer').visible);
    }
    world.saveTo = Uri.file('/out/x');
    world.openFrom = second;
    for (const name of [...world.commands.keys()]) {
      for (const pick of [(items: readonly unknown[]) => items[0], (items: readonly unknown[]) => items.at(-1)]) {
        world.picks.push(pick);
        world.inputs.push('1');
        await world.commands.get(name)!(first, [first, second]);
        world.picks.length = 0;
        world.inputs.length = 0;
      }
    }
    await until(() => world.diagnostics.get(first.toString()));
    end.emit('trouble', { message: EVIL });
    await until(() => world.shown.some(({ where }) => where === 'log'));
    for (const code of ['INTERNAL', 'LIMIT_EXCEEDED']) {
      vi.spyOn(document, 'reload').mockRejectedValueOnce(Object.assign(new Error(EVIL), { code, kind: 'limit' }));
      await world.commands.get('exr.reload')!();
    }
    const places = new Set(world.shown.map(({ where }) => where.split('.')[0]));
    for (const where of ['notification', 'pick', 'statusBar', 'progress', 'problem', 'log', 'dialog']) expect(places, where).toContain(where);
    // It is the names that were shown, not nothing.
    expect(world.shown.filter(({ text }) => text.includes('Free plugin] (command:')).length).toBeGreaterThan(5);
    expect(world.shown.some(({ where, text }) => where.startsWith('notification') && text.includes('Free plugin] (command:'))).toBe(true);
  }, 30_000);
  it('of files that VS Code alone reads, and that it asks about', async () => {
    world.configuration.set('exr.wholeFileMegabytes', 0);
    world.configurationChanged.fire({ affectsConfiguration: () => true });
    const uri = new Uri('vscode-vfs', 'github', `/repo/${FILE}.exr`);
    world.files.set(uri.toString(), { bytes: readFileSync(join(FIXTURES, 'rip_zip.exr')), mtime: 0 });
    await editor(uri).ready();
    expect(world.said.some((text) => text.startsWith('Load ') && text.includes('[open] (command:x)$ (flame)'))).toBe(true);
  });
});

describe('a file that changes', () => {
  it('is opened anew when it was replaced, without being told, and says when it is gone and when it is back', async () => {
    const uri = put('a.exr', 'incomplete_scan_zip.exr');
    const { ready, heard, end } = editor(uri);
    const { opened } = await ready();
    await until(() => item('verdict').text.includes('incomplete'));
    put('a.exr', 'scan_half_rgba_zip.exr', 60);
    const [again] = (await until(() => heard.reloaded?.length && heard.reloaded)) as Opened[];
    expect(again!.revision).toBe(opened.revision + 1);
    await until(() => item('verdict').text.includes('whole'));
    expect(world.diagnostics.get(uri.toString())).toEqual([]);
    await expect(end.call('stats', { revision: opened.revision, part: 0 })).rejects.toMatchObject({ code: 'STALE' });
    unlinkSync(uri.path);
    await until(() => heard.failed?.length);
    expect(heard.failed![0]!.message).toMatch(/deleted or moved/);
    put('a.exr', 'rip_zip.exr', 60);
    await until(() => heard.reloaded!.length === 2);
  });

  it('keeps the picture while a writer has emptied the file', async () => {
    const uri = put('a.exr', 'scan_half_rgba_zip.exr');
    const { ready, heard, document } = editor(uri);
    await ready();
    writeFileSync(uri.path, '');
    await until(() => heard.failed?.length);
    expect(heard.failed![0]!.message).toMatch(/empty/);
    expect(document.current!.parts).toHaveLength(1);
    put('a.exr', 'scan_half_rgba_zip.exr', 30);
    await until(() => heard.reloaded?.length);
  });

  it('is watched by name, whatever a glob would make of it', async () => {
    editor(put('a[1]{x}*.exr', 'rip_zip.exr'));
    await until(() => world.watchers.length);
    expect(world.watchers[0]!.pattern).toMatchObject({ pattern: 'a?1??x??.exr' });
    expect(world.watchers[0]!.pattern.base.path.replace(/\/$/, '')).toBe(folder);
  });
});

it('reads what a web server has', async () => {
  const server = createServer((_, response) => response.end(readFileSync(join(FIXTURES, 'tile_mip_down_piz.exr'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { end, ready } = editor(new Uri('http', `127.0.0.1:${(server.address() as AddressInfo).port}`, '/a.exr'));
    const { opened } = await ready();
    expect(opened.notice).toBeNull();
    expect((await end.call('structure', { revision: 1 })).judgement.verdict).toBe('ok');
  } finally {
    server.close();
  }
});

describe('files that VS Code alone can read', () => {
  const virtual = (name: string): Uri => new Uri('vscode-vfs', 'github', `/repo/${name}`);
  it('are read as a whole, large ones after a question', async () => {
    const uri = virtual('a.exr');
    world.files.set(uri.toString(), { bytes: readFileSync(join(FIXTURES, 'scan_half_rgba_zip.exr')), mtime: Date.now() - 3_600_000 });
    const { end, ready } = editor(uri);
    const { opened } = await ready();
    expect(opened.notice).toBeNull();
    expect((await end.call('structure', { revision: 1 })).judgement.verdict).toBe('ok');
    world.configuration.set('exr.wholeFileMegabytes', 0.01);
    world.configurationChanged.fire({ affectsConfiguration: () => true });
    const asked = editor(virtual('b.exr'));
    world.files.set(virtual('b.exr').toString(), { bytes: readFileSync(join(FIXTURES, 'scan_half_rgba_zip.exr')), mtime: 0 });
    await expect(asked.ready()).resolves.toMatchObject({ opened: { notice: expect.stringMatching(/exr\.wholeFileMegabytes/) as string } });
    world.answers.push('Load it');
    world.files.set(virtual('c.exr').toString(), { bytes: readFileSync(join(FIXTURES, 'scan_half_rgba_zip.exr')), mtime: 0 });
    await expect(editor(virtual('c.exr')).ready()).resolves.toMatchObject({ opened: { notice: null } });
  });
  it('from Git are versions: as old as they are, in step with the file, and not what is meant in a diff', async () => {
    const uri = put('a.exr', 'incomplete_scan_zip.exr');
    const version = new Uri('git', '', uri.path, '{"ref":"HEAD"}');
    world.files.set(version.toString(), { bytes: readFileSync(join(FIXTURES, 'incomplete_scan_zip.exr')), mtime: Date.now() });
    const [now, before] = [editor(uri), editor(version)];
    const { opened } = await before.ready();
    await now.ready();
    expect(opened.ageSeconds).toBeNull();
    expect((await before.end.call('structure', { revision: 1 })).rendering).toBe(false);
    await until(() => now.heard.linked?.includes(true) && before.heard.linked?.includes(true));
    now.panel.active = false;
    before.panel.active = false;
    world.tab = { input: undefined };
    before.panel.viewState.fire();
    expect(provider().active?.document.uri).toBe(uri);
    expect(world.watchers.filter(({ disposed }) => !disposed)).toHaveLength(1);
  });
  it('say what their file system says', async () => {
    const { opened } = await editor(virtual('nobody.exr')).ready();
    expect(opened.notice).toMatch(/could not be read: there is no such file/);
  });
});
