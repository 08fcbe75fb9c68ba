/** One part's header: the attributes that decoding needs, by name, checked. */
import { ExrError, type ExrErrorCode, type ExrErrorPlace } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { plainText } from '../text/index.ts';
import { valueOf, type HeaderAttribute } from './attribute.ts';
import { readChannels, walkChannels } from './attribute-types/index.ts';
import { sortedChannels } from './channel-order.ts';
import { windowFault } from './conformance.ts';
import type { Findings } from './findings.ts';
import { STANDARD_ATTRIBUTES } from './standard-attributes.ts';
import { PART_TYPES, type Attribute, type Box2i, type Channel, type Compression, type LineOrder, type PartHeader, type PartType, type TileDescription, type VersionField } from './types.ts';

// The longest side of a tile that the library takes (OpenEXRCore, validation.c: INT_MAX / 4).
const LARGEST_TILE = 2 ** 29 - 1;
const EMPTY: Box2i = { xMin: 0, yMin: 0, xMax: -1, yMax: -1 };

export interface PartContext {
  readonly name: string;
  readonly version: VersionField;
  readonly limits: Limits;
  /** Channels of the parts before this one. */
  readonly channelsBefore: number;
  /** False for the part within which the header breaks off: what is missing there is no news. */
  readonly whole: boolean;
}

/** Builds a part from its attributes; what keeps its pixels from being found is added to `findings`, the rest is conformance.ts's. Never throws. */
export function buildPart(index: number, attributes: readonly HeaderAttribute[], context: PartContext, findings: Findings): PartHeader {
  return new Part(index, attributes, context, findings);
}

class Part implements PartHeader {
  readonly index: number;
  readonly attributes: readonly HeaderAttribute[];
  readonly name: string | null;
  readonly view: string | null;
  readonly type: PartType;
  readonly isTiled: boolean;
  readonly isDeep: boolean;
  readonly dataWindow: Box2i;
  readonly displayWindow: Box2i;
  readonly pixelAspectRatio: number;
  readonly lineOrder: LineOrder;
  readonly compression: Compression | number;
  readonly channels: readonly Channel[];
  readonly tiles: TileDescription | null;
  readonly chunkCount: number | null;
  readonly unreadable?: ExrError;
  readonly #byName = new Map<string, HeaderAttribute>();

  constructor(index: number, attributes: readonly HeaderAttribute[], context: PartContext, findings: Findings) {
    this.index = index;
    this.attributes = attributes;
    for (const attribute of attributes) this.#byName.set(attribute.name, attribute); // of duplicates the last counts, as in the library
    const checks = new Checks(index, context, findings);
    const { version } = context;

    this.name = valueOf(this.attribute('name'), 'string') || null; // Blender 5 leaves it empty in single parts: no name
    this.view = valueOf(this.attribute('view'), 'string') ?? null;
    this.type = typeOf(this.attribute('type'), version, checks);
    this.isTiled = this.type === 'tiledimage' || this.type === 'deeptile';
    this.isDeep = this.type === 'deepscanline' || this.type === 'deeptile';
    for (const name of NEEDED) checks.required(this.attribute(name), name);
    if (version.multipart || version.nonImage) checks.required(this.attribute('type'), 'type');

    this.dataWindow = checks.window(valueOf(this.attribute('dataWindow'), 'box2i')) ?? EMPTY;
    this.displayWindow = valueOf(this.attribute('displayWindow'), 'box2i') ?? this.dataWindow;
    this.pixelAspectRatio = valueOf(this.attribute('pixelAspectRatio'), 'float') ?? 1;
    const lineOrder = valueOf(this.attribute('lineOrder'), 'lineOrder') ?? 'increasing_y';
    this.lineOrder = typeof lineOrder === 'number' ? 'increasing_y' : lineOrder; // the offset table is in increasing y whatever the order
    this.compression = valueOf(this.attribute('compression'), 'compression') ?? 'none';
    if (typeof this.compression === 'number') checks.unknownCompression(this.compression);
    this.channels = checks.channels(this.#byName.get('channels'), this);
    this.tiles = this.isTiled ? checks.tiles(this.attribute('tiles')) : (valueOf(this.attribute('tiles'), 'tiledesc') ?? null);
    this.chunkCount = valueOf(this.attribute('chunkCount'), 'int') ?? null;
    if (checks.unreadable) this.unreadable = checks.unreadable;
  }

  attribute(name: string): HeaderAttribute | undefined {
    return this.#byName.get(name);
  }
}

/** Without these nobody can find the pixels. */
const NEEDED = ['channels', 'compression', 'dataWindow'] as const;

/** Of a flat single-part file the flags decide: programs that convert tiles to scan lines leave the old `type` behind (ImfMultiPartInputFile.cpp). */
function typeOf(attribute: Attribute | undefined, version: VersionField, checks: Checks): PartType {
  const fromFlags: PartType = version.tiled ? 'tiledimage' : 'scanlineimage';
  if (!version.multipart && !version.nonImage) return fromFlags;
  const text = valueOf(attribute, 'string');
  if (text === undefined) return version.nonImage && !version.multipart ? (version.tiled ? 'deeptile' : 'deepscanline') : fromFlags;
  if ((PART_TYPES as readonly string[]).includes(text)) return text as PartType;
  checks.fail('UNSUPPORTED_FEATURE', 'type', `type "${plainText(text, { max: 64 })}", expected one of ${PART_TYPES.join(', ')}`);
  return fromFlags;
}

/** Collects what is wrong with one part; the first thing that hides the pixels is `unreadable`. */
class Checks {
  unreadable: ExrError | undefined;
  readonly #index: number;
  readonly #context: PartContext;
  readonly #findings: Findings;

