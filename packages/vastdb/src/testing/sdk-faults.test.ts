/** What the official SDK met on 2026-12-01 when it was first driven against this server (protocol of SDK 2.0.14 and 2.1.0). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadArrow, type Data, type Field } from '../arrow.ts';
import { Builder } from 'flatbuffers';
import { toSchema } from '../columns.ts';
import { connect, eq, isNull, map, required, struct, timestamp, vector, type ColumnSpecs, type Database, type Schema } from '../index.ts';
import { batchStream, makeBatch, schemaMessage } from '../ipc.ts';
import { readSchema, readStream } from '../ipc-reader.ts';
import { readTableList, readTableStats } from '../messages.ts';
import { queryBody } from '../query-body.ts';
import { rowIdField, rowIdsOf } from '../rows.ts';
import { startTestServer, type TestServer, type TestServerOptions } from './index.ts';

const arrow = await loadArrow();
const COLUMNS: ColumnSpecs = { id: 'int64', key: 'int32', v: vector(2) };
const LIST = { 'tabular-max-keys': '1000', 'tabular-next-key': '0', 'tabular-name-prefix': '', 'tabular-list-count-only': 'False' };
const QUERY = {
  'tabular-split': '0,1,8', 'tabular-num-of-subsplits': '1', 'tabular-request-format': 'string', 'tabular-response-format': 'string',
  'tabular-enable-sorted-projections': 'True', 'tabular-start-row-id-0': '0,0',
};

let server: TestServer;
let db: Database;
const opened: { close(): Promise<void> }[] = [];
async function open(options: TestServerOptions = {}): Promise<[TestServer, Database]> {
  const started = await startTestServer(options);
  const database = await connect(started.credentials);
  opened.push(database, started);
  await database.transaction((tx) => tx.bucket('bucket').createSchema('s').then(() => undefined));
  return [started, database];
}
beforeAll(async () => {
  [server, db] = await open();
});
afterAll(async () => {
  for (const each of opened) await each.close();
});

const inSchema = <T>(work: (schema: Schema) => Promise<T>, database = db): Promise<T> => database.transaction((tx) => work(tx.bucket('bucket').schema('s')));
const fieldsOf = async (schema: Schema, table: string, command = 'column'): Promise<Field[]> =>
  readSchema(arrow, (await schema.tx.send({ method: 'GET', path: [...schema.path, table], command, headers: LIST })).body).fields;
const rowIds = (body: Uint8Array): [type: string, ids: bigint[]] => {
  const { schema, batches } = readStream(arrow, body, 'row ids');
  return [String(schema.fields[0]?.type), rowIdsOf(batches[0]?.data.children[0] as Data)];
};

test('the version probe is a success, and only that needs no transaction', async () => {
  const from = server.log.length;
  await (await connect(server.credentials)).close();
  expect(server.log.slice(from)).toMatchObject([{ method: 'GET', command: 'transaction', status: 200 }]);
});

test('every table has a decimal handle of its own', () =>
  inSchema(async (schema) => {
    for (const name of ['h1', 'h2']) await schema.createTable(name, COLUMNS);
    const { body } = await schema.tx.send({ method: 'GET', path: schema.path, command: 'table', headers: LIST });
    const handles = readTableList(body).filter(({ name }) => name.startsWith('h')).map(({ handle }) => handle);
    for (const handle of handles) expect(handle).toMatch(/^\d+$/);
    expect(new Set(handles).size).toBe(2);
  }));

test('from 5.5 on every field says whether the table is sorted by it', () =>
  inSchema(async (schema) => {
    await schema.createTable('sorted', COLUMNS, { sortedBy: ['key', 'id'] });
    expect((await fieldsOf(schema, 'sorted')).map(({ metadata }) => Object.fromEntries(metadata))).toEqual([
      { 'VAST:sort_type': 'Sorted', 'VAST:sort_index': '1' }, { 'VAST:sort_type': 'Sorted', 'VAST:sort_index': '0' }, { 'VAST:sort_type': 'Unsorted' },
    ]);
  }));

test('below 5.5 fields say nothing and ?sorted-columns does', async () => {
  const [, old] = await open({ version: 'vast 5.4.0.7' });
  await inSchema(async (schema) => {
    await schema.createTable('sorted', COLUMNS, { sortedBy: ['key', 'id'] });
    expect((await fieldsOf(schema, 'sorted')).map(({ metadata }) => metadata.size)).toEqual([0, 0, 0]);
    expect((await fieldsOf(schema, 'sorted', 'sorted-columns')).map(({ name }) => name)).toEqual(['key', 'id']);
  }, old);
});

test('metadata of its own that a field was made with comes back', () =>
  inSchema(async (schema) => {
    const field = new arrow.Field('a', new arrow.Int8(), true, new Map([['unit', 'px']]));
    await schema.createTable('told', new arrow.Schema([field]));
    expect((await fieldsOf(schema, 'told'))[0]?.metadata.get('unit')).toBe('px');
  }));

test('quantization of a vector index is kept and told', () =>
  inSchema(async (schema) => {
    const headers = { 'tabular-vector-index-column': 'v', 'tabular-vector-index-distance-metric': 'ip' };
    const body = schemaMessage(arrow, toSchema(arrow, COLUMNS));
    const make = (name: string, more: object): Promise<unknown> => schema.tx.send({ method: 'POST', path: [...schema.path, name], command: 'table', headers: { ...headers, ...more }, body });
    await make('q0', {});
    await make('q1', { 'tabular-vector-index-cluster-quantization': 'scalar_8bit' });
    const told = async (name: string): Promise<unknown> => {
      const stats = await schema.tx.send({ method: 'GET', path: [...schema.path, name], command: 'stats' });
      return readTableStats(stats.body).vectorIndex;
    };
    expect(await told('q0')).toMatchObject({ column: 'v', metric: 'ip', clusterQuantization: 'none', searchQuantization: 'none' });
    expect(await told('q1')).toMatchObject({ clusterQuantization: 'scalar_8bit', searchQuantization: 'none' });
    await expect(make('q2', { 'tabular-vector-index-search-quantization': 'pq' })).rejects.toThrow('search quantization pq');
  }));

describe('row ids', () => {
  const insert = async (schema: Schema, table: string): Promise<[string, bigint[]]> => {
    const fields = toSchema(arrow, { id: 'int64' });
    const batch = makeBatch(arrow, fields, [arrow.makeData({ type: new arrow.Int64(), data: BigInt64Array.of(5n, 6n) }) as never], 2);
    const { body } = await schema.tx.send({ method: 'POST', path: [...schema.path, table], command: 'rows', body: batchStream(arrow, batch) });
    return rowIds(body);
  };
  const select = (schema: Schema, table: string, decimal: boolean): Promise<unknown> =>
    schema.tx.send({ method: 'GET', path: [...schema.path, table], command: 'data', headers: QUERY, body: queryBody({ fields: [rowIdField(arrow, decimal)], projected: 1, filter: [] }) });

  test.each([
    ['of a plain table are uint64', {}, {}, 'Uint64'],
    ['of a sorted table are decimal', {}, { sortedBy: ['key'] }, 'Decimal[38e0]'],
    ['of a vector-indexed table are decimal', {}, { vectorIndex: { column: 'v', metric: 'l2sq' } }, 'Decimal[38e0]'],
    ['of a vector-indexed table may be those of 2.0.14', { vectorRowIds: 'uint64' }, { vectorIndex: { column: 'v', metric: 'l2sq' } }, 'Uint64'],
    ['of a sorted table are decimal all the same', { vectorRowIds: 'uint64' }, { sortedBy: ['key'] }, 'Decimal[38e0]'],
  ] as const)('%s', async (_, options, table, type) => {
    const [, database] = await open(options);
    await inSchema(async (schema) => {
      await schema.createTable('t', COLUMNS, table);
      expect(await insert(schema, 't')).toEqual([type, [0n, 1n]]);
      await select(schema, 't', type !== 'Uint64');
      await expect(select(schema, 't', type === 'Uint64')).rejects.toThrow('TabularMismatchColumnType');
    }, database);
  });
});

test('a null vector may have nulls below it, as pyarrow writes it; a vector may not', () =>
  inSchema(async (schema) => {
    await schema.createTable('nulls', { id: 'int64', v: vector(2), s: struct({ r: required('int8') }) });
    const item = new arrow.Field('item', new arrow.Float32(), false);
    const send = async (valid: number, childValid: number): Promise<unknown> => {
      const child = arrow.makeData({ type: new arrow.Float32(), length: 4, nullCount: 2, nullBitmap: Uint8Array.of(childValid), data: Float32Array.of(0, 0, 1, 2) });
      const type = new arrow.FixedSizeList(2, item);
      const data = arrow.makeData({ type, length: 2, nullCount: 1, nullBitmap: Uint8Array.of(valid), child } as never);
      const batch = makeBatch(arrow, new arrow.Schema([new arrow.Field('v', type, true)]) as never, [data as never], 2);
      return schema.tx.send({ method: 'POST', path: [...schema.path, 'nulls'], command: 'rows', body: batchStream(arrow, batch) });
    };
    await send(0b10, 0b1100);
    await expect(send(0b01, 0b1100)).rejects.toThrow('TabularInvalidNull');
    expect(await schema.table('nulls').select({ columns: ['v'] }).toArray()).toEqual([{ v: null }, { v: Float32Array.of(1, 2) }]);
    expect(await schema.table('nulls').select({ columns: ['v'], where: isNull('v') }).toArray()).toEqual([{ v: null }]);
  }));

test('maps and zones as the SDK asks for them; members of structs compared', () =>
  inSchema(async (schema) => {
    const table = await schema.createTable('nested', { id: 'int8', m: map('utf8', 'int32'), z: timestamp('us', 'UTC'), s: struct({ a: 'int32', b: struct({ c: 'utf8' }) }) });
    const rows = [
      { id: 1, m: new Map([['a', 1]]), z: 5n, s: { a: 1, b: { c: 'x' } } },
      { id: 2, m: null, z: null, s: { a: null, b: null } },
      { id: 3, m: new Map(), z: 7n, s: null },
    ];
    await table.insert(rows);
    expect(await table.select().toArray()).toEqual(rows);
    const ids = async (where: Parameters<typeof table.select>[0]): Promise<unknown[]> => (await table.select({ columns: ['id'], ...where }).toArray()).map(({ id }) => id);
    expect(await ids({ where: eq('s.a', 1) })).toEqual([1]);
    expect(await ids({ where: eq('s.b.c', 'x') })).toEqual([1]);
    expect(await ids({ where: isNull('s.a') })).toEqual([2, 3]);
    expect(await ids({ where: eq('z', 7n) })).toEqual([3]);
  }));

test('the estimate for sorted tables: no row limit, a row for every row group', () =>
  inSchema(async (schema) => {
    const table = await schema.createTable('estimate', { id: 'int64' }, { sortedBy: ['id'] });
    await table.insert(Array.from({ length: 70_000 }, (_, id) => ({ id })));
    const fields = [new arrow.Field('id', new arrow.Int64(), true)];
    const headers = { ...QUERY, 'tabular-split': '4294967292,1,1' };
    const { body } = await schema.tx.send({ method: 'GET', path: table.path, command: 'data', headers, body: queryBody({ fields, projected: 1, filter: [] }) });
    const frames = Buffer.from(body);
    // Frame: u32 stream, u64 next row id, message. The second is the batch; its length is the first field of its header.
    const second = 12 + 8 + frames.readInt32LE(16);
    const batch = frames.subarray(second + 12, frames.indexOf(Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), second) - 12);
    expect(readStream(arrow, Buffer.concat([schemaMessage(arrow, new arrow.Schema(fields)), batch]), 'estimate').batches[0]?.numRows).toBe(2);
  }));

test('a sorting key can be added, once, and its column not dropped', () =>
  inSchema(async (schema) => {
    const table = await schema.createTable('later', COLUMNS);
    const builder = new Builder(16);
    builder.startObject(1);
    builder.finish(builder.endObject());
    const add = (headers: Record<string, string>): Promise<unknown> => schema.tx.send({ method: 'PUT', path: table.path, command: 'table', headers, body: builder.asUint8Array() });
    await expect(add({ 'tabular-sorted-column-0': '9' })).rejects.toThrow('no such column');
    await add({ 'tabular-sorted-column-0': '1', 'tabular-sorted-column-1': '0' });
    expect((await fieldsOf(schema, 'later', 'sorted-columns')).map(({ name }) => name)).toEqual(['key', 'id']);
    await expect(schema.table('later').dropColumns('key')).rejects.toThrow('the table is sorted by it');
    await expect(add({ 'tabular-sorted-column-0': '0' })).rejects.toThrow('the table has a sorting key');
  }));

describe('what is not served is refused by name', () => {
  const schemaBody = schemaMessage(arrow, toSchema(arrow, COLUMNS));
  const partitioned = schemaMessage(arrow, new arrow.Schema(toSchema(arrow, COLUMNS).fields, new Map([['VAST:table:partition-key-0', '{"column-index": 0}']])));
  test.each([
    ['POST', 'bucket/s/x', 'table', {}, {}, partitioned, 'VAST:table:partition-key-0'],
    ['POST', 'bucket/s/x', 'table', { 'sub-table': 'vastdb-imported-objects' }, {}, schemaBody, 'parameter sub-table=vastdb-imported-objects'],
    ['POST', 'bucket/s/x', 'table', { topic_partitions: '3' }, {}, schemaBody, 'parameter topic_partitions=3'],
    ['POST', 'bucket/s/x', 'table', {}, { 'tabular-anything': '1' }, schemaBody, 'header tabular-anything: 1'],
    ['GET', 'bucket/s/x', 'stats', { 'sub-table': 'vastdb-imported-objects' }, {}, undefined, 'parameter sub-table'],
    ['GET', 'bucket/s/x', 'data', { name: 'projection' }, QUERY, undefined, 'parameter name=projection'],
    ['GET', 'bucket/s/x', 'data', {}, { ...QUERY, 'tabular-response-format': 'trino' }, undefined, 'header tabular-response-format: trino'],
    ['GET', 'bucket/s/x', 'data', {}, { ...QUERY, 'end-user': 'somebody' }, undefined, 'header end-user: somebody'],
    ['POST', 'bucket/s/x', 'data', {}, {}, undefined, 'POST ?data'],
    ['POST', 'bucket/s/x', 'projection', { name: 'p' }, {}, undefined, 'POST ?projection'],
    ['DELETE', 'bucket/s/x', 'partitions', {}, {}, undefined, 'DELETE ?partitions'],
    ['GET', 'bucket', 'delimiter=%2F', {}, {}, undefined, 'GET ?delimiter'],
    ['GET', 'bucket/.snapshot/n/s', 'table', {}, LIST, undefined, '.snapshot'],
    ['GET', 'bucket/s/x', 'nothing-known', {}, {}, undefined, 'GET ?nothing-known'],
  ] as const)('%s /%s?%s %j', async (method, path, command, params, headers, body, name) => {
    const refused = inSchema((schema) => schema.tx.send({ method, path: path.split('/'), command, params: params as Record<string, string>, headers: headers as Record<string, string>, body }));
    await expect(refused).rejects.toMatchObject({ status: 501, message: expect.stringContaining(name) as string });
  });
});

describe('the client learns the kind of row ids by itself', () => {
  test.each([
    ['sorted', {}, { sortedBy: ['key', 'id'] }],
    ['sorted, on a cluster before 5.5', { version: 'vast 5.4.0.7' }, { sortedBy: ['key', 'id'] }],
    ['vector-indexed', {}, { vectorIndex: { column: 'v', metric: 'ip', clusterQuantization: 'scalar_8bit' } }],
    ['vector-indexed, as 2.0.14 has it', { vectorRowIds: 'uint64' }, { vectorIndex: { column: 'v', metric: 'ip' } }],
    ['plain', {}, {}],
  ] as const)('%s: opened by its name alone', async (_, options, made) => {
    const [started] = await open(options);
    const database = await connect({ ...started.credentials, ...('vectorRowIds' in options ? { vectorRowIds: options.vectorRowIds } : {}) });
    opened.unshift(database);
    await inSchema((schema) => schema.createTable('t', COLUMNS, made), database);
    const table = <T>(work: (table: ReturnType<Schema['table']>) => Promise<T>): Promise<T> => inSchema((schema) => work(schema.table('t')), database);
    await table((t) => t.insert([1, 2, 3].map((id) => ({ id, key: -id, v: id === 2 ? null : [id, 0] }))));
    const rows = await table((t) => t.select({ columns: ['id'], rowIds: true }).toArray());
    await table((t) => t.update(rows.slice(0, 1).map((row) => ({ $row_id: row['$row_id'], id: 9 }))));
    await table((t) => t.delete(rows.slice(1, 2)));
    expect((await table((t) => t.select({ columns: ['id'] }).toArray())).map(({ id }) => id)).toEqual([9n, 3n]);
    expect(await table((t) => t.sortedBy())).toEqual('sortedBy' in made ? ['key', 'id'] : []);
    expect((await table((t) => t.columns())).fields.every(({ metadata }) => metadata.size === 0)).toBe(true);
  });

  test('a sorting key that the client adds', () =>
    inSchema(async (schema) => {
      const table = await schema.createTable('mine', COLUMNS);
      await table.addSortingKey('key');
      expect(await table.sortedBy()).toEqual(['key']);
      const [id] = await table.insert([{ id: 1, key: 2, v: [1, 2] }]);
      expect(await table.delete([id!])).toBe(1);
      await expect(table.addSortingKey('nothing')).rejects.toThrow('nothing');
    }));
});

test('statistics name the addresses, and a transaction the node that began it', async () => {
  const [started, database] = await open({ vips: [{ start: '127.0.0.1', count: 2 }] });
  await inSchema(async (schema) => {
    const table = await schema.createTable('v', COLUMNS, { sortedBy: ['id'] });
    expect(await table.stats()).toMatchObject({ vips: ['127.0.0.1', '127.0.0.2'], sortingDone: true, sortingScore: 0n, partitions: undefined });
  }, database);
  const { port } = new URL(started.endpoint);
  const other = await connect({ ...started.credentials, endpoint: `http://127.0.0.2:${port}` });
  await other.transaction((tx) => tx.bucket('bucket').exists());
  await other.close();
});

describe('inserts are packed by bytes', () => {
  const bodies = (started: TestServer, from: number): { method: string; bytes: number }[] =>
    started.log.slice(from).filter(({ command }) => command === 'rows').map(({ method, bodyBytes }) => ({ method, bytes: bodyBytes }));

  test('up to 4.9 MiB, from 5.5 on', async () => {
    const [started, database] = await open();
    const from = started.log.length;
    await inSchema(async (schema) => {
      const table = await schema.createTable('packed', { id: 'int64', v: vector(128) });
      expect(await table.insert(Array.from({ length: 50_000 }, (_, id) => ({ id, v: new Float32Array(128).fill(id) })))).toEqual(Array.from({ length: 50_000 }, (_, id) => BigInt(id)));
    }, database);
    const sent = bodies(started, from);
    // 26 MB; the first request is of as many rows as are taken before anything of their size is known.
    expect(sent.length).toBeLessThanOrEqual(7);
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeGreaterThan(4_700_000);
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThan(5_138_023);
  });

  test('70 columns are one request from 5.5 on, before it 40 and an update', async () => {
    const columns: ColumnSpecs = { ...Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`c${i}`, 'int32' as const])), last: required('int32') };
    const row = (n: number) => Object.fromEntries(Object.keys(columns).map((name, i) => [name, i * n]));
    for (const [options, methods] of [[{}, ['POST']], [{ version: 'vast 5.4.0.7' }, ['POST', 'PUT']]] as const) {
      const [started, database] = await open(options);
      const from = started.log.length;
      await inSchema(async (schema) => {
        const table = await schema.createTable('wide', columns, { sortedBy: ['c69'] });
        await table.insert([row(1), row(2)]);
        expect(await table.select().toArray()).toEqual([row(1), row(2)]);
      }, database);
      expect(bodies(started, from).map(({ method }) => method)).toEqual(methods);
    }
  });
});
