import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommitUnknownError, ConflictError, ConnectionError, NotFoundError, QueryFailedError, UsageError, connect, eq, type Database, type Table, type Transaction } from './index.ts';
import { startTestServer, type TestServer } from './testing/index.ts';

let server: TestServer;
let db: Database;
let now = 0;
beforeEach(async () => {
  now = Date.now();
  server = await startTestServer({ now: () => new Date(now), transactionTimeoutMs: 10_000 });
  db = await connect({ ...server.credentials, now: () => new Date(now), retries: { baseDelayMs: 1, maxTries: 4 }, idleTimeoutMs: 2000 });
  await db.transaction(async (tx) => {
    const schema = await tx.bucket('bucket').createSchema('s');
    await (await schema.createTable('t', { id: 'int64', n: 'int32' })).insert([{ id: 1n, n: 0 }, { id: 2n, n: 0 }]);
  });
});
afterEach(async () => {
  await db.close();
  await server.close();
});

const table = (tx: Transaction): Table => tx.bucket('bucket').schema('s').table('t', { columns: { id: 'int64', n: 'int32' } });
const numbers = (): Promise<unknown[]> => db.transaction(async (tx) => (await table(tx).select({ columns: ['n'] }).toArray()).map((row) => row['n']));

describe('isolation', () => {
  test('changes are seen inside at once, outside after the commit, in an older transaction never', async () => {
    const older = await db.begin();
    const tx = await db.begin();
    await table(tx).insert([{ id: 3n, n: 5 }]);
    await table(tx).update([{ $row_id: 0n, n: 7 }]);
    await table(tx).delete([1n]);
    const see = async (t: Transaction): Promise<string> => JSON.stringify((await table(t).select({ columns: ['n'] }).toArray()).map((r) => r['n']));
    expect(await see(tx)).toBe('[7,5]');
    expect(await see(older)).toBe('[0,0]');
    await tx.commit();
    expect(await see(older)).toBe('[0,0]');
    expect(await numbers()).toEqual([7, 5]);
    await older.commit();
  });

  test('a rollback leaves nothing', async () => {
    await expect(db.transaction(async (tx) => {
      await table(tx).insert([{ id: 9n }]);
      await table(tx).update([{ $row_id: 0n, n: 9 }]);
      await tx.bucket('bucket').createSchema('gone');
      throw new Error('no');
    })).rejects.toThrow('no');
    expect(await numbers()).toEqual([0, 0]);
    expect(await db.transaction((tx) => tx.bucket('bucket').schema('gone').exists())).toBe(false);
    expect(server.engine.openTransactions).toBe(0);
  });

  test('two that change one row: the second conflicts, at once or after the first has committed', async () => {
    const [a, b] = [await db.begin(), await db.begin()];
    await table(a).update([{ $row_id: 0n, n: 1 }]);
    await expect(table(b).update([{ $row_id: 0n, n: 2 }])).rejects.toBeInstanceOf(ConflictError);
    await a.commit();
    await expect(table(b).delete([0n])).rejects.toBeInstanceOf(ConflictError);
    await b.rollback();
    expect(await numbers()).toEqual([1, 0]);
  });

  test('two that create one table: the second conflicts', async () => {
    const [a, b] = [await db.begin(), await db.begin()];
    const create = (tx: Transaction): Promise<Table> => tx.bucket('bucket').schema('s').createTable('x', { a: 'int8' }, { ifNotExists: true });
    await create(a);
    await expect(create(b)).rejects.toBeInstanceOf(ConflictError);
    await a.commit();
    await b.rollback();
    expect(await (await create(await db.begin())).exists()).toBe(true);
  });

  test('a transaction left alone ends; keep-alives prevent that', async () => {
    const tx = await db.begin({ keepAliveMs: 0 });
    now += 9_000;
    await tx.keepAlive();
    now += 9_000;
    expect(await table(tx).count()).toBe(2);
    now += 11_000;
    await expect(table(tx).count()).rejects.toBeInstanceOf(NotFoundError);
    const kept = await db.begin({ keepAliveMs: 5 });
    const before = server.requests;
    await new Promise((resolve) => setTimeout(resolve, 60));
    await kept.commit();
    expect(server.requests).toBeGreaterThan(before + 2);
    await expect(kept.commit()).rejects.toBeInstanceOf(UsageError);
    await expect(kept.bucket('bucket').schema('s').table('t').select().toArray()).rejects.toThrow(/committed already/);
  });
});

