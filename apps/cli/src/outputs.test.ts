// What a run writes: never over what it reads, at once and whole or not at all, through links and into pipes and devices.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, copyFileSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`../../../test-fixtures/${name}`, import.meta.url));
const { FORCE_COLOR: _, ...env } = process.env;
const scratch = mkdtempSync(join(tmpdir(), 'exr-outputs-'));
const at = (name: string): string => join(scratch, name);
const store = at('store.duckdb');

interface Ran { code: number; stdout: string; stderr: string }
const exr = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => execFile(process.execPath, [program, ...args], { cwd: scratch, env: { ...env, EXR_STORE: store }, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr })));
const shell = (command: string): Promise<Ran> =>
  new Promise((resolve) => execFile('bash', ['-c', `exr() { "${process.execPath}" "${program}" "$@"; }; ${command}`], { cwd: scratch, env: { ...env, EXR_STORE: store } }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr })));
const leftovers = (folder = scratch): string[] => readdirSync(folder).filter((name) => name.includes('.part'));
const sentence = (text: string): boolean => text.trim().split('\n').length === 1 && !/\n\s+at /.test(text);

/** Each command that writes, with `a.exr` as what it reads where it reads a file. */
const WRITERS: [name: string, ...args: string[]][] = [
  ['inspect', 'inspect', 'a.exr', '-o'], ['inspect a folder', 'inspect', '.', '-o'], ['stats', 'stats', 'a.exr', '-f', 'json', '-o'], ['verify', 'verify', 'a.exr', '-o'],
  ['planes', 'planes', 'a.exr', '-c', 'R', '-o'], ['preview', 'preview', 'a.exr', '-o'], ['fix-table', 'verify', 'a.exr', '--force', '--fix-table'],
  ['find', 'find', '-o'], ['similar', 'similar', 'a.exr', '-o'], ['sql', 'sql', 'SELECT 1', '-o'], ['report', 'report', '-o'], ['export', 'export', '-f', 'parquet', '-o'],
];

beforeAll(async () => {
  copyFileSync(fixture('half_naninf_zip.exr'), at('a.exr'));
  linkSync(at('a.exr'), at('hard.json'));
  symlinkSync('a.exr', at('soft.json'));
  expect((await exr('index', 'a.exr')).code).toBe(0);
});

describe.each(WRITERS)('%s', (name, ...args) => {
  const reads = args.includes('a.exr') || args.includes('.');

  it('does not write over what it reads, by whichever name', async () => {
    const before = [at('a.exr'), store].map((file) => readFileSync(file));
    for (const target of [...(reads ? ['a.exr', 'hard.json', 'soft.json'] : []), 'store.duckdb']) {
      const ran = await exr(...args, target);
      expect([target, ran.code, ran.stdout, sentence(ran.stderr), ran.stderr]).toEqual([target, 2, '', true, expect.stringMatching(/would be lost/)]);
    }
    expect([at('a.exr'), store].map((file, i) => readFileSync(file).equals(before[i]!))).toEqual([true, true]);
    expect(leftovers()).toEqual([]);
  });

  it('replaces another file at once, with its mode, and follows a link to it', async () => {
    const [file, link] = [at(`${name}.out`), at(`${name}.link`)];
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    symlinkSync(file, link);
    const { ino } = statSync(file);
    expect((await exr(...args, link)).code).toBe(0);
    expect([statSync(file).mode & 0o777, lstatSync(link).isSymbolicLink(), statSync(file).ino === ino, statSync(file).size > 0]).toEqual([0o640, true, false, true]);
    expect(readFileSync(file, 'latin1')).not.toMatch(/^old/);
    expect(leftovers()).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))('says in one sentence that the disk is full', async () => {
    const ran = await exr(...args, '/dev/full');
    expect([ran.code, sentence(ran.stderr), ran.stderr]).toEqual([4, true, expect.stringContaining('there is no space left')]);
    expect([lstatSync('/dev/full').isCharacterDevice(), leftovers()]).toEqual([true, []]);
  });
});

