/** What the chunks of LJ2K parts tell about which OpenEXR coded them. */
import { isExrError } from '../errors.ts';
import { lossyChannels } from '../header/index.ts';
import { noteOf, type ExrNote } from '../notes.ts';
import { plainText } from '../text/index.ts';
import { leaderSize, parseLeader } from './leader.ts';
import { shapesOf } from './shape.ts';
import type { ChunkedFile, ChunkIndex, ReadTableOptions } from './table.ts';

/** 'HL', with which OpenEXR 3.5.2 and later begin an LJ2K chunk; 3.5.0 and 3.5.1, which do no such damage, wrote 'HT'. */
const MAGIC = [0x48, 0x4c];
/** Chunks of a part that are looked at until one is not stored plain. */
const MOST_LOOKS = 64;

/**
 * A note for each LJ2K part that has lossy chunks of OpenEXR 3.5.2 or later: its encoder's table ends too early, so the highest values are damaged, and
 * no reader can mend it (tried with 3.5.2 and 3.5.3). Costs a read of some bytes for each chunk that is looked at, and nothing without such parts.
 */
export async function highlightNotes(file: ChunkedFile, index: ChunkIndex, { signal, limits = file.limits }: ReadTableOptions = {}): Promise<ExrNote[]> {
  const notes: ExrNote[] = [];
  for (const grid of index.grids) {
    const lossy = lossyChannels(grid.part);
    if (lossy.length === 0) continue;
    const chunk = await firstCoded(file, index, grid.part.index, limits, signal).catch((error: unknown) => {
      if (isExrError(error) && error.kind !== 'io') return null; // what is wrong with the chunks is said where they are judged
      throw error;
    });
    if (chunk === null) continue;
    const half = grid.part.channels.find(({ name }) => name === lossy[0])!.pixelType === 'half';
    const damage = half ? 'half values above 60000, Inf and NaN come back as 43168 to 52450' : 'float values above 63000, Inf and NaN come back as 186 to 8600, and the highest of larger ones far smaller';
    const names = lossy.map((name) => plainText(name, { max: 80 })).join(', ');
    const text = `${names} are coded by LJ2K as OpenEXR 3.5.2 and 3.5.3 write it, which damages highlights: ${damage}; no reader can mend it`;
    notes.push(noteOf('LJ2K_HIGHLIGHTS', { source: file.source.name, part: grid.part.index, chunk }, text, file.version.multipart));
  }
  return notes;
}

/** The first chunk that is not stored plain, when it is one of 3.5.2 or later. */
async function firstCoded(file: ChunkedFile, index: ChunkIndex, part: number, limits: ReadTableOptions['limits'], signal: AbortSignal | undefined): Promise<number | null> {
  const grid = index.grids[part]!;
  const geometry = grid.part;
  const shapes = shapesOf(geometry, limits);
  const size = leaderSize(geometry, file.version.multipart);
  for (let chunk = 0; chunk < Math.min(grid.count, MOST_LOOKS); chunk++) {
    const at = index.locate(part, chunk);
    if (at.state !== 'present' || at.offset + size + MAGIC.length > index.fileSize) continue;
    const bytes = await file.source.read(at.offset, size + MAGIC.length, { signal });
    if (parseLeader(bytes, 0, geometry, file.version.multipart).packedSize === shapes(grid.chunk(chunk).box).unpackedBytes) continue;
    return MAGIC.every((byte, i) => bytes[size + i] === byte) ? chunk : null;
  }
  return null;
}
