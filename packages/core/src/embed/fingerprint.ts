/**
 * What a report's metadata vector depends on, as a short text: most frames have everything in common with the last one that the features look at, and then
 * the vector is found by this text instead of being made again. It must name whatever `metadataFeatures` reads; embed.test.ts holds the one to the other.
 */
import type { ReportAttribute } from '../report/index.ts';
import { attributeFeatures, valueMatters } from './attribute-features.ts';
import { channelList } from '../channel-list/index.ts';
import { FeatureSet } from './feature.ts';
import { attributeOrder, channelsToCompare, windowKey, type EmbeddablePart, type EmbeddableReport } from './features.ts';

/** Equal for two reports only if their vectors are. */
export function metadataFingerprint(report: EmbeddableReport): string {
  let key = `${channelList(channelsToCompare(report)).id}`;
  for (const part of report.parts) {
    key += `\n${storageKey(part)} ${windowKey(part)} ${attributeOrder(part.attributes)}`;
    for (const attribute of part.attributes) {
      const id = idOfAttribute(attribute);
      if (id !== 0) key += `,${id}`;
    }
  }
  return key;
}

/** Everything of a part but its data window and its attributes. Texts as JSON, so that none can pass for another field. */
function storageKey({ name, type, view, display_window: d, pixel_aspect_ratio, line_order, compression, tile_width, tile_height, level_mode, rounding_mode, is_deep, color_space, software }: EmbeddablePart): string {
  return `${JSON.stringify([name, type, view, line_order, compression, level_mode, rounding_mode, color_space, software])} ${is_deep} ${tile_width}x${tile_height} ${d.x_min},${d.y_min},${d.x_max},${d.y_max} ${pixel_aspect_ratio}`;
}

const LONGEST = 400;
/** Twice this many attributes are remembered: when one generation is full, the one before it goes. */
const GENERATION = 8192;
let [young, old] = [new Map<string, number>(), new Map<string, number>()];
let features = new Map<string, number>();
let made = 0;

/** A number that attributes share when their features are the same; 0 for none. */
function idOfAttribute(attribute: ReportAttribute): number {
  const { name, type, value } = attribute;
  let said = '';
  if (typeof value === 'boolean') said = String(value);
  else if (valueMatters(name, type)) said = typeof value === 'string' ? `s${value}` : `j${JSON.stringify(value)}`;
  if (said.length > LONGEST) return idOfFeatures(attribute);
  const key = `${name}\0${type}\0${said}`;
  let id = young.get(key);
  if (id !== undefined) return id;
  id = old.get(key) ?? idOfFeatures(attribute);
  if (young.size >= GENERATION) [young, old] = [new Map(), young];
  young.set(key, id);
  return id;
}

function idOfFeatures(attribute: ReportAttribute): number {
  const set = new FeatureSet();
  attributeFeatures(set, attribute);
  let key = '';
  for (const feature of set.all()) key += `${feature.block} ${feature.weight} ${JSON.stringify(feature.key)}\n`;
  if (key === '') return 0;
  let id = features.get(key);
  if (id === undefined) {
    // Numbers are never given twice, so forgetting some only means that a vector is made once more.
    if (features.size >= GENERATION) features = new Map();
    features.set(key, (id = ++made));
  }
  return id;
}
