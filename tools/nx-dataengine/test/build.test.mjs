import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FsTree } from 'nx/src/generators/tree.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import build from '../src/build/executor.mjs';
import generate from '../src/function/generator.mjs';
import { packageFolder } from '../src/build/notices.mjs';
import { EVERYTHING, TINY_SERVER, filesOf, tinyApp } from './samples.mjs';
import { checkout, eslint, run, scratch, tsc, vitest } from './scratch.mjs';

/** path → mode and hash, of every file and folder. */
function listing(folder, below = '') {
  return Object.fromEntries(readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    const mode = (statSync(join(folder, path)).mode & 0o777).toString(8);
    return entry.isDirectory() ? [[`${path}/`, mode], ...Object.entries(listing(folder, path))] : [[path, `${mode} ${createHash('sha256').update(readFileSync(join(folder, path))).digest('hex')}`]];
  }));
}

const context = (root) => ({ root, projectName: 'tiny', projectsConfigurations: { projects: { tiny: { root: 'apps/tiny' } } } });
const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

describe('through nx', () => {
  let workspace, generated;
  beforeAll(async () => {
    workspace = scratch('nx');
    generated = await workspace.nx('g', '@exr/nx-dataengine:function', 'hello', '--description', 'Says "hello".', '--no-interactive');
  });
  afterAll(() => workspace.remove());

  it('the generator makes an app whose types, lint and tests pass, and the editor\'s references know it', async () => {
    expect(generated).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(workspace.root, 'tsconfig.json'), 'utf8')).references).toEqual([{ path: './apps/hello' }]);
    expect(await workspace.node(tsc, '--build', 'apps/hello')).toMatchObject({ code: 0, stdout: '' });
    expect(await workspace.node(eslint, '--no-ignore', 'apps/hello/src')).toMatchObject({ code: 0, stdout: '' });
    const tests = await workspace.node(vitest, 'run', '--root', 'apps/hello');
    expect(tests.stdout).toMatch(/Tests .*6 passed/);
    expect(tests.code).toBe(0);
  });

  it('does not write over an app', async () => {
    const tree = new FsTree(workspace.root, false);
    await expect(generate(tree, { name: 'hello' })).rejects.toThrow('apps/hello: there is a package already');
    await expect(generate(tree, { name: 'hello', directory: '../hello' })).rejects.toThrow('expected a path below the workspace');
    expect(tree.listChanges()).toEqual([]);
  });

  it('infers the target from dataengine.json, with its options, and builds it; the second time from the cache', async () => {
    const { targets } = JSON.parse((await workspace.nx('show', 'project', 'hello', '--json')).stdout);
    expect(targets['build-function']).toMatchObject({ executor: '@exr/nx-dataengine:build-function', cache: true, options: { name: 'hello', suffix: '.exr' } });

    const first = await workspace.nx('build-function', 'hello', '--outputStyle=static');
    expect(first).toMatchObject({ code: 0 });
    const folder = join(workspace.root, 'apps/hello/dist/function');
    const files = listing(folder);
    rmSync(join(workspace.root, 'apps/hello/dist'), { recursive: true });
    const second = await workspace.nx('build-function', 'hello', '--outputStyle=static');
    expect(second.stdout).toContain('[local cache]');
    expect(listing(folder)).toEqual(files);
  });
});

