/** Layers that stand only in the names of parts: Nuke writes a part "diffuse" with the channels R, G and B. */

interface NamedPart {
  readonly index?: number;
  readonly name: string | null;
  readonly view: string | null;
}
interface PlacedChannel {
  readonly part_index?: number;
  readonly layer: string;
}

/** Names of parts that say nothing of a layer. */
const GENERIC = /^(?:rgba?|main|beauty|base|default|image|picture|color|colour|combined|composite|master|part|layer|subimage|view)?[ _.-]?\d*$/i;

/** The layer that a part's name stands for, null when it says nothing of one: `diffuse`, `ViewLayer.Combined-left` of the view left → `ViewLayer.Combined`. */
export function layerOfPart({ name, view }: NamedPart): string | null {
  if (name === null) return null;
  let layer = name;
  if (view !== null && view !== '') {
    if (layer.toLowerCase() === view.toLowerCase()) return null;
    const end = layer.length - view.length;
    if (end > 1 && layer.slice(end).toLowerCase() === view.toLowerCase() && /[-_. ]/.test(layer[end - 1]!)) layer = layer.slice(0, end - 1);
  }
  return GENERIC.test(layer) ? null : layer;
}

/**
 * The channels of a file of several parts, those of a base layer put into the layer that their part's name stands for. The same array when nothing changes.
 * A channel's `name` stays what the file says.
 */
export function withPartLayers<Channel extends PlacedChannel>(parts: readonly NamedPart[], channels: readonly Channel[]): readonly Channel[] {
  if (parts.length < 2) return channels;
  const layers = new Map(parts.map((part, i) => [part.index ?? i, layerOfPart(part)]));
  const placed = (channel: Channel): string | null => (channel.layer === '' && channel.part_index !== undefined ? (layers.get(channel.part_index) ?? null) : null);
  if (!channels.some((channel) => placed(channel) !== null)) return channels;
  return channels.map((channel) => {
    const layer = placed(channel);
    return layer === null ? channel : { ...channel, layer };
  });
}