  constructor(index: number, context: PartContext, findings: Findings) {
    this.#index = index;
    this.#context = context;
    this.#findings = findings;
  }

  fail(code: ExrErrorCode, attribute: string, message: string, where: ExrErrorPlace = {}): void {
    const error = this.#findings.problem(code, this.#index, `${attribute}: ${message}`, { attribute, ...where });
    this.unreadable ??= error;
  }

  /** Not there because the header breaks off before it: the break is noted already. */
  #outOfReach(attribute: string, expected: string): void {
    const message = `${this.#context.name}: ${attribute}: the header breaks off before such an attribute, expected one of type ${expected}`;
    this.unreadable ??= new ExrError('MISSING_ATTRIBUTE', message, { source: this.#context.name, part: this.#index, attribute });
  }

  required(attribute: HeaderAttribute | undefined, name: string): void {
    const expected = STANDARD_ATTRIBUTES.get(name)?.type ?? 'string';
    if (attribute === undefined) {
      if (this.#context.whole) this.fail('MISSING_ATTRIBUTE', name, `there is no such attribute, expected one of type ${expected}`);
      else this.#outOfReach(name, expected);
    } else if (attribute.type !== expected) {
      this.fail('BAD_ATTRIBUTE', name, `type "${plainText(attribute.type, { max: 64 })}", expected ${expected}`);
    } else if (attribute.problem !== null && name !== 'channels') {
      // Noted when it was scanned.
      this.unreadable ??= new ExrError('BAD_ATTRIBUTE', `${this.#context.name}: ${name}: ${attribute.problem}`, { part: this.#index, attribute: name });
    }
  }

  /** The data window: without a sound one there are no pixels. */
  window(box: Box2i | undefined): Box2i | undefined {
    const wrong = windowFault(box);
    if (wrong !== null) this.fail('BAD_ATTRIBUTE', 'dataWindow', wrong);
    if (box === undefined || wrong !== null) return box;
    const area = (box.xMax - box.xMin + 1) * (box.yMax - box.yMin + 1);
    const { windowArea } = this.#context.limits;
    if (area > windowArea) {
      const where = { limit: 'windowArea', limitValue: windowArea, requested: area };
      this.fail('LIMIT_EXCEEDED', 'dataWindow', `(${box.xMin}, ${box.yMin}) to (${box.xMax}, ${box.yMax}) holds ${area} pixels, the limit windowArea is ${windowArea}`, where);
    }
    return box;
  }

  /** The part stays readable: its chunks can be found, and those that are stored plain be shown. */
  unknownCompression(value: number): void {
    this.#findings.problem('UNSUPPORTED_COMPRESSION', this.#index, `compression: unknown compression ${value}, expected 0 to 13`, { attribute: 'compression' });
  }

  channels(attribute: HeaderAttribute | undefined, part: { readonly isTiled: boolean; readonly isDeep: boolean }): readonly Channel[] {
    if (attribute?.type !== 'chlist') return [];
    const { count, problem } = walkChannels(attribute.raw());
    const { channels: most, fileChannels } = this.#context.limits;
    const together = count + this.#context.channelsBefore;
    if (count > most || together > fileChannels) {
      const [limit, limitValue, requested] = count > most ? ['channels', most, count] : ['fileChannels', fileChannels, together];
      const others = requested > count ? ` and ${requested - count} in the parts before` : '';
      this.fail('LIMIT_EXCEEDED', 'channels', `${count} channels${others}, the limit ${limit} is ${limitValue}`, { limit, limitValue, requested });
      return [];
    }
    const channels = problem === null ? (attribute.value as readonly Channel[]) : readChannels(attribute.raw());
    if (problem !== null) this.unreadable ??= new ExrError('BAD_ATTRIBUTE', `${this.#context.name}: channels: ${problem}`, { part: this.#index, attribute: 'channels' });
    if (channels.length === 0 && problem === null) this.fail('BAD_ATTRIBUTE', 'channels', 'no channels, expected at least one');
    for (const { name, xSampling, ySampling } of channels) {
      const where = { channel: name };
      if (xSampling < 1 || ySampling < 1) {
        this.fail('BAD_ATTRIBUTE', 'channels', `channel "${plainText(name, { max: 80 })}" has sampling ${xSampling} x ${ySampling}, expected 1 or more`, where);
      } else if ((part.isTiled || part.isDeep) && (xSampling > 1 || ySampling > 1)) {
        this.fail('BAD_ATTRIBUTE', 'channels', `channel "${plainText(name, { max: 80 })}" has sampling ${xSampling} x ${ySampling}, expected 1 x 1 in a tiled or deep part`, where);
      }
    }
    return sortedChannels(channels);
  }

  tiles(attribute: Attribute | undefined): TileDescription | null {
    const tiles = valueOf(attribute, 'tiledesc');
    if (tiles === undefined) {
      if (attribute === undefined && !this.#context.whole) this.#outOfReach('tiles', 'tiledesc');
      else this.fail('MISSING_ATTRIBUTE', 'tiles', attribute === undefined ? 'there is no such attribute, expected a tiledesc in a tiled part' : 'it cannot be read, expected a tiledesc');
      return null;
    }
    if (tiles.xSize < 1 || tiles.ySize < 1 || tiles.xSize > LARGEST_TILE || tiles.ySize > LARGEST_TILE) {
      this.fail('BAD_ATTRIBUTE', 'tiles', `tiles of ${tiles.xSize} x ${tiles.ySize} pixels, expected 1 to ${LARGEST_TILE} each`);
    }
    return tiles;
  }
}
