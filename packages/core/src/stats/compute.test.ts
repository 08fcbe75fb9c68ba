import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr, type ExrFile } from '../header/index.ts';
import { closePool, readPlane, useWorkerPlatform, workerPlatform } from '../pixels/index.ts';
import { writeExr, type ChunkToWrite, type PartToWrite } from '../pixels/exr-writer.spec-util.ts';
import { nodeWorkers } from '../pixels/spawn-node.ts';
import type { Box2i } from '../header/types.ts';
import { computeStats, type StatsOptions } from './index.ts';
import { referenceStats, type Sample } from './reference.spec-util.ts';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../../../test-fixtures');
const open = (name: string): Promise<ExrFile> =>
  openExr(memorySource(new Uint8Array(readFileSync(join(fixtures, name))), name));
const openBytes = (bytes: Uint8Array): Promise<ExrFile> => openExr(memorySource(bytes, 'made.exr'));

/** The channel's values at their places, by way of the plane. */
async function samplesOf(file: ExrFile, part: number, name: string, level = { x: 0, y: 0 }): Promise<Sample[]> {
  const plane = await readPlane(file, { part, channel: name, level, threads: 1 });
  const { xSampling, ySampling } = file.parts[part]!.channels.find((channel) => channel.name === name)!;
  const { xMin, yMin } = file.parts[part]!.dataWindow;
  const [x, y] = [Math.ceil(xMin / xSampling), Math.ceil(yMin / ySampling)];
  return [...plane.data].map((value, i) => ({
    x: (x + (i % plane.width)) * xSampling,
    y: (y + Math.floor(i / plane.width)) * ySampling,
    value,
  }));
}

async function expectReference(
  name: string,
  options: StatsOptions,
  keep: (sample: Sample, ySampling: number, file: ExrFile) => boolean,
): Promise<void> {
  const file = await open(name);
  const stats = await computeStats(file, { ...options, threads: 1 });
  expect(stats.parts.length).toBeGreaterThan(0);
  for (const part of stats.parts) {
    for (const got of part.channels) {
      const { ySampling } = file.parts[part.index]!.channels.find((channel) => channel.name === got.name)!;
      const samples = (await samplesOf(file, part.index, got.name, options.level)).filter((sample) =>
        keep(sample, ySampling, file),
      );
      const { percentile: _, ...want } = referenceStats(samples);
      expect(got, `${name} part ${part.index} ${got.name}`).toMatchObject(want);
    }
  }
}

const inside = ({ x, y }: Sample, { xMin, yMin, xMax, yMax }: Box2i): boolean =>
  x >= xMin && x <= xMax && y >= yMin && y <= yMax;
const files = [
  'uint_half_float_zip.exr',
  'yc_zip.exr',
  'yc_none.exr',
  'decreasing_piz.exr',
  'tile_half_rgba_zip.exr',
  'mip_piz.exr',
  'float_naninf_piz.exr',
  'half_naninf_zip.exr',
];

