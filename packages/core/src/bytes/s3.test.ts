import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeFetch } from './fetch-node.ts';
import { isS3Url, listObjects, parseS3Url, s3Source, s3Url, type S3Config, type S3Source } from './index.ts';
import { addressOf } from './s3-location.ts';
import { s3ConfigFromEnv } from './s3-node.ts';
import { textOf } from './s3-xml.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Behaviour = (request: IncomingMessage, response: ServerResponse, count: number) => boolean | void;

/** A server that answers ranges; what `behave` handles itself it says with true. */
async function serve(behave: Behaviour = () => false) {
  const requests: IncomingMessage[] = [];
  server = createServer((request, response) => {
    requests.push(request);
    if (behave(request, response, requests.length) === true) return;
    const [, start = 0, end = 0] = (/bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []).map(Number);
    const last = Math.min(end, bytes.length - 1);
    response.writeHead(206, { etag: '"one"', 'last-modified': 'Sun, 09 Sep 2001 01:46:40 GMT', 'content-range': `bytes ${start}-${last}/${bytes.length}` });
    response.end(bytes.subarray(start, last + 1));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const config: S3Config = { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, retryDelayMs: 1 };
  const source = (more: Partial<S3Config> = {}, key = 'shots/a.exr'): S3Source => s3Source({ bucket: 'renders', key }, { ...config, ...more });
  return { requests, config, source };
}

const refuse = (status: number, code: string, more: Record<string, string> = {}): Behaviour => (_, response) => {
  response.writeHead(status, more).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>The secret is ${SECRET}</Message><ServerTime>2001-09-09T01:46:40Z</ServerTime></Error>`);
  return true;
};
const firstly = (times: number, then: Behaviour): Behaviour => (request, response, count) => (count <= times ? then(request, response, count) : false);
const problem = (source: S3Source) => source.size().then(() => expect.unreachable(), (error: Error & { where: object; code: string }) => error);

describe('s3Source', () => {
  it('reads in signed ranges, pinned to the version of the first answer', async () => {
    const { requests, source } = await serve();
    const object = source();
    expect(object).toMatchObject({ name: 's3://renders/shots/a.exr', etag: null, mtime: null });
    expect(await object.size()).toBe(200_000);
    expect(Buffer.compare(await object.read(70_000, 5000), bytes.subarray(70_000, 75_000))).toBe(0);
    expect(object).toMatchObject({ etag: 'one', mtime: new Date('2001-09-09T01:46:40Z') });
    expect(requests.map(({ url, headers }) => [url, headers.range, headers['if-match']])).toEqual([
      ['/renders/shots/a.exr', 'bytes=0-65535', undefined],
      ['/renders/shots/a.exr', 'bytes=70000-74999', '"one"'],
    ]);
    expect(requests[1]!.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=host;if-match;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/);
  });

  it('can be pinned from the first read on, to an ETag with or without its quotes', async () => {
    for (const etag of ['one', '"one"']) {
      const { requests, config } = await serve();
      await s3Source({ bucket: 'b', key: 'k' }, config, { etag }).size();
      expect(requests[0]!.headers['if-match']).toBe('"one"');
    }
    // A server that ignores If-Match is found out by the ETag that it sends.
    const { config } = await serve();
    await expect(s3Source({ bucket: 'b', key: 'k' }, config, { etag: 'two' }).size()).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    const refusing = await serve(refuse(412, 'PreconditionFailed'));
    await expect(s3Source({ bucket: 'b', key: 'k' }, refusing.config, { etag: 'two' }).size()).rejects.toMatchObject({ code: 'SOURCE_CHANGED', where: { status: 412 } });
  });

  it.each([
    ['503 with a word', refuse(503, 'SlowDown')],
    ['500', refuse(500, 'InternalError')],
    ['429', refuse(429, 'TooManyRequests')],
    ['408', refuse(408, 'RequestTimeout')],
    ['503 with a time to wait', refuse(503, 'SlowDown', { 'retry-after': '0' })],
    ['a lost connection', (_: IncomingMessage, response: ServerResponse) => (response.destroy(), true)],
    ['a connection lost within the body', (_: IncomingMessage, response: ServerResponse) => (response.writeHead(206, { 'content-length': 1000 }).write('x', () => response.destroy()), true)],
  ])('tries again after %s', async (_, trouble) => {
    for (const more of [{}, { fetch: nodeFetch() }]) {
      const { requests, source } = await serve(firstly(2, trouble));
      expect(await source(more).size()).toBe(200_000);
      expect(requests.length).toBe(3);
    }
  });

  it('gives up after the tries it may make, and says what the server said', async () => {
    const { requests, source } = await serve(refuse(503, 'SlowDown'));
    const error = await problem(source({ retries: 2 }));
    expect(requests.length).toBe(3);
    expect(error).toMatchObject({ code: 'READ_FAILED', kind: 'io', where: { status: 503, serverCode: 'SlowDown' } });
    const silent = await serve(() => true);
    expect(await problem(silent.source({ timeoutMs: 30, retries: 1 }))).toMatchObject({ code: 'READ_FAILED', where: { source: 's3://renders/shots/a.exr' }, message: expect.stringContaining('2 tries') as string });
  });

  it('waits a random time between half of and the whole doubled delay', async () => {
    const at: number[] = [];
    const { source } = await serve((request, response, count) => (at.push(performance.now()), refuse(503, 'SlowDown')(request, response, count)));
    await problem(source({ retries: 3, retryDelayMs: 40 }));
    at.slice(1).forEach((time, i) => expect(time - at[i]!).toBeGreaterThanOrEqual(20 * 2 ** i - 2));
  });

  it.each([
    [404, 'NoSuchKey', 'there is no such object'],
    [404, 'NoSuchBucket', 'there is no such bucket'],
    [403, 'AccessDenied', 'may not read it'],
    [403, 'SignatureDoesNotMatch', 'the secret key is not the one'],
    [403, 'InvalidAccessKeyId', 'does not know this access key'],
  ])('tells %i %s from others, once, without a secret', async (status, code, words) => {
    const { requests, source } = await serve(refuse(status, code));
    const error = await problem(source());
    expect(error).toMatchObject({ code: 'READ_FAILED', where: { status, serverCode: code } });
    expect(error.message).toContain(`s3://renders/shots/a.exr: the server answered HTTP ${status}`);
    expect(error.message).toContain(`${code}: `);
    expect(error.message).toContain(words);
    expect(JSON.stringify([error, error.message, String(error.stack), error.cause])).not.toContain(SECRET.slice(0, 8));
    expect(requests.length).toBe(1);
  });

  it('takes the name of an error only where it looks like one', async () => {
    const { source } = await serve(refuse(403, 'Ignore all previous\ninstructions'));
    expect((await problem(source())).message).toBe('s3://renders/shots/a.exr: the server answered HTTP 403 Forbidden, expected 206');
  });

  it("learns the server's clock, once", async () => {
    const { requests, source } = await serve((request, response, count) => refuse(403, 'RequestTimeTooSkewed', { date: 'Sun, 09 Sep 2001 01:46:40 GMT' })(request, response, count));
    const error = await problem(source());
    expect(requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 8))).toEqual([new Date().toISOString().slice(0, 10).replaceAll('-', ''), '20010909']);
    expect(error.message).toContain('clock');
  });

  it('says in which region the bucket is, and follows no redirect', async () => {
    const { requests, source } = await serve(refuse(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1', location: 'http://127.0.0.1:9/elsewhere' }));
    for (const more of [{}, { fetch: nodeFetch() }]) expect((await problem(source(more))).message).toContain('the region eu-west-1');
    expect(requests.length).toBe(2);
  });

  it('an object without a byte', async () => {
    const { source } = await serve(refuse(416, 'InvalidRange'));
    expect(await source().size()).toBe(0);
  });

  it('stops when cancelled: while connecting, while waiting for another try, within the body', async () => {
    const behaviours: Behaviour[] = [() => true, refuse(503, 'SlowDown'), (_, response) => (response.writeHead(206, { 'content-length': 1000 }).write('x'), true)];
    for (const behave of behaviours) {
      for (const fetch of [undefined, nodeFetch()]) {
        const { source } = await serve(behave);
        const reading = source({ fetch, retryDelayMs: 60_000 }).size({ signal: AbortSignal.timeout(30) });
        await expect(reading).rejects.toMatchObject({ name: 'TimeoutError' });
      }
    }
  });

  it('keeps connections alive, also after refusals', async () => {
    let connections = 0;
    const { source } = await serve((request, response, count) => (count % 2 ? refuse(404, 'NoSuchKey')(request, response, count) : false));
    server!.on('connection', () => connections++);
    const fetch = nodeFetch();
    for (let i = 0; i < 20; i++) await source({ fetch }).size().catch(() => null);
    expect(connections).toBe(1);
  });

  it('refuses what cannot be asked for', async () => {
    const { config } = await serve();
    const at = (key: string, more: Partial<S3Config> = {}) => () => s3Source({ bucket: 'b', key }, { ...config, ...more });
    expect(at('')).toThrow('s3://b/: a bucket, expected an object');
    for (const key of ['a/../b', '..', './x', 'a/.']) {
      expect(at(key), key).toThrow('"." or ".."');
      expect(at(key, { fetch: nodeFetch() }), key).not.toThrow();
    }
    expect(at('\ud800')).toThrow('surrogate');
    for (const endpoint of ['', 's3.example.com', 'ftp://x', 'http://me:hunter2@x', 'http://x/?key=hunter2']) {
      expect(at('k', { endpoint }), endpoint).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.not.stringContaining('hunter2') as string }));
    }
  });
});

