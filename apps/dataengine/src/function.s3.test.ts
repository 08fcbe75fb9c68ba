/** The function as a process against a real S3 server (npm run test:s3). The list is that of the issue: each line of it is a test here. */
import { join } from 'node:path';
import { s3Testbed } from '@exr/core/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLES } from './event/samples.ts';
import { filesIn, fixture, FunctionProcess, rowsIn, sampleEvent, scratch, send, TestSink, until, withLongHeader, type Mode } from './function.spec-util.ts';
import { S3Proxy } from './s3-proxy.spec-util.ts';

const s3 = s3Testbed(process.env);
const place = scratch();
const exr = fixture('scan_half_rgba_zip.exr');
let [bucket, file] = ['', ''];
let [proxy, sink, running] = [] as unknown as [S3Proxy, TestSink, FunctionProcess];
let stores = 0;

const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  S3_ENDPOINT: proxy.url, S3_ACCESS_KEY: s3.config.accessKeyId, S3_SECRET_KEY: s3.config.secretAccessKey, S3_REGION: 'us-east-1', EXR_STORE: file, K_SINK: sink.url, K_NAME: 'exr-inspector', ...more,
});
const freshFile = (): string => join(place.folder, `${stores++}.duckdb`);
const put = (key: string, body: Uint8Array = exr): Promise<{ etag: string }> => s3.put(bucket, key, body);
const event = (key: string, more: Partial<Parameters<typeof sampleEvent>[1]> & { name?: string } = {}) => sampleEvent(more.name ?? 'created', { bucket, key, ...more });
const fileRow = async (key: string, columns = 'file_path, status, error_code, inspection_count'): Promise<Record<string, unknown> | undefined> =>
  (await rowsIn(file, `SELECT ${columns} FROM files WHERE bucket = '${bucket}' AND file_path = '${key.replaceAll("'", "''")}'`))[0];

beforeAll(async () => {
  bucket = await s3.makeBucket();
  proxy = await S3Proxy.start(s3.config.endpoint);
  sink = await TestSink.start();
  file = freshFile();
  running = await FunctionProcess.startReady(environment());
});
beforeEach(() => {
  proxy.reset();
  sink.status = 202;
  sink.received.length = 0;
});
afterAll(async () => {
  await running?.end();
  await proxy?.close();
  await sink?.close();
  place.remove();
});

describe.each(['binary', 'structured', 'batch'] as const)('event shapes, %s', (mode: Mode) => {
  it.each(Object.keys(SAMPLES))('%s', async (name) => {
    const key = `shapes/${mode}/${name}.1001.exr`;
    const { etag } = await put(key);
    const before = name === 'removed' ? await send(running.url, event(key, { sequencer: '0a' })) : undefined;
    if (name === 'removed') await s3.remove(bucket, key);
    sink.received.length = 0;
    const asked = event(key, { name, etag, size: exr.length, sequencer: '0b' });
    expect(await send(running.url, asked, mode)).toMatchObject({ status: 204, body: '' });
    const row = await fileRow(key, 'file_path, status, etag, sequencer, inspection_count, size_bytes');
    if (name === 'schedule') expect(row).toBeUndefined();
    else if (name === 'removed') expect([before!.outcome, row]).toEqual(['new', { file_path: key, status: 'deleted', etag: null, sequencer: '0a', inspection_count: 1, size_bytes: null }]);
    else expect(row).toMatchObject({ status: 'ok', etag, sequencer: ['created', 'tagged', 'cli'].includes(name) ? '0b' : null, inspection_count: 1, size_bytes: String(exr.length) });
    expect(sink.received).toMatchObject([{ headers: { 'ce-id': asked['id'], 'ce-type': 'vastdata.com:Function', 'ce-source': 'vastdata.com:exr-inspector', 'ce-subject': asked['subject'] } }]);
    if (name !== 'schedule' && name !== 'removed') expect(sink.received[0]!.data).toMatchObject({ schema_version: 1, file: { s3_bucket: bucket, s3_key: key, path: key, header_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }, persistence: { status: 'success', inserted: true } });
    if (name === 'flat') expect(sink.received[0]!.data).toMatchObject({ requested: { validate: true, policy_path: 'policies/show.yaml' } });
  });
});

