/**
 * Every request of an upsert × everything that can happen to it. Whatever happens, a put is done or not done: no lost row, no doubled row; and a put that
 * failed is done by the next one.
 */
import type { FaultAction } from '@exr/vastdb/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableName } from '../columns.ts';
import { sample } from '../contract.spec-util.ts';
import { fileIdOf } from '../identity.ts';
import { rowsOf, type InspectedFile } from '../rows.ts';
import type { VastTarget } from './location.ts';
import { Bench, type StoredRow } from './vast.spec-util.ts';
import type { VastStore } from './vast-store.ts';

/** What may happen to any request. */
const ANYWHERE: readonly FaultAction[] = [
  { kind: 'slowDown' }, { kind: 'dropBefore' }, { kind: 'dropAfter' }, { kind: 'error', status: 409, code: 'TabularConflict' }, { kind: 'error', status: 500, code: 'InternalError' }, { kind: 'error', status: 503, code: 'ServiceUnavailable' },
];
/** What may happen to an answer that comes in frames. */
const IN_FRAMES: readonly FaultAction[] = [{ kind: 'truncate', bytes: 30 }, { kind: 'failFrame', frames: 0 }, { kind: 'failFrame', frames: 2 }, { kind: 'endAfterFrames', frames: 3 }];
/** What harms nobody, at every request at once. */
const HARMLESS: readonly FaultAction[] = [{ kind: 'keepAlives' }, { kind: 'oneByteWrites' }, { kind: 'delay', ms: 3 }, { kind: 'slowRead', ms: 1 }];
/** Errors that are an answer, and no invitation to try again, reach the caller. */
const reachesCaller = (action: FaultAction): boolean => action.kind === 'error' && action.status !== 409;

const day = (n: number): string => `2026-05-0${n}T00:00:00.000Z`;
let bench: Bench;
let target: VastTarget;
let store: VastStore;
beforeAll(async () => {
  bench = await Bench.start();
  target = bench.target();
  store = bench.store(target);
  await store.touch([]);
});
afterAll(async () => {
  await store.close();
  await bench.close();
});

/** Three files of a case: one that is there and will have changed, one that is there and will not, one that is new. */
let cases = 0;
class Case {
  private readonly folder = `/case${cases++}`;
  private file(frame: number, options: Parameters<typeof sample>[0]): InspectedFile {
    return sample({ folder: this.folder, frame, ...options });
  }
  readonly before = [this.file(1, { stats: true, observedAt: day(1) }), this.file(2, { observedAt: day(1) })];
  readonly put = [this.file(1, { hash: 'bb', size: 7, channels: ['Y', 'Z'], observedAt: day(2) }), this.file(2, { observedAt: day(2) }), this.file(3, { stats: true, observedAt: day(2) })];
  private readonly ids = this.put.map(({ identity }) => fileIdOf(identity));

  async state(): Promise<Record<TableName, StoredRow[]>> {
    const rows = await bench.rowsOf(target, this.ids);
    for (const row of rows.files) delete row['inspection_timestamp'];
    return rows;
  }

  /** What must be there when the put is done, made without the store. */
  expected(done: boolean): Record<TableName, StoredRow[]> {
    const files = done ? [{ file: this.put[0]!, count: 2, first: day(1), last: day(2) }, { file: this.before[1]!, count: 2, first: day(1), last: day(2) }, { file: this.put[2]!, count: 1, first: day(2), last: day(2) }] : this.before.map((file) => ({ file, count: 1, first: day(1), last: day(1) }));
    const made = files.map(({ file, count, first, last }) => ({ rows: rowsOf(file.report, file.identity), history: { inspection_count: count, first_seen: first, last_inspected: last } }));
    const tables = ['files', 'parts', 'channels', 'attributes', 'stats', 'findings'] as const;
    return Object.fromEntries(tables.map((name) => [name, made.flatMap(({ rows, history }) => rows[name].map((row) => (name === 'files' ? { ...row, ...history } : row)))])) as unknown as Record<TableName, StoredRow[]>;
  }

  async check(done: boolean, when: string): Promise<void> {
    const [found, expected] = [await this.state(), this.expected(done)];
    for (const name of Object.keys(found) as TableName[]) {
      const columns = Object.keys(found[name][0] ?? {});
      const plain = (rows: readonly StoredRow[]): string[] => rows.map((row) => JSON.stringify(columns.map((column) => row[column] ?? null))).sort();
      expect(plain(found[name]), `${name} ${when}`).toEqual(plain(expected[name]));
    }
  }
}

const requests = async (work: () => Promise<unknown>): Promise<string[]> => {
  const from = bench.server.requests;
  await work();
  return bench.server.log.slice(-(bench.server.requests - from)).map(({ method, path, command }) => `${method} ${path.replace(/^\/exr\/s\d+/, '')}?${command}`);
};

