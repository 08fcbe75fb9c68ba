import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { contentRange } from './http-headers.ts';
import { httpSource, type HttpSourceOptions } from './index.ts';

const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const same = (found: Uint8Array, offset: number, length: number) => Buffer.compare(found, bytes.subarray(offset, offset + length)) === 0;

interface Behaviour {
  body?: Uint8Array;
  etag?: string | null;
  modified?: string;
  ranges?: boolean;
  honourIfMatch?: boolean;
  /** Answers with these statuses first. */
  failures?: number[];
  more?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A real server on a free port; `state` may be changed while it runs. */
async function serve(state: Behaviour, options: HttpSourceOptions = {}) {
  const requests: IncomingMessage[] = [];
  server = createServer((request, response) => {
    requests.push(request);
    const body = state.body ?? bytes;
    const etag = state.etag === undefined ? '"one"' : state.etag;
    if (state.more?.(request, response)) return;
    const failure = state.failures?.shift();
    if (failure) return void response.writeHead(failure).end('not now');
    if (etag) response.setHeader('etag', etag);
    if (state.modified) response.setHeader('last-modified', state.modified);
    const match = request.headers['if-match'];
    if (state.honourIfMatch !== false && match && match !== etag) return void response.writeHead(412).end();
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    if (!range || state.ranges === false) return void response.writeHead(200, { 'content-length': body.length }).end(body);
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]), body.length - 1)];
    if (start >= body.length) return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${body.length}`, 'content-length': end - start + 1 });
    response.end(body.subarray(start, end + 1));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/shots/beauty.1001.exr`;
  return { source: httpSource(url, { retryDelayMs: 1, ...options }), requests, url };
}

