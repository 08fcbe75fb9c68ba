/** A query vector from a description that somebody types: "cryptomatte and N and Z at 4K in DWAA". The same features as a file's, only fewer. */
import { COMPRESSIONS } from '../header/types.ts';
import { FeatureSet } from './feature.ts';
import type { EmbeddableChannel } from './features.ts';
import { codecFeatures, colourSpaceFeatures, RESOLUTION_CLASSES, sizeFeatures, softwareFeatures, widthFeatures } from './part-features.ts';
import { bareName, roleOfLayer } from './roles.ts';

/** What is known of the frames looked for; every field may be left out. */
export interface PartialDescription {
  /** Layers or channels by name or by what they are for: `crypto_object`, `N`, `depth`, `diffuse.R`. */
  readonly channels?: readonly string[];
  readonly compression?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorSpace?: string;
  /** `Arnold 7.2` */
  readonly software?: string;
  readonly pixelType?: 'half' | 'float' | 'uint';
  readonly type?: 'scanlineimage' | 'tiledimage' | 'deepscanline' | 'deeptile';
  readonly views?: readonly string[];
  readonly multipart?: boolean;
  readonly levels?: 'mipmap_levels' | 'ripmap_levels';
  readonly envmap?: 'latlong' | 'cube';
}

/** What files there are to be found: a program or a layer of theirs is understood by its own name, and a word that is none of theirs is not. */
export interface Vocabulary {
  /** As parts say them: `Krita`, `OpenImageIO 2.4.7.1`. */
  readonly software?: Iterable<string>;
  /** Channels and layers by their full names. Without them any word may be a layer. */
  readonly channels?: Iterable<string>;
}

export interface Described {
  readonly features: FeatureSet;
  /** How each piece of the text was understood, for showing. */
  readonly understood: readonly string[];
  /** Words that say nothing: they are looked for nowhere. */
  readonly unknown: readonly string[];
  /** Names of AOVs asked for, as features of the channels vector need them. */
  readonly channels: readonly string[];
}

export function describe(description: string | PartialDescription, vocabulary: Vocabulary = {}): Described {
  const partial: ReturnType<typeof parse> | (PartialDescription & { understood: string[]; unknown: string[] }) = typeof description === 'string' ? parse(description, vocabulary) : { ...description, understood: [], unknown: [] };
  const features = new FeatureSet();
  const understood = [...partial.understood];
  for (const name of partial.channels ?? []) understood.push(askForChannel(features, name));
  if (partial.compression) codecFeatures(features, partial.compression);
  if (partial.width !== undefined && partial.height !== undefined) sizeFeatures(features, partial.width, partial.height);
  else if (partial.width !== undefined) widthFeatures(features, partial.width);
  for (const name of 'classes' in partial ? partial.classes : []) features.add('resolution', `class:${name}`, 3, name);
  if (partial.colorSpace) for (const name of spellingsOf(partial.colorSpace)) colourSpaceFeatures(features, name);
  if (partial.software) softwareFeatures(features, partial.software, '', 1);
  if (partial.pixelType) features.add('storage', `pixels:${partial.pixelType}`, 3, `${partial.pixelType} channels`);
  if (partial.type) features.add('storage', `type:${partial.type}`, 4, partial.type);
  if (partial.type?.startsWith('deep')) features.add('storage', 'deep', 4, 'deep samples');
  for (const view of partial.views ?? []) features.add('parts', `view:${view.toLowerCase()}`, 4, `view ${view}`);
  if (partial.levels) features.add('storage', `levels:${partial.levels}`, 6, `levels ${partial.levels}`);
  if (partial.envmap) features.add('attributes', `envmap=${partial.envmap}`, 6, `environment map, ${partial.envmap}`);
  if (partial.multipart) features.add('parts', 'multipart', 3, 'multipart');
  return { features, understood, unknown: partial.unknown, channels: partial.channels ?? [] };
}

