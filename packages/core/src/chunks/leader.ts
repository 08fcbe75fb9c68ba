/** The few bytes before each chunk's data that say whose it is and how long (OpenEXR File Layout, "Chunks"). */
import type { ChunkShape } from '../compression/index.ts';
import { ExrError } from '../errors.ts';
import type { Compression } from '../header/types.ts';
import type { Limits } from '../limits.ts';
import type { ChunkInfo } from './geometry.ts';
import type { PartGeometry } from './levels.ts';

/** A chunk leader as it stands in the file; nothing in it has been checked. Sizes are bytes. */
export interface ChunkLeader {
  /** The part's number as written, null in a single-part file, which does not write it. */
  readonly part: number | null;
  /** Scan line parts: the first line. */
  readonly y: number | null;
  /** Tiled parts. */
  readonly tile: { readonly x: number; readonly y: number; readonly levelX: number; readonly levelY: number } | null;
  /** Deep parts: the packed sample count table, which comes before the data; otherwise 0. */
  readonly tableSize: number;
  readonly packedSize: number;
  /** Deep parts: the data's size when unpacked; otherwise null. */
  readonly unpackedSize: number | null;
  /** Bytes of the leader itself. */
  readonly size: number;
}

/** Bytes of a leader: the part's number in a multipart file, y or the tile's four coordinates, then one int32 size or three uint64. */
export function leaderSize(part: PartGeometry, multipart: boolean): number {
  return (multipart ? 4 : 0) + (part.isTiled ? 16 : 4) + (part.isDeep ? 24 : 4);
}

/** Chunks up to this size are left to their decoder, whatever they claim. */
const ALWAYS_POSSIBLE = 2 ** 20;

/**
 * How many bytes one packed byte can become at most, so that a short file cannot make us take much memory. Deflate: a match of 258 bytes takes
 * two bits. RLE: two bytes stand for 128. PIZ: one bit and a count of eight for 255 values. PXR24: deflate, then three bytes become four. B44:
 * three bytes stand for 32. DWA: deflate of what stands for whole blocks. HTJ2K, LJ2K: empty packets have no bound.
 * ZSTD: a block of four bytes repeats a byte 2^17 times.
 */
const MOST_EXPANSION: Readonly<Record<Compression, number>> = {
  none: 1, rle: 64, zips: 1040, zip: 1040, piz: 512, pxr24: 1400, b44: 16, b44a: 16, dwaa: 2 ** 18, dwab: 2 ** 18, htj2k256: Infinity, htj2k32: Infinity,
  lj2k: Infinity, zstd: 2 ** 15,
};

/** Reads the leader at `at`; the caller has made sure that leaderSize bytes are there. uint64 beyond 2^53 lose their last bits, never their size. */
export function parseLeader(bytes: Uint8Array, at: number, part: PartGeometry, multipart: boolean): ChunkLeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, leaderSize(part, multipart));
  let next = 0;
  const int32 = () => view.getInt32((next += 4) - 4, true);
  const uint64 = () => view.getUint32((next += 8) - 8, true) + view.getUint32(next - 4, true) * 2 ** 32;
  const number = multipart ? int32() : null;
  const y = part.isTiled ? null : int32();
  const tile = part.isTiled ? { x: int32(), y: int32(), levelX: int32(), levelY: int32() } : null;
  const tableSize = part.isDeep ? uint64() : 0;
  const packedSize = part.isDeep ? uint64() : int32();
  const unpackedSize = part.isDeep ? uint64() : null;
  return { part: number, y, tile, tableSize, packedSize, unpackedSize, size: next };
}

/** "beauty.exr: part 1, chunk 14": how every message about a chunk begins. */
export function chunkPlace(name: string, chunk: ChunkInfo): string {
  return `${name}: part ${chunk.part}, chunk ${chunk.index}`;
}

/**
 * Whether the leader found where the offset table points speaks of that chunk, with sizes that its shape allows. Throws BAD_CHUNK saying
 * what was found and what was expected, or LIMIT_EXCEEDED for a deep chunk that claims more than `limits.chunkBytes`.
 */
