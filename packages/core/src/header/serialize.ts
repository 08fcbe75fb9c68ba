import { append } from '../flow/index.ts';
import { concatBytes } from '../bytes/index.ts';
import type { ExrFile } from './open.ts';
import { ATTRIBUTE_TYPES } from './attribute-types/index.ts';
import { HeaderAttribute } from './attribute.ts';
import { encodeText } from './text.ts';
import type { Attribute, PartHeader, VersionField } from './types.ts';
import { MAGIC } from './magic.ts';

/**
 * The bytes of magic number, version field and headers, written anew from the parsed names and decoded values: for a file whose headers were
 * read to their end, the very bytes that it begins with. Values that no decoded form holds entirely are written from their bytes as stored:
 * unknown types, values not of their type's shape, NaNs (whose payload a number does not carry), channel lists with reserved bytes set, and the
 * packed stream within an idmanifest.
 */
export function serializeHeader(file: Pick<ExrFile, 'version' | 'parts'>): Uint8Array {
  const pieces: Uint8Array[] = [Uint8Array.from(MAGIC), uint32(versionNumber(file.version))];
  for (const part of file.parts) {
    append(pieces, partPieces(part));
    pieces.push(Uint8Array.of(0));
  }
  if (file.version.multipart) pieces.push(Uint8Array.of(0));
  return concatBytes(pieces);
}

/** Whether the attribute's decoded value says all of its bytes, so that serializeHeader writes it from the value. */
export function isLossless(attribute: Attribute): boolean {
  const type = ATTRIBUTE_TYPES.get(attribute.type);
  if (type === undefined || (attribute instanceof HeaderAttribute && attribute.problem !== null)) return false;
  return type.exact?.(attribute.value) ?? true;
}

function* partPieces(part: PartHeader): Generator<Uint8Array> {
  const zero = Uint8Array.of(0);
  for (const attribute of part.attributes) {
    const value = isLossless(attribute) ? ATTRIBUTE_TYPES.get(attribute.type)!.write(attribute.value) : attribute.raw();
    yield encodeText(attribute.name);
    yield zero;
    yield encodeText(attribute.type);
    yield zero;
    yield uint32(value.length);
    yield value;
  }
}

function versionNumber({ version, tiled, longNames, nonImage, multipart, raw }: VersionField): number {
  const flags = (tiled ? 0x200 : 0) | (longNames ? 0x400 : 0) | (nonImage ? 0x800 : 0) | (multipart ? 0x1000 : 0);
  const reserved = raw & ~0x1eff; // bits nobody has given a meaning yet
  return (version | flags | reserved) >>> 0;
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}
