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
}

export interface Described {
  readonly features: FeatureSet;
  /** How each piece of the text was understood, for showing. */
  readonly understood: readonly string[];
  /** Names of AOVs asked for, as features of the channels vector need them. */
  readonly channels: readonly string[];
}

export function describe(description: string | PartialDescription): Described {
  const partial = typeof description === 'string' ? parse(description) : { ...description, understood: [] };
  const features = new FeatureSet();
  const understood = [...partial.understood];
  for (const name of partial.channels ?? []) understood.push(askForChannel(features, name));
  if (partial.compression) codecFeatures(features, partial.compression);
  if (partial.width !== undefined && partial.height !== undefined) sizeFeatures(features, partial.width, partial.height);
  else if (partial.width !== undefined) widthFeatures(features, partial.width);
  for (const name of 'classes' in partial ? partial.classes : []) features.add('resolution', `class:${name}`, 3, name);
  if (partial.colorSpace) colourSpaceFeatures(features, partial.colorSpace);
  if (partial.software) softwareFeatures(features, partial.software, '', 1);
  if (partial.pixelType) features.add('storage', `pixels:${partial.pixelType}`, 3, `${partial.pixelType} channels`);
  if (partial.type) features.add('storage', `type:${partial.type}`, 4, partial.type);
  if (partial.type?.startsWith('deep')) features.add('storage', 'deep', 4, 'deep samples');
  for (const view of partial.views ?? []) features.add('parts', `view:${view.toLowerCase()}`, 4, `view ${view}`);
  if (partial.multipart) features.add('parts', 'multipart', 3, 'multipart');
  return { features, understood, channels: partial.channels ?? [] };
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

/** The piece of grammar that people use: lists joined by commas, "and", "with", "in", "at"; each piece is one of the things below. */
function parse(text: string): PartialDescription & { classes: string[]; understood: string[] } {
  const out = { channels: [] as string[], classes: [] as string[], views: [] as string[], understood: [] as string[] } as Mutable;
  let rest = ` ${text.slice(0, 2000).replace(/\s+/g, ' ')} `;
  for (const [pattern, take] of PHRASES) {
    rest = rest.replace(pattern, (...found) => {
      const said = take(out, found as string[]);
      if (said) out.understood.push(said);
      return said ? ' , ' : String(found[0]);
    });
  }
  for (const piece of rest.split(/\s*(?:[,;+&]|\s)\s*/)) {
    const word = piece.replace(/^["'`(]+|["'`).:!?]+$/g, '');
    if (word !== '' && !STOP.has(word.toLowerCase())) (out.channels as string[]).push(word);
  }
  return out;
}
type Mutable = { -readonly [K in keyof PartialDescription]: PartialDescription[K] } & { channels: string[]; classes: string[]; views: string[]; understood: string[] };
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
  [/\b(?:(32)[- ]?bit|float(?:32)?s?|full[- ]float)\b/gi, (out) => ((out.pixelType = 'float'), 'float channels')],
  [/\b(?:(16)[- ]?bit|half(?:[- ]float)?)\b/gi, (out) => ((out.pixelType = 'half'), 'half channels')],
  [/\bdeep (?:tiles?|tiled)\b/gi, (out) => ((out.type = 'deeptile'), 'deep tiles')],
  [/\bdeep\b/gi, (out) => ((out.type = 'deepscanline'), 'deep samples')],
  [/\b(?:tiled|tiles|mip-?mapp?(?:ed|s)?|textures?)\b/gi, (out) => ((out.type = 'tiledimage'), 'tiled')],
  [/\b(?:scan-?lines?(?: image)?)\b/gi, (out) => ((out.type = 'scanlineimage'), 'scan lines')],
  [/\bstereo\b/gi, (out) => (out.views.push('left', 'right'), 'views left and right')],
  [/\b(left|right)(?: (?:eye|view))\b/gi, (out, [, view]) => (out.views.push(view!.toLowerCase()), `view ${view}`)],
  [/\bmulti-?part\b/gi, (out) => ((out.multipart = true), 'multipart')],
  [new RegExp(`\\b(${RENDERERS})(?: ?v?(\\d+(?:\\.\\d+)*(?:v\\d+)?))?\\b`, 'gi'), (out, [, name, version]) => ((out.software = version ? `${name} ${version}` : name!), `software ${out.software}`)],
  [/\b(aces ?cg|aces ?2065-?1|acescct?|lin(?:ear)?[ _-]?(?:srgb|rec\.?[ _-]?709|p3|rec\.?[ _-]?2020|ap[01])|srgb|rec\.?[ _-]?(?:709|2020)|scene[ _-]linear|raw)\b/gi, (out, [, space]) => ((out.colorSpace = space!), `colour space ${space}`)],
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
