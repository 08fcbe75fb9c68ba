import { encodePng, renderPreview, type ExrFile } from '@exr/core';
import type { LayerInfo } from '../shared/protocol.ts';
import type { ImageRun } from './image.ts';
import { rangeOf } from './range.ts';
import { sampleCounts } from './samples.ts';

const [SMALLEST, LARGEST] = [16, 512];

/** A small picture of a layer for the picker; sample counts as grey. */
export async function thumbnailOf(file: ExrFile, layer: LayerInfo, wanted: number, run: ImageRun): Promise<Uint8Array> {
  const size = Math.min(LARGEST, Math.max(SMALLEST, Math.floor(wanted) || SMALLEST));
  if (layer.kind !== 'samples') {
    const view = layer.view !== null && file.parts[layer.part]!.view !== layer.view ? { view: layer.view } : {};
    const one = layer.kind === 'gray' ? { channel: layer.names[0]! } : { layer: layer.layer, ...view };
    return (await renderPreview(file, { ...run, part: layer.part, ...one, size })).png();
  }
  const { plane, width, height } = await sampleCounts(file, { ...run, part: layer.part, level: { x: 0, y: 0 }, size });
  const most = rangeOf(plane)?.[3] || 1;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < plane.length; i++) rgba.set([0, 0, 0].fill((255 * plane[i]!) / most).concat(255), i * 4);
  return encodePng(rgba, width, height, { alpha: false });
}