describe('one request', () => {
  it('of at most 64 KiB is all that an ordinary file takes', async () => {
    await put('one/a.1001.exr', Buffer.concat([exr, Buffer.alloc(300_000)]));
    expect(await send(running.url, event('one/a.1001.exr'))).toMatchObject({ status: 204, outcome: 'new' });
    expect(proxy.asked).toHaveLength(1);
    await until('the log says so', () => running.lines.some(({ files }) => JSON.stringify(files ?? '').includes('one/a.1001.exr')));
    expect(running.lines.find(({ files }) => JSON.stringify(files ?? '').includes('one/a.1001.exr'))).toMatchObject({ files: [{ bytes: 65_536, requests: 1 }] });
  });
  it.each([['64 KiB', 100_000, 2], ['256 KiB', 400_000, 2], ['50 MB', 50_000_000, 2]] as const)('and few for a header of more than %s', async (_, size, requests) => {
    const key = `long/${size}.exr`;
    await put(key, withLongHeader(exr, size));
    expect(await send(running.url, event(key))).toMatchObject({ status: 204, outcome: 'new' });
    expect(proxy.asked.length).toBeLessThanOrEqual(requests);
    expect(await fileRow(key, 'status, header_bytes, channel_count')).toMatchObject({ status: 'ok', header_bytes: expect.stringMatching(/^\d+$/), channel_count: 4 });
    expect(Number((await fileRow(key, 'header_bytes'))!['header_bytes'])).toBeGreaterThan(size);
    expect(JSON.stringify(sink.received[0]!.data).length).toBeLessThan(700_000);
  });
  it('statistics are streamed when the event asks for them', async () => {
    await put('stats/a.1001.exr');
    expect(await send(running.url, { ...event('stats/a.1001.exr', { name: 'keys' }), data: { s3_bucket: bucket, s3_key: 'stats/a.1001.exr', stats: 'TRUE' } }, 'structured')).toMatchObject({ status: 204, outcome: 'new' });
    expect(await rowsIn(file, "SELECT channel_name, nan_count FROM stats WHERE file_path = 'stats/a.1001.exr' ORDER BY channel_name")).toHaveLength(4);
    expect(sink.received[0]!.data).toMatchObject({ stats: { parts: [{ partial: false, channels: [{}, {}, {}, {}] }] } });
  });
});

describe('keys', () => {
  it.each(['with space.exr', 'plus+plus.exr', 'per%20cent%.exr', 'ünï/日本語 🎬.1001.exr', 'all + of % them ü.0042.exr', '?query&x=1#hash.exr', "quote'\"s.exr"])('%j, in every mode', async (key) => {
    const { etag } = await put(key);
    for (const mode of ['binary', 'structured', 'batch'] as const) expect(await send(running.url, event(key, { etag }), mode)).toMatchObject({ status: 204 });
    expect(await send(running.url, event(key, { etag }), 'binary', true)).toMatchObject({ status: 204 }); // UTF-8 in the header, as it is
    expect(await fileRow(key, 'file_path, status, inspection_count')).toEqual({ file_path: key, status: 'ok', inspection_count: 4 });
    expect(await rowsIn(file, `SELECT count(*) AS n FROM files WHERE etag = '${etag}' AND status <> 'ok'`)).toEqual([{ n: '0' }]);
  });
  it('are found by elementpath alone, escaped or not', async () => {
    await put('alone/a b%.exr');
    for (const written of ['alone/a b%.exr', 'alone/a%20b%25.exr']) {
      const { data: _, ...bare } = event('x');
      expect(await send(running.url, { ...bare, elementpath: `${bucket}/${written}` }, 'structured')).toMatchObject({ status: 204 });
    }
    expect(await fileRow('alone/a b%.exr', 'status, inspection_count')).toEqual({ status: 'ok', inspection_count: 2 });
    expect(await fileRow('alone/a%20b%25.exr', 'status')).toBeUndefined();
  });
  it('several in one event are several rows and one output event', async () => {
    await put('many/a.exr');
    await put('many/b c.exr');
    expect(await send(running.url, event('', { keys: ['many/a.exr', 'many/b c.exr', 'many/gone.exr'] }))).toMatchObject({ status: 204, outcome: 'done 3' });
    expect(await rowsIn(file, "SELECT file_path, status FROM files WHERE file_path LIKE 'many/%' ORDER BY file_path")).toEqual([{ file_path: 'many/a.exr', status: 'ok' }, { file_path: 'many/b c.exr', status: 'ok' }, { file_path: 'many/gone.exr', status: 'error' }]);
    expect(sink.received).toMatchObject([{ data: { results: [{ file: { path: 'many/a.exr' } }, { file: { path: 'many/b c.exr' } }, { errors: [{ code: 'READ_FAILED' }] }] } }]);
  });
});

