import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecs } from '../compression/index.ts';
import { COMPRESSIONS, LEVEL_MODES, ROUNDING_MODES, type Box2i } from '../header/types.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { channelRows, chunkGrid, levelCount, levelSize, LINES_PER_CHUNK, partLevels, regularRows, sampleCount, shapesOf, type PartGeometry } from './index.ts';

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

function part(some: Partial<PartGeometry>): PartGeometry {
  const channels = [{ name: 'Y', pixelType: 'half' as const, xSampling: 1, ySampling: 1, pLinear: false }];
  return { index: 0, isTiled: some.tiles != null, isDeep: false, dataWindow: { xMin: 0, yMin: 0, xMax: 9, yMax: 9 }, compression: 'zip', channels, tiles: null, ...some };
}

/** Small windows anywhere, both ends of int32 included. */
const windows = fc
  .record({ xMin: fc.oneof(fc.integer(INT32), fc.constantFrom(INT32.min, INT32.max - 40, -1, 0)), yMin: fc.oneof(fc.integer(INT32), fc.constantFrom(INT32.min, INT32.max - 40, -1, 0)), w: fc.integer({ min: 1, max: 41 }), h: fc.integer({ min: 1, max: 41 }) })
  .map(({ xMin, yMin, w, h }): Box2i => ({ xMin, yMin, xMax: Math.min(INT32.max, xMin + w - 1), yMax: Math.min(INT32.max, yMin + h - 1) }));

const tilings = fc.record({ xSize: fc.integer({ min: 1, max: 17 }), ySize: fc.integer({ min: 1, max: 17 }), levelMode: fc.constantFrom(...LEVEL_MODES), roundingMode: fc.constantFrom(...ROUNDING_MODES) });

const parts = fc
  .record({ dataWindow: windows, compression: fc.constantFrom(...COMPRESSIONS), tiles: fc.option(tilings) })
  .map((some) => part(some));

describe('levels', () => {
  it('have the sizes that the specification gives for a 15 × 17 image', () => {
    // Technical Introduction, "Levels": rounded down 15×17 → 7×8 → 3×4 → 1×2 → 1×1; rounded up → 8×9 → 4×5 → 2×3 → 1×2 → 1×1.
    const sizes = (roundingMode: 'round_down' | 'round_up') =>
      partLevels(part({ dataWindow: { xMin: 0, yMin: 0, xMax: 14, yMax: 16 }, tiles: { xSize: 4, ySize: 4, levelMode: 'mipmap_levels', roundingMode } })).map((level) => `${level.width}×${level.height}`);
    expect(sizes('round_down')).toEqual(['15×17', '7×8', '3×4', '1×2', '1×1']);
    expect(sizes('round_up')).toEqual(['15×17', '8×9', '4×5', '2×3', '1×2', '1×1']);
  });

  it('are as many as exact arithmetic says, up to 2^32 pixels', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (size) => {
        const floor = BigInt(size).toString(2).length;
        const isPower = (BigInt(size) & (BigInt(size) - 1n)) === 0n;
        expect(levelCount(size, 'round_down')).toBe(floor);
        expect(levelCount(size, 'round_up')).toBe(isPower ? floor : floor + 1);
        for (const rounding of ROUNDING_MODES) expect(levelSize(size, levelCount(size, rounding) - 1, rounding)).toBe(1);
      }),
    );
  });
});

