import { inspect } from 'node:util';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CellTooLargeError, ForbiddenError, NotFoundError, UnsupportedPredicateError, UnsupportedServerError, UsageError, VastError,
  and, between, connect, contains, eq, ge, isNull, ne, notNull, oneOf, or, required, startsWith, timestamp, vector,
  type Database, type Row, type Table, type Transaction,
} from './index.ts';
import { loadArrow } from './arrow.ts';
import { startTestServer, type TestServer } from './testing/index.ts';

let server: TestServer;
let db: Database;
beforeEach(async () => {
  server = await startTestServer();
  db = await connect({ ...server.credentials, retries: { baseDelayMs: 1 } });
});
afterEach(async () => {
  await db.close();
  await server.close();
});

const COLUMNS = { id: required('int64'), name: 'utf8', size: 'int32', at: vector(3) } as const;

/** A table of `count` rows: id 0…, name `n<id>`, size id mod 10 or null, at [id, 0, 1]. */
async function people(tx: Transaction, count: number): Promise<Table> {
  const schema = await tx.bucket('bucket').createSchema('s', { ifNotExists: true });
  const table = await schema.createTable('people', COLUMNS, { ifNotExists: true });
  const rows = Array.from({ length: count }, (_, i) => ({
    id: BigInt(i), name: `n${i}`, size: i % 7 === 0 ? null : i % 10, at: Float32Array.of(i, 0, 1),
  }));
  await table.insert(rows);
  return table;
}

const ids = (rows: Row[]): bigint[] => rows.map((row) => row['id'] as bigint).sort((a, b) => Number(a - b));

