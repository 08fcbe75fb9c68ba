/** Which channels a caller means. */
import { meantName, meantNames } from '../header/index.ts';

/**
 * Whether `name` is what `glob` says: `*` stands for any characters, `?` for one, everything else for itself. Linear in
 * time.
 */
export function matchesGlob(glob: string, name: string): boolean {
  let [g, n, star, retry] = [0, 0, -1, 0];
  while (n < name.length) {
    if (glob[g] === '*') {
      star = g++;
      retry = n;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === name[n])) {
      g++;
      n++;
    } else if (star >= 0) {
      g = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

export interface ChannelChoice {
  /** Globs over whole channel names; a channel is chosen when one of them matches. All when absent. */
  readonly channels?: readonly string[] | undefined;
  /** The text before the last period of the name, "" for the base layer. All when absent. */
  readonly layer?: string | undefined;
}

/**
 * Indices of the chosen ones. Names that cannot be typed (not UTF-8, controls) may be written as meantName says, in globs too; INVALID_ARGUMENT when a
 * name without wildcards may be one of several.
 */
export function chosenChannels(names: readonly string[], { channels, layer }: ChannelChoice): number[] {
  const layerOf = (name: string): string => name.slice(0, Math.max(name.lastIndexOf('.'), 0));
  const meant = layer === undefined ? undefined : (meantName(layer, names.map(layerOf)) ?? layer);
  const globbed = channels === undefined ? undefined : new Set(channels.flatMap((glob) => meantNames(glob, names, matchesGlob, !/[*?]/.test(glob))));
  return [...names.keys()].filter((i) => {
    if (meant !== undefined && layerOf(names[i]!) !== meant) return false;
    return globbed === undefined || globbed.has(names[i]!);
  });
}
