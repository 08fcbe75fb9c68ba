/**
 * Opening what a client names. The order is what makes it safe: the path is resolved and must lie inside an allowed folder before anything is opened;
 * then it is opened without following a last link and without waiting (a pipe would); then the open handle itself must be a regular file whose real path
 * lies inside. Whoever swaps a link between the two checks gains nothing.
 */
import { constants, type Stats } from 'node:fs';
import { lstat, open, opendir, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { ToolError } from '../answer/error.ts';
import { name, safe } from '../answer/text.ts';
import { candidates, type Folder, folderOf, outside, shownPath } from './folders.ts';
import { handleSource, type HandleSource } from './handle-source.ts';
import type { Opened } from './opened.ts';

export interface OpenedFile extends Opened {
  readonly source: HandleSource;
  readonly real: string;
  readonly stats: Stats;
}

/** For tests of races: called between the check of the path and the opening. */
export interface OpenHooks {
  readonly beforeOpen?: (real: string) => void | Promise<void>;
}

const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0) | (constants.O_NOCTTY ?? 0);

/** Opens a regular file inside an allowed folder. Throws ToolError otherwise; the caller closes the source. */
export async function openFile(folders: readonly Folder[], asked: string, hooks: OpenHooks = {}): Promise<OpenedFile> {
  const real = await locate(folders, asked);
  const shown = safe(isAbsolute(asked) ? shownPath(folders, real) : asked, 300);
  const before = await stat(real).catch((cause: NodeJS.ErrnoException) => {
    throw failed(shown, cause);
  });
  if (!before.isFile()) throw new ToolError(`"${shown}" is ${kindOf(before)}, expected a file.${before.isDirectory() ? ' Call exr_find with it as folder to see the files in it.' : ''}`);
  await hooks.beforeOpen?.(real);
  const handle = await open(real, FLAGS).catch((cause: NodeJS.ErrnoException) => {
    throw failed(shown, cause);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new ToolError(`"${shown}" is ${kindOf(stats)}, expected a file.`);
    await checkHandle(folders, handle, real, stats, shown);
    return { source: handleSource(handle, stats, name(shown, 300)), shown, real, stats, location: { bucket: null, path: real }, etag: null, version: `${stats.size} ${stats.mtimeMs}`, whole: false };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens a folder inside an allowed one, for listing: same checks. `read` is a path under which that very folder can be read. */
export async function openFolder(folders: readonly Folder[], asked: string): Promise<{ readonly real: string; readonly shown: string; readonly read: string; close(): Promise<void> }> {
  const shown = safe(asked, 300);
  const real = await locate(folders, asked);
  if (!(await stat(real).catch(() => null))?.isDirectory()) throw new ToolError(`"${shown}" is not a folder. Call exr_summary to look into a file.`);
  const handle = await open(real, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)).catch((cause: NodeJS.ErrnoException) => {
    throw failed(shown, cause);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isDirectory()) throw new ToolError(`"${shown}" is not a folder.`);
    await checkHandle(folders, handle, real, stats, shown);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { real, shown: shownPath(folders, real), read: process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : real, close: () => handle.close() };
}

/** What is at the path the client gave: the real path, checked to lie inside. For a name that answers showed with escapes, the file of that name. */
export async function locate(folders: readonly Folder[], asked: string): Promise<string> {
  const shown = safe(asked, 300);
  const tried = candidates(folders, asked, shown);
  let refused: ToolError | undefined;
  for (const path of tried) {
    const real = await realpath(path).catch((cause: NodeJS.ErrnoException) => cause);
    if (typeof real === 'string') {
      if (folderOf(folders, real)) return real;
      refused ??= outside(shown);
    } else if (real.code === 'ENOENT' || real.code === 'ENOTDIR') {
      // Nothing outside may be told from what is not there.
      if (!(await parentInside(folders, path))) refused ??= outside(shown);
      else {
        const escaped = await byShownName(folders, path);
        if (escaped) return escaped;
      }
    } else refused ??= (await parentInside(folders, path)) ? failed(shown, real) : outside(shown);
  }
  throw refused ?? new ToolError(`"${shown}": there is no such file. Call exr_find to see what there is.`);
}

/** Is the nearest folder above that exists inside? A link that points nowhere counts as where it stands. */
async function parentInside(folders: readonly Folder[], path: string): Promise<boolean> {
  for (let above = dirname(path); ; above = dirname(above)) {
    const real = await realpath(above).catch(() => null);
    if (real !== null) return folderOf(folders, real) !== undefined && !(await isLink(path));
    if (dirname(above) === above) return false;
  }
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isSymbolicLink() ?? false;
}

const MOST_NAMES_LOOKED_AT = 10_000;

/** Names with control characters are shown with escapes; the client gives those back. */
async function byShownName(folders: readonly Folder[], path: string): Promise<string | null> {
  const wanted = basename(path);
  if (!wanted.includes('\\') && !wanted.includes('…')) return null;
  const parent = await realpath(dirname(path)).catch(() => null);
  if (parent === null || !folderOf(folders, parent)) return null;
  let seen = 0;
  for await (const entry of await opendir(parent)) {
    if (++seen > MOST_NAMES_LOOKED_AT) return null;
    if (entry.name === wanted || safe(entry.name, 300) !== wanted) continue;
    const real = await realpath(join(parent, entry.name)).catch(() => null);
    return real !== null && folderOf(folders, real) ? real : null;
  }
  return null;
}

/** The handle's own real path must lie inside: Linux says it in /proc, elsewhere the path must still lead to the same file. */
async function checkHandle(folders: readonly Folder[], handle: FileHandle, real: string, stats: Stats, shown: string): Promise<void> {
  if (process.platform === 'linux') {
    const now = await readlink(`/proc/self/fd/${handle.fd}`);
    if (!folderOf(folders, now)) throw outside(shown);
    if (now !== real) throw new ToolError(`"${shown}" was moved or deleted while it was being opened. Try again.`);
    return;
  }
  const now = await realpath(real).catch(() => null);
  const there = now === null ? null : await stat(now).catch(() => null);
  if (now === null || !folderOf(folders, now) || there?.ino !== stats.ino || there.dev !== stats.dev) throw outside(shown);
}

function kindOf(stats: Stats): string {
  return stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
}

function failed(shown: string, { code }: NodeJS.ErrnoException): ToolError {
  const why: Record<string, string> = {
    ENOENT: 'there is no such file', ENOTDIR: 'a part of the path is not a folder', EACCES: 'the server may not read it', EPERM: 'the server may not read it', ELOOP: 'it is a symbolic link that leads nowhere allowed',
    EMFILE: 'too many files are open, try again', ENAMETOOLONG: 'the path is too long', ENXIO: 'it is a device or socket, expected a file',
  };
  return new ToolError(`"${shown}": ${why[code ?? ''] ?? 'it could not be opened'}.`);
}
