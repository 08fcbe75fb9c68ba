/** The bundled function as a process, with a folder for a bucket, a DuckDB file or the VAST test server for a store. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect, type Database } from '@exr/vastdb';
import { startTestServer, type TestServer } from '@exr/vastdb/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, filesIn, fixtures, FunctionProcess, messageOf, sampleEvent, scratch, send, TestSink, until, withLongHeader, peakMegabytes } from './function.spec-util.ts';

const place = scratch();
const renders = join(place.folder, 'renders');
let stores = 0;
const freshFile = (): string => join(place.folder, `${stores++}.duckdb`);
const event = (key: string, more: Partial<Parameters<typeof sampleEvent>[1]> & { name?: string } = {}) => sampleEvent(more.name ?? 'created', { bucket: 'renders', key, ...more });
const started: FunctionProcess[] = [];
async function serve(env: Record<string, string>, ready = true): Promise<FunctionProcess> {
  const running = await FunctionProcess[ready ? 'startReady' : 'start']({ EXR_FOLDER: renders, ...env });
  started.push(running);
  return running;
}

beforeAll(() => {
  mkdirSync(join(renders, 'shots'), { recursive: true });
  for (const name of ['attributes.exr', 'scan_half_rgba_zip.exr', 'deep_scan_zips.exr']) copyFileSync(join(fixtures, name), join(renders, 'shots', name));
  writeFileSync(join(place.folder, 'outside.exr'), 'outside');
  symlinkSync(join(place.folder, 'outside.exr'), join(renders, 'link.exr'));
});
afterAll(async () => {
  await Promise.all(started.map((running) => running.end('SIGKILL')));
  place.remove();
});

describe('HTTP', () => {
  let running: FunctionProcess;
  let file: string;
  beforeAll(async () => {
    file = freshFile();
    running = await serve({ EXR_STORE: file });
  });
  it.each([
    ['GET', '/readiness', 200, 'Ready\n'], ['GET', '/liveness', 200, 'Alive\n'], ['HEAD', '/readiness', 200, ''], ['OPTIONS', '/', 200, ''], ['OPTIONS', '*', 200, ''], ['GET', '/', 405, 'events come with POST\n'], ['PUT', '/', 405, 'events come with POST\n'], ['DELETE', '/readiness', 405, 'events come with POST\n'],
    ['GET', '/nothing', 404, expect.stringContaining('/metrics')], ['POST', '/nothing', 404, 'events are taken at /\n'],
  ])('%s %s: %i', async (method, path, status, body) => {
    const { hostname, port } = new URL(running.url);
    const answer = await new Promise<[number, string]>((resolve, reject) => {
      request({ hostname, port, method, path }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece)).on('end', () => resolve([response.statusCode!, text]));
      }).on('error', reject).end();
    });
    expect(answer).toEqual([status, body]);
  });
  it('what is no event is 500, with the reason', async () => {
    expect(await fetch(running.url, { method: 'POST', body: 'hello' }).then(async (answer) => [answer.status, await answer.text()])).toEqual([500, expect.stringContaining('no CloudEvent')]);
    expect(await send(running.url, { specversion: '1.0', type: 'x' }, 'structured')).toMatchObject({ status: 500, outcome: 'malformed', body: 'a CloudEvent without id, source\n' });
  });
  it('more than a mebibyte is refused, said beforehand or not', async () => {
    const large = 'x'.repeat(1024 * 1024 + 1);
    expect((await fetch(running.url, { method: 'POST', body: large })).status).toBe(413);
    const { hostname, port } = new URL(running.url);
    const unsaid = await new Promise<number | string>((resolve) => {
      const outgoing = request({ hostname, port, method: 'POST' }, (response) => resolve(response.resume().statusCode!)).on('error', (error: NodeJS.ErrnoException) => resolve(error.code!));
      outgoing.write(large); // without a length
      outgoing.end(large);
    });
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(unsaid); // the connection may be gone before the answer is read
    expect((await fetch(`${running.url}/liveness`)).status).toBe(200);
  });
  it('an event that names nothing is done for good, and said in the log', async () => {
    expect(await send(running.url, { ...event('x', { name: 'keys' }), data: { msg: 'hello' } }, 'structured')).toMatchObject({ status: 204, outcome: 'rejected' });
    await until('it is logged', () => running.lines.some(({ msg }) => msg === 'event names nothing to look at'));
    expect(await send(running.url, { ...event('x', { name: 'flat' }), data: { path: 's3://renders/shots/attributes.exr', schema_version: 2 } }, 'structured')).toMatchObject({ status: 204, outcome: 'rejected' });
  });
  it('nothing outside of the folder is read, whatever the key', async () => {
    for (const key of ['../outside.exr', 'link.exr', '/../../outside.exr', 'shots/../../outside.exr', 'nul\0.exr', 'shots']) expect((await send(running.url, event(key), 'structured')).status).toBe(204);
    expect((await filesIn(file, 'status, error_code, size_bytes')).every((row) => row['status'] === 'error' && ['READ_FAILED', 'NOT_EXR', 'INVALID_ARGUMENT'].includes(String(row['error_code'])))).toBe(true);
  });
  it('a key that can never be right is done for good, with a row that says so', async () => {
    const keys = ['k'.repeat(300) + '.exr', `${'d/'.repeat(600)}a.exr`, 'half\ud800.exr', 'a\0b.exr', '\u202e\x1b[31m.exr', ' .exr', '..exr', `${'\u{1f3ac}'.repeat(2000)}.exr`];
    for (const key of keys) expect(await send(running.url, { ...event('x', { name: 'keys' }), data: { s3_bucket: 'renders', s3_key: key } }, 'structured'), JSON.stringify(key).slice(0, 40)).toMatchObject({ status: 204, outcome: expect.stringMatching(/^new (READ_FAILED|INVALID_ARGUMENT)$/) as string });
    const rows = await filesIn(file, 'file_path, status');
    expect(rows.filter((row) => row['status'] === 'error').length).toBeGreaterThanOrEqual(keys.length);
    expect(Math.max(...rows.map((row) => String(row['file_path']).length))).toBeLessThan(4000);
    expect(await send(running.url, { ...event('x', { name: 'keys' }), data: { bucket: 'b'.repeat(10_000), key: 'a.exr' } }, 'structured')).toMatchObject({ status: 204, outcome: 'rejected' });
  });
  it('limits are those of strangers\' files, and their owner raises them', async () => {
    writeFileSync(join(renders, 'shots', 'long.exr'), withLongHeader(readFileSync(join(fixtures, 'attributes.exr')), 65 * 1024 * 1024));
    expect(await send(running.url, event('shots/long.exr'))).toMatchObject({ status: 204, outcome: 'new LIMIT_EXCEEDED' });
    const own = await serve({ EXR_STORE: freshFile(), EXR_LIMITS: 'headerBytes=134217728 attributes=1000' });
    expect((await send(own.url, event('shots/long.exr'))).outcome).not.toContain('LIMIT_EXCEEDED');
    await own.end();
  });
  it('a header of 60 MB is stored within 512 MB, and so are two at a time', async () => {
    const own = await serve({ EXR_STORE: freshFile() });
    for (const name of ['a', 'b']) writeFileSync(join(renders, 'shots', `manifest_${name}.exr`), withLongHeader(readFileSync(join(fixtures, 'attributes.exr')), 60_000_000));
    expect(await Promise.all(['a', 'b'].map((name) => send(own.url, event(`shots/manifest_${name}.exr`))))).toMatchObject([{ status: 204, outcome: 'new' }, { status: 204, outcome: 'new' }]);
    expect(peakMegabytes(own.child.pid!)).toBeLessThan(512);
    await own.end();
  }, 120_000);
  it('takes data_base64', async () => {
    const { data, ...rest } = event('shots/scan_half_rgba_zip.exr') as Record<string, unknown>;
    expect(await send(running.url, { ...rest, data_base64: Buffer.from(JSON.stringify(data)).toString('base64') } as never, 'structured')).toMatchObject({ status: 204, outcome: 'new' });
  });
  it('a forged sequencer or removal makes nothing that comes later old', async () => {
    const path = join(renders, 'shots', 'forged.exr');
    const put = (name: string, year: number): void => {
      copyFileSync(join(fixtures, name), path);
      utimesSync(path, new Date(`${year}-01-01`), new Date(`${year}-01-01`));
    };
    const status = async (): Promise<unknown> => (await filesIn(file, 'file_path, status')).find((row) => row['file_path'] === 'shots/forged.exr')?.['status'];
    const ask = (more: Parameters<typeof event>[1]) => send(running.url, event('shots/forged.exr', more));
    const most = 'f'.repeat(64);
    expect(await ask({ sequencer: most })).toMatchObject({ outcome: 'new READ_FAILED' }); // before it is there
    put('attributes.exr', 2020);
    expect(await ask({ sequencer: '01' })).toMatchObject({ outcome: 'changed' });
    expect(await ask({ sequencer: most })).toMatchObject({ outcome: 'unchanged' });
    put('scan_half_rgba_zip.exr', 2021);
    expect(await ask({ sequencer: '02' })).toMatchObject({ outcome: 'changed' });
    await ask({ name: 'removed', sequencer: most, time: '2999-01-01T00:00:00Z' });
    expect(await status()).toBe('ok'); // it is there
    rmSync(path);
    expect(await ask({ name: 'removed', sequencer: '03' })).toMatchObject({ outcome: 'removed' });
    expect(await status()).toBe('deleted');
    put('attributes.exr', 2022);
    expect(await ask({ sequencer: '04' })).toMatchObject({ status: 204 });
    expect(await status()).toBe('ok');
  });
  it('deep parts are measured when the event says so', async () => {
    for (const [deep_stats, expected] of [[undefined, undefined], ['true', { parts: [{ index: 0 }] }]] as const) {
      const sink = await TestSink.start();
      const own = await serve({ EXR_STORE: freshFile(), K_SINK: sink.url });
      expect(await send(own.url, { ...event('x', { name: 'keys' }), data: { bucket: 'renders', key: 'shots/deep_scan_zips.exr', stats: 1, ...(deep_stats && { deep_stats }) } }, 'structured')).toMatchObject({ status: 204, outcome: 'new' });
      if (expected) expect(sink.received[0]!.data['stats']).toMatchObject(expected);
      else expect(sink.received[0]!.data['stats']).toBeUndefined();
      await sink.close();
      await own.end();
    }
  });
  it('metrics count what was done, and name no file', async () => {
    await send(running.url, event('shots/attributes.exr'));
    const metrics = await running.metrics();
    for (const name of ['exr_function_events_total{kind="element",outcome="done"}', 'exr_function_files_total{action="created",outcome="new"}', 'exr_function_errors_total{code="READ_FAILED"}', 'exr_function_event_seconds_bucket', 'exr_function_read_bytes_sum', 'exr_function_read_requests_count', 'exr_function_store_files_sum', 'exr_function_queue_depth 0', 'process_resident_memory_bytes']) expect(metrics, name).toContain(name);
    expect(metrics).not.toContain('attributes.exr');
  });
});

describe('the output event', () => {
  it('has the id, partition key and trace of the input, and what K_CE_OVERRIDES says', async () => {
    const sink = await TestSink.start();
    const running = await serve({ EXR_STORE: freshFile(), K_SINK: sink.url, K_NAME: 'look', K_CE_OVERRIDES: '{"extensions":{"site":"Zürich 100%"},"subject":"broker.results"}' });
    const input: Record<string, unknown> = { ...event('shots/attributes.exr'), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    await send(running.url, input);
    expect(sink.received[0]!.headers).toMatchObject({ 'ce-id': input['id'], 'ce-type': 'vastdata.com:Function', 'ce-source': 'vastdata.com:look', 'ce-subject': 'broker.results', 'ce-partitionkey': 'renders/shots/attributes.exr', 'ce-traceparent': input['traceparent'], 'ce-site': 'Z%C3%BCrich%20100%25', 'content-type': 'application/json' });
    const { headers, body } = messageOf(event('shots/attributes.exr'), 'binary');
    await fetch(running.url, { method: 'POST', headers: { ...headers, traceparent: String(input['traceparent']) }, body });
    expect(sink.received[1]!.headers['ce-traceparent']).toBe(input['traceparent']);
    await until('the trace is in the log', () => running.lines.filter(({ traceparent }) => traceparent === input['traceparent']).length === 2);
    await running.end();
    await sink.close();
  });
  it('leaves out parts, channels and attributes when the event says meta: false', async () => {
    const sink = await TestSink.start();
    const running = await serve({ EXR_STORE: freshFile(), K_SINK: sink.url });
    await send(running.url, { ...event('x', { name: 'keys' }), data: { bucket: 'renders', key: 'shots/attributes.exr', meta: 'false' } }, 'structured');
    expect(Object.keys(sink.received[0]!.data)).toEqual(expect.not.arrayContaining(['parts', 'channels', 'attributes']));
    expect(sink.received[0]!.data).toMatchObject({ file: { part_count: 1 }, persistence: { status: 'success' } });
    await running.end();
    await sink.close();
  });
});

describe('traces', () => {
  it('go to the collector that is set, as children of the sender\'s', async () => {
    const bodies: string[] = [];
    const collector = createServer((incoming, response) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => {
        bodies.push(`${incoming.url} ${Buffer.concat(pieces).toString('utf8')}`);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const running = await serve({ EXR_STORE: freshFile(), OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` });
    await send(running.url, { ...event('shots/attributes.exr'), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    await running.end(); // sends what has gathered
    collector.close();
    const all = bodies.join();
    expect(all).toContain('/v1/traces ');
    for (const word of ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '"event element"', '"read"', '"store"', 'exr-inspector', 'exr.outcome']) expect(all, word).toContain(word);
  });
});

describe('in good time', () => {
  it('one event too many is sent away with 503', async () => {
    const running = await serve({ EXR_STORE: freshFile(), EXR_QUEUE: '1', EXR_BATCH_MS: '500' });
    const answers = await Promise.all([1, 2, 3].map(() => send(running.url, event('shots/attributes.exr'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 503, 503]);
    await running.end();
  });
  it('what is gathered when it is asked to stop is stored', async () => {
    const file = freshFile();
    const running = await serve({ EXR_STORE: file, EXR_BATCH_MS: '3000' });
    const answer = send(running.url, event('shots/attributes.exr'));
    await until('it waits for the store', async () => /exr_function_store_queue_depth 1/.test(await running.metrics()));
    expect(await running.end()).toBe(0);
    expect(await answer).toMatchObject({ status: 204, outcome: 'new' });
    expect(await filesIn(file)).toEqual([{ file_path: 'shots/attributes.exr', status: 'ok', inspection_count: 1 }]);
  });
  it('killed and started again: what was answered is there', async () => {
    const file = freshFile();
    const first = await serve({ EXR_STORE: file });
    const events = Array.from({ length: 40 }, (_, i) => event(i % 2 ? 'shots/attributes.exr' : 'shots/scan_half_rgba_zip.exr'));
    const answers = events.map((each) => send(first.url, each).then(({ status }) => status, () => 'cut'));
    await Promise.race(answers);
    await first.end('SIGKILL');
    const before = (await Promise.all(answers)).filter((status) => status === 204).length;
    expect(before).toBeGreaterThan(0);
    const second = await serve({ EXR_STORE: file });
    for (const each of events) expect((await send(second.url, each)).status).toBe(204); // all are delivered again
    expect(await filesIn(file, 'file_path, status')).toEqual([{ file_path: 'shots/attributes.exr', status: 'ok' }, { file_path: 'shots/scan_half_rgba_zip.exr', status: 'ok' }]);
    await second.end();
  });
});

describe('a wrong configuration', () => {
  it('ends at once with 2, and with all that is wrong', async () => {
    const result = await promisify(execFile)(process.execPath, [bundle], { env: { PATH: process.env['PATH'], PORT: 'x', EXR_STATS: 'perhaps', EXR_STORE: 'vast://b/s', S3_ACCESS_KEY: 'sesame' } }).catch((error: unknown) => error as { code: number; stderr: string });
    expect(result).toMatchObject({ code: 2 });
    for (const words of ['PORT is "x"', 'EXR_STATS is "perhaps"', 'VAST_DB_ENDPOINT', 'S3_SECRET_KEY']) expect(result.stderr).toContain(words);
    expect(result.stderr).not.toContain('sesame');
  });
});

describe('VAST DataBase', () => {
  let server: TestServer;
  let db: Database;
  let schemas = 0;
  const environment = (schema: string): Record<string, string> => ({ EXR_STORE: `vast://exr/${schema}`, VAST_DB_ENDPOINT: server.credentials.endpoint, VAST_DB_ACCESS_KEY: server.credentials.accessKey, VAST_DB_SECRET_KEY: server.credentials.secretKey });
  const rows = async (schema: string, table: string): Promise<Record<string, unknown>[]> => db.transaction((tx) => tx.bucket('exr').schema(schema).table(table).select().toArray());
  beforeAll(async () => {
    server = await startTestServer({ buckets: ['exr'] });
    db = await connect({ ...server.credentials, retries: { baseDelayMs: 1 } });
  });
  afterAll(async () => {
    await db?.close();
    await server?.close();
  });

  it('two pods with the same events end with one set of rows, each event counted once', async () => {
    const schema = `s${schemas++}`;
    const pods = await Promise.all([serve(environment(schema)), serve(environment(schema))]);
    const events = ['shots/attributes.exr', 'shots/scan_half_rgba_zip.exr', 'shots/deep_scan_zips.exr'].map((key) => event(key, { sequencer: '01' }));
    const answers = await Promise.all([...events, ...events].flatMap((each) => pods.map(({ url }) => send(url, each))));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [204, '']));
    // A doubled row may be left when both settled at once; the next schedule finds it.
    await send(pods[0]!.url, event('', { name: 'schedule' }));
    const files = await rows(schema, 'files');
    expect(files.map((row) => [row['file_path'], row['status'], Number(row['inspection_count'])]).sort()).toEqual(events.map((each) => [String(each['elementpath']).slice('renders/'.length), 'ok', 1]).sort());
    expect(await rows(schema, 'parts')).toHaveLength(3);
    expect(await Promise.all(pods.map((pod) => pod.end()))).toEqual([0, 0]);
  });

  it('is waited for: unready with the reason until it is there, and 500 while it is away', async () => {
    const reserved = await startTestServer({ buckets: ['exr'] });
    const { endpoint, accessKey, secretKey } = reserved.credentials;
    await reserved.close();
    const running = await serve({ ...environment('late'), VAST_DB_ENDPOINT: endpoint, EXR_TIMEOUT_SECONDS: '5' }, false);
    expect((await fetch(`${running.url}/readiness`)).status).toBe(503);
    expect((await fetch(`${running.url}/liveness`)).status).toBe(200);
    expect(await send(running.url, event('shots/attributes.exr'))).toMatchObject({ status: 503 });
    const late = await startTestServer({ buckets: ['exr'], port: Number(new URL(endpoint).port), accessKey, secretKey });
    await running.ready();
    const same = event('shots/attributes.exr');
    late.faults.add({ on: {}, times: 10_000, action: { kind: 'error', status: 503, code: 'ServiceUnavailable' } });
    expect(await send(running.url, same)).toMatchObject({ status: 500, outcome: 'failed' });
    late.faults.clear();
    expect(await send(running.url, same)).toMatchObject({ status: 204 });
    await running.end();
    await late.close();
  });
});

describe('the program for local work', () => {
  const program = fileURLToPath(new URL('../dist/exr-function.mjs', import.meta.url));
  const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => promisify(execFile)(process.execPath, [program, ...args], { env: { PATH: process.env['PATH'] } }).then((done) => ({ code: 0, ...done }), (error: unknown) => error as { code: number; stdout: string; stderr: string });
  it('helps', async () => {
    for (const args of [['--help'], ['serve', '--help'], ['help', 'invoke'], []]) expect(await run(...args)).toMatchObject({ code: 0, stdout: expect.stringContaining('exr-function') });
    expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(await run('nonsense')).toMatchObject({ code: 2, stderr: expect.stringContaining('Try exr-function --help') });
    expect(await run('serve', '--nonsense')).toMatchObject({ code: 2 });
    expect(await run('serve', 'a', 'b')).toMatchObject({ code: 2, stderr: expect.stringContaining('one folder') });
    expect(await run('invoke', 'a.exr')).toMatchObject({ code: 2, stderr: expect.stringContaining('--bucket') });
    expect(await run('invoke', 'a.exr', '--bucket', 'b', '--event', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining('created, removed, tagged') });
    expect(await run('invoke', 'a.exr', '--bucket', 'b', '--url', 'http://127.0.0.1:9')).toMatchObject({ code: 3, stderr: expect.stringContaining('nobody answers') });
  });
  it('sends every shape in every mode, and says what was answered', async () => {
    const running = await serve({ EXR_STORE: freshFile() });
    for (const mode of ['binary', 'structured', 'batch']) {
      for (const name of ['created', 'cli', 'flat', 'keys', 'function', 'tagged']) expect(await run('invoke', 'shots/attributes.exr', '--bucket', 'renders', '--event', name, '--mode', mode, '--url', running.url)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^204 {2}/) });
    }
    expect(await run('invoke', 's3://renders/shots/a.exr', 's3://renders/b.txt', '--url', running.url)).toMatchObject({ code: 0, stdout: expect.stringMatching(/new READ_FAILED[^]*new NOT_EXR/) });
    expect(await run('invoke', '--event', 'schedule', '--url', running.url, '--json')).toMatchObject({ code: 0, stdout: expect.stringMatching(/"outcome":"reconciled"/) });
    const sample = fileURLToPath(new URL('../events/batch.json', import.meta.url));
    expect(await run('invoke', '--file', sample, '--mode', 'batch', '--url', running.url)).toMatchObject({ code: 0, stdout: expect.stringContaining('done 3') });
    await running.end();
  }, 120_000);
});
