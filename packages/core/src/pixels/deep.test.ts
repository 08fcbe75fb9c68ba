import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { writeExr } from './exr-writer.spec-util.ts';
import { readDeepSamples } from './index.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const deepOnes = readdirSync(fixtures).filter((name) => name.endsWith('.exr') && name.includes('deep'));

interface Wanted { count: number; nan: number; inf: number; min: number | null; max: number | null; mean: number | null }
const close = (a: number, b: number, scale: number) => Math.abs(a - b) <= 1e-9 * Math.max(1e-30, scale);

describe.each(deepOnes)('deep samples of %s', (path) => {
  const oracle = JSON.parse(readFileSync(new URL(path.replace('.exr', '.expected.json'), fixtures), 'utf8')) as {
    parts: { index: number; deep: boolean; deepSamples: { total: number; max: number; emptyPixels: number }; channels?: Record<string, Wanted> }[];
  };

  it('of one channel are those of the channel among all', async () => {
    const file = await openExr(memorySource(readFileSync(new URL(path, fixtures)), path));
    for (const { index } of oracle.parts.filter((part) => part.deep)) {
      const all = await readDeepSamples(file, { part: index });
      for (const { name, data } of all.channels) {
        const alone = await readDeepSamples(file, { part: index, channels: [name] });
        expect(alone.skipped).toEqual([]);
        expect(alone.counts).toEqual(all.counts);
        expect(alone.channels[0]!.data).toEqual(data);
      }
    }
  });

  it('are what another implementation counts and adds up', async () => {
    const file = await openExr(memorySource(readFileSync(new URL(path, fixtures)), path));
    const deep = oracle.parts.filter((part) => part.deep);
    expect(deep.length).toBeGreaterThan(0);
    for (const { index, deepSamples, channels } of deep) {
      const result = await readDeepSamples(file, { part: index });
      expect(result.skipped).toEqual([]);
      const counts = [...result.counts];
      expect({ total: result.starts.at(-1), max: Math.max(...counts), emptyPixels: counts.filter((count) => count === 0).length }).toEqual(deepSamples);
      for (const { name, data, pixelType } of result.channels) {
        const want = channels?.[name];
        if (!want) continue;
        expect(data.length).toBe(want.count);
        if (pixelType === 'uint' || want.mean === null) continue;
        const finite = [...data].filter(Number.isFinite);
        expect(Math.min(...finite)).toBe(want.min);
        expect(Math.max(...finite)).toBe(want.max);
        expect(close(finite.reduce((a, b) => a + b, 0) / finite.length, want.mean, Math.max(Math.abs(want.min!), Math.abs(want.max!)))).toBe(true);
      }
    }
  });

  it('of a region are those of the whole', async () => {
    const file = await openExr(memorySource(readFileSync(new URL(path, fixtures)), path));
    const part = file.parts.findIndex((each) => each.isDeep);
    const whole = await readDeepSamples(file, { part });
    const { xMin, yMin, xMax, yMax } = whole.region;
    const region = { xMin: xMin + 3, yMin: yMin + 2, xMax: xMax - 5, yMax: yMax - 1 };
    const some = await readDeepSamples(file, { part, region });
    for (let y = region.yMin; y <= region.yMax; y++) {
      for (let x = region.xMin; x <= region.xMax; x++) {
        const [inSome, inWhole] = [(y - region.yMin) * some.width + x - region.xMin, (y - yMin) * whole.width + x - xMin];
        expect(some.counts[inSome]).toBe(whole.counts[inWhole]);
        for (const [c, channel] of some.channels.entries()) {
          expect([...channel.data.subarray(some.starts[inSome], some.starts[inSome + 1])]).toEqual([...whole.channels[c]!.data.subarray(whole.starts[inWhole], whole.starts[inWhole + 1])]);
        }
      }
    }
  });
});

describe('deep chunks that lie', () => {
  const Z = { name: 'Z', pixelType: 'float', xSampling: 1, ySampling: 1, pLinear: false } as const;
  const window = { xMin: 0, yMin: 0, xMax: 3, yMax: 0 };
  const chunk = (sums: readonly number[], samples: number, sizes?: readonly number[]) => {
    const table = new Uint8Array(Uint32Array.from(sums).buffer);
    const data = new Uint8Array(Float32Array.from({ length: samples }, (_, i) => i + 1).buffer);
    return { leader: [0], sizes: sizes ?? [table.length, data.length, data.length], data: Uint8Array.from([...table, ...data]) };
  };
  const read = async (given: ReturnType<typeof chunk>, limits = DEFAULT_LIMITS) => readDeepSamples(await openExr(memorySource(writeExr([{ window, channels: [Z], deep: true, chunks: [given] }]), 'd.exr')), { limits });

  it('are read when they do not', async () => {
    const { channels, counts, skipped } = await read(chunk([1, 1, 3, 6], 6));
    expect(skipped).toEqual([]);
    expect([...counts]).toEqual([1, 0, 2, 3]);
    expect([...channels[0]!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['sums that fall', chunk([1, 3, 2, 6], 6), 'CORRUPT_DATA'],
    ['more samples than bytes', chunk([1, 1, 3, 9], 6), 'CORRUPT_DATA'],
    ['fewer samples than bytes', chunk([1, 1, 3, 3], 6), 'CORRUPT_DATA'],
    ['a count of four thousand millions', chunk([1, 1, 3, 0xffffffff], 6), 'LIMIT_EXCEEDED'],
    ['a table longer than the pixels need', chunk([1, 1, 3, 6], 6, [20, 20, 20]), 'BAD_CHUNK'],
    ['packed larger than unpacked', chunk([1, 1, 3, 6], 6, [16, 24, 20]), 'BAD_CHUNK'],
    ['an unpacked size beyond all limits', chunk([1, 1, 3, 6], 6, [16, 24, 2 ** 52]), 'LIMIT_EXCEEDED'],
    ['a table size beyond the file', chunk([1, 1, 3, 6], 6, [16, 2 ** 27, 2 ** 27]), 'TRUNCATED'],
  ])('%s', async (_what, given, code) => {
    const { counts, skipped } = await read(given);
    expect(skipped).toMatchObject([{ chunk: 0, code }]);
    expect([...counts]).toEqual([0, 0, 0, 0]);
  });

  it('any sums and sizes end in a result or a named fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.nat(8), fc.nat(0xffffffff)), { minLength: 4, maxLength: 4 }), fc.nat(9), fc.array(fc.oneof(fc.nat(64), fc.maxSafeNat()), { minLength: 3, maxLength: 3 }), async (sums, samples, sizes) => {
        const { skippedCount, channels } = await read(chunk(sums, samples, sizes));
        expect(skippedCount === 1 || channels[0]!.data.length === sums[3]).toBe(true);
      }),
    );
  });
});