describe('a file', () => {
  it('is there as a whole or as before when the work fails or is stopped', async () => {
    writeFileSync(at('kept.json'), 'old');
    expect(await exr('inspect', 'a.exr', '--stats', '--channel', 'nothing', '-o', 'kept.json')).toMatchObject({ code: 2 });
    mkdirSync(at('many'));
    for (let i = 0; i < 200; i++) linkSync(at('a.exr'), at(`many/${i}.exr`));
    for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
      const child = spawn(process.execPath, [program, 'stats', 'many', '-f', 'ndjson', '-o', 'kept.json'], { cwd: scratch, env, stdio: ['ignore', 'ignore', 'pipe'] });
      while (leftovers().length === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([code, null]);
    }
    expect([readFileSync(at('kept.json'), 'utf8'), leftovers()]).toEqual(['old', []]);
  });

  it('that cannot be is exit 2 and named', async () => {
    for (const [target, why] of [['none/x', 'no such folder'], ['many', 'it is a folder'], ['', 'expected the name'], ['a.exr/x', 'not a folder']]) {
      expect(await exr('inspect', 'a.exr', '-o', target!)).toMatchObject({ code: 2, stderr: expect.stringContaining(why!) });
    }
  });

  it('another one than the input may be made by --fix-table only with --force', async () => {
    writeFileSync(at('there.exr'), 'old');
    expect(await exr('verify', 'a.exr', '--fix-table', 'there.exr')).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect(readFileSync(at('there.exr'), 'utf8')).toBe('old');
  });

  it.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')('on a full disk stays as it was, and nothing is left beside it', async () => {
    mkdirSync(at('small'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('small')], { stdio: 'ignore' });
    } catch {
      return; // a container that may not mount
    }
    try {
      writeFileSync(at('small/x'), 'old');
      writeFileSync(at('small/pad'), Buffer.alloc(60_000));
      for (const [, ...args] of WRITERS.filter(([name]) => !['find', 'similar', 'report', 'sql', 'inspect', 'verify', 'stats', 'inspect a folder'].includes(name))) {
        const ran = await exr(...args, 'small/x');
        expect([args, ran.code, sentence(ran.stderr)]).toEqual([args, 4, true]);
        expect([readFileSync(at('small/x'), 'utf8'), readdirSync(at('small')).sort()]).toEqual(['old', ['pad', 'x']]);
      }
    } finally {
      execFileSync('umount', [at('small')]);
    }
  });
});

describe.skipIf(process.platform === 'win32')('pipes, devices and standard output', () => {
  it('a FIFO is written into, and its writer can be stopped while it waits for a reader', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    expect((await shell('cat fifo > got.json & exr inspect a.exr -f json -o fifo; wait')).code).toBe(0);
    expect([JSON.parse(readFileSync(at('got.json'), 'utf8')).file.path, lstatSync(at('fifo')).isFIFO()]).toEqual(['a.exr', true]);
    const child = spawn(process.execPath, [program, 'inspect', 'a.exr', '-o', 'fifo'], { cwd: scratch, env, stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
  });

  it('`-`, /dev/stdout and /dev/fd/N write into what is open', async () => {
    for (const name of ['-', '/dev/stdout']) expect(JSON.parse((await exr('inspect', 'a.exr', '-f', 'json', '-o', name)).stdout).file.path).toBe('a.exr');
    expect((await exr('export', '-f', 'csv', '-o', '-')).stdout).toMatch(/^file_id,/);
    writeFileSync(at('log'), 'before\n');
    expect((await shell('exr find -f paths -o /dev/fd/3 3>>log')).code).toBe(0);
    expect(readFileSync(at('log'), 'utf8')).toBe(`before\n${at('a.exr')}\n`);
  });

  it('a standard output that is closed or full is exit 4 and one sentence', async () => {
    for (const command of ['exr help', 'exr inspect a.exr', 'exr find', 'exr preview a.exr -o -', 'exr export -f csv -o -', 'exr index a.exr']) {
      for (const to of ['| true; exit ${PIPESTATUS[0]}', '> /dev/full']) {
        const ran = await shell(`(sleep 0.2; ${command}) ${to}`);
        expect([command, to, ran.code, sentence(ran.stderr.replace(/^.* (→|rows of) .*\n/, '')), /could not be written/.test(ran.stderr)]).toEqual([command, to, 4, true, true]);
      }
    }
  });

  it('what the shell appends to an input is refused', async () => {
    const size = statSync(at('a.exr')).size;
    expect(await shell('exr inspect a.exr >> a.exr')).toMatchObject({ code: 2, stderr: expect.stringContaining('would be lost') });
    expect(statSync(at('a.exr')).size).toBe(size);
    appendFileSync(at('log'), '');
  });
});
