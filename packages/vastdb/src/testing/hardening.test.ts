/** Nonsense sent to the server, properly signed: an answer of 4xx or 2xx, never a crash, and the tables stay as they were. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Transport } from '../http.ts';
import { exchanges, header, requestBody } from '../golden.spec-util.ts';
import { connect, type Database } from '../index.ts';
import { startTestServer, type TestServer } from './index.ts';

let server: TestServer;
let db: Database;
let transport: Transport;
beforeAll(async () => {
  server = await startTestServer({ buckets: ['exr-data'] });
  db = await connect(server.credentials);
  const { accessKey, secretKey } = server.credentials;
  transport = new Transport({ endpoint: server.endpoint }, { accessKey, secretKey, region: '' });
});
afterAll(async () => {
  transport.close();
  await db.close();
  await server.close();
});

test('damaged bodies and headers', async () => {
  const usable = exchanges.filter((e) => e.path.split('/').length >= 3 && e.seq < 80 && e.method !== 'HEAD');
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.nat(usable.length - 1), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 8 })), async (which, changes, odd) => {
      const e = usable[which];
      if (e === undefined) return;
      const tx = await db.begin({ keepAliveMs: 0 });
      await tx.bucket('exr-data').createSchema('exr_metadata');
      const golden = exchanges.find((each) => each.seq === 9);
      const files = { method: 'POST' as const, path: ['exr-data', 'exr_metadata', 'files'], command: 'table' };
      await tx.send({ ...files, body: requestBody(golden as never) });
      const body = Buffer.from(requestBody(e));
      for (const [at, value] of changes) if (body.byteLength > 0) body[at % body.byteLength] = value;
      const [command = '', ...pairs] = e.query.split('&');
      const headers: Record<string, string> = {};
      for (const [key, value] of e.request_headers) if (key.toLowerCase().startsWith('tabular-')) headers[key] = value;
      const keys = Object.keys(headers);
      if (odd !== null) headers[keys[(changes[0]?.[0] ?? 0) % keys.length] ?? ''] = odd.trim();
      headers['tabular-txid'] = String(tx.id);
      const params = Object.fromEntries(pairs.map((pair) => pair.split('=').map(decodeURIComponent)));
      const request = { method: e.method as 'GET', path: e.path.split('/').slice(1), command, params, headers, body: header(e, 'content-length') === '0' ? undefined : body };
      const { status } = await transport.send(request, true);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect(status, server.log.at(-1)?.command).not.toBe(500);
      await tx.rollback();
    }),
    { numRuns: 120 },
  );
  expect(statuses.size).toBeGreaterThan(2);
  const tx = await db.begin();
  expect(await tx.bucket('exr-data').schema('exr_metadata').exists()).toBe(false);
  await tx.rollback();
});

test('a body above 5 MiB is refused', async () => {
  const tx = await db.begin();
  const path = ['exr-data', 's'];
  await expect(tx.send({ method: 'POST', path, command: 'schema', body: new Uint8Array(5 * 1024 * 1024 + 1) })).rejects.toMatchObject({ status: 400, code: 'EntityTooLarge' });
  await tx.rollback();
});
