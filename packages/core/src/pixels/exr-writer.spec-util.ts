/** A plain writer of OpenEXR files for tests, straight from the file layout document; it shares no code with the reader. */
import type { Box2i, Channel, Compression, LevelMode, LineOrder, RoundingMode } from '../header/types.ts';
import { COMPRESSIONS, LEVEL_MODES, LINE_ORDERS, PIXEL_TYPES, ROUNDING_MODES } from '../header/types.ts';

export interface PartToWrite {
  readonly window: Box2i;
  readonly channels: readonly Channel[];
  readonly compression?: Compression;
  readonly lineOrder?: LineOrder;
  readonly tiles?: { readonly xSize: number; readonly ySize: number; readonly mode: LevelMode; readonly rounding: RoundingMode };
  /** Packed chunks in the order of the offset table; null leaves one out, with offset 0. */
  readonly chunks: readonly (ChunkToWrite | null)[];
  readonly name?: string;
  readonly deep?: boolean;
}

export interface ChunkToWrite {
  /** y, or tile x, tile y, level x, level y. */
  readonly leader: readonly number[];
  /** What stands between leader and data: [packed size], or for deep [table size, packed size, unpacked size]. Default [data.length]. */
  readonly sizes?: readonly number[];
  readonly data: Uint8Array;
}

class Bytes {
  parts: Uint8Array[] = [];
  length = 0;
  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }
  text(text: string): this {
    return this.raw(new TextEncoder().encode(text + '\0'));
  }
  int(...values: number[]): this {
    const bytes = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => bytes.setInt32(i * 4, value, true));
    return this.raw(new Uint8Array(bytes.buffer));
  }
  float(...values: number[]): this {
    return this.raw(new Uint8Array(Float32Array.from(values).buffer));
  }
  byte(...values: number[]): this {
    return this.raw(Uint8Array.from(values));
  }
  long(value: number): this {
    return this.int(value % 2 ** 32 | 0, Math.floor(value / 2 ** 32));
  }
  all(): Uint8Array {
    const out = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

function attribute(to: Bytes, name: string, type: string, value: Bytes): void {
  to.text(name).text(type).int(value.length).raw(value.all());
}

function header(part: PartToWrite, multipart: boolean, index: number): Bytes {
  const out = new Bytes();
  const channels = new Bytes();
  for (const { name, pixelType, pLinear, xSampling, ySampling } of part.channels) {
    channels.text(name).int(PIXEL_TYPES.indexOf(pixelType)).byte(pLinear ? 1 : 0, 0, 0, 0).int(xSampling, ySampling);
  }
  attribute(out, 'channels', 'chlist', channels.byte(0));
  attribute(out, 'compression', 'compression', new Bytes().byte(COMPRESSIONS.indexOf(part.compression ?? 'none')));
  const { xMin, yMin, xMax, yMax } = part.window;
  attribute(out, 'dataWindow', 'box2i', new Bytes().int(xMin, yMin, xMax, yMax));
  attribute(out, 'displayWindow', 'box2i', new Bytes().int(xMin, yMin, xMax, yMax));
  attribute(out, 'lineOrder', 'lineOrder', new Bytes().byte(LINE_ORDERS.indexOf(part.lineOrder ?? 'increasing_y')));
  attribute(out, 'pixelAspectRatio', 'float', new Bytes().float(1));
  attribute(out, 'screenWindowCenter', 'v2f', new Bytes().float(0, 0));
  attribute(out, 'screenWindowWidth', 'float', new Bytes().float(1));
  if (part.tiles) {
    const { xSize, ySize, mode, rounding } = part.tiles;
    attribute(out, 'tiles', 'tiledesc', new Bytes().int(xSize, ySize).byte(LEVEL_MODES.indexOf(mode) + 16 * ROUNDING_MODES.indexOf(rounding)));
  }
  if (multipart || part.deep) {
    const type = part.deep ? (part.tiles ? 'deeptile' : 'deepscanline') : part.tiles ? 'tiledimage' : 'scanlineimage';
    attribute(out, 'type', 'string', new Bytes().raw(new TextEncoder().encode(type)));
    attribute(out, 'name', 'string', new Bytes().raw(new TextEncoder().encode(part.name ?? `part${index}`)));
    attribute(out, 'chunkCount', 'int', new Bytes().int(part.chunks.length));
    if (part.deep) attribute(out, 'version', 'int', new Bytes().int(1));
  }
  return out.byte(0);
}

export interface WriteOptions {
  /** (part, chunk) in the order in which the chunks are to lie in the file; default part after part, rising. */
  readonly order?: readonly (readonly [part: number, chunk: number])[];
  readonly multipart?: boolean;
}

export function writeExr(parts: readonly PartToWrite[], options: WriteOptions = {}): Uint8Array {
  const multipart = options.multipart ?? parts.length > 1;
  const flags = (multipart ? 0x1000 : parts[0]!.tiles && !parts[0]!.deep ? 0x200 : 0) + (parts.some((part) => part.deep) ? 0x800 : 0);
  const head = new Bytes().int(20000630, 2 + flags);
  parts.forEach((part, i) => head.raw(header(part, multipart, i).all()));
  if (multipart) head.byte(0);
  const order = options.order ?? parts.flatMap((part, p) => part.chunks.map((_, c): [number, number] => [p, c]));
  const offsets = parts.map((part) => part.chunks.map(() => 0));
  const body = new Bytes();
  const begin = head.length + 8 * parts.reduce((sum, part) => sum + part.chunks.length, 0);
  for (const [p, c] of order) {
    const chunk = parts[p]!.chunks[c];
    if (!chunk) continue;
    offsets[p]![c] = begin + body.length;
    if (multipart) body.int(p);
    body.int(...chunk.leader);
    if (parts[p]!.deep) for (const size of chunk.sizes!) body.long(size);
    else body.int(...(chunk.sizes ?? [chunk.data.length]));
    body.raw(chunk.data);
  }
  for (const table of offsets) for (const offset of table) head.long(offset);
  return head.raw(body.all()).all();
}