describe('the build', () => {
  let workspace;
  beforeAll(() => {
    workspace = scratch('build');
    workspace.file('sample.exr', 'not really');
    tinyApp(workspace);
    workspace.file('apps/tiny/src/uses-packages.ts', "import { parse } from 'yaml';\nimport * as duckdb from '@duckdb/node-api';\nconsole.log(parse('a: 1'), duckdb);\n");
    workspace.file('apps/eventful/package.json', { name: 'eventful' });
    workspace.file('apps/eventful/src/server-main.ts', TINY_SERVER);
    workspace.file('apps/eventful/src/uses-packages.ts', '');
    workspace.file('apps/eventful/events/own.json', { mine: true });
    cpSync(join(checkout, 'node_modules/yaml'), join(workspace.root, 'node_modules/yaml'), { recursive: true }); // the copy elsewhere has no other
    vi.spyOn(console, 'log').mockImplementation(() => {});
  });
  afterAll(() => workspace.remove());
  const whole = { ...EVERYTHING, shim: 'python', layer: true, sample: 'sample.exr', entries: { verify: 'src/uses-packages.ts' } };

  it('is the same bytes and modes twice, at another place, in another time and under another umask', async () => {
    const other = mkdtempSync(join(tmpdir(), 'nx-dataengine-'));
    try {
      cpSync(workspace.root, join(other, 'copy'), { recursive: true });
      expect(await build(whole, context(workspace.root))).toEqual({ success: true });
      const first = listing(join(workspace.root, 'apps/tiny/dist/function'));
      writeFileSync(join(workspace.root, 'apps/tiny/dist/function/stale'), 'of another build');
      const umask = process.umask(0o077);
      try {
        expect(await build(whole, context(workspace.root))).toEqual({ success: true });
        expect(await build(whole, context(join(other, 'copy')))).toEqual({ success: true });
      } finally {
        process.umask(umask);
      }
      expect(listing(join(workspace.root, 'apps/tiny/dist/function'))).toEqual(first);
      expect(listing(join(other, 'copy/apps/tiny/dist/function'))).toEqual(first);
      for (const path of Object.keys(first)) if (!path.endsWith('/')) expect(readFileSync(join(workspace.root, 'apps/tiny/dist/function', path), 'latin1')).not.toContain(checkout.slice(0, -1));
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('writes the files that were asked for', async () => {
    const files = await filesOf(workspace, whole, 'apps/eventful');
    expect(Object.keys(files).sort()).toEqual([
      '.dockerignore', 'Dockerfile', 'LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.txt', 'config.yaml', 'deploy.env.example', 'deploy.sh',
      'events/own.json',
      'function.yaml', 'invoke-local.mjs', 'layer.tar', 'package.json', 'pipeline.yaml.tmpl', 'publish-revision.mjs',
      'python/Aptfile', 'python/LICENSE', 'python/README.md', 'python/THIRD-PARTY-NOTICES.txt', 'python/customDeps', 'python/main.py', 'python/requirements.txt', 'python/server.mjs', 'python/shim.json',
      's3-object.mjs', 'sample/sample.exr', 'secret.yaml.example', 'server.mjs', 'smoke.sh', 'trigger-element.yaml', 'trigger-schedule.yaml', 'verify.mjs',
    ]);
    for (const path of ['deploy.sh', 'smoke.sh']) expect(files[path]).not.toContain('@@');
    expect(files['README.md']).toContain('No VAST cluster has been reached');
    const bare = Object.keys(await filesOf(workspace));
    expect(bare).not.toContain('python/main.py');
    expect(bare.filter((path) => path.startsWith('events/')).sort()).toEqual(['batch', 'cli', 'created', 'removed', 'schedule', 'tagged'].map((name) => `events/${name}.json`));
  });

  it('names whose work is in the bundle, and leaves native packages out', async () => {
    const files = await filesOf(workspace, whole);
    expect(files['THIRD-PARTY-NOTICES.txt']).toMatch(/─\nyaml 2\.\d+\.\d+\nLicence: ISC\n\nCopyright/);
    expect(files['verify.mjs']).toContain('from "@duckdb/node-api"');
    expect(files['THIRD-PARTY-NOTICES.txt']).not.toContain('duckdb');
    expect((await filesOf(workspace))['THIRD-PARTY-NOTICES.txt']).toContain('holds no packages of others');
    expect([packageFolder('node_modules/a/node_modules/@b/c/lib/x.js'), packageFolder('../node_modules/d/x.js'), packageFolder('src/x.ts')]).toEqual(['node_modules/a/node_modules/@b/c', '../node_modules/d', undefined]);
  });

  it('says what is wrong and leaves what was there', async () => {
    expect(await build({}, context(workspace.root))).toEqual({ success: true });
    const before = listing(join(workspace.root, 'apps/tiny/dist/function'));
    const said = [];
    const { error } = console;
    console.error = (text) => said.push(text);
    try {
      expect(await build({ main: 'src/absent.ts' }, context(workspace.root))).toEqual({ success: false });
      expect(await build({ sample: 'absent.exr' }, context(workspace.root))).toEqual({ success: false });
      expect(await build({ maxMemory: '32Mi' }, context(workspace.root))).toEqual({ success: false });
    } finally {
      console.error = error;
    }
    expect(said.join('\n')).toMatch(/apps\/tiny\/src\/absent\.ts: there is no such file, and main names it\nsample: found "absent\.exr", expected a file.*\nminMemory: found/);
    expect(listing(join(workspace.root, 'apps/tiny/dist/function'))).toEqual(before);
  });

  it('makes a layer that tar reads: owned by root, dated 1970, what the Dockerfile copies', async () => {
    expect(await build(whole, context(workspace.root))).toEqual({ success: true });
    const folder = join(workspace.root, 'apps/tiny/dist/function');
    const { stdout } = await run('tar', ['--full-time', '--utc', '--numeric-owner', '-tvf', join(folder, 'layer.tar')]);
    const lines = stdout.trim().split('\n').map((line) => line.replace(/ +/g, ' '));
    expect(lines[0]).toBe('drwxr-xr-x 0/0 0 1970-01-01 00:00:00 app/');
    expect(lines.slice(1).map((line) => line.split(' ').at(-1))).toEqual(['app/LICENSE', 'app/THIRD-PARTY-NOTICES.txt', 'app/package.json', 'app/server.mjs', 'app/verify.mjs']);
    expect(lines.slice(1).every((line) => line.startsWith('-rw-r--r-- 0/0 '))).toBe(true);
    const unpacked = mkdtempSync(join(tmpdir(), 'nx-dataengine-'));
    await run('tar', ['-xf', join(folder, 'layer.tar'), '-C', unpacked]);
    expect(readFileSync(join(unpacked, 'app/server.mjs'))).toEqual(readFileSync(join(folder, 'server.mjs')));
    rmSync(unpacked, { recursive: true });
  });

  it('knows where distroless images have node', async () => {
    expect((await filesOf(workspace, { baseImage: 'gcr.io/distroless/nodejs22-debian12' })).Dockerfile).toContain('ENTRYPOINT ["/nodejs/bin/node", "/app/server.mjs"]');
  });

  // There is no engine here to build the image with: this does by hand what the Dockerfile says.
  it('does what the Dockerfile says: a folder that nobody may write, another user, a server that answers', async () => {
    expect(await build({}, context(workspace.root))).toEqual({ success: true });
    const folder = join(workspace.root, 'apps/tiny/dist/function');
    const lines = readFileSync(join(folder, 'Dockerfile'), 'utf8').split('\n');
    const value = (word) => lines.find((line) => line.startsWith(`${word} `)).slice(word.length + 1);
    const temporary = mkdtempSync(join(tmpdir(), 'nx-dataengine-'));
    chmodSync(temporary, 0o755);
    const app = join(temporary, 'app');
    mkdirSync(app);
    for (const file of value('COPY').split(' ').slice(0, -1)) cpSync(join(folder, file), join(app, file));
    chmodSync(app, 0o555);
    const [uid, gid] = value('USER').split(':').map(Number);
    expect([uid, gid, value('EXPOSE')]).toEqual([1002, 1000, '8080']);
    const entry = JSON.parse(value('ENTRYPOINT')).map((word) => word.replace(/^\/app/, app));
    const port = await freePort();
    const child = spawn(entry[0] === 'node' ? process.execPath : entry[0], entry.slice(1), { cwd: app, env: { NODE_ENV: 'production', PORT: String(port), HOST: '127.0.0.1' }, stdio: 'ignore', ...(process.getuid() === 0 ? { uid, gid } : {}) });
    try {
      const status = async () => fetch(`http://127.0.0.1:${port}/readiness`).then((response) => response.status, () => 0);
      for (let i = 0; i < 500 && (await status()) !== 200; i++) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await status()).toBe(200);
      for (const mode of ['binary', 'structured']) {
        const sent = await run(process.execPath, [join(folder, 'invoke-local.mjs'), '--url', `http://127.0.0.1:${port}/`, '--mode', mode, '--bucket', 'b', '--key', 'k 1.exr', join(folder, 'events/created.json'), join(folder, 'events/schedule.json')]);
        expect(sent.stdout).toMatch(/^created\.json {2}204 .*\nschedule\.json {2}204 /);
        expect(sent.code).toBe(0);
      }
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
    } finally {
      child.kill('SIGKILL');
      chmodSync(app, 0o755);
      rmSync(temporary, { recursive: true, force: true });
    }
  });
});
