import { createKernels, type Kernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelAccumulator } from './accumulator.ts';
import { finishChannelStats, type ChannelStats } from './channel-stats.ts';
import { referenceStats, type Sample } from './reference.spec-util.ts';
import { mergeTotals, noTotals, type ChannelTotals } from './totals.ts';

type PixelType = 0 | 1 | 2;
const BYTES = { 0: 4, 1: 2, 2: 4 } as const;

/** A piece of a channel: rows of bit patterns with their place. */
interface Block {
  readonly x: number;
  readonly y: number;
  readonly xStep: number;
  readonly yStep: number;
  readonly width: number;
  readonly bits: readonly number[];
}

function valueOf(type: PixelType, bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  if (type === 0) return bits;
  view.setUint32(0, bits);
  if (type === 2) return view.getFloat32(0);
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 0x3ff;
  const magnitude =
    exponent === 31
      ? mantissa
        ? NaN
        : Infinity
      : exponent === 0
        ? mantissa * 2 ** -24
        : (1024 + mantissa) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

function samplesOf(type: PixelType, blocks: readonly Block[]): Sample[] {
  return blocks.flatMap(({ x, y, xStep, yStep, width, bits }) =>
    bits.map((each, i) => ({
      x: x + (i % width) * xStep,
      y: y + Math.floor(i / width) * yStep,
      value: valueOf(type, each),
    })),
  );
}

/** Puts the rows into linear memory with some bytes between them, and adds them. */
function addBlock(kernels: Kernels, type: PixelType, accumulator: ChannelAccumulator, block: Block): void {
  const { width, bits, x, y, xStep, yStep } = block;
  if (width === 0) return;
  const mark = kernels.mark();
  const rows = bits.length / width;
  const stride = width * BYTES[type] + 6;
  // Values need not be aligned: in a chunk a half channel may stand before a float one.
  const address = kernels.allocate(rows * stride + 2) + 2;
  const view = kernels.view();
  for (const [i, each] of bits.entries()) {
    const at = address + Math.floor(i / width) * stride + (i % width) * BYTES[type];
    if (type === 1) view.setUint16(at, each, true);
    else view.setUint32(at, each, true);
  }
  accumulator.add({ address, stride, rows, width, x, xStep, lookup: 0, y, yStep });
  kernels.release(mark);
}

function totalsOf(kernels: Kernels, type: PixelType, blocks: readonly Block[]): ChannelTotals {
  const mark = kernels.mark();
  const accumulator = new ChannelAccumulator(kernels, type);
  for (const block of blocks) addBlock(kernels, type, accumulator, block);
  const totals = accumulator.finish();
  kernels.release(mark);
  return totals;
}

const simd = createKernels({ simd: true });
const scalar = createKernels({ simd: false });
const statsOf = (kernels: Kernels, type: PixelType, blocks: readonly Block[]): ChannelStats =>
  finishChannelStats('c', totalsOf(kernels, type, blocks));

const special: Record<PixelType, number[]> = {
  0: [0, 1, 4095, 4096, 4097, 0x7fffffff, 0x80000000, 0xffffffff],
  1: [0, 0x8000, 1, 0x8001, 0x3ff, 0x400, 0x3c00, 0xbc00, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7c01, 0xfe00],
  2: [
    0, 0x80000000, 1, 0x80000001, 0x7fffff, 0x800000, 0x3f800000, 0xbf800000, 0x7f7fffff, 0xff7fffff, 0x7f800000,
    0xff800000, 0x7f800001, 0xffc00000,
  ],
};

function arbitraryBits(type: PixelType): fc.Arbitrary<number> {
  const all = fc.integer({ min: 0, max: type === 1 ? 0xffff : 0xffffffff });
  return fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...special[type]) },
    { weight: 2, arbitrary: all },
    { weight: 3, arbitrary: fc.constantFrom(0, special[type][6]!) },
    // Subnormals of every size.
    ...(type === 2 ? [{ weight: 2, arbitrary: fc.tuple(fc.integer({ min: 0, max: 22 }), fc.integer({ min: 0, max: 0x7fffff }), fc.boolean()).map(([shift, bits, sign]) => (bits >>> shift) + (sign ? 0x80000000 : 0)) }] : []),
  );
}

/** Blocks side by side below each other, so that no place occurs twice: what the chunks of an image are. */
function arbitraryBlocks(type: PixelType): fc.Arbitrary<Block[]> {
  const block = fc.tuple(fc.integer({ min: 1, max: 37 }), fc.integer({ min: 1, max: 5 })).chain(([width, rows]) =>
    fc
      .oneof(
        fc.array(arbitraryBits(type), { minLength: width * rows, maxLength: width * rows }),
        arbitraryBits(type).map((bits) => new Array<number>(width * rows).fill(bits)),
      )
      .map((bits) => ({ width, bits })),
  );
  return fc
    .tuple(
      fc.array(block, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: -50, max: 50 }),
      fc.constantFrom(1, 2),
      fc.constantFrom(1, 3),
    )
    .map(([blocks, corner, xStep, yStep]) => {
      let y = corner * yStep;
      return blocks.map(({ width, bits }) => {
        const placed = { width, bits, x: corner * xStep, y, xStep, yStep };
        y += (bits.length / width) * yStep;
        return placed;
      });
    });
}