describe('conflicts are run again, boundedly', () => {
  test('twenty increments at once all count', async () => {
    const attempts: number[] = [];
    await Promise.all(Array.from({ length: 20 }, () =>
      db.transaction(async (tx) => {
        const [row] = await table(tx).select({ where: eq('id', 1), rowIds: true }).toArray();
        await table(tx).update([{ $row_id: row?.['$row_id'], n: (row?.['n'] as number) + 1 }]);
      }, { attempts: 200, onRetry: (_, attempt) => attempts.push(attempt) }),
    ));
    expect((await numbers())[0]).toBe(20);
    expect(attempts.length).toBeGreaterThan(0);
  });

  test('the bound', async () => {
    let runs = 0;
    server.faults.add({ on: { method: 'PUT', command: 'rows' }, action: { kind: 'error', status: 409, code: 'TabularConflict' }, times: 99 });
    await expect(db.transaction(async (tx) => {
      runs += 1;
      await table(tx).update([{ $row_id: 0n, n: 1 }]);
    }, { attempts: 3 })).rejects.toBeInstanceOf(ConflictError);
    expect(runs).toBe(3);
    expect(server.engine.openTransactions).toBe(0);
  });

  test('a conflict at the commit', async () => {
    server.faults.add({ on: { method: 'PUT', command: 'transaction' }, action: { kind: 'error', status: 409, code: 'TabularConflict' } });
    await db.transaction((tx) => table(tx).insert([{ id: 5n, n: 5 }]));
    expect(await numbers()).toEqual([0, 0, 5]);
  });
});

describe('a lost commit', () => {
  const insert = (tx: Transaction): Promise<bigint[]> => table(tx).insert([{ id: 5n, n: 5 }]);
  const isThere = (): Promise<boolean> => db.transaction(async (tx) => (await table(tx).count(eq('id', 5))) > 0);

  test.each([
    ['before', [0, 0]],
    ['after', [0, 0, 5]],
  ] as const)('%s it happened is its own error', async (when, left) => {
    server.faults.add({ on: { method: 'PUT', command: 'transaction' }, action: { kind: when === 'before' ? 'dropBefore' : 'dropAfter' } });
    const error: unknown = await db.transaction(insert).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CommitUnknownError);
    expect(error).toMatchObject({ code: 'COMMIT_UNKNOWN', operation: 'PUT /?transaction' });
    expect((error as CommitUnknownError).txid).toBeGreaterThan(2n ** 53n);
    expect(await numbers()).toEqual(left);
  });

  test.each(['dropBefore', 'dropAfter'] as const)('%s, looked up: neither lost nor doubled', async (kind) => {
    server.faults.add({ on: { method: 'PUT', command: 'transaction' }, action: { kind } });
    await db.transaction(insert, { resolveCommit: isThere });
    expect(await numbers()).toEqual([0, 0, 5]);
  });

  test('a server error on commit is unknown too', async () => {
    server.faults.add({ on: { method: 'PUT', command: 'transaction' }, action: { kind: 'error', status: 500, code: 'InternalError' } });
    await expect(db.transaction(insert)).rejects.toBeInstanceOf(CommitUnknownError);
  });
});

