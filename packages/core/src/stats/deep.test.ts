import { createKernels, type Kernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkChannel } from '../compression/index.ts';
import type { DecodedChunk } from '../pixels/index.ts';
import { ChannelAccumulator } from './accumulator.ts';
import { finishChannelStats } from './channel-stats.ts';
import { DeepAccumulator, finishDeepStats, mergeDeep, type DepthChannels } from './deep.ts';
import { referenceStats } from './reference.spec-util.ts';
import type { Sampling } from './rows.ts';

/** A deep image in plain arrays: samples[y][x] is a list of [Z, ZBack]. */
type Samples = readonly (readonly (readonly (readonly [number, number])[])[])[];

const Z = 0;
const Z_BACK = 1;
const channel = (name: string, width: number, height: number): ChunkChannel => ({
  name,
  pixelType: 2,
  xSampling: 1,
  ySampling: 1,
  pLinear: false,
  width,
  height,
  bytesPerValue: 4,
});

/** Lays the lines out as a decoder does: counts, then line by line, channel after channel. */
function chunkOf(kernels: Kernels, samples: Samples, xMin: number, yMin: number): DecodedChunk {
  const [height, width] = [samples.length, samples[0]!.length];
  const channels = [channel('Z', width, height), channel('ZBack', width, height)];
  const lineStart = Float64Array.from([0, ...samples.map(() => 0)]);
  samples.forEach((line, i) => (lineStart[i + 1] = lineStart[i]! + line.reduce((sum, pixel) => sum + pixel.length, 0)));
  const totalSamples = lineStart[height]!;
  const counts = kernels.allocate(width * height * 4);
  const address = kernels.allocate(totalSamples * 8);
  const view = kernels.view();
  let at = address;
  samples.forEach((line, y) => {
    line.forEach((pixel, x) => view.setUint32(counts + (y * width + x) * 4, pixel.length, true));
    for (const c of [Z, Z_BACK] as const) {
      for (const pixel of line) {
        for (const sample of pixel) {
          view.setFloat32(at, sample[c], true);
          at += 4;
        }
      }
    }
  });
  const box = { xMin, yMin, xMax: xMin + width - 1, yMax: yMin + height - 1 };
  const part = {
    index: 0,
    isTiled: false,
    isDeep: true,
    dataWindow: box,
    compression: 'none',
    channels: [],
    tiles: null,
  } as const;
  return {
    kernels,
    part,
    address,
    info: { kind: 'scanline', index: 0, part: 0, box, deep: true, wholePixels: 1, y: yMin, levelX: 0, levelY: 0 },
    shape: { ...box, channels, unpackedBytes: totalSamples * 8 },
    deep: { width, height, counts, lineStart, totalSamples, maxSamples: 0, emptyPixels: 0, sampleBytes: 8 },
  };
}

function measure(
  kernels: Kernels,
  chunks: readonly { samples: Samples; x: number; y: number }[],
  sampling: Sampling,
  depth: DepthChannels | null,
) {
  const mark = kernels.mark();
  const deep = new DeepAccumulator(kernels, depth);
  const channels = [new ChannelAccumulator(kernels, 2), null];
  for (const { samples, x, y } of chunks) {
    const before = kernels.mark();
    deep.add(chunkOf(kernels, samples, x, y), sampling, channels, true);
    kernels.release(before);
  }
  const result = { deep: deep.finish(), z: channels[0]!.finish() };
  kernels.release(mark);
  return result;
}

const everything: Sampling = { region: { xMin: -1e6, yMin: -1e6, xMax: 1e6, yMax: 1e6 }, stride: 1, yMin: 0 };