describe.each([0, 1, 2] as const)('statistics of pixel type %s', (type) => {
  it('are those of the plainest means: sums exact, rounded once', () => {
    fc.assert(
      fc.property(arbitraryBlocks(type), (blocks) => {
        const got = statsOf(simd, type, blocks);
        const { percentile, ...want } = referenceStats(samplesOf(type, blocks));
        expect(got).toMatchObject(want);
        if (got.finite === 0) return;
        for (const [key, percent] of [
          ['p01', 1],
          ['p05', 5],
          ['p50', 50],
          ['p95', 95],
          ['p99', 99],
        ] as const) {
          const error = Math.abs((got[key] as number) - percentile(percent));
          const bound = type === 1 ? 0 : Math.abs(percentile(percent)) / (type === 2 ? 128 : 4096);
          expect(error).toBeLessThanOrEqual(bound);
        }
        expect(got.histogram!.counts.reduce((a, b) => a + b, 0)).toBe(got.finite);
      }),
      { numRuns: 150 },
    );
  });

  it('are the same with and without SIMD', () => {
    fc.assert(
      fc.property(arbitraryBlocks(type), (blocks) => {
        expect(totalsOf(scalar, type, blocks)).toEqual(totalsOf(simd, type, blocks));
      }),
      { numRuns: 60 },
    );
  });

  it('are the same in any split and any order', () => {
    fc.assert(
      fc.property(arbitraryBlocks(type), fc.infiniteStream(fc.nat(2)), (blocks, share) => {
        const shares: Block[][] = [[], [], []];
        for (const block of [...blocks].reverse()) shares[share.next().value!]!.push(block);
        const merged = shares.map((each) => totalsOf(simd, type, each)).reduce(mergeTotals, noTotals(type));
        expect(finishChannelStats('c', merged)).toEqual(statsOf(simd, type, blocks));
      }),
      { numRuns: 60 },
    );
  });

  it('of nothing are null', () => {
    const stats = finishChannelStats('c', noTotals(type));
    expect(stats).toMatchObject({
      count: 0,
      finite: 0,
      min: null,
      max: null,
      mean: null,
      stddev: null,
      p50: null,
      histogram: null,
      min_at: null,
      nonzero_bounds: null,
    });
  });
});

describe('hard sums', () => {
  const floats = (values: readonly number[]): number[] => [...new Uint32Array(Float32Array.from(values).buffer)];
  const row = (bits: readonly number[]): Block => ({ x: 0, y: 0, xStep: 1, yStep: 1, width: bits.length, bits });

  it('the mean of a symmetric ramp of ±1e38 is 0', () => {
    const ramp = Array.from({ length: 2001 }, (_, i) => ((i - 1000) / 1000) * 1e38 * 1.37);
    expect(statsOf(simd, 2, [row(floats(ramp))])).toMatchObject({ mean: 0, negative: 1000, zero: 1 });
  });

  it('a constant far from 0 has no deviation, and a small one around it keeps its digits', () => {
    const at = Math.fround(16_777_213);
    expect(statsOf(simd, 2, [row(floats(new Array(999).fill(at)))])).toMatchObject({ mean: at, stddev: 0, p50: at });
    const around = Array.from({ length: 1000 }, (_, i) => 16_000_000 + (i % 2 === 0 ? 1 : -1));
    expect(statsOf(simd, 2, [row(floats(around))])).toMatchObject({ mean: 16_000_000, stddev: 1 });
  });

  it('masks and 8-bit values in float have exact percentiles', () => {
    const values = Array.from({ length: 1024 }, (_, i) => Math.fround((i % 256) / 255));
    const sorted = [...values].sort((a, b) => a - b);
    expect(statsOf(simd, 2, [row(floats(values))])).toMatchObject({
      p01: sorted[10],
      p50: sorted[511],
      p99: sorted[1013],
    });
  });

  it('more values than a table may hold are carried over', () => {
    // 2^20 floats 17 times: the sketch is emptied once in between.
    const kernels = createKernels();
    const accumulator = new ChannelAccumulator(kernels, 2);
    const width = 2 ** 20;
    const address = kernels.allocate(width * 4);
    new Float32Array(kernels.bytes(address, width * 4).buffer, address, width).fill(1.2345).fill(-7, 0, 1000);
    for (let y = 0; y < 17; y++)
      accumulator.add({ address, stride: 0, rows: 1, width, x: 0, xStep: 1, lookup: 0, y, yStep: 1 });
    const stats = finishChannelStats('c', accumulator.finish());
    expect(stats).toMatchObject({
      count: 17 * width,
      negative: 17_000,
      max: Math.fround(1.2345),
      max_at: { x: 1000, y: 0 },
      min_at: { x: 0, y: 0 },
    });
    expect(stats.mean).toBeCloseTo((Math.fround(1.2345) * (width - 1000) - 7000) / width, 14);
  });

  it('a row longer than a call may be is cut', () => {
    const kernels = createKernels();
    const accumulator = new ChannelAccumulator(kernels, 1);
    const width = 2 ** 20 + 5;
    const address = kernels.allocate(width * 2);
    const values = new Uint16Array(kernels.bytes(address, width * 2).buffer, address, width);
    values.fill(0x3c00);
    values[width - 2] = 0x7e00;
    accumulator.add({ address, stride: width * 2, rows: 1, width, x: -3, xStep: 1, lookup: 0, y: 9, yStep: 1 });
    expect(finishChannelStats('c', accumulator.finish())).toMatchObject({
      count: width,
      nan: 1,
      mean: 1,
      first_nonfinite: [{ x: width - 5, y: 9, value: 'NaN' }],
    });
  });
});
