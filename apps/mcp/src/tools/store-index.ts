import { join } from 'node:path';
import { buildFailedReport, ExrError, inspect, type ExrReport } from '@exr/core';
import { indexFiles } from '@exr/core/store';
import { z } from 'zod';
import { ToolError } from '../answer/error.ts';
import { name } from '../answer/text.ts';
import { shownPath } from '../sandbox/folders.ts';
import { listFolders } from '../sandbox/list.ts';
import { locate } from '../sandbox/open.ts';
import { EXTENSION, linksInside, withSource } from './files.ts';
import { storeOf } from './store-words.ts';
import { type Call, defineTool } from './tool.ts';

export const index = defineTool({
  name: 'exr_index',
  title: 'Bring the store up to date',
  heavy: true,
  readOnly: false,
  description:
    'Reads the headers of the EXR files below a folder into the store, so that exr_search and exr_similar find them. Only what is new or changed is opened; files that are gone are marked so. Writes to the store alone, never to a file that it reads. Example: {"folder":"sh010"}',
  input: z.strictObject({ folder: z.string().min(1).max(4096).describe('Folder inside the allowed ones; "." for the only allowed one'), recursive: z.boolean().default(true) }),
  output: z.object({ folder: z.string(), seen: z.number(), inserted: z.number(), replaced: z.number(), unchanged: z.number(), removed: z.number(), failed: z.number().describe('Could not be read; the store remembers why'), limit_hit: z.string().nullable(), note: z.string() }),
  async run({ folder, recursive }, call) {
    const store = storeOf(call);
    const real = await locate(call.folders, folder);
    const listed = await listFolders(call.folders, folder, { recursive, signal: call.signal, fits: (entry) => EXTENSION.test(entry), link: (path) => linksInside(call, path), onFolder: () => undefined });
    const paths = listed.folders.flatMap((each) => [...each.names].sort().map((file) => join(each.real, file)));
    const counts = await indexFiles(store, each(paths), {
      inspect: async (path) => ({ report: await reportOf(path, call) }), signal: call.signal, concurrency: 8,
      // Below a folder that was not walked to its end nothing is known to be gone.
      roots: recursive && listed.limit === null ? [real] : [],
      onProgress: ({ seen }) => call.progress.report(seen, paths.length, `${seen} of ${paths.length} files`),
    });
    const shown = shownPath(call.folders, real);
    const text = `${name(shown, 300)}: ${counts.seen} files seen: ${counts.inserted} new, ${counts.replaced} changed, ${counts.unchanged} unchanged, ${counts.removed} gone, ${counts.failed} could not be read${listed.limit ? `; limit hit: ${listed.limit}` : ''}`;
    return { text, data: { folder: shown, ...counts, limit_hit: listed.limit, note: '' } };
  },
});

async function* each(paths: readonly string[]): AsyncGenerator<string> {
  yield* paths;
}

/** A file that may not be opened any more becomes a report that says so. */
async function reportOf(path: string, call: Call): Promise<ExrReport> {
  try {
    return await withSource(call, path, ({ source }) => inspect(source, { path, mtime: () => source.mtime, limits: call.limits, signal: call.signal }));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return buildFailedReport(new ExrError('READ_FAILED', error.message, { source: path }), { path });
  }
}
