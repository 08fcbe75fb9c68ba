// Every file of a folder through every MCP tool that reads one, and through the function, with 1, 2 and 8 threads: each call ends within 2 s of the
// processor, or in words about a limit within the seconds of one file; no process grows beyond 512 MB.
//   [FACES=function,mcp] [THREADS=1,2,8] [TOOLS=exr_stats,…] [VERBOSE=1] node .ci/strangers.mjs FOLDER [FILE...]      closes with "N passed, N failed"
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const here = fileURLToPath(new URL('..', import.meta.url));
const [folder, ...only] = process.argv.slice(2);
const files = readdirSync(folder).filter((name) => name.endsWith('.exr') && (only.length === 0 || only.includes(name))).sort();
const MOST_CPU = 2;
const MOST_MB = 512;
/** Of one file, with what its last chunk may take. */
const SECONDS = 10;
const MOST_WALL = SECONDS * 1.5 + 5;
/** Of one event: the clock of a loaded machine is not the measure, the processor's time is. */
const EVENT_SECONDS = 60;
const TICKS = 100;

const faces = (process.env.FACES ?? 'function,mcp').split(',');
const tools = process.env.TOOLS?.split(',') ?? null;

const scratch = mkdtempSync(join(tmpdir(), 'exr-strangers-'));
/** The machine's number of processors, as the process sees it. */
const preload = (threads) => `data:text/javascript,import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module'; os.availableParallelism = () => ${threads}; syncBuiltinESMExports();`;
const cpuOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
const peakOf = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

let [passed, failed] = [0, 0];
const most = { cpu: 0, mb: 0 };
function judge(label, pid, { cpu, wall, answer }, mostWall = MOST_WALL) {
  const mb = peakOf(pid);
  const limited = /limit|seconds|longer than|time for this event/i.test(answer);
  const why = [...(cpu > MOST_CPU && !limited ? [`${cpu.toFixed(1)} s of the processor`] : []), ...(wall > mostWall ? [`${wall.toFixed(1)} s`] : []), ...(mb > MOST_MB ? [`${mb.toFixed(0)} MB`] : [])];
  most.cpu = Math.max(most.cpu, cpu);
  most.mb = Math.max(most.mb, mb);
  if (why.length === 0) passed++;
  else failed++;
  if (why.length > 0 || process.env.VERBOSE) console.log(`${why.length === 0 ? 'ok  ' : 'FAIL'} ${label}: ${why.join(', ') || `${cpu.toFixed(2)} s, ${mb.toFixed(0)} MB`}: ${answer.replaceAll(/\s+/g, ' ').slice(0, 160)}`);
}

async function measured(pid, work) {
  const [cpu, begin] = [cpuOf(pid), performance.now()];
  const answer = await work();
  return { cpu: cpuOf(pid) - cpu, wall: (performance.now() - begin) / 1000, answer };
}

const REGION = { x_min: 0, y_min: 0, x_max: 1, y_max: 1 };
const CALLS = (path) => [
  ['exr_find', { match: `*${path}` }], ['exr_summary', { path }], ['exr_attributes', { path }], ['exr_attributes', { path, ids: '*' }], ['exr_structure', { path, check: 'table' }], ['exr_structure', { path }], ['exr_structure', { path, check: 'decode' }],
  ['exr_stats', { path }], ['exr_preview', { path }], ['exr_pixels', { path, region: REGION }], ['exr_compare', { before: path, after: path, stats: false }], ['exr_compare', { before: path, after: path }],
  ['resource header', `exr://header/${path}`], ['resource report', `exr://report/${path}`], ['resource preview', `exr://preview/${path}`], ['exr_index', { folder: '.' }], ['exr_similar', { path }], ['exr_search', {}],
];

async function mcp(path, threads) {
  const own = join(scratch, 'mcp');
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  cpSync(join(folder, path), join(own, path));
  for (const [tool, args] of CALLS(path).filter(([each]) => tools === null || tools.includes(each))) {
    // A process for each call: what it took at most is this call's.
    const transport = new StdioClientTransport({ command: process.execPath, args: ['--import', preload(threads), join(here, 'apps/mcp/dist/exr-mcp.mjs'), '--store', join(scratch, 'mcp.duckdb'), own], stderr: 'ignore' });
    const client = new Client({ name: 'strangers', version: '1' });
    await client.connect(transport);
    const options = { timeout: 120_000 };
    const ask = async () => {
      try {
        const result = tool.startsWith('resource') ? await client.readResource({ uri: args }, options) : await client.callTool({ name: tool, arguments: args }, undefined, options);
        return (result.contents ?? result.content).map((each) => each.text ?? '').join(' ');
      } catch (error) {
        return String(error.message);
      }
    };
    judge(`mcp ${tool} ${path} × ${threads}`, transport.pid, await measured(transport.pid, ask));
    await client.close();
  }
  rmSync(join(scratch, 'mcp.duckdb'), { force: true });
}

async function fn(path, threads) {
  const own = join(scratch, 'bucket');
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  cpSync(join(folder, path), join(own, path));
  const store = join(scratch, `function-${threads}-${basename(path)}.duckdb`);
  const env = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', EXR_SECRETS_DIR: join(scratch, 'none'), EXR_FOLDER: own, EXR_STORE: store, EXR_STATS: 'true', EXR_DEEP_STATS: 'true', EXR_TIMEOUT_SECONDS: String(EVENT_SECONDS) };
  const child = spawn(process.execPath, ['--import', preload(threads), join(here, 'apps/dataengine/dist/server.mjs')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((done) => {
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
      const found = /"url":"([^"]+)"/.exec(text);
      if (found) done(found[1]);
    });
  });
  while ((await fetch(`${url}/readiness`)).status !== 200) await new Promise((later) => setTimeout(later, 25));
  const ask = async () => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify({ specversion: '1.0', id: '1', source: 's', type: 'vastdata.com:Element.ElementCreated', data: { bucket: 'bucket', key: path } }) });
    return `${response.status} ${response.headers.get('exr-outcome')} ${await response.text()}`;
  };
  const result = await measured(child.pid, ask);
  if (!result.answer.startsWith('204')) result.wall = Infinity; // one row, not an event that is tried again
  judge(`function ${path} × ${threads}`, child.pid, result, EVENT_SECONDS * 1.5 + 5);
  const over = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await over;
}

try {
  for (const threads of (process.env.THREADS ?? '1,2,8').split(',')) {
    for (const path of files) {
      if (faces.includes('function')) await fn(path, threads);
      if (faces.includes('mcp')) await mcp(path, threads);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`most: ${most.cpu.toFixed(1)} s of the processor, ${most.mb.toFixed(0)} MB; folder ${resolve(folder)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
