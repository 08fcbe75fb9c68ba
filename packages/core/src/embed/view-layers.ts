/** Blender puts the view layer, which may have any name, before the pass: the pass is what counts. */
import type { EmbeddableChannel } from './features.ts';

/** Names that Blender gives by itself. */
const OWN_NAMES = /^(?:view ?layer|renderlayer|scene)[^.]*$/i;
/** Passes of Blender that no other program nests: one of them below a name makes the name a view layer. */
const PASSES = /^(?:combined|diffdir|diffind|diffcol|glossdir|glossind|glosscol|transdir|transind|transcol|voldir|volind|indexob|indexma|mist|denoising (?:normal|albedo|depth)|noisy image)$/i;

/** First components of nested layers that are view layers: `beauty` of `beauty.Combined`, `beauty.AO`. */
export function viewLayersOf(channels: Iterable<EmbeddableChannel>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { layer } of channels) {
    const dot = layer.indexOf('.');
    if (dot <= 0) continue;
    const first = layer.slice(0, dot);
    if (OWN_NAMES.test(first) || PASSES.test(layer.slice(dot + 1))) found.add(first);
  }
  return found;
}

/** The channels with their layers as passes. The same array when no layer is one of a view layer. */
export function withoutViewLayers(channels: readonly EmbeddableChannel[]): readonly EmbeddableChannel[] {
  const layers = viewLayersOf(channels);
  if (layers.size === 0) return channels;
  return channels.map((channel) => {
    const dot = channel.layer.indexOf('.');
    return dot > 0 && layers.has(channel.layer.slice(0, dot)) ? { ...channel, layer: channel.layer.slice(dot + 1) } : channel;
  });
}
