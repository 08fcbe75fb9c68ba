import { readFileSync } from 'node:fs';
import type { Kernels } from '@exr/kernels';
import type { ChunkChannel, ChunkShape, Decompress } from './codec.ts';

/**
 * A reader of single-part flat files for codec tests, written apart from header/ and chunks/ so that a codec can be tested without them:
 * finds chunks through their leaders, in the order of the offset table.
 */
export interface SimpleFile {
  readonly channels: readonly FileChannel[];
  readonly compression: number;
  readonly chunks: readonly FileChunk[];
}

export type FileChannel = Pick<ChunkChannel, 'name' | 'pixelType' | 'xSampling' | 'ySampling' | 'pLinear'>;

export interface FileChunk {
  readonly shape: ChunkShape;
  readonly packed: Uint8Array;
  /** `x,y`; 0,0 is full resolution. */
  readonly level: string;
}

const LINES = [1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32, 256, 1];

export function readSimpleFile(path: string | URL): SimpleFile {
  const bytes = new Uint8Array(readFileSync(path));
  const view = new DataView(bytes.buffer);
  let at = 8;
  const text = (): string => {
    const end = bytes.indexOf(0, at);
    const value = new TextDecoder().decode(bytes.subarray(at, end));
    at = end + 1;
    return value;
  };
  const int = (offset: number): number => view.getInt32(offset, true);
  const channels: FileChannel[] = [];
  let compression = 0;
  let window = [0, 0, 0, 0];
  let tile: { width: number; height: number; mode: number; up: boolean } | null = null;
  for (let name = text(); name !== ''; name = text()) {
    text();
    const size = int(at);
    const value = at + 4;
    const next = value + size;
    at = value;
    if (name === 'compression') compression = bytes[value]!;
    if (name === 'dataWindow') window = [0, 4, 8, 12].map((o) => int(value + o));
    if (name === 'tiles') tile = { width: int(value), height: int(value + 4), mode: bytes[value + 8]! & 15, up: bytes[value + 8]! > 15 };
    if (name === 'channels') {
      while (bytes[at] !== 0) {
        const channel = text();
        channels.push({
          name: channel, pixelType: int(at) as 0 | 1 | 2, pLinear: bytes[at + 4] !== 0, xSampling: int(at + 8), ySampling: int(at + 12),
        });
        at += 16;
      }
    }
    at = next;
  }
  const [x0, y0, x1, y1] = window as [number, number, number, number];
  const chunks: FileChunk[] = [];
  let tableEnd = bytes.length; // the offset table ends where the first chunk in the file begins
  for (let entry = at; entry < tableEnd; entry += 8) {
    let p = Number(view.getBigUint64(entry, true));
    if (p === 0) continue;
    tableEnd = Math.min(tableEnd, p);
    let box: [number, number, number, number];
    let level = '0,0';
    if (tile) {
      const [tx, ty, lx, ly] = [int(p), int(p + 4), int(p + 8), int(p + 12)];
      level = `${lx},${ly}`;
      const size = (length: number, l: number): number => Math.max(1, tile.up ? Math.ceil(length / 2 ** l) : Math.floor(length / 2 ** l));
      const left = x0 + tx * tile.width;
      const top = y0 + ty * tile.height;
      box = [left, top, Math.min(left + tile.width, x0 + size(x1 - x0 + 1, lx)) - 1, Math.min(top + tile.height, y0 + size(y1 - y0 + 1, ly)) - 1];
      p += 16;
    } else {
      box = [x0, int(p), x1, Math.min(int(p) + LINES[compression]! - 1, y1)];
      p += 4;
    }
    const packed = bytes.subarray(p + 4, p + 4 + int(p));
    chunks.push({ shape: shapeOf(channels, box), packed, level });
  }
  return { channels, compression, chunks };
}