describe('rows', () => {
  test('in, changed, out, away', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 5);
      const [row] = await table.select({ where: eq('name', 'n3'), rowIds: true }).toArray();
      expect(row).toEqual({ id: 3n, name: 'n3', size: 3, at: Float32Array.of(3, 0, 1), $row_id: 3n });
      expect(await table.update([{ $row_id: 3n, name: 'new', size: null }])).toBe(1);
      expect(await table.delete([0n, 4n])).toBe(2);
    });
    await db.transaction(async (tx) => {
      const table = tx.bucket('bucket').schema('s').table('people');
      const rows = await table.select({ columns: ['name', 'id', 'size'] }).toArray();
      expect(rows.sort((a, b) => Number((a['id'] as bigint) - (b['id'] as bigint)))).toEqual([
        { name: 'n1', id: 1n, size: 1 }, { name: 'n2', id: 2n, size: 2 }, { name: 'new', id: 3n, size: null },
      ]);
      expect(await table.count()).toBe(3);
      expect(await table.count(isNull('size'))).toBe(1);
    });
  });

  test('predicates find what a filter over the rows finds', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 100);
      const all = await table.select().toArray();
      const check = async (where: Parameters<Table['count']>[0], filter: (row: Row) => boolean): Promise<void> => {
        expect(ids(await table.select({ columns: ['id'], where }).toArray())).toEqual(ids(all.filter(filter)));
      };
      const size = (row: Row): number | null => row['size'] as number | null;
      await check(eq('size', 3), (r) => size(r) === 3);
      await check(ne('size', 3), (r) => size(r) !== null && size(r) !== 3);
      await check(oneOf('id', [1n, 5n, 700n]), (r) => [1n, 5n].includes(r['id'] as bigint));
      await check(and(between('size', 2, 4), ge('id', 50)), (r) => size(r) !== null && (size(r) ?? 0) >= 2 && (size(r) ?? 0) <= 4 && (r['id'] as bigint) >= 50n);
      await check(or(eq('size', 1), isNull('size')), (r) => size(r) === null || size(r) === 1);
      await check(notNull('size'), (r) => size(r) !== null);
      await check(startsWith('name', 'n4'), (r) => String(r['name']).startsWith('n4'));
      await check(contains('name', '7'), (r) => String(r['name']).includes('7'));
      await check(startsWith('name', ''), () => true);
      await check(oneOf('id', []), () => false);
      await check(or(oneOf('id', []), eq('id', 4)), (r) => r['id'] === 4n);
      await check(eq('at', [7, 0, 1]), (r) => r['id'] === 7n);
    });
  });

  test('Arrow tables, dictionaries included', async () => {
    const arrow = await loadArrow();
    await db.transaction(async (tx) => {
      const table = await people(tx, 0);
      const part = arrow.tableFromArrays({ id: BigInt64Array.of(1n, 2n, 3n), name: ['a', 'b', 'a'], size: Int32Array.of(7, 8, 9) });
      expect(await table.insert(part as never)).toEqual([0n, 1n, 2n]);
      expect(await table.select({ where: eq('name', 'a') }).toArray()).toEqual([
        { id: 1n, name: 'a', size: 7, at: null }, { id: 3n, name: 'a', size: 9, at: null },
      ]);
      const doubles = arrow.tableFromArrays({ id: [1, 2] });
      await expect(table.insert(doubles as never)).rejects.toThrow('column id: id: float64 found; the table has id: int64 not null');
      const nulls = new arrow.Table({ id: arrow.vectorFromArray([1n, null], new arrow.Int64()) });
      await expect(table.insert(nulls as never)).rejects.toThrow('column id: nulls found; expected id: int64 not null');
      async function* stream(): AsyncGenerator<{ id: bigint }> {
        for (let i = 10n; i < 20n; i++) yield { id: i };
      }
      expect((await table.insert(stream())).length).toBe(10);
    });
  });

  test('what the wire cannot say is refused before anything is sent', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 1);
      const before = server.requests;
      expect(() => table.select({ where: or(eq('id', 1), eq('name', 'x')) })).toThrow(UnsupportedPredicateError);
      expect(() => table.select({ where: or(and(eq('id', 1), eq('id', 2)), eq('id', 3)) })).toThrow(/between\(\) and startsWith/);
      await expect(table.select({ where: contains('id', '1') }).toArray()).rejects.toThrow(UnsupportedPredicateError);
      await expect(table.select({ where: ge('at', [1, 2, 3]) }).toArray()).rejects.toThrow(/eq, ne, oneOf, isNull and notNull/);
      await expect(table.select({ where: eq('id', 'one') }).toArray()).rejects.toThrow('predicate on id: "one" found; expected int64');
      await expect(table.select({ where: eq('id', 2n ** 63n) }).toArray()).rejects.toThrow(UsageError);
      await expect(table.select({ columns: ['nope'] }).toArray()).rejects.toThrow(/no column "nope"/);
      await expect(table.insert([{ id: null }])).rejects.toThrow('column id, row 0: null found; expected id: int64 not null');
      await expect(table.insert([{ id: 1, at: [1, 2] }])).rejects.toThrow('column at, row 0: 2 values found; expected 3');
      await expect(table.insert([{ id: 1, nope: 1 }])).rejects.toThrow(/column nope/);
      await expect(table.update([{ id: 1n }])).rejects.toThrow(/\$row_id/);
      await expect(table.update([{ $row_id: 1n, size: 1 }, { $row_id: 2n, name: 'x' }])).rejects.toThrow(/same columns/);
      await expect(table.select({ where: oneOf('name', Array.from({ length: 90_000 }, (_, i) => `a${i}`)) }).toArray()).rejects.toThrow(/fewer values/);
      expect(server.requests).toBe(before);
    });
  });

  test('names that cannot be signed are refused', async () => {
    const tx = await db.begin();
    for (const name of ['', 'a b', 'a/b', 'ä', '..', 'a?x']) expect(() => tx.bucket(name)).toThrow(UsageError);
    expect(() => tx.bucket('b').schema('a/../b')).toThrow(UsageError);
    await tx.rollback();
  });
});

