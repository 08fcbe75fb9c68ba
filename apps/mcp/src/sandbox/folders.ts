/** The folders that the person who started the server allows: nothing outside them is opened, listed or admitted to exist. */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ToolError } from '../answer/error.ts';

export interface Folder {
  /** As it was named, made absolute. */
  readonly given: string;
  /** Without symbolic links, found out when the server started. */
  readonly real: string;
}

/** Resolves the folders once: what one of them is made to point to later is outside. Throws for one that is no folder. */
export async function allowFolders(paths: readonly string[]): Promise<readonly Folder[]> {
  const folders: Folder[] = [];
  for (const path of paths) {
    const given = resolve(path);
    const real = await realpath(given).catch((cause: NodeJS.ErrnoException) => {
      throw new Error(`${given}: cannot be allowed: ${cause.code === 'ENOENT' ? 'there is no such folder' : cause.message}`, { cause });
    });
    if (!(await stat(real)).isDirectory()) throw new Error(`${given}: cannot be allowed: it is not a folder`);
    if (!folders.some((folder) => folder.real === real)) folders.push({ given, real });
  }
  return folders;
}

/** The folder that a path without symbolic links lies in; component by component, so `/data2` is not in `/data`. */
export function folderOf(folders: readonly Folder[], real: string): Folder | undefined {
  return folders.find((folder) => isWithin(real, folder.real));
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** How a path is told to the client, and what it may give back: short where there is one folder, absolute where there are several. */
export function shownPath(folders: readonly Folder[], real: string): string {
  const folder = folderOf(folders, real);
  if (!folder) return real;
  const below = relative(folder.real, real).split(sep).join('/');
  return folders.length === 1 ? below || '.' : join(folder.given, below);
}

const OUTSIDE = 'is not inside the allowed folders. Call exr_find without a folder to see them, and give a path from its answer';

export function outside(shown: string): ToolError {
  return new ToolError(`"${shown}" ${OUTSIDE}.`);
}

/** Where a path that the client gave may lie: an absolute one where it says, a relative one below each allowed folder. Refuses what is no plain path. */
export function candidates(folders: readonly Folder[], asked: string, shown: string, platform: NodeJS.Platform = process.platform): string[] {
  const refuse = (why: string): never => {
    throw new ToolError(`"${shown}": ${why}`);
  };
  if (asked === '') refuse('the path is empty: give the path of a file inside an allowed folder.');
  if (asked.includes('\0')) refuse('a path cannot contain a NUL character.');
  if (asked.length > 4096) refuse('the path is too long.');
  if (/^[a-z][a-z0-9+.-]+:[\\/]{2}/i.test(asked) || /^(file|data|http|https|exr):/i.test(asked)) refuse('this is a URI, expected a plain path such as shots/beauty.1001.exr.');
  if (asked.split(platform === 'win32' ? /[\\/]/ : '/').includes('..')) refuse('".." is not taken: give the path as exr_find lists it.');
  if (platform === 'win32') {
    if (/^[\\/]{2}/.test(asked)) refuse('network and device paths are not taken.');
    if (asked.replace(/^[a-z]:[\\/]/i, '').includes(':')) refuse('alternate data streams and drive-relative paths are not taken.');
    if (asked.split(/[\\/]/).some((piece) => /^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)/i.test(piece))) refuse('this is the name of a device.');
  }
  if (isAbsolute(asked)) return [resolve(asked)];
  return folders.map((folder) => join(folder.given, asked));
}
