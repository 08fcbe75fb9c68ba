import type { JsonValue, ReportAttribute } from '../report/index.ts';
import type { FeatureSet } from './feature.ts';
import { colourSpaceFeatures, softwareFeatures } from './part-features.ts';
import { masked, volatileName, volatileText, volatileType, wordsOf } from './volatile.ts';

/** Required of every file, or told by the fields of the part. */
const COVERED = new Set(['channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder', 'pixelAspectRatio', 'screenWindowCenter', 'screenWindowWidth', 'tiles', 'name', 'type', 'version', 'chunkCount', 'view', 'multiView', 'maxSamplesPerPixel', 'preview']);
const PRODUCTION = new Set('show project production series film title client studio facility episode sequence seq shot asset task department dept discipline artist owner copyright element'.split(' '));
const SOFTWARE = new Set('software renderer version generator creator application app dcc producer engine program writer'.split(' '));
const COLOUR = new Set('colorspace colourspace color colour ocio gamut primaries chromaticities transfer gamma illuminant lut aces white neutral interop'.split(' '));

export function attributeFeatures(features: FeatureSet, attribute: ReportAttribute): void {
  if (COVERED.has(attribute.name)) return;
  const name = masked(attribute.name.slice(0, 96));
  const fleeting = volatileType(attribute.type) || volatileName(attribute.name);
  features.add('attributes', `${name}:${attribute.type}`, fleeting ? 1 : 4, `attribute ${attribute.name}`);
  if (volatileType(attribute.type)) return;
  const words = wordsOf(attribute.name);
  if (words.some((word) => SOFTWARE.has(word)) && namesSoftware(features, attribute, words)) return;
  if (words.some((word) => COLOUR.has(word)) && colourOf(features, attribute, name)) return;
  if (!fleeting) valueOf(features, attribute, name, words);
}

/** False when the features of an attribute of this name and type are the same whatever its value is, as long as that is not a boolean. */
export function valueMatters(name: string, type: string): boolean {
  const key = `${name}\0${type}`;
  let matters = verdicts.get(key);
  if (matters === undefined) {
    if (verdicts.size >= 4096) verdicts.clear();
    verdicts.set(key, (matters = judgeValue(name, type)));
  }
  return matters;
}
const verdicts = new Map<string, boolean>();

function judgeValue(name: string, type: string): boolean {
  if (COVERED.has(name) || volatileType(type)) return false;
  return wordsOf(name).some((word) => SOFTWARE.has(word) || COLOUR.has(word)) || STEADY_NUMBERS.has(name) || (type === 'string' && !volatileName(name));
}

function namesSoftware(features: FeatureSet, attribute: ReportAttribute, words: readonly string[]): boolean {
  const { value } = attribute;
  if (typeof value !== 'string' || value === '' || words.some((word) => NOT_A_PROGRAM.has(word))) return false;
  softwareFeatures(features, value, words.filter((word) => !SOFTWARE.has(word)).join(' ') || 'software', 2);
  return true;
}
const NOT_A_PROGRAM = new Set('color colour ocio schema format hash id date time path file asset shot scene take comment layer pass note'.split(' '));

function colourOf(features: FeatureSet, attribute: ReportAttribute, name: string): boolean {
  const { value } = attribute;
  if (typeof value === 'string') {
    if (value === '' || value.length > 96 || /[/\\].*[/\\]/.test(value)) return false;
    if (/space|transfer|gamut|interop/i.test(attribute.name)) colourSpaceFeatures(features, value, 4);
    else features.add('colour', `${name}=${masked(value)}`, 2, `${attribute.name} ${value}`);
    return true;
  }
  const numbers = numbersIn(value);
  if (numbers.length === 0 || numbers.length > 16) return false;
  // Three decimals: primaries written as float and as rounded double are the same primaries.
  const rounded = numbers.map((number) => Math.round(number * 1000) / 1000).join(',');
  features.add('colour', `${name}=${rounded}`, 4, `${attribute.name} ${rounded}`);
  return true;
}

/** Numbers of a value, in the order in which they stand there. */
function numbersIn(value: JsonValue | undefined): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value === 'object' && value !== null) return Object.values(value as object).flatMap((inner) => numbersIn(inner as JsonValue));
  return [];
}

/** `show`, `pipeline:project_code`, `artistName`; not `studio.submitTicket`. */
function namesProduction(words: readonly string[]): boolean {
  const last = words[words.length - 1] ?? '';
  const before = words[words.length - 2] ?? '';
  return PRODUCTION.has(last) || (PRODUCTION.has(before) && NAMING.has(last));
}
const NAMING = new Set(['name', 'code', 'title', 'label', 'id', 'key']);

/** Numbers are left out: of those that an unknown program writes, more move with the frame than say how it was made. */
const STEADY_NUMBERS = new Set(['framesPerSecond', 'dwaCompressionLevel', 'isoSpeed', 'expTime', 'aperture', 'envmap', 'wrapmodes', 'lookModTransform']);

function valueOf(features: FeatureSet, attribute: ReportAttribute, name: string, words: readonly string[]): void {
  const { value } = attribute;
  if (typeof value === 'string' && attribute.type === 'string') {
    const production = namesProduction(words);
    if (value.length > 96 || (!production && volatileText(value)) || (production && /[/\\].*[/\\]|\d{4}-\d{2}-\d{2}|:\d{2}/.test(value))) return;
    const block = production ? 'production' : 'attributes';
    const text = `${attribute.name} ${value}`;
    const blurred = masked(value);
    features.add(block, `${name}=${blurred}`, 2, text);
    if (production) features.add(block, `${name}==${value.toLowerCase()}`, 4, text);
    else if (blurred !== value.toLowerCase() && !/\d{3}/.test(value)) features.add(block, `${name}==${value.toLowerCase()}`, 1, text);
    return;
  }
  if (!STEADY_NUMBERS.has(attribute.name) && typeof value !== 'boolean') return;
  const steady = typeof value === 'string' || typeof value === 'boolean' ? String(value) : numbersIn(value).map((number) => Math.round(number * 1000) / 1000).join('/');
  if (attribute.name === 'dwaCompressionLevel') features.add('codec', `dwa:${steady}`, 1, `DWA level ${steady}`);
  else features.add('attributes', `${name}=${steady}`, 2, `${attribute.name} ${steady}`);
}
