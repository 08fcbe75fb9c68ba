/** Every way out that we know of, on the real file system. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestClient } from '../client.spec-util.ts';
import { writeExr } from '../exr.spec-util.ts';
import { allowFolders, candidates, type Folder, isWithin } from './folders.ts';
import { openFile, openFolder } from './open.ts';

let base: string;
let folders: readonly Folder[];
let server: TestClient;
const inside = (...path: string[]) => join(base, 'data', ...path);

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'exr-mcp-')));
  for (const folder of ['data', 'data/sub', 'data2', 'secret']) mkdirSync(join(base, folder));
  for (const file of ['data/a.exr', 'data/sub/b.exr', 'data2/c.exr', 'secret/s.exr']) writeExr(join(base, file));
  writeFileSync(join(base, 'secret/password.txt'), 'hunter2');
  symlinkSync(join(base, 'secret/s.exr'), inside('out.exr'));
  symlinkSync(join(base, 'secret'), inside('outdir'));
  symlinkSync('../secret/nothing.exr', inside('dangling.exr'));
  symlinkSync('sub/b.exr', inside('in.exr'));
  symlinkSync('loop.exr', inside('loop.exr'));
  execFileSync('mkfifo', [inside('pipe.exr')]);
  folders = await allowFolders([join(base, 'data')]);
  server = await startServer([join(base, 'data')]);
});
afterAll(async () => {
  await server.close();
  rmSync(base, { recursive: true, force: true });
});

const OUTSIDE = /is not inside the allowed folders|is taken|plain path|cannot contain|there is no such file/;

describe('what is inside', () => {
  it.each(['a.exr', './a.exr', 'sub/b.exr', 'in.exr', 'sub//b.exr'])('%s opens', async (path) => {
    const { source } = await openFile(folders, path);
    expect(await source.read(0, 4)).toEqual(Uint8Array.from([0x76, 0x2f, 0x31, 0x01]));
    await source.close();
    await expect(source.read(0, 4)).rejects.toMatchObject({ code: 'CLOSED' });
  });
  it('opens by its absolute path, and names it shortly', async () => {
    const { source, shown } = await openFile(folders, inside('sub/b.exr'));
    expect(shown).toBe('sub/b.exr');
    await source.close();
  });
});

describe('what is outside, through every tool', () => {
  const cases = (): [string, string][] => [
    ['above', '../secret/s.exr'], ['above, deeper', 'sub/../../secret/s.exr'], ['above and back', '../data/a.exr'], ['absolute', join(base, 'secret/s.exr')], ['system file', '/etc/passwd'],
    ['prefix', join(base, 'data2/c.exr')], ['prefix from inside', `${inside()}2/c.exr`], ['link to a file', 'out.exr'], ['link to a folder', 'outdir/s.exr'], ['dangling link out', 'dangling.exr'],
    ['percent', '%2e%2e/secret/s.exr'], ['percent slash', '..%2fsecret%2fs.exr'], ['double percent', '%252e%252e%252fsecret/s.exr'], ['file: URI', `file://${join(base, 'secret/s.exr')}`], ['file: without slashes', `file:${join(base, 'secret/s.exr')}`],
    ['URL', 'http://127.0.0.1/s.exr'], ['exr: URI', 'exr://report/../secret/s.exr'], ['NUL', 'a.exr\0.png'], ['backslashes', '..\\secret\\s.exr'], ['full width dots', '．．/secret/s.exr'], ['overlong', `${'x/'.repeat(3000)}a.exr`], ['empty', ''],
    ['proc', '/proc/self/environ'], ['proc root', `/proc/self/root${join(base, 'secret/s.exr')}`], ['fd', '/dev/fd/0'], ['home', '~/s.exr'], ['device', '/dev/zero'],
  ];
  it('is refused by each, and nothing of it is told', async () => {
    for (const [name, path] of cases()) {
      for (const [tool, args] of [
        ['exr_summary', { path }], ['exr_attributes', { path }], ['exr_structure', { path }], ['exr_stats', { path }], ['exr_compare', { before: 'a.exr', after: path, stats: false }], ['exr_preview', { path }],
        ['exr_pixels', { path, region: { x_min: 0, y_min: 0, x_max: 0, y_max: 0 } }], ['exr_find', { folder: path }],
      ] as const) {
        const text = await server.refusal(tool, args);
        expect(text, `${name}: ${tool}`).toMatch(tool === 'exr_find' && path === '' ? /folder/ : /^"|arguments are not right/);
        expect(text, `${name}: ${tool}`).not.toMatch(/hunter2|root:/);
      }
    }
  }, 60_000);
  it('what is there and what is not look the same from inside', async () => {
    const there = await server.refusal('exr_summary', { path: join(base, 'secret/s.exr') });
    const absent = await server.refusal('exr_summary', { path: join(base, 'secret/x.exr') });
    expect(there.replace('s.exr', '')).toBe(absent.replace('x.exr', ''));
    expect(there).toMatch(OUTSIDE);
    expect((await server.refusal('exr_summary', { path: 'dangling.exr' })).replace('dangling', '')).toBe((await server.refusal('exr_summary', { path: 'out.exr' })).replace('out', ''));
  });
  it('resources refuse it too', async () => {
    for (const uri of ['exr://report/..%2Fsecret%2Fs.exr', 'exr://report/%2e%2e/secret/s.exr', `exr://report/${join(base, 'secret/s.exr')}`, 'exr://preview/out.exr', 'exr://header/outdir/s.exr', 'file:///etc/passwd', 'exr://secret/a.exr', 'exr://report/%00', 'exr://report/%zz']) {
      await expect(server.client.readResource({ uri }), uri).rejects.toThrow();
    }
    for (const value of ['../', '/etc/', '/', 'outdir/', `${base}/secret/`]) {
      const { completion } = await server.client.complete({ ref: { type: 'ref/resource', uri: 'exr://report/{+path}' }, argument: { name: 'path', value } });
      expect(completion.values, value).toEqual([]);
    }
  });
  it('a listing leaves links out that lead out, and enters none', async () => {
    const { found } = await server.data('exr_find', {});
    expect(found.map(({ path }: { path: string }) => path)).toEqual(['a.exr', 'in.exr', 'sub/b.exr']);
    const { completion } = await server.client.complete({ ref: { type: 'ref/resource', uri: 'exr://report/{+path}' }, argument: { name: 'path', value: '' } });
    expect(completion.values).toEqual(['a.exr', 'in.exr', 'sub/']);
  });
});

it('a manifest in a file beside the frame is named, never opened', async () => {
  writeFileSync(join(base, 'secret/manifest.json'), '{"hunter2":"00000000"}');
  writeExr(inside('sidecar.exr'), { attributes: [{ name: 'cryptomatte/1234567/manif_file', type: 'string', value: Buffer.from('../secret/manifest.json') }] });
  const text = await server.refusal('exr_attributes', { path: 'sidecar.exr', ids: '*' });
  expect(text).toContain('not opened');
  expect(text).not.toContain('hunter2');
  rmSync(inside('sidecar.exr'));
});

describe('what is no file', () => {
  it('a pipe is refused at once', async () => {
    const begin = performance.now();
    expect(await server.refusal('exr_summary', { path: 'pipe.exr' })).toContain('is a pipe');
    expect(performance.now() - begin).toBeLessThan(2000);
  });
  it('a socket, a folder, a link to itself', async () => {
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(inside('socket.exr'), resolve));
    expect(await server.refusal('exr_summary', { path: 'socket.exr' })).toContain('is a socket');
    socket.close();
    expect(await server.refusal('exr_attributes', { path: 'sub' })).toContain('is a folder');
    expect(await server.refusal('exr_summary', { path: 'loop.exr' })).toMatch(/symbolic link|not inside/);
  });
  it('a device inside an allowed folder', async () => {
    const devices = await startServer(['/dev']);
    expect(await devices.refusal('exr_summary', { path: 'zero' })).toContain('is a device');
    expect(await devices.refusal('exr_summary', { path: '/dev/full' })).toContain('is a device');
    await devices.close();
  });
});

describe('races', () => {
  it('a link swapped in between check and opening', async () => {
    writeExr(inside('race.exr'));
    const swap = () => {
      unlinkSync(inside('race.exr'));
      symlinkSync(join(base, 'secret/s.exr'), inside('race.exr'));
    };
    await expect(openFile(folders, 'race.exr', { beforeOpen: swap })).rejects.toThrow(/symbolic link/);
    rmSync(inside('race.exr'));
  });
  it('a folder above swapped for a link between check and opening', async () => {
    mkdirSync(inside('swap'));
    writeExr(inside('swap/s.exr'));
    const swap = () => {
      renameSync(inside('swap'), inside('swap.old'));
      symlinkSync(join(base, 'secret'), inside('swap'));
    };
    await expect(openFile(folders, 'swap/s.exr', { beforeOpen: swap })).rejects.toThrow(/not inside/);
    for (const path of ['swap', 'swap.old']) rmSync(inside(path), { recursive: true });
  });
  it('a folder that flips all the time never gives the file outside', async () => {
    mkdirSync(inside('real'));
    writeExr(inside('real/s.exr'), { attributes: [{ name: 'mark', type: 'string', value: Buffer.from('inside') }] });
    symlinkSync('real', inside('flip'));
    const [good, bad] = [inside('flip.good'), inside('flip.bad')];
    let flips = 0;
    const flip = setInterval(() => {
      const to = flips++ % 2 ? 'real' : join(base, 'secret');
      const made = flips % 2 ? bad : good;
      symlinkSync(to, made);
      renameSync(made, inside('flip'));
    }, 0);
    let [opened, refused] = [0, 0];
    const until = performance.now() + 1500;
    while (performance.now() < until) {
      try {
        const { source, stats } = await openFile(folders, 'flip/s.exr');
        const text = Buffer.from(await source.read(0, stats.size)).toString('latin1');
        await source.close();
        expect(text).toContain('inside');
        opened++;
      } catch (error) {
        if ((error as Error).name !== 'ToolError') throw error;
        refused++;
      }
    }
    clearInterval(flip);
    expect(opened, `${flips} flips`).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    for (const path of ['flip', 'real']) rmSync(inside(path), { recursive: true });
  });
  it('what was opened is what is read, whatever its path becomes', async () => {
    writeExr(inside('moved.exr'));
    const { source } = await openFile(folders, 'moved.exr');
    unlinkSync(inside('moved.exr'));
    symlinkSync(join(base, 'secret/password.txt'), inside('moved.exr'));
    expect(Buffer.from(await source.read(0, 4)).toString('hex')).toBe('762f3101');
    await source.close();
    unlinkSync(inside('moved.exr'));
  });
  it('a file that grows while it is read says so', async () => {
    writeExr(inside('grows.exr'));
    const { source } = await openFile(folders, 'grows.exr');
    await source.read(0, 8);
    writeFileSync(inside('grows.exr'), 'short');
    await expect(source.read(8, 8)).rejects.toMatchObject({ code: expect.stringMatching(/SOURCE_CHANGED|TRUNCATED/) });
    await source.close();
    rmSync(inside('grows.exr'));
  });
  it('an allowed folder that is later made a link is not followed', async () => {
    mkdirSync(join(base, 'later'));
    writeExr(join(base, 'later/s.exr'));
    const later = await allowFolders([join(base, 'later')]);
    renameSync(join(base, 'later'), join(base, 'later.old'));
    symlinkSync(join(base, 'secret'), join(base, 'later'));
    await expect(openFile(later, 's.exr')).rejects.toThrow(/not inside/);
    await expect(openFolder(later, '.')).rejects.toThrow(/not inside/);
    rmSync(join(base, 'later'));
  });
});

describe('names', () => {
  it('component by component', () => {
    expect([isWithin('/data2/x', '/data'), isWithin('/data/x', '/data'), isWithin('/data', '/data'), isWithin('/x', '/')]).toEqual([false, true, true, true]);
  });
  it('on Windows: network paths, streams, devices', () => {
    const folder = [{ given: 'C:\\data', real: 'C:\\data' }];
    for (const path of ['\\\\server\\share\\a.exr', '//server/share/a.exr', '\\\\?\\C:\\x.exr', 'a.exr:stream', 'a.exr::$DATA', 'C:x.exr', 'NUL', 'sub\\con.exr', '..\\x', 'COM1', 'aux.exr']) {
      expect(() => candidates(folder, path, path, 'win32'), path).toThrow();
    }
    expect(() => candidates(folder, 'sub\\a.exr', '', 'win32')).not.toThrow();
  });
  it('several folders: paths in answers are absolute and can be given back', async () => {
    const two = await startServer([join(base, 'data'), join(base, 'data2')]);
    const { found } = await two.data('exr_find', {});
    expect(found.map(({ path }: { path: string }) => path)).toContain(join(base, 'data2/c.exr'));
    for (const { path } of found) await two.data('exr_summary', { path });
    await two.data('exr_summary', { path: 'c.exr' });
    await two.close();
  });
});

it('a folder of very many files ends with a word', async () => {
  const many = join(base, 'many');
  mkdirSync(many);
  for (let i = 0; i < 3000; i++) writeFileSync(join(many, `f.${String(1001 + i * 2).padStart(4, '0')}.exr`), '');
  const server2 = await startServer([many]);
  const answer = await server2.data('exr_find', {});
  expect(answer.found[0]).toMatchObject({ path: 'f.####.exr', count: 3000, frames: '1001-6999x2' });
  expect(await server2.refusal('exr_stats', { path: 'f.####.exr', frames: '1-99999999' })).toContain('frames');
  await server2.close();
});