describe('pages', () => {
  test.each([
    [{ pageSize: 7 }], [{ pageSize: 7, subsplits: 3 }], [{ splits: 4, subsplits: 2, pageSize: 5 }], [{ pageSize: 1000 }],
  ])('%j: every row once', async (options) => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 120);
      expect(ids(await table.select({ columns: ['id'], ...options }).toArray())).toEqual(Array.from({ length: 120 }, (_, i) => BigInt(i)));
    });
  });

  test('limit', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 50);
      for (const limit of [0, 1, 7, 49, 50, 51]) {
        expect((await table.select({ limit, pageSize: 10, subsplits: 2 }).toArray()).length).toBe(Math.min(limit, 50));
      }
    });
  });

  test('a cursor goes on where a selection stopped, in another process too', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 60);
      const options = { columns: ['id'], pageSize: 9, where: ge('id', 3), splits: 2 };
      const found: Row[] = [];
      let cursor: string | undefined;
      for (let rounds = 0; rounds < 20; rounds++) {
        const selection = table.select(cursor === undefined ? options : { ...options, cursor });
        let got = 0;
        for await (const batch of selection) {
          for (let i = 0; i < batch.numRows; i++) found.push({ id: batch.getChildAt(0)?.get(i) as bigint });
          got += batch.numRows;
          break;
        }
        cursor = selection.cursor;
        if (got === 0) break;
      }
      expect(ids(found)).toEqual(Array.from({ length: 57 }, (_, i) => BigInt(i + 3)));
      await expect(table.select({ columns: ['name'], cursor: cursor ?? '' }).toArray()).rejects.toThrow(/another predicate/);
      await expect(table.select({ cursor: 'nonsense' }).toArray()).rejects.toThrow(/not one of a selection/);
    });
  });

  test('a slow reader holds the server back', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 30);
      const before = server.requests;
      for await (const batch of table.select({ pageSize: 5 })) {
        expect(batch.numRows).toBe(5);
        if (server.requests - before > 1) break;
      }
      // One page, one request: the sixth was never asked for.
      expect(server.requests - before).toBe(2);
    });
  });

  test('columns in several batches, cut alike or not', async () => {
    const small = await startTestServer({ shape: { rowsPerBatch: 4, pagesPerAnswer: 3, rowGroup: 2 } });
    const other = await connect(small.credentials);
    await other.transaction(async (tx) => {
      const table = await people(tx, 50);
      expect(ids(await table.select({ pageSize: 10, subsplits: 2 }).toArray()).length).toBe(50);
      const whole = await table.select({ columns: ['id', 'name'] }).toTable();
      expect([whole.numRows, whole.schema.fields.map((f) => f.name)]).toEqual([50, ['id', 'name']]);
    });
    await other.close();
    await small.close();
  });
});

describe('cancellation', () => {
  test('rethrows the reason, and rolls back', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    await expect(
      db.transaction(async (tx) => {
        const table = await people(tx, 10);
        server.faults.add({ on: { command: 'data' }, action: { kind: 'delay', ms: 5000 } });
        setTimeout(() => controller.abort(reason), 20);
        await table.select().toArray();
      }, { signal: controller.signal }),
    ).rejects.toBe(reason);
    expect(server.engine.openTransactions).toBe(0);
  });

  test('of one select leaves the transaction usable', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 10);
      server.faults.add({ on: { command: 'data' }, action: { kind: 'delay', ms: 5000 } });
      await expect(table.select({ signal: AbortSignal.timeout(20) }).toArray()).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(await table.count()).toBe(10);
    });
  });
});

describe('sizes', () => {
  test('5 MiB are split, in rows and in Arrow batches', async () => {
    await db.transaction(async (tx) => {
      const schema = await tx.bucket('bucket').createSchema('big');
      const table = await schema.createTable('t', { id: 'int32', text: 'utf8' });
      const text = 'x'.repeat(100_000);
      const rows = Array.from({ length: 150 }, (_, id) => ({ id, text }));
      expect((await table.insert(rows)).length).toBe(150);
      const sent = server.log.filter(({ command, method }) => command === 'rows' && method === 'POST');
      expect(sent.length).toBeGreaterThanOrEqual(3);
      expect(Math.max(...sent.map(({ bodyBytes }) => bodyBytes))).toBeLessThan(5_138_023);
      const back = await table.select({ columns: ['id', 'text'] }).toTable();
      expect((await table.insert(back as never)).length).toBe(150);
      expect(await table.count()).toBe(300);
      const changed = await table.update(Array.from({ length: 150 }, (_, i) => ({ $row_id: BigInt(i), text: `${i}${text}` })).reverse());
      expect(changed).toBe(150);
      expect((await table.select({ where: eq('id', 77), columns: ['text'], limit: 1 }).toArray())[0]).toEqual({ text: `77${text}` });
    });
  });

  test('a row of more than a request goes in column by column', async () => {
    await db.transaction(async (tx) => {
      const schema = await tx.bucket('bucket').createSchema('wide');
      const names = Array.from({ length: 60 }, (_, i) => `c${i}`);
      const table = await schema.createTable('t', { id: required('int32'), ...Object.fromEntries(names.map((n) => [n, 'utf8' as const])) });
      const row = { id: 1, ...Object.fromEntries(names.map((n) => [n, n.repeat(40_000)])) };
      expect(await table.insert([row])).toEqual([0n]);
      expect(await table.select().toArray()).toEqual([row]);
    });
  });

  test('a cell above 128 KiB is refused before anything is sent', async () => {
    await db.transaction(async (tx) => {
      const schema = await tx.bucket('bucket').createSchema('cells');
      const table = await schema.createTable('t', { text: 'utf8' });
      const before = server.requests;
      const error = await table.insert([{ text: 'ok' }, { text: 'x'.repeat(128 * 1024 + 1) }]).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(CellTooLargeError);
      expect(error).toMatchObject({ column: 'text', row: 1, bytes: 131073, message: 'column text, row 1: 131073 bytes; a cell holds at most 131072' });
      expect(server.requests).toBe(before);
      await table.insert([{ text: 'x'.repeat(128 * 1024) }]);
    });
  });
});

