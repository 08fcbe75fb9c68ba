import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { readPlane } from '../pixels/index.ts';
import { partColor } from '../color/index.ts';
import { choosePicture, layerPictures, readProxyPlanes, renderPreview } from './index.ts';

const open = (name: string) => openExr(memorySource(readFileSync(new URL(`../../../../test-fixtures/${name}`, import.meta.url)), name));

describe('readProxyPlanes', () => {
  it('gives the finite values of the file where no size makes it smaller, and their means where one does', async () => {
    const file = await open('scan_half_rgba_zip.exr');
    const { picture } = choosePicture(file);
    const whole = await readProxyPlanes(file, { picture, size: 4096 });
    expect([whole.scaleX, whole.scaleY, whole.region]).toEqual([1, 1, file.parts[0]!.dataWindow]);
    const { data, width, height } = await readPlane(file, { channel: 'G' });
    expect(whole.planes[1]).toEqual(data);
    const one = await readProxyPlanes(file, { picture, size: 1, every: true });
    const across = Math.max(1, Math.round(width / Math.max(width, height)));
    expect([one.width, one.height]).toEqual([across, 1]);
    expect(one.planes[1]![0]).toBeCloseTo(Array.from(data).reduce((sum, value) => sum + value, 0) / data.length, 4);
  });

  it('says when it left chunks out', async () => {
    const file = await open('scan_half_rgba_zips.exr'); // a line in each chunk
    const { picture } = choosePicture(file);
    const leftOut = async (size: number, every = false): Promise<boolean> => (await readProxyPlanes(file, { picture, size, every })).leftOut;
    expect([await leftOut(4096), await leftOut(2), await leftOut(2, true)]).toEqual([false, true, false]);
  });

  it('reads a region of a level, and says what is not there', async () => {
    const file = await open('mip_zip.exr');
    const { part, picture } = choosePicture(file);
    const [level, region] = [{ x: 1, y: 1 }, { xMin: part.dataWindow.xMin + 2, yMin: part.dataWindow.yMin + 3, xMax: part.dataWindow.xMin + 6, yMax: part.dataWindow.yMin + 5 }];
    const { planes, width, height } = await readProxyPlanes(file, { picture, level, region, size: 64 });
    expect([width, height]).toEqual([5, 3]);
    expect(planes[0]).toEqual((await readPlane(file, { channel: picture.names[0]!, level, region })).data);
    await expect(readProxyPlanes(file, { picture, level: { x: 99, y: 99 }, size: 64 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(readProxyPlanes(file, { picture, part: 7, size: 64 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(readProxyPlanes(file, { picture, size: 64, limits: { ...file.limits, previewPixels: 3 } })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'previewPixels' } });
  });
});

describe('layerPictures', () => {
  it('has every layer of every view once, with all of its channels', async () => {
    const file = await open('multiview_stereo.exr');
    const pictures = layerPictures(file.parts[0]!);
    expect(pictures.flatMap(({ channels }) => channels).sort()).toEqual(file.parts[0]!.channels.map(({ name }) => name).sort());
    expect(new Set(pictures.map(({ view }) => view)).size).toBeGreaterThan(1);
    expect(pictures.map(({ names }) => names)).toContainEqual(choosePicture(file).picture.names);
  });
});

it('partColor names the space that a preview is made from', async () => {
  for (const name of ['scan_half_rgba_zip.exr', 'attributes_all.exr']) {
    const file = await open(name);
    const { part, picture } = choosePicture(file);
    if (picture.data) continue;
    expect((await renderPreview(file, { size: 8 })).colorSpace).toBe(partColor(part).name);
    expect(partColor(part).luminance.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  }
});
