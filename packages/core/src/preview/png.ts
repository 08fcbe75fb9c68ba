/** PNG (ISO/IEC 15948): 8 bits a channel, colour or colour with alpha, filter chosen by line. */
import { concatBytes } from '../bytes/index.ts';

/**
 * @param rgba width × height × 4 bytes, row by row
 * @param options.alpha write the alpha channel (straight, not premultiplied); otherwise it is dropped
 */
export async function encodePng(rgba: Uint8ClampedArray | Uint8Array, width: number, height: number, options: { alpha?: boolean } = {}): Promise<Uint8Array> {
  const channels = options.alpha ? 4 : 3;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, options.alpha ? 6 : 2, 0, 0, 0], 8);
  const data = await deflate(filterLines(rgba, width, height, channels));
  // sRGB chunk: the values are sRGB, perceptual intent.
  return concatBytes([SIGNATURE, chunk('IHDR', header), chunk('sRGB', Uint8Array.of(0)), chunk('IDAT', data), chunk('IEND', new Uint8Array(0))]);
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Filter "Up" for every line but the first ("Sub"): cheap, and good on smooth pictures. */
function filterLines(rgba: Uint8ClampedArray | Uint8Array, width: number, height: number, channels: 3 | 4): Uint8Array {
  const stride = width * channels;
  const out = new Uint8Array((stride + 1) * height);
  let previous = new Uint8Array(stride);
  let current = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const from = y * width * 4;
    for (let x = 0, to = 0; x < width; x++) for (let c = 0; c < channels; c++) current[to++] = rgba[from + x * 4 + c]!;
    const at = y * (stride + 1);
    out[at] = y === 0 ? 1 : 2;
    for (let i = 0; i < stride; i++) out[at + 1 + i] = current[i]! - (y === 0 ? (i >= channels ? current[i - channels]! : 0) : previous[i]!);
    [previous, current] = [current, previous];
  }
  return out;
}

/** A zlib stream, by the engine's own compressor (Node ≥ 18 and browsers). */
async function deflate(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

let table: Uint32Array | undefined;

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
