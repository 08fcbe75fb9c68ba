import { join } from 'node:path';
import { frameRanges, groupSequences, matchesGlob, missingFrames } from '@exr/core';
import { z } from 'zod';
import { page, pageText } from '../answer/page.ts';
import { name, safe } from '../answer/text.ts';
import { shownPath } from '../sandbox/folders.ts';
import { listFolders } from '../sandbox/list.ts';
import { EXTENSION, linksInside } from './files.ts';
import { cursorInput, defineTool, nextCursor, untrusted } from './tool.ts';

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
    folder: z.string().min(1).max(4096).optional().describe('Folder to search; default: all allowed folders'),
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
    const starts = folder === undefined ? call.folders.map(({ given }) => given) : [folder];
    const found: Found[] = [];
    let [files, limit, seen] = [0, null as string | null, 0];
    for (const start of starts) {
      const listed = await listFolders(call.folders, start, {
        recursive, signal: call.signal, fits: (entry) => EXTENSION.test(entry), link: (path) => linksInside(call, path),
        onFolder: (entries, folders) => call.progress.report(seen + entries, undefined, `${folders} folders with EXR files`),
      });
      seen += listed.entries;
      limit ??= listed.limit;
      for (const { real, names } of listed.folders) {
        for (const sequence of groupSequences(names)) {
          const path = shownPath(call.folders, join(real, sequence.pattern));
          if (match !== undefined && !matchesGlob(match.toLowerCase(), path.toLowerCase())) continue;
          files += Math.max(1, sequence.frames.length);
          found.push(sequence.frames.length > 1 ? sequenceOf(path, sequence.frames.map(({ frame }) => frame)) : { path: safe(sequence.frames.length === 1 ? shownPath(call.folders, join(real, sequence.frames[0]!.name)) : path, 300), count: 1 });
        }
      }
    }
    const shown = page(found, { cursor, of: [folder, match, recursive, found.length, files], cost: (each) => lineOf(each) + JSON.stringify(each) });
    const folders = call.folders.slice(0, 20).map(({ given }) => safe(given, 200));
    const lines = [
      `${found.length} ${found.length === 1 ? 'sequence or file' : 'sequences or files'} (${files} files) in ${folder === undefined ? `the allowed folders ${folders.map((each) => name(each, 200)).join(', ')}` : name(folder, 200)}`,
      ...shown.items.map(lineOf), pageText(shown, 'entries'), ...(limit === null ? [] : [`limit hit: ${limit}`]),
    ];
    return { text: lines.filter((line) => line !== '').join('\n'), data: { allowed_folders: folders, total: found.length, total_files: files, found: [...shown.items], limit_hit: limit, next_cursor: shown.next, note: '' } };
  },
});

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