describe('locations', () => {
  it('are taken character by character', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9.-]{2,20}$/), fc.string({ unit: 'grapheme', maxLength: 40 }), (bucket, key) => {
        expect(parseS3Url(s3Url({ bucket, key }))).toEqual({ bucket, key });
      }),
    );
    expect(parseS3Url('S3://b')).toEqual({ bucket: 'b', key: '' });
    expect(parseS3Url('s3://b//a/../%2e#?x')).toEqual({ bucket: 'b', key: '/a/../%2e#?x' });
    for (const wrong of ['s3:/b/k', 'http://b/k', 's3://', 's3:///k', 's3://../k', 's3://a b/k', 's3://a%2fb/k']) expect(() => parseS3Url(wrong), wrong).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect([isS3Url('s3://b/k'), isS3Url('S3://b'), isS3Url('s3/x.exr')]).toEqual([true, true, false]);
  });
  it('become addresses that decode to the same key', () => {
    const place = { endpoint: 'https://s3.example.com:9000/base/' };
    expect(addressOf(place, 'b', "a b+c%'(!*).exr")).toEqual({ origin: 'https://s3.example.com:9000', path: '/base/b/a%20b%2Bc%25%27%28%21%2A%29.exr' });
    expect(addressOf({ endpoint: 'https://s3.eu-west-1.amazonaws.com', pathStyle: false }, 'my.bucket', 'k')).toEqual({ origin: 'https://my.bucket.s3.eu-west-1.amazonaws.com', path: '/k' });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (key) => {
        const { path } = addressOf(place, 'b', key);
        expect(path).toMatch(/^[A-Za-z0-9\-._~/%]*$/);
        expect(decodeURIComponent(path)).toBe(`/base/b${key === '' ? '' : `/${key}`}`);
      }),
    );
  });
});

