/** A copy of a file whose offset table is right: for readers that give up where ours goes on. */
import { leaderSize, shapesOf, type ChunkInfo } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import type { ExrFile } from '../header/index.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { examine, type ExamineOptions } from './examine.ts';

export interface FixOptions extends ExamineOptions {
  /** Write black chunks (deep: pixels without samples) where chunks are missing, instead of leaving them out. Default false. */
  readonly fill?: boolean;
}

export interface FixedTable {
  /** Chunks copied as they are, filled in, and left out (their table entries are 0). */
  readonly copied: number;
  readonly filled: number;
  readonly left: number;
  /** Bytes of the copy. */
  readonly size: number;
  /** The copy, piece by piece, no piece longer than a chunk or 8 MiB. */
  pieces(): AsyncGenerator<Uint8Array>;
}

type Placed = { readonly kind: 'copy'; readonly from: number; readonly length: number } | { readonly kind: 'fill'; readonly part: number; readonly info: ChunkInfo; readonly length: number };

const PIECE = 8 * 2 ** 20;

/**
 * Plans the copy: headers byte for byte, tables that name where each chunk is, then the sound chunks in the order in which the file has them. Throws
 * BAD_HEADER when the headers do not end, since then nobody knows where chunks would begin, and what examine throws.
 */
export async function fixedTable(file: ExrFile, options: FixOptions = {}): Promise<FixedTable> {
  if (!file.complete) throw new ExrError('BAD_HEADER', `${file.source.name}: the headers do not end: without them no offset table can be made`, { source: file.source.name });
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const { index, sound } = await examine(file, options);
  const unreadable = index.unreadable.find((error) => error !== null);
  if (unreadable) throw unreadable;
  const copies: { part: number; chunk: number; from: number; length: number }[] = [];
  const gaps: { part: number; chunk: number }[] = [];
  let left = 0;
  for (const [part, grid] of index.grids.entries()) {
    for (let chunk = 0; chunk < grid.count; chunk++) {
      const at = sound(part, chunk);
      if (at) copies.push({ part, chunk, from: at.offset, length: at.length });
      else if (options.fill) gaps.push({ part, chunk });
      else left++;
    }
  }
  copies.sort((a, b) => a.from - b.from);
  const tables = index.grids.map((grid) => new Float64Array(grid.count));
  const layout: Placed[] = [];
  let end = index.tablesEnd;
  const put = (part: number, chunk: number, placed: Placed): void => {
    tables[part]![chunk] = end;
    end += placed.length;
    layout.push(placed);
  };
  for (const { part, chunk, from, length } of copies) put(part, chunk, { kind: 'copy', from, length });
  if (options.fill) {
    let filled = 0;
    for (const { part, chunk } of gaps) {
      const info = index.grids[part]!.chunk(chunk);
      const length = leaderSize(index.grids[part]!.part, file.version.multipart) + emptyBytes(file, info, limits);
      filled += length;
      if (filled > limits.filledBytes) throw tooMuch(file, filled, limits.filledBytes);
      put(part, chunk, { kind: 'fill', part, info, length });
    }
  }
  const { signal } = options;
  return {
    copied: copies.length, filled: gaps.length, left, size: end,
    async *pieces() {
      yield* file.headerPieces();
      for (const table of tables) yield* tablePieces(table);
      for (const placed of layout) {
        if (placed.kind === 'fill') yield emptyChunk(file, placed.info, placed.length);
        else for (let at = 0; at < placed.length; at += PIECE) yield await file.source.read(placed.from + at, Math.min(PIECE, placed.length - at), { signal });
      }
    },
  };
}

function tooMuch({ source: { name } }: ExrFile, requested: number, limitValue: number): ExrError {
  const message = `${name}: filling in what is missing takes more than ${limitValue} bytes, which is the limit filledBytes; leave it out, or raise the limit`;
  return new ExrError('LIMIT_EXCEEDED', message, { source: name, limit: 'filledBytes', limitValue, requested });
}

function* tablePieces(table: Float64Array): Generator<Uint8Array> {
  const entries = PIECE / 8;
  for (let from = 0; from < table.length; from += entries) {
    const some = table.subarray(from, from + entries);
    const bytes = new Uint8Array(some.length * 8);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < some.length; i++) {
      view.setUint32(i * 8, some[i]! % 2 ** 32, true);
      view.setUint32(i * 8 + 4, Math.floor(some[i]! / 2 ** 32), true);
    }
    yield bytes;
  }
}

/** Bytes behind the leader of a chunk without content: zeros stored raw, as long as the unpacked chunk; deep: a raw table of zero counts. */
function emptyBytes(file: ExrFile, info: ChunkInfo, limits: Limits): number {
  const part = file.parts[info.part]!;
  const { box } = info;
  return part.isDeep ? (box.xMax - box.xMin + 1) * (box.yMax - box.yMin + 1) * 4 : shapesOf(part, limits)(box).unpackedBytes;
}

function emptyChunk(file: ExrFile, info: ChunkInfo, length: number): Uint8Array {
  const part = file.parts[info.part]!;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const int32 = (value: number): void => view.setInt32((at += 4) - 4, value, true);
  if (file.version.multipart) int32(info.part);
  if (info.kind === 'scanline') int32(info.y);
  else for (const value of [info.tileX, info.tileY, info.levelX, info.levelY]) int32(value);
  const size = length - leaderSize(part, file.version.multipart);
  if (part.isDeep) view.setBigUint64(at, BigInt(size), true); // the table; no samples: packed and unpacked sizes stay 0
  else int32(size);
  return bytes;
}
