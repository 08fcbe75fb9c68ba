/** Where a part's bytes go. */
import { shapesOf, type ChunkGrid } from '../chunks/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';

export interface PartBytes {
  /** Bytes of the part's chunks in the file, leaders included. */
  readonly packed_bytes: number;
  /** What the present chunks unpack to; null for deep parts, whose samples nobody has counted. */
  readonly unpacked_bytes: number | null;
  /** Unpacked by packed; null when either is unknown or 0. */
  readonly compression_ratio: number | null;
  /** The packed bytes shared out by each channel's unpacked ones: an estimate, since codecs mix the channels of a chunk. */
  readonly channels: readonly { readonly name: string; readonly bytes_estimated: number }[];
}

export function channelBytes(grid: ChunkGrid, marks: Uint8Array, packed: number): PartBytes {
  const shapeOf = shapesOf(grid.part, { ...DEFAULT_LIMITS, chunkBytes: Infinity });
  const sums = grid.part.channels.map(() => 0);
  for (const level of grid.levels) {
    for (let chunk = level.firstChunk; chunk < level.firstChunk + level.count; chunk++) {
      if (!marks[chunk]) continue;
      const { channels } = shapeOf(grid.chunk(chunk).box);
      for (let i = 0; i < sums.length; i++) sums[i]! += channels[i]!.width * channels[i]!.height * channels[i]!.bytesPerValue;
    }
  }
  const total = sums.reduce((a, b) => a + b, 0);
  const unpacked = grid.part.isDeep ? null : total;
  return {
    packed_bytes: packed, unpacked_bytes: unpacked,
    compression_ratio: unpacked && packed ? Math.round((unpacked / packed) * 1000) / 1000 : null,
    channels: grid.part.channels.map(({ name }, i) => ({ name, bytes_estimated: total ? Math.round((packed * sums[i]!) / total) : 0 })),
  };
}
