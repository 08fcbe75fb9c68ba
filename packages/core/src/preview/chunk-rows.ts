/** The rows of a decoded chunk's channels as floats. */
import { channelRows } from '../chunks/index.ts';
import type { DecodedChunk } from '../pixels/index.ts';
import { flattenDeep } from './flatten.ts';

/** One channel of a chunk. Its rows stand at firstY, firstY + ySampling …; within a row values stand at firstX, firstX + xSampling … */
export interface Rows {
  readonly width: number;
  readonly count: number;
  readonly firstX: number;
  readonly firstY: number;
  readonly xSampling: number;
  readonly ySampling: number;
  /** Row by row, 1 where there is a value; null when there is one everywhere. */
  readonly present: Uint8Array | null;
  /** The values of row 0 … count - 1, to be used before the next one is asked for. */
  row(index: number): Float32Array;
}

export interface RowsOptions {
  /** Of a deep pixel the nearest sample's value, not one that is composited. */
  readonly nearest?: boolean;
  /** What the last of `names` becomes, value by value, before it is rounded to a float. */
  readonly whole?: ((value: number) => number) | null;
}

/** By name. uint values are given as they are (above 2^24 with a float's precision: it is a picture); a deep chunk is made flat. */
export function rowsOf(decoded: DecodedChunk, names: readonly string[], { nearest = false, whole = null }: RowsOptions = {}): Rows[] {
  return decoded.deep ? flatRows(decoded, names, nearest, whole) : storedRows(decoded, names, whole);
}

function storedRows({ address, kernels, shape }: DecodedChunk, names: readonly string[], whole: RowsOptions['whole']): Rows[] {
  const offsets = shape.channels.map((): number[] => []);
  for (const row of channelRows(shape)) offsets[row.channel]!.push(row.offset);
  return names.map((name, n) => {
    const becomes = whole && n === names.length - 1 ? whole : null;
    const index = shape.channels.findIndex((channel) => channel.name === name);
    const channel = shape.channels[index]!;
    const { pixelType, width, xSampling, ySampling } = channel;
    const rows = offsets[index]!;
    const scratch = kernels.allocate(width * 4);
    return {
      width, count: rows.length, xSampling, ySampling, present: null,
      firstX: Math.ceil(shape.xMin / xSampling) * xSampling, firstY: Math.ceil(shape.yMin / ySampling) * ySampling,
      row(i) {
        const at = address + rows[i]!;
        if (pixelType === 1) kernels.call['halfToFloat']!(at, scratch, width);
        // Rows of half channels before this one leave floats on odd addresses.
        else kernels.bytes(scratch, width * 4).set(kernels.bytes(at, width * 4));
        const { buffer } = kernels.view();
        const values = pixelType === 0 ? new Uint32Array(buffer, scratch, width) : new Float32Array(buffer, scratch, width);
        if (becomes) return Float32Array.from(values, becomes);
        return values instanceof Float32Array ? values : new Float32Array(values);
      },
    };
  });
}

function flatRows(decoded: DecodedChunk, names: readonly string[], nearest: boolean, whole: RowsOptions['whole']): Rows[] {
  const { shape } = decoded;
  const { width, height } = decoded.deep!;
  return flattenDeep(decoded, names, { nearest, whole }).map(({ values, present }) => ({
    width, count: height, xSampling: 1, ySampling: 1, firstX: shape.xMin, firstY: shape.yMin, present,
    row: (i) => values.subarray(i * width, (i + 1) * width),
  }));
}
