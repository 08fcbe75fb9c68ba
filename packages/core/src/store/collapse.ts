/**
 * Files as sequences: the one grouping of names (sequence/) over what a filter chose, for both stores. A line of a sequence states only what all of its
 * frames have in common; what differs is `mixed`, with the frames of each value. Gaps are counted among the frames that the store knows, not among those chosen.
 */
import { putUnder } from '../flow/index.ts';
import { compareNatural, frameRanges, groupSequences, isUdim, missingFrames, type FrameFile, type Sequence } from '../sequence/index.ts';
import type { ExrRow, MixedValue } from './types.ts';

/** A row of one file, and what else is needed of it here. */
export interface FileRow extends ExrRow {
  /** Tiled and with mip levels: numbers 1001…1999 are then tiles of a texture, which have no gaps. */
  readonly looksLikeTexture: boolean;
}

/** What a line says of its files, and what therefore must be so of all of them. */
const SHARED = ['display_width', 'display_height', 'compression', 'color_space', 'software', 'parts', 'channels', 'status'] as const;

/**
 * One row a sequence, in natural order. `known`: the paths of all files (by bucket, "" = host) in the folders of those that were chosen; the chosen ones need
 * not be among them.
 */
export function collapseRows(chosen: readonly FileRow[], known: ReadonlyMap<string, Iterable<string>> = new Map()): ExrRow[] {
  const buckets = new Map<string, Map<string, FileRow>>();
  for (const row of chosen) {
    const key = row.bucket ?? '';
    let own = buckets.get(key);
    if (!own) buckets.set(key, (own = new Map()));
    own.set(row.path, row);
  }
  const rows: ExrRow[] = [];
  for (const [bucket, byPath] of buckets) {
    const paths = new Set(byPath.keys());
    for (const path of known.get(bucket) ?? []) paths.add(path);
    for (const sequence of groupSequences(paths)) {
      const row = rowOfSequence(sequence, byPath);
      if (row) rows.push(row);
    }
  }
  return rows.sort((a, b) => compareNatural(a.path, b.path) || nullsLast(a.bucket, b.bucket));
}

const nullsLast = (a: string | null, b: string | null): number => (a === null || b === null ? Number(a === null) - Number(b === null) : a < b ? -1 : a > b ? 1 : 0);

export function withoutTexture({ looksLikeTexture: _, ...row }: FileRow): ExrRow {
  return row;
}

function rowOfSequence({ pattern, isSequence, frames }: Sequence, byPath: ReadonlyMap<string, FileRow>): ExrRow | null {
  if (!isSequence) {
    const row = byPath.get(pattern);
    return row ? withoutTexture(row) : null;
  }
  const chosen = frames.filter(({ name }) => byPath.has(name));
  if (chosen.length === 0) return null;
  const rows = chosen.map(({ name }) => byPath.get(name)!);
  const first = rows[0]!;
  if (rows.length === 1) return { ...withoutTexture(first), first_frame: chosen[0]!.frame, last_frame: chosen[0]!.frame, frames: String(chosen[0]!.frame), sequence_files: frames.length };
  const tiles = rows.every(({ looksLikeTexture }) => looksLikeTexture) && frames.every(({ frame }) => isUdim(frame));
  const mixed: Record<string, MixedValue[]> = {};
  for (const field of SHARED) if (rows.some((row) => row[field] !== first[field])) mixed[field] = valuesOf(field, chosen, rows);
  const shared = <Field extends 'display_width' | 'display_height' | 'parts' | 'channels' | 'width' | 'height'>(field: Field): number | null => (rows.every((row) => row[field] === first[field]) ? first[field] : null);
  const said = (field: 'compression' | 'color_space' | 'software'): string | null => (mixed[field] ? 'mixed' : first[field]);
  const statuses = new Set(rows.map(({ status }) => status));
  return {
    ...withoutTexture(first), path: pattern, status: statuses.has('error') ? 'error' : statuses.has('partial') ? 'partial' : [...statuses].sort()[0]!,
    size_bytes: rows.reduce((sum, row) => sum + row.size_bytes, 0), mtime: rows.reduce<string | null>((last, { mtime }) => (mtime !== null && (last === null || mtime > last) ? mtime : last), null),
    files: rows.length, first_frame: chosen[0]!.frame, last_frame: chosen.at(-1)!.frame, frames: frameRanges([...new Set(chosen.map(({ frame }) => frame))]), sequence_files: frames.length,
    missing_frames: tiles ? 0 : missingFrames([...new Set(frames.map(({ frame }) => frame))]).count,
    parts: shared('parts'), channels: shared('channels'), width: shared('width'), height: shared('height'), display_width: shared('display_width'), display_height: shared('display_height'),
    compression: said('compression'), color_space: said('color_space'), software: said('software'), error: rows.find(({ error }) => error !== null)?.error ?? null,
    ...(Object.keys(mixed).length > 0 && { mixed }),
  };
}

/** Most values of one field that a row lists; the rest are counted by the frames that are left. */
const MOST_VALUES = 8;

/** The values of a field with their frames, the most frequent first. */
function valuesOf(field: (typeof SHARED)[number], files: readonly FrameFile[], rows: readonly FileRow[]): MixedValue[] {
  const frames = new Map<string | number | null, number[]>();
  rows.forEach((row, i) => putUnder(frames, row[field], files[i]!.frame));
  return [...frames].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_VALUES).map(([value, own]) => ({ value, files: own.length, frames: frameRanges([...new Set(own)]) }));
}
