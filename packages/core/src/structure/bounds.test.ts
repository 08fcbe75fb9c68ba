// Short files with large claims: what they cost is bounded by their own length.
import { describe, expect, it } from 'vitest';
import { counting, memorySource } from '../bytes/index.ts';
import { usableIndex } from '../chunks/index.ts';
import type { Channel, Compression } from '../header/index.ts';
import { openExr } from '../header/index.ts';
import { limitsOf } from '../limits.ts';
import { writeExr, type ChunkToWrite } from '../pixels/exr-writer.spec-util.ts';
import { computeStats } from '../stats/index.ts';
import { examine, judge } from './index.ts';

const half: Channel = { name: 'Y', pixelType: 'half', xSampling: 1, ySampling: 1, pLinear: false };
const one = (width: number, height: number, chunks: readonly (ChunkToWrite | null)[], compression: Compression = 'none') =>
  writeExr([{ window: { xMin: 0, yMin: 0, xMax: width - 1, yMax: height - 1 }, channels: [half], compression, chunks }]);

describe('two million chunks claimed by 400 bytes', () => {
  const LINES = 2_000_000;
  const bytes = one(4, LINES, [null, null, null]);

  it('are one problem and one range of lines', async () => {
    const file = await openExr(memorySource(bytes, 'claims.exr'));
    const examination = await examine(file);
    expect(examination.problems).toHaveLength(1);
    expect(examination.problems[0]).toMatchObject({ chunk: 3, kind: 'truncated', code: 'TRUNCATED', count: LINES - 3 });
    expect(examination.structure.parts[0]).toMatchObject({ chunks: LINES, present: 0, missing_lines: [{ y_min: 0, y_max: LINES - 1 }], problem_count: LINES - 3 });
    expect(judge(examination, [], null)).toMatchObject({ verdict: 'truncated' });
    expect(JSON.stringify(examination.structure).length).toBeLessThan(2000);
  });

  it('make statistics partial, with as many named as anybody reads', async () => {
    const [part] = (await computeStats(await openExr(memorySource(bytes, 'claims.exr')), { threads: 1 })).parts;
    expect(part).toMatchObject({ partial: true, skipped_count: LINES, channels: [{ count: 0 }] });
    expect(part!.skipped.length).toBeLessThanOrEqual(1000);
  });

  it('count together over all parts', async () => {
    const part = { window: { xMin: 0, yMin: 0, xMax: 3, yMax: 999_999 }, channels: [half], chunks: [null] };
    const file = await openExr(memorySource(writeExr([part, part, part]), 'parts.exr'));
    const { index } = await examine(file, { limits: limitsOf({ chunks: 2_000_000 }) });
    expect(index.grids.map(({ count }) => count)).toEqual([1_000_000, 1_000_000, 0]);
    expect(index.unreadable[2]).toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'chunks', limitValue: 2_000_000, requested: 3_000_000 } });
  });
});

it.each(['rle', 'zip', 'piz', 'pxr24', 'b44', 'dwaa'] as const)('%s: a chunk that would unpack to more than any stream of its length can is refused before memory is taken', async (compression) => {
  const width = 2 ** 22; // × 16 or 32 lines of half: 128 or 256 MiB
  const file = await openExr(memorySource(one(width, compression === 'rle' ? 1 : 16, [{ leader: [0], data: new Uint8Array(100) }], compression), 'swollen.exr'));
  const { problems } = await examine(file);
  expect(problems).toMatchObject([{ chunk: 0, kind: 'leader', code: 'BAD_CHUNK', message: expect.stringContaining(`${compression} cannot pack more tightly`) }]);
});

it('chunks within chunks are not read over and over', async () => {
  // Each line's data hold the leaders of all lines after it.
  const lines = 4000;
  const width = 16_384;
  const plain = one(width, lines, Array.from({ length: lines }, (_, y) => ({ leader: [y], data: new Uint8Array(0) })), 'zips');
  const bytes = new Uint8Array(plain.length + 2 * width);
  bytes.set(plain);
  const view = new DataView(bytes.buffer);
  const first = plain.length - 8 * lines;
  for (let y = 0; y < lines; y++) view.setInt32(first + 8 * y + 4, 2 * width - 1, true);
  const source = counting(memorySource(bytes, 'nested.exr'));
  const file = await openExr(source);
  const { index } = await usableIndex(file);
  source.reset();
  const [part] = (await computeStats(file, { index, threads: 1 })).parts;
  expect(part!.skipped_count ?? part!.skipped.length).toBe(lines);
  expect(part!.skipped[0]!.message).toContain('other chunks begin within its');
  // Were each chunk read as long as it says it is, this would be 130 MB.
  expect(source.bytes).toBeLessThan(4 * bytes.length + 17 * 2 * width);
  const { problemCounts } = await examine(file);
  expect(problemCounts.get('overlap')).toBeGreaterThan(lines - 20);
});
