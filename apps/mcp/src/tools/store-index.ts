import { join } from 'node:path';
import { buildFailedReport, ExrError, inspect, isExrError, isS3Url, s3Url, type ExrReport } from '@exr/core';
import { indexFiles, type IndexProgress, type InspectedTarget, type ListedObject } from '@exr/core/store';
import { z } from 'zod';
import { ToolError } from '../answer/error.ts';
import { name, safe } from '../answer/text.ts';
import { isGone, locateObject, objectsBelow } from '../sandbox/buckets.ts';
import { shownPath } from '../sandbox/folders.ts';
import { listFolders } from '../sandbox/list.ts';
import { locate } from '../sandbox/open.ts';
import { EXTENSION, linksInside, withSource } from './files.ts';
import { storeOf } from './store-words.ts';
import { type Call, defineTool } from './tool.ts';

export const index = defineTool({
  name: 'exr_index',
  title: 'Bring the store up to date',
  heavy: false,
  readOnly: false,
  description:
    'Reads the headers of the EXR files below a folder into the store, so that exr_search and exr_similar find them. Only what is new or changed is opened; files that are gone are marked so. Writes to the store alone, never to a file that it reads. Example: {"folder":"sh010"}',
  input: z.strictObject({ folder: z.string().min(1).max(4096).describe('Folder inside the allowed ones, or s3://bucket/prefix/; "." for the only allowed folder'), recursive: z.boolean().default(true) }),
  output: z.object({ folder: z.string(), seen: z.number(), inserted: z.number(), replaced: z.number(), unchanged: z.number(), removed: z.number(), failed: z.number().describe('Could not be read; the store remembers why'), limit_hit: z.string().nullable(), note: z.string() }),
  async run({ folder, recursive }, call) {
    const store = storeOf(call);
    const answer = (shown: string, counts: IndexProgress, limit: string | null) => {
      const text = `${name(shown, 300)}: ${counts.seen} files seen: ${counts.inserted} new, ${counts.replaced} changed, ${counts.unchanged} unchanged, ${counts.removed} gone, ${counts.failed} could not be read${limit ? `; limit hit: ${limit}` : ''}`;
      return { text, data: { folder: shown, ...counts, limit_hit: limit, note: '' } };
    };
    if (isS3Url(folder)) {
      const { shown, counts, limit } = await indexBucket(folder, recursive, call);
      return answer(shown, counts, limit);
    }
    const real = await locate(call.folders, folder);
    const listed = await listFolders(call.folders, folder, { recursive, signal: call.signal, fits: (entry) => EXTENSION.test(entry), link: (path) => linksInside(call, path), onFolder: () => undefined });
    const paths = listed.folders.flatMap((each) => [...each.names].sort().map((file) => join(each.real, file)));
    const counts = await indexFiles(store, each(paths), {
      inspect: async (path) => ({ report: await reportOf(path, call) }), signal: call.signal, concurrency: 8,
      // Below a folder that was not walked to its end nothing is known to be gone.
      roots: recursive && listed.limit === null ? [real] : [],
      onProgress: ({ seen }) => call.progress.report(seen, paths.length, `${seen} of ${paths.length} files`),
    });
    return answer(shownPath(call.folders, real), counts, listed.limit);
  },
});

async function* each<Target>(targets: readonly Target[]): AsyncGenerator<Target> {
  yield* targets;
}

async function indexBucket(folder: string, recursive: boolean, call: Call) {
  const place = locateObject(call.buckets, folder, true);
  const { objects, limit } = await objectsBelow(call.buckets, place, { recursive, signal: call.signal, fits: (entry) => EXTENSION.test(entry) });
  const targets = objects.map((object): ListedObject => ({ ...object, bucket: place.bucket }));
  const counts = await indexFiles(call.store!, each(targets), {
    inspect: (target) => objectReport(target, call),
    isGone: (location) => isGone(call.buckets, location, call.signal),
    roots: recursive && limit === null ? [{ bucket: place.bucket, prefix: place.key }] : [],
    signal: call.signal, concurrency: 8, onProgress: ({ seen }) => call.progress.report(seen, targets.length, `${seen} of ${targets.length} files`),
  });
  return { shown: safe(s3Url(place), 300), counts, limit };
}

/**
 * The version is that of the answer, as everybody who writes to the store has it (a listing's date is finer). One that could not be read for want of an
 * answer is no version: the next run reads it again.
 */
async function objectReport(target: ListedObject, call: Call): Promise<InspectedTarget> {
  const path = s3Url(target);
  const none = { etag: null };
  try {
    return await withSource(call, path, async ({ source, etag }, turn) => {
      const report = await inspect(source, { path, mtime: () => source.mtime, limits: turn.limits, signal: turn.signal });
      if (report.errors.some(({ kind }) => kind === 'io')) return { report, version: none };
      return { report, version: { etag, sizeBytes: report.file.size_bytes, mtime: source.mtime?.toISOString() ?? null } };
    });
  } catch (error) {
    if (call.signal.aborted || !(error instanceof ToolError || isExrError(error))) throw error;
    return { report: buildFailedReport(new ExrError('READ_FAILED', error.message, { source: path }), { path }), version: none };
  }
}

/** A file that may not be opened any more becomes a report that says so. */
async function reportOf(path: string, call: Call): Promise<ExrReport> {
  try {
    return await withSource(call, path, ({ source }, turn) => inspect(source, { path, mtime: () => source.mtime, limits: turn.limits, signal: turn.signal }));
  } catch (error) {
    if (call.signal.aborted || !(error instanceof ToolError || isExrError(error))) throw error;
    return buildFailedReport(new ExrError('READ_FAILED', error.message, { source: path }), { path });
  }
}
