import { roleOfLayer } from './roles.ts';
import type { EmbeddableChannel } from './features.ts';
import { codeOf, CODE_SQUARES, type Code } from './channel-codes.ts';

/** A group of channels that come together: what the channels vector counts. */
export interface ChannelGroup {
  /** `rgb`, `y`, `a`, `crypto_object00`, `left/diffuse` */
  readonly key: string;
  readonly text: string;
  /** Colour or alpha of the base layer, which nearly every file has. */
  readonly base: boolean;
  channels: number;
  readonly types: Set<string>;
}

const COLOUR = new Set(['r', 'g', 'b', 'red', 'green', 'blue']);
const LUMINANCE = new Set(['y', 'ry', 'by']);

/** The channels by group: a layer, the base layer's colour, its alpha, or another single channel of the base layer. Without case. */
export function groupsOf(channels: Iterable<EmbeddableChannel>): Map<string, ChannelGroup> {
  const groups = new Map<string, ChannelGroup>();
  for (const { layer, component, view, type, x_sampling: x, y_sampling: y } of channels) {
    const lower = component.toLowerCase();
    const base = layer !== '' ? null : COLOUR.has(lower) ? 'rgb' : LUMINANCE.has(lower) ? 'yc' : lower === 'a' || lower === 'alpha' ? 'a' : null;
    const name = base ?? (layer !== '' ? layer.toLowerCase() : lower);
    const key = view ? `${view.toLowerCase()}/${name}` : name;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { key, text: base === 'a' ? 'alpha' : base !== null ? 'colour' : layer || component, base: base !== null, channels: 0, types: new Set() }));
    group.channels++;
    group.types.add(x === 1 && y === 1 ? type : `${type} ${x}x${y}`);
  }
  return groups;
}

/** `lgt01` … `lgt08` → `lgt`: what is numbered mostly comes together. Undefined for a name without a number at its end. */
export function stemOf(key: string): string | undefined {
  const stem = key.replace(/[ _-]*\d+$/, '');
  return stem === key || stem === '' || stem.endsWith('/') ? undefined : stem;
}

/** Fraction bits of a square root. */
const ROOT_SCALE = 1024;
const root = (channels: number): number => Math.floor(Math.sqrt(channels) * ROOT_SCALE);

/** A channel of the base layer counts as this many of an AOV: the noise of hashing weighs less beside it. */
const BASE_LOUDNESS = 4;
/** Channels of a file of middling size: see `baseInto`. */
const MIDDLE = 32;

/**
 * The sums that, normalised, are the channels vector. Each group counts with the square root of its channels, so that squared lengths count channels and
 * the cosine of two sets is near |A ∩ B| / √(|A| |B|); docs/decisions/embedding.md says what is done about the noise of hashing. All sums are exact
 * integers until the last scaling: neither the order of the channels nor the machine matters.
 */
export function channelSums(groups: ReadonlyMap<string, ChannelGroup>, dimensions: number): Float64Array {
  const hashed = weighedCodes(groups, dimensions);
  const sums = relaxed(hashed, dimensions);
  let [wanted, found] = [0, 0];
  for (const { weight } of hashed) wanted += weight * weight;
  for (const sum of sums) found += sum * sum;
  const scale = found === 0 ? 0 : Math.sqrt(wanted) / Math.sqrt(found);
  for (let i = 0; i < dimensions; i++) sums[i] = sums[i]! * scale;
  baseInto(sums, groups);
  return sums;
}

interface Weighed {
  readonly code: Code;
  readonly weight: number;
}

function weighedCodes(groups: ReadonlyMap<string, ChannelGroup>, dimensions: number): Weighed[] {
  const out: Weighed[] = [];
  const stems = new Map<string, number>();
  for (const group of groups.values()) {
    if (PLACES.has(group.key)) continue;
    const stem = stemOf(group.key);
    // Half of what a numbered layer weighs goes to its stem, which all of its kind share.
    if (stem !== undefined) stems.set(stem, (stems.get(stem) ?? 0) + group.channels);
    out.push({ code: codeOf(group.key, dimensions), weight: root(stem === undefined ? group.channels : group.channels / 2) });
    // A twenty-fifth of the weight says when a group is not of the type that is usual for it: the same AOV in float is nearly the same AOV.
    for (const type of group.types) if (type !== 'half' && type !== 'float') out.push({ code: codeOf(`${group.key}:${type}`, dimensions), weight: root(group.channels / 25) });
  }
  for (const [stem, channels] of stems) out.push({ code: codeOf(stem, dimensions), weight: root(channels / 2) });
  return out;
}

/**
 * Codes of different names overlap. One step of relaxation (Landweber, 1951) towards the vector whose product with each of the file's own codes is exactly
 * its weight takes most of that back out: v + ½ Σ (w − c·v) c, here with codes of the squared length CODE_SQUARES and everything multiplied up to integers.
 */
function relaxed(list: readonly Weighed[], dimensions: number): Float64Array {
  const plain = new Float64Array(dimensions);
  for (const { code, weight } of list) for (const { place, amount } of code) plain[place] = plain[place]! + amount * weight;
  const sums = plain.map((sum) => sum * 2 * CODE_SQUARES);
  for (const { code, weight } of list) {
    let product = 0;
    for (const { place, amount } of code) product += amount * plain[place]!;
    const missing = CODE_SQUARES * weight - product;
    for (const { place, amount } of code) sums[place] = sums[place]! + amount * missing;
  }
  return sums;
}

/** Where the groups of the base layer stand: two places each, which nothing else touches. */
const PLACES = new Map([['rgb', 0], ['a', 2], ['yc', 4]]);

/**
 * Files of two renderers often have nothing in common but the base layer, and then the Jaccard similarity only says how many channels they have. So each of
 * its groups stands at two places, as the direction (MIDDLE, channels of the file): sets of very different sizes cannot be near each other.
 */
function baseInto(sums: Float64Array, groups: ReadonlyMap<string, ChannelGroup>): void {
  let all = 0;
  for (const { channels } of groups.values()) all += channels;
  const length = Math.sqrt(MIDDLE * MIDDLE + all * all);
  for (const [key, place] of PLACES) {
    const group = groups.get(key);
    if (!group) continue;
    const weight = root(group.channels * BASE_LOUDNESS);
    sums[place] = (weight * MIDDLE) / length;
    sums[place + 1] = (weight * all) / length;
  }
}

/** What groups are called in explanations. */
export function groupText(group: ChannelGroup): string {
  const role = group.base ? null : roleOfLayer(group.key.replace(/^.*\//, ''));
  return `${group.text}${role !== null && role !== group.text ? ` (${role})` : ''}${group.channels > 1 ? `, ${group.channels} channels` : ''}`;
}

/** How much a group counts, for explanations. */
export const groupWeight = (group: ChannelGroup): number => root(group.channels * (group.base ? BASE_LOUDNESS : 1));
