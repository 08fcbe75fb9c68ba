// The function that is deployed, as a process, against the platform's contract: events as real systems were seen to send them, written down here and not
// made by the function's own code; and the same server behind the Python shim.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { functionTree } from '../src/build/executor.mjs';
import { resolveOptions } from '../src/build/options.mjs';
import { writeTree } from '../src/build/tree.mjs';
import { checkout, python, run } from './scratch.mjs';

const folder = join(checkout, '.cache/nx-dataengine/contract');
const bucket = join(folder, 's3-bucket-name');
const special = 'dir/a b+c%20ü.exr';
const encoded = 'dir/a+b%2Bc%2520%C3%BC.exr'; // as Records have it
const port = 20_000 + (process.pid % 20_000);
const url = `http://127.0.0.1:${port}/`;

let child, sink, sunk, sinkStatus, settings;
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(bucket, 'dir'), { recursive: true });
  const marker = JSON.parse(readFileSync(join(checkout, 'apps/dataengine/dataengine.json'), 'utf8'));
  writeTree(await functionTree(resolveOptions({ ...marker, shim: 'python' }, { root: checkout, projectRoot: 'apps/dataengine' })), join(folder, 'function'));
  const exr = join(checkout, 'test-fixtures/scan_half_rgba_zip.exr');
  for (const key of ['test.exr', special]) copyFileSync(exr, join(bucket, key));
  writeFileSync(join(bucket, 'garbage.exr'), 'this is no EXR at all');
  writeFileSync(join(bucket, 'cut.exr'), readFileSync(exr).subarray(0, 150));
  sink = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    sunk.push({ headers: request.headers, data: JSON.parse(body) });
    response.writeHead(sinkStatus).end();
  });
  await new Promise((resolve) => sink.listen(0, '127.0.0.1', resolve));
  settings = { PATH: process.env.PATH, EXR_STORE: join(folder, 'store.duckdb'), EXR_FOLDER: bucket, VAST_LOG_LEVEL: 'error' };
  child = spawn(process.execPath, [join(folder, 'function/server.mjs')], { env: { ...settings, PORT: String(port), HOST: '127.0.0.1', K_NAME: 'exr-function', K_SINK: `http://127.0.0.1:${sink.address().port}/`, K_CE_OVERRIDES: '{"extensions":{"site":"x"}}' }, stdio: ['ignore', 'ignore', 'inherit'] });
  for (let i = 0; i < 1000 && (await fetch(`${url}readiness`).then(({ status }) => status, () => 0)) !== 200; i++) await new Promise((resolve) => setTimeout(resolve, 20));
});
afterAll(async () => {
  child?.kill('SIGKILL');
  sink?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  [sunk, sinkStatus] = [[], 202];
});

