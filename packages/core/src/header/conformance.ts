/**
 * What OpenEXR makes of headers beyond what is needed to find the pixels: what it refuses (NOT_CONFORMING), and what it opens all the same
 * (notes). After ImfHeader.cpp's sanityCheck, ImfMultiPartInputFile.cpp, and validation.c and parse_header.c of OpenEXRCore, each tried with
 * OpenEXR 3.1.5 and 3.5.3; docs/decisions/conformance.md has the table.
 */
import { plainText } from '../text/index.ts';
import { valueOf } from './attribute.ts';
import { isSorted } from './channel-order.ts';
import type { Findings } from './findings.ts';
import { lossyNote } from './lossy-channels.ts';
import { STANDARD_ATTRIBUTES, standardAttribute } from './standard-attributes.ts';
import type { Box2i, Channel, PartHeader, VersionField } from './types.ts';

/** Coordinates from here on overflow in sums; the library refuses them (kLargeVal). */
const LARGE = 2 ** 30 - 1;
const SHORT_NAME = 31;

/** What OpenEXR fills in where one of these is absent, unless it is asked to be strict (validate_req_attr). */
const ASSUMED: Readonly<Record<string, string>> = { pixelAspectRatio: '1', lineOrder: 'increasing_y', screenWindowCenter: '(0, 0)', screenWindowWidth: '1' };
/** Compressions that deep data may have (ImfCompression, isValidDeepCompression); ZSTD since OpenEXR 3.5. */
const DEEP: ReadonlySet<string> = new Set(['none', 'rle', 'zips', 'zstd']);

/** One part that was read to its end. */
export function checkPart(part: PartHeader, version: VersionField, findings: Findings): void {
  absentAttributes(part, version, findings);
  windowsAndNumbers(part, findings);
  channelList(part, version, findings);
  types(part, version, findings);
  standardNames(part, findings);
  lossyNote(part, findings);
}

function absentAttributes(part: PartHeader, version: VersionField, findings: Findings): void {
  for (const [name, value] of Object.entries(ASSUMED)) {
    if (part.attribute(name) === undefined) {
      findings.note('ATTRIBUTE_ASSUMED', part.index, name, `${name} is missing: ${value} is taken, as OpenEXR does unless it is asked to be strict`);
    } else wrongType(part, name, `takes ${value}`, findings);
  }
  const display = 'takes (0, 0) to (63, 63), here the data window is taken';
  if (part.attribute('displayWindow') === undefined) findings.notConforming(part.index, 'displayWindow', `displayWindow is missing: OpenEXR ${display}`);
  else wrongType(part, 'displayWindow', display, findings);
  const assumed = (name: string, what: string): void => {
    if (part.attribute(name) === undefined) findings.note('ATTRIBUTE_ASSUMED', part.index, name, `${name} is missing, ${what}: OpenEXR up to 3.1 needs it in such a file, 3.5 does without`);
  };
  if (version.multipart && part.attribute('name') === undefined) findings.notConforming(part.index, 'name', 'name is missing, which OpenEXR needs in every part of a multipart file');
  if (version.multipart || version.nonImage) assumed('chunkCount', 'the number of chunks is computed');
  if (part.isDeep || version.nonImage) assumed('version', '1 is taken');
}

/** A required attribute of another type: OpenEXR 3.1 refuses the file, 3.5 goes on as if the attribute were absent. */
function wrongType(part: PartHeader, name: string, what: string, findings: Findings): void {
  const expected = STANDARD_ATTRIBUTES.get(name)!.type;
  const { type } = part.attribute(name)!;
  if (type !== expected) findings.notConforming(part.index, name, `${name} is of type "${plainText(type, { max: 64 })}", expected ${expected}: OpenEXR 3.1 refuses the file, 3.5 ${what}`);
}

function windowsAndNumbers(part: PartHeader, findings: Findings): void {
  const window = windowFault(valueOf(part.attribute('displayWindow'), 'box2i'));
  if (window !== null) findings.notConforming(part.index, 'displayWindow', `displayWindow: ${window}`);
  const aspect = valueOf(part.attribute('pixelAspectRatio'), 'float');
  if (aspect !== undefined && !(aspect >= Math.fround(1e-6) && aspect <= 1e6)) findings.notConforming(part.index, 'pixelAspectRatio', `pixelAspectRatio: ${aspect}, expected 1e-6 to 1e6`);
  const width = valueOf(part.attribute('screenWindowWidth'), 'float');
  if (width !== undefined && width < 0) findings.notConforming(part.index, 'screenWindowWidth', `screenWindowWidth: ${width}, expected 0 or more`);
  const order = valueOf(part.attribute('lineOrder'), 'lineOrder');
  if (typeof order === 'number') findings.notConforming(part.index, 'lineOrder', `lineOrder: ${order}, expected 0 to 2: OpenEXR 3.1 refuses the file, 3.5 takes increasing_y`);
  else if (order === 'random_y' && !part.isTiled) findings.notConforming(part.index, 'lineOrder', 'lineOrder: random_y in a scan line part, expected increasing_y or decreasing_y: OpenEXR 3.1 refuses the file');
  // Of a codec that is not known yet nobody can tell.
  if (part.isDeep && typeof part.compression === 'string' && !DEEP.has(part.compression)) findings.notConforming(part.index, 'compression', `compression: ${part.compression} in a deep part, expected none, rle, zips or (OpenEXR 3.5) zstd`);
}