/** Every step of a small transaction, every fault: either the rows are there once, or an error says so and they are not. */
describe('faults at every step', () => {
  const steps = [
    ['begin', { method: 'POST', command: 'transaction' }],
    ['select', { method: 'GET', command: 'data' }],
    ['update', { method: 'PUT', command: 'rows' }],
    ['insert', { method: 'POST', command: 'rows' }],
    ['commit', { method: 'PUT', command: 'transaction' }],
  ] as const;
  const faults = [
    { kind: 'slowDown' }, { kind: 'dropBefore' }, { kind: 'dropAfter' }, { kind: 'delay', ms: 5 }, { kind: 'slowRead', ms: 2 },
    { kind: 'oneByteWrites' }, { kind: 'truncate', bytes: 30 }, { kind: 'error', status: 409, code: 'TabularConflict' },
    { kind: 'keepAlives' }, { kind: 'failFrame', frames: 0 }, { kind: 'failFrame', frames: 2 }, { kind: 'endAfterFrames', frames: 3 },
  ] as const;
  const isThere = (): Promise<boolean> => db.transaction(async (tx) => (await table(tx).count(eq('id', 7))) > 0);
  test.each(steps.flatMap(([name, on]) => faults.map((action) => [name, JSON.stringify(action), on, action] as const)))('%s, %s', async (_name, _text, on, action) => {
    server.faults.add({ on, action });
    await db.transaction(async (tx) => {
      const [row] = await table(tx).select({ where: eq('id', 1), rowIds: true, columns: ['n'] }).toArray();
      await table(tx).update([{ $row_id: row?.['$row_id'], n: (row?.['n'] as number) + 1 }]);
      await table(tx).insert([{ id: 7n, n: 7 }]);
    }, { resolveCommit: isThere });
    expect(server.faults.pending).toBe(0);
    expect(await numbers()).toEqual([1, 0, 7]);
  });
});

describe('selects resume', () => {
  test('after a failure frame, a cut and an early end, from the rows they have', async () => {
    await db.transaction((tx) => table(tx).insert(Array.from({ length: 100 }, (_, i) => ({ id: BigInt(100 + i), n: i }))));
    for (const action of [{ kind: 'failFrame', frames: 4 }, { kind: 'truncate', bytes: 900 }, { kind: 'endAfterFrames', frames: 5 }] as const) {
      server.faults.add({ on: { command: 'data' }, action, skip: 2, times: 2 });
      const found = await db.transaction((tx) => table(tx).select({ columns: ['id'], pageSize: 8, subsplits: 3 }).toArray());
      expect(new Set(found.map((row) => row['id'])).size).toBe(102);
      expect(found.length).toBe(102);
      expect(server.faults.pending).toBe(0);
    }
  });

  test('boundedly', async () => {
    server.faults.add({ on: { command: 'data' }, action: { kind: 'failFrame', frames: 0 }, times: 99 });
    const failed: unknown = await db.transaction((tx) => table(tx).count()).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(QueryFailedError);
    expect((failed as Error).message).toContain('error 42');
    server.faults.clear();
    server.faults.add({ on: { command: 'data' }, action: { kind: 'dropBefore' }, times: 999 });
    await expect(db.transaction((tx) => table(tx).count(), { attempts: 2 })).rejects.toBeInstanceOf(ConnectionError);
  });

  test('an answer that never gets anywhere is given up', async () => {
    server.faults.add({ on: { command: 'data' }, action: { kind: 'endAfterFrames', frames: 0 }, times: 99 });
    await expect(db.transaction((tx) => table(tx).count())).rejects.toMatchObject({ code: 'NO_PROGRESS' });
  });

  test('silence ends at the idle timeout', async () => {
    const impatient = await connect({ ...server.credentials, now: () => new Date(now), idleTimeoutMs: 60, retries: { maxTries: 1 } });
    server.faults.add({ on: { command: 'data' }, action: { kind: 'delay', ms: 3000 } });
    await expect(impatient.transaction((tx) => table(tx).count(), { attempts: 1 })).rejects.toMatchObject({ name: 'TimeoutError', code: 'TIMEOUT' });
    await impatient.close();
  });
});

test('a SlowDown that does not end', async () => {
  server.faults.add({ on: { command: 'rows' }, action: { kind: 'slowDown' }, times: 99 });
  const error: unknown = await db.transaction((tx) => table(tx).insert([{ id: 1n }])).catch((e: unknown) => e);
  expect(error).toMatchObject({ name: 'SlowDownError', status: 503, code: 'SlowDown' });
  expect(server.log.filter(({ status }) => status === 503).length).toBe(4);
});
