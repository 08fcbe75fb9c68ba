// What a run is told to read, and how it is shown: things that are no files, names that are no text, URLs with secrets, servers of the bad sort.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`../../../test-fixtures/${name}`, import.meta.url));
const { FORCE_COLOR: _, S3_ACCESS_KEY: __, AWS_ACCESS_KEY_ID: ___, ...env } = process.env;
const scratch = mkdtempSync(join(tmpdir(), 'exr-inputs-'));
const at = (name: string): string => join(scratch, name);
const bytes = readFileSync(fixture('half_naninf_zip.exr'));

interface Ran { code: number; stdout: string; stderr: string }
const exr = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => execFile(process.execPath, [program, ...args], { cwd: scratch, env: { ...env, EXR_STORE: at('s.duckdb') }, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr })));
const rows = ({ stdout }: Ran) => stdout.trim().split('\n').map((line) => JSON.parse(line)).map(({ file, errors }) => [file.path, ...errors.map(({ code }: { code: string }) => code)]);

describe.skipIf(process.platform !== 'linux')('a folder of odd things', () => {
  const socket = createSocket();
  beforeAll(async () => {
    mkdirSync(at('odd'));
    for (const name of ['good.exr', '*.exr', '[a-b].exr', '\ufffd.exr']) copyFileSync(fixture('half_naninf_zip.exr'), at(`odd/${name}`));
    execFileSync('mkfifo', [at('odd/fifo.exr')]);
    symlinkSync('/dev/zero', at('odd/zero.exr'));
    symlinkSync('nowhere', at('odd/dangling.exr'));
    symlinkSync('loop.exr', at('odd/loop.exr'));
    socket.listen(at('odd/socket.exr'));
    writeFileSync(Buffer.concat([Buffer.from(`${at('odd')}/bad`), Buffer.of(0xff), Buffer.from('.exr')]), bytes);
    mkdirSync(Buffer.concat([Buffer.from(`${at('odd')}/folder`), Buffer.of(0xfe)]));
    mkdirSync(at('odd/more'));
  });
  afterAll(() => socket.close());

  const expected = [
    ['odd/*.exr'], ['odd/[a-b].exr'], ['odd/bad\\xff.exr', 'READ_FAILED'], ['odd/dangling.exr', 'READ_FAILED'], ['odd/fifo.exr', 'INVALID_ARGUMENT'], ['odd/good.exr'],
    ['odd/loop.exr', 'READ_FAILED'], ['odd/socket.exr', 'INVALID_ARGUMENT'], ['odd/zero.exr', 'INVALID_ARGUMENT'], ['odd/\ufffd.exr'],
  ];

  it.each([['inspect'], ['stats'], ['verify']])('%s: a row for each, and the others go on', async (command) => {
    const ran = await exr(command, 'odd', '-f', 'ndjson');
    expect(rows(ran)).toEqual(expected);
    expect([ran.code, ran.stderr.includes('bug')]).toEqual([4, false]);
  });

  it('says which folders were left out, unless they are entered', async () => {
    expect((await exr('verify', 'odd')).stderr).toContain('2 folders were left out (odd/folder\\xfe, odd/more): add --recursive');
    const entered = await exr('verify', 'odd', '-r', '-f', 'ndjson');
    expect([rows(entered).at(-1), entered.stderr.includes('left out')]).toEqual([['odd/folder\\xfe', 'READ_FAILED'], false]);
  });

  it('index names what it could not read, and exits with the worst of it', async () => {
    const ran = await exr('index', 'odd');
    for (const [path, code] of expected) expect([path, ran.stderr.includes(`${path!}:`)]).toEqual([path, code !== undefined]);
    expect([ran.code, ran.stderr.includes('bug')]).toEqual([4, false]);
  });

  it('a glob finds files by their text, and a file called like a glob is that file', async () => {
    expect(rows(await exr('inspect', 'odd/[*gs]*.exr', '-f', 'ndjson'))).toEqual([['odd/*.exr'], ['odd/good.exr']]);
    expect(rows(await exr('inspect', 'odd/*.exr', '-f', 'ndjson'))).toEqual([['odd/*.exr']]);
    expect(rows(await exr('inspect', '[', '{a', '!(', '**', '-f', 'ndjson')).map(([path]) => path).slice(0, 3)).toEqual(['[', '{a', '!(']);
  });

  it.each([['inspect'], ['verify'], ['preview', '-o', 'x.png'], ['planes', '-c', 'R', '-o', 'x.f32'], ['similar'], ['index']])('%s: named by itself it is an error in a sentence', async (...args) => {
    for (const name of ['fifo.exr', 'zero.exr', 'socket.exr']) {
      const ran = await exr(...args, `odd/${name}`);
      expect([name, [2, 4].includes(ran.code), /pipe|device|socket/.test(ran.stdout + ran.stderr), /bug|\n\s+at /.test(ran.stderr)]).toEqual([name, true, true, false]);
    }
  });
});

