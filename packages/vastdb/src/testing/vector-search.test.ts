/** The query engine as VAST's ADBC driver needs it, asked with the requests that the driver was recorded sending. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, vector, type Database } from '../index.ts';
import { ProtoMessage, ProtoWriter } from '../sql/protobuf.ts';
import { Transport } from '../http.ts';
import { startTestServer, type TestServer } from './index.ts';

const recorded = (name: string): Buffer => readFileSync(new URL(`../../golden-2.1.0/query-engine/${name}.req.bin`, import.meta.url));
let server: TestServer;
let db: Database;
let raw: Transport;
beforeAll(async () => {
  server = await startTestServer({ buckets: ['exr-data'], sql: 'vector search' });
  db = await connect(server.credentials);
  raw = new Transport({ endpoint: server.endpoint }, { ...server.credentials, region: '' });
  await db.transaction(async (tx) => {
    const schema = await tx.bucket('exr-data').createSchema('v');
    const table = await schema.createTable('vi', { id: 'int64', v: vector(4) }, { vectorIndex: { column: 'v', metric: 'l2sq' } });
    await table.insert([{ id: 1, v: [1, 1, 1, 3] }, { id: 2, v: [1, 1, 1, 1] }, { id: 3, v: null }, { id: 4, v: [1, 1, 2, 1] }]);
  });
});
afterAll(async () => {
  raw.close();
  await db.close();
  await server.close();
});
const ask = async (method: 'GET' | 'POST' | 'DELETE', command: string, body?: Uint8Array): Promise<{ message: ProtoMessage; size: number; headers: Record<string, unknown> }> => {
  const reply = await raw.send({ method, path: [], command: `${command}=`, body, queryEngine: true });
  const size = Number(reply.headers['tabular-protobuf-size'] ?? reply.body.byteLength);
  return { message: new ProtoMessage(reply.body.subarray(0, size)), size, headers: reply.headers };
};
/** The statement that the SDK wrote, in the recorded request's own words. */
const statement = new ProtoMessage(recorded('start-query')).string(3)!;

test('capabilities: a version of five numbers', async () => {
  expect((await ask('GET', 'query-engine-capabilities')).message.string(1)).toMatch(/^\d+\.\d+\.\d+\.\d+\.\d+$/);
});

test('what must be there although it is nothing, and tickets with an address', async () => {
  const start = (await ask('POST', 'vastdb-run-query', new ProtoWriter().bytes(3, statement).finish())).message.message(1)!;
  expect([start.uint(5), start.messages(4).length]).toEqual([0n, 0]);
  const id = new ProtoWriter().bytes(1, start.bytes(1));
  const status = (await ask('POST', 'vastdb-query-status', id.finish())).message.message(1)!;
  const [ticket] = status.messages(4);
  expect(status.uint(5)).toBe(0n);
  expect(ticket?.message(2)?.string(1)).toBe('127.0.0.1');
  const data = (await ask('POST', 'vastdb-data', new ProtoWriter().bytes(1, start.bytes(1)).bytes(3, new ProtoWriter()).bytes(7, ticket?.bytes(4)).finish())).message;
  expect(data.uint(2)).toBe(0n);
  await ask('DELETE', 'vastdb-run-query', id.finish());
});

test("the SDK's vector search, nearest first, null vectors left out", async () => {
  const found = await db.sql(statement).toArray();
  expect(found).toEqual([{ id: 2n, vast_pysdk_vector_dist: 0 }, { id: 4n, vast_pysdk_vector_dist: 1 }, { id: 1n, vast_pysdk_vector_dist: 2 }]);
});

test('conditions, and what is no vector search', async () => {
  const where = (condition: string): Promise<unknown> => db.sql(statement.replace('ORDER BY', `WHERE ${condition} ORDER BY`)).toArray();
  expect(await where('"id" > 1 AND "id" < 4')).toMatchObject([{ id: 2n }]);
  expect(await where('"v" IS NOT NULL')).toHaveLength(3);
  await expect(where('"id" LIKE 3')).rejects.toThrow('not answered by this test server');
  await expect(db.sql('SELECT 1').toArray()).rejects.toThrow("only the SDK's vector search is answered");
});
