/** Deep chunks: a sample count for each pixel, then the samples (OpenEXR File Layout, "Deep Data"). */
import type { Kernels } from '@exr/kernels';
import type { PartGeometry } from '../chunks/index.ts';
import type { ChunkChannel, ChunkShape } from '../compression/index.ts';
import { ExrError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { unpackInto, type PackedBytes, type Unpacker } from './decode.ts';

/**
 * The samples of a deep chunk. In memory, line by line; in a line channel after channel (as `shape.channels`); for each channel all samples
 * of the line from left to right. The line's samples begin `lineStart[i]` × bytes of one sample (all channels) after the chunk's address.
 */
export interface DeepSamples {
  readonly width: number;
  readonly height: number;
  /** Address of width × height uint32: how many samples each pixel has, row by row. */
  readonly counts: number;
  /** Samples before line i; height + 1 entries, the last one is the total. */
  readonly lineStart: Float64Array;
  readonly totalSamples: number;
  readonly maxSamples: number;
  /** Pixels without samples. */
  readonly emptyPixels: number;
  /** Bytes of one sample of every channel together. */
  readonly sampleBytes: number;
}

// What OpenEXR writes and reads for deep parts (OpenEXRCore, validation.c); the others work on planes that deep data does not have.
const DEEP_CODECS = new Set(['none', 'rle', 'zips', 'zip', 'zstd']);

/** Counts and samples of one deep chunk in the kernels' memory. Throws CORRUPT_DATA, LIMIT_EXCEEDED or UNSUPPORTED_FEATURE, without the place. */
export function decodeDeep(
  kernels: Kernels, packed: PackedBytes, part: PartGeometry, box: ChunkShape, codec: Unpacker, limits: Limits,
): { shape: ChunkShape; address: number; deep: DeepSamples } {
  if (typeof part.compression === 'string' && !DEEP_CODECS.has(codec.name)) throw new ExrError('UNSUPPORTED_FEATURE', `deep data packed with ${codec.name}, expected none, rle, zips, zip or zstd`);
  const subsampled = box.channels.find((channel) => channel.xSampling !== 1 || channel.ySampling !== 1);
  if (subsampled) throw new ExrError('UNSUPPORTED_FEATURE', `deep channel ${subsampled.name} is subsampled, which deep data cannot be`, { channel: subsampled.name });

  const width = box.xMax - box.xMin + 1;
  const height = box.yMax - box.yMin + 1;
  const tableBytes = width * height * 4;
  const counts = kernels.allocate(tableBytes);
  // The uncompressed table of a cropped tile may be followed by filling: see checkLeader.
  const packedTable = codec.name === 'none' ? Math.min(packed.tableSize, tableBytes) : packed.tableSize;
  // Which channels are wanted says nothing about the table: it is always needed.
  const { wanted: _channels, ...place } = box;
  const table = { ...place, channels: [tableChannel(width, height)], unpackedBytes: tableBytes };
  unpackInto(kernels, codec, packed.data.subarray(0, packedTable), counts, table);
  const counted = countSamples(new Uint32Array(kernels.bytes(counts, tableBytes).buffer, counts, width * height), width, height, limits);

  const sampleBytes = box.channels.reduce((sum, channel) => sum + channel.bytesPerValue, 0);
  const unpackedBytes = counted.totalSamples * sampleBytes;
  if (unpackedBytes !== packed.unpackedSize) {
    throw new ExrError('CORRUPT_DATA', `${counted.totalSamples} samples of ${sampleBytes} bytes, but the leader says ${packed.unpackedSize} bytes, expected ${unpackedBytes}`);
  }
  const address = kernels.allocate(unpackedBytes);
  if (unpackedBytes > 0) {
    const samples = counted.lineStart.subarray(1).map((end, line) => end - counted.lineStart[line]!);
    unpackInto(kernels, codec, packed.data.subarray(packed.tableSize), address, { ...box, samples, unpackedBytes });
  }
  return { shape: { ...box, unpackedBytes }, address, deep: { width, height, counts, sampleBytes, ...counted } };
}

/** To a codec that knows of values the table is a chunk of one channel. */
function tableChannel(width: number, height: number): ChunkChannel {
  return { name: 'sample counts', pixelType: 0, xSampling: 1, ySampling: 1, pLinear: false, width, height, bytesPerValue: 4 };
}

/** Turns the table's running sums (each line begins anew) into counts, in place. */
function countSamples(table: Uint32Array, width: number, height: number, limits: Limits) {
  const lineStart = new Float64Array(height + 1);
  let [maxSamples, emptyPixels] = [0, 0];
  for (let line = 0; line < height; line++) {
    let before = 0;
    for (let i = line * width; i < (line + 1) * width; i++) {
      const sum = table[i]!;
      const count = sum - before;
      if (count < 0) throw new ExrError('CORRUPT_DATA', `sample count table: ${sum} after ${before} in line ${line}, expected sums that never fall`);
      if (count > maxSamples) maxSamples = count;
      if (count === 0) emptyPixels++;
      table[i] = count;
      before = sum;
    }
    lineStart[line + 1] = lineStart[line]! + before;
  }
  checkLimit('deepSamplesPerPixel', maxSamples, limits.deepSamplesPerPixel);
  checkLimit('deepSamplesPerChunk', lineStart[height]!, limits.deepSamplesPerChunk);
  return { lineStart, totalSamples: lineStart[height]!, maxSamples, emptyPixels };
}

function checkLimit(limit: 'deepSamplesPerPixel' | 'deepSamplesPerChunk', requested: number, limitValue: number): void {
  if (requested > limitValue) throw new ExrError('LIMIT_EXCEEDED', `${requested} samples, the limit ${limit} is ${limitValue}`, { limit, limitValue, requested });
}

/** One channel's samples on one line of a decoded deep chunk. */
export interface DeepRun {
  /** Index into `shape.channels`. */
  readonly channel: number;
  readonly y: number;
  /** Bytes from the chunk's address. */
  readonly offset: number;
  /** Samples, of all pixels of the line. */
  readonly count: number;
}

/** Every run of samples in the order in which they are stored. */
export function* deepRuns(shape: ChunkShape, deep: DeepSamples): Generator<DeepRun> {
  let offset = 0;
  for (let line = 0; line < deep.height; line++) {
    const count = deep.lineStart[line + 1]! - deep.lineStart[line]!;
    for (let channel = 0; channel < shape.channels.length; channel++) {
      if (count > 0) yield { channel, y: shape.yMin + line, offset, count };
      offset += count * shape.channels[channel]!.bytesPerValue;
    }
  }
}