describe('schemas, tables, columns', () => {
  test('a life', async () => {
    await db.transaction(async (tx) => {
      const bucket = tx.bucket('bucket');
      const a = await bucket.createSchema('a');
      await bucket.createSchema('a/b');
      const names = async (list: AsyncIterable<{ name: string }>): Promise<string[]> => {
        const found: string[] = [];
        for await (const { name } of list) found.push(name);
        return found;
      };
      expect(await names(bucket.schemas())).toEqual(['a']);
      expect(await names(a.schemas())).toEqual(['b']);
      expect([await bucket.schema('a/b').exists(), await bucket.schema('a/c').exists()]).toEqual([true, false]);
      for (let i = 0; i < 5; i++) await bucket.schema('a/b').createTable(`t${i}`, { x: 'int8', when: timestamp('us') });
      expect(await names(bucket.schema('a/b').tables({ pageSize: 2 }))).toEqual(['t0', 't1', 't2', 't3', 't4']);
      expect(await names(bucket.schema('a/b').tables({ prefix: 't3' }))).toEqual(['t3']);
      const table = bucket.schema('a/b').table('t0');
      await table.insert([{ x: -5 }]);
      await table.addColumns({ y: 'utf8', z: 'bool' });
      await table.renameColumn('x', 'w');
      await table.dropColumns('z', 'when');
      expect((await table.columns()).fields.map(String)).toEqual(['w: Int8', 'y: Utf8']);
      expect(await table.select().toArray()).toEqual([{ w: -5, y: null }]);
      const renamed = await table.rename('t9');
      expect([await table.exists(), await renamed.exists(), (await renamed.stats()).numRows]).toEqual([false, true, 1n]);
      await expect(bucket.schema('a/b').drop()).rejects.toMatchObject({ status: 409 });
      await bucket.schema('a/b').drop({ cascade: true });
      expect(await bucket.schema('a/b').exists()).toBe(false);
      await bucket.schema('nothing').drop({ ifExists: true });
      expect(await tx.bucket('elsewhere').exists()).toBe(false);
      await expect(tx.bucket('elsewhere').createSchema('x')).rejects.toBeInstanceOf(NotFoundError);
    });
  });

  test('sorted tables have row ids of 128 bits', async () => {
    await db.transaction(async (tx) => {
      const schema = await tx.bucket('bucket').createSchema('sorted');
      const table = await schema.createTable('t', { a: 'utf8', b: 'int64' }, { sortedBy: ['b'] });
      expect(await table.insert([{ a: 'x', b: 2n }, { a: 'y', b: 1n }])).toEqual([0n, 1n]);
      await table.update([{ $row_id: 1n, a: 'z' }]);
      expect(await table.select({ where: eq('b', 1) }).toArray()).toEqual([{ a: 'z', b: 1n }]);
      await table.delete([0n]);
      expect(await table.count()).toBe(1);
    });
  });

  test('the server is strict about types, nullability and bodies', async () => {
    const arrow = await loadArrow();
    await db.transaction(async (tx) => {
      const schema = await tx.bucket('bucket').createSchema('strict');
      await schema.createTable('t', { a: required('int32'), v: vector(2), f: 'float32' });
      const wrong = (columns: Parameters<typeof schema.table>[1]): Table => schema.table('t', columns);
      await expect(wrong({ columns: { a: 'int32' } }).insert([{ a: 1 }])).rejects.toMatchObject({ code: 'TabularMismatchColumnType' });
      await expect(wrong({ columns: { a: required('int64') } }).insert([{ a: 1 }])).rejects.toMatchObject({ code: 'TabularMismatchColumnType' });
      await expect(wrong({ columns: { f: 'float32' } }).insert([{ f: 1 }])).rejects.toMatchObject({ code: 'TabularMissingColumn' });
      await expect(wrong({ columns: { a: required('int32'), b: 'int8' } }).insert([{ a: 1, b: 2 }])).rejects.toMatchObject({ code: 'TabularNoSuchColumn' });
      await expect(wrong({ columns: { f: 'float64' } }).select({ where: eq('f', 1) }).toArray()).rejects.toMatchObject({ code: 'TabularMismatchColumnType' });
      await expect(wrong({}).update([{ $row_id: 99n, f: 1 }])).rejects.toMatchObject({ code: 'TabularInvalidRowId' });
      const dictionary = new arrow.Schema([new arrow.Field('d', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), true)]);
      await expect(schema.createTable('d', dictionary as never)).rejects.toMatchObject({ name: 'UnsupportedColumnTypeError' });
      const nullable = new arrow.Schema([new arrow.Field('v', new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Float32(), true)), true)]);
      await expect(schema.createTable('n', nullable as never)).rejects.toMatchObject({ name: 'UnsupportedColumnTypeError' });
    });
  });
});

