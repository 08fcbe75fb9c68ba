/** What is in an `idmanifest`: names of the things whose ids stand in channels (ImfIDManifest.h; the layout is that of ImfIDManifest.cpp). */
import { ByteReader } from '../bytes/index.ts';
import { ExrError } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { decodeText } from './text.ts';
import type { PackedIdManifest } from './values.ts';

const LIFETIMES = ['frame', 'shot', 'stable'] as const;

export interface IdManifestGroup {
  /** Channels that hold these ids. */
  readonly channels: readonly string[];
  /** What each string of an entry is: "model", "material" … */
  readonly components: readonly string[];
  /** How long an id keeps its meaning. */
  readonly lifetime: (typeof LIFETIMES)[number] | number;
  readonly hashScheme: string;
  readonly encodingScheme: string;
  /** Id → one string for each component, in rising order of ids. */
  readonly entries: ReadonlyMap<bigint, readonly string[]>;
}

/** Inflates `packed` to exactly `length` bytes, or throws ExrError CORRUPT_DATA. */
export type Inflate = (packed: Uint8Array, length: number) => Uint8Array;

/**
 * Inflates and decodes a manifest. Throws CORRUPT_DATA for what is not one, LIMIT_EXCEEDED beyond `limits.inflatedAttributeBytes`,
 * UNSUPPORTED_FEATURE for a version later than 0.
 */
export function decodeIdManifest(manifest: PackedIdManifest, inflate: Inflate, limits: Limits = DEFAULT_LIMITS): readonly IdManifestGroup[] {
  const { uncompressedSize, packed } = manifest;
  const limitValue = limits.inflatedAttributeBytes;
  if (uncompressedSize > limitValue) {
    const message = `idmanifest: ${uncompressedSize} bytes inflated are more than the limit inflatedAttributeBytes of ${limitValue}`;
    throw new ExrError('LIMIT_EXCEEDED', message, { limit: 'inflatedAttributeBytes', limitValue, requested: uncompressedSize });
  }
  const reader = new ByteReader(inflate(packed, uncompressedSize), { label: 'idmanifest, inflated', code: 'CORRUPT_DATA' });
  const version = reader.u32();
  if (version !== 0) throw reader.error(`version ${version}, expected 0`, 'UNSUPPORTED_FEATURE');
  const strings = expandPrefixes(reader, rawStrings(reader));
  const mapping = readMapping(reader, strings.length);
  const groups: IdManifestGroup[] = [];
  for (let left = count(reader, 22); left > 0; left--) groups.push(readGroup(reader, strings, mapping));
  return groups;
}

/** A count of things that take at least `least` bytes each: more than fit are an error before anything is made for them. */
function count(reader: ByteReader, least: number): number {
  const found = reader.i32();
  const most = Math.floor(reader.remaining / least);
  if (found < 0 || found > most) throw reader.error(`a count of ${found}, expected 0 to ${most}`, 'CORRUPT_DATA');
  return found;
}

/** Little-endian base 128, the high bit meaning "more follows". */
function variableLength(reader: ByteReader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 64n; shift += 7n) {
    const byte = reader.u8();
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asUintN(64, value);
  }
  throw reader.error('a number of more than 64 bits', 'CORRUPT_DATA');
}

function variableLengthSize(reader: ByteReader): number {
  const value = variableLength(reader);
  if (value > 0xffffffffn) throw reader.error(`a size or index of ${value}, expected at most 2^32 - 1`, 'CORRUPT_DATA');
  return Number(value);
}

/** All lengths first, then all strings. */
function rawStrings(reader: ByteReader): Uint8Array[] {
  const lengths = Array.from({ length: count(reader, 1) }, () => variableLengthSize(reader));
  return lengths.map((length) => reader.take(length));
}

/** Each string but the first begins with the number of bytes it shares with the one before: one byte, two (big-endian) after a long one. */
function expandPrefixes(reader: ByteReader, raw: readonly Uint8Array[]): string[] {
  // Short strings with long shared prefixes can expand without bound: 2^28 bytes are far beyond any real manifest.
  let budget = 2 ** 28;
  let before = new Uint8Array(0);
  return raw.map((bytes, i) => {
    if (i === 0) {
      before = bytes.slice();
      return decodeText(before);
    }
    const prefixBytes = before.length > 255 ? 2 : 1;
    if (bytes.length < prefixBytes) throw reader.error(`string ${i} has ${bytes.length} bytes, expected at least ${prefixBytes}`, 'CORRUPT_DATA');
    const shared = prefixBytes === 2 ? bytes[0]! * 256 + bytes[1]! : bytes[0]!;
    if (shared > before.length) throw reader.error(`string ${i} shares ${shared} bytes with one of ${before.length}`, 'CORRUPT_DATA');
    const whole = new Uint8Array(shared + bytes.length - prefixBytes);
    if ((budget -= whole.length) < 0) throw reader.error('the strings expand to more than 256 MiB', 'CORRUPT_DATA');
    whole.set(before.subarray(0, shared));
    whole.set(bytes.subarray(prefixBytes), shared);
    before = whole;
    return decodeText(whole);
  });
}

/** Ranges of string numbers in order of use: the strings most used get the smallest indices. A string stands where it is first named. */
function readMapping(reader: ByteReader, strings: number): Uint32Array {
  const mapping = new Uint32Array(strings);
  const seen = new Uint8Array(strings);
  let next = 0;
  for (let left = count(reader, 8); left > 0; left--) {
    const first = reader.i32();
    const last = reader.i32();
    if (first < 0 || last < first || last >= strings) throw reader.error(`a range from ${first} to ${last} of ${strings} strings`, 'CORRUPT_DATA');
    if (next === strings) continue; // everything is mapped: overlapping ranges cannot make this slow
    for (let i = first; i <= last; i++) {
      if (seen[i] === 1) continue;
      seen[i] = 1;
      mapping[next++] = i;
    }
  }
  return mapping;
}

function readGroup(reader: ByteReader, strings: readonly string[], mapping: Uint32Array): IdManifestGroup {
  const channels = rawStrings(reader).map((bytes) => decodeText(bytes));
  const components = rawStrings(reader).map((bytes) => decodeText(bytes));
  const lifetime = reader.u8();
  const hashScheme = decodeText(reader.take(reader.u32()));
  const encodingScheme = decodeText(reader.take(reader.u32()));
  const storage = reader.u8();
  const entries = new Map<bigint, string[]>();
  let id = 0n;
  for (let left = count(reader, 1); left > 0; left--) {
    const step = storage === 0 ? reader.u64() : storage === 1 ? BigInt(reader.u32()) : variableLength(reader);
    id = BigInt.asUintN(64, id + step);
    if (entries.has(id)) throw reader.error(`id ${id} is there more than once`, 'CORRUPT_DATA');
    entries.set(
      id,
      components.map(() => {
        const index = variableLengthSize(reader);
        const text = strings[mapping[index] ?? -1];
        if (text === undefined) throw reader.error(`string ${index} of ${strings.length}`, 'CORRUPT_DATA');
        return text;
      }),
    );
  }
  return { channels, components, lifetime: LIFETIMES[lifetime] ?? lifetime, hashScheme, encodingScheme, entries };
}
