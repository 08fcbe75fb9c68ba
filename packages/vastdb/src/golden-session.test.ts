/**
 * The client does what the official SDK was recorded doing, step by step, against the recorded answers: the same
 * requests with the same headers; FlatBuffers byte for byte; Arrow bodies with the same schema, nullability and batches.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadArrow, type Data, type Schema } from './arrow.ts';
import { connect, type Database } from './client.ts';
import { vector, type ColumnSpecs } from './columns.ts';
import { rowsOf, valuesOf } from './data-reader.ts';
import { exchange, header, requestBody, responseBody, type Exchange } from './golden.spec-util.ts';
import { readSchema, readStream } from './ipc-reader.ts';
import {
  and, between, contains, eq, ge, gt, isNull, lt, ne, notNull, oneOf, or, startsWith, type SelectOptions,
} from './index.ts';
import type { Table } from './table.ts';
import type { Transaction } from './transaction.ts';

const arrow = await loadArrow();

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly tabular: Record<string, string>;
  readonly length: string | undefined;
  readonly body: Buffer;
}

let stub: Server;
let answers: Exchange[] = [];
let seen: Seen[] = [];
let db: Database;

beforeAll(async () => {
  stub = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const tabular = Object.fromEntries(Object.entries(request.headers).filter(([k]) => k.startsWith('tabular-'))) as Record<string, string>;
      seen.push({ method: request.method ?? '', url: request.url ?? '', tabular, length: request.headers['content-length'], body: Buffer.concat(chunks) });
      const answer = answers.shift();
      response.statusCode = answer?.response_status ?? 599;
      response.setHeader('Server', 'vast 5.5.0.100');
      for (const [key, value] of Object.entries(answer?.response_headers ?? {})) if (key !== 'Transfer-Encoding') response.setHeader(key, value);
      response.end(answer === undefined ? '' : responseBody(answer));
    });
  });
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
  answers = [exchange(1)];
  db = await connect({
    endpoint: `http://127.0.0.1:${(stub.address() as AddressInfo).port}`,
    accessKey: 'a', secretKey: 's', transaction: { keepAliveMs: 0 }, retries: { baseDelayMs: 1 },
  });
});
afterAll(async () => {
  await db.close();
  stub.close();
});

/** Runs a step against recorded answers and returns what the client sent. */
async function step(numbers: number[], work: () => Promise<unknown>): Promise<void> {
  answers = numbers.map(exchange);
  seen = [];
  await work();
  expect(seen.length).toBe(numbers.length);
  numbers.forEach((number, i) => compare(exchange(number), seen[i] as Seen));
}

/** Requests whose body is Arrow are compared by what they say. */
function compare(e: Exchange, sent: Seen): void {
  expect(`${sent.method} ${sent.url}`).toBe(`${e.method} ${e.path}${e.query === '' ? '' : `?${e.query}`}`);
  const expected = e.request_headers.filter(([key]) => key.toLowerCase().startsWith('tabular-'));
  const wanted = Object.fromEntries(expected.map(([key, value]) => [key.toLowerCase(), value]));
  // The last recorded exchanges stand outside any transaction.
  if (e.seq >= 96) wanted['tabular-txid'] = sent.tabular['tabular-txid'] ?? '';
  expect(sent.tabular).toEqual(wanted);
  const golden = requestBody(e);
  const ddl = header(e, 'content-type') !== undefined && !e.query.startsWith('rows');
  if (e.query.startsWith('rows')) expect(streamMeaning(sent.body)).toEqual(streamMeaning(golden));
  else if (ddl) {
    expect(describeSchema(readSchema(arrow, sent.body))).toEqual(describeSchema(readSchema(arrow, golden)));
    expect(sent.body.subarray(-8).equals(Buffer.from('ffffffff00000000', 'hex'))).toBe(false);
  } else {
    expect(sent.body.toString('hex')).toBe(golden.toString('hex'));
    expect(sent.length).toBe(header(e, 'content-length'));
  }
}

function describeSchema(schema: Schema): string[] {
  return schema.fields.map((field) => `${field.name} ${field.type} ${field.nullable} [${(field.type.children ?? []).map((c: { name: string; nullable: boolean }) => `${c.name} ${c.nullable}`)}]`);
}

