/** Which channels make a picture. */
import { ExrError } from '../errors.ts';
import { type Layer, layersOf, type PartHeader, placeOf, viewsOf } from '../header/index.ts';

/**
 * What is drawn and from which channels (names as in the file).
 * - `rgb`: R, G, B of a layer; `luma`: Y with RY and BY, rebuilt to RGB; `gray`: one channel, drawn as it is.
 */
export interface PictureChannels {
  readonly kind: 'rgb' | 'luma' | 'gray';
  /** rgb: [R, G, B]; luma: [Y, RY, BY]; gray: [the channel]. */
  readonly names: readonly string[];
  readonly alpha: string | null;
  /** The values are no light (normals, ids, depth …): no colour conversion, and a channel drawn alone is spread over black to white. */
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
  if (channel !== undefined) return oneChannel(part, channel);
  const layers = layersOf(part);
  if (layers.length === 0) {
    if (part.unreadable) throw part.unreadable;
    throw new ExrError('INVALID_ARGUMENT', `part ${part.index} has no channels, so there is nothing to draw`, { part: part.index });
  }
  const views = viewsOf(part);
  const wanted = layers.map((each) => placed(each, views)).filter((each) => (layer === undefined || each.name === layer) && isSeen(each.view, view, views));
  const pictures = wanted.map(pictureOf);
  // The base layer first, then whatever layer has colours, then anything at all.
  const colours = pictures.filter((picture) => picture.kind !== 'gray');
  const inOrder = [
    ...colours.filter((picture) => picture.layer === ''), ...colours.filter((picture) => !picture.data), ...colours,
    ...pictures.filter((picture) => !picture.data), ...pictures,
  ];
  const best = inOrder[0];
  if (best) return best;
  const name = (one: string | undefined, of: string | null | undefined): string => [of, one].filter(Boolean).join('.');
  const there = layers.map((each) => (layer === undefined ? (each.view ?? '') : name(each.name, each.view)));
  throw missing(layer === undefined ? 'view' : 'layer', name(layer, view), [...new Set(there)], part);
}

export interface LayerPicture extends PictureChannels {
  readonly view: string | null;
  /** Of the layer, in file order: those that are drawn and the others. */
  readonly channels: readonly string[];
}

/** A picture for each layer of each view, in the order of layersOf. */
export function layerPictures(part: PartHeader): readonly LayerPicture[] {
  const views = viewsOf(part);
  return layersOf(part).map((each) => {
    const layer = placed(each, views);
    return { ...pictureOf(layer), view: layer.view, channels: layer.channels.map(({ name }) => name) };
  });
}

/** Some programs write the view before the layer (left.diffuse.R), which the specification takes for a layer's name: MultiViewOpenEXR has it last. */
function placed(layer: Layer, views: readonly string[]): Layer {
  if (layer.view !== null) return layer;
  const view = views.find((each) => layer.name.startsWith(`${each}.`));
  return view === undefined ? layer : { ...layer, view, name: layer.name.slice(view.length + 1) };
}

/** A layer without a view belongs to all. Nobody asking for a view is shown the default one, or a part's own. */
function isSeen(view: string | null, wanted: string | undefined, views: readonly string[]): boolean {
  if (wanted !== undefined) return view === wanted || (view === null && views.includes(wanted));
  return view === null || view === views[0];
}

function oneChannel(part: PartHeader, name: string): PictureChannels {
  const channel = part.channels.find((each) => each.name === name);
  if (!channel) throw missing('channel', name, part.channels.map((each) => each.name), part);
  const { layer } = placeOf(name, part, viewsOf(part));
  return { kind: 'gray', names: [name], alpha: null, data: isData(name) || channel.pixelType === 'uint', layer };
}

function pictureOf({ name: layer, channels }: Layer): PictureChannels {
  const components = new Map(channels.map(({ name }) => [name.slice(name.lastIndexOf('.') + 1).toLowerCase(), name]));
  const alpha = components.get('a') ?? components.get('alpha') ?? null;
  const pick = (...keys: string[]): string[] | null => {
    const found = keys.map((key) => components.get(key));
    return found.every((name) => name !== undefined) ? (found as string[]) : null;
  };
  const integers = (names: readonly string[]): boolean => channels.some((channel) => names.includes(channel.name) && channel.pixelType === 'uint');
  const colours = pick('r', 'g', 'b') ?? pick('red', 'green', 'blue');
  if (colours) return { kind: 'rgb', names: colours, alpha, data: isData(layer) || integers(colours), layer };
  const luma = pick('y', 'ry', 'by');
  if (luma) return { kind: 'luma', names: luma, alpha, data: false, layer };
  const vectors = pick('x', 'y', 'z') ?? pick('u', 'v', 'w');
  if (vectors) return { kind: 'rgb', names: vectors, alpha, data: true, layer };
  const others = channels.map(({ name }) => name).filter((name) => name !== alpha);
  const one = components.get('y') ?? others.find((name) => !isData(name)) ?? others[0] ?? alpha!;
  return { kind: 'gray', names: [one], alpha: one === alpha ? null : alpha, data: isData(one) || integers([one]), layer };
}

const DATA_WORDS = new RegExp(
  `(^|[._])(${[
    'nn?', 'normals?', 'p', 'pos', 'position', 'pworld', 'z', 'zback', 'depth', 'motion', 'motionvectors?', 'velocity', 'vectors?', 'uvs?', 'st',
    'ids?', '\\w*cryptomatte\\w*', 'crypto(asset|object|material)?',
  ].join('|')})\\d*([._]|$)`, 'i',
);

/** Names that rendering gives to what is no light: normals, positions, motion, depth, ids, Cryptomattes. A matte is drawn as it is. */
function isData(name: string): boolean {
  return DATA_WORDS.test(name);
}

function missing(what: string, wanted: string, there: readonly string[], part: PartHeader): ExrError {
  const shown = there.slice(0, 20).map((name) => JSON.stringify(name));
  const more = there.length > 20 ? ` and ${there.length - 20} more` : '';
  const list = `there ${there.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${more}`;
  return new ExrError('INVALID_ARGUMENT', `part ${part.index} has no ${what} ${JSON.stringify(wanted)}; ${list}`, { part: part.index });
}
