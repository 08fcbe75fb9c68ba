import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counting, memorySource } from '../bytes/index.ts';
import { chunkGrid, planReads, readChunkIndex, shapesOf, channelRows, type PartGeometry } from '../chunks/index.ts';
import { LEVEL_MODES, ROUNDING_MODES, type Channel } from '../header/types.ts';
import { openExr } from '../header/index.ts';
import { writeExr, type ChunkToWrite, type PartToWrite } from './exr-writer.spec-util.ts';
import { closePool, planesTask, processChunks, readPixels, readPlane, useWorkerPlatform } from './index.ts';
import { nodeWorkers } from './spawn-node.ts';

beforeAll(() => useWorkerPlatform(nodeWorkers));
afterAll(() => closePool());

const fixture = (name: string) => readFileSync(new URL(`../../../../test-fixtures/${name}`, import.meta.url));

/** The value of a pixel, which depends on everything that says where it is. Small enough to be exact as a half. */
const valueAt = (part: number, channel: number, level: readonly [number, number], x: number, y: number) =>
  (((part * 3 + channel * 5 + level[0] * 7 + level[1] * 11 + x * 13 + y * 17) % 2039) + 2039) % 2039;

function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | (value * 2 ** (10 - exponent) - 1024);
}

/** An uncompressed part with every value in place. */
function filled(index: number, geometry: Omit<PartGeometry, 'index' | 'isDeep' | 'compression' | 'isTiled'>): PartToWrite {
  const part: PartGeometry = { ...geometry, index, isDeep: false, compression: 'none', isTiled: geometry.tiles !== null };
  const grid = chunkGrid(part);
  const shapeOf = shapesOf(part);
  const chunks = Array.from({ length: grid.count }, (_, i): ChunkToWrite => {
    const info = grid.chunk(i);
    const shape = shapeOf(info.box);
    const data = new DataView(new ArrayBuffer(shape.unpackedBytes));
    for (const row of channelRows(shape)) {
      const { pixelType, xSampling } = part.channels[row.channel]!;
      for (let n = 0; n < row.width; n++) {
        const x = (Math.ceil(info.box.xMin / xSampling) + n) * xSampling;
        const value = valueAt(index, row.channel, [info.levelX, info.levelY], x, row.y);
        if (pixelType === 'half') data.setUint16(row.offset + n * 2, halfBits(value), true);
        else if (pixelType === 'float') data.setFloat32(row.offset + n * 4, value, true);
        else data.setUint32(row.offset + n * 4, value, true);
      }
    }
    return { leader: info.kind === 'tile' ? [info.tileX, info.tileY, info.levelX, info.levelY] : [info.y], data: new Uint8Array(data.buffer) };
  });
  const tiles = part.tiles ? { xSize: part.tiles.xSize, ySize: part.tiles.ySize, mode: part.tiles.levelMode, rounding: part.tiles.roundingMode } : undefined;
  return { window: part.dataWindow, channels: part.channels, chunks, ...(tiles ? { tiles } : {}) };
}

const sampledChannels = fc
  .array(fc.record({ pixelType: fc.constantFrom('half' as const, 'float' as const, 'uint' as const), s: fc.constantFrom([1, 1], [2, 2], [1, 3], [4, 1]) }), { minLength: 1, maxLength: 3 })
  .map((list) => list.map(({ pixelType, s }, i): Channel => ({ name: 'ABC'[i]!, pixelType, xSampling: s[0]!, ySampling: s[1]!, pLinear: false })));

const partsToWrite = fc.record({
  x: fc.integer({ min: -40, max: 20 }), y: fc.integer({ min: -40, max: 20 }), w: fc.integer({ min: 1, max: 33 }), h: fc.integer({ min: 1, max: 33 }), channels: sampledChannels,
  tiles: fc.option(fc.record({ xSize: fc.integer({ min: 3, max: 16 }), ySize: fc.integer({ min: 3, max: 16 }), levelMode: fc.constantFrom(...LEVEL_MODES), roundingMode: fc.constantFrom(...ROUNDING_MODES) })),
});