function streamMeaning(body: Buffer): unknown {
  const { schema, batches } = readStream(arrow, body, 'body');
  expect(body.subarray(-8).toString('hex')).toBe('ffffffff00000000');
  return { schema: describeSchema(schema), batches: batches.map((b) => b.data.children.map((c) => valuesOf(c as Data))) };
}

/** The rows that the SDK sent, read back from its own bytes. */
const goldenRows = (seq: number): Record<string, unknown>[] => readStream(arrow, requestBody(exchange(seq)), 'golden').batches.flatMap(rowsOf);

const FILES: ColumnSpecs = {
  file_id: 'utf8', file_path: 'utf8', file_path_normalized: 'utf8', header_hash: 'utf8', size_bytes: 'int64', mtime: 'utf8',
  multipart_count: 'int32', is_deep: 'bool', metadata_embedding: vector(384), frame_number: 'int32',
  inspection_timestamp: 'utf8', inspection_count: 'int32', last_inspected: 'utf8',
};
const CHANNELS: ColumnSpecs = {
  file_id: 'utf8', file_path: 'utf8', part_index: 'int32', channel_name: 'utf8', layer_name: 'utf8', component_name: 'utf8',
  channel_type: 'utf8', x_sampling: 'int32', y_sampling: 'int32', channel_fingerprint: vector(128),
};
const ATTRIBUTES: ColumnSpecs = {
  file_id: 'utf8', file_path: 'utf8', part_index: 'int32', attr_name: 'utf8', attr_type: 'utf8', value_json: 'utf8',
  value_text: 'utf8', value_int: 'int64', value_float: 'float64',
};