/** What is wrong with a window that need not lead to pixels, null when nothing is. */
export function windowFault(box: Box2i | undefined): string | null {
  if (box === undefined) return null;
  const found = `(${box.xMin}, ${box.yMin}) to (${box.xMax}, ${box.yMax})`;
  if (box.xMax < box.xMin || box.yMax < box.yMin) return `${found}, expected max not before min`;
  if (Math.min(box.xMin, box.yMin) <= -LARGE || Math.max(box.xMax, box.yMax) >= LARGE) return `${found}, expected coordinates within ±${LARGE - 1}`;
  return null;
}

function channelList(part: PartHeader, version: VersionField, findings: Findings): void {
  const { channels, dataWindow: { xMin, yMin, xMax, yMax }, index } = part;
  const say = (channel: Channel): string => `channel "${plainText(channel.name, { max: 80 })}"`;
  const others = (count: number): string => (count > 1 ? ` (and ${count - 1} more channels likewise)` : '');
  const repeated = channels.filter(({ name }, i) => i > 0 && channels[i - 1]!.name === name);
  if (repeated.length > 0) {
    findings.notConforming(index, 'channels', `channels: ${say(repeated[0]!)} is there more than once${others(repeated.length)}: OpenEXR from 3.4 on refuses the file`, { channel: repeated[0]!.name });
  }
  const listed = valueOf(part.attribute('channels'), 'chlist');
  if (listed && !isSorted(listed)) findings.notConforming(index, 'channels', unsorted(listed, channels));
  if (!part.isTiled && !part.isDeep) {
    const apart = channels.filter(({ xSampling: x, ySampling: y }) => x > 0 && y > 0 && (xMin % x || yMin % y || (xMax - xMin + 1) % x || (yMax - yMin + 1) % y));
    const first = apart[0];
    if (first) {
      const text = `channels: ${say(first)} has sampling ${first.xSampling} x ${first.ySampling}${others(apart.length)}, expected one that divides corner (${xMin}, ${yMin}) and size ${xMax - xMin + 1} x ${yMax - yMin + 1} of the data window`;
      findings.notConforming(index, 'channels', text, { channel: first.name });
    }
  }
  if (version.longNames) return;
  const long = channels.filter(({ name }) => name.length > SHORT_NAME || (name.length * 3 > SHORT_NAME && new TextEncoder().encode(name).length > SHORT_NAME));
  if (long[0]) findings.note('LONG_NAME', index, 'channels', `channels: ${say(long[0])} has more than 31 bytes${others(long.length)} in a file without the long-names flag: OpenEXR reads it`, { channel: long[0].name });
}

function unsorted(listed: readonly Channel[], sorted: readonly Channel[]): string {
  const names = (list: readonly Channel[]): string => `${list.slice(0, 12).map(({ name }) => plainText(name, { max: 40 })).join(' ')}${list.length > 12 ? ' …' : ''}`;
  return `channels: the list ${names(listed)} is not in alphabetical order: OpenEXR sorts it and reads the planes as ${names(sorted)}, and so do we, which is not what the writer meant (Godot 3.2 and other programs with tinyexr write such files)`;
}

/** `type` and `version` against the flags of the version field. */
function types(part: PartHeader, version: VersionField, findings: Findings): void {
  const { index } = part;
  const said = part.attribute('type');
  const type = valueOf(said, 'string');
  const flat = !version.multipart && !version.nonImage;
  if (flat && type !== undefined && type !== part.type) {
    findings.note('TYPE_AT_ODDS', index, 'type', `type is "${plainText(type, { max: 64 })}", the flags say ${part.type}: the flags count`);
  } else if (flat && said !== undefined && said.type !== 'string') {
    findings.notConforming(index, 'type', `type is of type "${plainText(said.type, { max: 64 })}", expected string: OpenEXR 3.1 refuses the file`);
  }
  if (part.isDeep && !version.nonImage) findings.note('TYPE_AT_ODDS', index, 'type', `type is ${part.type}, and the version field has no flag for deep data`);
  const number = valueOf(part.attribute('version'), 'int');
  if (number === undefined || number === 1) return;
  if (part.isDeep) findings.notConforming(index, 'version', `version: ${number}, expected 1: OpenEXR does not read the samples of such a part`);
  else findings.note('TYPE_AT_ODDS', index, 'version', `version is ${number}, expected 1 or none in a flat part`);
}

