/** Small EXR files made by hand ("OpenEXR File Layout"): scan lines, no compression, half channels. */
import { writeFileSync } from 'node:fs';

export interface MadeExr {
  readonly width?: number;
  readonly height?: number;
  /** Sorted by name, as the specification wants; names as raw bytes where they are no UTF-8. */
  readonly channels?: readonly (string | Buffer)[];
  readonly attributes?: readonly { readonly name: string | Buffer; readonly type: string | Buffer; readonly value: Buffer }[];
  /** The half at x, y of the n-th channel. Default: 0x3800, which is 0.5. */
  readonly half?: (x: number, y: number, channel: number) => number;
  /** Several parts, each with this name, all else the same. */
  readonly parts?: readonly (string | Buffer)[];
}

export function makeExr({ width = 16, height = 8, channels = ['A', 'B', 'G', 'R'], attributes = [], half = () => 0x3800, parts }: MadeExr = {}): Buffer {
  const names = channels.map((channel) => (typeof channel === 'string' ? Buffer.from(channel) : channel));
  const long = [...names, ...attributes.map(({ name }) => Buffer.from(name as string)), ...(parts ?? []).map((each) => Buffer.from(each as string))].some((each) => each.length > 31) ? 0x400 : 0;
  const header = (part: string | Buffer | null): Buffer => Buffer.concat([
    attribute('channels', 'chlist', Buffer.concat([...names.map((each) => Buffer.concat([each, Buffer.from([0]), i32(1), Buffer.from([0, 0, 0, 0]), i32(1), i32(1)])), Buffer.from([0])])),
    attribute('compression', 'compression', Buffer.from([0])), attribute('dataWindow', 'box2i', i32(0, 0, width - 1, height - 1)), attribute('displayWindow', 'box2i', i32(0, 0, width - 1, height - 1)),
    attribute('lineOrder', 'lineOrder', Buffer.from([0])), attribute('pixelAspectRatio', 'float', f32(1)), attribute('screenWindowCenter', 'v2f', f32(0, 0)), attribute('screenWindowWidth', 'float', f32(1)),
    ...(part === null ? [] : [attribute('name', 'string', Buffer.from(part)), attribute('type', 'string', Buffer.from('scanlineimage')), attribute('chunkCount', 'int', i32(height))]),
    ...attributes.map(({ name, type, value }) => attribute(name, type, value)), Buffer.from([0]),
  ]);
  const count = parts?.length ?? 1;
  const head = Buffer.concat([i32(20000630, 2 | long | (parts ? 0x1000 : 0)), ...(parts ?? [null]).map(header), ...(parts ? [Buffer.from([0])] : [])]);
  const line = width * 2 * names.length;
  const leader = parts ? 12 : 8;
  const table = Buffer.alloc(8 * height * count);
  const start = head.length + table.length;
  const pixels = Buffer.alloc((line + leader) * height * count);
  for (let part = 0, chunk = 0; part < count; part++) {
    for (let y = 0; y < height; y++, chunk++) {
      let at = chunk * (line + leader);
      table.writeBigUInt64LE(BigInt(start + at), chunk * 8);
      if (parts) at = pixels.writeInt32LE(part, at);
      at = pixels.writeInt32LE(y, at);
      at = pixels.writeInt32LE(line, at);
      for (let channel = 0; channel < names.length; channel++) for (let x = 0; x < width; x++) at = pixels.writeUInt16LE(half(x, y, channel), at);
    }
  }
  return Buffer.concat([head, table, pixels]);
}

export function writeExr(path: string, what?: MadeExr): void {
  writeFileSync(path, makeExr(what));
}

export const stringAttribute = (name: string | Buffer, value: string | Buffer) => ({ name, type: 'string', value: Buffer.from(value) });

function attribute(name: string | Buffer, type: string | Buffer, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(name), Buffer.from([0]), Buffer.from(type), Buffer.from([0]), i32(value.length), value]);
}

function i32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeInt32LE(value, i * 4));
  return bytes;
}

function f32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes;
}