describe('computeStats', () => {
  it.each(files)('%s: everything is what the plane says', (name) => expectReference(name, {}, () => true));

  it.each(files)('%s: a region', async (name) => {
    const { dataWindow } = (await open(name)).parts[0]!;
    const region = {
      xMin: dataWindow.xMin + 5,
      yMin: dataWindow.yMin + 3,
      xMax: dataWindow.xMax - 21,
      yMax: dataWindow.yMax + 100,
    };
    await expectReference(name, { region }, (sample) => inside(sample, region));
    const pixel = {
      xMin: dataWindow.xMin + 9,
      yMin: dataWindow.yMin + 10,
      xMax: dataWindow.xMin + 9,
      yMax: dataWindow.yMin + 10,
    };
    await expectReference(name, { region: pixel }, (sample) => inside(sample, pixel));
  });

  it.each(files.flatMap((name) => [2, 7, 1000].map((stride) => [name, stride] as const)))(
    '%s: every %s-th row',
    (name, stride) =>
      expectReference(
        name,
        { stride },
        ({ y }, ySampling, file) =>
          (y / ySampling - Math.ceil(file.parts[0]!.dataWindow.yMin / ySampling)) % stride === 0,
      ),
  );

  it('a level, with stride and region', () => {
    const region = { xMin: 0, yMin: 5, xMax: 20, yMax: 30 };
    return expectReference(
      'mip_piz.exr',
      { level: { x: 1, y: 1 }, stride: 3, region },
      (sample, _, file) => inside(sample, region) && (sample.y - file.parts[0]!.dataWindow.yMin) % 3 === 0,
    );
  });

  it('reads only the chunks that hold sampled rows', async () => {
    const file = await open('decreasing_none.exr'); // one line a chunk
    const chunks: number[] = [];
    await computeStats(file, { stride: 8, threads: 1, onProgress: ({ totalChunks }) => chunks.push(totalChunks) });
    const { yMin, yMax } = file.parts[0]!.dataWindow;
    expect(chunks.at(-1)).toBe(Math.ceil((yMax - yMin + 1) / 8));
  });

  it('chooses channels and layers', async () => {
    const file = await open('mixed_layers_zip.exr');
    const names = file.parts[0]!.channels.map((channel) => channel.name);
    const of = async (options: StatsOptions) =>
      (await computeStats(file, { ...options, threads: 1 })).parts[0]!.channels.map((channel) => channel.name);
    expect(await of({})).toEqual(names);
    const layer = names.find((name) => name.includes('.'))!.split('.')[0]!;
    expect(await of({ channels: [`${layer}.*`] })).toEqual(names.filter((name) => name.startsWith(`${layer}.`)));
    expect(await of({ layer })).toEqual(names.filter((name) => name.startsWith(`${layer}.`)));
    const all = await computeStats(file, { threads: 1 });
    const some = await computeStats(file, { channels: [names[1]!], threads: 1 });
    expect(some.parts[0]!.channels).toEqual(all.parts[0]!.channels.filter((channel) => channel.name === names[1]));
  });

  it('says what is not in the file', async () => {
    const file = await open('multipart_3.exr');
    for (const options of [
      { parts: [7] },
      { channels: ['nope'] },
      { layer: 'nope' },
      { level: { x: 3, y: 3 } },
      { parts: [0], level: { x: 3, y: 3 } },
      { region: { xMin: 1e6, yMin: 0, xMax: 1e6 + 1, yMax: 2 } },
      { stride: 0 },
      { stride: 1.5 },
    ]) {
      await expect(computeStats(file, options), JSON.stringify(options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
  });

  it('leaves deep parts out unless asked', async () => {
    const file = await open('multipart_flat_deep.exr');
    const deep = file.parts.filter((part) => part.isDeep).map((part) => part.index);
    expect(deep.length).toBeGreaterThan(0);
    expect((await computeStats(file, { threads: 1 })).parts.map((part) => part.index)).toEqual(
      file.parts.filter((part) => !part.isDeep).map((part) => part.index),
    );
    const with_ = await computeStats(file, { deep: true, threads: 1 });
    expect(with_.parts.filter((part) => part.deep).map((part) => part.index)).toEqual(deep);
  });
});

describe('partial statistics', () => {
  it('name what is missing, and measure the rest', async () => {
    const file = await open('incomplete_scan_zip.exr');
    const [part] = (await computeStats(file, { threads: 1 })).parts;
    expect(part!.partial).toBe(true);
    expect(part!.skipped[0]).toMatchObject({ code: 'BAD_CHUNK', message: expect.stringContaining('chunk') });
    const { width, height } = {
      width: file.parts[0]!.dataWindow.xMax - file.parts[0]!.dataWindow.xMin + 1,
      height: file.parts[0]!.dataWindow.yMax - file.parts[0]!.dataWindow.yMin + 1,
    };
    expect(part!.channels[0]!.count).toBeLessThan(width * height);
    expect(part!.channels[0]!.count).toBeGreaterThan(0);
    await expect(computeStats(file, { failFast: true, threads: 1 })).rejects.toMatchObject({ code: 'BAD_CHUNK' });
  });

  it('a broken chunk leaves no trace in the numbers', async () => {
    const bytes = new Uint8Array(readFileSync(join(fixtures, 'scan_half_rgba_zip.exr')));
    const whole = await computeStats(await openBytes(bytes), { threads: 1 });
    const broken = bytes.slice();
    broken.fill(0xa5, broken.length - 40); // within the last chunk's packed data
    const stats = await computeStats(await openBytes(broken), { threads: 1 });
    expect(stats.parts[0]!.partial).toBe(true);
    expect(stats.parts[0]!.skipped).toHaveLength(1);
    const { count } = stats.parts[0]!.channels[0]!;
    expect(count).toBeLessThan(whole.parts[0]!.channels[0]!.count);
    const { yMin, ...window } = (await openBytes(bytes)).parts[0]!.dataWindow;
    const rows = count / (window.xMax - window.xMin + 1);
    const above = await computeStats(await openBytes(bytes), {
      threads: 1,
      region: { ...window, yMin, yMax: yMin + rows - 1 },
    });
    expect(stats.parts[0]!.channels).toEqual(above.parts[0]!.channels);
  });

  it('parts that cannot be found say so', async () => {
    const bytes = new Uint8Array(readFileSync(join(fixtures, 'scan_half_rgba_zip.exr')));
    bytes[new TextDecoder('latin1').decode(bytes).indexOf('dataWindow\0')] = 0x78;
    const stats = await computeStats(await openBytes(bytes), { threads: 1 });
    expect(stats.parts).toMatchObject([
      { index: 0, partial: true, channels: [], unreadable: { code: 'MISSING_ATTRIBUTE' } },
    ]);
  });

  it('of a compression that nobody knows each chunk is left out', async () => {
    const bytes = new Uint8Array(readFileSync(join(fixtures, 'scan_half_rgba_zip.exr')));
    bytes[new TextDecoder('latin1').decode(bytes).indexOf('compression\0compression\0') + 24 + 4] = 77;
    const { parts } = await computeStats(await openBytes(bytes), { threads: 1 });
    expect(parts[0]).toMatchObject({ index: 0, partial: true });
    expect(parts[0]!.skipped.length).toBeGreaterThan(1);
    for (const { code, message } of parts[0]!.skipped) expect([code, message]).toEqual(['UNSUPPORTED_COMPRESSION', expect.stringContaining('unknown compression 77')]);
  });
});

describe('threads', () => {
  const before = workerPlatform();
  beforeAll(() => useWorkerPlatform(nodeWorkers));
  afterAll(() => {
    closePool();
    useWorkerPlatform(before);
  });

  it.each([
    'tile_half_rgba_zip.exr',
    'mixed_layers_piz.exr',
    'float_naninf_zip.exr',
    'deep_scan_zips.exr',
    'incomplete_scan_zips.exr',
  ])('%s: 1, 2 and 4 give the same bytes', async (name) => {
    const file = await open(name);
    const one = JSON.stringify(await computeStats(file, { deep: true, threads: 1 }));
    for (const threads of [2, 4])
      expect(JSON.stringify(await computeStats(file, { deep: true, threads, threadWorth: 0 }))).toBe(one);
  });
});

describe('many channels', () => {
  it('are measured in several passes over the same chunks', async () => {
    const count = 400;
    const channels = Array.from({ length: count }, (_, i) => ({
      name: `c${String(i).padStart(3, '0')}`,
      pixelType: (i % 3 === 0 ? 'float' : 'half') as 'float' | 'half',
      xSampling: 1,
      ySampling: 1,
      pLinear: false,
    }));
    const window = { xMin: 0, yMin: 0, xMax: 2, yMax: 1 };
    const line = (y: number): ChunkToWrite => {
      const bytes: number[] = [];
      const view = new DataView(new ArrayBuffer(4));
      channels.forEach(({ pixelType }, c) => {
        for (let x = 0; x <= 2; x++) {
          if (pixelType === 'half')
            bytes.push((c + x) & 255, 0x3c); // 1 + (c + x) / 1024
          else {
            view.setFloat32(0, c + x * 0.5 + y, true);
            bytes.push(...new Uint8Array(view.buffer));
          }
        }
      });
      return { leader: [y], data: Uint8Array.from(bytes) };
    };
    const part: PartToWrite = { window, channels, chunks: [line(0), null] };
    const stats = await computeStats(await openBytes(writeExr([part])), { threads: 1 });
    expect(stats.parts[0]!.channels.map((channel) => channel.name)).toEqual(channels.map((channel) => channel.name));
    expect(stats.parts[0]!.skipped).toHaveLength(1);
    for (const [c, got] of stats.parts[0]!.channels.entries()) {
      expect(got).toMatchObject({
        count: 3,
        mean: channels[c]!.pixelType === 'float' ? c + 0.5 : 1 + ((c & 255) + ((c + 1) & 255) + ((c + 2) & 255)) / 3072,
      });
    }
  });
});
