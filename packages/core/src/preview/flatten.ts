/** Deep chunks made flat. */
import type { DecodedChunk } from '../pixels/index.ts';
import { DeepPixel } from './flatten-pixel.ts';
import { halfValues } from './half-values.ts';

export interface FlatPlane {
  /** Row by row. */
  readonly values: Float32Array;
  /** 1 where the pixel has samples; null where it does not matter, because a pixel without samples has the value 0. */
  readonly present: Uint8Array | null;
}

/**
 * The flat plane of each of `names`. The channel A is opacity; without it every sample is opaque, and without Z the samples' order stands.
 * Z and ZBack give the nearest front and the farthest back. With `nearest` the other channels are the nearest sample's instead of composited (ids,
 * normals), the last one as `whole` makes it.
 */
export function flattenDeep(
  decoded: DecodedChunk, names: readonly string[], { nearest = false, whole = null }: { readonly nearest?: boolean; readonly whole?: ((value: number) => number) | null | undefined } = {},
): FlatPlane[] {
  const deep = decoded.deep!;
  const { channels } = decoded.shape;
  const view = decoded.kernels.view();
  const halves = halfValues();
  const pixels = deep.width * deep.height;
  const index = (name: string): number => channels.findIndex((channel) => channel.name === name);
  const [z, zBack, a] = [index('Z'), index('ZBack'), index('A')];
  const roles = names.map((name) => (name === 'Z' || name === 'ZBack' || name === 'A' ? name : 'colour'));
  const colours = names.flatMap((name, n) => (roles[n] === 'colour' ? [{ channel: index(name), into: n }] : []));
  const present = roles.some((role) => role === 'Z' || role === 'ZBack') ? new Uint8Array(pixels) : null;
  const planes = names.map((_, n) => ({ values: new Float32Array(pixels), present: roles[n] === 'Z' || roles[n] === 'ZBack' ? present : null }));
  const pixel = new DeepPixel(colours.length);
  const flat = new Float64Array(colours.length);
  for (let row = 0; row < deep.height; row++) {
    const inLine = deep.lineStart[row + 1]! - deep.lineStart[row]!;
    let start = decoded.address + deep.lineStart[row]! * deep.sampleBytes;
    const readers = channels.map((channel) => {
      const address = start;
      start += inLine * channel.bytesPerValue;
      if (channel.pixelType === 2) return (i: number) => view.getFloat32(address + 4 * i, true);
      if (channel.pixelType === 0) return (i: number) => view.getUint32(address + 4 * i, true);
      return (i: number) => halves[view.getUint16(address + 2 * i, true)]!;
    });
    for (let x = 0, sample = 0; x < deep.width; x++) {
      const at = row * deep.width + x;
      const count = view.getUint32(deep.counts + 4 * at, true);
      if (count === 0) continue;
      pixel.clear(count);
      for (let i = 0; i < count; i++, sample++) {
        const front = z < 0 ? i : readers[z]!(sample);
        pixel.set(i, front, z < 0 || zBack < 0 ? front : readers[zBack]!(sample), a < 0 ? 1 : readers[a]!(sample));
        for (let c = 0; c < colours.length; c++) {
          const value = readers[colours[c]!.channel]!(sample);
          pixel.setValue(i, c, whole && colours[c]!.into === names.length - 1 ? whole(value) : value);
        }
      }
      const alpha = pixel.flatten(flat);
      if (present) present[at] = 1;
      for (let n = 0; n < names.length; n++) {
        if (roles[n] === 'A') planes[n]!.values[at] = alpha;
        else if (roles[n] === 'Z') planes[n]!.values[at] = pixel.nearest;
        else if (roles[n] === 'ZBack') planes[n]!.values[at] = pixel.farthest;
      }
      for (let c = 0; c < colours.length; c++) planes[colours[c]!.into]!.values[at] = nearest ? pixel.nearestValue(c) : flat[c]!;
    }
  }
  return planes;
}