describe('delivered again', () => {
  it('with the same id: the same rows, counted once', async () => {
    const { etag } = await put('again/a.1001.exr');
    const same = event('again/a.1001.exr', { etag, sequencer: '01' });
    expect((await send(running.url, same)).outcome).toBe('new');
    const before = await rowsIn(file, "SELECT * FROM files WHERE file_path = 'again/a.1001.exr'");
    for (const mode of ['binary', 'structured', 'batch'] as const) expect(await send(running.url, same, mode)).toMatchObject({ status: 204 });
    expect(await rowsIn(file, "SELECT * FROM files WHERE file_path = 'again/a.1001.exr'")).toEqual(before);
    expect(sink.received).toHaveLength(4); // whoever comes next knows the id
  });
  it('on another pod: as well', async () => {
    const { etag } = await put('again/pod.1001.exr');
    const other = await FunctionProcess.startReady(environment());
    const same = event('again/pod.1001.exr', { etag });
    const answers = await Promise.all([running, other, running, other].map(({ url }) => send(url, same)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect(await fileRow('again/pod.1001.exr', 'status, inspection_count')).toEqual({ status: 'ok', inspection_count: 1 });
    expect(await rowsIn(file, "SELECT count(*) AS n FROM parts WHERE file_path = 'again/pod.1001.exr'")).toEqual([{ n: '1' }]);
    await other.end();
  });
  it('late: an older version does not overwrite a newer one, nor does its removal', async () => {
    const first = await put('late/a.exr');
    const older = event('late/a.exr', { etag: first.etag, sequencer: '0001' });
    const second = await put('late/a.exr', withLongHeader(exr, 100));
    expect(await send(running.url, event('late/a.exr', { etag: second.etag, sequencer: '0003' }))).toEqual({ status: 204, outcome: 'new', body: '' });
    expect((await send(running.url, older)).status).toBe(204);
    expect((await send(running.url, event('late/a.exr', { name: 'removed', sequencer: '0002' }))).status).toBe(204);
    expect(await fileRow('late/a.exr', 'status, etag, sequencer')).toEqual({ status: 'ok', etag: second.etag, sequencer: '0003' });
  });
});

describe('what will be the same next time is a row with an error, and 204', () => {
  it.each<[string, Uint8Array | null, string]>([
    ['gone.exr', null, 'READ_FAILED'], ['garbage.exr', Buffer.from('this is no EXR at all '.repeat(99)), 'NOT_EXR'], ['empty.exr', Buffer.alloc(0), 'NOT_EXR'], ['short.exr', exr.subarray(0, 5), 'NOT_EXR'], ['cut.exr', exr.subarray(0, 200), 'TRUNCATED'],
    ['notes.txt', Buffer.from('text'), 'NOT_EXR'], ['badversion.exr', Buffer.concat([exr.subarray(0, 4), Buffer.from([9]), exr.subarray(5)]), 'UNSUPPORTED_VERSION'],
  ])('%s', async (name, body, code) => {
    const key = `bad/${name}`;
    if (body) await put(key, body);
    const answer = await send(running.url, event(key));
    expect(answer.status).toBe(204);
    expect(answer.outcome).toMatch(/^new [A-Z_]+$/);
    const row = (await fileRow(key, 'status, error_code, error_message, file_path'))!;
    expect(row).toMatchObject({ file_path: key, status: name === 'cut.exr' || name === 'badversion.exr' ? expect.stringMatching(/error|partial/) : 'error' });
    expect(row['error_code']).toMatch(name === 'empty.exr' || name === 'short.exr' ? /NOT_EXR|TRUNCATED/ : new RegExp(`^${code}$`));
    expect(proxy.asked.length).toBe(name === 'notes.txt' ? 0 : 1);
    expect(sink.received).toMatchObject([{ data: { errors: [{ code: row['error_code'] }] } }]);
    expect((await send(running.url, event(key))).status).toBe(204);
  });
  it('a header larger than the limit', async () => {
    const small = await FunctionProcess.startReady(environment({ EXR_HEADER_MIB: '1' }));
    await put('bad/large.exr', withLongHeader(exr, 2_000_000));
    expect(await send(small.url, event('bad/large.exr'))).toMatchObject({ status: 204, outcome: 'new LIMIT_EXCEEDED' });
    await small.end();
  });
  it('overwritten while it was read: begun anew once, then the next event brings it', async () => {
    const key = 'changed/a.exr';
    const path = `/${bucket}/changed/a.exr`;
    const long = (fill: number): Buffer => Buffer.concat([withLongHeader(exr, 200_000), Buffer.alloc(9, fill)]);
    await put(key, long(0));
    // The second request of each reading finds another version than the first one did.
    let [overwrites, most] = [0, 1];
    proxy.meddle = async (nth, _, asked) => {
      if (asked === path && nth % 2 === 0 && overwrites < most) await put(key, long(++overwrites));
      return false;
    };
    running.lines.length = 0;
    expect(await send(running.url, event(key))).toMatchObject({ status: 204, outcome: 'new' });
    expect(proxy.asked).toHaveLength(4); // 206, 412, 206, 206
    expect(await fileRow(key)).toMatchObject({ status: 'ok' });
    proxy.asked.length = 0;
    [overwrites, most] = [10, 99];
    expect(await send(running.url, event(key))).toMatchObject({ status: 204, outcome: 'changed SOURCE_CHANGED' });
    expect(proxy.asked).toHaveLength(4);
    proxy.reset();
    expect(await send(running.url, event(key))).toMatchObject({ status: 204, outcome: 'changed' });
    expect(await fileRow(key)).toMatchObject({ status: 'ok', error_code: null });
  });
});

describe('what may be better next time is 500, and nothing is lost', () => {
  it('a wrong secret, which is said and not shown', async () => {
    const wrong = await FunctionProcess.startReady(environment({ S3_SECRET_KEY: 'hunter2hunter2hunter2' }));
    await put('secret/a.exr');
    const answer = await send(wrong.url, event('secret/a.exr'));
    expect(answer).toMatchObject({ status: 500, outcome: 'failed', body: expect.stringContaining('403') });
    expect(await fileRow('secret/a.exr')).toBeUndefined();
    await wrong.end();
    expect(`${answer.body}${JSON.stringify(wrong.lines)}${wrong.stderr}`).not.toContain('hunter2');
  });
  it('keys from mounted secrets are used', async () => {
    const { mkdirSync, writeFileSync } = await import('node:fs');
    const root = join(place.folder, 'secrets');
    mkdirSync(join(root, 's3'), { recursive: true });
    writeFileSync(join(root, 's3', 'access-key'), `${s3.config.accessKeyId}\n`);
    writeFileSync(join(root, 's3', 'S3_SECRET_KEY'), `${s3.config.secretAccessKey}\n`);
    const mounted = await FunctionProcess.startReady(environment({ EXR_SECRETS_DIR: root, S3_ACCESS_KEY: '', S3_SECRET_KEY: '' }));
    await put('secret/b.exr');
    expect(await send(mounted.url, event('secret/b.exr'))).toMatchObject({ status: 204, outcome: 'new' });
    await mounted.end();
  });
  it.each<[string, (response: import('node:http').ServerResponse) => void]>([
    ['S3 down: 503', (response) => void response.writeHead(503, { 'content-length': '0' }).end()],
    ['a connection that is cut', (response) => void response.destroy()],
    ['a bucket that is not there', (response) => void response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchBucket</Code></Error>')],
  ])('%s', async (name, answer) => {
    const key = `down/${name.replace(/\W+/g, '-')}.exr`;
    await put(key);
    proxy.meddle = (_, response) => (answer(response), true);
    const same = event(key);
    expect(await send(running.url, same)).toMatchObject({ status: 500, outcome: 'failed' });
    expect(await fileRow(key)).toBeUndefined();
    proxy.reset();
    expect(await send(running.url, same)).toMatchObject({ status: 204, outcome: 'new' });
  });
  it('an S3 that does not answer in time', async () => {
    const hasty = await FunctionProcess.startReady(environment({ EXR_TIMEOUT_SECONDS: '1' }));
    await put('slow/a.exr');
    proxy.meddle = () => true; // and never an answer
    expect(await send(hasty.url, event('slow/a.exr'))).toMatchObject({ status: 500, body: expect.stringMatching(/EXR_TIMEOUT_SECONDS|not done/) });
    await hasty.end();
  });
  it('a sink that is down or refuses: the rows are there, and again the event counts once', async () => {
    await put('sink/a.exr');
    const same = event('sink/a.exr');
    sink.status = 503;
    expect(await send(running.url, same)).toMatchObject({ status: 500, body: expect.stringContaining('sink') });
    expect(await fileRow('sink/a.exr', 'status, inspection_count')).toEqual({ status: 'ok', inspection_count: 1 });
    sink.status = 202;
    expect(await send(running.url, same)).toMatchObject({ status: 204, outcome: 'repeated' });
    expect(sink.received).toHaveLength(1);
    expect(await fileRow('sink/a.exr', 'inspection_count')).toEqual({ inspection_count: 1 });
    const nowhere = await FunctionProcess.startReady(environment({ K_SINK: 'http://127.0.0.1:9/' }));
    expect(await send(nowhere.url, event('sink/a.exr'))).toMatchObject({ status: 500, body: expect.stringContaining('sink') });
    await nowhere.end();
  });
});

describe('batches', () => {
  it('of good and bad: 204 when all is done', async () => {
    await put('batch/a.exr');
    await put('batch/b.exr', Buffer.from('garbage'));
    expect(await send(running.url, [event('batch/a.exr'), event('batch/b.exr'), event('batch/none.exr')], 'batch')).toMatchObject({ status: 204, outcome: 'done 3', body: '' });
  });
  it('with one that fails: 500 and what became of each; then all again, counted once', async () => {
    await put('batch/c.exr');
    await put('batch/d.exr');
    const events = [event('batch/c.exr'), event('batch/d.exr'), { nonsense: true }];
    proxy.meddle = (_, response, path) => path.includes('batch/d') && (response.writeHead(503).end(), true);
    const answer = await send(running.url, events, 'batch');
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toMatchObject({ error: '2 of 3 events failed', events: [{ id: events[0]!['id'], status: 204, outcome: 'new' }, { id: events[1]!['id'], status: 500, outcome: 'failed' }, { id: null, status: 500, outcome: 'malformed' }] });
    proxy.reset();
    expect(await send(running.url, events.slice(0, 2), 'batch')).toMatchObject({ status: 204 });
    expect(await rowsIn(file, "SELECT file_path, inspection_count FROM files WHERE file_path IN ('batch/c.exr', 'batch/d.exr') ORDER BY file_path")).toEqual([{ file_path: 'batch/c.exr', inspection_count: 1 }, { file_path: 'batch/d.exr', inspection_count: 1 }]);
  });
});

describe('removals and schedules', () => {
  it('a removal that cannot be ordered asks the object whether it is gone', async () => {
    await put('remove/a.exr');
    await send(running.url, event('remove/a.exr'));
    expect((await send(running.url, event('remove/a.exr', { name: 'removed' }))).status).toBe(204);
    expect(await fileRow('remove/a.exr')).toMatchObject({ status: 'ok' }); // it is there
    await s3.remove(bucket, 'remove/a.exr');
    expect(await send(running.url, event('remove/a.exr', { name: 'removed' }))).toMatchObject({ status: 204, outcome: 'removed' });
    expect(await fileRow('remove/a.exr')).toMatchObject({ status: 'deleted' });
    expect(await rowsIn(file, "SELECT count(*) AS n FROM parts WHERE file_path = 'remove/a.exr'")).toEqual([{ n: '0' }]);
  });
  it('a schedule looks again at what failed, makes tombstones of what is gone, and forgets old ones', async () => {
    const own = freshFile();
    const other = await FunctionProcess.startReady(environment({ EXR_STORE: own, EXR_TOMBSTONE_DAYS: '0' }));
    await put('schedule/mended.exr', Buffer.from('garbage'));
    await put('schedule/bad.exr', Buffer.from('garbage'));
    for (const name of ['mended', 'bad', 'gone']) await send(other.url, event(`schedule/${name}.exr`));
    await put('schedule/mended.exr');
    sink.received.length = 0;
    expect(await send(other.url, event('', { name: 'schedule' }))).toMatchObject({ status: 204, outcome: 'reconciled' });
    expect(sink.received).toMatchObject([{ data: { reconciled: { inspected: 3, recovered: 1, removed: 1, failed: 0, doubles: 0, purged: 1, cut: false } } }]);
    expect(await filesIn(own, 'file_path, status')).toEqual([{ file_path: 'schedule/bad.exr', status: 'error' }, { file_path: 'schedule/mended.exr', status: 'ok' }]);
    await other.end();
  });
});

describe('under load, and at the end', () => {
  it('200 at a time are 200 rows', async () => {
    const own = freshFile();
    const other = await FunctionProcess.startReady(environment({ EXR_STORE: own }));
    const keys = Array.from({ length: 200 }, (_, i) => `load/f.${String(i).padStart(4, '0')}.exr`);
    for (let i = 0; i < keys.length; i += 20) await Promise.all(keys.slice(i, i + 20).map((key) => put(key)));
    const answers = await Promise.all(keys.map((key) => send(other.url, event(key))));
    expect(answers.every(({ status, outcome }) => status === 204 && outcome === 'new')).toBe(true);
    expect(await rowsIn(own, 'SELECT count(*) AS n, count(DISTINCT file_id) AS ids, sum(inspection_count) AS looks FROM files')).toEqual([{ n: '200', ids: '200', looks: '200' }]);
    const metrics = await other.metrics();
    expect(metrics).toContain('exr_function_events_total{kind="element",outcome="done"} 200');
    expect(Number(/exr_function_store_files_count (\d+)/.exec(metrics)![1])).toBeLessThan(100); // gathered
    expect(await other.end()).toBe(0);
  });
  it('SIGTERM finishes what is in the house, stores it, takes nothing new, and ends with 0', async () => {
    const own = freshFile();
    const other = await FunctionProcess.startReady(environment({ EXR_STORE: own }));
    const keys = Array.from({ length: 30 }, (_, i) => `drain/f.${i}.exr`);
    for (const key of keys) await put(key);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    proxy.meddle = async () => (await held, false); // all of them are under way when it is asked to stop
    const answers = keys.map((key) => send(other.url, event(key)));
    await until('20 are being read', async () => /exr_function_events_in_house 30/.test(await other.metrics()));
    const exit = other.end('SIGTERM');
    await until('it is unready', () => other.lines.some(({ msg }) => String(msg).startsWith('stopping')));
    await expect(fetch(`${other.url}/readiness`).then(({ status }) => status, () => 'refused')).resolves.toSatisfy((status) => status === 503 || status === 'refused');
    release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(keys.map(() => 204));
    expect(await exit).toBe(0);
    expect(await rowsIn(own, "SELECT count(*) AS n FROM files WHERE status = 'ok'")).toEqual([{ n: '30' }]);
    expect(other.lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });
  it('when the grace is over, what hangs is answered with 500 and it still ends with 0', async () => {
    const other = await FunctionProcess.startReady(environment({ EXR_GRACE_SECONDS: '1' }));
    await put('grace/a.exr');
    proxy.meddle = () => true;
    const answer = send(other.url, event('grace/a.exr'));
    await until('it is read', async () => /exr_function_reading 1/.test(await other.metrics()));
    expect(await other.end()).toBe(0);
    expect(await answer).toMatchObject({ status: 500, body: expect.stringContaining('stopping') });
  });
});
