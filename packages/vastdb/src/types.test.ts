/** Every column type, with nulls, through insert, server and select, and through Arrow's own reader. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadArrow, typeName, type Data } from './arrow.ts';
import { buildData, fromHalf, toHalf } from './data-builder.ts';
import { valuesOf } from './data-reader.ts';
import { batchStream, makeBatch } from './ipc.ts';
import { readStream } from './ipc-reader.ts';
import { connect, decimal, eq, fixedBinary, list, lt, map, required, struct, time, timestamp, vector, type ColumnType, type Database } from './index.ts';
import { toSchema } from './columns.ts';
import { startTestServer, type TestServer } from './testing/index.ts';

const arrow = await loadArrow();
const day = 86_400_000;
const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size });
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const float32 = fc.float().map((f) => (Object.is(f, -0) ? 0 : f));

/** Values as they come back. */
const TYPES: Record<string, [ColumnType, fc.Arbitrary<unknown>]> = {
  bool: ['bool', fc.boolean()],
  int8: ['int8', int(-128, 127)],
  int16: ['int16', int(-32768, 32767)],
  int32: ['int32', int(-(2 ** 31), 2 ** 31 - 1)],
  int64: ['int64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  uint8: ['uint8', int(0, 255)],
  uint16: ['uint16', int(0, 65535)],
  uint32: ['uint32', int(0, 2 ** 32 - 1)],
  uint64: ['uint64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
  float16: ['float16', int(0, 0x7bff).map(fromHalf)],
  float32: ['float32', float32],
  float64: ['float64', fc.double()],
  utf8: ['utf8', text],
  binary: ['binary', fc.uint8Array({ maxLength: 9 })],
  fixedBinary: [fixedBinary(3), bytes(3)],
  decimal: [decimal(30, 4), fc.bigInt({ min: -(10n ** 29n), max: 10n ** 29n }).map((n) => {
    const digits = (n < 0n ? -n : n).toString().padStart(5, '0');
    return `${n < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
  })],
  date: ['date32', int(-50_000, 50_000).map((d) => new Date(d * day))],
  timeS: [time('s'), int(0, 86_399)],
  timeNs: [time('ns'), fc.bigInt({ min: 0n, max: 86_399_999_999_999n })],
  timestampS: [timestamp('s'), fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n })],
  timestampUs: [timestamp('us', 'UTC'), fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })],
  vector: [vector(4), fc.array(float32, { minLength: 4, maxLength: 4 }).map((v) => Float32Array.from(v))],
  doubles: [vector(2, 'float64'), fc.array(fc.double(), { minLength: 2, maxLength: 2 }).map((v) => Float64Array.from(v))],
  list: [list('int32'), fc.array(fc.option(int(-9, 9)), { maxLength: 4 })],
  texts: [list(required('utf8')), fc.array(text, { maxLength: 3 })],
  nested: [list(list('utf8')), fc.array(fc.option(fc.array(fc.option(text), { maxLength: 2 })), { maxLength: 3 })],
  struct: [struct({ a: 'int8', b: struct({ c: 'utf8', d: list('bool') }) }), fc.record({
    a: fc.option(int(-9, 9)), b: fc.option(fc.record({ c: fc.option(text), d: fc.option(fc.array(fc.option(fc.boolean()), { maxLength: 3 })) })),
  })],
  map: [map('utf8', 'int32'), fc.uniqueArray(text, { maxLength: 3 }).chain((keys) =>
    fc.array(fc.option(int(-9, 9)), { minLength: keys.length, maxLength: keys.length }).map((values) => new Map(keys.map((key, i) => [key, values[i]]))))],
};

let server: TestServer;
let db: Database;
beforeAll(async () => {
  server = await startTestServer({ shape: { rowsPerBatch: 3, rowGroup: 2 } });
  db = await connect(server.credentials);
});
afterAll(async () => {
  await db.close();
  await server.close();
});

describe.each(Object.entries(TYPES))('%s', (name, [type, value]) => {
  const rows = fc.array(fc.option(value), { minLength: 1, maxLength: 10 });

  test('through the server', async () => {
    let number = 0;
    const schema = await db.transaction((tx) => tx.bucket('bucket').createSchema(`s_${name}`));
    await fc.assert(fc.asyncProperty(rows, async (values) => {
      await db.transaction(async (tx) => {
        const table = await tx.bucket('bucket').schema(schema.name).createTable(`t${number++}`, { i: 'int32', v: type });
        const given = values.map((v, i) => ({ i, v }));
        await table.insert(given);
        const back = await table.select({ pageSize: 4, subsplits: 2 }).toArray();
        expect(back.sort((a, b) => (a['i'] as number) - (b['i'] as number))).toEqual(given);
      });
    }), { numRuns: 5 });
  });

  test('Arrow batches sliced anywhere, written, and read by both readers', () => {
    fc.assert(fc.property(rows, fc.nat(9), fc.nat(9), (given, from, length) => {
      const schema = toSchema(arrow, { v: type });
      const data = buildData(arrow, schema.fields[0] as never, given);
      const whole = makeBatch(arrow, schema, [data], given.length);
      const start = Math.min(from, given.length);
      const slice = whole.slice(start, start + length);
      const stream = batchStream(arrow, slice as never);
      const expected = given.slice(start, start + length);
      // At an odd place of a Buffer, which is overwritten when its rows have been read.
      const place = Buffer.alloc(stream.byteLength + 8);
      place.set(stream, from % 8);
      const mine = readStream(arrow, place.subarray(from % 8, (from % 8) + stream.byteLength), 'test');
      const values = mine.batches.flatMap((b) => valuesOf(b.data.children[0] as Data));
      place.fill(0x55);
      expect(values).toEqual(expected);
      expect(mine.schema.fields.map((f) => typeName(f.type))).toEqual(schema.fields.map((f) => typeName(f.type)));
      const theirs = arrow.tableFromIPC(stream);
      expect(theirs.batches.flatMap((b) => valuesOf(b.data.children[0] as Data))).toEqual(expected);
    }), { numRuns: 20 });
  });
});

describe('comparisons', () => {
  const scalars = ['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64', 'utf8', 'binary', 'decimal', 'date', 'timeS', 'timeNs', 'timestampS', 'timestampUs'];
  test.each(scalars)('%s: equal finds it, less does not', async (name) => {
    const [type, value] = TYPES[name] as [ColumnType, fc.Arbitrary<unknown>];
    const samples = fc.sample(value.filter((v) => !Number.isNaN(v)), { numRuns: 6, seed: 7 });
    await db.transaction(async (tx) => {
      const schema = await tx.bucket('bucket').createSchema(`c_${name}`);
      const table = await schema.createTable('t', { v: type });
      await table.insert([...samples.map((v) => ({ v })), { v: null }]);
      for (const v of samples) {
        expect(await table.count(eq('v', v))).toBe(samples.filter((other) => JSON.stringify([other], text64) === JSON.stringify([v], text64)).length);
        expect(await table.count(lt('v', v))).toBeLessThan(samples.length);
      }
    });
  });
});

const text64 = (_: string, v: unknown): unknown => (typeof v === 'bigint' ? `${v}n` : Object.is(v, -0) ? 0 : v);

test('all half floats keep their bits', () => {
  const changed: number[] = [];
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromHalf(bits);
    if (Number.isNaN(value) ? !Number.isNaN(fromHalf(toHalf(value))) : toHalf(value) !== bits) changed.push(bits);
  }
  expect(changed).toEqual([]);
  expect([65504, 65520, 1e9, 2 ** -25, 2 ** -24, 1.00048828125].map(toHalf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0, 1, 0x3c00]);
});
