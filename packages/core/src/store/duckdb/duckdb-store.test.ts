import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sample, storeContract } from '../contract.spec-util.ts';
import { openStore } from '../index.ts';
import { withDatabase } from './gate.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
const fresh = (): string => join(folder, `${made++}.duckdb`);
const inFile = <T>(file: string, mode: 'read' | 'write', use: Parameters<typeof withDatabase<T>>[4]): Promise<T> => withDatabase(file, mode, [], {}, use);

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

  it('refuses whatever writes or reaches outside', async () => {
    const file = fresh();
    const store = openStore(file);
    await store.put([sample()]);
    const before = readFileSync(file);
    const outside = join(folder, 'outside');
    for (const statement of [
      'DELETE FROM files', "UPDATE files SET status = 'x'", 'INSERT INTO store_info VALUES (1, 2)', 'DROP TABLE files', 'CREATE TEMP TABLE t (a INT)', `COPY files TO '${outside}.csv'`, `ATTACH '${outside}.db'`, 'INSTALL httpfs', 'LOAD json',
      'SET threads = 1', "SET enable_external_access = true", 'PRAGMA database_list', 'CALL pragma_version()', 'CHECKPOINT', `EXPORT DATABASE '${outside}'`, "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM glob('/*')", "SELECT * FROM read_parquet('https://example.com/x.parquet')", 'SELECT 1; DELETE FROM files', 'EXPLAIN ANALYZE DELETE FROM files', 'BEGIN', 'VACUUM', 'PREPARE p AS SELECT 1', '', 'SELEC', '-- nothing',
      "WITH x AS (SELECT * FROM read_blob('/etc/hostname')) SELECT * FROM x", "SELECT * FROM query('DELETE FROM files')",
    ]) {
      await expect(store.sql(statement), statement).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/^sql: /) });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(['.csv', '.db', ''].some((end) => existsSync(outside + end))).toBe(false);
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
    await expect(store.export({ format, target: join(folder, 'no such folder', 'x') })).rejects.toMatchObject({ code: 'READ_FAILED' });
  });
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
    await openStore(damaged).put([sample()]);
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
  await openStore(file).put([sample()]);
  await inFile(file, 'write', async (connection) => {
    await connection.run('ALTER TABLE files DROP COLUMN deleted_at');
    await connection.run('ALTER TABLE parts DROP COLUMN timecode');
  });
  await openStore(file).put([sample({ frame: 1002 })]);
  expect((await openStore(file).sql('SELECT count(*), count(deleted_at) FROM files')).rows).toEqual([['2', '0']]);
  expect((await openStore(file).sql('SELECT count(timecode) FROM parts')).rows).toEqual([['0']]);
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
