/** Which channels make a picture. */
import { colorSourcesOf } from '../color/index.ts';
import { ExrError } from '../errors.ts';
import { type Channel, type Layer, layersOf, meantName, type PartHeader, placeOf, viewsOf } from '../header/index.ts';
import { plainText } from '../text/index.ts';
import { beautyRank, channelMeaning, layerMeaning, namesOfPart } from './layer-names.ts';

/**
 * What is drawn and from which channels (names as in the file).
 * - `rgb`: R, G, B of a layer, or two of them; `luma`: Y with RY and BY, rebuilt to RGB; `gray`: one channel, drawn as it is.
 */
export interface PictureChannels {
  readonly kind: 'rgb' | 'luma' | 'gray';
  /** rgb: [R, G, B], or [R, G] of a layer with two channels; luma: [Y, RY, BY]; gray: [the channel]. */
  readonly names: readonly string[];
  /** Of an rgb picture with two channels: which of red (0), green (1) and blue (2) each is, the missing one is 0. Absent: as they stand. */
  readonly places?: readonly number[];
  readonly alpha: string | null;
  /**
   * The values are no light (normals, ids, depth …): no colour conversion, a channel drawn alone is spread over black to white, and a small picture
   * takes one value for each of its pixels, never a mean.
   */
  readonly data: boolean;
  /** One channel of ids: each is drawn in a colour of its own. */
  readonly ids: boolean;
  /** The channels are uint: 0 to 255 is black to white, and so on. */
  readonly whole: boolean;
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
  const { channel } = choice;
  if (channel !== undefined) return oneChannel(part, channel);
  const layers = layersOf(part);
  if (layers.length === 0) {
    if (part.unreadable) throw part.unreadable;
    throw new ExrError('INVALID_ARGUMENT', `part ${part.index} has no channels, so there is nothing to draw`, { part: part.index });
  }
  const views = viewsOf(part);
  const all = layers.map((each) => placed(each, views));
  const layer = choice.layer === undefined ? undefined : (meantName(choice.layer, all.map((each) => each.name)) ?? choice.layer);
  const view = choice.view === undefined ? undefined : (meantName(choice.view, views) ?? choice.view);
  const wanted = all.filter((each) => (layer === undefined || each.name === layer) && isSeen(each.view, view, views));
  const best = ranked(part, wanted)[0];
  if (best) return best.picture;
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
    return { ...pictureOf(layer, part), view: layer.view, channels: layer.channels.map(({ name }) => name) };
  });
}

/**
 * How good a part's best picture is beside those of other parts: less is better. A base layer in a part of some other name (Nuke's `diffuse_direct`) is that
 * layer, so a part called rgba goes before it. Of a part without channels Infinity.
 */
export function bestRank(part: PartHeader): number {
  const views = viewsOf(part);
  const rank = ranked(part, layersOf(part).map((each) => placed(each, views)))[0]?.rank ?? Infinity;
  return rank === 0 && nameOf(part) !== '' ? OTHER_NAME : rank;
}
/** As good as a layer of a name that says nothing. */
const OTHER_NAME = 1 + 100;

/**
 * Pictures, best first: the base layer's colours, then the beauty by its usual names, then other light in colours, then what has little to do with
 * the picture (ambient occlusion, shadow, environment), then data in colours; single channels last. In a named part the base layer goes by its name.
 */
function ranked(part: PartHeader, layers: readonly Layer[]): { picture: PictureChannels; rank: number }[] {
  const rank = (picture: PictureChannels): number => {
    const named = picture.layer === '' ? nameOf(part) : picture.layer;
    const isBase = picture.layer === '' && beautyRank(named) === 100;
    const isLuminance = picture.kind === 'gray' && !picture.data && /(^|\.)y$/i.test(picture.names[0]!);
    const colours = picture.kind !== 'gray' || (isLuminance && (isBase || beautyRank(named) < 100));
    if (colours && !picture.data) return isBase ? 0 : 1 + beautyRank(named);
    if (picture.kind !== 'gray') return 400;
    const isOpacity = /(^|\.)(a|alpha)$/i.test(picture.names[0]!);
    return 500 + (picture.data ? 300 : isOpacity ? 250 : 0) + (isBase ? 20 : beautyRank(named) / 5);
  };
  return layers.map((layer) => pictureOf(layer, part)).map((picture) => ({ picture, rank: rank(picture) })).sort((a, b) => a.rank - b.rank);
}