export function checkLeader(leader: ChunkLeader, chunk: ChunkInfo, shape: ChunkShape, compression: Compression | number, limits: Limits, name: string): void {
  const fault = leaderFault(leader, chunk, shape, compression, limits, name);
  if (fault) throw fault();
}

/** Without compression the packed bytes are the unpacked ones: another size is found without decoding. Null when all is well. */
export function plainSizeFault({ packedSize, unpackedSize }: ChunkLeader, shape: ChunkShape, compression: Compression | number): string | null {
  const expected = unpackedSize ?? shape.unpackedBytes;
  return compression === 'none' && packedSize !== expected ? `uncompressed chunk has ${packedSize} bytes, expected ${expected}` : null;
}

/** As checkLeader, for who looks at millions: null when all is well, else what makes the error, which costs far more than the check. */
export function leaderFault(
  leader: ChunkLeader, chunk: ChunkInfo, shape: ChunkShape, compression: Compression | number, limits: Limits, name: string,
): (() => ExrError) | null {
  const bad = (found: string, expected: string) => (): ExrError =>
    new ExrError('BAD_CHUNK', `${chunkPlace(name, chunk)}: ${found}, expected ${expected}`, { source: name, part: chunk.part, chunk: chunk.index });
  if (leader.part !== null && leader.part !== chunk.part) return bad(`the leader names part ${leader.part}`, `part ${chunk.part}`);
  if (chunk.kind === 'scanline' && leader.y !== chunk.y) return bad(`the leader says line ${leader.y}`, `line ${chunk.y}`);
  if (chunk.kind === 'tile') {
    const { x, y, levelX, levelY } = leader.tile!;
    if (x !== chunk.tileX || y !== chunk.tileY || levelX !== chunk.levelX || levelY !== chunk.levelY) {
      return bad(`the leader says tile ${x},${y} of level ${levelX},${levelY}`, `tile ${chunk.tileX},${chunk.tileY} of level ${chunk.levelX},${chunk.levelY}`);
    }
  }
  const swollen = (packed: number, unpacked: number) =>
    unpacked > ALWAYS_POSSIBLE && unpacked > packed * MOST_EXPANSION[compression as Compression]
      ? bad(`${packed} packed bytes for ${unpacked} unpacked ones`, `at least ${Math.ceil(unpacked / MOST_EXPANSION[compression as Compression])}: ${compression} cannot pack more tightly`)
      : null;
  if (leader.unpackedSize === null) {
    if (leader.packedSize < 0) return bad(`packed size ${leader.packedSize}`, 'none below 0');
    // A writer stores the chunk raw when packing does not make it smaller.
    if (leader.packedSize > shape.unpackedBytes) {
      return bad(`packed size ${leader.packedSize} is more than the ${shape.unpackedBytes} bytes of the unpacked chunk`, 'no more');
    }
    return swollen(leader.packedSize, shape.unpackedBytes);
  }
  const pixels = (shape.xMax - shape.xMin + 1) * (shape.yMax - shape.yMin + 1);
  // OpenEXR stores the uncompressed table of a cropped tile as long as that of a whole one (DeepTiledOutputFile, maxSampleCountTableSize).
  const most = chunk.wholePixels * 4;
  if (leader.tableSize > most) return bad(`packed sample count table of ${leader.tableSize} bytes for ${pixels} pixels`, `at most ${most}`);
  if (leader.packedSize > leader.unpackedSize) return bad(`packed size ${leader.packedSize} is more than the unpacked size ${leader.unpackedSize}`, 'no more');
  const requested = Math.max(leader.unpackedSize, pixels * 4);
  if (requested > limits.chunkBytes) {
    return () => new ExrError('LIMIT_EXCEEDED', `${chunkPlace(name, chunk)}: ${requested} bytes unpacked, the limit chunkBytes is ${limits.chunkBytes}`, {
      source: name, part: chunk.part, chunk: chunk.index, limit: 'chunkBytes', limitValue: limits.chunkBytes, requested,
    });
  }
  return swollen(leader.tableSize, pixels * 4) ?? swollen(leader.packedSize, leader.unpackedSize);
}
