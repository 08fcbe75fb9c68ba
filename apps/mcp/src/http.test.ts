/** Streamable HTTP: the SDK's client end to end, and the doors that must stay shut. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectTo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, FIXTURES, SERVER } from './client.spec-util.ts';
import { writeExr } from './exr.spec-util.ts';
import { hostAllowed, originAllowed, serveHttp } from './http.ts';

const TOKEN = 'correct-horse-battery-staple';
let base: string;
const running: ChildProcess[] = [];

interface Running {
  readonly url: string;
  readonly log: () => string;
}

async function serve(args: readonly string[], env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [SERVER, ...args, FIXTURES, base], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  running.push(child);
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr!.on('data', (piece: Buffer) => {
      log += piece.toString();
      const found = /listening at (\S+)/.exec(log);
      if (found) resolve(found[1]!);
    });
    child.once('exit', () => reject(new Error(log)));
  });
  return { url, log: () => log };
}

async function connect(url: string, token?: string): Promise<ReturnType<typeof clientOf>> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), token === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } }) as Parameters<Client['connect']>[0]);
  return clientOf(client);
}

/** One raw request; Host and Origin as given. */
function raw(url: string, { method = 'POST', path, headers = {}, body }: { method?: string; path?: string; headers?: Record<string, string>; body?: string } = {}): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname: hostname.replace(/[[\]]/g, ''), port, path: path ?? pathname, method, headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers } }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const INITIALIZE = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } } });

let open: Running;
let guarded: Running;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'exr-mcp-'));
  writeExr(join(base, 'frame.exr'), { width: 2048, height: 858 });
  for (let frame = 0; frame < 80; frame++) symlinkSync('frame.exr', join(base, `a.${1001 + frame}.exr`));
  writeFileSync(join(base, 'token'), `${TOKEN}\n`);
  [open, guarded] = await Promise.all([serve(['--http', '0', '--no-token']), serve(['--http', '0.0.0.0:0', '--token-file', join(base, 'token'), '--allow-host', 'render.example', '--allow-origin', 'https://tools.example'])]);
});
afterAll(() => {
  for (const child of running) child.kill('SIGTERM');
  rmSync(base, { recursive: true, force: true });
});

async function until<T>(what: () => T | false | undefined, timeout = 30_000): Promise<T> {
  for (const begin = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, 5))) {
    const found = what();
    if (found) return found;
    if (performance.now() - begin > timeout) throw new Error('not in time');
  }
}