describe('the environment', () => {
  const keys = { S3_ACCESS_KEY: 'k', S3_SECRET_KEY: SECRET };
  it('gives keys, endpoint and region by family', () => {
    expect(s3ConfigFromEnv({ ...keys, S3_ENDPOINT: 'http://s3' })).toMatchObject({ endpoint: 'http://s3', accessKeyId: 'k', secretAccessKey: SECRET, region: 'us-east-1', pathStyle: true });
    expect(s3ConfigFromEnv({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 't', AWS_REGION: 'eu-west-1', VAST_DB_ACCESS_KEY: 'v' })).toMatchObject({
      endpoint: 'https://s3.eu-west-1.amazonaws.com', accessKeyId: 'a', sessionToken: 't', region: 'eu-west-1',
    });
    expect(s3ConfigFromEnv({ VAST_DB_ACCESS_KEY: 'v', VAST_DB_SECRET_KEY: 'w', VAST_DB_ENDPOINT: 'vast:80', AWS_SESSION_TOKEN: 't' })).toMatchObject({ endpoint: 'http://vast:80', accessKeyId: 'v', sessionToken: undefined });
    expect(s3ConfigFromEnv({ ...keys, AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_S3: 'http://s3', S3_PATH_STYLE: '0' })).toMatchObject({ endpoint: 'http://s3', pathStyle: false });
    expect(s3ConfigFromEnv({}, { accessKeyId: 'a', secretAccessKey: 'b', endpoint: 'http://x', retries: 1 })).toMatchObject({ accessKeyId: 'a', endpoint: 'http://x', retries: 1 });
  });
  it('says what is missing, and shows nothing that is there', () => {
    for (const [env, words] of [
      [{}, 'S3_ACCESS_KEY and S3_SECRET_KEY'],
      [{ S3_SECRET_KEY: SECRET }, 'set S3_ACCESS_KEY too'],
      [{ AWS_ACCESS_KEY_ID: 'a', S3_ENDPOINT: 'http://x' }, 'set AWS_SECRET_ACCESS_KEY too'],
      [keys, 'set S3_ENDPOINT'],
      [{ ...keys, S3_ENDPOINT: 'http://x', AWS_CA_BUNDLE: '/nowhere/hunter2.pem' }, 'AWS_CA_BUNDLE names cannot be read (ENOENT)'],
    ] as const) {
      expect(() => s3ConfigFromEnv(env)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(words) as string }));
      expect(() => s3ConfigFromEnv(env)).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/wJalr|hunter2/) as string }));
    }
  });
});

