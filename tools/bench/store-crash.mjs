/**
 * What the store must survive: kill -9 at random moments, and four processes at once. Needs a build of packages/core.
 *   node tools/bench/store-crash.mjs [--kills 20] [--seed 1]
 * A part of it runs as a test (store-crash.test.mjs).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openStore } from '@exr/core/store';
import { frameOf, random, templates } from './retrieval/generator.mjs';
import { TUNED } from './retrieval/vocabulary.mjs';

const self = fileURLToPath(import.meta.url);
const BATCH = 40;
const made = templates(TUNED, 10, 5);

function inspected(writer, number, version) {
  const report = frameOf(made[number % made.length], 1001, random(number));
  const path = `/jobs/w${writer}/f${number}.1001.exr`;
  return { report: { ...report, file: { ...report.file, path, header_hash: `v${version}` } }, identity: { bucket: null, path, sizeBytes: version, mtime: '2026-01-01T00:00:00.000Z' } };
}

/** Puts batch after batch, and says after each that it is in. Every third batch is put again with a new version: the replacing path is killed too. */
async function write(file, writer, first, batches) {
  const store = openStore(file, { lockTimeoutMs: 60_000 });
  for (let batch = first; batch < first + batches; batch++) {
    const files = (version) => Array.from({ length: BATCH }, (_, i) => inspected(writer, batch * BATCH + i, version));
    await store.put(files(1));
    process.stdout.write(`${batch} 1\n`);
    if (batch % 3 === 0) {
      await store.put(files(2));
      process.stdout.write(`${batch} 2\n`);
    }
  }
}

/** Asks again and again; a batch is seen whole or not at all. */
async function read(file, milliseconds) {
  const store = openStore(file, { lockTimeoutMs: 60_000 });
  let asked = 0;
  for (const end = Date.now() + milliseconds; Date.now() < end; asked++) {
    const { rows } = await store.sql('SELECT count(*), count(DISTINCT file_id), (SELECT count(*) FROM parts) FROM files').catch((error) => (error.code === 'INVALID_ARGUMENT' ? { rows: [['0', '0', '0']] } : Promise.reject(error)));
    const [files, ids, parts] = rows[0].map(Number);
    if (files !== ids || files !== parts || files % BATCH !== 0) throw new Error(`a reader saw ${files} files, ${ids} ids, ${parts} parts`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.stdout.write(`asked ${asked}\n`);
}

function child(...args) {
  const process_ = spawn(process.execPath, [self, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, errors] = ['', ''];
  process_.stdout.on('data', (data) => (out += data));
  process_.stderr.on('data', (data) => (errors += data));
  return { process: process_, lines: () => out.split('\n').slice(0, -1), errors: () => errors, ended: once(process_, 'close') };
}

/** Throws unless the store holds exactly whole batches, `said` ones at least, and nothing lost or doubled. */
async function check(file, said) {
  const store = openStore(file, { lockTimeoutMs: 60_000 });
  const one = async (statement) => Number((await store.sql(statement)).rows[0][0]);
  const wrong = [];
  const expect = (what, found, wanted) => found === wanted || wrong.push(`${what}: ${found}, expected ${wanted}`);
  const files = await one('SELECT count(*) FROM files');
  expect('distinct ids', await one('SELECT count(DISTINCT file_id) FROM files'), files);
  expect('files beside whole batches', files % BATCH, 0);
  expect('parts', await one('SELECT count(*) FROM parts'), files);
  expect('files whose channels are not what they say', await one('SELECT count(*) FROM files f LEFT JOIN (SELECT file_id, count(*) AS n FROM channels GROUP BY 1) c USING (file_id) WHERE f.channel_count IS DISTINCT FROM c.n'), 0);
  expect('doubled attributes', await one('SELECT count(*) FROM (SELECT 1 FROM attributes GROUP BY file_id, part_index, attr_index HAVING count(*) > 1)'), 0);
  expect('files without attributes', await one('SELECT count(*) FROM files f ANTI JOIN attributes a USING (file_id)'), 0);
  expect('batches of mixed versions', await one(`SELECT count(*) FROM (SELECT 1 FROM files GROUP BY split_part(file_path, '/', 3), CAST(regexp_extract(file_name, 'f(\\d+)', 1) AS INT) // ${BATCH} HAVING count(DISTINCT header_hash) > 1 OR count(*) <> ${BATCH})`), 0);
  for (const { writer, batch, version } of said) {
    const there = await one(`SELECT count(*) FROM files WHERE starts_with(file_path, '/jobs/w${writer}/') AND CAST(regexp_extract(file_name, 'f(\\d+)', 1) AS INT) // ${BATCH} = ${batch} AND size_bytes >= ${version}`);
    expect(`files of writer ${writer}, batch ${batch}, version ${version} or later`, there, BATCH);
  }
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  return files;
}

const saidBy = (writer, lines) => lines.map((line) => line.split(' ').map(Number)).map(([batch, version]) => ({ writer, batch, version }));

/** Kills a writer at `kills` random moments; after each the store must hold what was said to be in, whole, and take more. */
export async function crash({ kills, seed }) {
  const folder = mkdtempSync(join(tmpdir(), 'exr-crash-'));
  const file = join(folder, 'store.duckdb');
  const rng = random(seed);
  const moments = [];
  try {
    const said = [];
    for (let kill = 0, next = 0; kill < kills; kill++) {
      const writer = child('write', file, 0, next, 1000);
      // A quarter of them while the file is opened and first written; the others counted from the first batch that is in, however busy the machine is.
      const moment = 100 + rng.below(1500);
      if (rng.below(4) > 0) await Promise.race([once(writer.process.stdout, 'data'), writer.ended]);
      await new Promise((resolve) => setTimeout(resolve, moment));
      writer.process.kill('SIGKILL');
      await writer.ended;
      if (writer.errors() !== '') throw new Error(writer.errors());
      const lines = saidBy(0, writer.lines());
      said.push(...lines);
      next = Math.max(next, ...lines.map(({ batch }) => batch + 2)); // one that was underway is left alone: it is there whole, or not
      if (said.length > 0) moments.push({ moment, said: lines.length, files: await check(file, said.slice(-12)) });
    }
    if (moments.length === 0) throw new Error('no writer had written anything when it was killed');
    await openStore(file).put([inspected(9, 0, 1)]);
    return moments;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two writers and two readers on one file. */
export async function together({ batches }) {
  const folder = mkdtempSync(join(tmpdir(), 'exr-together-'));
  const file = join(folder, 'store.duckdb');
  try {
    const writers = [child('write', file, 0, 0, batches), child('write', file, 1, 0, batches)];
    const readers = [child('read', file, 2500), child('read', file, 2500)];
    for (const one of [...writers, ...readers]) {
      const [code] = await one.ended;
      if (code !== 0) throw new Error(one.errors());
    }
    const files = await check(file, writers.flatMap((writer, i) => saidBy(i, writer.lines())));
    if (files !== 2 * batches * BATCH) throw new Error(`${files} files, expected ${2 * batches * BATCH}`);
    return { files, asked: readers.map((reader) => reader.lines().join()) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === self) {
  const [mode, file, ...numbers] = process.argv.slice(2);
  if (mode === 'write') await write(file, ...numbers.map(Number));
  else if (mode === 'read') await read(file, Number(numbers[0]));
  else {
    const { values } = parseArgs({ options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } } });
    const moments = await crash({ kills: Number(values.kills), seed: Number(values.seed) });
    console.table(moments);
    console.log(`${values.kills} kills: nothing lost, nothing doubled, no batch in part`);
    console.log('two writers, two readers:', await together({ batches: 8 }));
  }
}