describe('httpSource', () => {
  it('learns the size with the first 64 KiB in one request, and reads ranges after it', async () => {
    const { source, requests } = await serve({ modified: 'Sun, 09 Sep 2001 01:46:40 GMT' });
    expect(await source.size()).toBe(200_000);
    expect(same(await source.read(0, 65_536), 0, 65_536)).toBe(true);
    expect(requests).toHaveLength(1);
    expect(same(await source.read(65_000, 100_000), 65_000, 100_000)).toBe(true);
    expect(same(await source.read(199_999, 1), 199_999, 1)).toBe(true);
    expect(requests.map((request) => request.headers.range)).toEqual(['bytes=0-65535', 'bytes=65000-164999', 'bytes=199999-199999']);
    expect(requests[1]!.headers['if-match']).toBe('"one"');
    expect(requests[0]!.headers['accept-encoding']).toBe('identity');
    expect(source.mtime?.toISOString()).toBe('2001-09-09T01:46:40.000Z');
    await expect(source.read(199_999, 2)).rejects.toMatchObject({ code: 'TRUNCATED' });
    expect(await source.read(200_000, 0)).toHaveLength(0);
  });

  it('reads a file that is smaller than the first request, and an empty one', async () => {
    const { source, requests } = await serve({ body: bytes.subarray(0, 10) });
    expect(await source.size()).toBe(10);
    expect(same(await source.read(2, 8), 2, 8)).toBe(true);
    expect(requests).toHaveLength(1);
    const empty = await serve({ body: new Uint8Array(0) });
    expect(await empty.source.size()).toBe(0);
  });

  it.each([
    ['the server refuses (412)', true],
    ['the server ignores If-Match', false],
  ])('says that the file changed: %s', async (_, honourIfMatch) => {
    const state: Behaviour = { honourIfMatch };
    const { source } = await serve(state);
    await source.size();
    state.etag = '"two"';
    await expect(source.read(70_000, 10)).rejects.toMatchObject({ code: 'SOURCE_CHANGED', kind: 'io' });
  });

  it('notices a change by date, weak ETag or size where there is no strong ETag', async () => {
    for (const [before, after] of [
      [{ etag: null, modified: 'Sun, 09 Sep 2001 01:46:40 GMT' }, { modified: 'Mon, 10 Sep 2001 01:46:40 GMT' }],
      [{ etag: 'W/"a"' }, { etag: 'W/"b"' }],
      [{ etag: null }, { body: bytes.subarray(0, 150_000) }],
    ] as [Behaviour, Behaviour][]) {
      const state = { ...before };
      const { source, requests } = await serve(state);
      await source.size();
      Object.assign(state, after);
      await expect(source.read(70_000, 10)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
      expect(requests[1]!.headers['if-match']).toBeUndefined();
    }
  });

  it('takes the whole of a small file from a server without ranges, and refuses a large one without reading it', async () => {
    const { source, requests } = await serve({ ranges: false });
    expect(await source.size()).toBe(200_000);
    expect(same(await source.read(100_000, 1000), 100_000, 1000)).toBe(true);
    expect(requests).toHaveLength(1);
    const large = await serve({ ranges: false }, { wholeFileBytes: 100_000 });
    await expect(large.source.size()).rejects.toMatchObject({ code: 'RANGE_UNSUPPORTED', message: expect.stringContaining('the whole file of 200000 bytes') as string });
  });

  it('refuses an endless body without a length', async () => {
    const { source } = await serve(
      { more: (_, response) => (response.writeHead(200), void setInterval(() => response.write(bytes), 1).unref(), true) },
      { wholeFileBytes: 300_000 },
    );
    await expect(source.size()).rejects.toMatchObject({ code: 'RANGE_UNSUPPORTED', message: expect.stringContaining('more than 300000 bytes') as string });
  });

  it('refuses a server that stops honouring ranges', async () => {
    const state: Behaviour = {};
    const { source } = await serve(state);
    await source.size();
    state.ranges = false;
    await expect(source.read(70_000, 10)).rejects.toMatchObject({ code: 'RANGE_UNSUPPORTED' });
  });

  it('tries again after passing trouble, a bounded number of times', async () => {
    const { source, requests } = await serve({ failures: [503, 429, 500] });
    expect(await source.size()).toBe(200_000);
    expect(requests).toHaveLength(4);
    const worse = await serve({ failures: [503, 503, 503, 503, 503] }, { retries: 2 });
    await expect(worse.source.size()).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('HTTP 503') as string });
    expect(worse.requests).toHaveLength(3);
  });

  it('tries again when the connection breaks within the body', async () => {
    let broken = 0;
    const { source } = await serve({
      more: (_, response) => {
        if (broken++ > 0) return false;
        response.writeHead(206, { 'content-range': 'bytes 0-65535/200000', 'content-length': 65_536 });
        response.write(bytes.subarray(0, 1000), () => response.destroy());
        return true;
      },
    });
    expect(same(await source.read(0, 65_536), 0, 65_536)).toBe(true);
    expect(broken).toBe(2);
  });

  it('does not try again what will not change, and says what the server said', async () => {
    const { source, requests, url } = await serve({ failures: [404] });
    await expect(source.size()).rejects.toMatchObject({ code: 'READ_FAILED', message: `${url}: the server answered HTTP 404 Not Found, expected 206` });
    expect(requests).toHaveLength(1);
    expect(await source.size()).toBe(200_000); // the failure is not remembered
  });

  it('gives up after a time, and at once when cancelled', async () => {
    const { source } = await serve({ more: () => true }, { timeoutMs: 30, retries: 1 });
    await expect(source.size()).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('2 tries') as string });
    const slow = await serve({ more: () => true });
    const stop = new AbortController();
    const reading = slow.source.size({ signal: stop.signal });
    const reason = new Error('enough');
    setTimeout(() => stop.abort(reason), 10);
    await expect(reading).rejects.toBe(reason);
  });

  it('is cancelled while its headers are being made', async () => {
    const { url, requests } = await serve({ more: () => true });
    const stop = new AbortController();
    const reason = new Error('enough');
    const headers = async (): Promise<Record<string, string>> => {
      stop.abort(reason);
      return Promise.resolve({});
    };
    await expect(httpSource(url, { headers, retries: 0, timeoutMs: 20_000 }).size({ signal: stop.signal })).rejects.toBe(reason);
    expect(requests).toHaveLength(0);
  });

  it('says when nobody answers', async () => {
    const { url } = await serve({});
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    await expect(httpSource(url, { retries: 0 }).size()).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('ECONNREFUSED') as string });
  });

  it('sends headers of its own, and user and password of the URL as a header that no message shows', async () => {
    const { url, requests } = await serve({ failures: [404] });
    const secret = new URL(`${url}?X-Amz-Signature=abc`);
    secret.username = 'me';
    secret.password = 'pä ss';
    const source = httpSource(secret, { headers: { 'x-token': 't' } });
    expect(source.name).toBe(`${url}?…`);
    const error = await source.size().catch((caught: unknown) => caught);
    expect(String(error)).not.toMatch(/abc|ss@/);
    expect(requests[0]!.headers).toMatchObject({ 'x-token': 't', authorization: `Basic ${Buffer.from('me:pä ss').toString('base64')}` });
    expect(requests[0]!.url).toBe('/shots/beauty.1001.exr?X-Amz-Signature=abc');
    const signed = httpSource(url, { headers: (href, headers) => ({ 'x-signed': `${new URL(href).pathname} ${headers['range']}` }) });
    await signed.size();
    expect(requests.at(-1)!.headers['x-signed']).toBe('/shots/beauty.1001.exr bytes=0-65535');
  });

  it('refuses what is not HTTP', () => {
    expect(() => httpSource('file:///etc/passwd')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('contentRange', () => {
  it.each([
    ['bytes 0-9/100', { start: 0, end: 9, size: 100 }],
    ['bytes 0-9/*', { start: 0, end: 9, size: null }],
    ['bytes */0', { start: null, end: null, size: 0 }],
    ['items 0-9/100', null],
    ['bytes 0-9/-1', null],
    [null, null],
  ])('%s', (header, expected) => expect(contentRange(header)).toEqual(expected));
});
