/** Files of ours whose pictures were told by others: OpenColorIO 2.6.0 for encoded ids, the patches of the Rec. 709 file for the same colours in other spaces. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { renderPreview, type PreviewOptions } from './index.ts';

const open = (name: string) => openExr(memorySource(readFileSync(join(import.meta.dirname, '../../../../test-fixtures/color', `${name}.exr`)), name));
const draw = async (name: string, options?: PreviewOptions) => renderPreview(await open(name), options);

const PATCHES = [[8, 8, 255, 0, 0], [24, 8, 0, 255, 0], [40, 8, 0, 0, 255]] as const;

it.each([
  ['xyz-primaries-white-e', [...PATCHES, [56, 8, 255, 255, 255]]],
  ['xyz-interop-id', PATCHES],
  ['rec709-patches', PATCHES],
  ['interop-id-srgb-with-p3', [[8, 8, 204, 102, 51], [24, 8, 64, 128, 191], [40, 8, 128, 128, 128]]],
  ['interop-id-g24-older-spelling', [[8, 8, 201, 94, 40], [24, 8, 53, 120, 188], [40, 8, 120, 120, 120]]],
] as const)('%s', async (name, expected) => {
  const { rgba, width } = await draw(name);
  for (const [x, y, ...colour] of expected) colour.forEach((code, c) => expect(Math.abs(rgba[(y * width + x) * 4 + c]! - code), `${x}, ${y}, ${c}`).toBeLessThanOrEqual(1));
});

it('codes of srgb_rec709_scene are drawn as they are', async () => {
  const { rgba } = await draw('srgb-encoded-interop-id');
  // 0.5, between two codes.
  for (const code of rgba.subarray(0, 3)) expect([127, 128]).toContain(code);
});

it('Blender: the combined pass, indices in colours, depth spread', async () => {
  expect((await draw('blender-viewlayer')).picture.layer).toBe('ViewLayer.Combined');
  expect((await draw('blender-viewlayer', { layer: 'ViewLayer.IndexOB' })).picture).toMatchObject({ ids: true, data: true });
  expect((await draw('blender-viewlayer', { layer: 'ViewLayer.Vector' })).picture).toMatchObject({ kind: 'rgb', data: true });
  expect((await draw('blender-viewlayer', { layer: 'ViewLayer.UV' })).picture.names).toEqual(['ViewLayer.UV.U', 'ViewLayer.UV.V']);
});
