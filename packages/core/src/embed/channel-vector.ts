import { roleOfLayer } from './roles.ts';
import type { EmbeddableChannel } from './features.ts';
import { project } from './hash.ts';
import { groupOf, KEPT_PLACES, wellKnown } from './well-known.ts';

/** A group of channels that come together: what the channels vector counts. */
export interface ChannelGroup {
  /** `rgb`, `a`, `crypto_object`, `left/diffuse` */
  readonly key: string;
  readonly text: string;
  channels: number;
  readonly types: Set<string>;
}

const COLOUR = new Set(['r', 'g', 'b', 'y', 'ry', 'by', 'red', 'green', 'blue']);

/** The channels by group: a layer, the base layer's colour, its alpha, or another single channel of the base layer. */
export function groupsOf(channels: Iterable<EmbeddableChannel>): Map<string, ChannelGroup> {
  const groups = new Map<string, ChannelGroup>();
  for (const { layer, component, view, type, x_sampling: x, y_sampling: y } of channels) {
    const lower = component.toLowerCase();
    const name = layer !== '' ? groupOf(layer) : COLOUR.has(lower) ? 'rgb' : lower === 'alpha' ? 'a' : groupOf(component);
    const key = view ? `${view.toLowerCase()}/${name}` : name;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { key, text: name === 'rgb' ? 'colour' : name === 'a' ? 'alpha' : layer || component, channels: 0, types: new Set() }));
    group.channels++;
    group.types.add(x === 1 && y === 1 ? type : `${type} ${x}x${y}`);
  }
  return groups;
}

/** Fraction bits of a group's square root. */
const ROOT_SCALE = 1024;

/**
 * Each group counts with the square root of its channels, so that the squared length counts channels and the cosine of two sets is near
 * |A ∩ B| / √(|A| |B|). Integers until the normalisation in vector.ts. The order of the channels does not matter.
 */
export function channelSums(groups: Map<string, ChannelGroup>, dimensions: number): Int32Array {
  const sums = new Int32Array(dimensions);
  const hashed = sums.subarray(KEPT_PLACES);
  for (const group of groups.values()) {
    const root = Math.floor(Math.sqrt(group.channels) * ROOT_SCALE);
    const known = wellKnown(group.key, dimensions);
    if (known) sums[known.place] = sums[known.place]! + known.sign * root;
    // One place, not several: two sets that do not meet there are compared exactly, and most pairs of small sets do not.
    else project(group.key, root, hashed, 1);
    // A thirty-second of the energy says when a group is not of the type that is usual for it: the same AOV in float is nearly the same AOV.
    for (const type of group.types) if (type !== 'half' && type !== 'float') project(`${group.key}:${type}`, Math.floor(root / 5), hashed, 1);
  }
  return sums;
}

/** What groups are called in explanations. */
export function groupText(group: ChannelGroup): string {
  const role = roleOfLayer(group.key.replace(/^.*\//, ''));
  return `${group.text}${role !== null && role !== group.text && group.text !== 'colour' && group.text !== 'alpha' ? ` (${role})` : ''}${group.channels > 1 ? `, ${group.channels} channels` : ''}`;
}
