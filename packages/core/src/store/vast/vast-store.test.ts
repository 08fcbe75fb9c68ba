import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample, storeContract } from '../contract.spec-util.ts';
import { fileIdOf } from '../identity.ts';
import type { InspectedFile } from '../rows.ts';
import type { ExrRow, ExrStore } from '../types.ts';
import { heldKeys } from './locks.ts';
import { Bench } from './vast.spec-util.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(() => bench.close());

storeContract('VAST DataBase', async () => {
  const target = bench.target();
  const store = bench.store(target);
  return { store, rows: (table) => bench.rows(target, table), dispose: () => store.close() };
});

const id = fileIdOf(sample().identity);
const day = (n: number): string => `2026-05-0${n}T00:00:00.000Z`;
async function paths(store: ExrStore): Promise<string[]> {
  const rows: ExrRow[] = [];
  for await (const row of store.query({})) rows.push(row);
  return rows.map(({ path }) => path);
}

describe('several processes', () => {
  it('make the tables at the same time', async () => {
    const target = bench.target();
    const stores = Array.from({ length: 4 }, (_, i) => (i % 2 ? bench.store(target) : bench.stranger(target)));
    await Promise.all(stores.map((store, i) => store.put([sample({ frame: i })])));
    expect(await bench.rows(target, 'files')).toHaveLength(4);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('inspect the same new files at once: each is there once, with all its rows', async () => {
    const files = (observedAt: string): InspectedFile[] => Array.from({ length: 20 }, (_, frame) => sample({ frame, stats: true, observedAt }));
    for (let round = 0; round < 5; round++) {
      const target = bench.target();
      const stores = [bench.store(target), bench.stranger(target)];
      await stores[0]!.touch([]);
      const results = await Promise.all(stores.map((store, i) => store.put(files(day(1 + i)))));
      expect(results.map(({ outcomes }) => outcomes.length)).toEqual([20, 20]);
      const rows = await bench.rows(target, 'files');
      expect(rows).toHaveLength(20);
      for (const row of rows) expect(row).toMatchObject({ inspection_count: 2, last_inspected: day(2), first_seen: day(1) });
      expect(await bench.rows(target, 'parts')).toHaveLength(20);
      expect(await bench.rows(target, 'channels')).toHaveLength(80);
      expect(await bench.rows(target, 'stats')).toHaveLength(80);
      await Promise.all(stores.map((store) => store.close()));
    }
  });

  it('inspect different versions of a new file at once: the newest stays, with its own rows', async () => {
    for (let round = 0; round < 6; round++) {
      const target = bench.target();
      const stores = [bench.store(target), bench.stranger(target)];
      await stores[0]!.touch([]);
      const older = sample({ observedAt: day(1), hash: 'old', channels: ['Y'] });
      const newer = sample({ observedAt: day(2), hash: 'new', size: 2000 });
      await Promise.all((round % 2 ? [older, newer] : [newer, older]).map((file, i) => stores[i]!.put([file])));
      expect(await bench.rows(target, 'files')).toMatchObject([{ header_hash: 'new', last_inspected: day(2) }]);
      expect((await bench.rows(target, 'channels')).map((row) => row['channel_name']).sort()).toEqual(['A', 'B', 'G', 'R']);
      expect(await bench.rows(target, 'parts')).toHaveLength(1);
      await Promise.all(stores.map((store) => store.close()));
    }
  });

  it('bring the same event at once: one set of rows, counted once', async () => {
    for (let round = 0; round < 6; round++) {
      const target = bench.target();
      const stores = [bench.store(target), bench.stranger(target)];
      await stores[0]!.touch([]);
      await Promise.all([...stores, ...stores].map((store) => store.put([sample({ event: 'a', bucket: 'b', etag: 'e' })])));
      await stores[1]!.put([sample({ event: 'a', bucket: 'b', etag: 'e' })]);
      expect(await bench.rows(target, 'files')).toMatchObject([{ inspection_count: 1, events: 'a' }]);
      expect(await bench.rows(target, 'parts')).toHaveLength(1);
      expect(await bench.rows(target, 'channels')).toHaveLength(4);
      await Promise.all(stores.map((store) => store.close()));
    }
  });

  it('write to the same files all the time: nothing is lost, nothing doubled', async () => {
    const target = bench.target();
    const stores = [bench.store(target), bench.stranger(target)];
    let moment = 0;
    const now = (): string => `2026-06-01T00:00:00.${String(moment++).padStart(3, '0')}Z`;
    await Promise.all(stores.flatMap((store, s) => Array.from({ length: 12 }, async (_, i) => {
      if (i % 4 === 3) await store.remove([{ bucket: null, path: sample({ frame: i % 3 }).identity.path, observedAt: now() }]);
      else await store.put([sample({ frame: i % 3, hash: `${s}${i}`, size: i, observedAt: now() }), sample({ frame: 100 + i + 12 * s, observedAt: now() })]);
    })));
    const rows = await bench.rows(target, 'files');
    expect(new Set(rows.map((row) => row['file_id'])).size).toBe(rows.length);
    for (const row of rows) {
      const expected = row['status'] === 'deleted' ? 0 : 4;
      expect((await bench.rows(target, 'channels')).filter((channel) => channel['file_id'] === row['file_id']), String(row['file_path'])).toHaveLength(expected);
    }
    expect(rows.filter((row) => (row['frame_number'] as number) >= 100)).toHaveLength(18);
    expect(heldKeys()).toBe(0);
    await Promise.all(stores.map((store) => store.close()));
  });
});

describe('doubles that a process left when it died', () => {
  it.each<[string, (store: ExrStore) => Promise<unknown>, Record<string, unknown>]>([
    ['the same file again', (store) => store.put([sample({ observedAt: day(3) })]), { status: 'ok', inspection_count: 3 }],
    ['a newer version', (store) => store.put([sample({ observedAt: day(3), hash: 'x', size: 5 })]), { header_hash: 'x', inspection_count: 3 }],
    ['a removal', (store) => store.remove([{ ...sample().identity, observedAt: day(3) }]), { status: 'deleted' }],
  ])('are hidden, and gone after %s', async (_, act, expected) => {
    const target = bench.target();
    const store = bench.store(target);
    await store.put([sample({ observedAt: day(1) })]);
    await bench.double(target, id);
    expect(await bench.rows(target, 'files')).toHaveLength(2);
    expect(await paths(store)).toEqual(['/jobs/abc/beauty.1001.exr']);
    expect(await store.known(null)).toHaveLength(1);
    expect(await store.suspects('doubled')).toMatchObject([{ fileId: id }]);
    expect(await store.similar({ to: sample().report, collapse: false })).toHaveLength(1);
    await act(store);
    expect(await bench.rows(target, 'files')).toMatchObject([{ file_id: id, ...expected }]);
    const there = expected['status'] === 'deleted' ? 0 : 1;
    expect(await bench.rows(target, 'parts')).toHaveLength(there);
    expect(await bench.rows(target, 'channels')).toHaveLength(4 * there);
    await store.close();
  });

  it.each<[string, (store: ExrStore) => Promise<unknown>, number]>([
    ['delivered again', (store) => store.put([sample({ event: 'a', observedAt: day(2) })]), 1],
    ['another one', (store) => store.put([sample({ event: 'b', observedAt: day(2) })]), 2],
    ['a removal', (store) => store.remove([{ ...sample().identity, observedAt: day(3) }]), 1],
  ])('of one event count once: %s', async (_, act, inspection_count) => {
    const target = bench.target();
    const store = bench.store(target);
    await store.put([sample({ event: 'a', observedAt: day(1) })]);
    await bench.double(target, id);
    await act(store);
    expect(await bench.rows(target, 'files')).toMatchObject([{ inspection_count }]);
    await store.close();
  });

  it('a version older than all of them changes nothing', async () => {
    const target = bench.target();
    const store = bench.store(target);
    await store.put([sample({ observedAt: day(2) })]);
    await bench.double(target, id, { header_hash: 'other', last_inspected: day(3) });
    expect(await store.put([sample({ observedAt: day(1), hash: 'older still' })])).toMatchObject({ stale: 1 });
    expect(await bench.rows(target, 'files')).toHaveLength(2);
    await store.close();
  });
});

describe('cells', () => {
  it('that are too large are cut, with their hash and length beside them', async () => {
    const target = bench.target();
    const store = bench.store(target);
    const manifest = '文'.repeat(100_000);
    const fits = 'x'.repeat(128 * 1024 - 2);
    await store.put([sample({ attributes: { manifest, fits }, software: `Blender ${'y'.repeat(200_000)}`, errors: [{ code: 'BAD_CHUNK', kind: 'format', message: manifest, where: {} }] })]);
    const attributes = await bench.rows(target, 'attributes');
    const cut = attributes.find((row) => row['attr_name'] === 'manifest')!;
    const { createHash } = await import('node:crypto');
    expect(cut).toMatchObject({ value_sha256: createHash('sha256').update(JSON.stringify(manifest)).digest('hex'), value_length: 100_002 });
    expect(Buffer.byteLength(cut['value_json'] as string)).toBeGreaterThan(128 * 1024 - 3);
    expect(JSON.stringify(manifest).startsWith(cut['value_json'] as string)).toBe(true);
    expect(manifest.startsWith(cut['value_text'] as string)).toBe(true);
    expect(attributes.find((row) => row['attr_name'] === 'fits')).toMatchObject({ value_text: fits, value_json: JSON.stringify(fits), value_sha256: null, value_length: null });
    const [part] = await bench.rows(target, 'parts');
    expect(part!['render_software']).toMatch(/^Blender y+… \[cut: 200008 characters, sha256 [0-9a-f]{64}\]$/);
    expect((await bench.rows(target, 'files'))[0]!['error_message']).toMatch(/^文+… \[cut: 100000 characters, sha256 [0-9a-f]{64}\]$/);
    expect((await store.similar({ to: sample().report }))[0]!.similarity).toBeGreaterThan(0.5);
    await store.close();
  });
});

describe('a store that is not there', () => {
  it('is known to hold nothing, and is no error but for questions', async () => {
    const store = bench.store(bench.target());
    expect(await store.known(null)).toEqual([]);
    await expect(paths(store)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('exr index') });
    await store.put([sample()]);
    expect(await paths(store)).toHaveLength(1);
    await store.close();
  });

  it('but made by another meanwhile is seen', async () => {
    const target = bench.target();
    const [one, other] = [bench.store(target), bench.stranger(target)];
    expect(await one.known(null)).toEqual([]);
    await other.put([sample()]);
    expect(await one.known(null)).toHaveLength(1);
    await Promise.all([one.close(), other.close()]);
  });

  it.each<[string, (target: ReturnType<Bench['target']>) => ReturnType<Bench['target']>, string, RegExp]>([
    ['a wrong secret', (target) => ({ ...target, secretKey: 'not-the-secret' }), 'INVALID_ARGUMENT', /VAST_DB_SECRET_KEY/],
    ['a bucket that does not exist', (target) => ({ ...target, bucket: 'nowhere' }), 'INVALID_ARGUMENT', /database-enabled/],
    ['a host that does not answer', (target) => ({ ...target, endpoint: 'http://127.0.0.1:1' }), 'READ_FAILED', /VAST_DB_ENDPOINT/],
    ['a schema of a wrong name', (target) => ({ ...target, schema: 'a b' }), 'INVALID_ARGUMENT', /letters, digits/],
  ])('%s', async (_, change, code, message) => {
    const target = change(bench.target());
    const store = bench.store(target);
    const error: unknown = await store.put([sample()]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain(target.secretKey);
    await store.close();
  });

  it("somebody else's schema", async () => {
    const target = bench.target();
    await bench.db.transaction(async (tx) => (await tx.bucket('exr').createSchema(target.schema)).createTable('accounts', { id: 'int64' }));
    await expect(bench.store(target).put([sample()])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('accounts') as unknown });
    await expect(bench.store(target).known(null)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('a store of a newer version is left as it is', async () => {
    const target = bench.target();
    await bench.store(target).put([sample()]);
    await bench.db.transaction((tx) => tx.bucket('exr').schema(target.schema).table('store_info').insert([{ key: 'store_version', value: '99' }]));
    await expect(bench.store(target).put([sample({ frame: 5 })])).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION', message: expect.stringContaining('use a newer exr') as unknown });
    expect(await bench.rows(target, 'files')).toHaveLength(1);
  });
});

it('brings a store that lacks columns up to date, and reads it as it is before', async () => {
  const target = bench.target();
  await bench.store(target).put([sample()]);
  await bench.db.transaction(async (tx) => {
    const schema = tx.bucket('exr').schema(target.schema);
    await schema.table('files').dropColumns('error_message', 'deleted_at');
    await schema.table('parts').dropColumns('render_software');
  });
  const reader = bench.store(target);
  expect(await paths(reader)).toHaveLength(1);
  const writer = bench.store(target);
  await writer.put([sample({ frame: 2 })]);
  expect((await bench.rows(target, 'parts')).map((row) => row['render_software']).sort()).toEqual(['Arnold 7.2.1.0', null]);
  await Promise.all([reader.close(), writer.close()]);
});

it('works one after the other on a file within a process: no conflict, in the order of the calls', async () => {
  const target = bench.target();
  const retries: string[] = [];
  const stores = [0, 1].map(() => bench.store(target, { onRetry: (error) => retries.push(error.message) }));
  await stores[0]!.touch([]);
  await Promise.all(Array.from({ length: 10 }, (_, i) => stores[i % 2]!.put([sample({ size: i, observedAt: day(1) })])));
  expect(await bench.rows(target, 'files')).toMatchObject([{ size_bytes: 9, inspection_count: 10 }]);
  expect(retries).toEqual([]);
  expect(heldKeys()).toBe(0);
  await Promise.all(stores.map((store) => store.close()));
});

it('can be cancelled while it waits and while it writes', async () => {
  const target = bench.target();
  const store = bench.store(target);
  await store.put([sample()]);
  const controller = new AbortController();
  const reason = new Error('enough');
  bench.server.faults.add({ on: { method: 'POST', command: 'rows' }, action: { kind: 'delay', ms: 300 } });
  const writing = store.put([sample({ frame: 2 })], { signal: controller.signal });
  const waiting = store.put([sample({ frame: 2 })], { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 40);
  expect(await Promise.allSettled([writing, waiting])).toEqual([{ status: 'rejected', reason }, { status: 'rejected', reason }]);
  expect(await bench.rows(target, 'files')).toHaveLength(1);
  await store.put([sample({ frame: 2 })]);
  expect(await bench.rows(target, 'files')).toHaveLength(2);
  await store.close();
});
