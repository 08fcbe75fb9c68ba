/** EXR files below a folder, by name, within a budget: a folder of a million files ends with "limit hit", not with silence. */
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folder } from './folders.ts';
import { openFolder } from './open.ts';

export interface Listed {
  /** Real paths of folders and the names of EXR files in them, folders in the order of their paths, names unsorted. */
  readonly folders: readonly { readonly real: string; readonly names: readonly string[] }[];
  /** Why the list is not whole; null when it is. */
  readonly limit: string | null;
  readonly entries: number;
}

export interface ListOptions {
  readonly recursive: boolean;
  readonly signal: AbortSignal;
  readonly onFolder: (entries: number, folders: number) => void;
  /** Takes a file that is a symbolic link? */
  readonly link: (path: string) => Promise<boolean>;
  readonly fits: (name: string) => boolean;
}

const MOST_ENTRIES = 200_000;
const MOST_DEPTH = 32;

/** Links to folders are not followed; each folder is opened by its checked handle. */
export async function listFolders(folders: readonly Folder[], start: string, options: ListOptions): Promise<Listed> {
  const found: { real: string; names: string[] }[] = [];
  let entries = 0;
  let limit: string | null = null;
  const walk = async (path: string, depth: number): Promise<void> => {
    options.signal.throwIfAborted();
    const opened = await openFolder(folders, path);
    const here: { real: string; names: string[] } = { real: opened.real, names: [] };
    const below: string[] = [];
    try {
      for await (const entry of await opendir(opened.read, { bufferSize: 256 })) {
        if (++entries > MOST_ENTRIES) {
          limit = `stopped after ${MOST_ENTRIES} entries: name a folder further down`;
          break;
        }
        if ((entries & 1023) === 0) options.signal.throwIfAborted();
        if (entry.isDirectory()) {
          if (!entry.name.startsWith('.')) below.push(entry.name);
        } else if (options.fits(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await options.link(join(opened.real, entry.name)))))) here.names.push(entry.name);
      }
    } finally {
      await opened.close();
    }
    if (here.names.length > 0) found.push(here);
    options.onFolder(entries, found.length);
    if (!options.recursive || limit !== null) return;
    if (depth >= MOST_DEPTH && below.length > 0) {
      limit ??= `did not go deeper than ${MOST_DEPTH} folders`;
      return;
    }
    for (const name of below.sort()) {
      if (limit !== null) return;
      // A folder that vanished or may not be read does not end the search.
      await walk(join(opened.real, name), depth + 1).catch((error: unknown) => {
        if (options.signal.aborted) throw error;
      });
    }
  };
  await walk(start, 0);
  return { folders: found, limit, entries };
}