/** What a server answers to bytes, until it closes the connection. */
function bytesTo(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connectTo(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.on('data', (piece) => (answer += piece.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('connections', () => {
  const TIMES = { hungMs: 400, mostConnections: 8 };
  let server: Awaited<ReturnType<typeof serveHttp>>;
  let calls: { readonly signal: AbortSignal; readonly answer: (text: string) => void }[];
  beforeEach(() => void (calls.length = 0));
  beforeAll(async () => {
    calls = [];
    const make = (): Server => {
      const made = new Server({ name: 'slow', version: '1' }, { capabilities: { tools: {} } });
      made.setRequestHandler(CallToolRequestSchema, (_, { signal }) => new Promise((resolve) => calls.push({ signal, answer: (text) => resolve({ content: [{ type: 'text', text }] }) })));
      return made;
    };
    server = await serveHttp({ host: '127.0.0.1', port: 0, token: null, tokenMade: false, allowedHosts: [], allowedOrigins: [] }, make, () => undefined, TIMES);
  });
  afterAll(() => server.close());
  const socketTo = (text: string): Promise<{ readonly socket: Socket; readonly closed: Promise<void>; read: () => string }> => new Promise((resolve) => {
    let read = '';
    const socket = connectTo(Number(new URL(server.url).port), '127.0.0.1', () => {
      socket.write(text);
      resolve({ socket, closed: new Promise((done) => socket.once('close', () => done())), read: () => read });
    });
    socket.on('data', (piece) => (read += piece.toString()));
    socket.on('error', () => undefined);
  });
  const head = (length: number, session?: string): string => `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n${session === undefined ? '' : `Mcp-Session-Id: ${session}\r\n`}Content-Length: ${length}\r\n\r\n`;
  const post = (json: object, session?: string) => {
    const body = JSON.stringify(json);
    return socketTo(head(Buffer.byteLength(body), session) + body);
  };
  async function begin(): Promise<string> {
    const { socket, read } = await post(JSON.parse(INITIALIZE) as object);
    const id = await until(() => /mcp-session-id: (\S+)/i.exec(read())?.[1]);
    socket.destroy();
    return id;
  }
  const call = (id: number | string) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'x', arguments: {} } });

  it.each([['nothing', ''], ['half a head', 'POST /mcp HTTP/1.1\r\nHost: 127'], ['half a body', `${head(100)}{`]])('that send %s are closed', async (_, text) => {
    const { closed, socket } = await socketTo(text);
    const late = setTimeout(() => socket.emit('close'), 20_000);
    await closed;
    clearTimeout(late);
    expect(socket.destroyed || socket.readableEnded).toBe(true);
  });
  it('beyond so many are turned away, and there is room again when some have gone', async () => {
    const held = await Promise.all(Array.from({ length: TIMES.mostConnections }, () => socketTo('')));
    const more = await socketTo(head(0));
    await more.closed;
    expect(more.read()).toBe('');
    await Promise.all(held.map(({ closed }) => closed));
    expect(await begin()).toMatch(/./);
  });
  it('that take nothing of what is sent are closed, and one that waits for its answer is not', async () => {
    const session = await begin();
    const slow = await post(call(1), session);
    const patient = await post(call(2), session);
    await until(() => calls.length === 2);
    slow.socket.pause();
    calls[0]!.answer('x'.repeat(64 * 1024 * 1024));
    await new Promise((resolve) => setTimeout(resolve, TIMES.hungMs * 20));
    slow.socket.resume();
    await slow.closed;
    expect(slow.read().length).toBeLessThan(64 * 1024 * 1024);
    calls[1]!.answer('here');
    await until(() => patient.read().includes('here'));
    patient.socket.destroy();
    calls.length = 0;
  }, 120_000);
  it('whose request was cancelled end, alone and among others', async () => {
    const session = await begin();
    const one = await post(call('a'), session);
    await until(() => calls.length === 1);
    const two = await post([call('b'), call('c')], session);
    await until(() => calls.length === 3);
    for (const id of ['a', 'b']) (await post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }, session)).socket.end();
    await until(() => one.read().endsWith('0\r\n\r\n'));
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
    expect(two.read()).not.toContain('0\r\n\r\n');
    calls[2]!.answer('the other');
    await until(() => two.read().includes('the other') && two.read().endsWith('0\r\n\r\n'));
    for (const { socket } of [one, two]) socket.destroy();
    calls.length = 0;
  });
  it('whose client has left stop working', async () => {
    const session = await begin();
    const gone = await post(call(1), session);
    await until(() => calls.length === 1);
    gone.socket.destroy();
    await until(() => calls[0]!.signal.aborted);
    calls.length = 0;
  });
});

describe('a client', () => {
  it('lists, calls, reads, completes', async () => {
    const server = await connect(open.url);
    expect((await server.client.listTools()).tools).toHaveLength(8);
    expect(await server.data('exr_summary', { path: 'multipart_3.exr' })).toMatchObject({ part_count: 3 });
    expect((await server.call('exr_preview', { path: 'multipart_3.exr' })).content[0]).toMatchObject({ type: 'image' });
    expect(await server.refusal('exr_summary', { path: '/etc/passwd' })).toContain('not inside');
    expect((await server.client.readResource({ uri: 'exr://report/multipart_3.exr' })).contents).toHaveLength(2);
    await server.close();
  });
  it('sees progress rise, and work stop when it cancels', async () => {
    const server = await connect(open.url);
    const stop = new AbortController();
    const seen: number[] = [];
    const call = server.call('exr_stats', { path: join(base, 'a.####.exr') }, { signal: stop.signal, onprogress: ({ progress }) => seen.push(progress) });
    call.catch(() => undefined);
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const cancelled = performance.now();
    stop.abort('enough');
    await expect(call).rejects.toThrow();
    while (!open.log().includes('exr_stats cancelled')) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (performance.now() - cancelled > 5000) throw new Error('the server went on');
    }
    console.log(`cancelled over HTTP within ${(performance.now() - cancelled).toFixed(0)} ms`);
    expect(performance.now() - cancelled).toBeLessThan(200);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await server.close();
  });
  it('several at a time have sessions of their own', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => connect(open.url)));
    const answers = await Promise.all(clients.map((each) => each.data('exr_summary', { path: 'multipart_3.exr' })));
    expect(answers).toHaveLength(6);
    await Promise.all(clients.map((each) => each.close()));
  });
  it('brings its token', async () => {
    const url = guarded.url.replace('0.0.0.0', '127.0.0.1');
    const server = await connect(url, TOKEN);
    expect(await server.data('exr_summary', { path: 'multipart_3.exr' })).toMatchObject({ part_count: 3 });
    await server.close();
    await expect(connect(url)).rejects.toThrow();
    await expect(connect(url, `${TOKEN}x`)).rejects.toThrow();
  });
});

