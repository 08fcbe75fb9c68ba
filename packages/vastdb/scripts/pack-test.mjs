/**
 * The package by itself: packed, unpacked into an empty project, and the README's own example run against the test
 * server that comes with it; then type-checked. Offline: dependencies are copied from this workspace. With `--registry`
 * npm installs them instead. Ends with "N passed, N failed".
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(here));
const work = mkdtempSync(join(tmpdir(), 'vastdb-pack-'));
const app = join(work, 'app');
let passed = 0;
let failed = 0;

try {
  mkdirSync(app);
  execFileSync('npx', ['tsc', '-b', 'packages/vastdb/tsconfig.lib.json'], { cwd: root, stdio: 'inherit' });
  const packed = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], { cwd: here, encoding: 'utf8' }))[0];
  const tarball = join(work, packed.filename);
  const files = packed.files.map((file) => file.path);
  check('holds its code, its types, its README and nothing else', () => {
    const odd = files.filter((file) => !/^(dist\/.*\.(js|d\.ts)|package\.json|README\.md|LICENSE)$/.test(file) || /test\.|spec-util|golden/.test(file));
    if (odd.length > 0) throw new Error(`also holds ${odd.join(', ')}`);
    for (const needed of ['dist/index.js', 'dist/index.d.ts', 'dist/testing/index.js', 'README.md']) {
      if (!files.includes(needed)) throw new Error(`lacks ${needed}`);
    }
  });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  if (process.argv.includes('--registry')) execFileSync('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: app, stdio: 'inherit' });
  else installOffline(tarball);

  const code = /```js\n([\s\S]*?)```/.exec(readFileSync(join(here, 'README.md'), 'utf8'))?.[1] ?? '';
  check('the README opens with an example of twelve lines', () => {
    const lines = code.trim().split('\n').length;
    if (lines !== 12) throw new Error(`${lines} lines`);
  });
  writeFileSync(join(app, 'example.js'), code);
  writeFileSync(join(app, 'serve.js'), `
    import { startTestServer } from '@exr/vastdb/testing';
    const server = await startTestServer({ buckets: ['my-bucket'] });
    console.log(JSON.stringify(server.credentials));
    process.stdin.on('end', () => process.exit(0)).resume();
  `);
  await checkAsync('the example runs and prints what it should', runExample);
  check('its types are found from a strict project', () => {
    writeFileSync(join(app, 'types.ts'), `
      import { connect, eq, type Database, type Row } from '@exr/vastdb';
      import { startTestServer } from '@exr/vastdb/testing';
      export async function main(): Promise<Row[]> {
        const server = await startTestServer({ buckets: ['b'] });
        const db: Database = await connect(server.credentials);
        return db.transaction((tx) => tx.bucket('b').schema('s').table('t').select({ where: eq('a', 1) }).toArray());
      }
      // @ts-expect-error the keys are needed
      export const wrong = connect({ endpoint: 'http://x' });
    `);
    const options = { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2023'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')], noEmit: true, skipLibCheck: true };
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['types.ts'] }));
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', app], { encoding: 'utf8', stdio: 'pipe' });
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** Unpacks the tarball and copies the dependencies it declares, and theirs, from the workspace's node_modules. */
function installOffline(tarball) {
  const modules = join(app, 'node_modules');
  const target = join(modules, '@exr/vastdb');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  const copied = new Set();
  const copy = (name, from) => {
    const source = find(name, from);
    const place = source.startsWith(join(root, 'node_modules')) ? source.slice(join(root, 'node_modules').length + 1) : name;
    if (copied.has(place)) return;
    copied.add(place);
    cpSync(source, join(modules, place), { recursive: true, dereference: true });
    const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    for (const each of Object.keys(dependencies)) copy(each, source);
  };
  const { dependencies = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) copy(name, here);
}

/** Node's own way up: the nearest node_modules that has it. */
function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return realpathSync(candidate);
    if (folder === dirname(folder)) throw new Error(`${name}: not found above ${from}`);
  }
}

async function runExample() {
  const server = spawn(process.execPath, ['serve.js'], { cwd: app, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const line = await new Promise((resolve, reject) => {
      server.stdout.once('data', (data) => resolve(String(data)));
      server.once('exit', (exit) => reject(new Error(`the test server ended with ${exit}`)));
    });
    const { endpoint, accessKey, secretKey } = JSON.parse(line);
    const env = { ...process.env, VAST_DB_ENDPOINT: endpoint, VAST_DB_ACCESS_KEY: accessKey, VAST_DB_SECRET_KEY: secretKey };
    const output = execFileSync(process.execPath, ['example.js'], { cwd: app, env, encoding: 'utf8', timeout: 30_000 });
    if (output.trim() !== "{ id: 1n, name: 'Ada' }") throw new Error(`printed ${output}`);
  } finally {
    server.stdin.end();
  }
}

function check(name, test) {
  try {
    test();
    report(name);
  } catch (error) {
    report(name, error);
  }
}
async function checkAsync(name, test) {
  await test().then(() => report(name), (error) => report(name, error));
}
function report(name, error) {
  if (error === undefined) passed += 1;
  else failed += 1;
  console.log(`${error === undefined ? 'ok  ' : 'FAIL'} ${name}${error === undefined ? '' : `: ${error.stdout || error.message}`}`);
}
