import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { sample, storeContract } from '../contract.spec-util.ts';
import { openStore, TABLES, type InspectedFile } from '../index.ts';
import { withDatabase } from './gate.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
const fresh = (): string => join(folder, `${made++}.duckdb`);
const inFile = <T>(file: string, mode: 'read' | 'write', use: (connection: DuckDBConnection) => Promise<T>): Promise<T> => withDatabase(file, mode, { lingerMs: 0 }, async (connection) => {
  await connection.run('USE store');
  return use(connection);
});

storeContract('DuckDB', async () => {
  const file = fresh();
  const store = openStore(file);
  return {
    store,
    rows: (table) => inFile(file, 'read', async (connection) => {
      const result = await connection.runAndReadAll(`SELECT * FROM ${table} ORDER BY ALL`);
      return result.getRowObjectsJS().map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value])));
    }),
    dispose: async () => rmSync(file, { force: true }),
  };
});

describe('sql', () => {
  it('reads', async () => {
    const store = openStore(fresh());
    await store.put([sample(), sample({ frame: 1002, codec: 'dwaa' })]);
    expect(await store.sql('SELECT p.compression, count(*) AS n, 2::HUGEINT^70 AS big FROM files f JOIN parts p USING (file_id) GROUP BY ALL ORDER BY 1')).toMatchObject({ columns: [{ name: 'compression', type: 'VARCHAR' }, { name: 'n' }, { name: 'big' }], rows: [['dwaa', '1', expect.anything()], ['zip', '1', expect.anything()]], cut: false });
    expect(await store.sql('SELECT channel_name, array_cosine_similarity(channel_fingerprint, channel_fingerprint) FROM channels WHERE channel_fingerprint IS NOT NULL')).toMatchObject({ rows: [['R', 1], ['R', 1]] });
    expect((await store.sql('SELECT * FROM range(100)', { maxRows: 5 })).cut).toBe(true);
    expect(await store.sql('EXPLAIN SELECT 1')).toMatchObject({ cut: false });
  });
});

describe('where', () => {
  it('refuses what it does not know, with the place', async () => {
    const store = openStore(fresh());
    await store.put([sample()]);
    for (const [where, message] of [
      ['widht > 1', 'no column "widht" at character 1'], ["compression = 'none' and", 'the expression ends'], ['width >', 'the expression ends'], ["width = 'x'", 'width is a number'], ['1 = 1', 'expected the name of a column'], ["compression = 'a'; DROP TABLE files", 'cannot read ";'],
      ["compression = (SELECT 1)", 'expected a value'], [`${'('.repeat(500)}width > 1`, 'nested'], ['width', 'expected an operator'], ["compression = 'unclosed", 'cannot read'],
    ] as const) {
      await expect((async () => { for await (const row of store.query({ where })) void row; })(), where).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });
    }
  });
});

