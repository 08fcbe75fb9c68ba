/** The processes that the bench of the function starts, and what they cost. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const app = join(root, 'apps/dataengine');
export const bundle = join(app, 'dist/server.mjs');

/** The function with headers in memory, as one file like the real one. */
export async function stubBundle() {
  const outfile = join(app, 'dist/bench-stub.mjs');
  await build({
    entryPoints: [join(app, 'bench/stub-server.mjs')], outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', minifySyntax: true, conditions: ['@exr/source'], external: ['@duckdb/*'], logLevel: 'warning',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  return outfile;
}

/** A function that is ready: its address, the milliseconds until it listened and until it was ready, and its costs. */
export async function start(program, env) {
  if (!existsSync(program)) throw new Error(`${program} is not there: npx nx build dataengine`);
  const begin = performance.now();
  const child = spawn(process.execPath, [program], { env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', VAST_LOG_LEVEL: 'info', EXR_SECRETS_DIR: join(root, 'no-secrets'), ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      if (text === undefined) return; // read on, so that it does not have to wait
      text += piece;
      const found = /"url":"(http[^"]+)"/.exec(text);
      if (found) resolve(found[1]), (text = undefined);
    });
    child.once('exit', (code) => reject(new Error(`the function ended with ${code}`)));
  });
  const listening = performance.now() - begin;
  while ((await fetch(`${url}/readiness`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
  const ready = performance.now() - begin;
  const stat = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return {
    url, child, listening, ready,
    /** CPU seconds of all its threads. */
    cpu: () => (Number(stat()[11]) + Number(stat()[12])) / 100,
    /** Resident memory, MiB. */
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    async metrics(name) {
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? Number.NaN);
    },
    stop: (signal = 'SIGTERM') => new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill(signal);
    }),
  };
}

/** Sends events (see load.mjs) and gives what was measured, with the CPU that the function spent on each. */
export async function load(running, options) {
  const before = running.cpu();
  const child = spawn(process.execPath, [fileURLToPath(new URL('load.mjs', import.meta.url)), JSON.stringify({ url: running.url, ...options })], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (text += piece));
  await new Promise((resolve) => child.once('exit', resolve));
  const result = JSON.parse(text);
  return { ...result, cpuMsPerEvent: Number((((running.cpu() - before) * 1000) / result.count).toFixed(2)) };
}

/** A real S3 server (tools/s3): the environment that leads to it. */
export async function startS3() {
  const child = spawn(process.execPath, [join(root, 'tools/s3/start.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (piece) => /S3_REGION=/.test((text += piece)) && resolve());
    child.once('exit', (code) => reject(new Error(`the S3 server ended with ${code}`)));
  });
  return {
    env: Object.fromEntries([...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value])),
    stop: () => new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGTERM');
    }),
  };
}
