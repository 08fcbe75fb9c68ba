/** Statements that mean harm, and stores made by somebody else. Every statement here is harmless where it is run: what it would write goes into a folder of its own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample } from '../contract.spec-util.ts';
import { openStore, type SqlStore, type StoreFilter } from '../index.ts';
import { FUNCTIONS, TABLE_FUNCTIONS } from './sql-words.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const secret = join(folder, 'secret.txt');
const scratch = mkdtempSync(join(folder, 'scratch-'));
const out = join(scratch, 'out');
writeFileSync(secret, 'TOP SECRET');
let made = 0;
const fresh = (): string => join(folder, `${made++}.duckdb`);

/** What a stranger does to a store with DuckDB itself. */
async function tampered(statements: readonly string[]): Promise<string> {
  const file = fresh();
  const store = openStore(file);
  await store.put([sample(), sample({ frame: 1002, codec: 'dwaa' })]);
  await store.close();
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
  return file;
}

describe('a statement', () => {
  let file: string;
  let store: SqlStore;
  beforeAll(async () => {
    file = fresh();
    store = openStore(file);
    await store.put([sample(), sample({ frame: 1002, codec: 'dwaa' })]);
    await store.close();
    store = openStore(file);
  });

  const WRITES = [
    'DELETE FROM files', "UPDATE files SET status = 'x'", 'INSERT INTO store_info VALUES (1, 2)', 'DROP TABLE files', 'CREATE TEMP TABLE t (a INT)', 'CREATE VIEW memory.v AS SELECT 1', 'CREATE MACRO m(a) AS a', 'CREATE TABLE memory.main.t AS SELECT 1', `COPY files TO '${out}.csv'`,
    `COPY (SELECT 1) TO '${out}.parquet'`, `EXPORT DATABASE '${out}'`, 'CHECKPOINT', 'VACUUM', 'ANALYZE', 'BEGIN', 'COMMIT', 'TRUNCATE files', 'ALTER TABLE store_info ADD COLUMN x INT', 'MERGE INTO store_info USING store_info s ON true WHEN MATCHED THEN DELETE',
  ];
  const CHANGES = [
    `ATTACH '${out}.db'`, 'DETACH store', 'USE memory', 'INSTALL httpfs', 'LOAD json', 'FORCE INSTALL spatial', 'SET threads = 1', 'SET enable_external_access = true', 'RESET threads', 'SET VARIABLE x = 1', 'PRAGMA database_list', 'PRAGMA threads=1', 'PRAGMA enable_profiling', 'CALL pragma_version()',
    'CALL enable_logging()', 'PREPARE p AS SELECT 1', 'EXECUTE p', 'DEALLOCATE p', "CREATE SECRET (TYPE s3, KEY_ID 'a')", 'COMMENT ON TABLE store_info IS NULL',
  ];

  it.each([...WRITES, ...CHANGES])('that writes or changes something is refused, plain and behind EXPLAIN: %s', async (statement) => {
    const before = readFileSync(file);
    for (const way of [statement, `EXPLAIN ${statement}`, `-- x\nexplain/**/ analyze\n${statement}`, `EXPLAIN (ANALYZE, FORMAT json) ${statement}`, `SELECT 1; ${statement}`]) {
      await expect(store.sql(way), way).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/^sql: /) });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it.each([
    "FROM read_text('/x')", "SELECT * FROM read_csv('/x')", "SELECT * FROM '/x.csv'", 'SELECT * FROM "/x.parquet"', "SELECT * FROM glob('/*')", "SELECT * FROM read_parquet('https://example.com/x.parquet')", "WITH x AS (SELECT * FROM read_blob('/x')) SELECT * FROM x",
    "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('files')", "SELECT * FROM query('DELETE FROM files')", 'SELECT * FROM duckdb_settings()', 'SELECT * FROM duckdb_secrets()', 'SELECT * FROM duckdb_settings', 'SELECT * FROM information_schema.tables', 'SELECT * FROM pg_catalog.pg_class',
    'SELECT * FROM sqlite_master', 'SELECT * FROM store.main.files', 'SELECT * FROM main.files', 'SELECT * FROM pragma_table_info(\'files\')', 'SELECT * FROM pragma_version()', 'FROM checkpoint()', 'FROM force_checkpoint()', 'FROM enable_logging()', 'FROM seq_scan(\'files\')', "SELECT getenv('HOME')",
    "SELECT current_setting('temp_directory')", "SELECT getvariable('x')", 'SELECT nextval(\'s\')', 'SELECT setseed(0.5)', 'SELECT current_query()', 'SELECT version()', 'SELECT pg_sleep(60)', 'SELECT sleep_ms(60000)', "SELECT write_log('x')", "SELECT json_serialize_sql('SELECT 1')",
    "FROM json_execute_serialized_sql('{}')", 'SELECT store.main.f(1)', 'SELECT x.upper() FROM files', 'SHOW DATABASES', 'SHOW ALL TABLES', 'SHOW SETTINGS', 'SELECT $1', 'SELECT ?', 'SELECT [read_text(x) for x in [1]]', 'SELECT list_transform([1], x -> getvariable(\'a\'))',
    'SELECT (SELECT content FROM read_text(\'/x\'))', 'SELECT 1 WHERE EXISTS (FROM glob(\'*\'))', 'SELECT count(*) FILTER (WHERE getvariable(\'x\')) FROM files', 'SELECT sum(1) OVER (ORDER BY current_setting(\'x\')) FROM files', 'SELECT * REPLACE (getvariable(\'x\') AS path) FROM files',
    'WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT * FROM duckdb_settings', 'SELECT (WITH duckdb_settings AS (SELECT 1) SELECT 1) FROM duckdb_settings', 'WITH RECURSIVE duckdb_settings AS (SELECT 1 AS a UNION ALL SELECT 1 FROM duckdb_secrets) FROM duckdb_settings',
    'SELECT 1 LIMIT (SELECT count(*) FROM glob(\'*\'))', 'SELECT 1 ORDER BY (SELECT 1 FROM glob(\'*\'))', 'SELECT * FROM files AT (VERSION => 1)', 'PIVOT files ON status', 'SELECT repeat(\'x\', 100000000)', 'SELECT lpad(\'x\', size_bytes, \' \') FROM files', 'SELECT printf(\'%999999999d\', 1)', 'SELECT range(100000000)',
    '', ' ', ';', '-- nothing', 'SELEC', 'EXPLAIN', 'EXPLAIN EXPLAIN SELECT 1', 'SELECT 1; SELECT 2', 'SELECT 1; DELETE FROM files',
  ])('that reaches for what it may not have is refused before it runs: %s', async (statement) => {
    await expect(store.sql(statement)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/^sql: /) });
    if (!statement.startsWith('EXPLAIN')) await expect(store.sql(`EXPLAIN ${statement}`)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each([
    ['SELECT compression, count(*) AS n FROM parts GROUP BY ALL ORDER BY ALL', [['dwaa', '1'], ['zip', '1']]], ['FROM files SELECT count(*)', [['2']]], ["SELECT count(*) FROM files f JOIN channels c USING (file_id) WHERE c.channel_name ~ '^[RGB]$' AND f.file_path LIKE '%beauty%'", [['6']]],
    ['WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t', [['15']]], ['SELECT frame_number, frame_number - lag(frame_number) OVER (ORDER BY frame_number) FROM files ORDER BY 1', [[1001, null], [1002, 1]]],
    ["SELECT list_transform([1, 2], x -> x + 1), [x * 2 FOR x IN [1, 2]], {'a': 1}.a, map {'k': 1}['k'], json_extract('{\"a\": 1}', '$.a')", [[[2, 3], [2, 4], 1, 1, '1']]], ["SELECT lpad('7', 4, '0'), upper('a') || 'b', coalesce(NULL, 1), nullif(1, 1), date '2026-01-02' + interval 1 day", [['0007', 'Ab', 1, null, '2026-01-03 00:00:00']]],
    ['SELECT x FROM range(3) t(x) EXCEPT SELECT 1 ORDER BY 1', [['0'], ['2']]], ['SELECT unnest([1, 2])', [[1], [2]]], ['VALUES (1), (2)', [[1], [2]]], ['SELECT a.x FROM (SELECT 1 AS x) a, LATERAL (SELECT a.x) b', [[1]]], ['WITH files AS (SELECT 5 AS n) SELECT n FROM files', [[5]]],
  ])('that asks is answered: %s', async (statement, rows) => {
    expect((await store.sql(statement)).rows).toEqual(rows);
    const plan = await store.sql(`EXPLAIN ${statement}`);
    expect(plan.columns.map(({ name }) => name)).toEqual(['explain_key', 'explain_value']);
  });
  it.each(['DESCRIBE files', 'SUMMARIZE files', 'SHOW TABLES', 'DESCRIBE SELECT 1', 'TABLE store_info', 'SELECT * FROM attributes LIMIT 1'])('about the tables is answered: %s', async (statement) => {
    expect((await store.sql(statement)).rows.length).toBeGreaterThan(0);
  });
  it('EXPLAIN does not execute', async () => {
    expect((await store.sql("EXPLAIN SELECT error('executed')")).rows).toHaveLength(1);
    await expect(store.sql("SELECT error('executed')")).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('executed') });
  });

  it('has an end: rows, bytes, values, time', async () => {
    expect(await store.sql('SELECT * FROM range(100)', { maxRows: 5 })).toMatchObject({ rows: [['0'], ['1'], ['2'], ['3'], ['4']], cut: true, cutBy: 'rows' });
    expect(await store.sql('SELECT * FROM range(5)', { maxRows: 5 })).toMatchObject({ cut: false, cutBy: null });
    const wide = await store.sql("SELECT repeat('x', 10000) FROM range(1000)", { limits: { bytes: 100_000 } });
    expect(wide).toMatchObject({ cut: true, cutBy: 'bytes' });
    expect(wide.rows).toHaveLength(9);
    const long = await store.sql("SELECT repeat('x', 5000), repeat(['y'], 2000)", { limits: { valueLength: 10 } });
    expect(long).toMatchObject({ cut: false, cutValues: 2 });
    expect(long.rows[0]![0]).toBe('xxxxxxxxxx… (5000 characters)');
    await expect(store.sql('SELECT count(*) FROM range(100000000000) a, range(100000000000) b', { limits: { seconds: 0.3 } })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'seconds' } });
  });
  it('that takes too much memory is ended, and the next one is answered', async () => {
    await expect(store.sql("WITH RECURSIVE r AS (SELECT 'xxxxxxxx' AS s, 0 AS i UNION ALL SELECT s || s, i + 1 FROM r WHERE i < 28) SELECT max(length(s)) FROM r")).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('memory') });
    expect((await store.sql('SELECT 1')).rows).toEqual([[1]]);
  });
  it.each([
    ["'a' LIKE 'A', 'aXb' LIKE 'a_b', 'A_B' ILIKE 'a\\_b' ESCAPE '\\', 'AxB' ILIKE 'a\\_b' ESCAPE '\\', 'a%' NOT LIKE 'a!%' ESCAPE '!', NULL LIKE 'a', 'x' NOT ILIKE 'X', 'a%b\\c' LIKE 'a\\%b%'", [false, true, true, false, false, null, false, false]],
    ["'abc' GLOB 'a[a-c]?', 'abc' GLOB 'a[!b]c', 'axc' GLOB '*[!b]c', regexp_matches('xAy', '(?i)a'), regexp_matches('xAy', 'a', 'i'), regexp_matches('xAy', '^a')", [true, false, true, true, true, false]],
    ["levenshtein('kitten', 'sitting'), repeat('ab', 3), [x LIKE 'a%' FOR x IN ['ab', 'b']]", ['3', 'ababab', [true, false]]],
  ])('words that are bounded say what DuckDB says: %s', async (columns, row) => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const theirs = (await connection.runAndReadAll(`SELECT ${columns}`)).getRowsJson();
    connection.closeSync();
    instance.closeSync();
    expect((await store.sql(`SELECT ${columns}`)).rows).toEqual(theirs);
    expect(theirs).toEqual([row]);
  });
  it.each([
    "repeat('a', 9000) ILIKE '%a%a%a%b'", "repeat('a', 9000) LIKE '%a%_a%a%b'", "repeat('a', 9000) NOT ILIKE '%a%a%a%b' ESCAPE '!'", "repeat('a', 9000) GLOB '*a*a*a*b'", "regexp_matches(repeat('a', 9000), '(?s)^.*a.*a.*a.*b$')",
  ])('of many wildcards takes time that follows the text: %s', async (expression) => {
    const before = process.cpuUsage();
    expect((await store.sql(`SELECT ${expression}`)).rows).toHaveLength(1);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
  it.each(["repeat(repeat('x', 10000), 10000)", "levenshtein(repeat('a', 600), 'b')"])('that takes more than its length says is refused: %s', async (expression) => {
    await expect(store.sql(`SELECT ${expression}`)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('at most') });
  });
  it('is ended by a signal', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 200);
    const begin = performance.now();
    await expect(store.sql('SELECT count(*) FROM range(100000000000) a, range(100000000000) b', { signal: abort.signal })).rejects.toBe(reason);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});

