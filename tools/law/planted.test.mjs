// Plain eslint without nx's project graph skips the boundary rule and exits 0: only a planted violation shows that the law is enforced.
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = join(root, '.cache/law'); // inside the checkout, so that node_modules is found by walking up
const eslint = join(root, 'node_modules/eslint/bin/eslint.js');

const files = {
  'package.json': { name: 'scratch', private: true, type: 'module', workspaces: ['packages/*', 'apps/*'] },
  'nx.json': { neverConnectToCloud: true, analytics: false },
  'packages/core/package.json': { name: '@exr/core', version: '0.1.0', type: 'module', main: './src/index.ts', nx: { tags: ['scope:core', 'platform:neutral'] } },
  'packages/core/src/index.ts': 'export const one = 1;\n',
  'packages/core/src/planted.ts': "import { readFile } from 'node:fs';\nexport const read = readFile;\n",
  'packages/core/src/stack.ts': 'export const most = (list: number[]) => Math.max(...list);\nexport const all = (list: number[], more: number[]) => list.push(0, ...more);\nexport const set = (list: number[]) => new Array(...list);\nexport const text = (list: number[]) => String.fromCharCode.apply(null, list);\nexport const fine = (list: number[]) => [...list];\n',
  'apps/a/package.json': { name: 'app-a', version: '0.1.0', type: 'module', main: './src/index.ts', dependencies: { '@exr/core': '0.1.0' }, nx: { tags: ['scope:app', 'platform:node'] } },
  'apps/a/src/index.ts': "import { one } from '@exr/core';\nexport const two = one + 1;\n",
  'apps/b/package.json': { name: 'app-b', version: '0.1.0', type: 'module', main: './src/index.ts', dependencies: { 'app-a': '0.1.0' }, nx: { tags: ['scope:app', 'platform:node'] } },
  'apps/b/src/index.ts': "import { two } from 'app-a';\nexport const three = two + 1;\n",
  'packages/core/src/backwards.ts': "import { two } from 'app-a';\nexport const four = two + 2;\n",
  'tsconfig.base.json': { compilerOptions: { module: 'nodenext', paths: { '@exr/core': ['./packages/core/src/index.ts'], 'app-a': ['./apps/a/src/index.ts'] } } },
};

beforeAll(async () => {
  await rm(scratch, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(scratch, name)), { recursive: true });
    await writeFile(join(scratch, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  await cp(join(root, 'eslint.config.mjs'), join(scratch, 'eslint.config.mjs'));
  await run([join(root, 'node_modules/nx/dist/bin/nx.js'), 'show', 'projects']); // makes the project graph that the rule reads
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
for (const name of Object.keys(env)) if (/^NX_(TASK|WORKSPACE|INVOKED|CLI|FORKED)/.test(name)) delete env[name]; // this test may itself run below nx

/** What a command prints, whatever its exit code. */
async function run(args) {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: scratch, env }).catch((error) => error);
  return stdout;
}

async function lint(file) {
  return JSON.parse(await run([eslint, '--no-ignore', '--format', 'json', file]))[0].messages;
}

it('lets an app import core', async () => {
  expect(await lint('apps/a/src/index.ts')).toEqual([]);
});

it('refuses an app that imports an app', async () => {
  const messages = await lint('apps/b/src/index.ts');
  expect(messages.map((m) => m.ruleId)).toEqual(['@nx/enforce-module-boundaries']);
  expect(messages[0].message).toContain('scope:app');
});

it('refuses core importing an app', async () => {
  expect((await lint('packages/core/src/backwards.ts')).map((m) => m.ruleId)).toContain('@nx/enforce-module-boundaries');
});

it('refuses node:fs in the neutral part of core', async () => {
  const messages = await lint('packages/core/src/planted.ts');
  expect(messages.map((m) => m.ruleId)).toEqual(['no-restricted-imports']);
  expect(messages[0].message).toContain('must run in a browser');
});

it('refuses lists spread over the arguments of a call, which lie on the stack', async () => {
  const messages = await lint('packages/core/src/stack.ts');
  expect(messages.map(({ ruleId, line }) => [ruleId, line])).toEqual([1, 2, 3, 4].map((line) => ['no-restricted-syntax', line]));
  expect(messages[0].message).toContain('Arguments lie on the stack');
});
