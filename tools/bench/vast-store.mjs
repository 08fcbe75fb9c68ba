/**
 * Files through VastStore in batches, against the test server in a process of its own, so that the memory measured is the store's.
 *   node tools/bench/vast-store.mjs [--files 10000] [--batch 1000]
 * Prints files per second, requests per file, connections and memory; needs a build. Exits with 1 when a bar is missed (--bars).
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { frameOf, random, templates } from './retrieval/generator.mjs';
import { VOCABULARIES } from './retrieval/vocabulary.mjs';

if (process.env.VAST_BENCH_SERVER) {
  const { startTestServer } = await import('@exr/vastdb/testing');
  const server = await startTestServer({ buckets: ['bench'] });
  process.on('message', () => process.send({ requests: server.requests, connections: server.connections, open: server.openConnections, cpu: process.cpuUsage() }));
  process.on('disconnect', () => process.exit(0));
  process.send({ ...server.credentials });
} else await main();

async function main() {
  const { values } = parseArgs({ options: { files: { type: 'string', default: '10000' }, batch: { type: 'string', default: '1000' }, bars: { type: 'boolean', default: false } } });
  const [total, batch] = [Number(values.files), Number(values.batch)];
  const server = fork(new URL(import.meta.url), { env: { ...process.env, VAST_BENCH_SERVER: '1' } });
  const credentials = await new Promise((resolve) => server.once('message', resolve));
  const counts = () => new Promise((resolve) => (server.once('message', resolve), server.send('counts')));
  const { VastStore } = await import('@exr/core/store');
  const store = new VastStore({ ...credentials, bucket: 'bench', schema: 'exr_metadata' });

  const made = VOCABULARIES.flatMap((vocabulary, i) => templates(vocabulary, 40, i + 1));
  /** Frame `i` of the whole: 100 frames a sequence. Reports are made before the clock starts. */
  function inspected(i) {
    const sequence = Math.floor(i / 100);
    const report = frameOf(made[sequence % made.length], 1001 + (i % 100), random(i));
    const path = `/jobs/show${sequence % 7}/seq${sequence}/beauty.${1001 + (i % 100)}.exr`;
    return { report: { ...report, file: { ...report.file, path } }, identity: { bucket: null, path, sizeBytes: report.file.size_bytes, mtime: report.file.mtime } };
  }
  const rate = (files, ms) => `${files} files in ${(ms / 1000).toFixed(1)} s = ${Math.round(files / (ms / 1000))} files/s`;
  const missed = [];
  const bar = (name, met) => (met ? undefined : missed.push(name));

  await store.touch([]); // connects and makes the tables
  global.gc?.();
  async function pass(name) {
    const [before, memory] = [await counts(), []];
    let [spent, cpu] = [0, 0];
    for (let from = 0; from < total; from += batch) {
      const files = Array.from({ length: Math.min(batch, total - from) }, (_, i) => inspected(from + i));
      const [started, used] = [performance.now(), process.cpuUsage()];
      await store.put(files);
      spent += performance.now() - started;
      const { user, system } = process.cpuUsage(used);
      cpu += (user + system) / 1e6;
      memory.push(process.memoryUsage().rss / 2 ** 20);
    }
    const after = await counts();
    const there = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1e6;
    const perFile = (after.requests - before.requests) / total;
    // Flat: the second half of the run needs no more than the first, apart from what the collector has not got round to.
    const half = memory.length >> 1;
    const [first, second] = [Math.max(...memory.slice(0, half)), Math.max(...memory.slice(half))];
    console.log(`${name}: ${rate(total, spent)} (${cpu.toFixed(1)} s of CPU here = ${Math.round(total / cpu)} files per CPU second, ${there.toFixed(1)} s in the server); ${perFile.toFixed(4)} requests a file; ${after.connections} connections in all; memory at most ${first.toFixed(0)} MiB in the first half, ${second.toFixed(0)} MiB in the second`);
    bar(`${name}: requests`, perFile <= 0.2);
    bar(`${name}: connections`, after.connections <= 4);
    bar(`${name}: memory`, second <= first * 1.15);
    return total / (spent / 1000);
  }
  bar('rate', (await pass('new')) >= 1000);
  await pass('unchanged');
  const timed = async (name, work) => {
    const started = performance.now();
    const result = await work();
    console.log(`${name}: ${(performance.now() - started).toFixed(0)} ms → ${result}`);
  };
  const rows = async (query) => {
    let count = 0;
    for await (const row of store.query(query)) count += row.files > 0 ? 1 : 0;
    return `${count} rows`;
  };
  await timed('similar, top 10', async () => `${(await store.similar({ to: inspected(1234).report })).length} matches`);
  await timed("find compression = 'none' and width >= 4096, collapsed", () => rows({ where: "compression = 'none' and width >= 4096", collapse: true }));
  await timed('find --channel crypto*, collapsed', () => rows({ channels: ['crypto*'], collapse: true }));
  await store.close();
  server.disconnect();
  if (values.bars && missed.length > 0) {
    console.error(`missed: ${missed.join('; ')}`);
    process.exitCode = 1;
  }
}
