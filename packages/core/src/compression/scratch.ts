/** How much memory a chunk takes while it is decoded: what the engine gives to a thread before it hands a chunk to it. */
import type { ChunkShape } from './codec.ts';

const MIB = 2 ** 20;

/**
 * Bytes that decoding takes at most beside the unpacked chunk: the packed bytes in the kernels' memory, the codec's scratch memory, and what it
 * keeps in JavaScript. An upper bound for what honest writers make; where data makes a decoder ask for more, the kernels' own limit refuses it.
 * `packed` is the packed size. An unknown codec is taken for one of the larger ones.
 */
export function scratchBytes(compression: string | number, shape: ChunkShape, packed: number): number {
  const { unpackedBytes, channels } = shape;
  if (compression === 'none') return 0;
  const rows = channels.reduce((sum, { height }) => sum + 4 * height + 128, 0);
  switch (compression) {
    case 'rle':
    case 'zips':
    case 'zip':
      return unpackedBytes + packed;
    case 'pxr24':
      return unpackedBytes + packed + rows;
    case 'b44':
    case 'b44a':
      return packed + rows;
    case 'piz':
      return unpackedBytes + 2 * packed + rows + MIB;
    case 'zstd':
      return unpackedBytes + packed + 128;
    case 'htj2k256':
    case 'htj2k32':
    case 'lj2k': {
      // The subbands of one channel, or of the three of a colour transform, as 32 or 64 bits; and lists of precincts and blocks.
      const values = channels.map(({ width, height, bytesPerValue }) => width * height * (bytesPerValue === 2 ? 4 : 8)).sort((a, b) => b - a);
      // LJ2K raises the sides by up to 31, and keeps curves and twice as many lines.
      return packed + rows + (compression === 'lj2k' ? 2 * MIB : 0) + 1.1 * values.slice(0, 3).reduce((sum, each) => sum + each, 0) + Math.min(16 * MIB, 700 * packed);
    }
    default:
      // DWA: its sections one after the other, the largest as long as its channels; two and a half times as much for run lengths.
      return 1.5 * unpackedBytes + packed + rows + 2 * MIB;
  }
}
