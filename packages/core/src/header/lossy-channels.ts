/** Which channels of an LJ2K part are coded with loss: OpenEXR 3.5 finds them by name, and no attribute says so. */
import { plainText } from '../text/index.ts';
import type { Findings } from './findings.ts';
import type { Channel, PartHeader } from './types.ts';

const TRIPLES = [['r', 'g', 'b'], ['red', 'green', 'blue']] as const;

/** Of one triple of names: the layer that the first of its channels fixes, and the channels found in it. */
interface Book {
  readonly names: readonly string[];
  layer: string | null;
  readonly found: (Channel | undefined)[];
}

/**
 * Names of the channels that an LJ2K part codes with loss, in file order; none where nothing is lossy, or the compression is another one. After
 * make_channel_map of OpenEXRCore 3.5 (internal_ht_common.cpp): red, green and blue of the first layer that has one of them, of one type and sampling,
 * half or float, not subsampled. Chunks that LJ2K cannot make smaller are stored plain, so nothing is lost there.
 */
export function lossyChannels({ compression, channels }: Pick<PartHeader, 'compression' | 'channels'>): readonly string[] {
  if (compression !== 'lj2k') return [];
  const books = TRIPLES.map((names): Book => ({ names, layer: null, found: [] }));
  for (const channel of channels) {
    const dot = channel.name.lastIndexOf('.');
    const [layer, component] = [channel.name.slice(0, Math.max(0, dot)), channel.name.slice(dot + 1).toLowerCase()];
    for (const book of books) {
      const place = book.names.indexOf(component);
      if (place < 0 || book.found[place] || (book.layer !== null && book.layer !== layer)) continue;
      book.layer = layer;
      book.found[place] = channel;
      break;
    }
  }
  for (const { found: [red, green, blue] } of books) {
    if (!red || !green || !blue) continue;
    const alike = [green, blue].every((each) => each.pixelType === red.pixelType && each.xSampling === red.xSampling && each.ySampling === red.ySampling);
    if (!alike) continue;
    if (red.pixelType === 'uint' || red.xSampling !== 1 || red.ySampling !== 1) return [];
    return channels.filter((channel) => channel === red || channel === green || channel === blue).map(({ name }) => name);
  }
  return [];
}

/** Says by name what LJ2K loses and what it keeps. */
export function lossyNote(part: PartHeader, findings: Findings): void {
  if (part.compression !== 'lj2k') return;
  const lossy = lossyChannels(part);
  const kept = part.channels.filter(({ name }) => !lossy.includes(name)).map(({ name }) => name);
  const list = (names: readonly string[]): string =>
    names.slice(0, 12).map((name) => plainText(name, { max: 80 })).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : '');
  const text = lossy.length === 0
    ? 'no red, green and blue of one layer that it could code with loss: every channel is kept to the bit'
    : `${list(lossy)} are coded with loss${kept.length > 0 ? `; ${list(kept)} ${kept.length === 1 ? 'is' : 'are'} kept to the bit` : ''}`;
  findings.note('LOSSY_CHANNELS', part.index, 'compression', `compression lj2k: ${text}`);
}
