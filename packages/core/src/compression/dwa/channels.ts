import type { ChunkChannel } from '../codec.ts';
import { corrupt } from './header.ts';
import type { ChannelRule, DwaScheme } from './rules.ts';

/** What the rules make of a chunk's channels; numbers are indices into the chunk's channels. */
export interface ChannelPlan {
  /** Red, green and blue of one layer, stored as Y'CbCr; then lossy channels that stand alone. In the order of their coefficients. */
  readonly lossy: readonly (readonly number[])[];
  readonly rle: readonly number[];
  readonly unknown: readonly number[];
}

/**
 * Applies the rules: the last one that fits a channel wins, one that nobody fits is `unknown`. Channels with the same name before their suffix
 * that rules call red, green and blue are a set when their samplings are the same (OpenEXRCore, DwaCompressor_classifyChannels).
 */
export function planChannels(channels: readonly ChunkChannel[], rules: readonly ChannelRule[]): ChannelPlan {
  const schemes: DwaScheme[] = channels.map(() => 'unknown');
  const layers = new Map<string, number[]>();
  channels.forEach(({ name, pixelType }, index) => {
    const split = name.lastIndexOf('.') + 1;
    const prefix = name.slice(0, split);
    const suffix = name.slice(split);
    const set = layers.get(prefix) ?? [-1, -1, -1];
    layers.set(prefix, set);
    for (const rule of rules) {
      if (rule.pixelType !== pixelType || !fits(rule, suffix)) continue;
      schemes[index] = rule.scheme;
      if (rule.colour >= 0) set[rule.colour] = index;
    }
  });
  const sets = [...layers.values()].filter((set) => set.every((index) => index >= 0) && sameSampling(set.map((index) => channels[index]!)));
  if (sets.flat().some((index) => schemes[index] !== 'lossy')) throw corrupt('its rules make a colour set of channels that are not lossy');
  const inSet = new Set(sets.flat());
  const alone = channels.map((_, index) => index).filter((index) => !inSet.has(index));
  const of = (scheme: DwaScheme): number[] => alone.filter((index) => schemes[index] === scheme);
  const lossy = [...sets, ...of('lossy').map((index) => [index])];
  if (lossy.flat().some((index) => channels[index]!.pixelType === 0)) throw corrupt('its rules make a uint channel lossy');
  return { lossy, rle: of('rle'), unknown: of('unknown') };
}

function fits({ suffix, ignoreCase }: ChannelRule, name: string): boolean {
  // ASCII case alone, as strcasecmp in the C locale.
  const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return ignoreCase ? lower(suffix) === lower(name) : suffix === name;
}

/** The sizes follow from the samplings; a shape in which they do not must not lead outside a row. */
function sameSampling([first, ...others]: readonly ChunkChannel[]): boolean {
  const keys = ['xSampling', 'ySampling', 'width', 'height'] as const;
  return others.every((channel) => keys.every((key) => channel[key] === first![key]));
}
