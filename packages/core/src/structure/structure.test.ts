import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counting, memorySource } from '../bytes/index.ts';
import { readChunkIndex } from '../chunks/index.ts';
import { openExr, type ExrFile } from '../header/index.ts';
import { readPixels } from '../pixels/index.ts';
import { computeStats } from '../stats/index.ts';
import { examine, fixedTable, judge, missingOf, verify } from './index.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url).pathname;
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${fixtures}${name}.exr`));
const open = (bytes: Uint8Array, name = 'x.exr'): Promise<ExrFile> => openExr(memorySource(bytes, name));
const VALID = ['scan_half_rgba_zip', 'scan_half_rgba_none', 'mip_piz', 'rip_zip', 'tile_half_rgba_rle', 'deep_scan_zips', 'deep_tile_rle', 'yc_zip', 'multipart_flat_deep'];

/** Chunks of a file as (part, chunk, table entry's place, offset). */
async function chunksOf(bytes: Uint8Array): Promise<{ part: number; chunk: number; entry: number; offset: number }[]> {
  const index = await readChunkIndex(await open(bytes));
  return index.tables.flatMap(({ part, start, offsets }) => [...offsets].map((offset, chunk) => ({ part, chunk, entry: start + chunk * 8, offset })));
}

describe('every fixture', () => {
  it.each(readdirSync(fixtures).filter((name) => name.endsWith('.exr')))('%s is as whole as its maker says', async (name) => {
    const { missing } = JSON.parse(readFileSync(`${fixtures}${name.replace(/\.exr$/, '.expected.json')}`, 'utf8'));
    const file = await open(new Uint8Array(readFileSync(fixtures + name)), name);
    const examination = await examine(file);
    // The writer of multipart_3 died before it wrote the tables: every chunk is there, and OpenEXR's library finds them by walking as well.
    const tablesLost = name === 'multipart_3.exr';
    expect(judge(examination, file.problems, null).verdict).toBe(missing ? 'incomplete' : tablesLost ? 'recoverable' : 'ok');
    expect(examination.structure.parts.every((part) => part.complete)).toBe(!missing);
    expect(examination.structure).toMatchObject({ trailing_bytes: 0, unreferenced_bytes: 0 });
    if (missing && name !== 'incomplete_tiles_zip.exr') {
      const lines = examination.structure.parts.flatMap((part) => part.missing_lines.map((range) => [range.y_min, range.y_max]));
      const tiles = examination.structure.parts.flatMap((part) => part.missing_tiles.flatMap(({ level, x_min, x_max, y_min, y_max }) => {
        const all: number[][] = [];
        for (let y = y_min; y <= y_max; y++) for (let x = x_min; x <= x_max; x++) all.push([x, y, ...level]);
        return all;
      }));
      expect([lines, tiles.map(String).sort()]).toEqual([missing.lines, missing.tiles.map(String).sort()]);
    }
  });

  it('incomplete_tiles_zip holds four tiles: its writer kept the others back for the one that never came', async () => {
    const bytes = bytesOf('incomplete_tiles_zip');
    const { structure } = await examine(await open(bytes));
    expect(structure.parts[0]).toMatchObject({ chunks: 24, present: 4, missing_tiles: [{ level: [0, 0], x_min: 4, x_max: 5, y_min: 0, y_max: 0 }, { level: [0, 0], x_min: 0, x_max: 5, y_min: 1, y_max: 3 }] });
  });
});

describe('random subsets of chunks taken away', () => {
  // Zeroed in the table and overwritten in the file, so that nothing is left to recover.
  const without = async (bytes: Uint8Array, drop: (i: number) => boolean): Promise<{ bytes: Uint8Array; gone: Set<string> }> => {
    const copy = bytes.slice();
    const chunks = await chunksOf(bytes);
    const ends = [...chunks.map(({ offset }) => offset), bytes.length].sort((a, b) => a - b);
    const gone = new Set<string>();
    chunks.forEach(({ part, chunk, entry, offset }, i) => {
      if (!drop(i)) return;
      copy.fill(0, entry, entry + 8);
      copy.fill(0xff, offset, ends.find((end) => end > offset));
      gone.add(`${part} ${chunk}`);
    });
    return { bytes: copy, gone };
  };

  it('names exactly what is missing, and measures exactly what remains', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...VALID), fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (name, seed) => {
        const whole = bytesOf(name);
        const { bytes, gone } = await without(whole, (i) => ((Math.imul(seed ^ i, 0x9e3779b1) >>> 13) & 1) === 1);
        const file = await open(bytes, name);
        const { structure, index } = await examine(file);
        for (const part of structure.parts) {
          const grid = index.grids[part.index]!;
          const expected = missingOf(grid, (chunk) => gone.has(`${part.index} ${chunk}`));
          expect([part.missing_lines, part.missing_tiles]).toEqual([expected.lines, expected.tiles]);
          expect(part.present).toBe(grid.count - [...gone].filter((key) => key.startsWith(`${part.index} `)).length);
        }
        await sameStatsAsPixelsOfTheRest(file, whole, gone);
      }),
      { numRuns: 200, seed: 20261123, verbose: 0 },
    );
  }, 120_000);

  it('names what a cut takes away', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...VALID), fc.double({ min: 0, max: 1, noNaN: true }), async (name, share) => {
        const whole = bytesOf(name);
        const chunks = await chunksOf(whole);
        const first = Math.min(...chunks.map(({ offset }) => offset));
        const cut = first + Math.floor(share * (whole.length - first));
        const file = await open(whole.subarray(0, cut), name);
        const examination = await examine(file);
        const order = [...chunks].sort((a, b) => a.offset - b.offset);
        const lost = new Set(order.filter((_, i) => (order[i + 1]?.offset ?? whole.length) > cut).map(({ part, chunk }) => `${part} ${chunk}`));
        for (const part of examination.structure.parts) {
          const expected = missingOf(examination.index.grids[part.index]!, (chunk) => lost.has(`${part.index} ${chunk}`));
          expect([part.missing_lines, part.missing_tiles]).toEqual([expected.lines, expected.tiles]);
        }
        expect(judge(examination, [], null).verdict).toBe(lost.size > 0 ? 'truncated' : 'ok');
      }),
      { numRuns: 60, seed: 7 },
    );
  }, 60_000);
});

/** Statistics of the damaged file against a plain walk over the whole file's pixels, chunk by chunk of what remains (flat parts). */
async function sameStatsAsPixelsOfTheRest(file: ExrFile, whole: Uint8Array, gone: ReadonlySet<string>): Promise<void> {
  const stats = await computeStats(file, { threads: 1 });
  const index = await readChunkIndex(await open(whole));
  for (const part of stats.parts) {
    const grid = index.grids[part.index]!;
    const channel = grid.part.channels[0]!;
    if (channel.xSampling !== 1 || channel.pixelType === 'uint') continue;
    const { planes, region } = await readPixels(await open(whole), { part: part.index, channels: [channel.name], threads: 1 });
    const plane = planes[0]!;
    let [sum, count] = [0, 0];
    for (const number of grid.chunksIn({ x: 0, y: 0 })) {
      if (gone.has(`${part.index} ${number}`)) continue;
      const { box } = grid.chunk(number);
      for (let y = box.yMin; y <= box.yMax; y++) for (let x = box.xMin; x <= box.xMax; x++, count++) sum += plane.data[(y - region.yMin) * plane.width + (x - region.xMin)]!;
    }
    const measured = part.channels[0]!;
    expect(measured.count).toBe(count);
    if (count > 0) expect(measured.mean as number).toBeCloseTo(sum / count, 6);
    expect(part.partial).toBe([...grid.chunksIn({ x: 0, y: 0 })].some((number) => gone.has(`${part.index} ${number}`)));
  }
}

describe('recovery', () => {
  it.each(VALID)('%s: a table of zeros is rebuilt, statistics are those of the whole file', async (name) => {
    const whole = bytesOf(name);
    const bytes = whole.slice();
    for (const { entry } of await chunksOf(whole)) bytes.fill(0, entry, entry + 8);
    const file = await open(bytes, name);
    const examination = await examine(file);
    expect(examination.structure).toMatchObject({ table: 'recovered', trailing_bytes: 0 });
    expect(examination.structure.parts.every((part) => part.complete)).toBe(true);
    expect(judge(examination, [], null)).toMatchObject({ verdict: 'recoverable', reasons: [expect.stringContaining('programs that trust the table')] });
    expect(await computeStats(file, { deep: true, threads: 1 })).toEqual(await computeStats(await open(whole, name), { deep: true, threads: 1 }));
  });

  it('puts right a table that points to the wrong chunks', async () => {
    const whole = bytesOf('scan_half_rgba_zip');
    const bytes = whole.slice();
    const [a, b] = await chunksOf(whole);
    bytes.copyWithin(a!.entry, b!.entry, b!.entry + 8);
    bytes.set(whole.subarray(a!.entry, a!.entry + 8), b!.entry);
    const examination = await examine(await open(bytes));
    expect(examination.recovered).toBe(2);
    expect(examination.structure.parts[0]!.complete).toBe(true);
  });

  it('finds chunks on both sides of a hole', async () => {
    const whole = bytesOf('scan_half_rgba_zips');
    const bytes = whole.slice();
    const chunks = await chunksOf(whole);
    for (const { entry } of chunks) bytes.fill(0, entry, entry + 8);
    bytes.fill(0xee, chunks[5]!.offset, chunks[6]!.offset);
    const { structure } = await examine(await open(bytes));
    const { y_min: y } = structure.parts[0]!.missing_lines[0]!;
    expect([structure.parts[0]!.missing_lines, structure.parts[0]!.present]).toEqual([[{ y_min: y, y_max: y }], chunks.length - 1]);
  });

  it.each([['left out', false], ['filled', true]])('writes a copy that has the right table, gaps %s', async (_, fill) => {
    for (const name of ['incomplete_scan_zip', 'incomplete_mip_piz', 'multipart_flat_deep']) {
      const whole = bytesOf(name);
      const bytes = whole.slice();
      const chunks = await chunksOf(whole);
      bytes.fill(0, chunks[0]!.entry, chunks[0]!.entry + 8);
      const fixed = await fixedTable(await open(bytes), { fill });
      const pieces: Uint8Array[] = [];
      for await (const piece of fixed.pieces()) pieces.push(piece);
      const copy = new Uint8Array(Buffer.concat(pieces));
      expect(copy.length).toBe(fixed.size);
      const examination = await examine(await open(copy), { tier: 'decode', threads: 1 });
      const before = await examine(await open(whole));
      expect(examination.problems).toEqual([]);
      expect(examination.structure).toMatchObject({ table: 'stored', trailing_bytes: 0, unreferenced_bytes: 0 });
      expect(examination.structure.parts.map((part) => part.present)).toEqual(before.structure.parts.map((part) => (fill ? part.chunks : part.present)));
    }
  });
});

it('takes one read for a file that fits into the first, and at most three of any for the cheap tier', async () => {
  const small = counting(memorySource(bytesOf('multipart_flat_deep'), 'small.exr'));
  await verify(small, { tier: 'table' });
  const whole = bytesOf('scan_half_rgba_none');
  const long = new Uint8Array(300_000);
  long.set(whole); // what follows the last chunk belongs to nothing, and is not read
  const large = counting(memorySource(long, 'large.exr'));
  await verify(large, { tier: 'table' });
  expect([small.reads, large.reads <= 3]).toEqual([2, true]);
});

it('says "in progress" only of a file that was written to a moment ago', async () => {
  const source = memorySource(bytesOf('incomplete_scan_zip'), 'a.exr');
  const at = async (seconds: number): Promise<unknown> => {
    const now = new Date('2026-11-23T12:00:00Z');
    return (await verify(source, { now, mtime: () => new Date(now.getTime() - seconds * 1000) })).structure!['verdict'];
  };
  expect([await at(5), await at(59), await at(61)]).toEqual(['in progress', 'in progress', 'incomplete']);
});
