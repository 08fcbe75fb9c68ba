/** How many lines a chunk has where nobody knows the compression: the file tells. */
import type { ByteSource } from '../bytes/source.ts';
import { leaderSize, parseLeader } from './leader.ts';
import { windowSize, type PartGeometry } from './levels.ts';

const ENTRY = 8;
/** Entries that are read at once, and at most. */
const PIECE = 1024;
const MOST_ENTRIES = 2 ** 20;

interface Place {
  /** Where the part's offset table begins, bytes. */
  readonly start: number;
  readonly fileSize: number;
  /** Whether it is the last part, so that chunks begin behind its table. */
  readonly last: boolean;
  readonly signal: AbortSignal | undefined;
}

interface File {
  readonly source: ByteSource;
  readonly version: { readonly multipart: boolean };
}

/**
 * Lines in a chunk of a scan line part. The number of chunks comes from chunkCount where it can be right, otherwise, in the last part, from the first chunk's
 * offset, before which the table ends. Of the heights that give this number the one by which the first two leaders' lines differ, otherwise
 * the power of two, otherwise the least. Null where nothing tells.
 */
export async function linesOfUnknown(file: File, part: PartGeometry & { readonly chunkCount?: number | null }, place: Place): Promise<number | null> {
  const { yMin, yMax } = part.dataWindow;
  if (!(yMax >= yMin)) return null;
  const { height } = windowSize(part);
  const claimed = part.chunkCount ?? 0;
  const count = claimed >= 1 && claimed <= height ? claimed : place.last ? await entriesBeforeData(file.source, height, place) : null;
  if (count === null) return null;
  if (count === 1) return height;
  const least = Math.ceil(height / count);
  if (Math.ceil(height / least) !== count) return null;
  // The largest height of which there are so many.
  const most = Math.ceil(height / (count - 1)) - 1;
  if (least === most) return least;
  const between = (lines: number | null): lines is number => lines !== null && lines >= least && lines <= most;
  const told = await fromLeaders(file, part, place);
  if (between(told)) return told;
  const power = 2 ** Math.ceil(Math.log2(least));
  return between(power) ? power : least;
}

/** Entries of a table that ends where the first chunk begins. */
async function entriesBeforeData(source: ByteSource, height: number, { start, fileSize, signal }: Place): Promise<number | null> {
  let first = fileSize;
  const most = Math.min(height, MOST_ENTRIES);
  for (let entry = 0; entry < most; entry += PIECE) {
    const at = start + entry * ENTRY;
    const bytes = await source.read(at, Math.min(PIECE * ENTRY, Math.max(0, fileSize - at)), { signal });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; (i + 1) * ENTRY <= bytes.length; i++) {
      const offset = Number(view.getBigUint64(i * ENTRY, true));
      if (offset > start && offset < first) first = offset;
      const count = (first - start) / ENTRY;
      if (entry + i + 1 >= count) return first < fileSize && Number.isInteger(count) && count <= height ? count : null;
    }
    if (bytes.length < PIECE * ENTRY) break;
  }
  return null;
}

/** How far the lines of the first two chunks are apart. */
async function fromLeaders({ source, version }: File, part: PartGeometry, { start, fileSize, signal }: Place): Promise<number | null> {
  if (start + 2 * ENTRY > fileSize) return null;
  const size = leaderSize(part, version.multipart);
  const table = await source.read(start, 2 * ENTRY, { signal });
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const lines: number[] = [];
  for (const at of [0, ENTRY]) {
    const offset = Number(view.getBigUint64(at, true));
    if (offset <= start || offset + size > fileSize) return null;
    lines.push(parseLeader(await source.read(offset, size, { signal }), 0, part, version.multipart).y!);
  }
  return lines[0] === part.dataWindow.yMin ? lines[1]! - lines[0] : null;
}
