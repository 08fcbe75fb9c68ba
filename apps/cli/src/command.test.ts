// The command itself, before any file: from an empty home, without and with V8's code cache. `EXR_NODE` names another Node to run it on (.ci/nodes.sh).
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './commands/index.ts';
import { nearest } from './nearest.ts';

const node = process.env['EXR_NODE'] ?? process.execPath;
const app = fileURLToPath(new URL('..', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`../../../test-fixtures/${name}`, import.meta.url));
const { FORCE_COLOR: _, XDG_CACHE_HOME: __, NODE_OPTIONS: ___, ...env } = process.env;
const emptyHome = (): string => mkdtempSync(join(tmpdir(), 'exr-home-'));

interface Ran { code: number; stdout: string; stderr: string }
const exr = (home: string, args: string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  new Promise((resolve) => execFile(node, [join(app, 'bin/run.js'), ...args], { env: { ...env, HOME: home, SHELL: '/bin/bash', ...more } }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr })));

const home = emptyHome();
describe.each(['cold', 'warm'])('%s', () => {
  it('exr, help and completion answer and complain of nothing', async () => {
    const [none, help, inspect, vast, flag, completion, script] = [[], ['help'], ['help', 'inspect'], ['help', 'vast'], ['verify', '--help'], ['autocomplete'], ['autocomplete', 'script', 'bash']].map((args) => exr(home, args));
    expect(await none).toEqual(await help);
    for (const name of Object.keys(COMMANDS)) expect((await none!).stdout).toContain(name.split(' ')[0]);
    expect((await inspect!).stdout).toMatch(/USAGE[^]*exr inspect PATHS[^]*--deep-stats/);
    expect((await vast!).stdout).toContain('vast smoke');
    expect((await flag!).stdout).toMatch(/USAGE[^]*exr verify PATHS[^]*--fix-table/);
    expect((await completion!).stdout).toContain('Setup Instructions');
    expect((await script!).stdout).toContain('exr autocomplete setup');
    const complaint = /Error|Warning|bug/; // not "errors", which help speaks of
    for (const ran of [none, help, inspect, vast, flag, script]) expect(await ran).toMatchObject({ code: 0, stderr: '' });
    expect([(await completion!).code, complaint.test((await completion!).stderr)]).toEqual([0, false]);
    expect(readFileSync(join(home, '.cache/exr/autocomplete/functions/bash/exr.bash'), 'utf8')).toContain('--bad-only');
  });

  it('commands run without a warning', async () => {
    expect(await exr(home, ['inspect', '--stats', fixture('rip_zip.exr')])).toMatchObject({ code: 0, stderr: '' });
    expect(await exr(home, ['index', fixture('rip_zip.exr'), '--store', join(home, 's.duckdb')])).toMatchObject({ code: 0, stderr: '' });
  });

  it('a mistyped command or flag is exit 2 and names the nearest', async () => {
    expect(await exr(home, ['insepct'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean exr inspect?') });
    expect(await exr(home, ['help', 'verfy'])).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean exr verify?') });
    expect(await exr(home, ['vast', 'smoek'])).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean exr vast smoke?') });
    expect(await exr(home, ['zzzzzzzz'])).toMatchObject({ code: 2, stderr: 'exr has no command "zzzzzzzz": `exr help` lists them.\n' });
    expect(await exr(home, ['inspect', '--fromat', 'json', 'a.exr'])).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean --format?') });
    const missing = await exr(home, ['inspect', '--attribute', 'owner']);
    expect([missing.code, missing.stderr.includes('paths'), missing.stderr.includes('multiple values')]).toEqual([2, true, false]);
  });
});

describe("V8's code cache", () => {
  const codeOf = (folder: string): string => join(folder, '.cache/exr-inspector/code');

  it("is the user's, by build, Node and command, and never in the package", async () => {
    const own = emptyHome();
    expect((await exr(own, ['inspect', fixture('rip_zip.exr')])).code).toBe(0);
    const [name, ...others] = readdirSync(codeOf(own));
    const version = execFileSync(node, ['--version']).toString().trim();
    expect([name, others]).toEqual([expect.stringMatching(new RegExp(`^[0-9a-f]{16}-${version.replaceAll('.', '\\.')}-\\w+-inspect\\.cache$`)), []]);
    expect(statSync(codeOf(own)).mode & 0o077).toBe(0);
    expect(readdirSync(join(app, 'dist')).filter((file) => file.endsWith('.cache'))).toEqual([]);
    const packed = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: app, stdio: ['ignore', 'pipe', 'ignore'] }).toString()) as { files: { path: string }[] }[];
    const files = packed[0]!.files.map(({ path }) => path);
    expect(files).toEqual(expect.arrayContaining(['bin/run.js', 'dist/main.cjs', 'dist/all.cjs', 'oclif.manifest.json']));
    expect(files.filter((file) => file.endsWith('.cache'))).toEqual([]);
  });

  it('that others could have written, or that is damaged, is not run', async () => {
    const own = emptyHome();
    await exr(own, ['inspect', fixture('rip_zip.exr')]);
    const file = join(codeOf(own), readdirSync(codeOf(own))[0]!);
    writeFileSync(file, 'not a cache');
    expect(await exr(own, ['inspect', fixture('rip_zip.exr')])).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(file).size).toBeGreaterThan(100_000); // written anew
    if (process.platform === 'win32') return;
    chmodSync(file, 0o666);
    expect((await exr(own, ['inspect', fixture('rip_zip.exr')])).code).toBe(0);
    expect(statSync(file).mode & 0o022).toBe(0);
  });

  it('is done without where there is no home to write to, or when Node is told so', async () => {
    const own = emptyHome();
    for (const more of [{ HOME: '/dev/null/none' }, { HOME: '' }, { NODE_DISABLE_COMPILE_CACHE: '1' }]) expect(await exr(own, ['inspect', fixture('rip_zip.exr')], more)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(codeOf(own))).toBe(false);
  });
});

it('a crash is exit 70 and asks for a report, wherever it happens', async () => {
  const crash = join(emptyHome(), 'crash.cjs');
  for (const how of ["setTimeout(() => { throw new Error('planted'); }, 20)", "setTimeout(() => Promise.reject(new Error('planted')), 20)"]) {
    writeFileSync(crash, `const hold = setInterval(() => {}, 1000);\n${how};\n`);
    expect(await exr(home, ['inspect', fixture('rip_zip.exr')], { NODE_OPTIONS: `--require ${crash}` })).toMatchObject({ code: 70, stderr: expect.stringMatching(/bug in exr-inspector[^]*planted/) });
  }
});

it('nothing in the bundle asks for import() at run time', () => {
  for (const name of ['main.cjs', 'all.cjs']) expect(readFileSync(join(app, 'dist', name), 'latin1')).not.toMatch(/(?<![\w$."`{}])import\((?!\))/);
});

it('the nearest word', () => {
  const known = ['inspect', 'index', 'find', 'verify', 'vast smoke'];
  expect(['insepct', 'insp', 'idnex', 'fidn', 'VERIFY', 'vast smok', 'xyz', 'x'.repeat(100)].map((word) => nearest(word, known))).toEqual(['inspect', 'inspect', 'index', 'find', 'verify', 'vast smoke', undefined, undefined]);
});
