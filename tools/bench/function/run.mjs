/**
 * How fast the function is, and what it costs. Needs `npx nx build dataengine`.
 *   node tools/bench/function/run.mjs [start] [stub] [s3] [memory] [crash] [crash-s3]     default: start stub memory crash
 *   --events N     of each measurement; default 8000 (stub), 50000 (memory), 1500 (s3, crash)
 *   --store none   memory: without the store, which takes most of the time
 * start: from the start of the process to ready. stub: events through HTTP with headers in memory, into a DuckDB file and into nothing, as fast as they are
 * answered, then at half of that rate. s3: the same with a real S3 server (Swift) on this machine, which takes its share of the two cores. memory: resident
 * memory over many events. crash, crash-s3: kill -9 under load, start again, deliver all again: each object is there once.
 */
import { loadavg, tmpdir } from 'node:os';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '@exr/core/store';
import { bundle, load, root, start, startS3, stubBundle } from './processes.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { events: { type: 'string' }, store: { type: 'string', default: 'duckdb' } } });
const folder = mkdtempSync(join(tmpdir(), 'exr-function-bench-'));
const fixtures = join(root, 'test-fixtures');
const count = (otherwise) => Number(values.events ?? otherwise);
const show = (name, result) => console.log(`${name.padEnd(34)} ${typeof result === 'string' ? result : JSON.stringify(result)}`);
let files = 0;
const freshStore = () => join(folder, `${files++}.duckdb`);

const SECTIONS = {
  async start() {
    const times = [];
    for (let i = 0; i < 7; i++) {
      const running = await start(bundle, { EXR_STORE: freshStore(), EXR_FOLDER: fixtures });
      times.push([running.listening, running.ready]);
      await running.stop();
    }
    const median = (at) => times.map((each) => each[at]).sort((a, b) => a - b)[3].toFixed(0);
    show('start', `${median(0)} ms to listening, ${median(1)} ms to ready (median of 7); the bundle has ${statSync(bundle).size} bytes`);
  },
  async stub() {
    const program = await stubBundle();
    for (const store of ['none', 'duckdb']) {
      const running = await start(program, { EXR_STORE: freshStore(), STUB_STORE: store, STUB_FOLDER: fixtures, EXR_QUEUE: '5000' });
      await load(running, { bucket: 'b', prefix: 'warm', count: 500 });
      const most = await load(running, { bucket: 'b', prefix: 'most', count: count(8000), connections: 256 });
      show(`stub, store ${store}`, most);
      show('  at half of that', await load(running, { bucket: 'b', prefix: 'half', count: Math.min(count(8000), Math.ceil(most.perSecond * 10)), rate: most.perSecond / 2 }));
      await running.stop();
    }
  },
  async s3() {
    await withS3(async ({ env, bucket, fill }) => {
      const total = count(1500);
      for (const prefix of ['warm', 'most', 'half']) await fill(prefix, prefix === 'warm' ? 100 : total);
      const running = await start(bundle, { EXR_STORE: freshStore(), ...env });
      await load(running, { bucket, prefix: 'warm', count: 100 });
      const most = await load(running, { bucket, prefix: 'most', count: total, connections: 64 });
      show('Swift and DuckDB', most);
      show('  at half of that', await load(running, { bucket, prefix: 'half', count: Math.min(total, Math.ceil(most.perSecond * 10)), rate: most.perSecond / 2 }));
      show('  requests and bytes a file', `${((await running.metrics('exr_function_read_requests_sum')) / (await running.metrics('exr_function_read_requests_count'))).toFixed(3)}, ${((await running.metrics('exr_function_read_bytes_sum')) / (await running.metrics('exr_function_read_bytes_count'))).toFixed(0)}`);
      await running.stop();
    });
  },
  async memory() {
    const total = count(50_000);
    const running = await start(await stubBundle(), { EXR_STORE: freshStore(), STUB_STORE: values.store, STUB_FOLDER: fixtures, EXR_QUEUE: '5000' });
    const seen = [];
    for (let i = 0; i < 10; i++) {
      await load(running, { bucket: 'b', prefix: `m${i}`, count: total / 10, connections: 64 });
      seen.push(running.memory().toFixed(0));
    }
    show(`memory over ${total} events, store ${values.store}`, `MiB after each tenth: ${seen.join(' ')}`);
    await running.stop();
  },
  async crash() {
    await crash('crash', await stubBundle(), { STUB_FOLDER: fixtures, EXR_QUEUE: '5000' }, 'b');
  },
  async 'crash-s3'() {
    await withS3(async ({ env, bucket, fill }) => {
      await fill('crash', count(1500));
      await crash('crash, with Swift', bundle, { ...env, EXR_QUEUE: '5000' }, bucket);
    });
  },
};

/** A real S3 server with a bucket; `fill` puts `count` objects of a few kinds under a prefix. */
async function withS3(use) {
  const { s3Testbed } = await import('@exr/core/testing');
  const swift = await startS3();
  try {
    const s3 = s3Testbed(swift.env);
    const bucket = await s3.makeBucket();
    const bytes = ['scan_half_rgba_zip.exr', 'multipart_3.exr', 'attributes.exr', 'tile_half_rgba_piz.exr'].map((name) => readFileSync(join(fixtures, name)));
    const fill = async (prefix, some) => {
      let next = 0;
      await Promise.all(Array.from({ length: 8 }, async () => {
        while (next < some) {
          const i = next++;
          await s3.put(bucket, `${prefix}/${String(i).padStart(6, '0')}.exr`, bytes[i % bytes.length]);
        }
      }));
    };
    await use({ env: swift.env, bucket, fill });
  } finally {
    await swift.stop();
  }
}

/** Events of the same objects until five kills have ended the function in the middle, then all of them once more. */
async function crash(name, program, sources, bucket) {
  const total = count(1500);
  const file = freshStore();
  const env = { EXR_STORE: file, ...sources };
  let kills = 0;
  for (; kills < 5; kills++) {
    const running = await start(program, env);
    const sending = load(running, { bucket, prefix: 'crash', count: total }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 900));
    await running.stop('SIGKILL');
    await sending;
  }
  const running = await start(program, env);
  const last = await load(running, { bucket, prefix: 'crash', count: total });
  await running.stop();
  const { rows: [[rows, ids, looks, parts]] } = await openStore(file).sql('SELECT count(*), count(DISTINCT file_id), max(inspection_count), (SELECT count(DISTINCT file_id) FROM parts) FROM files');
  const fine = Number(rows) === total && Number(ids) === total && Number(looks) === 1 && Number(parts) === total;
  show(name, `${kills} times kill -9, then all again: ${rows} rows of ${ids} objects (${total} expected), parts of ${parts}, each counted at most ${looks} time; last answers ${JSON.stringify(last.statuses)}: ${fine ? 'fine' : 'NOT FINE'}`);
  if (!fine) process.exitCode = 1;
}

console.log(`load ${loadavg().map((each) => each.toFixed(1)).join(' ')}`);
try {
  for (const name of positionals.length > 0 ? positionals : ['start', 'stub', 'memory', 'crash']) {
    if (!Object.hasOwn(SECTIONS, name)) throw new Error(`${name}: expected some of ${Object.keys(SECTIONS).join(', ')}`);
    await SECTIONS[name]();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
