/**
 * The official Python SDK, unmodified from PyPI, against the test server: nothing stands between. Makes a virtual
 * environment for each version in packages/vastdb/.cache (or $VASTDB_SDK_VENVS), once. Needs Python 3.10 or newer.
 *   node packages/vastdb/scripts/sdk/run.mjs [--rows 100000] [--only 2.1.0]
 * Ends with `N passed, N failed`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' }, only: { type: 'string' } } });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', join(root, 'packages/vastdb/tsconfig.lib.json')], { stdio: 'inherit' });
// eslint-disable-next-line @nx/enforce-module-boundaries -- by the door that users take, so that it is what is tested
const { startTestServer } = await import('@exr/vastdb/testing');

const VENVS = process.env.VASTDB_SDK_VENVS ?? join(root, 'packages/vastdb/.cache');
/** Which SDK, and the server that it meets: its statistics may name addresses, its query engine may answer. */
const RUNS = [
  { name: '2.0.14', packages: ['vastdb==2.0.14'], server: { vectorRowIds: 'uint64' }, args: ['--vector-ids', 'uint64'] },
  { name: '2.1.0', packages: ['vastdb==2.1.0'], server: { vips: [{ start: '127.0.0.1', count: 2 }] }, args: ['--discovery'] },
  { name: '2.1.0 with a server of 5.4', venv: '2.1.0', packages: ['vastdb==2.1.0'], server: { version: 'vast 5.4.0.7' }, args: ['--before-5.5'] },
  { name: '2.1.0 with ADBC', venv: '2.1.0-adbc', packages: ['vastdb[adbc]==2.1.0', 'adbc-driver-vastdb==0.0.33'], server: { sql: 'vector search' }, args: ['--adbc'] },
];

let passed = 0;
let failed = 0;
for (const { name, venv = name, packages, server: options, args } of RUNS) {
  if (values.only !== undefined && values.only !== name) continue;
  console.log(`── vastdb ${name}`);
  const python = environment(join(VENVS, `sdk-${venv}`), packages);
  const server = await startTestServer({ buckets: ['sdk-bucket'], ...options });
  const { endpoint, accessKey, secretKey } = server.credentials;
  const lines = await run(python, [join(here, 'drive.py'), '--endpoint', endpoint, '--access', accessKey, '--secret', secretKey, '--bucket', 'sdk-bucket', '--rows', values.rows, ...args]);
  await server.close();
  const [, ok, bad] = /^(\d+) passed, (\d+) failed$/m.exec(lines) ?? [undefined, '0', '1'];
  passed += Number(ok);
  failed += Number(bad);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function environment(folder, packages) {
  const python = join(folder, 'bin/python');
  if (!existsSync(join(folder, 'pyvenv.cfg'))) {
    mkdirSync(VENVS, { recursive: true });
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  }
  execFileSync(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages], { stdio: 'inherit' });
  return python;
}

/** Runs it, shows what it says, and returns that. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}