describe('connecting', () => {
  test('to something that is not VAST', async () => {
    const web = createServer((_, response) => response.setHeader('Server', 'nginx').end());
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    await expect(connect({ endpoint, accessKey: 'a', secretKey: 's' })).rejects.toThrow(UnsupportedServerError);
    await expect(connect({ endpoint, accessKey: 'a', secretKey: 's' })).rejects.toThrow('Server: nginx found');
    web.close();
    for (const bad of ['nonsense', 'ftp://x', 'http://u:p@x', 'http://x/path']) {
      await expect(connect({ endpoint: bad, accessKey: 'a', secretKey: 's' })).rejects.toThrow(UsageError);
    }
  });

  test('to an old cluster', async () => {
    const old = await startTestServer({ version: 'vast 5.2.0.7' });
    const other = await connect(old.credentials);
    expect(other.features.text).toBe('5.2.0.7');
    await other.transaction(async (tx) => {
      const schema = await tx.bucket('bucket').createSchema('s');
      await expect(schema.createTable('t', { a: vector(2) }, { vectorIndex: { column: 'a', metric: 'ip' } })).rejects.toThrow('vector indexes: the cluster is 5.2.0.7; expected 5.5 or newer');
      await expect(schema.createTable('t', { a: 'int8' }, { sortedBy: ['a'] })).rejects.toThrow(/5\.3/);
    });
    await other.close();
    await old.close();
  });

  test('neither keys nor signatures are in what is thrown, printed or serialised', async () => {
    const secretKey = 'THE-SECRET-KEY-0123456789';
    const wrong = await connect({ ...server.credentials, secretKey });
    const error: unknown = await wrong.begin().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ForbiddenError);
    const down = await connect({ ...server.credentials, secretKey, checkVersion: false, retries: { maxTries: 1 }, idleTimeoutMs: 50 });
    server.faults.add({ on: {}, action: { kind: 'dropBefore' } });
    const lost: unknown = await down.begin({ keepAliveMs: 0 }).catch((e: unknown) => e);
    expect(lost).toBeInstanceOf(VastError);
    for (const thing of [error, lost, wrong, db]) {
      const shown = [inspect(thing, { depth: 20, showHidden: true }), JSON.stringify(thing, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)), String(thing), (thing as Error).stack ?? ''].join('\n');
      expect(shown).not.toContain(secretKey);
      expect(shown).not.toContain(server.secretKey);
      expect(shown).not.toMatch(/Signature=/);
    }
    await wrong.close();
    await down.close();
  });

  test('one connection is enough for work in sequence, and is kept', async () => {
    await db.transaction(async (tx) => {
      const table = await people(tx, 200);
      for (let i = 0; i < 20; i++) await table.select({ where: eq('id', i) }).toArray();
    });
    expect(server.connections).toBe(1);
  });
});
