import { join } from 'node:path';
import { frameRanges, groupSequences, isS3Url, matchesGlob, missingFrames, s3Url } from '@exr/core';
import { z } from 'zod';
import { page, pageText } from '../answer/page.ts';
import { name, safe } from '../answer/text.ts';
import { allowedUrl, locateObject, objectsBelow } from '../sandbox/buckets.ts';
import { shownPath } from '../sandbox/folders.ts';
import { listFolders } from '../sandbox/list.ts';
import { EXTENSION, isFileFault, linksInside, reasonOf } from './files.ts';
import { type Call, cursorInput, defineTool, nextCursor, untrusted } from './tool.ts';

interface Found {
  readonly path: string;
  readonly count: number;
  readonly frames?: string;
  readonly missing?: string;
  readonly missing_count?: number;
}

export const find = defineTool({
  name: 'exr_find',
  title: 'Find EXR files and sequences',
  heavy: false,
  description:
    'Lists EXR files below a folder, frames grouped by name pattern, with the frames that are there and those that are missing. Paths in the answer are what the other tools take; patterns ("beauty.####.exr") work in exr_summary, exr_structure and exr_stats. Without folder it searches every allowed folder. Opens no file. Example: {"folder":"sh010","match":"*beauty*"}',
  input: z.strictObject({
    folder: z.string().min(1).max(4096).optional().describe('Folder to search, or s3://bucket/prefix/; default: all that is allowed'),
    match: z.string().min(1).max(200).optional().describe('Only paths that match this pattern of * and ?, any case. Example: "*beauty*"'),
    recursive: z.boolean().default(true).describe('Also search the folders below'),
    cursor: cursorInput,
  }),
  output: z.object({
    allowed_folders: z.array(z.string()), total: z.number().describe('Sequences and single files found, on all pages'), total_files: z.number(),
    found: z.array(z.object({
      path: z.string().describe('A file, or the pattern of a sequence'), count: z.number().describe('Files'), frames: z.string().optional(),
      missing: z.string().optional().describe('Frames between first and last that are not there'), missing_count: z.number().optional(),
    })),
    limit_hit: z.string().nullable().describe('Why the search ended early; null when it did not'),
    next_cursor: nextCursor, note: untrusted,
  }),
  async run({ folder, match, recursive, cursor }, call) {
    const starts = folder === undefined ? [...call.folders.map(({ given }) => given), ...call.buckets.allowed.map(allowedUrl)] : [folder];
    const found: Found[] = [];
    let [files, limit, seen] = [0, null as string | null, 0];
    for (const start of starts) {
      const before = seen;
      const listed = await call.gate.run(call.signal, () => placesBelow(start, { recursive, alone: folder !== undefined || starts.length === 1 }, call, (entries, text) => call.progress.report(before + entries, undefined, text)), call.progress);
      seen += listed.entries;
      limit ??= listed.limit;
      for (const { names, pathOf } of listed.places) {
        for (const sequence of groupSequences(names)) {
          const path = pathOf(sequence.pattern);
          if (match !== undefined && !matchesGlob(match.toLowerCase(), path.toLowerCase())) continue;
          files += Math.max(1, sequence.frames.length);
          found.push(sequence.frames.length > 1 ? sequenceOf(path, sequence.frames.map(({ frame }) => frame)) : { path: safe(sequence.frames.length === 1 ? pathOf(sequence.frames[0]!.name) : path, 300), count: 1 });
        }
      }
    }
    const shown = page(found, { cursor, of: [folder, match, recursive, found.length, files], cost: (each) => lineOf(each) + JSON.stringify(each) });
    const folders = [...call.folders.map(({ given }) => given), ...call.buckets.allowed.map(allowedUrl)].slice(0, 20).map((each) => safe(each, 200));
    const lines = [
      `${found.length} ${found.length === 1 ? 'sequence or file' : 'sequences or files'} (${files} files) in ${folder === undefined ? `the allowed folders ${folders.map((each) => name(each, 200)).join(', ')}` : name(folder, 200)}`,
      ...shown.items.map(lineOf), pageText(shown, 'entries'), ...(limit === null ? [] : [`limit hit: ${limit}`]),
    ];
    return { text: lines.filter((line) => line !== '').join('\n'), data: { allowed_folders: folders, total: found.length, total_files: files, found: [...shown.items], limit_hit: limit, next_cursor: shown.next, note: '' } };
  },
});

interface Place {
  readonly names: readonly string[];
  /** How a name there is told to the client. */
  readonly pathOf: (name: string) => string;
}

/** The folders below one that hold EXR files, on disk or in a bucket. A bucket that cannot be listed ends the search only where nothing else is searched. */
async function placesBelow(start: string, { recursive, alone }: { recursive: boolean; alone: boolean }, call: Call, report: (entries: number, text: string) => void): Promise<{ places: Place[]; entries: number; limit: string | null }> {
  const fits = (entry: string): boolean => EXTENSION.test(entry);
  if (!isS3Url(start)) {
    const listed = await listFolders(call.folders, start, { recursive, signal: call.signal, fits, link: (path) => linksInside(call, path), onFolder: (entries, folders) => report(entries, `${folders} folders with EXR files`) });
    return { ...listed, places: listed.folders.map(({ real, names }) => ({ names, pathOf: (each) => shownPath(call.folders, join(real, each)) })) };
  }
  const place = locateObject(call.buckets, start, true);
  try {
    const { objects, limit, entries } = await objectsBelow(call.buckets, place, { recursive, signal: call.signal, fits, onPage: (count) => report(count, `${count} objects`) });
    const folders = new Map<string, string[]>();
    for (const { key } of objects) {
      const cut = key.lastIndexOf('/') + 1;
      const names = folders.get(key.slice(0, cut)) ?? [];
      folders.set(key.slice(0, cut), names);
      names.push(key.slice(cut));
    }
    return { entries, limit, places: [...folders].map(([above, names]) => ({ names, pathOf: (each) => s3Url({ bucket: place.bucket, key: above + each }) })) };
  } catch (error) {
    if (alone || !isFileFault(error, call.signal)) throw error;
    return { entries: 0, places: [], limit: `${safe(start, 200)} could not be listed: ${reasonOf(error)}` };
  }
}

function sequenceOf(path: string, frames: readonly number[]): Found {
  const absent = missingFrames(frames);
  const missing = absent.ranges.map(({ first, last, step }) => (first === last ? `${first}` : `${first}-${last}${step === 1 ? '' : `x${step}`}`)).join(',');
  return {
    path: safe(path, 300), count: frames.length, frames: shorten(frameRanges(frames)), ...(absent.count > 0 && { missing: shorten(missing), missing_count: absent.count }),
  };
}

function shorten(text: string): string {
  return text.length > 240 ? `${text.slice(0, text.lastIndexOf(',', 240))},…` : text;
}

function lineOf({ path, count, frames, missing, missing_count }: Found): string {
  return frames === undefined ? name(path, 300) : `${name(path, 300)}: ${count} frames ${frames}${missing === undefined ? '' : `; ${missing_count} missing: ${missing}`}`;
}