describe('URLs', () => {
  const commands = [['inspect', '-f', 'json'], ['stats'], ['verify', '-f', 'json'], ['planes', '-c', 'R', '-o', 'x'], ['preview', '-o', 'x'], ['similar'], ['index']];

  it('that are malformed are a row, and the others go on', async () => {
    copyFileSync(fixture('half_naninf_zip.exr'), at('good.exr'));
    for (const command of ['inspect', 'verify']) {
      const urls = ['http://[bad', 'http://', 'https://a b/x.exr', 'http://u:100%@[', 's3://', 's3:///key', 'ftp://host/a.exr', 'http://host:99999/a.exr'];
      const ran = await exr(command, ...urls, 'good.exr', '-f', 'ndjson');
      expect(rows(ran).map(([, code]) => code)).toEqual([...urls.map(() => 'INVALID_ARGUMENT'), undefined]);
      expect([ran.code, ran.stderr]).toEqual([2, '']);
    }
  });

  it('never show user, password or query, in whichever command', async () => {
    const secret = 's3cr3t';
    const urls = [`http://u:${secret}@127.0.0.1:1/a.exr?X-Amz-Signature=${secret}#${secret}`, `http://u:${secret}@[bad?${secret}`, `https://u:s/${secret}@host/a.exr`, `s3://AK:${secret}@bucket/a.exr`, `ftp://u:${secret}@h/a.exr?${secret}`];
    const all = await Promise.all(commands.map((command) => Promise.all(urls.map((url) => exr(...command, url)))));
    for (const ran of all.flat()) expect([ran.code > 0, `${ran.stdout}${ran.stderr}`.includes(secret), ran.stderr.includes('bug')]).toEqual([true, false, false]);
    for (const store of [`https://u:${secret}@h/x?${secret}`, `vast://u:${secret}@h/x?${secret}`]) expect((await exr('find', '--store', store)).stderr).not.toContain(secret);
  }, 120_000);
});

describe('a server', () => {
  let server: Server;
  const asked: string[] = [];
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer((request, response) => {
      asked.push(request.headers.range ?? 'all');
      listener(request, response);
    });
    asked.length = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  /** Ranges of what `content` gives, without ETag and date. */
  const ranges = (content: () => Uint8Array): RequestListener => (request, response) => {
    const all = content();
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range!)!.map(Number) as [number, number, number];
    const end = Math.min(to, all.length - 1);
    response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${all.length}` }).end(all.subarray(from, end + 1));
  };

  it.each([['inspect'], ['verify'], ['stats']])('%s asks once for what is not there', async (command) => {
    const url = await serve((_request, response) => void response.writeHead(404).end());
    expect((await exr(command, `${url}/gone.exr`)).code).toBe(4);
    server.close();
    expect(asked).toHaveLength(1);
  });

  it('that refuses costs one cycle of tries, whatever is asked', async () => {
    const url = await serve((request) => void request.socket.destroy());
    const ran = await exr('verify', '--deep', `${url}/a.exr`, '-f', 'json');
    server.close();
    expect([ran.code, asked.length]).toEqual([4, 4]);
  });

  it('without validators whose bytes change between ranges is told', async () => {
    const before = readFileSync(fixture('rip_none.exr')); // four times the first read
    const after = Buffer.from(before);
    after[60_000]! ^= 1;
    for (const [later, codes] of [[after, ['SOURCE_CHANGED']], [before, []]] as const) {
      let answered = 0;
      const url = await serve(ranges(() => (answered++ === 0 ? before : later)));
      const ran = await exr('inspect', '--stats', `${url}/a.exr`, '-f', 'json');
      server.close();
      expect([JSON.parse(ran.stdout).errors.map(({ code }: { code: string }) => code), asked.length > 1]).toEqual([codes, true]);
    }
  });
});

it.skipIf(process.platform !== 'linux')('JSON has no character that a terminal obeys, and says the same', async () => {
  const name = 'a\u009b31m\u202e\u2066\u200b\u007f\u{e0041}.exr';
  copyFileSync(fixture('half_naninf_zip.exr'), at(name));
  for (const args of [['inspect', '-f', 'json'], ['inspect', '-f', 'ndjson'], ['verify', '-f', 'json']]) {
    const { stdout } = await exr(...args, name);
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(stdout).file.path).toBe(name);
  }
  await exr('index', name);
  for (const args of [['find', '-f', 'json'], ['sql', 'SELECT file_name FROM files', '-f', 'json'], ['similar', name, '-f', 'json', '--where', "status = 'ok'"]]) expect((await exr(...args)).stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect((await exr('inspect', name)).stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

it('standard input may be a pipe that is slow', async () => {
  const child = spawn(process.execPath, [program, 'inspect', '-', '-f', 'json'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout!.on('data', (piece) => (text += String(piece)));
  for (let i = 0; i < bytes.length; i += 4096) child.stdin!.write(bytes.subarray(i, i + 4096));
  child.stdin!.end();
  await once(child, 'close');
  expect(JSON.parse(text).parts).toHaveLength(1);
});