/** The shape of a chunk with these channels in this box (xMin, yMin, xMax, yMax). */
export function shapeOf(channels: readonly FileChannel[], [xMin, yMin, xMax, yMax]: readonly [number, number, number, number]): ChunkShape {
  const count = (min: number, max: number, sampling: number): number => Math.floor(max / sampling) - Math.ceil(min / sampling) + 1;
  const shaped = channels.map((channel): ChunkChannel => ({
    ...channel,
    width: count(xMin, xMax, channel.xSampling),
    height: count(yMin, yMax, channel.ySampling),
    bytesPerValue: channel.pixelType === 1 ? 2 : 4,
  }));
  const unpackedBytes = shaped.reduce((sum, { width, height, bytesPerValue }) => sum + width * height * bytesPerValue, 0);
  return { xMin, yMin, xMax, yMax, channels: shaped, unpackedBytes };
}

const GUARD = 256;

/** Unpacks a chunk between guard bytes and throws when a codec changed them. Chunks stored raw are copied. */
export function unpackGuarded(kernels: Kernels, decompress: Decompress, { packed, shape }: Pick<FileChunk, 'packed' | 'shape'>): Uint8Array {
  const mark = kernels.mark();
  try {
    const at = kernels.allocate(shape.unpackedBytes + 2 * GUARD) + GUARD;
    // Whatever the codec allocates comes after: a write behind `out` by up to GUARD bytes is seen, before it too.
    kernels.bytes(at - GUARD, shape.unpackedBytes + 2 * GUARD).fill(0xa5);
    let failed: { readonly why: unknown } | null = null;
    try {
      if (packed.length === shape.unpackedBytes) kernels.bytes(at, packed.length).set(packed);
      else decompress(kernels, packed, at, shape);
    } catch (why) {
      failed = { why };
    }
    // A write outside matters more than whatever else went wrong.
    for (const guard of [at - GUARD, at + shape.unpackedBytes]) {
      if (kernels.bytes(guard, GUARD).some((byte) => byte !== 0xa5)) throw new Error('the codec wrote outside its output');
    }
    if (failed) throw failed.why;
    return kernels.bytes(at, shape.unpackedBytes).slice();
  } finally {
    kernels.release(mark);
  }
}

/** Row-major float32 planes of a level (uint32 of uint channels), by channel name: what the oracle's exact sha256_f32 was taken of. */
export function planesOf(file: SimpleFile, unpack: (chunk: FileChunk) => Uint8Array, level = '0,0'): Map<string, Float32Array | Uint32Array> {
  const chunks = file.chunks.filter((chunk) => chunk.level === level);
  const left = Math.min(...chunks.map(({ shape }) => shape.xMin));
  const top = Math.min(...chunks.map(({ shape }) => shape.yMin));
  const right = Math.max(...chunks.map(({ shape }) => shape.xMax));
  const bottom = Math.max(...chunks.map(({ shape }) => shape.yMax));
  const whole = shapeOf(file.channels, [left, top, right, bottom]).channels;
  const planes = new Map(whole.map(({ name, pixelType, width, height }) => [name, new (pixelType === 0 ? Uint32Array : Float32Array)(width * height)]));
  for (const chunk of chunks) {
    const unpacked = unpack(chunk);
    const view = new DataView(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength);
    let at = 0;
    for (let y = chunk.shape.yMin; y <= chunk.shape.yMax; y++) {
      chunk.shape.channels.forEach((channel, i) => {
        if (y % channel.ySampling !== 0) return;
        const plane = planes.get(channel.name)!;
        const column = Math.ceil(chunk.shape.xMin / channel.xSampling) - Math.ceil(left / channel.xSampling);
        const row = y / channel.ySampling - Math.ceil(top / channel.ySampling);
        for (let x = 0; x < channel.width; x++, at += channel.bytesPerValue) {
          const value = channel.pixelType === 1 ? halfToFloat(view.getUint16(at, true))
            : channel.pixelType === 0 ? view.getUint32(at, true) : view.getFloat32(at, true);
          plane[row * whole[i]!.width + column + x] = value;
        }
      });
    }
  }
  return planes;
}

export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
