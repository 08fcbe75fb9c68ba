/** One bad file never costs another its row, and giants are held one at a time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Limits } from '../limits.ts';
import { sample } from './contract.spec-util.ts';
import { CELL_BYTES } from './cut.ts';
import { indexFiles, openStore, rowsOf, type ExrStore, type InspectedFile } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-indexing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const paths = Array.from({ length: 9 }, (_, i) => join(folder, `frame.${1001 + i}.exr`));
for (const path of paths) writeFileSync(path, '');
async function* each(items: readonly string[]): AsyncGenerator<string> {
  yield* items;
}
const reportOf = (path: string) => ({ report: { ...sample().report, file: { ...sample().report.file, path } } });

describe('a file that cannot be stored', () => {
  it('is remembered with why, and the others of its batch are there', async () => {
    const store = openStore(join(folder, 'a.duckdb'));
    const put = store.put.bind(store);
    const refused = paths[4]!;
    // What a database says of a cell that it cannot take.
    store.put = (files, options) => (files.some(({ identity, report }) => identity.path === refused && report.parts.length > 0) ? Promise.reject(new Error('Failed to append: could not allocate block')) : put(files, options));
    const counts = await indexFiles(store, each(paths), { inspect: async (path) => reportOf(path), roots: [] });
    expect(counts).toMatchObject({ seen: 9, inserted: 9, failed: 1 });
    const rows = [];
    for await (const row of store.query({})) rows.push(row);
    expect(rows.map(({ status }) => status)).toEqual(paths.map((path) => (path === refused ? 'error' : 'ok')));
    expect(rows[4]!.error).toMatch(/cannot be stored: Failed to append/);
    await store.close();
  });
  it('is not blamed when the store itself does not answer', async () => {
    const asked: number[] = [];
    const down = { known: () => Promise.resolve([]), put: (files: readonly InspectedFile[]) => (asked.push(files.length), Promise.reject(new Error('the disk is full'))) } as unknown as ExrStore;
    await expect(indexFiles(down, each(paths), { inspect: async (path) => reportOf(path), roots: [] })).rejects.toThrow('the disk is full');
    expect(asked).toEqual([9, 0]);
  });
});

describe('a giant', () => {
  it('is looked at again when it is alone, and stored by itself', async () => {
    const giants = new Set([paths[2], paths[3], paths[7]]);
    let now = 0;
    let most = 0;
    const batches: number[] = [];
    const store = openStore(join(folder, 'b.duckdb'));
    const put = store.put.bind(store);
    store.put = (files, options) => (batches.push(files.length), put(files, options));
    const told: string[] = [];
    const inspect = async (path: string, limits?: Partial<Limits>) => {
      if (!giants.has(path)) return reportOf(path);
      if (limits!.attributes !== undefined) return { report: { ...sample({ unreadable: true }).report, errors: [{ code: 'LIMIT_EXCEEDED' as const, kind: 'limit' as const, message: 'too many', where: { limit: 'attributes' } }] } };
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now--;
      return reportOf(path);
    };
    expect(await indexFiles(store, each(paths), { inspect, roots: [], onInspected: ({ report }) => told.push(report.errors.length === 0 ? report.file.path : 'failed') })).toMatchObject({ seen: 9, inserted: 9, failed: 0 });
    expect(most).toBe(1);
    expect(batches).toEqual([2, 1, 1, 3, 1, 1]);
    expect(told).toEqual(paths);
    await store.close();
  });
  it('that is one for limits of somebody else is an error as before, looked at once', async () => {
    let times = 0;
    const store = openStore(join(folder, 'c.duckdb'));
    const inspect = async () => (times++, { report: { ...sample({ unreadable: true }).report, errors: [{ code: 'LIMIT_EXCEEDED' as const, kind: 'limit' as const, message: 'x', where: { limit: 'seconds' } }] } });
    expect(await indexFiles(store, each(paths.slice(0, 1)), { inspect, roots: [] })).toMatchObject({ failed: 1 });
    expect(times).toBe(1);
    await store.close();
  });
});

describe('cells', () => {
  it('hold of a long text its beginning, with its length and hash beside it, in every column', () => {
    const long = `${'ü'.repeat(200_000)}\u{1f600}end`;
    const { report, identity } = sample({ attributes: { comments: long, json: 7 } });
    const part = { ...report.parts[0]!, name: long, software: long, attributes: [...report.parts[0]!.attributes, { name: long, type: 'string', size: 9e6, value: { encoding: 'base64', length: 9_000_000, data: Buffer.from('first words').toString('base64'), truncated: true } }, { name: 'list', type: 'stringvector', size: 1, value: [long, long] }] };
    const rows = rowsOf({ ...report, parts: [part], channels: [{ ...report.channels[0]!, name: long, layer: long }], errors: [{ code: 'BAD_CHUNK', kind: 'format', message: long, where: {} }] } as typeof report, identity);
    for (const [table, made] of Object.entries(rows)) for (const row of made) for (const [column, cell] of Object.entries(row)) if (typeof cell === 'string') expect(Buffer.byteLength(cell), `${table}.${column}`).toBeLessThanOrEqual(CELL_BYTES);
    const [comments, cut, list] = ['comments', rows.attributes.at(-2)!['attr_name'], 'list'].map((name) => rows.attributes.find((row) => row['attr_name'] === name));
    expect(comments).toMatchObject({ value_length: JSON.stringify(long).length, value_sha256: expect.stringMatching(/^[0-9a-f]{64}$/), value_json: expect.stringMatching(/^"ü+$/), value_text: expect.stringMatching(/^ü+$/) });
    expect(cut!['value_text']).toBe('first words… [cut: 9000000 bytes]');
    expect(list).toMatchObject({ value_length: JSON.stringify([long, long]).length });
    expect(rows.files[0]!['error_message']).toMatch(/\[cut: 200005 characters, sha256 [0-9a-f]{64}\]$/);
    expect(rows.parts[0]!['part_name']).toMatch(/cut/);
  });
  it('of a file with more attributes than a renderer writes are all there', async () => {
    const store = openStore(join(folder, 'd.duckdb'));
    const { report, identity } = sample();
    const attributes = Array.from({ length: 9000 }, (_, i) => ({ name: `a${i}`, type: 'int', size: 4, value: i }));
    const many = { ...report, parts: [{ ...report.parts[0]!, attributes }] };
    await store.put([{ report: many, identity }, sample({ frame: 7 })]);
    expect((await store.sql("SELECT count(*), count(DISTINCT attr_name), sum(value_int), max(attr_index) FROM attributes WHERE attr_name LIKE 'a%' AND attr_type = 'int'")).rows).toEqual([['9000', '9000', String((9000 * 8999) / 2), 8999]]);
    expect(await store.put([{ report: many, identity }])).toMatchObject({ unchanged: 1 });
    expect(await store.similar({ to: report, collapse: false })).toHaveLength(2);
    await store.close();
  });
});
