/** One part's header: the attributes that decoding needs, by name, checked. */
import { ExrError, type ExrErrorCode, type ExrErrorPlace } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { plainText } from '../text/index.ts';
import { valueOf, type HeaderAttribute } from './attribute.ts';
import { readChannels, walkChannels } from './attribute-types/index.ts';
import { REQUIRED_ATTRIBUTES, STANDARD_ATTRIBUTES } from './standard-attributes.ts';
import { LINE_ORDERS, PART_TYPES, type Attribute, type Box2i, type Channel, type Compression, type LineOrder, type PartHeader, type PartType, type TileDescription, type VersionField } from './types.ts';

// Coordinates beyond half of int32 overflow in everybody's arithmetic; the library refuses them too (OpenEXRCore, validation.c).
const LARGEST_COORDINATE = 2 ** 30 - 1;
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

/** Builds a part from its attributes; what is wrong is added to `problems`. Never throws. */
export function buildPart(index: number, attributes: readonly HeaderAttribute[], context: PartContext, problems: ExrError[]): PartHeader {
  return new Part(index, attributes, context, problems);
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

  constructor(index: number, attributes: readonly HeaderAttribute[], context: PartContext, problems: ExrError[]) {
    this.index = index;
    this.attributes = attributes;
    for (const attribute of attributes) this.#byName.set(attribute.name, attribute); // of duplicates the last counts, as in the library
    const checks = new Checks(index, context, problems);
    const { version } = context;

    this.name = valueOf(this.attribute('name'), 'string') || null; // Blender 5 leaves it empty in single parts: no name
    this.view = valueOf(this.attribute('view'), 'string') ?? null;
    this.type = typeOf(this.attribute('type'), version, checks);
    this.isTiled = this.type === 'tiledimage' || this.type === 'deeptile';
    this.isDeep = this.type === 'deepscanline' || this.type === 'deeptile';
    for (const name of REQUIRED_ATTRIBUTES) checks.required(this.attribute(name), name, NEEDED.has(name));
    if (version.multipart) for (const name of ['name', 'type', 'chunkCount']) checks.required(this.attribute(name), name, name === 'type');
    else if (version.nonImage) for (const name of ['type', 'chunkCount']) checks.required(this.attribute(name), name, name === 'type');
    if (this.isDeep && context.whole) checks.required(this.attribute('version'), 'version', false);

    this.dataWindow = checks.window(valueOf(this.attribute('dataWindow'), 'box2i'), 'dataWindow', true) ?? EMPTY;
    this.displayWindow = checks.window(valueOf(this.attribute('displayWindow'), 'box2i'), 'displayWindow', false) ?? this.dataWindow;
    this.pixelAspectRatio = checks.aspect(valueOf(this.attribute('pixelAspectRatio'), 'float'));
    this.lineOrder = checks.lineOrder(valueOf(this.attribute('lineOrder'), 'lineOrder'));
    this.compression = valueOf(this.attribute('compression'), 'compression') ?? 'none';
    if (typeof this.compression === 'number') checks.unknownCompression(this.compression);
    this.channels = checks.channels(this.#byName.get('channels'), this);
    this.tiles = this.isTiled ? checks.tiles(this.attribute('tiles')) : (valueOf(this.attribute('tiles'), 'tiledesc') ?? null);
    this.chunkCount = valueOf(this.attribute('chunkCount'), 'int') ?? null;
    if (this.chunkCount !== null && this.chunkCount < 0) checks.note('BAD_ATTRIBUTE', 'chunkCount', `${this.chunkCount} chunks, expected 0 or more`);
    if (checks.unreadable) this.unreadable = checks.unreadable;
  }

  attribute(name: string): HeaderAttribute | undefined {
    return this.#byName.get(name);
  }
}

/** Without these nobody can find the pixels. */
const NEEDED: ReadonlySet<string> = new Set(['channels', 'compression', 'dataWindow']);

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
  readonly #problems: ExrError[];

  constructor(index: number, context: PartContext, problems: ExrError[]) {
    this.#index = index;
    this.#context = context;
    this.#problems = problems;
  }

  note(code: ExrErrorCode, attribute: string, message: string, where: ExrErrorPlace = {}): ExrError {
    const { name, version } = this.#context;
    const place = version.multipart ? `${name}: part ${this.#index}` : name;
    const error = new ExrError(code, `${place}: ${attribute}: ${message}`, { source: name, part: this.#index, attribute, ...where });
    this.#problems.push(error);
    return error;
  }

  fail(code: ExrErrorCode, attribute: string, message: string, where?: ExrErrorPlace): void {
    const error = this.note(code, attribute, message, where);
    this.unreadable ??= error;
  }

  /** Not there because the header breaks off before it: the break is noted already. */
  #outOfReach(attribute: string, expected: string): void {
    const message = `${this.#context.name}: ${attribute}: the header breaks off before such an attribute, expected one of type ${expected}`;
    this.unreadable ??= new ExrError('MISSING_ATTRIBUTE', message, { source: this.#context.name, part: this.#index, attribute });
  }

  required(attribute: HeaderAttribute | undefined, name: string, needed: boolean): void {
    const expected = STANDARD_ATTRIBUTES.get(name)?.type ?? 'string';
    let message: string;
    if (attribute === undefined) {
      message = `there is no such attribute, expected one of type ${expected}`;
      if (!this.#context.whole) {
        if (needed) this.#outOfReach(name, expected);
        return;
      }
      if (needed) this.fail('MISSING_ATTRIBUTE', name, message);
      else this.note('MISSING_ATTRIBUTE', name, message);
      return;
    }
    if (attribute.type !== expected) {
      message = `type "${plainText(attribute.type, { max: 64 })}", expected ${expected}`;
      if (needed) this.fail('BAD_ATTRIBUTE', name, message);
      else this.note('BAD_ATTRIBUTE', name, message);
    } else if (attribute.problem !== null && needed && name !== 'channels') {
      // Noted when it was scanned.
      this.unreadable ??= new ExrError('BAD_ATTRIBUTE', `${this.#context.name}: ${name}: ${attribute.problem}`, { part: this.#index, attribute: name });
    }
  }

  window(box: Box2i | undefined, attribute: string, needed: boolean): Box2i | undefined {
    if (box === undefined) return undefined;
    const found = `(${box.xMin}, ${box.yMin}) to (${box.xMax}, ${box.yMax})`;
    let wrong: string | undefined;
    if (box.xMax < box.xMin || box.yMax < box.yMin) wrong = `${found}, expected max not before min`;
    else if (Math.min(box.xMin, box.yMin) < -LARGEST_COORDINATE || Math.max(box.xMax, box.yMax) > LARGEST_COORDINATE) {
      wrong = `${found}, expected coordinates within ±${LARGEST_COORDINATE}`;
    }
    if (wrong !== undefined) {
      if (needed) this.fail('BAD_ATTRIBUTE', attribute, wrong);
      else this.note('BAD_ATTRIBUTE', attribute, wrong);
      return box;
    }
    const area = (box.xMax - box.xMin + 1) * (box.yMax - box.yMin + 1);
    const { windowArea } = this.#context.limits;
    if (needed && area > windowArea) {
      const where = { limit: 'windowArea', limitValue: windowArea, requested: area };
      this.fail('LIMIT_EXCEEDED', attribute, `${found} holds ${area} pixels, the limit windowArea is ${windowArea}`, where);
    }
    return box;
  }

  aspect(value: number | undefined): number {
    if (value === undefined) return 1;
    if (!(value > 0 && value < Infinity)) this.note('BAD_ATTRIBUTE', 'pixelAspectRatio', `${value}, expected a finite number above 0`);
    return value;
  }

  lineOrder(value: LineOrder | number | undefined): LineOrder {
    if (typeof value !== 'number') return value ?? 'increasing_y';
    this.note('BAD_ATTRIBUTE', 'lineOrder', `${value}, expected 0 to ${LINE_ORDERS.length - 1}`);
    return 'increasing_y'; // the offset table is in increasing y whatever the order
  }

  unknownCompression(value: number): void {
    this.fail('UNSUPPORTED_COMPRESSION', 'compression', `unknown compression ${value}, expected 0 to 13`);
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
    let before: string | undefined;
    for (const { name, xSampling, ySampling } of channels) {
      const where = { channel: name };
      if (xSampling < 1 || ySampling < 1) {
        this.fail('BAD_ATTRIBUTE', 'channels', `channel "${plainText(name, { max: 80 })}" has sampling ${xSampling} x ${ySampling}, expected 1 or more`, where);
      } else if ((part.isTiled || part.isDeep) && (xSampling > 1 || ySampling > 1)) {
        this.fail('BAD_ATTRIBUTE', 'channels', `channel "${plainText(name, { max: 80 })}" has sampling ${xSampling} x ${ySampling}, expected 1 x 1 in a tiled or deep part`, where);
      }
      if (before !== undefined && before === name) this.fail('BAD_ATTRIBUTE', 'channels', `channel "${plainText(name, { max: 80 })}" is there more than once`, where);
      before = name;
    }
    return channels;
  }

  tiles(attribute: Attribute | undefined): TileDescription | null {
    const tiles = valueOf(attribute, 'tiledesc');
    if (tiles === undefined) {
      if (attribute === undefined && !this.#context.whole) this.#outOfReach('tiles', 'tiledesc');
      else this.fail('MISSING_ATTRIBUTE', 'tiles', attribute === undefined ? 'there is no such attribute, expected a tiledesc in a tiled part' : 'it cannot be read, expected a tiledesc');
      return null;
    }
    if (tiles.xSize < 1 || tiles.ySize < 1 || tiles.xSize > LARGEST_COORDINATE || tiles.ySize > LARGEST_COORDINATE) {
      this.fail('BAD_ATTRIBUTE', 'tiles', `tiles of ${tiles.xSize} x ${tiles.ySize} pixels, expected 1 to ${LARGEST_COORDINATE} each`);
    }
    return tiles;
  }
}
