/** The one place that spells in JSON what JSON has no word for: NaN, infinities, big integers, bytes, text that is not UTF-8. */
import { encodeText, hasEscapedBytes } from '../header/index.ts';
import type { JsonBytes, JsonNumber, JsonValue } from './types.ts';

export interface JsonOptions {
  /** Bytes of a byte value that are written out; of a longer one the first so many, with `truncated: true`. Default 4096. */
  readonly bytesLimit?: number;
}

const BYTES_LIMIT = 4096;

export function jsonNumber(value: number): JsonNumber {
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'Infinity' : value < 0 ? '-Infinity' : 'NaN';
}

/** An integer as a number as long as a double holds it exactly, else as decimal digits. */
export function jsonInteger(value: bigint): number | string {
  return value >= -0x1fffffffffffffn && value <= 0x1fffffffffffffn ? Number(value) : value.toString();
}

export function jsonBytes(bytes: Uint8Array, options: JsonOptions = {}): JsonBytes {
  const limit = options.bytesLimit ?? BYTES_LIMIT;
  const data = base64(bytes.length > limit ? bytes.subarray(0, limit) : bytes);
  return bytes.length > limit
    ? { encoding: 'base64', length: bytes.length, data, truncated: true }
    : { encoding: 'base64', length: bytes.length, data };
}

/** Text; where its bytes were not UTF-8 (see header/text.ts), the bytes, with the text as far as it can be read. */
export function jsonText(text: string, options?: JsonOptions): string | JsonBytes {
  return hasEscapedBytes(text) ? { ...jsonBytes(encodeText(text), options), text: wellFormed(text) } : text;
}

/** Text for where JSON must have a string (a key, a name): what was not UTF-8 becomes U+FFFD. */
export function jsonName(text: string): string {
  return hasEscapedBytes(text) ? wellFormed(text) : text;
}

/**
 * Any value of core as JSON: keys of objects in snake_case, `undefined` left out, maps as objects. The value itself is returned where it is
 * JSON already, so a report costs no copy of its numbers and strings.
 */
export function toJson(value: unknown, options?: JsonOptions): JsonValue {
  switch (typeof value) {
    case 'number':
      return jsonNumber(value);
    case 'string':
      return jsonText(value, options);
    case 'bigint':
      return jsonInteger(value);
    case 'boolean':
      return value;
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((each) => toJson(each, options));
  if (value instanceof Uint8Array) return jsonBytes(value, options);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, (each) => toJson(each, options));
  if (value instanceof Date) return value.toISOString();
  const result: Record<string, JsonValue> = {};
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  // The keys of a map are data, those of an object are our names.
  const isMap = value instanceof Map;
  for (const [key, each] of entries) {
    if (each !== undefined) setKey(result, isMap ? jsonName(String(key)) : snakeCase(String(key)), toJson(each, options));
  }
  return result;
}

/** Sets a key that may come from a file: "__proto__" too is only a name. */
export function setKey<Value>(object: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

const snaked = new Map<string, string>();

function snakeCase(key: string): string {
  let found = snaked.get(key);
  if (found === undefined) {
    found = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (snaked.size < 1000) snaked.set(key, found);
  }
  return found;
}

export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]+/gu, '\ufffd');
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