describe('an upsert', () => {
  let steps: string[] = [];
  beforeAll(async () => {
    const one = new Case();
    await store.put(one.before);
    await one.check(false, 'before');
    steps = await requests(() => store.put(one.put));
    await one.check(true, 'after');
  });

  it('has these steps', () => {
    expect(steps).toEqual([
      'POST /?transaction', 'GET /files?data', 'PUT /files?rows',
      ...['parts', 'channels', 'attributes', 'stats'].flatMap((table) => [`GET /${table}?data`, `DELETE /${table}?rows`]), 'GET /findings?data',
      'PUT /files?rows', expect.anything(), expect.anything(), expect.anything(), expect.anything(), expect.anything(), 'PUT /?transaction',
      'POST /?transaction', 'GET /files?data', 'PUT /?transaction',
    ]);
    // Inserted side by side.
    expect(steps.slice(13, 18).sort()).toEqual(['POST /attributes?rows', 'POST /channels?rows', 'POST /files?rows', 'POST /parts?rows', 'POST /stats?rows']);
  });

  it.each([...ANYWHERE, ...IN_FRAMES].map((action) => [JSON.stringify(action), action] as const))('is done or not done: %s at every step', async (_, action) => {
    const told: string[] = [];
    for (const [step, name] of steps.entries()) {
      if (IN_FRAMES.includes(action) && !name.endsWith('?data')) continue;
      const one = new Case();
      await store.put(one.before);
      bench.server.faults.add({ on: {}, action, skip: step });
      const failed = await store.put(one.put).then((result) => void expect(result, name).toMatchObject({ outcomes: ['changed', 'unchanged', 'new'] }), (error: { code: string }) => error);
      expect(bench.server.faults.pending, name).toBe(0);
      if (failed) {
        told.push(`${name}: ${failed.code}`);
        await one.check(false, `after ${name} failed`);
        await store.put(one.put);
      }
      await one.check(true, `after ${step} ${name}`);
    }
    if (reachesCaller(action)) expect(told.length).toBeGreaterThan(0);
    else expect(told).toEqual([]);
  }, 60_000);

  it.each(HARMLESS.map((action) => [action.kind, action] as const))('does not mind %s everywhere', async (_, action) => {
    const one = new Case();
    await store.put(one.before);
    bench.server.faults.add({ on: {}, action, times: 10_000 });
    await store.put(one.put);
    await one.check(true, 'after');
    bench.server.faults.clear();
  });

  it('goes on through many faults in a row', async () => {
    for (const action of [...ANYWHERE.slice(0, 3), ...IN_FRAMES]) {
      const one = new Case();
      await store.put(one.before);
      for (let i = 0; i < 4; i++) bench.server.faults.add({ on: {}, action, skip: 3 + 9 * i });
      await store.put(one.put);
      bench.server.faults.clear();
      await one.check(true, `after four of ${action.kind}`);
    }
  });
});

describe('touch and remove', () => {
  it.each([ANYWHERE[1]!, ANYWHERE[2]!, ANYWHERE[4]!].map((action) => [JSON.stringify(action), action] as const))('are done or not done: %s at every step', async (_, action) => {
    const gone = (one: Case) => [{ ...one.before[0]!.identity, observedAt: day(3) }];
    const model = new Case();
    await store.put(model.before);
    const steps = await requests(() => store.remove(gone(model)));
    for (const [step, name] of steps.entries()) {
      const one = new Case();
      await store.put(one.before);
      bench.server.faults.add({ on: {}, action, skip: step });
      const failed = await store.remove(gone(one)).then((count) => void expect(count, name).toBe(1), (error: { code: string }) => error);
      expect(bench.server.faults.pending, name).toBe(0);
      if (failed) {
        expect(reachesCaller(action), `${name} ${failed.code}`).toBe(true);
        await one.check(false, `after ${name} failed`);
        expect(await store.remove(gone(one))).toBe(1);
      }
      const state = await one.state();
      expect(state.files.map((row) => [row['status'], row['inspection_count'], row['deleted_at']]).sort(), `after ${name}`).toEqual([['deleted', 1, day(3)], ['ok', 1, null]]);
      expect([state.parts.length, state.channels.length, state.stats.length], `after ${name}`).toEqual([1, 4, 0]);
    }
  }, 60_000);
});

describe('the first put of all, which makes the tables', () => {
  it.each([ANYWHERE[2]!, ANYWHERE[3]!, ANYWHERE[4]!].map((action) => [JSON.stringify(action), action] as const))('is done or not done: %s at every step', async (_, action) => {
    const probe = bench.store(bench.target());
    const steps = await requests(() => probe.put([sample()]));
    await probe.close();
    for (const [step, name] of steps.entries()) {
      const own = bench.target();
      const first = bench.store(own);
      bench.server.faults.add({ on: {}, action, skip: step });
      const failed = await first.put([sample()]).then(() => undefined, (error: { code: string }) => error);
      expect(bench.server.faults.pending, name).toBe(0);
      if (failed) {
        expect(reachesCaller(action), `${step} ${name} ${failed.code}`).toBe(true);
        await first.put([sample()]);
      }
      const state = await bench.rowsOf(own, [fileIdOf(sample().identity)]);
      expect([state.files.length, state.parts.length, state.channels.length, state.files[0]!['inspection_count']], `after ${step} ${name}`).toEqual([1, 1, 4, 1]);
      await first.close();
    }
  }, 60_000);
});
