/**
 * Walks the headers of a file: names, types, sizes and where the values are. Works on one contiguous piece of the file at a time and says how
 * much it needs when an attribute reaches beyond it; the driver (open.ts) reads on from there, so that no byte is copied again and again.
 */
import type { ExrErrorCode, ExrErrorPlace } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { plainText } from '../text/index.ts';
import { ATTRIBUTE_TYPES } from './attribute-types/index.ts';
import { HeaderAttribute } from './attribute.ts';
import type { Findings } from './findings.ts';
import { REQUIRED_ATTRIBUTES } from './standard-attributes.ts';
import { decodeName } from './text.ts';

/** Bit 10 of the version field allows names of up to 255 bytes instead of 31. */
const LONGEST_NAME = 255;
const SHORT_NAME = 31;

export interface ScanOptions {
  /** Of the source, for messages. */
  readonly name: string;
  readonly fileSize: number;
  readonly multipart: boolean;
  readonly longNames: boolean;
  readonly limits: Limits;
  /** Takes what is found. */
  readonly findings: Findings;
}

/** Where the scan stands after a piece. */
export type ScanState =
  /** All headers were read. */
  | { readonly kind: 'done' }
  /** The rest cannot be found: the last problem says why. */
  | { readonly kind: 'stopped' }
  /** The attribute at `position` ends at `end`, or nobody knows yet where it ends (null): bring a piece from `position` on. */
  | { readonly kind: 'more'; readonly end: number | null }
  /** Much was read: others may have their turn before the same piece is read on. */
  | { readonly kind: 'turn' };

/** Attributes, and ends of headers, from one turn to the next. */
const AT_A_TURN = 500;

export class HeaderScan {
  /** Offset in the file of what comes next; after `done` the first byte behind the headers. */
  position: number;
  readonly headers: HeaderAttribute[][] = [];
  readonly #options: ScanOptions;
  #current: HeaderAttribute[] = [];
  /** Of all headers together. */
  #attributes = 0;
  readonly #names = new Map<string, HeaderAttribute>();

  constructor(start: number, options: ScanOptions) {
    this.position = start;
    this.#options = options;
  }

  /** Reads on in `bytes`, which stand at `base` in the file and hold `position`. May be called again with a longer piece. */
  run(bytes: Uint8Array, base: number): ScanState {
    const { multipart } = this.#options;
    for (let steps = 1; ; steps++) {
      if (steps % AT_A_TURN === 0) return { kind: 'turn' };
      const at = this.position - base;
      if (at < bytes.length && bytes[at] === 0) {
        this.position++;
        const wasEmpty = this.#current.length === 0;
        // A multipart file ends its headers with an empty one; any other file has one header.
        if (multipart && wasEmpty && this.headers.length > 0) return { kind: 'done' };
        this.#endHeader();
        if (!multipart) return { kind: 'done' };
        if (wasEmpty) return { kind: 'done' }; // no header at all
        continue;
      }
      // Another part begins: only now, since after the last one the headers end.
      if (at < bytes.length && this.#current.length === 0 && this.headers.length >= this.#options.limits.parts) {
        return this.#limit('parts', this.#options.limits.parts, this.headers.length + 1);
      }
      const state = at < bytes.length ? this.#attribute(bytes, base, at) : this.#more(bytes, base, null);
      if (state) {
        if (state.kind === 'stopped') this.#endHeader();
        return state;
      }
    }
  }

  /** The attribute at `at`; a state when the walk must pause or end there. */
  #attribute(bytes: Uint8Array, base: number, at: number): ScanState | null {
    const { fileSize, limits, longNames } = this.#options;
    const nameEnd = zeroWithin(bytes, at);
    if (nameEnd < 0) return this.#endless(bytes, base, at, 'an attribute name');
    const typeStart = nameEnd + 1;
    const typeEnd = zeroWithin(bytes, typeStart);
    const name = decodeName(bytes, at, nameEnd);
    if (typeEnd < 0) return this.#endless(bytes, base, typeStart, `the type of attribute ${quote(name)}`, name);
    const start = typeEnd + 5;
    if (start > bytes.length) return this.#more(bytes, base, base + start, name);
    const size = bytes[typeEnd + 1]! | (bytes[typeEnd + 2]! << 8) | (bytes[typeEnd + 3]! << 16) | (bytes[typeEnd + 4]! << 24);
    const valueAt = base + start;
    if (size < 0) {
      return this.#stop('BAD_ATTRIBUTE', `attribute ${quote(name)} says it is ${size} bytes long, expected 0 or more`, { attribute: name, offset: valueAt - 4 });
    }
    if (valueAt + size > fileSize) {
      const found = `attribute ${quote(name)} says it is ${size} bytes long at offset ${valueAt}, expected at most the ${fileSize - valueAt} that are left of the file`;
      return this.#stop('TRUNCATED', found, { attribute: name, offset: valueAt });
    }
    if (valueAt + size > limits.headerBytes) return this.#limit('headerBytes', limits.headerBytes, valueAt + size, name);
    if (this.#attributes >= limits.attributes) return this.#limit('attributes', limits.attributes, this.#attributes + 1);
    const type = decodeName(bytes, typeStart, typeEnd);
    const end = start + size;
    if (end > bytes.length) return this.#more(bytes, base, base + end, name);

    const known = ATTRIBUTE_TYPES.get(type);
    const problem = known === undefined ? null : known.check(bytes.subarray(start, end));
    if (problem !== null) this.#note('BAD_ATTRIBUTE', `attribute ${quote(name)} of type ${plainText(type, { max: 40 })}: ${problem}`, { attribute: name, offset: valueAt });
    if (type === '') this.#note('BAD_ATTRIBUTE', `attribute ${quote(name)} has an empty type`, { attribute: name, offset: base + at });
    if (!longNames && (nameEnd - at > SHORT_NAME || typeEnd - typeStart > SHORT_NAME)) {
      const found = `attribute ${quote(name)} has a name or type of ${Math.max(nameEnd - at, typeEnd - typeStart)} bytes`;
      this.#options.findings.note('LONG_NAME', this.headers.length, name, `${found}, expected at most 31 in a file without the long-names flag: OpenEXR reads it`, { offset: base + at });
    }
    const attribute = new HeaderAttribute(name, type, size, valueAt, bytes, start, problem);
    const before = this.#names.get(name);
    if (before) this.#repeated(before, attribute, base + at);
    this.#names.set(name, attribute);
    this.#current.push(attribute);
    this.#attributes++;
    this.position = base + end;
    return null;
  }