describe('deep facts', () => {
  const kernels = createKernels();
  const depth = fc.constantFrom(-2, -0.5, 0, 1, 2, 3, 4.25, NaN);
  const pixel = fc.array(fc.tuple(depth, depth), { maxLength: 4 });
  const image = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
    .chain(([width, height]) =>
      fc.array(fc.array(pixel, { minLength: width, maxLength: width }), { minLength: height, maxLength: height }),
    );

  it('are those of a plain walk over the pixels, in a region and with a stride', () => {
    fc.assert(
      fc.property(
        image,
        fc.integer({ min: -9, max: 9 }),
        fc.nat(4),
        fc.nat(4),
        fc.integer({ min: 1, max: 3 }),
        (samples, corner, left, top, stride) => {
          const region = { xMin: corner + left, yMin: corner + top, xMax: corner + left + 2, yMax: corner + 99 };
          const { deep, z } = measure(
            kernels,
            [{ samples, x: corner, y: corner }],
            { region, stride, yMin: corner },
            { z: Z, zBack: Z_BACK },
          );
          const pixels = samples
            .flatMap((line, y) => line.map((pixel, x) => ({ x: corner + x, y: corner + y, pixel })))
            .filter(
              ({ x, y }) => x >= region.xMin && x <= region.xMax && y >= region.yMin && (y - corner) % stride === 0,
            );
          const unsorted = pixels.filter(({ pixel }) => pixel.some(([front], i) => i > 0 && front < pixel[i - 1]![0]));
          const overlapping = pixels.filter(
            (each) =>
              !unsorted.includes(each) &&
              each.pixel.some(([front], i) => each.pixel.slice(0, i).some(([, back]) => front < back)),
          );
          const all = pixels.flatMap(({ x, y, pixel }) => pixel.map(([front, back]) => ({ x, y, value: front, back })));
          const at = (some: typeof pixels) => (some[0] ? { x: some[0].x, y: some[0].y } : null);
          const most = Math.max(0, ...pixels.map(({ pixel }) => pixel.length));
          expect(finishDeepStats(deep, true)).toMatchObject({
            pixels: pixels.length,
            total_samples: all.length,
            max_samples: most,
            empty_pixels: pixels.filter(({ pixel }) => pixel.length === 0).length,
            mean_samples: pixels.length ? all.length / pixels.length : null,
            max_samples_at: most ? at(pixels.filter(({ pixel }) => pixel.length === most)) : null,
            depth: {
              unsorted_pixels: unsorted.length,
              overlapping_pixels: overlapping.length,
              negative_samples: all.filter(({ value }) => value < 0).length,
              inverted_samples: all.filter(({ value, back }) => back < value).length,
              first_unsorted: at(unsorted),
              first_overlapping: at(overlapping),
              has_z_back: true,
            },
          });
          const { percentile: _, ...want } = referenceStats(all);
          expect(finishChannelStats('Z', z)).toMatchObject(want);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of two threads are those of one', () => {
    fc.assert(
      fc.property(image, image, (above, below) => {
        const [a, b] = [
          { samples: above, x: 3, y: 0 },
          { samples: below, x: 3, y: above.length },
        ];
        const both = measure(kernels, [a, b], everything, { z: Z, zBack: Z_BACK });
        const merged = mergeDeep(
          measure(kernels, [b], everything, { z: Z, zBack: Z_BACK }).deep,
          measure(kernels, [a], everything, { z: Z, zBack: Z_BACK }).deep,
        );
        expect(finishDeepStats(merged, true)).toEqual(finishDeepStats(both.deep, true));
      }),
      { numRuns: 50 },
    );
  });

  it('without Z say nothing of depth; without ZBack nothing overlaps', () => {
    const samples: Samples = [
      [
        [
          [1, 9],
          [2, 3],
        ],
      ],
    ];
    expect(finishDeepStats(measure(kernels, [{ samples, x: 0, y: 0 }], everything, null).deep, false).depth).toBeNull();
    const flat = finishDeepStats(
      measure(kernels, [{ samples, x: 0, y: 0 }], everything, { z: Z, zBack: -1 }).deep,
      false,
    );
    expect(flat.depth).toMatchObject({ overlapping_pixels: 0, has_z_back: false });
  });

  it('of halves are those of their floats', () => {
    const { call } = kernels;
    const mark = kernels.mark();
    const [facts, counts, z] = [kernels.allocate(64), kernels.allocate(4), kernels.allocate(16)];
    // 1, 2, the smallest subnormal, -inf: falls twice, one below zero.
    new Uint16Array(kernels.bytes(z, 8).buffer, z, 4).set([0x3c00, 0x4000, 0x0001, 0xfc00]);
    kernels.view().setUint32(counts, 4, true);
    call['statsDeepDepthReset']!(facts);
    call['statsDeepDepth']!(facts, counts, 1, z, 1, 0, 0, 7, 8);
    const view = kernels.view();
    expect([0, 8, 16, 24].map((at) => Number(view.getBigUint64(facts + at, true)))).toEqual([1, 0, 1, 0]);
    expect([view.getInt32(facts + 32, true), view.getInt32(facts + 36, true)]).toEqual([7, 8]);
    kernels.release(mark);
  });
});
