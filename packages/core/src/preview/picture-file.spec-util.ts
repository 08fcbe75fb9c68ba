/** Small uncompressed scan line files for tests, each value given by a function of its place. */
import { memorySource } from '../bytes/index.ts';
import { type Box2i, openExr, type PixelType } from '../header/index.ts';
import { attribute, bytes, MAGIC, required, u32, version } from '../header/exr-bytes.spec-util.ts';

export interface ChannelToDraw {
  readonly type?: Exclude<PixelType, 'half'>;
  /** x and y sampling. */
  readonly every?: readonly [number, number];
  readonly value: (x: number, y: number) => number;
}

export interface FileToDraw {
  readonly window: Box2i;
  readonly display?: Box2i;
  readonly aspect?: number;
  /** Further attributes, ready made. */
  readonly attributes?: readonly Uint8Array[];
  readonly channels: Readonly<Record<string, ChannelToDraw>>;
  /** Lines whose chunks are left out. */
  readonly without?: readonly number[];
}

export function pictureBytes({ window, display = window, aspect = 1, attributes = [], channels, without = [] }: FileToDraw): Buffer {
  const sorted = Object.entries(channels).sort(([a], [b]) => (a < b ? -1 : 1));
  const head = bytes(MAGIC, version(), required({
    channels: attribute('channels', 'chlist', sorted.map(([name, { type = 'float', every: [xSampling, ySampling] = [1, 1] }]) => (
      { name, pixelType: type, xSampling, ySampling, pLinear: false }
    ))),
    compression: attribute('compression', 'compression', 'none'),
    dataWindow: attribute('dataWindow', 'box2i', window), displayWindow: attribute('displayWindow', 'box2i', display),
    pixelAspectRatio: attribute('pixelAspectRatio', 'float', aspect),
  }), ...attributes, 0);
  const lines = Array.from({ length: window.yMax - window.yMin + 1 }, (_, i) => window.yMin + i);
  const chunks = lines.map((y) => {
    if (without.includes(y)) return new Uint8Array(0);
    const data = sorted.flatMap(([, { type, every = [1, 1], value }]) => {
      if (y % every[1] !== 0) return [];
      const xs = Array.from({ length: window.xMax - window.xMin + 1 }, (_, i) => window.xMin + i).filter((x) => x % every[0] === 0);
      const values = xs.map((x) => value(x, y));
      return [new Uint8Array((type === 'uint' ? Uint32Array.from(values) : Float32Array.from(values)).buffer)];
    });
    const size = data.reduce((sum, each) => sum + each.length, 0);
    return bytes(u32(y), u32(size), ...data);
  });
  let at = head.length + 8 * lines.length;
  const table = chunks.map((chunk) => {
    const offset = chunk.length === 0 ? 0 : at;
    at += chunk.length;
    return bytes(u32(offset), u32(0));
  });
  return bytes(head, ...table, ...chunks);
}

export const pictureFile = (file: FileToDraw) => openExr(memorySource(pictureBytes(file), 'drawn.exr'));

export const box = (xMin: number, yMin: number, xMax: number, yMax: number): Box2i => ({ xMin, yMin, xMax, yMax });

/** sRGB's transfer function (IEC 61966-2-1) to 8 bits. */
export function srgb(linear: number): number {
  const x = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
}
