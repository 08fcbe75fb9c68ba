import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { CloudEvent } from 'cloudevents';
import { expect, it } from 'vitest';
import { NO_WISHES } from '../event/options.ts';
import type { FileResult } from '../work/result.ts';
import { outputOf } from './output.ts';
import { httpSink, outputEvent, SinkError } from './sink.ts';

const input = new CloudEvent<unknown>({ specversion: '1.0', id: 'i', source: 's', type: 't', subject: 'broker.topic', partitionkey: 'p' });
const none = { extensions: {}, attributes: {} };

it('is made as the platform makes it, then overridden', () => {
  expect(outputEvent(input, '{}', 'look', null, none)).toMatchObject({ id: 'i', type: 'vastdata.com:Function', source: 'vastdata.com:look', subject: 'broker.topic', partitionkey: 'p', data: '{}' });
  expect(outputEvent(input, '{}', 'look', '00-1', { extensions: { site: 'a', partitionkey: 'q' }, attributes: { type: 'x.y', source: 'z' } })).toMatchObject({ id: 'i', type: 'x.y', source: 'z', site: 'a', partitionkey: 'q', traceparent: '00-1' });
  expect(outputEvent(new CloudEvent<unknown>({ id: 'i', source: 's', type: 't' }), '{}', 'look', null, none)).not.toHaveProperty('partitionkey');
});

const result = (attributeBytes: number, parts = 1): FileResult => ({
  subject: { action: 'created', bucket: 'b', keys: ['k'], etag: null, sequencer: null, size: null, time: null }, path: 'k', fileId: 'f', outcome: 'new', error: null, bytes: 1, requests: 1,
  report: {
    schema_version: 1, tool: { name: 'x', version: '1' }, file: { path: 'k', part_count: parts }, channels: [{ name: 'R' }], attributes: { a: 'x'.repeat(attributeBytes) }, errors: [], notes: [],
    parts: Array.from({ length: parts }, (_, index) => ({ index, name: 'n'.repeat(100), attributes: [{ name: 'a', value: 'x'.repeat(attributeBytes / parts) }] })),
  } as unknown as FileResult['report'] & object,
});

it('has the whole report, as long as a message may be; then less of it, and says so', () => {
  const sizes = [[100, 1], [400_000, 1], [400_000, 10_000]] as const;
  const all = sizes.map(([bytes, parts]) => JSON.parse(outputOf([result(bytes, parts)], NO_WISHES)) as Record<string, unknown>);
  expect(all.map((data) => data['left_out'])).toEqual([undefined, ['attributes'], ['parts', 'channels', 'attributes', 'stats']]);
  expect(all[0]).toMatchObject({ file: { s3_bucket: 'b', s3_key: 'k' }, parts: [{ attributes: [{}] }], persistence: { status: 'success', inserted: true, file_id: 'f' } });
  expect(all[1]).toMatchObject({ parts: [{ attributes: [] }], channels: [{ name: 'R' }] });
  expect(all[2]).not.toHaveProperty('parts');
  for (const data of all) expect(JSON.stringify(data).length).toBeLessThan(600_000);
  expect(JSON.parse(outputOf([result(10), result(10)], { ...NO_WISHES, validate: true }))).toMatchObject({ results: [{ requested: { validate: true, policy_path: null } }, {}] });
});

it('goes out although all the connections that were kept have been closed meanwhile', async () => {
  const used = new Set<Socket>();
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    if (used.has(request.socket)) return void request.socket.destroy(); // as one that was closed while the request was on its way
    used.add(request.socket);
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(text)).on('end', () => setTimeout(() => response.writeHead(202).end(), 20));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sent: string[] = [];
  const sink = httpSink({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, overrides: none }, 'look', (status) => sent.push(status));
  const { signal } = new AbortController();
  await Promise.all(['1', '2', '3'].map((json) => sink.send(input, json, null, signal))); // three connections are kept
  await sink.send(input, '4', null, signal);
  expect(bodies.sort()).toEqual(['1', '2', '3', '4']);
  expect(sent).toEqual(['2xx', '2xx', '2xx', 'error', '2xx']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(sink.send(input, '5', null, signal)).rejects.toBeInstanceOf(SinkError);
  sink.close();
});
