/** The few bytes before each chunk's data that say whose it is and how long (OpenEXR File Layout, "Chunks"). */
import type { ChunkShape } from '../compression/index.ts';
import { ExrError } from '../errors.ts';
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
export function checkLeader(leader: ChunkLeader, chunk: ChunkInfo, shape: ChunkShape, limits: Limits, name: string): void {
  const where = { source: name, part: chunk.part, chunk: chunk.index };
  const bad = (found: string, expected: string) => new ExrError('BAD_CHUNK', `${chunkPlace(name, chunk)}: ${found}, expected ${expected}`, where);
  if (leader.part !== null && leader.part !== chunk.part) throw bad(`the leader names part ${leader.part}`, `part ${chunk.part}`);
  if (chunk.kind === 'scanline' && leader.y !== chunk.y) throw bad(`the leader says line ${leader.y}`, `line ${chunk.y}`);
  if (chunk.kind === 'tile') {
    const { x, y, levelX, levelY } = leader.tile!;
    if (x !== chunk.tileX || y !== chunk.tileY || levelX !== chunk.levelX || levelY !== chunk.levelY) {
      throw bad(`the leader says tile ${x},${y} of level ${levelX},${levelY}`, `tile ${chunk.tileX},${chunk.tileY} of level ${chunk.levelX},${chunk.levelY}`);
    }
  }
  if (leader.unpackedSize === null) {
    if (leader.packedSize < 0) throw bad(`packed size ${leader.packedSize}`, 'none below 0');
    // A writer stores the chunk raw when packing does not make it smaller.
    if (leader.packedSize > shape.unpackedBytes) {
      throw bad(`packed size ${leader.packedSize} is more than the ${shape.unpackedBytes} bytes of the unpacked chunk`, 'no more');
    }
    return;
  }
  const pixels = (shape.xMax - shape.xMin + 1) * (shape.yMax - shape.yMin + 1);
  // OpenEXR stores the uncompressed table of a cropped tile as long as that of a whole one (DeepTiledOutputFile, maxSampleCountTableSize).
  const most = chunk.wholePixels * 4;
  if (leader.tableSize > most) throw bad(`packed sample count table of ${leader.tableSize} bytes for ${pixels} pixels`, `at most ${most}`);
  if (leader.packedSize > leader.unpackedSize) throw bad(`packed size ${leader.packedSize} is more than the unpacked size ${leader.unpackedSize}`, 'no more');
  const requested = Math.max(leader.unpackedSize, pixels * 4);
  if (requested > limits.chunkBytes) {
    throw new ExrError('LIMIT_EXCEEDED', `${chunkPlace(name, chunk)}: ${requested} bytes unpacked, the limit is ${limits.chunkBytes}`, {
      ...where, limit: 'chunkBytes', limitValue: limits.chunkBytes, requested,
    });
  }
}