  /**
   * OpenEXR up to 3.4 takes the last of several; 3.5 too where the attribute is one of those that every header has, the first of those that say
   * what a part is, and of any other it loses its way in the header.
   */
  #repeated(before: HeaderAttribute, attribute: HeaderAttribute, offset: number): void {
    const { name, type } = attribute;
    const { findings } = this.#options;
    const part = this.headers.length;
    const text = `attribute ${quote(name)} is there more than once`;
    const isSame = type === before.type && equalBytes(before.raw(), attribute.raw());
    if (isSame ? TAKEN_OVER.has(name) || TOLD_ONCE.has(name) : TAKEN_OVER.has(name) && name !== 'channels' && type === before.type) {
      findings.note('ATTRIBUTE_REPEATED', part, name, `${text}${isSame ? ' with the same value' : ': the last one counts'}`, { offset });
    } else {
      const does = TOLD_ONCE.has(name) ? 'takes the first' : name === 'channels' ? 'takes the channels of both' : 'does not read the pixels of such a file';
      findings.notConforming(part, name, `${text}; the last one counts here and in OpenEXR up to 3.4, 3.5 ${does}`, { offset });
    }
  }

  /** No zero byte ends the text at `at`: read on, or give up when it is longer than any name may be. */
  #endless(bytes: Uint8Array, base: number, at: number, what: string, attribute?: string): ScanState {
    if (bytes.length - at <= LONGEST_NAME) return this.#more(bytes, base, null, attribute);
    const where = { offset: base + at, ...(attribute === undefined ? {} : { attribute }) };
    return this.#stop('BAD_HEADER', `${what} does not end within ${LONGEST_NAME} bytes of offset ${base + at}`, where);
  }

  #more(bytes: Uint8Array, base: number, end: number | null, attribute?: string): ScanState {
    const { fileSize, limits } = this.#options;
    if (base + bytes.length >= fileSize) {
      const inside = attribute === undefined ? '' : ` within attribute ${quote(attribute)}`;
      const where = { offset: fileSize, ...(attribute === undefined ? {} : { attribute }) };
      return this.#stop('TRUNCATED', `the file ends at ${fileSize}${inside}, expected more of the header`, where);
    }
    if (base + bytes.length >= limits.headerBytes) return this.#limit('headerBytes', limits.headerBytes, base + bytes.length + 1, attribute);
    return { kind: 'more', end };
  }

  #limit(limit: keyof Limits, limitValue: number, requested: number, attribute?: string): ScanState {
    const place = attribute === undefined ? '' : `attribute ${quote(attribute)}: `;
    const where = { limit, limitValue, requested, offset: this.position, ...(attribute === undefined ? {} : { attribute }) };
    return this.#stop('LIMIT_EXCEEDED', `${place}${requested} is more than the limit ${limit} of ${limitValue}`, where);
  }

  #stop(code: ExrErrorCode, message: string, where: ExrErrorPlace): ScanState {
    this.#note(code, message, where);
    return { kind: 'stopped' };
  }

  #note(code: ExrErrorCode, message: string, where: ExrErrorPlace): void {
    this.#options.findings.problem(code, this.headers.length, message, where);
  }

  #endHeader(): void {
    // The empty header that ends a multipart file is none; the one header of any other file is one even when it is empty.
    if (this.#current.length > 0 || !this.#options.multipart) this.headers.push(this.#current);
    this.#current = [];
    this.#names.clear();
  }
}

/** Attributes that OpenEXR's reader knows by name and lets a second one replace. */
const TAKEN_OVER: ReadonlySet<string> = new Set<string>(REQUIRED_ATTRIBUTES);
const TOLD_ONCE: ReadonlySet<string> = new Set(['name', 'type', 'version', 'chunkCount']);

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A name from the file, safe to show. */
function quote(name: string): string {
  return `"${plainText(name, { max: 80 })}"`;
}

/** The index of the zero byte that ends the text at `start`, -1 when there is none within the longest name. */
function zeroWithin(bytes: Uint8Array, start: number): number {
  const stop = Math.min(bytes.length, start + LONGEST_NAME + 1);
  for (let i = start; i < stop; i++) if (bytes[i] === 0) return i;
  return -1;
}