describe('chunk grid', () => {
  it('tiles every level of any data window exactly once', () => {
    fc.assert(
      fc.property(parts, (each) => {
        const grid = chunkGrid(each);
        let chunks = 0;
        for (const level of grid.levels) {
          const seen = new Uint8Array(level.width * level.height);
          for (const index of grid.chunksIn(level)) {
            expect(index).toBe(chunks++);
            const { box } = grid.chunk(index);
            for (let y = box.yMin; y <= box.yMax; y++) for (let x = box.xMin; x <= box.xMax; x++) seen[(y - level.window.yMin) * level.width + x - level.window.xMin]!++;
          }
          expect(seen.every((times) => times === 1)).toBe(true);
        }
        expect(chunks).toBe(grid.count);
      }),
      { numRuns: 200 },
    );
  });

  it('counts by the formulas of the specification', () => {
    fc.assert(
      fc.property(parts, (each) => {
        const { xMin, yMin, xMax, yMax } = each.dataWindow;
        const [w, h] = [xMax - xMin + 1, yMax - yMin + 1];
        let count = 0;
        if (!each.tiles) count = Math.ceil(h / LINES_PER_CHUNK[each.compression as 'zip']);
        else {
          const { xSize, ySize, levelMode, roundingMode } = each.tiles;
          const log2 = (n: number) => (roundingMode === 'round_down' ? Math.floor(Math.log2(n)) : Math.ceil(Math.log2(n)));
          const size = (n: number, l: number) => Math.max(1, roundingMode === 'round_down' ? Math.floor(n / 2 ** l) : Math.ceil(n / 2 ** l));
          const tiles = (lx: number, ly: number) => Math.floor((size(w, lx) + xSize - 1) / xSize) * Math.floor((size(h, ly) + ySize - 1) / ySize);
          if (levelMode === 'one_level') count = tiles(0, 0);
          else if (levelMode === 'mipmap_levels') for (let l = 0; l <= log2(Math.max(w, h)); l++) count += tiles(l, l);
          else for (let ly = 0; ly <= log2(h); ly++) for (let lx = 0; lx <= log2(w); lx++) count += tiles(lx, ly);
        }
        expect(chunkGrid(each).count).toBe(count);
      }),
    );
  });

  it('finds every chunk again by what its leader says', () => {
    fc.assert(
      fc.property(parts, (each) => {
        const grid = chunkGrid(each);
        for (let i = 0; i < grid.count; i++) {
          const chunk = grid.chunk(i);
          const found = chunk.kind === 'tile' ? grid.indexOfTile(chunk.tileX, chunk.tileY, chunk.levelX, chunk.levelY) : grid.indexOfLine(chunk.y);
          expect(found).toBe(i);
        }
        expect(grid.indexOfTile(-1, 0, 0, 0)).toBe(-1);
        expect(grid.indexOfTile(0, 0, 40, 40)).toBe(-1);
        expect(grid.indexOfLine(each.dataWindow.yMax + 1)).toBe(-1);
      }),
      { numRuns: 100 },
    );
  });

  it('gives for a region the chunks that touch it and no others', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (each, dx, dy, w, h) => {
        const grid = chunkGrid(each);
        for (const level of grid.levels) {
          const xMin = level.window.xMin + dx;
          const yMin = level.window.yMin + dy;
          const region = { xMin, yMin, xMax: xMin + w, yMax: yMin + h };
          const touching = [...grid.chunksIn(level)].filter((i) => {
            const { box } = grid.chunk(i);
            return box.xMin <= region.xMax && box.xMax >= region.xMin && box.yMin <= region.yMax && box.yMax >= region.yMin;
          });
          expect([...grid.chunksIn(level, region)]).toEqual(touching);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('holds the widest window there is, or names the limit', () => {
    const dataWindow = { xMin: INT32.min, yMin: INT32.min, xMax: INT32.max, yMax: INT32.max };
    const tiles = { xSize: 2 ** 21, ySize: 2 ** 21, levelMode: 'ripmap_levels' as const, roundingMode: 'round_up' as const };
    const grid = chunkGrid(part({ dataWindow, tiles }), { ...DEFAULT_LIMITS, chunks: 2 ** 25, tiles: 2 ** 25 });
    expect(grid.levels).toHaveLength(33 * 33);
    expect(grid.chunk(2048 * 2048 - 1).box).toEqual({ xMin: 2 ** 31 - 2 ** 21, yMin: 2 ** 31 - 2 ** 21, xMax: INT32.max, yMax: INT32.max });
    expect(() => chunkGrid(part({ dataWindow, compression: 'none' }))).toThrowError(expect.objectContaining({ code: 'LIMIT_EXCEEDED', where: expect.objectContaining({ limit: 'chunks', requested: 2 ** 32 }) }));
    expect(() => chunkGrid(part({ dataWindow, tiles: { ...tiles, xSize: 1, ySize: 1 } }))).toThrowError(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('refuses what has no chunks', () => {
    expect(() => chunkGrid(part({ dataWindow: { xMin: 0, yMin: 0, xMax: -1, yMax: 0 } }))).toThrowError(expect.objectContaining({ code: 'BAD_ATTRIBUTE' }));
    expect(() => chunkGrid(part({ compression: 77 }))).toThrowError(expect.objectContaining({ code: 'UNSUPPORTED_COMPRESSION' }));
    expect(() => chunkGrid(part({ isTiled: true }))).toThrowError(expect.objectContaining({ code: 'MISSING_ATTRIBUTE' }));
    expect(() => chunkGrid(part({ tiles: { xSize: 0, ySize: 4, levelMode: 'one_level', roundingMode: 'round_down' } }))).toThrowError(expect.objectContaining({ code: 'BAD_ATTRIBUTE' }));
  });

  it('agrees with the codecs about scan lines in a chunk', () => {
    for (const codec of codecs) expect(LINES_PER_CHUNK[codec.name], codec.name).toBe(codec.linesPerChunk);
  });
});

describe('chunk shapes', () => {
  const sampled = fc.record({ dataWindow: windows, sx: fc.integer({ min: 1, max: 5 }), sy: fc.integer({ min: 1, max: 5 }), compression: fc.constantFrom(...COMPRESSIONS) });

  it('count the values at multiples of the sampling, negative ones too', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer(INT32), fc.integer({ min: 0, max: 60 }), (sampling, min, length) => {
        let count = 0;
        for (let x = min; x <= min + length; x++) if (x % sampling === 0) count++;
        expect(sampleCount(sampling, min, min + length)).toBe(count);
      }),
    );
  });

  it('lay every value of every channel out once, in the order of the file', () => {
    fc.assert(
      fc.property(sampled, ({ dataWindow, sx, sy, compression }) => {
        const channels = [
          { name: 'BY', pixelType: 'half' as const, xSampling: sx, ySampling: sy, pLinear: false },
          { name: 'Y', pixelType: 'float' as const, xSampling: 1, ySampling: 1, pLinear: false },
        ];
        const geometry = part({ dataWindow, compression, channels });
        const grid = chunkGrid(geometry);
        const shapeOf = shapesOf(geometry);
        let rows = 0;
        for (let i = 0; i < grid.count; i++) {
          const shape = shapeOf(grid.chunk(i).box);
          let end = 0;
          for (const row of channelRows(shape)) {
            expect(row.offset).toBe(end);
            end += row.width * shape.channels[row.channel]!.bytesPerValue;
            const regular = regularRows(shape, row.channel);
            if (regular) expect(regular.offset + (row.y - shape.yMin) * regular.stride).toBe(row.offset);
            expect(regular === null).toBe(sy !== 1);
            if (row.channel === 0) rows++;
          }
          expect(end).toBe(shape.unpackedBytes);
        }
        const width = sampleCount(sx, dataWindow.xMin, dataWindow.xMax);
        expect(rows).toBe(width > 0 ? sampleCount(sy, dataWindow.yMin, dataWindow.yMax) : 0);
      }),
      { numRuns: 100 },
    );
  });

  it('beyond the limit are not made', () => {
    const geometry = part({ dataWindow: { xMin: 0, yMin: 0, xMax: 2 ** 31 - 2, yMax: 31 } });
    expect(() => shapesOf(geometry)(chunkGrid(geometry).chunk(0).box)).toThrowError(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', where: expect.objectContaining({ limit: 'chunkBytes', limitValue: DEFAULT_LIMITS.chunkBytes }) }),
    );
  });
});
