/** From a report to its features: everything that says how a frame was made, nothing that changes from frame to frame. */
import type { ExrReport, ReportAttribute, ReportChannel, ReportPart } from '../report/index.ts';
import { attributeFeatures } from './attribute-features.ts';
import { groupsOf, groupText, groupWeight } from './channel-vector.ts';
import { channelList, withPartLayers, type ChannelList } from '../channel-list/index.ts';
import { FeatureSet } from './feature.ts';
import { codecFeatures, colourSpaceFeatures, resolutionFeatures, softwareFeatures } from './part-features.ts';
import { aovOf, roleOfLayer } from './roles.ts';
import { withoutViewLayers } from './view-layers.ts';
import { masked } from './volatile.ts';

/** What embedding looks at: an ExrReport, or the same pieces put together from stored rows. */
export interface EmbeddableReport {
  readonly parts: readonly EmbeddablePart[];
  readonly channels: readonly EmbeddableChannel[];
}
export type EmbeddablePart = Pick<
  ReportPart,
  'name' | 'type' | 'view' | 'data_window' | 'display_window' | 'pixel_aspect_ratio' | 'line_order' | 'compression' | 'tile_width' | 'tile_height' | 'level_mode' | 'rounding_mode' | 'is_deep' | 'color_space' | 'software'
> & { readonly attributes: readonly ReportAttribute[] };
export type EmbeddableChannel = Pick<ReportChannel, 'name' | 'layer' | 'component' | 'view' | 'type' | 'x_sampling' | 'y_sampling'> & Partial<Pick<ReportChannel, 'p_linear' | 'part_index'>>;

/** The features of the metadata vector. Any report is accepted, one without parts too. */
export function metadataFeatures(report: Pick<ExrReport, 'parts' | 'channels'> | EmbeddableReport): FeatureSet {
  const features = new FeatureSet();
  channelsOf(features, channelsToCompare(report));
  for (const part of report.parts) {
    storageOf(features, part);
    orderOf(features, part);
    resolutionFeatures(features, part.display_window, Number(part.pixel_aspect_ratio));
    windowOf(features, part);
    codecFeatures(features, part.compression);
    if (part.color_space) colourSpaceFeatures(features, part.color_space);
    if (part.software) softwareFeatures(features, part.software, '', 1);
    for (const attribute of part.attributes) attributeFeatures(features, attribute);
  }
  partsOf(features, report.parts);
  return features;
}

/** The channels as they are compared: in the layer that a part's name says, without a view layer. */
export function channelsToCompare({ parts, channels }: { readonly parts?: readonly Pick<EmbeddablePart, 'name' | 'view'>[]; readonly channels: readonly EmbeddableChannel[] }): readonly EmbeddableChannel[] {
  const list = channelList(channels);
  const named = parts === undefined || parts.length < 2 ? '' : JSON.stringify(parts.map(({ name, view }) => [name, view]));
  let known = compared.get(list);
  if (!known || known.named !== named) compared.set(list, (known = { named, channels: withoutViewLayers(withPartLayers(parts ?? [], channels)) }));
  return known.channels;
}
const compared = new WeakMap<ChannelList, { readonly named: string; readonly channels: readonly EmbeddableChannel[] }>();

/** Frames of one sequence have the same channels: their features are made once. */
function channelsOf(features: FeatureSet, channels: readonly EmbeddableChannel[]): void {
  const list = channelList(channels);
  let known = ofLists.get(list);
  if (!known) {
    known = new FeatureSet();
    for (const channel of channels) channelOf(known, channel);
    ofLists.set(list, known);
  }
  features.share('channels', known);
  for (const block of ['storage', 'parts'] as const) for (const { key, weight, text } of known.block(block).values()) features.add(block, key, weight, text);
}
const ofLists = new WeakMap<ChannelList, FeatureSet>();

function channelOf(features: FeatureSet, channel: EmbeddableChannel): void {
  const aov = aovOf(channel.layer, channel.component);
  const lower = aov.toLowerCase();
  features.add('channels', `aov:${lower}`, 4, aov === '' ? 'base layer' : `AOV ${aov}`);
  const role = roleOfLayer(aov);
  if (role !== null) features.add('channels', `role:${role}`, 3, `${role}`);
  const base = aov === '' ? channel.component : aov === channel.layer ? `${aov}.${channel.component}` : aov;
  features.add('channels', `channel:${base.toLowerCase()}`, 2, `channel ${base}`);
  features.add('storage', `pixels:${channel.type}`, 3, `${channel.type} channels`);
  if (channel.x_sampling !== 1 || channel.y_sampling !== 1) features.add('storage', `sampling:${channel.x_sampling}x${channel.y_sampling}`, 3, `${channel.x_sampling} × ${channel.y_sampling} subsampling`);
  if (channel.p_linear) features.add('storage', 'p-linear', 2, 'perceptually linear channels');
  if (channel.view) features.add('parts', `view:${channel.view.toLowerCase()}`, 4, `view ${channel.view}`);
}

