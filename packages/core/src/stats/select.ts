/** Which channels a caller means. */

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

/** Indices of the chosen ones. */
export function chosenChannels(names: readonly string[], { channels, layer }: ChannelChoice): number[] {
  const chosen: number[] = [];
  for (const [index, name] of names.entries()) {
    if (layer !== undefined && name.slice(0, Math.max(name.lastIndexOf('.'), 0)) !== layer) continue;
    if (channels === undefined || channels.some((glob) => matchesGlob(glob, name))) chosen.push(index);
  }
  return chosen;
}