/** A word for a role asks for the role alone; a name asks for the name too. */
function askForChannel(features: FeatureSet, name: string): string {
  const dot = name.lastIndexOf('.');
  const aov = dot < 0 ? name : name.slice(0, dot);
  const role = roleOfLayer(dot < 0 && /^(rgba?|alpha|beauty)$/i.test(name) ? '' : aov);
  if (role !== null) features.add('channels', `role:${role}`, 3, role);
  if (/^(rgba?|alpha|beauty)$/i.test(name)) {
    features.add('channels', 'aov:', 4, 'base layer');
    for (const component of name.toLowerCase() === 'alpha' ? 'a' : 'rgb') features.add('channels', `channel:${component}`, 2, `channel ${component.toUpperCase()}`);
  } else if (role === null || bareName(role) !== bareName(name)) {
    features.add('channels', `aov:${aov.toLowerCase()}`, 4, `AOV ${aov}`);
    if (dot >= 0) features.add('channels', `channel:${name.toLowerCase()}`, 2, `channel ${name}`);
    else if (name.length <= 2) features.add('channels', `channel:${name.toLowerCase()}`, 2, `channel ${name}`);
  }
  return role === null ? `AOV ${name}` : `AOV ${name} (${role})`;
}

/** Names of one colour space: files say it by id, by the name that a colour configuration gives it, or by primaries, which the report turns into the id. */
function spellingsOf(name: string): readonly string[] {
  const key = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return COLOUR_SPACES.find(([pattern]) => pattern.test(key))?.[1] ?? [name];
}
const COLOUR_SPACES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:linear|lin)?ap0$|^aces20651$/, ['lin_ap0_scene', 'ACES2065-1']],
  [/^(?:linear|lin)?ap1$|^acescg$/, ['lin_ap1_scene', 'ACEScg']],
  [/^(?:linear|lin)?(?:rec|bt)2020$/, ['lin_rec2020_scene', 'Linear Rec.2020']],
  [/^(?:linear|lin)?p3(?:d65)?$|^displayp3$/, ['lin_p3d65_scene', 'Linear P3-D65']],
  [/^(?:linear|lin)?(?:rec|bt)709$|^lin(?:ear)?srgb$/, ['lin_rec709_scene', 'lin_rec709', 'Linear Rec.709 (sRGB)']],
  [/^srgb$/, ['sRGB', 'srgb_rec709_scene', 'srgb_rec709_display']],
];

