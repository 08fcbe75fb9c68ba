/**
 * The order of a channel list. A file stores the planes of a chunk in the order of the list, and the list must be in alphabetical order
 * (OpenEXR File Layout, "Channel List"). Where it is not, OpenEXR sorts the names and reads the planes in the sorted order:
 * docs/decisions/channel-order.md.
 */
import { encodeText } from './text.ts';
import type { Channel } from './types.ts';

/** As strcmp orders the bytes of two names. */
export function compareNames(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    return x < 0x80 && y < 0x80 ? x - y : compareBytes(encodeText(a), encodeText(b));
  }
  return a.length - b.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

export function isSorted(channels: readonly Channel[]): boolean {
  for (let i = 1; i < channels.length; i++) if (compareNames(channels[i - 1]!.name, channels[i]!.name) > 0) return false;
  return true;
}

/** The channels as OpenEXR has them: the very list where it is in order already. Of equal names the one that stands first stays first. */
export function sortedChannels(channels: readonly Channel[]): readonly Channel[] {
  return isSorted(channels) ? channels : [...channels].sort((a, b) => compareNames(a.name, b.name));
}