describe('export', () => {
  it.each(['parquet', 'csv', 'ndjson'] as const)('writes %s to a path of any name', async (format) => {
    const store = openStore(fresh());
    await store.put([sample(), sample({ frame: 1002, codec: 'none' })]);
    const target = join(folder, `it's "odd"\n*?[x] ü.${format}`);
    expect(await store.export({ format, target, table: 'parts', filter: { where: 'compression = none' } })).toBe(1);
    if (format === 'parquet') expect(readFileSync(target).subarray(0, 4).toString()).toBe('PAR1');
    else expect(readFileSync(target, 'utf8')).toContain('none');
    if (format === 'ndjson') expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({ compression: 'none', width: 1920 });
    await expect(store.export({ format, target: join(folder, 'no such folder', 'x') })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});

it('CSV for spreadsheets holds no formulas; for programs texts as they are', async () => {
  const store = openStore(fresh());
  await store.put([sample({ attributes: { comments: '=1+1', take: -7, esc: '\x1b[2J' } })]);
  const lines = async (csvRaw: boolean): Promise<string> => {
    const target = join(folder, 'rows.csv');
    await store.export({ format: 'csv', table: 'attributes', target, csvRaw });
    return readFileSync(target, 'utf8');
  };
  expect(await lines(false)).toMatch(/^file_id,file_path,part_index,[^]*,'=1\+1,[^]*,-7,-7,-7,[^]*,\\x1b\[2J,/);
  // eslint-disable-next-line no-control-regex
  expect(await lines(true)).toMatch(/,=1\+1,[^]*,\x1b\[2J,/);
});

describe('files that are not stores', () => {
  it('a missing one', async () => {
    await expect(openStore(fresh()).summary()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('exr index') });
    expect(await openStore(fresh()).known(null)).toEqual([]);
  });
  it('garbage, and a store that was damaged', async () => {
    const garbage = fresh();
    writeFileSync(garbage, 'not a database '.repeat(1000));
    await expect(openStore(garbage).put([sample()])).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('move it aside') });
    expect(readFileSync(garbage, 'utf8')).toBe('not a database '.repeat(1000));
    const damaged = fresh();
    const writer = openStore(damaged);
    await writer.put([sample()]);
    await writer.close();
    const bytes = readFileSync(damaged);
    writeFileSync(damaged, bytes.fill(7, 4096, 12288));
    await expect(openStore(damaged).summary()).rejects.toMatchObject({ code: 'READ_FAILED' });
  });
  it("somebody else's database", async () => {
    const file = fresh();
    await inFile(file, 'write', (connection) => connection.run('CREATE TABLE accounts (id INT)'));
    await expect(openStore(file).put([sample()])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('accounts') });
  });
  it('a store of a newer version is left as it is', async () => {
    const file = fresh();
    await openStore(file).put([sample()]);
    await inFile(file, 'write', (connection) => connection.run("UPDATE store_info SET value = '99'"));
    await expect(openStore(file).put([sample({ frame: 5 })])).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION', message: expect.stringContaining('use a newer exr') });
    await expect(openStore(file).summary()).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    expect(await inFile(file, 'read', async (connection) => (await connection.runAndReadAll('SELECT count(*) FROM files')).getRowsJS())).toEqual([[1n]]);
  });
});

it('brings a store that lacks columns up to date', async () => {
  const file = fresh();
  const store = openStore(file);
  await store.put([sample()]);
  await inFile(file, 'write', async (connection) => {
    for (const view of ['files', 'parts']) await connection.run(`DROP VIEW ${view}`);
    await connection.run('ALTER TABLE file_rows DROP COLUMN deleted_at');
    await connection.run('ALTER TABLE part_sets DROP COLUMN timecode');
  });
  await store.close();
  await openStore(file).put([sample({ frame: 1002 })]);
  expect((await openStore(file).sql('SELECT count(*), count(deleted_at) FROM files')).rows).toEqual([['2', '0']]);
  expect((await openStore(file).sql('SELECT count(timecode) FROM parts')).rows).toEqual([['0']]);
});

/** The store as the first exr kept it: every file with rows of its own in every table. */
async function asFirstLayout(file: string): Promise<void> {
  await inFile(file, 'write', async (connection) => {
    for (const [table, select] of [['files', '* FROM files'], ['parts', '* FROM parts'], ['attributes', '* FROM attributes'], ['channel_rows', '* EXCLUDE channel_fingerprint FROM channels']]) await connection.run(`CREATE TABLE old_${table} AS SELECT ${select}`);
    for (const view of ['files', 'parts', 'channels', 'attributes']) await connection.run(`DROP VIEW ${view}`);
    for (const table of ['file_rows', 'vector_sets', 'channel_sets', 'part_sets', 'attribute_values', 'content_keys']) await connection.run(`DROP TABLE ${table}`);
    for (const table of ['files', 'parts', 'attributes', 'channel_rows']) await connection.run(`ALTER TABLE old_${table} RENAME TO ${table}`);
    await connection.run("UPDATE store_info SET value = '1' WHERE key = 'store_version'");
  });
}
const everything = async (file: string): Promise<unknown[]> => Promise.all(TABLES.map(async ({ name }) => (await openStore(file).sql(`SELECT * FROM ${name} ORDER BY ALL`)).rows));

it('brings a store of the first layout up to date without losing a row', async () => {
  const file = fresh();
  const store = openStore(file);
  await store.put([
    ...[1001, 1002, 1003].map((frame) => sample({ frame, attributes: { owner: 'Zoë', take: frame, empty: '', "it's": 'a,"b"\nnull' } })), sample({ name: 'other', channels: ['Y'], stats: true }), sample({ name: 'bad', unreadable: true }), sample({ bucket: 'b', folder: 'x' }),
  ]);
  await store.remove([sample({ bucket: 'b', folder: 'x' }).identity]);
  const before = await everything(file);
  await asFirstLayout(file);
  await store.close();
  expect(await everything(file)).toEqual(before);
  const again = openStore(file);
  expect(await again.put([sample({ attributes: { owner: 'Zoë', take: 1001, empty: '', "it's": 'a,"b"\nnull' } }), sample({ frame: 1004 })])).toMatchObject({ unchanged: 1, inserted: 1 });
  expect(await again.summary()).toMatchObject({ files: 6 });
  expect(await again.similar({ to: sample({ frame: 9 }).report, collapse: false })).toHaveLength(5);
});

/** The store as its third version kept it: the vectors in the rows of the files. */
async function asThirdLayout(file: string): Promise<void> {
  await inFile(file, 'write', async (connection) => {
    for (const view of ['files', 'parts', 'channels', 'attributes']) await connection.run(`DROP VIEW ${view}`);
    await connection.run('CREATE TABLE old_rows AS SELECT f.* EXCLUDE vector_set, v.metadata_embedding, v.channel_embedding FROM file_rows f LEFT JOIN vector_sets v ON v.content = f.vector_set');
    for (const table of ['file_rows', 'vector_sets']) await connection.run(`DROP TABLE ${table}`);
    await connection.run('ALTER TABLE old_rows RENAME TO file_rows');
    await connection.run("UPDATE store_info SET value = '3' WHERE key = 'store_version'");
  });
}

it.each(['reading', 'writing'])('a store of the third version is brought up to date by %s, without losing a row', async (first) => {
  const file = fresh();
  const store = openStore(file);
  await store.put([...[1001, 1002, 1003].map((frame) => sample({ frame })), sample({ name: 'other', channels: ['Y'] }), sample({ name: 'bad', unreadable: true }), sample({ bucket: 'b', folder: 'x' })]);
  await store.remove([sample({ bucket: 'b', folder: 'x' }).identity]);
  const before = await everything(file);
  await asThirdLayout(file);
  await store.close();
  const again = openStore(file);
  if (first === 'writing') expect(await again.put([sample()])).toMatchObject({ unchanged: 1 });
  else expect(await everything(file)).toEqual(before);
  expect(await again.similar({ to: sample({ frame: 9 }).report, collapse: false })).toHaveLength(4);
  expect((await again.sql('SELECT count(*), count(DISTINCT content) FROM vector_sets')).rows).toEqual([['2', '2']]);
  expect(await again.put([sample({ frame: 1004 })])).toMatchObject({ inserted: 1 });
  expect((await again.sql("SELECT value FROM store_info WHERE key = 'store_version'")).rows).toEqual([['5']]);
});

it('takes out what replaced files leave behind, and keeps what others have', async () => {
  const file = fresh();
  const store = openStore(file);
  const batch = (version: number): InspectedFile[] => Array.from({ length: 600 }, (_, i) => sample({ frame: i, size: version, attributes: { owner: 'Zoë', ticket: `${version} ${i}` } }));
  for (const version of [1, 2, 3]) await store.put(batch(version));
  const count = async (what: string): Promise<number> => Number(await inFile(file, 'read', async (connection) => (await connection.runAndReadAll(`SELECT count(*) FROM ${what}`)).getRowsJS()[0]![0]));
  expect(await count('attribute_values')).toBeLessThanOrEqual(602);
  expect(await count("attributes WHERE attr_name = 'ticket' AND value_text LIKE '3 %'")).toBe(600);
  expect(await count('attributes')).toBe(1800);
  expect(await count('channels')).toBe(2400);
});

it('sums up what it holds', async () => {
  const store = openStore(fresh());
  await store.put([sample(), sample({ frame: 1002, codec: 'none', size: 3_000_000 }), sample({ name: 'bad', unreadable: true })]);
  expect(await store.summary()).toMatchObject({ files: 3, bytes: 3_002_000, sequences: 2, byCompression: [{ name: 'none', files: 1 }, { name: 'zip', files: 1 }], byError: [{ name: 'NOT_EXR', files: 1 }], bySize: [{ name: 'below 1 MiB', files: 2 }, { name: '1–10 MiB', files: 1 }] });
});

it('several stores on one file in one process take turns', async () => {
  const file = fresh();
  await Promise.all(Array.from({ length: 8 }, (_, i) => openStore(file).put([sample({ frame: 1000 + i }), sample({ frame: 1 })])));
  expect((await openStore(file).sql('SELECT count(*), count(DISTINCT file_id), sum(inspection_count) FROM files')).rows).toEqual([['9', '9', '16']]);
});