/** The piece of grammar that people use: lists joined by commas, "and", "with", "in", "at"; each piece is one of the things below. */
function parse(text: string, vocabulary: Vocabulary): PartialDescription & { classes: string[]; understood: string[]; unknown: string[] } {
  const out = { channels: [] as string[], classes: [] as string[], views: [] as string[], understood: [] as string[], unknown: [] as string[] } as Mutable;
  let rest = ` ${text.slice(0, 2000).replace(/\s+/g, ' ')} `;
  const known = vocabulary.channels === undefined ? null : namesIn(vocabulary.channels);
  for (const [pattern, take] of [...programsOf(vocabulary.software ?? []), ...PHRASES]) {
    rest = rest.replace(pattern, (...found) => {
      const said = take(out, found as string[]);
      if (said) out.understood.push(said);
      return said ? ' , ' : String(found[0]);
    });
  }
  for (const piece of rest.split(/\s*(?:[,;+&]|\s)\s*/)) {
    const word = piece.replace(/^["'`(]+|["'`).:!?]+$/g, '');
    if (word === '' || STOP.has(word.toLowerCase())) continue;
    const means = known === null || roleOfLayer(word) !== null || /^(?:rgba?|alpha)$/i.test(word) || known.has(word.toLowerCase()) || [...known].some((name) => word.length > 2 && name.startsWith(word.toLowerCase()));
    if (means) (out.channels as string[]).push(word);
    else out.unknown.push(word);
  }
  return out;
}

/** Full names, layers, and the components that they are made of, in lower case. */
function namesIn(channels: Iterable<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const channel of channels) {
    const lower = channel.toLowerCase();
    names.add(lower);
    const pieces = lower.split('.');
    for (let i = 1; i < pieces.length; i++) {
      names.add(pieces.slice(0, i).join('.'));
      names.add(pieces[i - 1]!);
    }
    names.add(pieces[pieces.length - 1]!);
  }
  return names;
}

/** A phrase for each program that files were written by: its name, with a version behind it. */
function programsOf(software: Iterable<string>): (readonly [RegExp, Take])[] {
  const names = new Map<string, string>();
  for (const text of software) {
    const name = /^[^\d(]*[A-Za-z)]/.exec(text.slice(0, 60))?.[0].trim();
    if (name && name.length >= 3) for (const each of [name, ...name.split(/ or /)]) names.set(each.toLowerCase().replace(/\s*\(.*$/, ''), name);
  }
  return [...names].sort(([a], [b]) => b.length - a.length).slice(0, 200).map(([said, name]) => [
    new RegExp(`(?<![\\w.])${said.replace(/[^a-z0-9 ]/g, '\\$&').replace(/ /g, ' ?')}(?: ?v?(\\d+(?:\\.\\d+)*(?:v\\d+)?))?(?![\\w])`, 'gi'),
    (out, [, version]) => ((out.software = version ? `${name} ${version}` : name), `software ${out.software}`),
  ]);
}
type Mutable = { -readonly [K in keyof PartialDescription]: PartialDescription[K] } & { channels: string[]; classes: string[]; views: string[]; understood: string[]; unknown: string[] };
const STOP = new Set('a an the and or with without in at of on by from for to as is are that has have having file files frame frames image images render renders rendered shot pass passes aov aovs layer layers channel channels codec compression compressed resolution res pixel pixels using written like stored space colour color sample samples value values bit'.split(' '));

const RENDERERS = 'arnold|v-?ray|renderman|prman|karma(?: xpu| cpu)?|mantra|redshift|octane|blender|cycles|nuke|houdini|maya|corona|3delight|maxwell|clarisse|katana|unreal(?: engine)?|gaffer|guerilla|openimageio|fusion|natron|modo|cinema ?4d|appleseed|indigo|luxcore|mitsuba|flame|resolve|substance';
type Take = (out: Mutable, found: readonly string[]) => string | null;
const PHRASES: readonly (readonly [RegExp, Take])[] = [
  [/\b(\d{2,6})\s*[x×]\s*(\d{2,6})\b/gi, (out, [, width, height]) => ((out.width = Number(width)), (out.height = Number(height)), `${width} × ${height}`)],
  [new RegExp(`\\b(${RESOLUTION_CLASSES.map(([name]) => name).join('|')})\\b`, 'gi'), (out, [, name]) => {
    const known = RESOLUTION_CLASSES.find(([other]) => other.toLowerCase() === name!.toLowerCase())![0];
    out.classes.push(known);
    return `resolution ${known}`;
  }],
  [/\b(uncompressed|no compression)\b/gi, (out) => ((out.compression = 'none'), 'uncompressed')],
  [new RegExp(`\\b(${[...COMPRESSIONS].filter((codec) => codec !== 'none').sort((a, b) => b.length - a.length).join('|')})\\b`, 'gi'), (out, [, codec]) => ((out.compression = codec!.toLowerCase()), `codec ${codec!.toLowerCase()}`)],
  [/\bzstandard\b/gi, (out) => ((out.compression = 'zstd'), 'codec zstd')],
  [/\blossy (?:htj2k|jpeg[- ]?2000|j2k)\b/gi, (out) => ((out.compression = 'lj2k'), 'codec lj2k')],
  [/\b(?:(32)[- ]?bit|float(?:32)?s?|full[- ]float)\b/gi, (out) => ((out.pixelType = 'float'), 'float channels')],
  [/\b(?:(16)[- ]?bit|half(?:[- ]float)?)\b/gi, (out) => ((out.pixelType = 'half'), 'half channels')],
  [/\bdeep (?:tiles?|tiled)\b/gi, (out) => ((out.type = 'deeptile'), 'deep tiles')],
  [/\bdeep\b/gi, (out) => ((out.type = 'deepscanline'), 'deep samples')],
  [/\bmip-?map(?:p?ed|s|ping)?(?: levels?)?\b/gi, (out) => ((out.type = 'tiledimage'), (out.levels = 'mipmap_levels'), 'mipmap')],
  [/\brip-?map(?:p?ed|s|ping)?(?: levels?)?\b/gi, (out) => ((out.type = 'tiledimage'), (out.levels = 'ripmap_levels'), 'ripmap')],
  [/\b(?:lat-?long|latitude[- ]longitude|equirect(?:angular)?)(?: (?:environment )?maps?)?\b/gi, (out) => ((out.envmap = 'latlong'), 'environment map, latlong')],
  [/\bcube-? ?map(?:s|ped)?\b/gi, (out) => ((out.envmap = 'cube'), 'environment map, cube')],
  [/\b(?:luminance[-/ ]?chroma|y\/?ry\/?by|yc)\b/gi, (out) => (out.channels.push('Y', 'RY', 'BY'), 'luminance and chroma')],
  [/\b(?:gr[ae]y(?:[- ]?scale)?|monochrome|luminance(?: only)?|black and white)\b/gi, (out) => (out.channels.push('Y'), 'gray')],
  [/\b(?:tiled|tiles|textures?)\b/gi, (out) => ((out.type = 'tiledimage'), 'tiled')],
  [/\b(?:scan-?lines?(?: image)?)\b/gi, (out) => ((out.type = 'scanlineimage'), 'scan lines')],
  [/\bstereo\b/gi, (out) => (out.views.push('left', 'right'), 'views left and right')],
  [/\b(left|right)(?: (?:eye|view))\b/gi, (out, [, view]) => (out.views.push(view!.toLowerCase()), `view ${view}`)],
  [/\bmulti-?part\b/gi, (out) => ((out.multipart = true), 'multipart')],
  [new RegExp(`\\b(${RENDERERS})(?: ?v?(\\d+(?:\\.\\d+)*(?:v\\d+)?))?\\b`, 'gi'), (out, [, name, version]) => ((out.software = version ? `${name} ${version}` : name!), `software ${out.software}`)],
  [/\b(aces ?cg|aces ?2065-?1|acescct?|(?:linear )?ap[01]|(?:linear )?(?:display )?p3(?:[- ]?d65)?|lin(?:ear)?[ _-]?(?:srgb|rec\.?[ _-]?709|p3|rec\.?[ _-]?2020|ap[01])|srgb|rec\.?[ _-]?(?:709|2020)|scene[ _-]linear|raw)\b/gi, (out, [, space]) => ((out.colorSpace = space!), `colour space ${space}`)],
];

/** Channels as they most often stand in files for a name that was asked for: what the channels vector of the query is made of. */
export function askedChannels(name: string): EmbeddableChannel[] {
  const lower = name.toLowerCase();
  const dot = name.lastIndexOf('.');
  const channel = (layer: string, component: string, type: EmbeddableChannel['type'] = 'half'): EmbeddableChannel => ({ name: layer === '' ? component : `${layer}.${component}`, layer, component, view: null, type, x_sampling: 1, y_sampling: 1 });
  const colours = (layer: string, type?: EmbeddableChannel['type']): EmbeddableChannel[] => ['R', 'G', 'B'].map((component) => channel(layer, component, type));
  if (lower === 'rgb' || lower === 'rgba' || lower === 'beauty') return [...colours(''), ...(lower === 'rgb' ? [] : [channel('', 'A')])];
  if (lower === 'alpha') return [channel('', 'A')];
  if (dot > 0) return [channel(name.slice(0, dot), name.slice(dot + 1))];
  const usual = USUAL[roleOfLayer(name) ?? ''];
  // A word for a role asks for the usual spellings of it, a name that files use asks for itself.
  if (usual && bareName(name).length > 2) return usual.map(([layer, component]) => channel(layer, component, 'float'));
  return name.length <= 2 ? [channel('', name, 'float')] : colours(name);
}

const USUAL: Readonly<Record<string, readonly (readonly [layer: string, component: string])[]>> = {
  cryptomatte: ['crypto_object', 'crypto_material', 'crypto_asset', 'cryptoobject', 'cryptomaterial'].map((layer) => [layer, 'R'] as const),
  depth: [['', 'Z'], ['depth', 'Z']],
  normal: [['', 'N'], ['N', 'X'], ['normal', 'X']],
  position: [['', 'P'], ['P', 'X'], ['position', 'X']],
  motion: [['motionvector', 'X'], ['motion', 'X'], ['velocity', 'X']],
  'ambient occlusion': [['ao', 'R'], ['occlusion', 'R']],
};