/** Programs write the required attributes in an order of their own; OpenEXR's is the alphabet's. */
function orderOf(features: FeatureSet, { attributes }: EmbeddablePart): void {
  const order = attributeOrder(attributes);
  if (order !== '') features.add('storage', `attributes:${order}`, 2, order === SORTED ? 'attributes in alphabetical order' : `attributes in the order ${order.replaceAll(' ', ', ')}`);
}
const ORDERED = new Set(['channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder', 'pixelAspectRatio', 'screenWindowCenter', 'screenWindowWidth']);
const SORTED = [...ORDERED].join(' ');

/** The required attributes as they stand in the file. */
export function attributeOrder(attributes: readonly { readonly name: string }[]): string {
  let order = '';
  for (const { name } of attributes) if (ORDERED.has(name)) order += order === '' ? name : ` ${name}`;
  return order;
}

function storageOf(features: FeatureSet, part: EmbeddablePart): void {
  features.add('storage', `type:${part.type}`, 4, part.type);
  features.add('storage', `order:${part.line_order}`, 2, `line order ${part.line_order}`);
  if (part.is_deep) features.add('storage', 'deep', 4, 'deep samples');
  if (part.tile_width === null || part.tile_height === null) return;
  features.add('storage', `tiles:${part.tile_width}x${part.tile_height}`, 3, `${part.tile_width} × ${part.tile_height} tiles`);
  if (part.level_mode !== null) features.add('storage', `levels:${part.level_mode}`, 3, `levels ${part.level_mode}`);
  if (part.rounding_mode !== null) features.add('storage', `rounding:${part.rounding_mode}`, 1, `rounding ${part.rounding_mode}`);
}

function partsOf(features: FeatureSet, parts: readonly EmbeddablePart[]): void {
  if (parts.length === 0) return;
  const bucket = parts.length <= 4 ? String(parts.length) : `${2 ** octave(parts.length)} or more`;
  features.add('parts', `count:${bucket}`, 3, parts.length === 1 ? 'one part' : `${bucket} parts`);
  if (parts.length > 1) features.add('parts', 'multipart', 3, 'multipart');
  for (const part of parts) {
    if (part.view) features.add('parts', `view:${part.view.toLowerCase()}`, 4, `view ${part.view}`);
    if (part.name && parts.length > 1) features.add('parts', `name:${masked(part.name)}`, 2, `part ${part.name}`);
  }
}

/** A data window inside the display window is a crop, which may differ in the next frame; one that reaches beyond is overscan, which is a choice. */
function windowOf(features: FeatureSet, part: EmbeddablePart): void {
  const { overscan, width, height } = windowFacts(part);
  if (!overscan) features.add('storage', 'window:within', 1, 'data window within the display window');
  else features.add('storage', 'window:overscan', 1, 'data window beyond the display window');
  features.add('storage', `data:${octave(width)}x${octave(height)}`, 1, `data window about ${width} × ${height}`);
}

/** What the features say of the data window; crops of about one size say the same. */
export function windowKey(part: EmbeddablePart): string {
  const { overscan, width, height } = windowFacts(part);
  return `${overscan} ${octave(width)}x${octave(height)}`;
}

function windowFacts({ data_window: data, display_window: display }: EmbeddablePart): { overscan: boolean; width: number; height: number } {
  const beyond = Math.max(display.x_min - data.x_min, display.y_min - data.y_min, data.x_max - display.x_max, data.y_max - display.y_max);
  return { overscan: beyond > 0, width: data.x_max - data.x_min + 1, height: data.y_max - data.y_min + 1 };
}

/** floor(log2), by counting, so that it is the same everywhere. */
function octave(value: number): number {
  let octaves = 0;
  for (let rest = value; rest >= 2 && octaves < 64; rest /= 2) octaves++;
  return octaves;
}

/** The groups of the channels vector as features, for explanations. */
export function channelSetFeatures(report: { readonly parts?: readonly EmbeddablePart[]; readonly channels: readonly EmbeddableChannel[] }): FeatureSet {
  const features = new FeatureSet();
  for (const group of groupsOf(channelsToCompare(report)).values()) features.add('channels', group.key, groupWeight(group), groupText(group));
  return features;
}
