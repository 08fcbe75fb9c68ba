import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { ExrError, isExrError } from '../errors.ts';
import { openExr } from '../header/index.ts';
import { attribute, bytes, exr, FLAGS, rawAttribute, required, u32 } from '../header/exr-bytes.spec-util.ts';
import { buildFailedReport, buildReport, jsonBytes, sha256Hex, toJson, TOOL, type ExrReport } from './index.ts';
import { checkReport } from './validate.spec-util.ts';

const fixtures = join(import.meta.dirname, '../../../../test-fixtures');
const report = async (content: Uint8Array, options: Parameters<typeof buildReport>[1] & { name?: string } = {}) =>
  checkReport(buildReport(await openExr(memorySource(content, options.name ?? 'shots/beauty.1001.exr')), options));
const fixture = (name: string) => readFileSync(join(fixtures, name));

describe('buildReport', () => {
  it('of a small file, whole', async () => {
    const content = exr();
    const found = await report(Buffer.concat([content, new Uint8Array(50)]), { mtime: new Date(0) });
    expect(found).toMatchObject({
      schema_version: 1,
      tool: { name: 'exr-inspector', version: '0.1.0' },
      file: {
        path: 'shots/beauty.1001.exr',
        size_bytes: content.length + 50,
        mtime: '1970-01-01T00:00:00.000Z',
        exr_version: 2,
        part_count: 1,
        is_multipart: false,
        is_deep: false,
        frame_number: 1001,
        header_bytes: content.length,
        header_hash: createHash('sha256').update(content).digest('hex'),
      },
      channels: [{ part_index: 0, name: 'R', layer: '', component: 'R', view: null, type: 'half', x_sampling: 1, y_sampling: 1, p_linear: false }],
      errors: [],
    });
    expect(found.parts).toEqual([
      {
        index: 0, name: null, type: 'scanlineimage', view: null, width: 16, height: 8,
        data_window: { x_min: 0, y_min: 0, x_max: 15, y_max: 7 }, display_window: { x_min: 0, y_min: 0, x_max: 15, y_max: 7 },
        pixel_aspect_ratio: 1, line_order: 'increasing_y', compression: 'zip', tile_width: null, tile_height: null, level_mode: null, rounding_mode: null,
        level_count: 1, is_deep: false, chunk_count: 1, color_space: null, color: { source: null, sources: [], agree: true }, software: null, timecode: null, frame_rate: null,
        attributes: found.parts[0]!.attributes,
      },
    ]);
    expect(found.parts[0]!.attributes[2]).toEqual({ name: 'dataWindow', type: 'box2i', size: 16, value: { x_min: 0, y_min: 0, x_max: 15, y_max: 7 } });
    expect(found.attributes['compression']).toBe('zip');
    expect(Object.keys(found.attributes)).toEqual(found.parts[0]!.attributes.map((each) => each.name));
    expect(found).not.toHaveProperty('stats');
  });

  it('says of every attribute type what it holds', async () => {
    const { attributes, parts } = await report(fixture('attributes_all.exr'));
    expect(attributes).toMatchObject({
      b2i: { x_min: -1, y_min: 2, x_max: 3, y_max: 4 },
      chromaticities: { red: [Math.fround(0.713), Math.fround(0.293)] },
      framesPerSecond: { numerator: 24000, denominator: 1001 },
      keyCode: { film_mfc_code: 12, perfs_per_count: 64 },
      timeCode: { hours: 1, minutes: 2, seconds: 3, frame: 4, time_and_flags: 16909124, user_data: 7 },
      preview: { width: 8, height: 6, rgba: { encoding: 'base64', length: 192 } },
      strvec: ['left', 'right', '', 'naïve'],
      evil: '\x1b[31mred\x1b[0m \u202e rtl \x07 bell',
      channels: [{ name: 'R', pixel_type: 'half', x_sampling: 1, p_linear: false }],
    });
    expect(parts[0]).toMatchObject({ color_space: 'lin_ap1_scene', frame_rate: 24000 / 1001, timecode: '01:02:03;04' });
  });

  it('spells what JSON has no word for', async () => {
    const latin = Uint8Array.of(0x43, 0x61, 0x66, 0xe9);
    const content = exr(
      bytes(
        required({ pixelAspectRatio: attribute('pixelAspectRatio', 'float', Number.NaN) }),
        attribute('whiteLuminance', 'float', Infinity),
        attribute('fv', 'floatvector', [-Infinity, 1]),
        rawAttribute('owner', 'string', latin),
        rawAttribute('__proto__', 'int', u32(5)),
        rawAttribute('blob', 'studioType', new Uint8Array(5000).fill(7)),
      ),
    );
    const found = await report(content);
    expect(found.parts[0]!.pixel_aspect_ratio).toBe('NaN');
    expect(found.attributes).toMatchObject({ whiteLuminance: 'Infinity', fv: ['-Infinity', 1] });
    expect(found.attributes['owner']).toEqual({ encoding: 'base64', length: 4, data: Buffer.from(latin).toString('base64'), text: 'Caf\ufffd' });
    expect(found.attributes['blob']).toEqual({ encoding: 'base64', length: 5000, data: Buffer.alloc(4096, 7).toString('base64'), truncated: true });
    expect(Object.getOwnPropertyDescriptor(found.attributes, '__proto__')?.value).toBe(5);
    expect(found.errors).toMatchObject([{ code: 'NOT_CONFORMING', kind: 'format', where: { attribute: 'pixelAspectRatio', part: 0 } }]);
  });

  it('shows what was readable of a bad header, with its errors', async () => {
    const whole = exr(bytes(required({ dataWindow: null }), attribute('owner', 'string', 'me')), FLAGS.tiled);
    const found = await report(whole.subarray(0, whole.length - 3));
    expect(found.file).toMatchObject({ header_bytes: null, header_hash: null, exr_version: 2 });
    expect(found.parts).toMatchObject([{ width: 0, height: 0, chunk_count: null, type: 'tiledimage', tile_width: null }]);
    expect(found.errors[0]).toMatchObject({ code: 'TRUNCATED', where: { attribute: 'owner' } });
    expect(found.attributes['compression']).toBe('zip');
  });

  it('names a compression that nobody knows', async () => {
    const found = await report(exr(required({ compression: rawAttribute('compression', 'compression', Uint8Array.of(77)) })));
    expect(found.parts[0]).toMatchObject({ compression: 'unknown 77', chunk_count: null });
  });

  it('cuts a value that is longer than the limit, and says its length', async () => {
    const file = await openExr(memorySource(exr(bytes(required(), attribute('long', 'string', 'x'.repeat(5000)), attribute('fv', 'floatvector', new Array<number>(100).fill(1))))), { limits: { stringLength: 1000 } });
    const found = checkReport(buildReport(file, { bytesLimit: 16 }));
    expect(found.attributes['long']).toMatchObject({ length: 5000, truncated: true });
    expect(found.attributes['fv']).toMatchObject({ length: 400, truncated: true });
  });

  it('writes ID manifests out when asked to, and says when they are broken', async () => {
    const content = fixture('idmanifest.exr');
    expect((await report(content)).attributes['idManifest']).toMatchObject({ uncompressed_size: 324, packed: { encoding: 'base64' } });
    expect((await report(content, { idManifests: true })).attributes['idManifest']).toMatchObject([
      { channels: ['id'], components: ['name', 'material'], lifetime: 'stable', hash_scheme: 'none', encoding_scheme: 'id', entries: { 1: ['obj0', 'wood'], 8: ['obj1', 'metal'] } },
    ]);
    const broken = Buffer.from(content);
    broken[broken.indexOf('idmanifest\0') + 40]! ^= 0xff;
    expect((await report(broken, { idManifests: true })).errors).toMatchObject([{ code: 'CORRUPT_DATA', where: { part: 0, attribute: 'idManifest' } }]);
    const lying = Buffer.from(content);
    lying.writeUInt32LE(50_000_000, lying.indexOf('idmanifest\0') + 15);
    expect((await report(lying, { idManifests: true })).errors[0]!.message).toContain('cannot inflate to 50000000');
  });

  it('of a file that could not be opened', () => {
    const error = new ExrError('NOT_EXR', 'x.exr: not an EXR: this is a PNG image', { source: 'x.exr', offset: 0 });
    expect(checkReport(buildFailedReport(error, { path: 'x.exr', sizeBytes: 8 }))).toMatchObject({ file: { size_bytes: 8, exr_version: null, part_count: 0 }, parts: [], errors: [{ code: 'NOT_EXR', kind: 'format' }] });
  });

  it('carries the sections that it is given', async () => {
    const stats = { parts: [{ index: 0, partial: false, skipped: [], channels: [] }] };
    expect((await report(exr(), { stats })).stats).toEqual(stats);
  });

  it('the tool’s version is the package’s', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
    expect(TOOL.version).toBe(version);
  });
});

