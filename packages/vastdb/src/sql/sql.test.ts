import { afterEach, describe, expect, test } from 'vitest';
import { loadArrow, type Table } from '../arrow.ts';
import { QueryFailedError, VastError, connect, type Database } from '../index.ts';
import { bytes } from '../golden.spec-util.ts';
import { startTestServer, type SqlHandler, type TestServer } from '../testing/index.ts';
import { finishDataRequest, finishQueryRequest, getDataRequest, queryStatusRequest, startQueryRequest } from './messages.ts';
import { ProtoMessage, ProtoWriter } from './protobuf.ts';

const arrow = await loadArrow();
const golden = (name: string): string => bytes(`query-engine/${name}.req.bin`).toString('hex');
const hex = (body: Uint8Array): string => Buffer.from(body).toString('hex');

describe('request bodies are those that protobuf itself makes of the connector\'s messages', () => {
  const id = { reqId: 7n, vipId: 3n };
  const any = new ProtoWriter().bytes(1, 'type.googleapis.com/vastdb.queryengine.protocol.TicketId').bytes(2, Uint8Array.of(8, 1)).finish();
  const fields = (body: Uint8Array, ...numbers: number[]): unknown => numbers.map((n) => [new ProtoMessage(body).uint(n), hex(new ProtoMessage(body).bytes(n) ?? new Uint8Array())]);

  test('start', () => {
    const sql = 'SELECT file_id,array_cosine_distance(metadata_embedding::FLOAT[384], $Q::FLOAT[384]) AS d FROM "exr-data/exr_metadata".files ORDER BY d LIMIT 10';
    expect(hex(startQueryRequest(sql, { txid: 1234605616436477953n }))).toBe(golden('start-query'));
  });
  test('status', () => expect(hex(queryStatusRequest(id))).toBe(golden('query-status')));
  test('data', () => expect(hex(getDataRequest(id, any, 0n))).toBe(golden('get-data')));
  test('finish data', () => expect(hex(finishDataRequest(id, any, 'query finished'))).toBe(golden('finish-data')));
  test('finish query', () => expect(hex(finishQueryRequest(id, 'commit'))).toBe(golden('finish-query')));
  test('and are read back', () => expect(fields(bytes('query-engine/query-status.req.bin'), 1)).toEqual([[undefined, '08071003']]));
});

describe('a statement', () => {
  let server: TestServer;
  let db: Database;
  const start = async (sql?: SqlHandler): Promise<void> => {
    server = await startTestServer(sql === undefined ? {} : { sql });
    db = await connect({ ...server.credentials, retries: { baseDelayMs: 1 } });
  };
  afterEach(async () => {
    await db.close();
    await server.close();
  });
  const table = (batches: number): ReturnType<SqlHandler> => {
    const part = (from: number): Table => new arrow.Table({
      id: arrow.vectorFromArray([from, from + 1], new arrow.Int32()), name: arrow.vectorFromArray([`a${from}`, null], new arrow.Utf8()),
    }) as unknown as Table;
    let all = part(0);
    for (let i = 1; i < batches; i++) all = all.concat(part(2 * i) as never) as unknown as Table;
    return all;
  };

  test.each([1, 2, 5])('of %i batches in two tickets', async (batches) => {
    const seen: unknown[] = [];
    await start((sql, txid) => {
      seen.push([sql, txid]);
      return table(batches);
    });
    const rows = await db.sql('SELECT 1', { txid: 5n, pollMs: 1 }).toArray();
    expect(rows).toEqual(Array.from({ length: 2 * batches }, (_, i) => ({ id: i, name: i % 2 === 0 ? `a${i}` : null })));
    expect(seen).toEqual([['SELECT 1', 5n]]);
    expect((await db.sql('x', { pollMs: 1 }).toTable()).schema.fields.map((f) => f.name)).toEqual(['id', 'name']);
    expect(server.log.filter(({ status }) => status !== 200 && status !== 204 && status !== 400)).toEqual([]);
  });

  test('left half-way is finished all the same', async () => {
    await start(() => table(4));
    for await (const row of db.sql('x', { pollMs: 1 }).rows()) {
      expect(row['id']).toBe(0);
      break;
    }
    expect(server.log.at(-1)).toMatchObject({ method: 'DELETE', command: 'vastdb-run-query' });
  });

  test('that fails, and a cluster without an engine', async () => {
    await start(() => {
      throw new Error('no such function');
    });
    await expect(db.sql('x').toArray()).rejects.toThrow(/no such function/);
    await db.close();
    await server.close();
    await start();
    await expect(db.sql('x').toArray()).rejects.toMatchObject({ status: 501 });
    expect(QueryFailedError.prototype).toBeInstanceOf(VastError);
  });
});

test('damaged protobuf is refused', () => {
  for (const bad of [[0x08], [0x0a, 5, 1], [0x0b], [0x08, ...Array.from({ length: 11 }, () => 0xff)]]) {
    expect(() => new ProtoMessage(Uint8Array.from(bad))).toThrow(VastError);
  }
  expect(hex(new ProtoWriter().uint(1, 2n ** 64n - 1n).uint(2, 0).uint(3, 0, true).bytes(4, '').finish())).toBe('08ffffffffffffffffff011800');
});
