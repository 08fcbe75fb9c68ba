/** From the bytes of a planned read to packed chunks whose leaders have been checked. */
import type { ByteSource } from '../bytes/source.ts';
import { ExrError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { checkLeader, chunkPlace, leaderSize, parseLeader, type ChunkLeader } from './leader.ts';
import type { PlannedChunk } from './plan.ts';
import type { ShapeOf } from './shape.ts';
import type { ChunkIndex } from './table.ts';

/** Where the packed bytes of a chunk lie in a buffer, and what its leader says of them. */
export interface PackedChunk {
  readonly part: number;
  readonly chunk: number;
  /** The bytes after the leader: for a deep chunk the packed sample count table, then the packed samples. */
  readonly data: Uint8Array;
  /** Bytes of `data` that are the packed sample count table; 0 in a flat chunk. */
  readonly tableSize: number;
  /** What a deep chunk's samples unpack to, as its leader says; null in a flat chunk. */
  readonly unpackedSize: number | null;
}

/** Chunks that may begin within another one before that one is not believed: each byte of a file is read at most so often, and once. */
const MOST_WITHIN = 16;

export interface PackedContext {
  readonly source: ByteSource;
  readonly index: ChunkIndex;
  readonly shapes: readonly ShapeOf[];
  readonly multipart: boolean;
  readonly limits: Limits;
}

/**
 * The packed chunk that begins at `planned.offset`, out of `bytes`, which were read from `offset` on. Undefined when its leader, which is
 * right in all it says, asks for more than was planned: readPacked then. Throws BAD_CHUNK, LIMIT_EXCEEDED or TRUNCATED with the place.
 */
export function packedIn(context: PackedContext, planned: PlannedChunk, bytes: Uint8Array, offset: number): PackedChunk | undefined {
  const at = planned.offset - offset;
  const available = Math.min(bytes.length - at, planned.length);
  const part = context.index.grids[planned.part]!.part;
  const needed = leaderSize(part, context.multipart);
  if (available < needed) {
    // Another chunk's offset may point into this leader: the bytes are there all the same.
    if (planned.offset + needed <= context.index.fileSize) return undefined;
    throw truncated(context, planned, `its leader of ${needed} bytes at ${planned.offset}`);
  }
  const leader = checked(context, planned, bytes, at);
  if (leader.size + leader.tableSize + leader.packedSize > available) return undefined;
  return packed(planned, leader, bytes, at);
}

/** Reads one chunk by itself: its leader, then exactly what that asks for, after `room` for it. For chunks that no plan could bound. */
export async function readPacked(context: PackedContext, planned: PlannedChunk, signal?: AbortSignal, room?: (length: number) => Promise<void>): Promise<PackedChunk> {
  const part = context.index.grids[planned.part]!.part;
  const leaderBytes = await context.source.read(planned.offset, leaderSize(part, context.multipart), { signal });
  const leader = checked(context, planned, leaderBytes, 0);
  const length = leader.size + leader.tableSize + leader.packedSize;
  await room?.(length);
  return packed(planned, leader, await context.source.read(planned.offset, length, { signal }), 0);
}

/** The leader at `at`, checked against the geometry and the file's end. */
function checked(context: PackedContext, planned: PlannedChunk, bytes: Uint8Array, at: number): ChunkLeader {
  const { index, limits, multipart, shapes, source } = context;
  const grid = index.grids[planned.part]!;
  const info = grid.chunk(planned.chunk);
  const leader = parseLeader(bytes, at, grid.part, multipart);
  checkLeader(leader, info, shapes[planned.part]!(info.box), grid.part.compression, limits, source.name);
  const length = leader.size + leader.tableSize + leader.packedSize;
  if (planned.offset + length > index.fileSize) throw truncated(context, planned, `its ${length} bytes at ${planned.offset}`);
  if (length > planned.length) {
    // A wrong entry of the table may point into a sound chunk. Many mean chunks within chunks, which would be read and decoded over and over.
    const within = index.offsetsBetween(planned.offset, planned.offset + length);
    if (within > MOST_WITHIN) {
      throw new ExrError('BAD_CHUNK', `${chunkPlace(source.name, info)}: ${within} other chunks begin within its ${length} bytes at ${planned.offset}, expected none`, {
        source: source.name, part: planned.part, chunk: planned.chunk, offset: planned.offset,
      });
    }
  }
  return leader;
}

function packed({ part, chunk }: PlannedChunk, leader: ChunkLeader, bytes: Uint8Array, at: number): PackedChunk {
  const begin = at + leader.size;
  const data = bytes.subarray(begin, begin + leader.tableSize + leader.packedSize);
  return { part, chunk, data, tableSize: leader.tableSize, unpackedSize: leader.unpackedSize };
}

function truncated(context: PackedContext, planned: PlannedChunk, what: string): ExrError {
  const { name } = context.source;
  const info = context.index.grids[planned.part]!.chunk(planned.chunk);
  return new ExrError('TRUNCATED', `${chunkPlace(name, info)}: ${what} end after the file, which has ${context.index.fileSize}`, {
    source: name, part: planned.part, chunk: planned.chunk, offset: planned.offset,
  });
}