describe('every fixture', () => {
  const names = readdirSync(fixtures).filter((name) => name.endsWith('.exr'));
  it.each(names)('%s: its report is what the schema says, twice the same', async (name) => {
    const content = fixture(name);
    const [one, two] = [await report(content, { name }), await report(content, { name })];
    expect(JSON.stringify(one)).toBe(JSON.stringify(two));
    expect(one.errors).toEqual([]);
    expect(one.file.header_hash).toBe(createHash('sha256').update(content.subarray(0, one.file.header_bytes!)).digest('hex'));
    const chunkCounts = one.parts.map((part) => part.attributes.find((each) => each.name === 'chunkCount')?.value);
    chunkCounts.forEach((stored, i) => stored === undefined || expect(one.parts[i]!.chunk_count).toBe(stored));
  });

  const corpus = process.env['EXR_CORPUS'];
  it.skipIf(!corpus || !existsSync(corpus))('and the corpus', async () => {
    const walk = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? walk(join(folder, name)) : name.endsWith('.exr') || folder.endsWith('damaged') ? [join(folder, name)] : []));
    for (const path of walk(corpus!)) {
      let found: ExrReport;
      try {
        found = await report(readFileSync(path), { name: path });
      } catch (error) {
        if (!isExrError(error)) throw error;
        found = checkReport(buildFailedReport(error, { path }));
        expect(found.errors).toHaveLength(1);
      }
      if (/openexr-images|generated/.test(path)) expect(found.errors, path).toEqual([]);
    }
  });
});