describe('listObjects', () => {
  const list = async (config: S3Config, options = {}) => {
    const found = [];
    for await (const each of listObjects(config, { bucket: 'renders', ...options })) found.push(each);
    return found;
  };
  const page = (contents: string, more = '') => `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><KeyCount>9</KeyCount><EncodingType>url</EncodingType>${contents}${more}</ListBucketResult>`;
  const entry = (key: string) => `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>&quot;abc&quot;</ETag><Size>12</Size></Contents>`;

  it('goes on from page to page, and reads names as AWS and as others write them', async () => {
    const { requests, config } = await serve((request, response) => {
      const second = request.url!.includes('continuation-token=to%2Bken%2F%3D');
      response.end(second ? page(entry('b%2Bc%26'), '<IsTruncated>false</IsTruncated>') : page(entry('shots/a+b') + entry('shots/a%20c%C3%A4'), '<IsTruncated>true</IsTruncated><NextContinuationToken>to+ken/=</NextContinuationToken>'));
      return true;
    });
    expect(await list(config, { prefix: 'shots/ä +', pageSize: 2 })).toEqual(
      ['shots/a b', 'shots/a cä', 'b+c&'].map((key) => ({ key, size: 12, etag: 'abc', mtime: new Date('2026-01-02T03:04:05.678Z') })),
    );
    expect(requests.map(({ url }) => url)).toEqual([
      '/renders?encoding-type=url&list-type=2&max-keys=2&prefix=shots%2F%C3%A4%20%2B',
      '/renders?continuation-token=to%2Bken%2F%3D&encoding-type=url&list-type=2&max-keys=2&prefix=shots%2F%C3%A4%20%2B',
    ]);
  });

  it('tells folders when asked for one level', async () => {
    const { config } = await serve((_, response) => (response.end(page(`${entry('a.exr')}<CommonPrefixes><Prefix>shots%2F</Prefix></CommonPrefixes><CommonPrefixes><Prefix>x+y/</Prefix></CommonPrefixes>`)), true));
    const prefixes: string[] = [];
    expect(await list(config, { delimiter: '/', onPrefix: (each: string) => prefixes.push(each) })).toHaveLength(1);
    expect(prefixes).toEqual(['shots/', 'x y/']);
  });

  it('does not go in circles, and says what is no list', async () => {
    const circle = await serve((_, response) => (response.end(page('', '<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>')), true));
    await expect(list(circle.config)).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('the one before') as string });
    const html = await serve((_, response) => (response.end('<html>login</html>'), true));
    await expect(list(html.config)).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('is this the endpoint of an S3 server?') as string });
    const forbidden = await serve(refuse(403, 'AccessDenied'));
    await expect(list(forbidden.config)).rejects.toMatchObject({ where: { status: 403, serverCode: 'AccessDenied' } });
  });
});

it('reads the text of XML elements', () => {
  expect(textOf('<A><KeyCount>2</KeyCount><Key>a&amp;b&#x26;&#38;&lt;&nope;</Key></A>', 'Key')).toBe('a&b&&<&nope;');
  expect([textOf('<Prefix/>', 'Prefix'), textOf('<Prefix></Prefix>', 'Prefix'), textOf('<Prefix', 'Prefix'), textOf('', 'Prefix')]).toEqual(['', '', null, null]);
});
