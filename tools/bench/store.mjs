/**
 * The store at 100,000 files (generated reports): indexing, indexing again, finding, similar, memory; a plain INSERT loop beside it. Needs a build.
 *   node tools/bench/store.mjs [--files 100000] [--batch 1000] [--inserts 500]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore, rowsOf, tableNamed, TABLES } from '@exr/core/store';
import { frameOf, random, templates } from './retrieval/generator.mjs';
import { VOCABULARIES } from './retrieval/vocabulary.mjs';

const { values } = parseArgs({ options: { files: { type: 'string', default: '100000' }, batch: { type: 'string', default: '1000' }, inserts: { type: 'string', default: '500' } } });
const [total, batch, inserts] = [Number(values.files), Number(values.batch), Number(values.inserts)];
const folder = mkdtempSync(join(tmpdir(), 'exr-bench-'));
const store = openStore(join(folder, 'bench.duckdb'));

const made = VOCABULARIES.flatMap((vocabulary, i) => templates(vocabulary, 40, i + 1));
/** Frame `i` of the whole: 100 frames a sequence. Reports are made before the clock starts. */
function inspected(i) {
  const sequence = Math.floor(i / 100);
  const report = frameOf(made[sequence % made.length], 1001 + (i % 100), random(i));
  const path = `/jobs/show${sequence % 7}/seq${sequence}/beauty.${1001 + (i % 100)}.exr`;
  return { report: { ...report, file: { ...report.file, path } }, identity: { bucket: null, path, sizeBytes: report.file.size_bytes, mtime: report.file.mtime } };
}

let peak = 0;
const sampler = globalThis.setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
/** What a busy machine cannot blur: CPU seconds of this process, both its threads and DuckDB's. */
function cpuSeconds(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
async function pass(name) {
  let spent = 0;
  let cpu = 0;
  for (let from = 0; from < total; from += batch) {
    const files = Array.from({ length: Math.min(batch, total - from) }, (_, i) => inspected(from + i));
    const [started, used] = [performance.now(), process.cpuUsage()];
    await store.put(files);
    spent += performance.now() - started;
    cpu += cpuSeconds(used);
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  console.log(`${name}: ${total} files in ${(spent / 1000).toFixed(1)} s = ${Math.round(total / (spent / 1000))} files/s; ${cpu.toFixed(1)} s of CPU = ${Math.round(total / cpu)} files per CPU second (peak ${mib(peak)})`);
}
async function timed(name, work, runs = 5) {
  const times = [];
  const used = process.cpuUsage();
  let result;
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    result = await work();
    times.push(performance.now() - started);
  }
  console.log(`${name}: median ${times.sort((a, b) => a - b)[runs >> 1].toFixed(0)} ms, worst ${times[runs - 1].toFixed(0)} ms, CPU ${((cpuSeconds(used) * 1000) / runs).toFixed(0)} ms → ${result}`);
}

await pass('index');
console.log(`store: ${mib(statSync(store.location).size)}`);
await pass('index again, nothing changed');
const probe = inspected(12345).report;
const rows = async (query) => {
  let count = 0;
  for await (const row of store.query(query)) count += row.files > 0 ? 1 : 0;
  return `${count} rows`;
};
const first = (matches) => `${matches.length} matches, best ${matches[0]?.similarity.toFixed(4)} ${matches[0]?.row.path}`;
await timed('similar, top 10, with a filter', async () => first(await store.similar({ to: probe, where: "compression = 'dwaa' and width >= 1024" })));
await timed('similar, top 10, by channels', async () => first(await store.similar({ to: probe, by: 'channels' })));
await timed('similar to a description', async () => first(await store.similar({ to: 'cryptomatte and N and Z at 4K in DWAA' })));
await timed("find compression = 'none' and width >= 4096, sequences collapsed", () => rows({ where: "compression = 'none' and width >= 4096", collapse: true }));
await timed('find --channel crypto*, collapsed', () => rows({ channels: ['crypto*'], collapse: true }));
await timed('find --missing-channel N*, limit 100', () => rows({ missingChannels: ['N*'], limit: 100 }));
await timed('find --attribute show=kestrel --software arnold, collapsed', () => rows({ attributes: [{ name: 'show', value: 'kestrel' }], software: 'arnold', collapse: true }));
await timed('summary', async () => `${(await store.summary()).files} files`, 3);
console.log(`peak memory of this process: ${mib(peak)}`);

// The plain loop: one INSERT a row, as the original does, in one transaction and one open connection (kinder than the original).
const { DuckDBInstance, arrayValue } = await import('@duckdb/node-api');
const instance = await DuckDBInstance.create(join(folder, 'plain.duckdb'));
const connection = await instance.connect();
const ddl = { string: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT', float32: 'FLOAT', float64: 'DOUBLE', bool: 'BOOLEAN' };
for (const table of TABLES) await connection.run(`CREATE TABLE ${table.name} (${table.columns.map(({ name, type }) => `"${name}" ${ddl[type] ?? `FLOAT[${type.slice(6)}]`}`).join(', ')})`);
let spent = performance.now();
await connection.run('BEGIN');
for (let i = 0; i < inserts; i++) {
  const { report, identity } = inspected(i);
  for (const [table, list] of Object.entries(rowsOf(report, identity))) {
    const { columns } = tableNamed(table);
    for (const row of list) {
      const cells = columns.map(({ name, type }) => (row[name] instanceof Float32Array ? arrayValue([...row[name]]) : type === 'int64' && row[name] !== null ? BigInt(row[name]) : row[name]));
      await connection.run(`INSERT INTO ${table} VALUES (${cells.map((_, at) => `$${at + 1}`).join(', ')})`, cells.map((cell) => cell ?? null));
    }
  }
}
await connection.run('COMMIT');
spent = (performance.now() - spent) / 1000;
console.log(`plain INSERT loop: ${inserts} files in ${spent.toFixed(1)} s = ${Math.round(inserts / spent)} files/s`);
connection.closeSync();
instance.closeSync();
globalThis.clearInterval(sampler);
rmSync(folder, { recursive: true, force: true });
