import { readFileSync } from 'node:fs';
import { halfToFloatBits, memorySource, openExr, readDeepSamples, readPlane, readProxyPlanes, renderPreview } from '@exr/core';
import { describe, expect, it } from 'vitest';
import { firstParams } from './first.ts';
import { bytesOf, calm, exrsIn, FIXTURES, open, openBytes } from './fixtures.spec-util.ts';

const halves = new Float32Array(halfToFloatBits().buffer);
const asFloats = (plane: Uint16Array | Float32Array): Float32Array => (plane instanceof Float32Array ? plane : Float32Array.from(plane, (bits) => halves[bits]!));
const level = { x: 0, y: 0 };

describe('image', () => {
  it.each(['scan_half_rgba_zip.exr', 'scan_half_rgba_dwaa.exr', 'uint_half_float_htj2k32.exr', 'tile_mip_down_piz.exr', 'mixed_layers_zip.exr', 'float_naninf_zip.exr', 'half_naninf_piz.exr', 'multipart_3.exr'])('%s: planes at full size are those of the file, to the bit', async (name) => {
    const session = await open(name);
    const file = await openExr(memorySource(bytesOf(name), name));
    expect(session.opened.layers.length).toBeGreaterThan(0);
    for (const layer of session.opened.layers) {
      const answer = await session.image({ revision: 1, layer: layer.id, level, maxSize: 4096 }, calm());
      expect([answer.scaleX, answer.scaleY]).toEqual([1, 1]);
      expect(answer.names).toEqual([...layer.names, ...(layer.alpha ? [layer.alpha] : [])]);
      for (const [i, channel] of answer.names.entries()) {
        const plane = await readPlane(file, { part: layer.part, channel });
        expect(asFloats(answer.planes[i]!)).toEqual(plane.data instanceof Float32Array ? plane.data : Float32Array.from(plane.data));
      }
    }
    await session.close();
  });

  it('sends halves as halves, and floats as floats', async () => {
    const half = await open('scan_half_rgba_zip.exr');
    expect((await half.image({ revision: 1, layer: half.opened.firstLayer!, level, maxSize: 4096 }, calm())).format).toBe('half');
    const float = await open('float_naninf_zip.exr');
    expect((await float.image({ revision: 1, layer: float.opened.firstLayer!, level, maxSize: 4096 }, calm())).format).toBe('float');
  });

  it('a region is that part of the whole', async () => {
    const session = await open('scan_half_rgba_zip.exr');
    const [{ dataWindow: window }] = session.opened.parts as [typeof session.opened.parts[0]];
    const region = { xMin: window!.xMin + 3, yMin: window!.yMin + 5, xMax: window!.xMin + 12, yMax: window!.yMin + 9 };
    const params = { revision: 1, layer: session.opened.firstLayer!, level, maxSize: 4096 };
    const [whole, some] = [await session.image(params, calm()), await session.image({ ...params, region }, calm())];
    expect([some.width, some.height, some.region]).toEqual([10, 5, region]);
    for (let y = 0; y < 5; y++) {
      const from = (y + 5) * whole.width + 3;
      expect(some.planes[0]!.slice(y * 10, y * 10 + 10)).toEqual(whole.planes[0]!.slice(from, from + 10));
    }
  });

  it.each(['scan_half_rgba_zip.exr', 'yc_pxr24.exr', 'deep_scan_zips.exr', 'float_naninf_zip.exr'])('%s: a smaller picture has the means that core makes of it', async (name) => {
    const session = await open(name);
    const file = await openExr(memorySource(bytesOf(name), name));
    const layer = session.opened.layers.find(({ id }) => id === session.opened.firstLayer)!;
    const answer = await session.image({ revision: 1, layer: layer.id, level, maxSize: 20 }, calm());
    const { planes, width, height } = await readProxyPlanes(file, { part: layer.part, picture: { kind: layer.kind as 'rgb', names: layer.names, alpha: layer.alpha }, size: 20, every: true });
    expect([answer.width, answer.height]).toEqual([width, height]);
    expect(Math.max(answer.width, answer.height)).toBe(20);
    for (const [i, plane] of planes.entries()) {
      asFloats(answer.planes[i]!).forEach((value, at) => {
        if (Number.isNaN(plane[at])) expect(value).toBeNaN();
        else expect(Math.abs(value - plane[at]!)).toBeLessThanOrEqual(answer.format === 'half' ? Math.max(Math.abs(plane[at]!) / 2048, 2 ** -25) : 0);
      });
    }
  });

  it('that was prepared is read once, serves a canvas of about that size, and gives way to anything else', async () => {
    const canvas = { width: 64, height: 48, ratio: 1 };
    const session = await open('scan_half_rgba_zip.exr');
    const layer = session.opened.layers.find(({ id }) => id === session.opened.firstLayer)!;
    const params = firstParams(1, layer, session.opened.parts[0]!, canvas)!;
    const plain = await session.image(params, calm());
    session.prepare(null, canvas);
    expect(await session.image(params, calm())).toEqual(plain);
    session.prepare('no such layer', canvas);
    const other = await session.image({ ...params, maxSize: params.maxSize + 3 }, calm());
    expect(other).toEqual({ ...plain, leftOut: true });
    session.prepare(null, canvas);
    const far = await session.image({ ...params, maxSize: 4096 }, calm());
    expect([far.scaleX, far.leftOut]).toEqual([1, false]);
    session.prepare(null, canvas);
    const sight = session.sight({ revision: 1, layer: layer.id, canvas, exposure: 0, toneMap: 'none', marks: true }, calm());
    await session.close();
    await expect(sight).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('luma stays luma, at full size for every pixel', async () => {
    const session = await open('yc_pxr24.exr');
    const layer = session.opened.layers.find(({ kind }) => kind === 'luma')!;
    expect(layer.names).toEqual(['Y', 'RY', 'BY']);
    const answer = await session.image({ revision: 1, layer: layer.id, level, maxSize: 4096 }, calm());
    for (const plane of answer.planes) expect(plane.length).toBe(answer.width * answer.height);
    const file = await openExr(memorySource(bytesOf('yc_pxr24.exr'), 'yc'));
    expect(asFloats(answer.planes[0]!)).toEqual((await readPlane(file, { channel: 'Y' })).data);
  });

  it('counts the samples of a deep part', async () => {
    const session = await open('deep_scan_zips.exr');
    const layer = session.opened.layers.find(({ kind }) => kind === 'samples')!;
    const answer = await session.image({ revision: 1, layer: layer.id, level, maxSize: 4096 }, calm());
    const { counts } = await readDeepSamples(await openExr(memorySource(bytesOf('deep_scan_zips.exr'), 'deep')));
    expect(Array.from(answer.planes[0]!)).toEqual(Array.from(counts));
    expect(answer.range![3]).toBe(Math.max(...counts));
  });

  it('marks NaN, infinities and what is not there', async () => {
    const session = await open('half_naninf_zip.exr');
    const answer = await session.image({ revision: 1, layer: session.opened.firstLayer!, level, maxSize: 4096 }, calm());
    const bad = Array.from({ length: answer.width * answer.height }, (_, i) => answer.planes.some((plane) => !Number.isFinite(asFloats(plane)[i])));
    expect(bad.some(Boolean)).toBe(true);
    expect(Array.from(answer.marks!, (mark) => mark === 1)).toEqual(bad);
    const cut = await open('incomplete_scan_zip.exr');
    const { boxes } = (await cut.structure({}, calm())).missing[0]!;
    for (const maxSize of [4096, 16]) {
      const there = await cut.image({ revision: 1, layer: cut.opened.firstLayer!, level, maxSize }, calm());
      expect(there.problems.length).toBeGreaterThan(0);
      for (let y = 0; y < there.height; y++) {
        const inside = boxes.some(({ yMin, yMax }) => (y + 1) / there.scaleY + there.region.yMin > yMin && y / there.scaleY + there.region.yMin < yMax + 1);
        expect((there.marks![y * there.width]! & 2) !== 0).toBe(inside);
      }
    }
  });

  it('draws one channel alone, and refuses what is not there', async () => {
    const session = await open('mixed_layers_zip.exr');
    const { id, part } = session.opened.layers[0]!;
    const { name } = session.opened.parts[part]!.channels.at(-1)!;
    expect((await session.image({ revision: 1, layer: id, level, maxSize: 64, channel: name }, calm())).names).toEqual([name]);
    await expect(session.image({ revision: 1, layer: id, level, maxSize: 64, channel: 'nobody' }, calm())).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(() => session.image({ revision: 1, layer: '9//x', level, maxSize: 64 }, calm())).toThrow(/no layer/);
    await expect(session.image({ revision: 1, layer: id, level: { x: 3, y: 3 }, maxSize: 64 }, calm())).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('ends with its reason when it is cancelled, and when the session is closed', async () => {
    const session = await open('scan_half_rgba_zip.exr');
    const stop = new AbortController();
    const params = { revision: 1, layer: session.opened.firstLayer!, level, maxSize: 64 };
    const asked = session.image(params, { signal: stop.signal });
    stop.abort(new Error('scrolled away'));
    await expect(asked).rejects.toThrow('scrolled away');
    const late = session.image(params, calm());
    await session.close();
    await expect(late).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('answers', () => {
  it('pixels are the values of the file, deep samples come front to back', async () => {
    const flat = await open('mixed_layers_zip.exr');
    const { dataWindow: { xMin: x, yMin: y } } = flat.opened.parts[0]!;
    const one = await flat.pixels({ revision: 1, part: 0, level, region: { xMin: x, yMin: y, xMax: x, yMax: y } }, calm());
    const file = await openExr(memorySource(bytesOf('mixed_layers_zip.exr'), 'm'));
    for (const { name, values } of one.channels) expect(values[0]).toBe((await readPlane(file, { channel: name })).data[0]);
    const deep = await open('deep_scan_zips.exr');
    const whole = await readDeepSamples(await openExr(memorySource(bytesOf('deep_scan_zips.exr'), 'd')));
    const at = whole.counts.findIndex((count) => count > 1);
    const [px, py] = [whole.region.xMin + (at % whole.width), whole.region.yMin + Math.floor(at / whole.width)];
    const answer = await deep.pixels({ revision: 1, part: 0, level, region: { xMin: px, yMin: py, xMax: px, yMax: py } }, calm());
    expect(answer.deep!.count).toBe(whole.counts[at]);
    const depths = answer.deep!.samples.map((sample) => sample['Z']!);
    expect(depths).toEqual([...depths].sort((a, b) => a - b));
    await expect(flat.pixels({ revision: 1, part: 0, level, region: { xMin: 0, yMin: 0, xMax: 9999, yMax: 9999 } }, calm())).rejects.toThrow(/4096 at most/);
  });

  it('remembers which chunks could not be decoded, for the Problems panel', async () => {
    const session = await open(`${FIXTURES}damaged/t8_data.exr`);
    expect((await session.structure({}, calm())).judgement.verdict).toBe('ok'); // the quick look decodes nothing
    expect(session.faults).toEqual([]);
    await session.image({ revision: 1, layer: session.opened.firstLayer!, level, maxSize: 64 }, calm());
    expect(session.faults).toMatchObject([{ code: 'CORRUPT_DATA', message: expect.stringMatching(/chunk 1/) as string }]);
    await session.stats({ revision: 1, part: 0 }, calm());
    expect(session.faults).toHaveLength(1);
  });

  it('statistics come with progress', async () => {
    const session = await open('scan_half_rgba_zip.exr');
    const seen: number[] = [];
    const { channels, partial } = await session.stats({ revision: 1, part: 0 }, { ...calm(), progress: ({ done, total }) => seen.push(done / total) });
    expect(partial).toBe(false);
    expect(channels.map(({ name }) => name)).toEqual(session.opened.parts[0]!.channels.map(({ name }) => name));
    expect(seen.at(-1)).toBe(1);
  });

  it('thumbnails are small PNGs', async () => {
    const session = await open('multipart_flat_deep.exr');
    for (const { id } of session.opened.layers) {
      const { png } = await session.thumbnail({ layer: id, size: 48 }, calm());
      expect(Buffer.from(png.subarray(1, 4)).toString()).toBe('PNG');
      const view = new DataView(png.buffer, png.byteOffset);
      expect(Math.max(view.getUint32(16), view.getUint32(20))).toBeLessThanOrEqual(48);
    }
  });

  it('gives whole attributes, ID manifests as what is in them', async () => {
    const session = await open('idmanifest.exr');
    const manifest = session.opened.report.parts[0]!.attributes.find(({ type }) => type === 'idmanifest')!;
    expect(JSON.parse(session.attribute({ part: 0, name: manifest.name }).json)).toBeInstanceOf(Array);
    expect(() => session.attribute({ part: 0, name: 'nobody' })).toThrow(/no attribute/);
  });

  it('the structure of a whole file has nothing missing, and says where the bytes go', async () => {
    const session = await open('multipart_flat_deep.exr');
    const answer = await session.structure({}, calm());
    expect(answer.judgement.verdict).toBe('ok');
    expect(answer.rendering).toBe(false);
    expect(answer.missing.every(({ boxes }) => boxes.length === 0)).toBe(true);
    expect(answer.bytes.every(({ bytes }) => bytes > 0)).toBe(true);
  });

  it('a young file without all its chunks is still rendering', async () => {
    const bytes = bytesOf('incomplete_tiles_zip.exr');
    expect((await (await openBytes(bytes, 'a.exr', new Date())).structure({}, calm())).rendering).toBe(true);
    const old = await (await openBytes(bytes, 'a.exr', new Date(Date.now() - 3_600_000))).structure({}, calm());
    expect(old.rendering).toBe(false);
    expect(old.judgement.verdict).toBe('incomplete');
    expect(old.missing[0]!.boxes.length).toBeGreaterThan(0);
  });

  it('shows first what a preview shows', async () => {
    for (const name of ['multipart_3.exr', 'multiview_stereo.exr', 'mixed_layers_zip.exr', 'deep_tile_zips.exr']) {
      const session = await open(name);
      const { part, picture } = await renderPreview(await openExr(memorySource(bytesOf(name), name)), { size: 16 });
      const first = session.opened.layers.find(({ id }) => id === session.opened.firstLayer)!;
      expect([first.part, first.names]).toEqual([part, picture.names]);
    }
  });
});

describe('what is no EXR', () => {
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);
  it('explains a Git LFS pointer', async () => {
    const { opened } = await openBytes(text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345678\n'));
    expect(opened.notice).toMatch(/Git LFS pointer for a file of 11.8 MiB/);
    expect(opened.parts).toEqual([]);
  });
  it('says that a file is empty, or something else', async () => {
    expect((await openBytes(text(''))).opened.notice).toMatch(/empty: nothing/);
    expect((await openBytes(text(''), 'a.exr', new Date())).opened.notice).toMatch(/moment ago/);
    const { opened, ...session } = await openBytes(readFileSync(new URL('../../media/icon.png', import.meta.url)));
    expect(opened.notice).toMatch(/PNG/);
    expect(session).toBeDefined();
  });
  it('a question about it says what it is', async () => {
    const session = await openBytes(text('hello there, this is text'));
    expect(() => session.image({ revision: 1, layer: '0//', level, maxSize: 64 }, calm())).toThrow(session.opened.report.errors[0]!.message);
  });
});

const corpus = process.env['EXR_CORPUS'];
describe.each([['test-fixtures', FIXTURES], ...(corpus ? [['EXR_CORPUS', corpus]] : [])] as [string, string][])('every file of %s', (_, folder) => {
  it.each(exrsIn(folder).map((path) => [path.slice(folder.length), path]))('%s', async (_name, path) => {
    const session = await open(path);
    const { opened } = session;
    structuredClone(opened); // what is sent can be sent
    if (opened.notice !== null) {
      expect(opened.notice.length).toBeGreaterThan(10);
      return session.close();
    }
    await session.structure({}, calm());
    const structure = await session.structure({ deep: true }, calm());
    const said: string[] = opened.report.errors.map(({ message }) => message);
    for (const layer of opened.layers.slice(0, 12)) {
      try {
        const { problems } = await session.image({ revision: 1, layer: layer.id, level, maxSize: 64, quick: true }, calm());
        said.push(...problems);
      } catch (error) {
        said.push((error as Error).message);
        expect(error).toHaveProperty('code');
      }
    }
    // Whatever is not there is said by somebody, and a file that is whole has nothing to say.
    if (structure.judgement.verdict === 'ok') expect(said).toEqual([]);
    else expect(said.length + structure.judgement.reasons.length).toBeGreaterThan(0);
    await session.close();
  });
});