describe('the engine', () => {
  it('reads back every value of any window, sampling, tiling, level and mix of parts, in any order of chunks in the file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(partsToWrite, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.infiniteStream(fc.integer({ min: 0, max: 1000 })), async (list, decreasing, shuffle) => {
        const parts = list.map(({ x, y, w, h, channels, tiles }, i) => {
          const plain = tiles ? channels.map((channel) => ({ ...channel, xSampling: 1, ySampling: 1 })) : channels;
          return filled(i, { dataWindow: { xMin: x, yMin: y, xMax: x + w - 1, yMax: y + h - 1 }, channels: plain, tiles });
        });
        const order = parts.flatMap((part, p) => part.chunks.map((_, c): [number, number] => [p, c]));
        if (decreasing) order.reverse();
        else order.sort(() => shuffle.next().value - 500);
        const file = await openExr(memorySource(writeExr(parts, { order }), 'made.exr'));
        // Windows and samplings that OpenEXR refuses are among them: their pixels are read all the same.
        expect(file.problems.filter(({ code }) => code !== 'NOT_CONFORMING')).toEqual([]);
        for (const [p, part] of file.parts.entries()) {
          for (const level of chunkGrid(part).levels) {
            const inner = { ...level.window, xMin: level.window.xMin + Math.floor(level.width / 3), yMax: level.window.yMax - Math.floor(level.height / 3) };
            for (const region of [undefined, inner]) {
              const { planes, skippedCount } = await readPixels(file, { part: p, level, region });
              expect(skippedCount).toBe(0);
              const box = region ?? level.window;
              for (const [c, plane] of planes.entries()) {
                const { xSampling, ySampling } = part.channels[c]!;
                const expected: number[] = [];
                for (let y = box.yMin; y <= box.yMax; y++) for (let x = box.xMin; x <= box.xMax; x++) if (x % xSampling === 0 && y % ySampling === 0) expected.push(valueAt(p, c, [level.x, level.y], x, y));
                expect(plane.width * plane.height).toBe(expected.length);
                expect([...plane.data]).toEqual(expected);
              }
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same results in the same order for any number of threads', async () => {
    for (const name of ['scan_half_rgba_zip.exr', 'decreasing_zip.exr', 'tile_mip_down_piz.exr', 'random_piz.exr']) {
      const file = await openExr(memorySource(fixture(name), name));
      const runs = [];
      for (const threads of [1, 2, 4]) {
        const seen: string[] = [];
        const outcome = await processChunks(
          { file, selections: [{ part: 0 }], threads, threadWorth: 0, onChunk: (planes, info) => void seen.push(`${info.index}:${planes.map((plane) => plane.join()).join(';')}`) },
          planesTask, { channels: [0], region: file.parts[0]!.dataWindow },
        );
        expect(outcome.finals.length).toBeGreaterThanOrEqual(1);
        expect(outcome.partial).toBe(false);
        runs.push(seen);
      }
      expect(runs[0]!.length).toBeGreaterThan(1);
      expect(runs[1]).toEqual(runs[0]);
      expect(runs[2]).toEqual(runs[0]);
    }
  });

  it('reads only the chunks that a region needs, few reads for many chunks', async () => {
    const part = filled(0, { dataWindow: { xMin: 0, yMin: 0, xMax: 255, yMax: 4095 }, channels: [{ name: 'A', pixelType: 'float', xSampling: 1, ySampling: 1, pLinear: false }], tiles: null });
    const counted = counting(memorySource(writeExr([part]), 'tall.exr'));
    const file = await openExr(counted);
    const index = await readChunkIndex(file);
    const before = { reads: counted.reads, bytes: counted.bytes };
    await readPlane(file, { channel: 'A', index, region: { xMin: 3, yMin: 1000, xMax: 9, yMax: 1063 } });
    expect(counted.reads - before.reads).toBe(1);
    expect(counted.bytes - before.bytes).toBe(64 * (8 + 1024));
    await readPlane(file, { channel: 'A', index });
    expect(counted.reads - before.reads).toBeLessThanOrEqual(1 + 5);
  });

  it('plans reads that cover every chunk', async () => {
    for (const name of ['scan_half_rgba_zip.exr', 'deep_scan_zips.exr', 'decreasing_zip.exr', 'tile_mip_down_piz.exr', 'random_piz.exr']) {
      const file = await openExr(memorySource(fixture(name), name));
      const index = await readChunkIndex(file);
      for (const order of ['file', 'list'] as const) {
        const wanted = Array.from({ length: index.grids[0]!.count }, (_, chunk) => ({ order: chunk, part: 0, chunk }));
        const planned = [...planReads(index, wanted, { order, multipart: file.version.multipart, maxBytes: 4096 })];
        const chunks = planned.flatMap((read) => read.chunks.map((chunk) => ({ read, chunk })));
        expect(chunks.map(({ chunk }) => chunk.chunk).sort((a, b) => a - b)).toEqual(wanted.map((each) => each.chunk));
        for (const { read, chunk } of chunks) {
          expect(chunk.offset).toBeGreaterThanOrEqual(read.offset);
          expect(chunk.offset + chunk.length).toBeLessThanOrEqual(read.offset + read.length);
          expect(read.offset + read.length).toBeLessThanOrEqual(index.fileSize);
        }
        if (order === 'list') expect(chunks.map(({ chunk }) => chunk.order)).toEqual(wanted.map((each) => each.order));
      }
    }
  });
});
