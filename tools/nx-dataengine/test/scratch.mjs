// A workspace of its own for tests, inside the checkout, so that node_modules is found by walking up.
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const bin = (name) => join(checkout, 'node_modules', name);

const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', CI: 'true' };
for (const name of Object.keys(env)) if (/^(NX_(TASK|WORKSPACE|INVOKED|CLI|FORKED)|VITEST)/.test(name)) delete env[name]; // this test may itself run below nx

/** @returns {{ root: string, file(path: string, content: unknown): void, nx(...args: string[]): Promise<Result>, node(...args: string[]): Promise<Result>, remove(): void }} */
export function scratch(name) {
  const root = join(checkout, '.cache/nx-dataengine', name);
  rmSync(root, { recursive: true, force: true });
  const file = (path, content) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  file('package.json', { name: 'scratch', private: true, type: 'module', license: 'MIT', workspaces: ['apps/*'] });
  file('nx.json', {
    neverConnectToCloud: true, analytics: false,
    namedInputs: { default: ['{projectRoot}/**/*'], production: ['default', '!{projectRoot}/**/*.test.ts'] },
    plugins: [{ plugin: '@exr/nx-dataengine', options: { targetName: 'build-function' } }],
  });
  file('tsconfig.json', { extends: './tsconfig.base.json', files: [], references: [] });
  file('LICENSE', 'MIT, for the test\n');
  for (const path of ['tsconfig.base.json', 'eslint.config.mjs']) cpSync(join(checkout, path), join(root, path));
  const node = (...args) => run(process.execPath, args, { cwd: root, env });
  return { root, file, node, nx: (...args) => node(bin('nx/dist/bin/nx.js'), ...args), remove: () => rmSync(root, { recursive: true, force: true }) };
}

export const eslint = bin('eslint/bin/eslint.js');
export const tsc = bin('typescript/bin/tsc');
export const vitest = bin('vitest/vitest.mjs');

/** Where it is, of version 3.11 or newer; undefined where there is none. */
export const python = ['python3', 'python3.11', 'python3.12', 'python3.13'].map((name) => spawnSync(name, ['-c', 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")'], { encoding: 'utf8' }).stdout?.trim()).find(Boolean);

/**
 * @typedef {{ code: number, stdout: string, stderr: string }} Result
 * @returns {Promise<Result>} whatever the exit code
 */
export async function run(command, args, options = {}) {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { maxBuffer: 64 * 2 ** 20, timeout: 110_000, ...options });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return { code: typeof error.code === 'number' ? error.code : 1, stdout: error.stdout ?? '', stderr: `${error.stderr ?? ''}${typeof error.code === 'number' ? '' : error.message}` };
  }
}