/** The part's name without its view, "" when it has none. */
function nameOf(part: PartHeader): string {
  return namesOfPart(part).at(-1) ?? '';
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

function oneChannel(part: PartHeader, asked: string): PictureChannels {
  const names = part.channels.map((each) => each.name);
  const name = meantName(asked, names);
  if (name === undefined) throw missing('channel', asked, names, part);
  const channel = part.channels.find((each) => each.name === name)!;
  const { layer, component } = placeOf(name, part, viewsOf(part));
  return { ...single(part, layer, component, channel), alpha: null };
}

/** One channel drawn alone. */
function single(part: PartHeader, layer: string, component: string, channel: Channel): PictureChannels {
  const whole = channel.pixelType === 'uint';
  const { data, ids } = channelMeaning(layer === '' ? nameOf(part) : layer, component);
  // V is Blender's word for the only channel of a picture, which is depth unless the file says that it is a colour.
  const isLone = layer === '' && component.toLowerCase() === 'v' && part.channels.every(({ name }) => !name.includes('.') && !/^[rgbyz]$/i.test(name)) && !saysColour(part);
  const opacity = /^(a|alpha)$/i.test(component);
  return {
    kind: 'gray', names: [channel.name], alpha: null, layer, whole,
    data: (data && !opacity) || whole || isLone || (!opacity && isDataPart(part)), ids: ids && !opacity && (whole || isIdComponent(component)),
  };
}

/** Of a layer of ids: red, green and blue of ids that were coloured already are no ids. */
function isIdComponent(component: string): boolean {
  return !/^(g|b|green|blue|y|z|a|alpha)$/i.test(component);
}

function saysColour(part: PartHeader): boolean {
  const source = colorSourcesOf(part)[0];
  return source !== undefined && source.useless === null && source.space !== 'data';
}

function isDataPart(part: PartHeader): boolean {
  return colorSourcesOf(part).find(({ useless }) => useless === null)?.space === 'data';
}

/** What three, or two, channels of a layer are red, green and blue, by the ends of their names. */
const TRIPLES = [['r', 'g', 'b'], ['red', 'green', 'blue']] as const;
const VECTORS = [['x', 'y', 'z'], ['u', 'v', 'w'], ['nx', 'ny', 'nz'], ['px', 'py', 'pz'], ['vx', 'vy', 'vz']] as const;
const PAIRS = [['x', 'y'], ['u', 'v'], ['s', 't'], ['nx', 'ny'], ['vx', 'vy'], ['dx', 'dy']] as const;

function pictureOf({ name: layer, channels }: Layer, part: PartHeader): PictureChannels {
  const components = new Map(channels.map((channel) => [endOf(channel.name).toLowerCase(), channel.name]));
  const alpha = components.get('a') ?? components.get('alpha') ?? null;
  const pick = (keys: readonly string[]): string[] | null => {
    const found = keys.map((key) => components.get(key));
    return found.every((name) => name !== undefined) ? (found as string[]) : null;
  };
  const whole = (names: readonly string[]): boolean => names.every((name) => channels.find((channel) => channel.name === name)!.pixelType === 'uint');
  const named = layerMeaning(layer === '' ? nameOf(part) : layer);
  const data = named.data || isDataPart(part);
  const rgb = (names: readonly string[], isData: boolean, places?: readonly number[]): PictureChannels => (
    { kind: 'rgb', names, alpha, data: isData || whole(names), ids: false, whole: whole(names), layer, ...(places && { places }) });

  for (const keys of TRIPLES) {
    const found = pick(keys);
    if (found) return rgb(found, data);
  }
  const luma = pick(['y', 'ry', 'by']);
  if (luma) return { kind: 'luma', names: luma, alpha, data: false, ids: false, whole: false, layer };
  const vector = VECTORS.map(pick).find((found) => found !== null);
  if (vector) return rgb(vector, true);
  for (const keys of TRIPLES) {
    const places = [0, 1, 2].filter((i) => components.has(keys[i]!));
    // One of the two that are there may be all that ids have.
    if (places.length === 2) return rgb(places.map((i) => components.get(keys[i]!)!), data, places);
  }
  const pair = PAIRS.map(pick).find((found) => found !== null);
  if (pair) return rgb(pair, true);

  const others = channels.filter(({ name }) => name !== alpha);
  const alone = others.map((channel) => single(part, layer, endOf(channel.name), channel));
  const best = alone.find(({ names }) => endOf(names[0]!).toLowerCase() === 'y') ?? alone.find((one) => !one.data) ?? alone[0];
  return best ? { ...best, alpha } : single(part, layer, endOf(alpha!), channels.find(({ name }) => name === alpha)!);
}

function endOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 || dot === name.length - 1 ? name : name.slice(dot + 1);
}

function missing(what: string, wanted: string, there: readonly string[], part: PartHeader): ExrError {
  const shown = there.slice(0, 20).map((name) => `"${plainText(name)}"`);
  const more = there.length > 20 ? ` and ${there.length - 20} more` : '';
  const list = `there ${there.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${more}`;
  return new ExrError('INVALID_ARGUMENT', `part ${part.index} has no ${what} ${JSON.stringify(wanted)}; ${list}`, { part: part.index });
}