describe('doors', () => {
  it('on the loopback too a token is wanted, which the server makes and prints', async () => {
    const server = await serve(['--http', '0']);
    const token = /token for this run: ([\w-]{43}) /.exec(await until(() => server.log().includes('token for') && server.log()))![1]!;
    expect((await raw(server.url, { body: INITIALIZE })).status).toBe(401);
    expect((await raw(server.url, { headers: { authorization: `Bearer ${token}` }, body: INITIALIZE })).status).toBe(200);
    const client = await connect(server.url, token);
    expect((await client.client.listTools()).tools.length).toBeGreaterThan(7);
    await client.close();
  });
  it.each(['//', '//evil.example/mcp', '*', 'http://evil.example/mcp', 'http://[', 'mcp', '/\\', '/mcp#x'])('the malformed target %s is 400', async (target) => {
    const answer = await bytesTo(open.url, `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1:${new URL(open.url).port}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${INITIALIZE.length}\r\nConnection: close\r\n\r\n${INITIALIZE}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(open.log()).not.toContain('exr-mcp: http:');
  });
  it.each([
    ['another Host (DNS rebinding)', { host: 'evil.example' }, 403], ['another Host with our port', { host: 'evil.example:1' }, 403], ['our Host, another port', { host: '127.0.0.1:1' }, 403], ['a Host that only begins like ours', { host: 'localhost.evil.example' }, 403],
    ['another Origin', { origin: 'https://evil.example' }, 403], ['the Origin null', { origin: 'null' }, 403], ['an Origin that only looks like ours', { origin: 'http://localhost.evil.example' }, 403], ['user info in the Origin', { origin: 'http://localhost@evil.example' }, 403],
    ['an Origin on this machine', { origin: 'http://localhost:6274' }, 200], ['none', {}, 200],
  ])('%s', async (_, headers, status) => {
    expect((await raw(open.url, { headers: headers as Record<string, string>, body: INITIALIZE })).status).toBe(status);
  });
  it('without a token, or with a wrong one, nothing', async () => {
    const url = guarded.url.replace('0.0.0.0', '127.0.0.1');
    for (const authorization of [undefined, 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN.slice(0, -1)}`, `Bearer ${TOKEN} x`]) {
      const answer = await raw(url, { headers: authorization === undefined ? {} : { authorization }, body: INITIALIZE });
      expect(answer.status, authorization).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    }
    const authorization = `Bearer ${TOKEN}`;
    expect((await raw(url, { headers: { authorization, host: 'render.example', origin: 'https://tools.example' }, body: INITIALIZE })).status).toBe(200);
    expect((await raw(url, { headers: { authorization, host: 'other.example' }, body: INITIALIZE })).status).toBe(403);
  });
  it('other paths, methods, bodies and sessions', async () => {
    expect((await raw(open.url, { path: '/', body: INITIALIZE })).status).toBe(404);
    expect((await raw(open.url, { method: 'PUT', body: INITIALIZE })).status).toBe(405);
    expect((await raw(open.url, { method: 'GET' })).status).toBe(400);
    expect((await raw(open.url, { body: '{' })).status).toBe(400);
    expect((await raw(open.url, { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) })).status).toBe(400);
    expect((await raw(open.url, { headers: { 'mcp-session-id': 'made-up' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) })).status).toBe(404);
    expect((await raw(open.url, { body: `"${'x'.repeat(2 * 1024 * 1024)}"` })).status).toBe(413);
    expect((await raw(open.url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).status).toBe(403);
  });
  it('does not start on an open address without a token, nor with a short one', async () => {
    await expect(serve(['--http', '0.0.0.0:0'])).rejects.toThrow(/token/);
    await expect(serve(['--http', '192.0.2.1:0'])).rejects.toThrow(/token/);
    await expect(serve(['--http', '0'], { EXR_MCP_TOKEN: 'short' })).rejects.toThrow(/at least 16/);
  });
  it('names compare whole', () => {
    const config = { host: '127.0.0.1', port: 1, token: null, tokenMade: false, allowedHosts: [], allowedOrigins: [] };
    expect(['127.0.0.1:80', 'localhost:80', '[::1]:80', 'localhost'].map((host) => hostAllowed(host, config, 80))).toEqual([true, true, true, true]);
    expect(['', '127.0.0.1.evil:80', 'a@localhost:80', '127.0.0.1:80:80', '0x7f000001:80', '2130706433:80'].map((host) => hostAllowed(host, config, 80))).toEqual([false, false, false, false, false, false]);
    expect(['http://127.0.0.1', 'https://[::1]:3', 'file://', 'null', 'http://127.0.0.1.evil', 'vscode-webview://x'].map((origin) => originAllowed(origin, config))).toEqual([true, true, false, false, false, false]);
  });
});