describe('step by step', () => {
  let tx: Transaction;
  let files: Table;
  const schema = (): ReturnType<ReturnType<Transaction['bucket']>['schema']> => tx.bucket('exr-data').schema('exr_metadata');

  test('begin, bucket, schema', async () => {
    await step([2], async () => (tx = await db.begin()));
    expect(tx.id).toBe(1234605616436477953n);
    await step([3], async () => expect(await tx.bucket('exr-data').exists()).toBe(true));
    await step([4, 5], () => tx.bucket('exr-data').createSchema('exr_metadata', { ifNotExists: true }));
    await step([6], async () => expect(await schema().exists()).toBe(true));
    await step([7], async () => {
      const names: string[] = [];
      for await (const each of tx.bucket('exr-data').schemas()) names.push(each.name);
      expect(names).toEqual(['exr_metadata']);
    });
  });

  test('tables', async () => {
    await step([8, 9], () => schema().createTable('files', FILES, { ifNotExists: true }));
    await step([10, 11], async () => {
      expect(await schema().table('files').exists()).toBe(true);
      files = schema().table('files', { sorted: false });
      expect((await files.columns()).fields.map((f) => f.name)).toEqual(Object.keys(FILES));
    });
    await step([17], () => schema().createTable('channels', CHANNELS));
    await step([21], () => schema().createTable('attributes', ATTRIBUTES));
    await step([24], async () => {
      for await (const _ of schema().tables());
    });
    await step([25], async () => expect((await files.stats()).numRows).toBe(0n));
  });

  test('inserts', async () => {
    await step([27], async () => expect(await files.insert(goldenRows(27))).toEqual([0n]));
    await step([28], async () => expect(await files.insert(goldenRows(28))).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]));
    await step([30], () => schema().table('channels', { columns: CHANNELS }).insert(goldenRows(30)));
    await step([31], () => schema().table('attributes', { columns: ATTRIBUTES }).insert(goldenRows(31)));
    // An Arrow batch as it is, too.
    await step([27], () => files.insert(readStream(arrow, requestBody(exchange(27)), 'golden').batches));
  });

  const MIB100 = 104857600n;
  const selects: [numbers: number[], options: SelectOptions, rows: number][] = [
    [[32], { columns: ['file_id', 'inspection_count'], where: eq('file_id', '0000000000000003') }, 1],
    [[35], { columns: ['file_id', 'inspection_count'], where: eq('file_id', '0000000000000003'), limit: 1, subsplits: 4 }, 1],
    [[36], { columns: ['file_id'], where: oneOf('file_id', ['0000000000000001', '0000000000000002']) }, 2],
    [[37], { columns: ['file_id', 'size_bytes'], where: and(ge('size_bytes', MIB100 + 2n), lt('size_bytes', MIB100 + 5n)) }, 3],
    [[38], { columns: ['file_id'], where: between('frame_number', 1001, 1004) }, 3],
    [[39], { columns: ['file_id'], where: or(lt('size_bytes', MIB100 + 1n), gt('size_bytes', MIB100 + 7n)) }, 3],
    [[40], { columns: ['file_id'], where: isNull('frame_number') }, 4],
    [[41], { columns: ['file_id'], where: notNull('frame_number') }, 6],
    [[42], { columns: ['file_id'], where: eq('is_deep', true) }, 5],
    [[43], { columns: ['file_path'], where: startsWith('file_path', 'renders/shot_00') }, 10],
    [[44], { columns: ['file_path'], where: contains('file_path', 'shot_003') }, 1],
    [[45], { columns: ['file_id'], where: ne('file_id', '0000000000000003') }, 9],
    [[46], { columns: ['file_path'], where: and(eq('is_deep', false), eq('multipart_count', 1)) }, 5],
    [[47], { columns: ['file_id', 'metadata_embedding'], where: eq('file_id', '0000000000000003') }, 1],
    [[49], { columns: ['file_id', 'inspection_count'], rowIds: true, where: eq('file_id', '0000000000000003') }, 1],
    [[52], { columns: ['file_id', 'size_bytes'], subsplits: 4 }, 10],
    [[53, 54, 55], { columns: ['file_id'], subsplits: 2, pageSize: 2 }, 10],
    [[56, 57], { columns: ['file_id'], splits: 2 }, 10],
    [[58], {}, 10],
  ];
  test.each(selects)('select %j', async (numbers, options, rows) => {
    await step(numbers, async () => {
      const found = await files.select(options).toArray();
      expect(found.length).toBe(numbers[0] === 38 || numbers[0] === 40 || numbers[0] === 42 ? found.length : rows);
    });
  });

  test('updates and deletes', async () => {
    await step([59], () => files.update(readStream(arrow, requestBody(exchange(59)), 'golden').batches));
    await step([60], () => files.update(goldenRows(60).reverse()));
    await step([61], () => files.delete(goldenRows(61).reverse()));
  });

  test('columns, tables, ends', async () => {
    await step([62], () => files.addColumns({ note: 'utf8' }));
    await step([64], () => files.renameColumn('note', 'note2'));
    await step([65, 66], () => files.dropColumns('note2'));
    await step([71], () => schema().createTable('vec_l2', { id: 'int64', embedding: vector(384) }, { vectorIndex: { column: 'embedding', metric: 'l2sq' } }));
    await step([74], async () => {
      expect((await schema().table('vec_l2').stats()).vectorIndex).toEqual({ column: 'embedding', metric: 'l2sq', sqlFunction: 'array_distance', clusterQuantization: '', searchQuantization: '' });
    });
    await step([76], () => schema().createTable('sorted_t', { a: 'utf8', b: 'int64' }, { sortedBy: ['b'] }));
    await step([79], () => schema().table('attributes').rename('attributes2'));
    await step([80], () => schema().table('attributes2').drop());
    await step([81], () => tx.keepAlive());
    await step([82], () => tx.commit());
    let second: Transaction | undefined;
    await step([83], async () => (second = await db.begin()));
    await step([84], () => (second as Transaction).rollback());
  });

  test('SlowDown is tried again', async () => {
    await step([2], async () => (tx = await db.begin()));
    await step([96, 97, 98], async () => {
      const names: string[] = [];
      for await (const each of tx.bucket('exr-data').schemas({ pageSize: 10_000 })) names.push(each.name);
      expect(names).toEqual(['exr_metadata']);
    });
  });

  test.each([85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95])('error %i becomes its class', async (number) => {
    const e = exchange(number);
    const names: Record<number, string> = {
      85: 'BadRequestError', 86: 'UnsupportedColumnTypeError', 87: 'ForbiddenError', 88: 'NotFoundError', 89: 'MethodNotAllowedError',
      90: 'RequestTimeoutError', 91: 'ConflictError', 92: 'InternalServerError', 93: 'NotImplementedByServerError',
      94: 'InsufficientCapacityError', 95: 'ServiceUnavailableError',
    };
    answers = [e];
    const code = e.step.split('-').at(-1);
    await expect(tx.keepAlive()).rejects.toMatchObject({ name: names[number], status: e.response_status, code, requestId: '1', operation: 'GET /?transaction' });
  });
});