describe('toJson', () => {
  it('big integers, maps, dates, typed arrays, undefined', () => {
    expect(toJson({ camelCase: 1n, big: 2n ** 53n, negative: -(2n ** 63n), map: new Map([[7n, ['a']]]), when: new Date(0), floats: Float32Array.of(0.5, Number.NaN), gone: undefined })).toEqual({
      camel_case: 1,
      big: '9007199254740992',
      negative: '-9223372036854775808',
      map: { 7: ['a'] },
      when: '1970-01-01T00:00:00.000Z',
      floats: [0.5, 'NaN'],
    });
  });

  it('bytes as base64', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (content) => void expect(jsonBytes(content).data).toBe(Buffer.from(content).toString('base64'))));
    expect(jsonBytes(new Uint8Array(100_000).fill(1), { bytesLimit: 100_000 }).data).toBe(Buffer.alloc(100_000, 1).toString('base64'));
  });
});

describe('sha256Hex', () => {
  it('is that of node:crypto, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
        expect(sha256Hex(pieces)).toBe(createHash('sha256').update(Buffer.concat(pieces)).digest('hex'));
      }),
      { numRuns: 300 },
    );
    for (const length of [55, 56, 63, 64, 65, 119, 120, 1_000_000]) {
      expect(sha256Hex([new Uint8Array(length)])).toBe(createHash('sha256').update(Buffer.alloc(length)).digest('hex'));
    }
  });

  it('of many megabytes is the same with and without node:crypto', () => {
    const pieces = [1, 1_500_000, 77, 2 ** 20, 2_000_001].map((length, i) => new Uint8Array(length).fill(i + 1));
    const expected = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
    expect(sha256Hex(pieces)).toBe(expected);
    vi.stubGlobal('process', {});
    try {
      expect(sha256Hex(pieces)).toBe(expected);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

it('long texts together take bounded room: each says its true length and begins to be read', async () => {
  const cut = await openExr(memorySource(exr(bytes(required(), attribute('v', 'string', 'y'.repeat(2000))))), { limits: { stringLength: 1000 } });
  expect(buildReport(cut).parts[0]!.attributes.find(({ name }) => name === 'v')!.value).toMatchObject({ length: 2000, truncated: true, text: 'y'.repeat(1000) });
  const many = await openExr(memorySource(exr(bytes(required(), ...Array.from({ length: 9 }, (_, i) => attribute(`t${i}`, 'string', 'z'.repeat(10_000)))))), { limits: { stringLength: 10_000 } });
  const spelled = buildReport(many).parts[0]!.attributes.filter(({ name }) => name.startsWith('t'));
  expect(spelled.map(({ value }) => typeof value)).toEqual(['string', 'string', 'string', 'string', 'object', 'object', 'object', 'object', 'object']);
});

it('short texts by the thousand take bounded room too; the values of a large one are there all the same', async () => {
  const file = await openExr(memorySource(exr(bytes(required(), ...Array.from({ length: 3000 }, (_, i) => attribute(`t${i}`, 'string', 'z'.repeat(4000))), attribute('last', 'string', 'short')))));
  const report = buildReport(file);
  const values = report.parts[0]!.attributes.filter(({ name }) => name.startsWith('t') && name !== 'tiles').map(({ value }) => value);
  expect(values[0]).toBe('z'.repeat(4000));
  expect(values.at(-1)).toMatchObject({ length: 4000, truncated: true, text: 'z'.repeat(256) });
  expect(report.parts[0]!.attributes.at(-1)).toMatchObject({ name: 'last', value: 'short' });
  expect(JSON.stringify(report).length).toBeLessThan(16 * 1024 * 1024);
});
