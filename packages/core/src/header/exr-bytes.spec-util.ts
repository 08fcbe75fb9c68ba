/** Builders that make a hand-built EXR header read like the specification. */
import { ATTRIBUTE_TYPES } from './attribute-types/index.ts';
import type { AttributeValues } from './values.ts';

export const u32 = (value: number) => Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255);
export const text = (value: string) => new TextEncoder().encode(`${value}\0`);
export const bytes = (...pieces: (Uint8Array | number)[]) => Buffer.concat(pieces.map((piece) => (typeof piece === 'number' ? Uint8Array.of(piece) : piece)));

/** An attribute with any bytes as its value; `size` lies about them. */
export const rawAttribute = (name: string, type: string, value: Uint8Array, size = value.length) => bytes(text(name), text(type), u32(size), value);

export function attribute<Type extends keyof AttributeValues>(name: string, type: Type, value: AttributeValues[Type]): Uint8Array {
  return rawAttribute(name, type, ATTRIBUTE_TYPES.get(type)!.write(value));
}

export const version = (flags = 0, number = 2) => u32(number | flags);
export const MAGIC = Uint8Array.of(0x76, 0x2f, 0x31, 0x01);
export const FLAGS = { tiled: 0x200, longNames: 0x400, nonImage: 0x800, multipart: 0x1000 };

const box = { xMin: 0, yMin: 0, xMax: 15, yMax: 7 };

/** What every header must have, by name; replace or drop (null) some of them. */
export function required(changes: Record<string, Uint8Array | null> = {}): Uint8Array {
  const all: Record<string, Uint8Array | null> = {
    channels: attribute('channels', 'chlist', [{ name: 'R', pixelType: 'half', xSampling: 1, ySampling: 1, pLinear: false }]),
    compression: attribute('compression', 'compression', 'zip'),
    dataWindow: attribute('dataWindow', 'box2i', box),
    displayWindow: attribute('displayWindow', 'box2i', box),
    lineOrder: attribute('lineOrder', 'lineOrder', 'increasing_y'),
    pixelAspectRatio: attribute('pixelAspectRatio', 'float', 1),
    screenWindowCenter: attribute('screenWindowCenter', 'v2f', [0, 0]),
    screenWindowWidth: attribute('screenWindowWidth', 'float', 1),
    ...changes,
  };
  return bytes(...Object.values(all).filter((each) => each !== null));
}

/** A whole single-part file without pixels. */
export function exr(attributes: Uint8Array = required(), flags = 0): Buffer {
  return bytes(MAGIC, version(flags), attributes, 0);
}