/** Checked elsewhere, each in its own way. */
const REQUIRED = new Set(['channels', 'compression', 'dataWindow', 'type', 'displayWindow', ...Object.keys(ASSUMED)]);

function standardNames(part: PartHeader, findings: Findings): void {
  for (const attribute of part.attributes) {
    const standard = standardAttribute(attribute.name);
    if (standard === undefined || REQUIRED.has(attribute.name)) continue;
    if (standard.name !== attribute.name) {
      const name = plainText(attribute.name, { max: 80 });
      const beside = part.attribute(standard.name) === undefined ? 'readers look for that one' : 'it is there as well, and readers take that one';
      findings.note('ATTRIBUTE_SPELLING', part.index, attribute.name, `${name}: the standard name is ${standard.name}: ${beside}`);
    } else if (attribute.type !== standard.type) {
      const found = plainText(attribute.type, { max: 64 });
      findings.note('ATTRIBUTE_TYPE', part.index, attribute.name, `${attribute.name} is of type "${found}", expected ${standard.type}: readers that ask for the standard attribute do not find it`);
    } else if ((attribute.name === 'name' || attribute.name === 'view') && attribute.size === 0) {
      findings.note('EMPTY_NAME', part.index, attribute.name, `${attribute.name} is empty, which says no more than none`);
    }
  }
}

/** What only the parts together show. Attributes that parts share are compared with the first part's (ImfMultiPartInputFile, checkSharedAttributesValues). */
export function checkParts(parts: readonly PartHeader[], version: VersionField, findings: Findings): void {
  const [first] = parts;
  if (first && version.nonImage && !parts.some(({ isDeep }) => isDeep)) {
    findings.note('TYPE_AT_ODDS', first.index, 'type', 'the version field has the flag for deep data, and no part is deep');
  }
  if (!version.multipart || !first) return;
  const names = new Map<string, number>();
  for (const part of parts) {
    const other = part.name === null ? undefined : names.get(part.name);
    if (other !== undefined) findings.notConforming(part.index, 'name', `name: the same as part ${other}'s, expected one of its own: OpenEXR 3.1 refuses the file`);
    else if (part.name !== null) names.set(part.name, part.index);
    if (part !== first) shared(first, part, findings);
  }
}

function shared(first: PartHeader, part: PartHeader, findings: Findings): void {
  const differs = (name: string, found: string, expected: string): void =>
    findings.notConforming(part.index, name, `${name}: ${found} differs from the first part's ${expected}: parts of a file share it, and OpenEXR refuses those that do not`);
  const box = ({ xMin, yMin, xMax, yMax }: Box2i): string => `(${xMin}, ${yMin}) to (${xMax}, ${yMax})`;
  if (box(part.displayWindow) !== box(first.displayWindow)) differs('displayWindow', box(part.displayWindow), box(first.displayWindow));
  if (part.pixelAspectRatio !== first.pixelAspectRatio) differs('pixelAspectRatio', String(part.pixelAspectRatio), String(first.pixelAspectRatio));
  const stated = (each: PartHeader, name: 'chromaticities' | 'timeCode', type: 'chromaticities' | 'timecode'): string | null => {
    const attribute = each.attribute(name);
    return attribute === undefined || valueOf(attribute, type) === undefined ? null : String(attribute.raw());
  };
  // A later part need not have them; where it has, the first must have the same.
  const colours = stated(part, 'chromaticities', 'chromaticities');
  if (colours !== null && colours !== stated(first, 'chromaticities', 'chromaticities')) {
    if (first.attribute('chromaticities') === undefined) differs('chromaticities', 'a statement that', 'lack of one');
    else differs('chromaticities', 'what it states', 'statement');
  }
  const [id, firstId] = [part, first].map((each) => valueOf(each.attribute('colorInteropID'), 'string'));
  if (id !== undefined && id !== 'data' && id !== firstId) {
    findings.note('PART_DIFFERS', part.index, 'colorInteropID', `colorInteropID is "${plainText(id, { max: 80 })}", the first part ${firstId === undefined ? 'has none' : `says "${plainText(firstId, { max: 80 })}"`}`);
  }
  const time = stated(part, 'timeCode', 'timecode');
  if (time !== null && time !== stated(first, 'timeCode', 'timecode')) {
    findings.note('PART_DIFFERS', part.index, 'timeCode', "timeCode differs from the first part's: parts of a file should share it (OpenEXR means to refuse that, and compares an attribute called timecode)");
  }
}