let id = 1004356627333135;
const element = (elementpath, more = {}, key = encodeURIComponent(elementpath.slice(elementpath.indexOf('/') + 1)).replaceAll('%2F', '/')) => ({
  specversion: '1.0', id: String(++id), type: 'vastdata.com:Element.ElementCreated', source: 'vastdata.com:t.b45a6820-410c-457a-ac1b-035a102b5d05', subject: 'vast-broker-engine-broker.main',
  time: '2026-04-08T15:41:29.591955+00:00', datacontenttype: 'application/json', elementpath, elementhandle: '8025198034623744117', elementsourcetype: 'vast:s3', knativekafkaoffset: '135498', knativekafkapartition: '0',
  data: { Records: [{
    eventVersion: '2.2', eventSource: 'vast:s3', awsRegion: 'selab-var-201', eventTime: '2026-04-08T15:41:29.591955Z', eventName: 'ObjectCreated:Put', userIdentity: { principalId: 'principleId' },
    requestParameters: { sourceIPAddress: '172.200.11.10' }, responseElements: { 'x-amz-request-id': '0x391710286a372', 'x-amz-id-2': '0x391710286a372' },
    s3: { s3SchemaVersion: '1.0', configurationId: 't.b45a', bucket: { name: elementpath.split('/')[0], ownerIdentity: { principalId: 'principleId' }, arn: 'arn:aws:s3:::s3-bucket-name' }, object: { key, size: 15, eTag: '1d6155b60405bab055527913efd734a7', sequencer: '009f00000000000f42fd' } },
  }] },
  ...more,
});
const post = async (headers, body) => {
  const response = await fetch(url, { method: 'POST', headers, body });
  return [response.status, (await response.text()).trim()];
};
const binary = ({ data, ...attributes }, more = {}) => post({ ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name === 'datacontenttype' ? 'content-type' : `ce-${name}`, value])), ...more }, JSON.stringify(data));
const structured = (event) => post({ 'content-type': 'application/cloudevents+json' }, JSON.stringify(event));
const batch = (events) => post({ 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify(events));
const verify = async (key, ...flags) => run(process.execPath, [join(folder, 'function/verify.mjs'), 's3-bucket-name', key, ...flags], { env: settings });

describe('the function', () => {
  it('takes the events of objects, of the clock, of vastde invoke, in every form', async () => {
    expect(await binary(element('s3-bucket-name/test.exr'))).toEqual([204, '']);
    expect(await structured(element('s3-bucket-name/test.exr'))).toEqual([204, '']);
    expect(await batch([element('s3-bucket-name/test.exr'), element('s3-bucket-name/garbage.exr')])).toEqual([204, '']);
    expect(await binary({ specversion: '1.0', id: 'efa7325c-3194-4e03-87f7-a66059b4e696', type: 'vastdata.com:Schedule.TimerElapsed', source: 'vastdata.com:cron.15473f0a-b257-4b76-ab18-be7aea172c25', subject: 'mlops-broker.main', time: '2026-05-07T03:05:00.808000+00:00', datacontenttype: 'application/json', cronschedule: '0 0/5 * ? * * *', timerelapsedtimestamp: '1', partitionkey: 'cron', data: { message: 'Activating trigger by cron' } })).toEqual([204, '']);
    const cli = { specversion: '1.0', id: '59e46a1b-b060-49e8-8438-3dc03095a0da', type: 'vastdata.com:Element.ObjectCreated', source: 'vastdata.com:trigger1.7c99196c-6c16-4c84-b87d-c1d7861d0ba4', subject: 'vastdata.com:kafka-view.default-topic', time: '2025-10-10T13:38:09Z', datacontenttype: 'application/json', dataschema: null, triggerext1: 'cli-generated', triggerext2: 'test-event' };
    expect(await structured({ ...cli, data: { msg: 'hello' } })).toEqual([204, '']); // nothing in it: trying again is of no use
    expect(await structured({ ...cli, data: { Records: [{ s3: { bucket: { name: 's3-bucket-name' }, object: { key: 'test.exr' } } }] } })).toEqual([204, '']);
    expect((await verify('test.exr')).stdout).toContain('s3-bucket-name/test.exr: 1 part(s), 4 channels');
  });

  it.each([
    ['elementpath as it is, and Records', () => structured(element(`s3-bucket-name/${special}`, {}, encoded))],
    ['elementpath percent-encoded in a header', () => binary({ ...element('s3-bucket-name/x', {}, encoded), elementpath: 's3-bucket-name/dir/a%20b+c%2520%C3%BC.exr' })],
    ['elementpath alone, percent-encoded', () => structured(element('s3-bucket-name/dir/a%20b%2Bc%2520%C3%BC.exr', { data: {} }))],
    ['elementpath alone, as Records write keys', () => structured(element(`s3-bucket-name/${encoded}`, { data: {} }))],
    ['Records alone', () => structured({ ...element('s3-bucket-name/x', {}, encoded), elementpath: undefined })],
    ['Records in an envelope in data', () => structured({ ...element('s3-bucket-name/x'), elementpath: undefined, data: element('s3-bucket-name/x', {}, encoded) })],
    ['s3_bucket and s3_key', () => structured({ specversion: '1.0', id: String(++id), type: 'vastdata.com:Function', source: 'vastdata.com:upstream', data: { s3_bucket: 's3-bucket-name', s3_key: special } })],
  ])('finds the object: %s', async (_, send) => {
    expect(await send()).toEqual([204, '']);
    expect(sunk.at(-1).data).toMatchObject({ file: { s3_bucket: 's3-bucket-name', s3_key: special }, errors: [] });
  });

  it('does not ask again for what will never succeed, and writes down why', async () => {
    for (const [name, why] of [['garbage.exr', 'error .*not an EXR'], ['cut.exr', 'partial .*the file ends'], ['nowhere.exr', 'error .*there is no such file'], ['test.md', 'error .*test.md']]) {
      expect(await structured(element(`s3-bucket-name/${name}`))).toEqual([204, '']);
      expect((await verify(name)).stdout).toMatch(new RegExp(`status ${why}`));
    }
  });

  it('asks again when the sink is away, and sends to it when it is back', async () => {
    const event = element('s3-bucket-name/test.exr');
    sinkStatus = 503;
    expect(await structured(event)).toEqual([500, 'the sink answered 503']);
    sinkStatus = 202;
    expect(await structured(event)).toEqual([204, '']);
    expect(sunk.map(({ headers }) => headers['ce-id'])).toEqual([event.id, event.id]);
  });

  it('sends on as the platform\'s runtime does', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const event = element('s3-bucket-name/test.exr', { partitionkey: 's3-bucket-name/test.exr' });
    await binary(event, { traceparent });
    expect(sunk).toHaveLength(1);
    expect(sunk[0].headers).toMatchObject({ 'ce-id': event.id, 'ce-type': 'vastdata.com:Function', 'ce-source': 'vastdata.com:exr-function', 'ce-subject': event.subject, 'ce-partitionkey': event.partitionkey, 'ce-site': 'x', 'ce-specversion': '1.0', 'content-type': 'application/json' });
    expect(sunk[0].headers['ce-traceparent'] ?? sunk[0].headers.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('knows removed objects by either name of the event', async () => {
    for (const [name, type] of [['removed-1.exr', 'Element.ElementRemoved'], ['removed-2.exr', 'Element.ObjectRemoved']]) {
      copyFileSync(join(bucket, 'test.exr'), join(bucket, name));
      expect(await structured(element(`s3-bucket-name/${name}`))).toEqual([204, '']);
      expect((await verify(name, '--removed')).code).toBe(3);
      rmSync(join(bucket, name));
      const { Records: [record] } = element(`s3-bucket-name/${name}`).data;
      const data = { Records: [{ ...record, eventName: 'ObjectRemoved:Delete', eventTime: new Date().toISOString(), s3: { ...record.s3, object: { key: name, sequencer: '009f00000000000f42ff' } } }] };
      expect(await structured(element(`s3-bucket-name/${name}`, { type: `vastdata.com:${type}`, time: new Date().toISOString(), data }))).toEqual([204, '']);
      expect(await verify(name, '--removed')).toMatchObject({ code: 0, stdout: expect.stringContaining('known to be gone') });
    }
  });

  it('answers probes and strangers', async () => {
    const status = async (method, path) => (await fetch(url + path, { method })).status;
    expect([await status('GET', 'readiness'), await status('GET', 'liveness'), await status('OPTIONS', ''), await status('PUT', ''), await status('DELETE', '')]).toEqual([200, 200, 200, 405, 405]);
    expect((await post({ 'content-type': 'application/json' }, '{"a":1}'))[0]).toBe(500);
    expect((await post({ 'content-type': 'application/cloudevents+json' }, '{'))[0]).toBe(500);
    expect((await post({ 'content-type': 'application/cloudevents+json' }, 'x'.repeat(2 ** 20 + 1)))[0]).toBe(413);
    expect((await batch([element('s3-bucket-name/test.exr'), { nonsense: 1 }]))[0]).toBe(500);
  });

  it('ends in good order', async () => {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it.skipIf(!python)('serves behind the Python shim', async () => {
    const runtime = spawn(python, [fileURLToPath(new URL('runtime.py', import.meta.url)), join(folder, 'function/python')], { env: { ...settings, SHIM_NODE: process.execPath, PYTHONDONTWRITEBYTECODE: '1', K_SINK: 'http://192.0.2.1/never-called' }, stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const answers = createInterface({ input: runtime.stdout })[Symbol.asyncIterator]();
      expect(JSON.parse((await answers.next()).value).ready).toBe(true);
      const good = element('s3-bucket-name/test.exr');
      runtime.stdin.write(`${JSON.stringify({ events: [good, { ...element('s3-bucket-name/test.exr'), type: '' }] })}\n`);
      const { answers: [first, second] } = JSON.parse((await answers.next()).value);
      expect(first).toMatchObject({ status: 204, returned: { file: { s3_key: 'test.exr' }, errors: [] } });
      expect(second).toMatchObject({ status: 500, body: expect.stringContaining('the server answered 500') });
    } finally {
      runtime.kill('SIGTERM');
    }
  });
});
