import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { computeStats } from '../stats/index.ts';
import { writeExr } from './exr-writer.spec-util.ts';
import { closePool, planeRows, readPlane, useWorkerPlatform } from './index.ts';
import { nodeWorkers } from './spawn-node.ts';

beforeAll(() => useWorkerPlatform(nodeWorkers));
afterAll(() => closePool());

const Y = { name: 'Y', pixelType: 'half', xSampling: 1, ySampling: 1, pLinear: false } as const;

/** Four chunks of 16 lines, all zero: as ZIP's predictor has zeros. */
function zeros(width: number): Uint8Array {
  const bytes = Buffer.alloc(width * 16 * 2, 0x80);
  bytes[0] = 0;
  const data = deflateSync(bytes, { level: 9 });
  const chunks = [0, 16, 32, 48].map((y) => ({ leader: [y], data: new Uint8Array(data) }));
  return writeExr([{ window: { xMin: 0, yMin: 0, xMax: width - 1, yMax: 63 }, channels: [Y], chunks, compression: 'zip' }]);
}
const opened = async (width: number) => openExr(memorySource(zeros(width), 'z.exr'));

it('a chunk that memoryBytes cannot hold is LIMIT_EXCEEDED, whatever the number of threads', async () => {
  const file = await opened(2 ** 21);
  for (const threads of [1, 2, 8]) {
    const { parts } = await computeStats(file, { threads, threadWorth: 0, limits: { ...DEFAULT_LIMITS, memoryBytes: 2 ** 27 } });
    expect(parts[0]!.skipped.map(({ code }) => code)).toEqual(new Array(4).fill('LIMIT_EXCEEDED'));
    expect(parts[0]!.skipped[0]!.message).toMatch(/^z\.exr: part 0, chunk 0: decoding takes 17\d{7} bytes of memory, the limit memoryBytes is 134217728$/);
    // What it says is enough.
    const [, enough] = /takes (\d+) bytes/.exec(parts[0]!.skipped[0]!.message!)!;
    const again = await computeStats(file, { threads, threadWorth: 0, limits: { ...DEFAULT_LIMITS, memoryBytes: Number(enough) } });
    expect(again.parts[0]!.skipped).toEqual([]);
  }
});

it('one that it can hold once is decoded by fewer threads', async () => {
  const file = await opened(2 ** 21);
  for (const threads of [1, 8]) {
    const { parts } = await computeStats(file, { threads, threadWorth: 0, limits: { ...DEFAULT_LIMITS, memoryBytes: 200 * 2 ** 20 } });
    expect(parts[0]!.skipped).toEqual([]);
    expect(parts[0]!.channels[0]!.zero).toBe(2 ** 21 * 64);
  }
}, 60_000);

it('planes count what is kept of them; bands take no more than a row of chunks', async () => {
  const file = await opened(2 ** 19);
  const limits = { ...DEFAULT_LIMITS };
  await expect(readPlane(file, { channel: 'Y', limits: { ...limits, memoryBytes: 2 ** 27 } })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'memoryBytes' } });
  let rows = 0;
  for await (const band of planeRows(file, { channel: 'Y', limits: { ...limits, memoryBytes: 2 ** 28 } })) rows += band.rows;
  expect(rows).toBe(64);
}, 60_000);
