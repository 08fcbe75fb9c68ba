/** Paths as a person types them: folders and EXR files that begin like this. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { shownPath } from './sandbox/folders.ts';
import { openFolder } from './sandbox/open.ts';
import { EXTENSION, linksInside } from './tools/files.ts';
import { safe } from './answer/text.ts';
import type { Call } from './tools/tool.ts';

const MOST = 100;

export async function completePath(value: string, call: Call): Promise<{ values: string[]; total: number; hasMore: boolean }> {
  const slash = value.lastIndexOf('/');
  const [above, begun] = [value.slice(0, slash + 1), value.slice(slash + 1)];
  // Nothing typed: with one folder what is in it, with several the folders.
  const starts = above === '' ? (call.folders.length === 1 ? [call.folders[0]!.given] : []) : [above];
  const found: string[] = above === '' && call.folders.length > 1 ? call.folders.map(({ given }) => `${safe(given, 300)}/`) : [];
  for (const start of starts) {
    const opened = await openFolder(call.folders, start).catch(() => null);
    if (!opened) continue;
    try {
      for (const entry of await readdir(opened.read, { withFileTypes: true })) {
        if (!entry.name.toLowerCase().startsWith(begun.toLowerCase()) || entry.name.startsWith('.')) continue;
        const path = join(opened.real, entry.name);
        const shown = safe(shownPath(call.folders, path), 300);
        if (entry.isDirectory()) found.push(`${shown}/`);
        else if (EXTENSION.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await linksInside(call, path))))) found.push(shown);
      }
    } finally {
      await opened.close();
    }
  }
  found.sort();
  return { values: found.slice(0, MOST), total: found.length, hasMore: found.length > MOST };
}
