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

/** By name. uint values are given as they are (above 2^24 with a float's precision: it is a picture); a deep chunk is made flat. */
export function rowsOf(decoded: DecodedChunk, names: readonly string[]): Rows[] {
  return decoded.deep ? flatRows(decoded, names) : storedRows(decoded, names);
}

function storedRows({ address, kernels, shape }: DecodedChunk, names: readonly string[]): Rows[] {
  const offsets = shape.channels.map((): number[] => []);
  for (const row of channelRows(shape)) offsets[row.channel]!.push(row.offset);
  return names.map((name) => {
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
        return pixelType === 0 ? new Float32Array(new Uint32Array(buffer, scratch, width)) : new Float32Array(buffer, scratch, width);
      },
    };
  });
}

function flatRows(decoded: DecodedChunk, names: readonly string[]): Rows[] {
  const { shape } = decoded;
  const { width, height } = decoded.deep!;
  return flattenDeep(decoded, names).map(({ values, present }) => ({
    width, count: height, xSampling: 1, ySampling: 1, firstX: shape.xMin, firstY: shape.yMin, present,
    row: (i) => values.subarray(i * width, (i + 1) * width),
  }));
}