it('every word that is allowed is one of DuckDB, and none of a list of dangerous ones', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const known = new Set((await connection.runAndReadAll('SELECT lower(function_name) FROM duckdb_functions()')).getRowsJS().map(([name]) => String(name)));
  connection.closeSync();
  instance.closeSync();
  // Words of the grammar.
  expect([...FUNCTIONS].filter((name) => !known.has(name))).toEqual(['->', 'coalesce', 'try', 'grouping']);
  const dangerous = [...known].filter((name) => /^(read_|parquet_|duckdb_|pragma_|query|sniff|glob|getenv|getvariable|current_setting|write_|sleep|pg_sleep|json_(de)?serialize|json_execute|which_secret|set|enable_|disable_|checkpoint|force_|nextval|currval|seq_scan|sql_auto)/.test(name) && name !== 'set_bit');
  expect(dangerous.length).toBeGreaterThan(50);
  expect(dangerous.filter((name) => FUNCTIONS.has(name) || TABLE_FUNCTIONS.has(name))).toEqual([]);
});

describe("a stranger's store", () => {
  const everyone = async (file: string, filter: StoreFilter = {}): Promise<string> => {
    const store = openStore(file);
    const rows = [];
    for await (const row of store.query(filter)) rows.push(row);
    const told = JSON.stringify([
      rows, await store.similar({ to: sample().report }), await store.summary(), await store.known(null), await store.suspects('failed'), (await store.sql('SELECT * FROM files')).rows, (await store.sql('SELECT * FROM parts')).rows,
    ]);
    for (const table of ['files', 'attributes'] as const) await store.export({ format: 'ndjson', table, target: join(folder, `told-${table}`) });
    await store.close();
    return told + readFileSync(join(folder, 'told-files'), 'utf8');
  };

  it('with views that read files: its own views are not used', async () => {
    const file = await tampered(['files', 'parts', 'attributes', 'channels'].map((view) => `CREATE OR REPLACE VIEW ${view} AS SELECT content AS file_id, content AS file_path, * FROM read_text('${secret}')`));
    const told = await everyone(file);
    expect(told).not.toContain('TOP SECRET');
    expect(told).toContain('beauty.1002');
  });
  it('with macros in the names of functions: they are not used, and nothing is written into it', async () => {
    const file = await tampered([
      `CREATE MACRO starts_with(a, b) AS (SELECT content FROM read_text('${secret}'))`, `CREATE MACRO "left"(a, b) AS (SELECT content FROM read_text('${secret}'))`, `CREATE MACRO array_cosine_distance(a, b) AS 0.0`, 'CREATE MACRO greatest(a, b) AS 0', 'CREATE MACRO upper(a) AS \'MACRO\'',
    ]);
    const told = await everyone(file, { under: '/jobs' });
    expect(told).not.toContain('TOP SECRET');
    expect(told).toContain('beauty.1002');
    const store = openStore(file);
    expect((await store.sql("SELECT upper('a')")).rows).toEqual([['A']]);
    await expect(store.sql("SELECT store.main.upper('a')")).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(store.put([sample({ frame: 5 })])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('macro') });
  });
  it.each([
    ['a table that is a view', ['ALTER TABLE file_rows RENAME TO kept', `CREATE VIEW file_rows AS SELECT k.* REPLACE (t.content AS error_message) FROM kept k, read_text('${secret}') t`], /file_rows is a view/],
    ['store_info as a view', ['ALTER TABLE store_info RENAME TO kept', 'CREATE VIEW store_info AS SELECT * FROM kept'], /store_info is a view/],
    ['a computed column', ['CREATE TABLE other AS FROM part_sets', 'DROP TABLE part_sets CASCADE', "CREATE TABLE part_sets (content INTEGER, part_index INTEGER, part_name VARCHAR GENERATED ALWAYS AS (getvariable('x')))"], /expressions/],
    ['a default', ["ALTER TABLE stats ADD COLUMN mine VARCHAR DEFAULT (current_setting('temp_directory'))"], /expressions/],
    ['a check', ['DROP TABLE findings', 'CREATE TABLE findings (file_id VARCHAR, CHECK (length(file_id) > 0))'], /expressions/],
    ['a column of another type', ['ALTER TABLE file_rows ALTER size_bytes TYPE VARCHAR'], /size_bytes is VARCHAR, expected BIGINT/],
  ] as const)('with %s is refused by everything that opens it', async (_, statements, message) => {
    const views = ['files', 'parts', 'channels', 'attributes'].map((view) => `DROP VIEW IF EXISTS ${view}`);
    const file = await tampered([...views, ...statements]);
    for (const open of [
      (store: SqlStore) => store.summary(), (store: SqlStore) => store.sql('SELECT 1'), (store: SqlStore) => store.similar({ to: 'x' }), (store: SqlStore) => store.known(null), (store: SqlStore) => store.put([sample({ frame: 7 })]),
      (store: SqlStore) => store.export({ format: 'csv', target: join(scratch, 'rows.csv') }),
    ]) {
      const store = openStore(file);
      await expect(open(store)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) });
      await store.close();
    }
    expect(existsSync(join(scratch, 'rows.csv'))).toBe(false);
  });
  it('with tables, views and schemas of its own beside ours is read as before', async () => {
    const file = await tampered(["CREATE TABLE notes (a INT DEFAULT 5, b VARCHAR)", "CREATE VIEW mine AS SELECT 'mine'", 'CREATE SCHEMA information_schema_2', 'CREATE SCHEMA x', `CREATE VIEW x.tables AS SELECT * FROM read_text('${secret}')`]);
    expect(await everyone(file)).toContain('beauty.1002');
    const store = openStore(file);
    expect(await store.put([sample({ frame: 9 })])).toMatchObject({ inserted: 1 });
    await expect(store.sql('SELECT * FROM mine')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('there is no table "mine"') });
    await store.close();
  });
});
