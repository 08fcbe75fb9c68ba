// The built program, run as a user runs it: `nx test exr-cli` builds it first.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const fixtures = fileURLToPath(new URL('../../../test-fixtures/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'exr-cli-'));
const fixture = (name: string): string => join(fixtures, name);

const schema = JSON.parse(readFileSync(new URL('../../../packages/core/schema/report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: false }).compile(schema);
/** Every report that a command prints keeps the published schema. */
function expectReport(report: unknown): void {
  expect([validate(report), validate.errors]).toEqual([true, null]);
}

interface Ran {
  code: number;
  stdout: Buffer;
  stderr: string;
}

// nx asks for colour by FORCE_COLOR: a user's pipe does not.
const { FORCE_COLOR: _, ...env } = process.env;

function exr(args: string[], stdin?: Uint8Array): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { encoding: 'buffer', maxBuffer: 2 ** 28, env }, (error, stdout, stderr) => {
      resolve({ code: error ? ((error.code as unknown as number) ?? -1) : 0, stdout, stderr: stderr.toString() });
    });
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(stdin);
  });
}
const json = (ran: Ran) => JSON.parse(ran.stdout.toString());
const lines = (ran: Ran) => ran.stdout.toString().trim().split('\n').map((line) => JSON.parse(line));

describe('exr inspect', () => {
  it('prints one object for one file, an array for several, a line each for ndjson', async () => {
    const one = json(await exr(['inspect', fixture('multipart_3.exr'), '--format', 'json']));
    expect(one.parts.length).toBe(JSON.parse(readFileSync(fixture('multipart_3.expected.json'), 'utf8')).parts.length);
    const two = json(await exr(['inspect', fixture('multipart_3.exr'), fixture('rip_zip.exr'), '-f', 'json']));
    expect(two.map((report: { file: { path: string } }) => report.file.path)).toEqual([fixture('multipart_3.exr'), fixture('rip_zip.exr')]);
  });

  it('streams a folder in order, and agrees with the oracle on every window', async () => {
    const names = readdirSync(fixtures).filter((name) => name.endsWith('.exr')).sort();
    const ran = await exr(['inspect', fixtures, '--format', 'ndjson']);
    const reports = lines(ran);
    expect(reports.map((report) => report.file.path)).toEqual(names.map((name) => join(fixtures, name)));
    for (const report of reports) {
      expectReport(report);
      const expected = JSON.parse(readFileSync(report.file.path.replace(/\.exr$/, '.expected.json'), 'utf8'));
      const windows = report.parts.map((part: { data_window: object }) => Object.values(part.data_window));
      if (!expected.error) expect([report.file.path, windows]).toEqual([report.file.path, expected.parts.map((part: { dataWindow: number[] }) => part.dataWindow)]);
    }
    expect(ran.code).toBe(0);
  });

  it('goes on after a bad file, says what it is, and exits with the worst code', async () => {
    const png = join(scratch, 'renamed.exr');
    writeFileSync(png, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    const ran = await exr(['inspect', png, join(scratch, 'gone.exr'), fixture('rip_zip.exr'), '--format', 'ndjson']);
    const reports = lines(ran);
    expect(reports.map((report) => report.errors.map((error: { code: string }) => error.code))).toEqual([['NOT_EXR'], ['READ_FAILED'], []]);
    expect(reports[0].errors[0].message).toContain('PNG');
    expect(ran.code).toBe(4);
    expect((await exr(['inspect', png])).code).toBe(1);
    expect((await exr(['inspect', png])).stdout.toString()).toContain('PNG');
  });

  it('reads standard input, http with ranges, globs and folders below folders', async () => {
    const bytes = readFileSync(fixture('rip_zip.exr'));
    const piped = json(await exr(['inspect', '-', '--format', 'json'], bytes));
    expect([piped.file.path, piped.parts[0].chunk_count]).toEqual(['-', 110]);
    const server = createServer((request, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const end = Math.min(Number(to ?? bytes.length - 1), bytes.length - 1);
      response.writeHead(from === undefined ? 200 : 206, { etag: '"1"', ...(from !== undefined && { 'content-range': `bytes ${from}-${end}/${bytes.length}` }) });
      response.end(bytes.subarray(Number(from ?? 0), end + 1));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/rip.1001.exr`;
    const remote = json(await exr(['inspect', url, '--format', 'json']));
    server.close();
    expect([remote.file.header_hash, remote.file.frame_number, remote.file.size_bytes]).toEqual([piped.file.header_hash, 1001, bytes.length]);
    expect(lines(await exr(['inspect', join(fixtures, 'rip_*.exr'), '--format', 'ndjson'])).length).toBe(5);
    symlinkSync(fixtures, join(scratch, 'below'));
    expect(lines(await exr(['inspect', join(scratch, 'below'), '-r', '--format', 'ndjson'])).length).toBeGreaterThan(100);
  });

  it('never sends control characters of the file to the terminal', async () => {
    const shown = (await exr(['inspect', fixture('attributes_all.exr')])).stdout.toString();
    expect(shown).toContain('\\x1b[31mred');
    // eslint-disable-next-line no-control-regex
    expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
  });

  it('selects fields, attributes and parts', async () => {
    expect(json(await exr(['inspect', fixture('multipart_3.exr'), '-f', 'json', '--fields', 'file.part_count,parts.compression', '--part', '1']))).toEqual({ file: { part_count: 3 }, parts: [{ compression: expect.any(String) }] });
    const picked = json(await exr(['inspect', fixture('attributes_all.exr'), '-f', 'json', '--attribute', 'owner']));
    expect(picked.parts[0].attributes).toEqual([{ name: 'owner', type: 'string', size: 7, value: 'someone' }]);
    const wrong = await exr(['inspect', fixture('multipart_3.exr'), '--part', '7']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('part 7 does not exist; parts are 0')]);
  });

  it('takes every field that a report has, and no other', async () => {
    const reports = [
      ...lines(await exr(['inspect', fixtures, '--deep-stats', '-f', 'ndjson'])), ...lines(await exr(['verify', '--deep', fixtures, join(fixtures, 'damaged'), '-f', 'ndjson'])),
    ];
    const fields = new Set<string>();
    const walk = (value: unknown, path: string): void => {
      if (Array.isArray(value)) value.forEach((item) => walk(item, path));
      else if (typeof value === 'object' && value !== null && path !== 'attributes') {
        for (const [key, below] of Object.entries(value)) {
          fields.add(path === '' ? key : `${path}.${key}`);
          walk(below, path === '' ? key : `${path}.${key}`);
        }
      }
    };
    reports.forEach((report) => walk(report, ''));
    const all = [...fields].filter((field) => !field.includes(','));
    expect(all.length).toBeGreaterThan(150);
    expect(await exr(['inspect', fixture('rip_zip.exr'), '-f', 'json', '--fields', [...all, 'attributes.anything', 'embedding'].join(',')])).toMatchObject({ code: 0, stderr: '' });
    for (const [wrong, right] of [['file.pth', 'file.path'], ['parts.compresion', 'parts.compression'], ['stat', 'stats'], ['parts.index.x', 'has no fields']]) {
      expect(await exr(['inspect', fixture('rip_zip.exr'), '--fields', wrong!])).toMatchObject({ code: 2, stdout: Buffer.alloc(0), stderr: expect.stringContaining(right!) });
    }
  });

  it('takes parts by number and by name, and stats prints the report as inspect does', async () => {
    const named = (part: string) => exr(['inspect', fixture('multipart_3.exr'), '-p', part, '-f', 'json', '--fields', 'parts.index,parts.name']);
    expect(await Promise.all(['1', 'crop'].map(async (part) => json(await named(part))))).toEqual([{ parts: [{ index: 1, name: 'crop' }] }, { parts: [{ index: 1, name: 'crop' }] }]);
    expect(await named('corp')).toMatchObject({ code: 2, stderr: expect.stringContaining('parts are 0 beauty, 1 crop') });
    const planes = await Promise.all(['1', 'crop'].map((part) => exr(['planes', fixture('multipart_3.exr'), '-p', part, '-c', 'R'])));
    expect([planes[0]!.stdout.length > 0, planes[1]!.stdout.equals(planes[0]!.stdout)]).toEqual([true, true]);
    const [stats, inspected] = [json(await exr(['stats', fixture('rip_zip.exr'), '-f', 'json'])), json(await exr(['inspect', '--stats', fixture('rip_zip.exr'), '-f', 'json']))];
    expectReport(stats);
    expect(stats).toEqual(inspected);
  });

  it('says how to go on after a mistake', async () => {
    expect(await exr(['inspect'])).toMatchObject({ code: 2, stderr: expect.stringContaining('paths') });
    expect(await exr(['inspect', scratch, '--format', 'xml'])).toMatchObject({ code: 2, stderr: expect.stringContaining('pretty') });
    expect(await exr(['inspect', fixtures, '--limit', 'nonsense=1'])).toMatchObject({ code: 2, stderr: expect.stringContaining('headerBytes') });
    expect((await exr(['inspect', '--help'])).stdout.toString()).toContain('EXAMPLES');
    expect(await exr(['inspect', fixture('rip_zip.exr'), '--output', join(scratch, 'no', 'such', 'folder.json')])).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be written') });
    if (existsSync('/dev/full')) expect(await exr(['inspect', fixture('rip_zip.exr'), '--output', '/dev/full'])).toMatchObject({ code: 4, stderr: expect.stringContaining('no space') });
  });
});

describe('exr stats and planes', () => {
  it('measures and draws', async () => {
    const ran = await exr(['stats', fixture('float_naninf_zip.exr')]);
    expect(ran.stdout.toString()).toMatch(/not finite R: NaN at \(0, 0\)/);
    const partial = await exr(['stats', fixture('incomplete_scan_zip.exr'), '--format', 'ndjson']);
    expect([partial.code, lines(partial)[0].stats.parts[0].partial]).toEqual([1, true]);
    const all = await exr(['inspect', fixture('multipart_flat_deep.exr'), fixture('incomplete_mip_piz.exr'), fixture('half_naninf_none.exr'), '--deep-stats', '--format', 'ndjson']);
    for (const report of lines(all)) expectReport(report);
    expect(all.code).toBe(1);
  });

  it('gives the same bytes for any number of threads', async () => {
    const reports = await Promise.all([1, 2, 4].map((threads) => exr(['inspect', fixture('multipart_3.exr'), fixture('mip_piz.exr'), '--stats', '--format', 'json', '--threads', String(threads)])));
    expect(reports[1]!.stdout.equals(reports[0]!.stdout)).toBe(true);
    expect(reports[2]!.stdout.equals(reports[0]!.stdout)).toBe(true);
  });

  it('writes planes that hash to the oracle\'s', async () => {
    const expected = JSON.parse(readFileSync(fixture('mip_zip.expected.json'), 'utf8')).parts[0].levels[2];
    for (const [channel, { sha256_f32: sha }] of Object.entries(expected.channels as Record<string, { sha256_f32: string }>)) {
      const { stdout } = await exr(['planes', fixture('mip_zip.exr'), '--level', '2', '--channel', channel]);
      expect(createHash('sha256').update(stdout).digest('hex')).toBe(sha);
    }
    const gaps = await exr(['planes', fixture('incomplete_scan_zip.exr'), '--channel', 'R']);
    expect([gaps.code, gaps.stdout.length, gaps.stderr]).toEqual([1, 86 * 64 * 4, expect.stringContaining('never written')]);
  });
});

describe('exr verify', () => {
  const damaged = (name: string): string => join(fixtures, 'damaged', `${name}.exr`);

  it('gives a verdict a file, as pictures for people and reports for scripts', async () => {
    const ran = await exr(['verify', fixture('rip_zip.exr'), damaged('t4_never_written'), damaged('t0_png'), '--format', 'ndjson']);
    for (const report of lines(ran)) expectReport(report);
    expect(lines(ran).map((report) => report.structure.verdict)).toEqual(['ok', 'incomplete', 'not an EXR']);
    expect(ran.code).toBe(1);
    const shown = (await exr(['verify', damaged('t4_never_written'), '--recent', '0'])).stdout.toString();
    expect(shown).toMatch(/incomplete .*t4_never_written/);
    expect(shown).toContain('3 of 5 chunks are missing: lines 28 to 43, 60 to 78');
    expect(shown).toMatch(/12 █+░+█+░+ 78/);
  });

  it('needs --deep to see broken data, and says nothing of good files with --bad-only', async () => {
    expect((await exr(['verify', damaged('t8_data')])).code).toBe(0);
    expect(await exr(['verify', damaged('t8_data'), '--deep'])).toMatchObject({ code: 1 });
    expect((await exr(['verify', fixture('rip_zip.exr'), '--bad-only'])).stdout.toString()).toBe('');
    expect(json(await exr(['verify', fixture('rip_zip.exr'), '--bad-only', '-f', 'json']))).toEqual([]);
    expect(json(await exr(['verify', damaged('t0_png'), '--bad-only', '-f', 'json']))).toHaveLength(1);
  });

  it.each([
    // file, exit code and first error of the commands that look, exit code of verify, a word of a note
    ['no-pixel-aspect.exr', 0, undefined, 0, 'pixelAspectRatio is missing: 1 is taken'],
    ['chroma-odd-size.exr', 1, 'NOT_CONFORMING', 1, undefined],
    ['unsorted-channels.exr', 1, 'NOT_CONFORMING', 1, undefined],
    ['zero-offset-tables.exr', 0, undefined, 1, 'were found without it'],
  ])('says of %s the same with every command', async (name, code, error, judged, note) => {
    const file = join(fixtures, 'verdicts', name);
    const verified = await exr(['verify', file, '--format', 'json']);
    expect(verified.code).toBe(judged);
    for (const ran of [await exr(['inspect', file, '--stats', '--format', 'json']), await exr(['stats', file, '--format', 'json'])]) {
      expect([ran.code, json(ran).errors[0]?.code]).toEqual([code, error]);
      if (note) expect(JSON.stringify(json(ran).notes)).toContain(note);
    }
    const shown = await exr(['inspect', file, '--stats']);
    expect([shown.code, shown.stdout.toString()]).toEqual([code, expect.stringContaining(note ?? error!)]);
    const channel = json(verified).channels[0].name as string;
    for (const ran of [await exr(['planes', file, '--channel', channel]), await exr(['preview', file, '--output', '-'])]) {
      expect([ran.code, ran.stdout.length > 0, error === undefined || ran.stderr.includes('channels:')]).toEqual([code, true, true]);
    }
  });

  it.each(['inspect', 'inspect --stats', 'stats', 'verify', 'verify --deep', 'planes -c R', 'preview -o -', 'index --store unknown.duckdb'])('%s names a compression that nobody knows, exit 3', async (command) => {
    const bytes = readFileSync(fixture('scan_half_rgba_zip.exr'));
    const name = 'compression\0compression\0';
    bytes[bytes.indexOf(name) + name.length + 4] = 14;
    const file = join(scratch, 'unknown.exr');
    writeFileSync(file, bytes);
    const ran = await exr([...command.split(' ').map((word) => (word === 'unknown.duckdb' ? join(scratch, word) : word)), file]);
    expect([ran.code, ran.stdout.toString('latin1') + ran.stderr]).toEqual([3, expect.stringContaining('unknown compression 14')]);
    expect(ran.stderr).not.toContain('bug');
  });

  it('writes a copy with a right table, never over another file, never half', async () => {
    const target = join(scratch, 'saved.exr');
    expect((await exr(['verify', damaged('t3_table_zero')])).stdout.toString()).toContain('exr verify FILE --fix-table COPY.exr');
    const ran = await exr(['verify', damaged('t3_table_zero'), '--fix-table', target]);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('5 chunks copied')]);
    expect(readFileSync(target).equals(readFileSync(fixture('scan_half_rgba_zip.exr')))).toBe(true);
    expect(await exr(['verify', damaged('t3_table_zero'), '--fix-table', target])).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect(await exr(['verify', target, '--fix-table', target, '--force'])).toMatchObject({ code: 2, stderr: expect.stringContaining('the input itself') });
    expect(readdirSync(scratch).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

it('exr preview writes a PNG of the size asked for', async () => {
  const file = join(scratch, 'p.png');
  const ran = await exr(['preview', fixture('multiview_stereo.exr'), '--size', '40', '-o', file]);
  const png = readFileSync(file);
  expect([ran.code, png.toString('latin1', 1, 4), Math.max(png.readUInt32BE(16), png.readUInt32BE(20))]).toEqual([0, 'PNG', 40]);
});
