/** The part of a preview that runs beside the decoder: each chunk's values, averaged into the picture's pixels. */
import type { Kernels } from '@exr/kernels';
import type { ChunkShape } from '../compression/index.ts';
import { channelRows } from '../chunks/index.ts';
import type { ChunkTask, DecodedChunk } from '../pixels/index.ts';
import { flattenDeep } from './flatten.ts';
import { halfValues } from './half-values.ts';

export interface ProxyParams {
  /** Planes of the proxy in order: the channels' names. */
  readonly names: readonly string[];
  readonly x0: number;
  readonly y0: number;
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/**
 * What a chunk adds to the picture's rectangle left, top, width × height: for each plane the sum of value × covered area, the covered area
 * of finite values, and that of NaN and infinite ones. Added up over all chunks, sum / area is the mean of the finite values of a pixel.
 */
export interface ProxyPatch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly sums: Float32Array<ArrayBuffer>;
  readonly areas: Float32Array<ArrayBuffer>;
  readonly nonfinite: Uint8Array<ArrayBuffer>;
}

export const proxyTask: ChunkTask<ProxyParams, ProxyPatch | null, null> = {
  name: 'proxy',
  start: (_context, params) => ({
    chunk: (decoded) => patchOf(decoded, params),
    finish: () => null,
    transfer: (patch) => (patch ? [patch.sums.buffer, patch.areas.buffer, patch.nonfinite.buffer] : []),
  }),
};

function patchOf(decoded: DecodedChunk, params: ProxyParams): ProxyPatch | null {
  const { shape } = decoded;
  const across = span(shape.xMin, shape.xMax + 1, params.x0, params.scaleX, params.width);
  const down = span(shape.yMin, shape.yMax + 1, params.y0, params.scaleY, params.height);
  if (!across || !down) return null;
  const planes = params.names.length;
  const size = across.count * down.count;
  const patch: ProxyPatch = {
    left: across.first, top: down.first, width: across.count, height: down.count,
    sums: new Float32Array(planes * size), areas: new Float32Array(planes * size), nonfinite: new Uint8Array(size),
  };
  if (decoded.deep) {
    const flat = flattenDeep(decoded, params.names);
    for (let plane = 0; plane < planes; plane++) {
      for (let row = 0; row < decoded.deep.height; row++) {
        addRow(patch, plane, params, flat[plane]!.subarray(row * decoded.deep.width, (row + 1) * decoded.deep.width), shape.xMin, 1, shape.yMin + row, 1);
      }
    }
    return patch;
  }
  const values = new Float32Array(Math.max(1, ...shape.channels.map((channel) => channel.width)));
  const wanted = shape.channels.map((channel) => params.names.flatMap((name, plane) => (name === channel.name ? [plane] : [])));
  for (const row of channelRows(shape)) {
    for (const plane of wanted[row.channel]!) {
      const channel = shape.channels[row.channel]!;
      readRow(decoded.kernels, decoded.address + row.offset, channel, values);
      const firstX = Math.ceil(shape.xMin / channel.xSampling) * channel.xSampling;
      addRow(patch, plane, params, values.subarray(0, channel.width), firstX, channel.xSampling, row.y, channel.ySampling);
    }
  }
  return patch;
}

/** Picture pixels that level pixels from … to touch, or null when none. */
function span(from: number, to: number, origin: number, scale: number, size: number): { first: number; count: number } | null {
  const first = Math.max(0, Math.floor((from - origin) * scale));
  const last = Math.min(size - 1, Math.ceil((to - origin) * scale) - 1);
  return last >= first ? { first, count: last - first + 1 } : null;
}

/** Adds one row of values, each of which covers `stepX` × `stepY` level pixels from (x, y). */
function addRow(patch: ProxyPatch, plane: number, params: ProxyParams, values: Float32Array, x: number, stepX: number, y: number, stepY: number): void {
  const { scaleX, scaleY, x0, y0 } = params;
  const { left, top, width, height, sums, areas, nonfinite } = patch;
  const yFrom = Math.max((y - y0) * scaleY, top);
  const yTo = Math.min((y + stepY - y0) * scaleY, top + height);
  const base = plane * width * height;
  for (let j = Math.floor(yFrom); j < yTo; j++) {
    const weightY = Math.min(yTo, j + 1) - Math.max(yFrom, j);
    if (!(weightY > 0)) continue;
    const line = base + (j - top) * width - left;
    const mark = (j - top) * width - left;
    for (let k = 0; k < values.length; k++) {
      const value = values[k]!;
      const from = Math.max((x + k * stepX - x0) * scaleX, left);
      const to = Math.min((x + (k + 1) * stepX - x0) * scaleX, left + width);
      const finite = value - value === 0;
      for (let i = Math.floor(from); i < to; i++) {
        const weight = (Math.min(to, i + 1) - Math.max(from, i)) * weightY;
        if (!finite) nonfinite[mark + i] = 1;
        else {
          sums[line + i]! += value * weight;
          areas[line + i]! += weight;
        }
      }
    }
  }
}


/** One stored row as floats; uint as it is (above 2^24 with a float's precision: it is a picture). */
function readRow(kernels: Kernels, address: number, channel: ChunkShape['channels'][number], into: Float32Array): void {
  const { width, pixelType } = channel;
  const view = kernels.view();
  if (pixelType === 1) {
    const values = halfValues();
    for (let i = 0; i < width; i++) into[i] = values[view.getUint16(address + 2 * i, true)]!;
  } else if (pixelType === 2) for (let i = 0; i < width; i++) into[i] = view.getFloat32(address + 4 * i, true);
  else for (let i = 0; i < width; i++) into[i] = view.getUint32(address + 4 * i, true);
}
