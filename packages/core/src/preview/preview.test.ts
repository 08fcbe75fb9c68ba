import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { attribute } from '../header/exr-bytes.spec-util.ts';
import { openExr } from '../header/index.ts';
import { closePool, readPlane, useWorkerPlatform } from '../pixels/index.ts';
import { nodeWorkers } from '../pixels/spawn-node.ts';
import { luminanceWeights, REC709 } from '../color/index.ts';
import { readProxyPlanes, renderPreview, type PreviewOptions, type PreviewPicture } from './index.ts';
import { box, pictureFile, srgb, type FileToDraw } from './picture-file.spec-util.ts';

beforeAll(() => useWorkerPlatform(nodeWorkers));
afterAll(() => closePool());

const fixture = (name: string) => openExr(memorySource(readFileSync(new URL(`../../../../test-fixtures/${name}`, import.meta.url)), name));
const draw = async (file: FileToDraw, options?: PreviewOptions) => renderPreview(await pictureFile(file), options);
const pixel = ({ rgba, width }: PreviewPicture, x: number, y: number) => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
const grey = (linear: number) => [srgb(linear), srgb(linear), srgb(linear), 255];
const constant = (value: number) => ({ value: () => value });
const MAGENTA = [255, 0, 255, 255];

describe('where the pixels go', () => {
  const ramp = { value: (x: number, y: number) => (x + 3 * y + 20) / 100 };

  it('the data window lies within the display window as the file says, and black is around it', async () => {
    const picture = await draw({ window: box(2, -1, 6, 3), display: box(0, 0, 9, 5), channels: { Y: ramp } });
    expect([picture.width, picture.height]).toEqual([10, 6]);
    for (let y = 0; y < 6; y++) for (let x = 0; x < 10; x++) expect(pixel(picture, x, y)).toEqual(x >= 2 && x <= 6 && y <= 3 ? grey((x + 3 * y + 20) / 100) : [0, 0, 0, 255]);
    expect((await draw({ window: box(2, -1, 6, 3), display: box(0, 0, 9, 5), channels: { Y: ramp } }, { window: 'data' })).height).toBe(5);
    // Windows that do not meet: the data is what there is to see.
    expect((await draw({ window: box(100, 100, 103, 101), display: box(0, 0, 9, 5), channels: { Y: ramp } })).width).toBe(4);
    const nothing = await draw({ window: box(0, 0, 3, 3), channels: { Y: ramp } }, { window: box(10, 10, 12, 11) });
    expect([...nothing.rgba]).toEqual(new Array(6).fill([0, 0, 0, 255]).flat());
  });

  it.each(['scan_half_rgba_zip.exr', 'tile_half_rgba_piz.exr', 'yc_zip.exr', 'yc_none.exr', 'deep_tile_zips.exr', 'half_naninf_zip.exr'])('%s: any tiling of the picture gives the same pixels', async (name) => {
    const file = await fixture(name);
    const whole = await renderPreview(file, { window: 'data' });
    const data = file.parts[whole.part]!.dataWindow;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(), fc.nat(), async (a, b, c, d) => {
        const [x0, y0] = [a % whole.width, b % whole.height];
        const [width, height] = [1 + (c % (whole.width - x0)), 1 + (d % (whole.height - y0))];
        const part = await renderPreview(file, { window: box(data.xMin + x0, data.yMin + y0, data.xMin + x0 + width - 1, data.yMin + y0 + height - 1) });
        for (let y = 0; y < height; y++) {
          const at = ((y0 + y) * whole.width + x0) * 4;
          expect(Buffer.compare(Buffer.from(part.rgba.subarray(y * width * 4, (y + 1) * width * 4)), Buffer.from(whole.rgba.subarray(at, at + width * 4)))).toBe(0);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('pixels that are not square are stretched, unless told otherwise', async () => {
    const file = { window: box(0, 0, 3, 1), aspect: 2, channels: { Y: { value: (x: number) => x / 4 } } };
    const wide = await draw(file);
    expect([wide.width, wide.height]).toEqual([8, 2]);
    expect(pixel(wide, 5, 0)).toEqual(grey(0.5));
    expect((await draw(file, { aspect: false })).width).toBe(4);
    expect((await draw(file, { size: 4 })).height).toBe(1);
  });

  it('smaller pictures hold the means', async () => {
    const picture = await draw({ window: box(-3, 5, 20, 28), channels: { Y: { value: (x, y) => ((x * 7 + y * 13) % 50) / 100 + 0.5 } } }, { size: 8 });
    for (let j = 0; j < 8; j++) {
      for (let i = 0; i < 8; i++) {
        let sum = 0;
        for (let y = 0; y < 3; y++) for (let x = 0; x < 3; x++) sum += (((i * 3 - 3 + x) * 7 + (j * 3 + 5 + y) * 13) % 50) / 100 + 0.5;
        expect(Math.abs(pixel(picture, i, j)[0]! - srgb(sum / 9))).toBeLessThanOrEqual(1);
      }
    }
  });

  it('the smallest level that is large enough is read', async () => {
    const mip = await fixture('tile_mip_down_piz.exr'); // 101 × 75
    for (const [size, level] of [[101, 0], [60, 0], [50, 1], [26, 1], [25, 2], [12, 3]] as const) expect((await renderPreview(mip, { size })).level).toEqual({ x: level, y: level });
    const rip = await fixture('tile_rip_up_piz.exr'); // rounded up: 101, 51, 26 × 75, 38, 19
    expect((await renderPreview(rip, { size: 50 })).level).toEqual({ x: 1, y: 1 });
    expect((await renderPreview(rip, { size: 50, every: true })).level).toEqual({ x: 0, y: 0 });
    const level = await renderPreview(rip, { level: { x: 2, y: 0 } });
    expect([level.width, level.height]).toEqual([26, 75]);
    await expect(renderPreview(rip, { level: { x: 9, y: 0 } })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    // The levels show the same picture.
    const [small, large] = [await renderPreview(mip, { size: 50 }), await renderPreview(mip, { size: 50, level: { x: 0, y: 0 } })];
    expect([small.width, small.height]).toEqual([large.width, large.height]);
  });

  it('a picture too large to hold is refused when it is asked for, and made smaller when no size is', async () => {
    await expect(draw({ window: box(0, 0, 3, 3), display: box(0, 0, 9999, 9999), channels: { Y: constant(1) } }, { size: 10_000 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'previewPixels' } });
    const { width, height, tooLarge } = await draw({ window: box(0, 0, 3, 3), display: box(0, 0, 9999, 9999), channels: { Y: constant(1) } });
    expect({ width, height, tooLarge }).toEqual({ width: 3025, height: 3025, tooLarge: { width: 10_000, height: 10_000 } }); // 22 bytes a pixel in 192 MiB
    expect((await draw({ window: box(0, 0, 3, 3), display: box(0, 0, 2 ** 31 - 2, 9999), channels: { Y: constant(1) } }, { size: 500 })).width).toBe(500);
  });

  it.each(['scan_half_rgba_zip.exr', 'yc_zip.exr', 'tile_rip_up_piz.exr', 'deep_tile_zips.exr', 'incomplete_scan_zip.exr'])('%s: the same bytes with 1, 2 and 4 threads', async (name) => {
    const file = await fixture(name);
    const pictures = [];
    for (const threads of [1, 2, 4]) pictures.push(await renderPreview(file, { threads, threadWorth: 0, size: 37 }));
    expect(pictures[1]!.rgba).toEqual(pictures[0]!.rgba);
    expect(pictures[2]!.rgba).toEqual(pictures[0]!.rgba);
  });
});

describe('what cannot be shown is marked', () => {
  const size = 400;
  const wrong = (value: number): FileToDraw => ({ window: box(0, 0, size - 1, size - 1), channels: { R: { value: (x, y) => (x === 203 && y === 77 ? value : 0.2) }, G: constant(0.2), B: constant(0.2), A: constant(1) } });

  it.each([NaN, Infinity, -Infinity])('a single %s of 160,000 pixels is seen at any size', async (value) => {
    for (const shown of [400, 100, 40]) {
      const picture = await draw(wrong(value), { size: shown, every: true });
      const marked = Array.from({ length: shown * shown }, (_, i) => pixel(picture, i % shown, Math.floor(i / shown))).filter((each) => each.join() === MAGENTA.join()).length;
      expect(picture.nonfinitePixels).toBe(1);
      expect(marked).toBe(shown === 400 ? 1 : 9);
      expect(pixel(picture, Math.floor((203 * shown) / size), Math.floor((77 * shown) / size))).toEqual(MAGENTA);
    }
    const plain = await draw(wrong(value), { size: 100, marks: false });
    expect(pixel(plain, 50, 19)).toEqual(grey(0.2));
  });

  it('so is one in the alpha channel', async () => {
    const picture = await draw({ window: box(0, 0, 2, 0), channels: { R: constant(1), G: constant(1), B: constant(1), A: { value: (x) => (x === 1 ? NaN : 1) } } });
    expect([pixel(picture, 0, 0), pixel(picture, 1, 0)]).toEqual([[255, 255, 255, 255], MAGENTA]);
    const clear = await draw({ window: box(0, 0, 2, 0), channels: { R: constant(1), G: constant(1), B: constant(1), A: { value: (x) => (x === 1 ? NaN : 1) } } }, { alpha: true, marks: false });
    expect(pixel(clear, 1, 0)[3]).toBe(0);
  });

  it('lines whose chunks are missing are hatched, also where the picture samples the lines', async () => {
    const lines = { ...wrong(0.2), without: [100, 101, 399] };
    for (const shown of [400, 40, 10]) {
      const picture = await draw(lines, { size: shown });
      expect(picture.skipped).toHaveLength(3);
      expect(picture.missingPixels).toBe(shown === 400 ? 3 * shown : 2 * shown);
      const at = Math.floor((100 * shown) / size);
      for (let x = 0; x < shown; x++) expect([[40, 40, 48, 255], [96, 88, 40, 255]]).toContainEqual(pixel(picture, x, at));
      expect(pixel(picture, 3, 1)).toEqual(grey(0.2));
    }
    await expect(draw(lines, { failFast: true })).rejects.toMatchObject({ code: 'BAD_CHUNK' });
  });

  it('a small picture of a tall file reads a part of its lines', async () => {
    const chunks: number[] = [];
    const onProgress = ({ totalChunks }: { totalChunks: number }): void => void chunks.push(totalChunks);
    await draw(wrong(0.2), { size: 40, onProgress });
    await draw(wrong(0.2), { size: 10, onProgress });
    await draw(wrong(0.2), { size: 10, every: true, onProgress });
    expect([...new Set(chunks)]).toEqual([200, 40, 400]);
  });
});

describe('colours', () => {
  it('luminance and chroma become red, green and blue, chroma interpolated between its samples', async () => {
    const file = await fixture('yc_zip.exr');
    const { xMin, yMin, xMax, yMax } = file.parts[0]!.dataWindow;
    const [y, ry, by] = await Promise.all(['Y', 'RY', 'BY'].map(async (channel) => new Float32Array((await readPlane(file, { channel })).data.buffer)));
    const [wr, wg, wb] = luminanceWeights(REC709);
    const even = (value: number): number => Math.ceil(value / 2) * 2;
    const across = Math.floor(xMax / 2) - Math.ceil(xMin / 2) + 1;
    const down = Math.floor(yMax / 2) - Math.ceil(yMin / 2) + 1;
    const clamped = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
    const chroma = (plane: Float32Array, x: number, row: number): number => {
      const [u, v] = [(x - even(xMin)) / 2, (row - even(yMin)) / 2];
      const at = (i: number, j: number): number => plane[clamped(j, down) * across + clamped(i, across)]!;
      const mix = (a: number, b: number, t: number): number => a * (1 - t) + b * t;
      const [i, j] = [Math.floor(u), Math.floor(v)];
      return mix(mix(at(i, j), at(i + 1, j), u - i), mix(at(i, j + 1), at(i + 1, j + 1), u - i), v - j);
    };
    const picture = await renderPreview(file, { window: 'data', exposure: -4 });
    for (let row = yMin; row <= yMax; row++) {
      for (let x = xMin; x <= xMax; x++) {
        const luminance = y![(row - yMin) * picture.width + x - xMin]!;
        const r = (chroma(ry!, x, row) + 1) * luminance;
        const b = (chroma(by!, x, row) + 1) * luminance;
        const expected = [r, (luminance - wr * r - wb * b) / wg, b].map((value) => srgb(value / 16));
        pixel(picture, x - xMin, row - yMin).slice(0, 3).forEach((value, c) => expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(1));
      }
    }
  });

  it('a smaller picture of luminance and chroma is that of the colours, not of the ratios', async () => {
    // Red and dark grey by turns, a chroma value for each.
    const red = (x: number) => Math.floor(x / 2) % 2 === 0;
    const [wr] = luminanceWeights(REC709);
    const channels = { Y: { value: (x: number) => (red(x) ? wr * 0.8 : 0.01) }, RY: { every: [2, 2] as const, value: (x: number) => (red(x) ? 0.8 / (wr * 0.8) - 1 : 0) }, BY: { every: [2, 2] as const, value: (x: number) => (red(x) ? -1 : 0) } };
    const picture = await draw({ window: box(0, 0, 63, 63), channels }, { size: 16 });
    expect(picture.picture.kind).toBe('luma');
    const [r, g, b] = pixel(picture, 7, 7);
    expect(Math.abs(r! - srgb(0.405))).toBeLessThanOrEqual(2);
    expect(Math.abs(g! - srgb(0.005))).toBeLessThanOrEqual(2);
    expect(Math.abs(b! - srgb(0.005))).toBeLessThanOrEqual(2);
  });

  it('luminance without chroma at a pixel is grey', async () => {
    const channels = { Y: constant(0.5), RY: { every: [2, 2] as const, value: () => NaN }, BY: { every: [2, 2] as const, value: () => NaN } };
    const picture = await draw({ window: box(0, 0, 3, 3), channels }, { marks: false });
    expect(pixel(picture, 1, 1)).toEqual(grey(0.5));
  });

  const saturated = (attributes: Uint8Array[]): FileToDraw => ({ window: box(0, 0, 0, 0), attributes, channels: { R: constant(0.1), G: constant(0.5), B: constant(0.1) } });
  // ACES CTL's published AP0 → Rec. 709 (Bradford), times (0.1, 0.5, 0.1).
  const ap0 = [0.252169 - 0.567065 - 0.038756, -0.027648 + 0.68636 - 0.009624, -0.001538 - 0.07649 + 0.116835].map(srgb);

  it.each([
    ['colorInteropID lin_ap0_scene', [attribute('colorInteropID', 'string', 'lin_ap0_scene')], 'lin_ap0_scene', ap0],
    ['the ACES container flag', [attribute('acesImageContainerFlag', 'int', 1)], 'lin_ap0_scene', ap0],
    ['oiio:ColorSpace ACES2065-1', [attribute('oiio:ColorSpace', 'string', 'ACES2065-1')], 'ACES2065-1', ap0],
    ['colorInteropID data', [attribute('colorInteropID', 'string', 'data')], 'data', [0.1, 0.5, 0.1].map(srgb)],
    ['an unknown name', [attribute('colorInteropID', 'string', 'my_look')], 'my_look (drawn as lin_rec709_scene)', [0.1, 0.5, 0.1].map(srgb)],
    ['primaries that are none', [attribute('chromaticities', 'chromaticities', { red: [0.3, 0.3], green: [0.3, 0.3], blue: [0.3, 0.3], white: [0.3, 0.3] })], 'lin_rec709_scene', [0.1, 0.5, 0.1].map(srgb)],
  ] as const)('%s', async (_, attributes, name, expected) => {
    const picture = await draw(saturated([...attributes]));
    expect(picture.colorSpace).toBe(name);
    pixel(picture, 0, 0).slice(0, 3).forEach((value, c) => expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(1));
  });

  it('alpha is straight in the picture when it is kept; colour shows on black otherwise', async () => {
    const file = { window: box(0, 0, 3, 0), channels: { R: { value: (x: number) => [0.25, 0.5, 0.3, 0][x]! }, G: constant(0), B: constant(0), A: { value: (x: number) => [0.5, 1, 0, 2][x]! } } };
    const kept = await draw(file, { alpha: true });
    expect([0, 1, 2, 3].map((x) => pixel(kept, x, 0))).toEqual([[srgb(0.5), 0, 0, 128], [srgb(0.5), 0, 0, 255], [srgb(0.3), 0, 0, 0], [0, 0, 0, 255]]);
    expect(pixel(await draw(file), 0, 0)).toEqual([srgb(0.25), 0, 0, 255]);
    // The mean of premultiplied colours, made straight afterwards.
    const half = await draw({ window: box(0, 0, 1, 1), channels: { R: { value: (x) => (x === 0 ? 0.8 : 0) }, G: constant(0), B: constant(0), A: { value: (x) => (x === 0 ? 1 : 0) } } }, { alpha: true, size: 1 });
    expect(pixel(half, 0, 0)).toEqual([srgb(0.8), 0, 0, 128]);
  });

  it('tone maps bring every value within the screen, endless ones too', async () => {
    const file = { window: box(0, 0, 4, 0), channels: { R: { value: (x: number) => [-1, 0, 0.18, 16, 3e38][x]! }, G: constant(0), B: constant(0) } };
    const shown = async (tone: 'none' | 'filmic' | 'reinhard') => {
      const picture = await draw(file, { tone });
      return [0, 1, 2, 3, 4].map((x) => pixel(picture, x, 0)[0]);
    };
    const filmic = (x: number) => (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14);
    expect(await shown('none')).toEqual([0, 0, srgb(0.18), 255, 255]);
    expect(await shown('reinhard')).toEqual([0, 0, srgb(0.18 / 1.18), srgb(16 / 17), 255]);
    expect(await shown('filmic')).toEqual([0, 0, srgb(filmic(0.18)), srgb(filmic(16)), 255]);
  });
});

describe('values that are no light', () => {
  it('depth is spread over black to white, without the distance that means nothing is there', async () => {
    const file = { window: box(0, 0, 3, 0), channels: { Z: { value: (x: number) => [2, 4, 6, 1e30][x]! } } };
    const picture = await draw(file);
    expect(picture).toMatchObject({ colorSpace: 'data', picture: { kind: 'gray', data: true, names: ['Z'] } });
    expect([0, 1, 2, 3].map((x) => pixel(picture, x, 0))).toEqual([grey(0), grey(0.5), grey(1), grey(1)]);
    expect(pixel(await draw(file, { normalize: false }), 0, 0)).toEqual(grey(1));
  });

  it('so are integers, and a plane of one value is drawn as it is', async () => {
    const ids = await draw({ window: box(0, 0, 2, 0), channels: { id: { type: 'uint', value: (x) => 4_000_000_000 + x * 1000 } } }, { normalize: true });
    expect([0, 2].map((x) => pixel(ids, x, 0))).toEqual([grey(0), grey(1)]);
    expect(pixel(await draw({ window: box(0, 0, 0, 0), channels: { id: { type: 'uint', value: () => 0 } } }), 0, 0)).toEqual(grey(0));
  });

  it('uint from 0 to 255 is black to white, in colours and alone, whatever is in the picture', async () => {
    const one = await draw({ window: box(0, 0, 2, 0), channels: { mask: { type: 'uint', value: (x) => [10, 20, 128][x]! } } });
    expect([0, 1, 2].map((x) => pixel(one, x, 0))).toEqual([grey(10 / 255), grey(20 / 255), grey(128 / 255)]);
    const three = await draw({ window: box(0, 0, 0, 0), channels: { R: { type: 'uint', value: () => 200 }, G: { type: 'uint', value: () => 100 }, B: { type: 'uint', value: () => 0 } } });
    expect(pixel(three, 0, 0)).toEqual([srgb(200 / 255), srgb(100 / 255), 0, 255]);
    expect(pixel(await draw({ window: box(0, 0, 1, 0), channels: { matte: { type: 'uint', value: (x) => x } } }), 1, 0)).toEqual(grey(1));
  });

  it('ids have colours of their own, the same as uint and float, in all of their bits; nothing is black', async () => {
    const values = [0, 1, 2, 3, 4_000_000_001, 4_000_000_002];
    const ids = async (type: 'uint' | 'float', options?: PreviewOptions) => {
      const picture = await draw({ window: box(0, 0, 5, 3), channels: { 'obj.IndexOB.X': { type, value: (x: number) => values[x]! } } }, options);
      return Array.from({ length: picture.width }, (_, x) => pixel(picture, x, 0).join());
    };
    const uint = await ids('uint');
    expect(uint[0]).toBe('0,0,0,255');
    expect(new Set(uint).size).toBe(6);
    expect((await ids('float')).slice(0, 4)).toEqual(uint.slice(0, 4));
    // In a small picture each pixel is one of them, never something between.
    for (const shown of await ids('uint', { size: 3 })) expect(uint).toContain(shown);
    expect(await ids('uint', { exposure: 2 })).toEqual(uint);
  });

  it('the colour that is missing of two is 0', async () => {
    const of = async (names: string[]) => pixel(await draw({ window: box(0, 0, 0, 0), channels: Object.fromEntries(names.map((name) => [name, constant(0.5)])) }), 0, 0);
    expect(await of(['R', 'G'])).toEqual([srgb(0.5), srgb(0.5), 0, 255]);
    expect(await of(['R', 'B'])).toEqual([srgb(0.5), 0, srgb(0.5), 255]);
    expect(await of(['G', 'B', 'A'])).toEqual([0, srgb(0.5), srgb(0.5), 255]);
    expect(await of(['motion.u', 'motion.v'])).toEqual([srgb(0.5), srgb(0.5), 0, 255]);
  });

  it('data is never averaged: a small picture has values of the large one', async () => {
    // A ramp in front of "nothing here", pixel by pixel: means of the two are neither.
    const depth = { window: box(0, 0, 63, 63), channels: { Z: { value: (x: number, y: number) => ((x + y) % 2 === 0 ? 1e10 : 1 + x / 63) } } };
    const codes = async (options?: PreviewOptions) => {
      const picture = await draw(depth, options);
      return Array.from({ length: picture.width * picture.height }, (_, i) => picture.rgba[i * 4]!);
    };
    const whole = new Set(await codes());
    const small = await codes({ size: 21 });
    for (const code of small) expect(whole).toContain(code);
    expect(small.filter((code) => code < 255).length).toBeGreaterThan(150);
    // Colours are means.
    const colours = await draw({ window: box(0, 0, 63, 63), channels: Object.fromEntries(['R', 'G', 'B'].map((name) => [name, { value: (x: number, y: number) => (x + y) % 2 }])) }, { size: 16 });
    expect(pixel(colours, 5, 5)).toEqual(grey(0.5));
    // Normals keep their length.
    const normals = await draw({ window: box(0, 0, 63, 63), channels: { 'N.X': { value: (x: number) => x % 2 }, 'N.Y': { value: (x: number) => 1 - (x % 2) }, 'N.Z': constant(0) } }, { size: 20 });
    for (let x = 0; x < 20; x++) expect([[255, 0, 0, 255], [0, 255, 0, 255]]).toContainEqual(pixel(normals, x, 3));
  });

  it.each([1, 3, 7, 17, 40])('at %i pixels each is the value in its middle, however the file is cut into chunks', async (size) => {
    const value = (x: number, y: number): number => 1000 * y + x;
    const file = await pictureFile({ window: box(-3, -5, 36, 34), channels: { Z: { value } } });
    const { planes, missing } = await readProxyPlanes(file, { picture: { kind: 'gray', names: ['Z'], alpha: null, data: true }, size });
    expect(missing.some(Boolean)).toBe(false);
    const middle = (low: number, i: number): number => Math.floor(low + ((i + 0.5) * 40) / size);
    expect([...planes[0]!]).toEqual(Array.from({ length: size * size }, (_, i) => value(middle(-3, i % size), middle(-5, Math.floor(i / size)))));
  });

  it('a NaN that is not the value drawn is marked all the same when every line is read', async () => {
    const picture = await draw({ window: box(0, 0, 31, 31), channels: { Z: { value: (x, y) => (x === 13 && y === 9 ? Number.NaN : x) } } }, { size: 8, every: true });
    expect(picture.nonfinitePixels).toBe(1);
  });

  it('colours keep their place to each other when they are spread', async () => {
    const picture = await draw({ window: box(0, 0, 1, 0), channels: { R: { value: (x) => 10 + 10 * x }, G: constant(20), B: constant(30) } }, { normalize: true });
    expect(pixel(picture, 0, 0)).toEqual([0, srgb(0.5), 255, 255]);
  });

  it('outside the data window there is no depth that could count', async () => {
    const picture = await draw({ window: box(1, 0, 2, 0), display: box(0, 0, 3, 0), channels: { Z: { value: (x) => 5 + x } } });
    expect([0, 1, 2, 3].map((x) => pixel(picture, x, 0))).toEqual([[0, 0, 0, 255], grey(0), grey(1), [0, 0, 0, 255]]);
  });

  it('deep depth is the nearest sample; pixels without samples have none', async () => {
    const file = await fixture('deep_scan_zips.exr');
    const picture = await renderPreview(file, { channel: 'Z', exposure: 0 });
    // Pixel (1, 0) has Z 3.1875 4.25 5.3125 0.3125 1.375; (15, 0) has one at 0, the least of all; 5.9375 is the largest of single ones.
    expect(pixel(picture, 0, 0)).toEqual([0, 0, 0, 255]);
    expect(pixel(picture, 15, 0)).toEqual(grey(0));
    expect(pixel(picture, 11, 0)[0]).toBeGreaterThan(pixel(picture, 1, 0)[0]!);
  });
});

describe('what is drawn', () => {
  it('a part by the name of the layer, a view by its part', async () => {
    const file = await fixture('multipart_3.exr');
    expect((await renderPreview(file, { layer: 'wide' })).part).toBe(2);
    expect((await renderPreview(file, { part: 1 })).part).toBe(1);
    await expect(renderPreview(file, { part: 3 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(renderPreview(file, { layer: 'specular' })).rejects.toThrow('multipart_3.exr: part 0 has no layer "specular"');
  });
  it('the PNG has alpha only when it is kept', async () => {
    const file = await fixture('scan_half_rgba_zip.exr');
    expect((await (await renderPreview(file)).png())[25]).toBe(2);
    expect((await (await renderPreview(file, { alpha: true })).png())[25]).toBe(6);
  });
});
