#!/usr/bin/env node
// The commands of the README stand on this: `npm run demo`, `npm test` and `npm run package:vscode` work on a fresh clone with only git and Node.
// It installs what package-lock.json names and builds what has changed, says what it does, and does nothing twice.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [mode, ...rest] = process.argv.slice(2);
const env = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', ...process.env };

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node ${process.versions.node} is too old: exr-inspector needs Node 20 or newer.`);
await install();
if (mode === 'demo') {
  await step('Building (nx, cached)', 'npx', ['nx', 'run-many', '-t', 'build', '--projects=exr-cli', '--outputStyle=static']);
  say('Inspecting test-fixtures: exr inspect test-fixtures');
  process.exit(await run(process.execPath, ['apps/cli/bin/run.js', 'inspect', ...(rest.length ? rest : ['test-fixtures'])], 'inherit'));
} else if (mode === 'test') {
  const begin = Date.now();
  const code = await run('npx', ['nx', 'run-many', '-t', 'typecheck', 'lint', 'test', '--outputStyle=static', ...rest], 'inherit');
  const { passed, failed } = count();
  say(`Types, lint and tests took ${((Date.now() - begin) / 1000).toFixed(0)} s${code ? '; see the failures above' : ''}.`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(code || (failed || !passed ? 1 : 0));
} else if (mode === 's3') {
  process.exit(await run('npx', ['nx', 'run', '@exr/s3:test:s3', '--outputStyle=static', ...rest], 'inherit'));
} else if (mode === 'vscode') {
  process.exit(await run('npx', ['nx', 'run', 'exr-vscode:package', '--outputStyle=static', ...rest], 'inherit'));
} else fail('usage: run.mjs demo|test|s3|vscode');

/** npm ci, unless what package-lock.json names is what is installed. */
async function install() {
  const stamp = join(root, 'node_modules/.exr-setup');
  const want = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  await step('Installing dependencies (npm ci; about a minute, once)', 'npm', ['ci', '--no-audit', '--no-fund', '--no-progress']);
  writeFileSync(stamp, want);
}

/** Adds up what vitest wrote per project (test-report.json, an output of nx's test target: there after a cached run too). */
function count() {
  let passed = 0;
  let failed = 0;
  for (const group of ['packages', 'apps', 'tools']) {
    for (const name of readdirSync(join(root, group))) {
      const file = join(root, group, name, 'test-report.json');
      if (!existsSync(file) || !statSync(file).isFile()) continue;
      const report = JSON.parse(readFileSync(file, 'utf8'));
      passed += report.numPassedTests;
      failed += report.numFailedTests + (report.success === false && report.numFailedTests === 0 ? 1 : 0);
    }
  }
  return { passed, failed };
}

/** Runs one quiet step: its output is shown only when it fails. */
async function step(title, command, args) {
  const begin = Date.now();
  say(`${title} …`);
  const log = join(root, '.setup.log');
  const code = await run(command, args, 'log', log);
  if (code) fail(`${readFileSync(log, 'utf8')}\n${title} failed: the output is above. Mend the cause and run the same command again.`);
  rmSync(log, { force: true });
  say(`  done in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
}

function run(command, args, output, log) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    const parts = [];
    child.stdout?.on('data', (part) => parts.push(part));
    child.stderr?.on('data', (part) => parts.push(part));
    child.on('error', () => resolve(1));
    child.on('close', (code) => {
      if (log) writeFileSync(log, Buffer.concat(parts));
      resolve(code ?? 1);
    });
  });
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
