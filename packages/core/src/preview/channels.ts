/** Which channels make a picture. */
import { ExrError } from '../errors.ts';
import { type Layer, layersOf, type PartHeader, placeOf, viewsOf } from '../header/index.ts';

/**
 * What is drawn and from which channels (names as in the file).
 * - `rgb`: R, G, B of a layer; `luma`: Y with RY and BY, rebuilt to RGB; `gray`: one channel, drawn as it is.
 * `data` says that the values are no light (normals, ids, depth …): no colour conversion, and depth-like channels are normalised.
 */
export interface PictureChannels {
  readonly kind: 'rgb' | 'luma' | 'gray';
  /** rgb: [R, G, B]; luma: [Y, RY, BY]; gray: [the channel]. */
  readonly names: readonly string[];
  readonly alpha: string | null;
  readonly data: boolean;
  /** The layer's name, "" for the base layer. */
  readonly layer: string;
}

export interface PictureChoice {
  /** A layer's name ("" is the base layer), or undefined for the first that makes a picture. */
  readonly layer?: string;
  /** A view of a multiView part. A part that is of that view as a whole needs none. */
  readonly view?: string;
  /** One channel alone, by its full name. Wins over `layer`. */
  readonly channel?: string;
}

/** Finds the picture in a part's channels. Throws INVALID_ARGUMENT naming what there is when the choice is not there. */
export function pictureChannels(part: PartHeader, choice: PictureChoice = {}): PictureChannels {
  const { layer, view, channel } = choice;
  if (channel !== undefined) {
    const names = part.channels.map(({ name }) => name);
    if (!names.includes(channel)) throw missing('channel', channel, names);
    const place = placeOf(channel, part, viewsOf(part)).layer;
    return { kind: 'gray', names: [channel], alpha: null, data: isData(channel), layer: place };
  }
  const pictures = layersOf(part).filter((each) => (layer === undefined || each.name === layer) && (view === undefined || each.view === view)).map(pictureOf);
  // The base layer first, then whatever layer has colours, then anything at all.
  const best = pictures.find((p) => p.layer === '' && p.kind !== 'gray') ?? pictures.find((p) => p.kind !== 'gray' && !p.data) ?? pictures.find((p) => p.kind !== 'gray') ?? pictures[0];
  if (best) return best;
  if (layer === undefined && view === undefined) throw new ExrError('INVALID_ARGUMENT', `part ${part.index} has no channels, so there is nothing to draw`, { part: part.index });
  throw missing('layer', [view, layer].filter(Boolean).join('.'), layersOf(part).map((each) => [each.view, each.name].filter(Boolean).join('.')));
}

function pictureOf({ name: layer, channels }: Layer): PictureChannels {
  const components = new Map(channels.map(({ name }) => [name.slice(name.lastIndexOf('.') + 1).toLowerCase(), name]));
  const alpha = components.get('a') ?? null;
  const pick = (...keys: string[]): string[] | null => {
    const found = keys.map((key) => components.get(key));
    return found.every((name) => name !== undefined) ? (found as string[]) : null;
  };
  const data = isData(layer);
  for (const rgb of [pick('r', 'g', 'b'), pick('red', 'green', 'blue')]) if (rgb) return { kind: 'rgb', names: rgb, alpha, data, layer };
  const luma = pick('y', 'ry', 'by');
  if (luma) return { kind: 'luma', names: luma, alpha, data: false, layer };
  for (const xyz of [pick('x', 'y', 'z'), pick('u', 'v', 'w')]) if (xyz) return { kind: 'rgb', names: xyz, alpha, data: true, layer };
  const one = components.get('y') ?? [...components].find(([key]) => key !== 'a')?.[1] ?? [...components.values()][0]!;
  return { kind: 'gray', names: [one], alpha: one === alpha ? null : alpha, data: components.get('y') !== one, layer };
}

/** Names that rendering calls data: normals, positions, motion, depth, ids, mattes. */
function isData(name: string): boolean {
  return /(^|[._])(n|nn|normals?|p|pos|position|z|depth|zback|motion|velocity|vectors?|uvs?|st|id|ids|crypto\w*|mask|matte)\d*([._]|$)/i.test(name);
}

function missing(what: string, wanted: string, there: readonly string[]): ExrError {
  const shown = there.slice(0, 20).map((name) => JSON.stringify(name));
  const more = there.length > 20 ? ` and ${there.length - 20} more` : '';
  return new ExrError('INVALID_ARGUMENT', `there is no ${what} ${JSON.stringify(wanted)}; there ${there.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${more}`);
}
