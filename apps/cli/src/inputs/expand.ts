import type { Dirent } from 'node:fs';
import { lstat, opendir, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ExrError, formatCount, isExrError, isS3Url, parseS3Url, plainText, shownUrl } from '@exr/core';
import type { ListedObject } from '@exr/core/store';
import { isS3Folder, objectsBelow, s3Server } from './s3.ts';

/** One thing to look into, named as the user would name it. `failed` inputs become reports with an error: one bad path never stops the others. */
export type Input =
  | { readonly kind: 'file'; readonly path: string }
  /** `path` is the URL without user, password and query: what is shown and reported. */
  | { readonly kind: 'url'; readonly path: string; readonly url: string }
  /** `object`: what a listing said of it. */
  | { readonly kind: 's3'; readonly path: string; readonly object?: ListedObject }
  | { readonly kind: 'stdin'; readonly path: '-' }
  | { readonly kind: 'failed'; readonly path: string; readonly error: ExrError };

export interface ExpandOptions {
  /** Enter the folders below a named folder. */
  readonly recursive?: boolean;
  /** Told each folder that is not entered because `recursive` is not asked for. */
  readonly leftOut?: (folder: string) => void;
  /** Stops a listing that goes on for long. */
  readonly signal?: AbortSignal;
}

/** What one argument names when it is taken by itself: no folder, no glob. */
export function namedInput(path: string): Exclude<Input, { kind: 'failed' }> {
  if (path === '-') return { kind: 'stdin', path };
  if (isS3Url(path)) return { kind: 's3', path };
  return /^https?:\/\//i.test(path) ? { kind: 'url', path: shownUrl(path), url: path } : { kind: 'file', path };
}

/** Stereo and multi-view OpenEXR files go by names of their own. */
const EXTENSION = /\.(exr|sxr|mxr)$/i;
const MAGIC = /[*?[\]{}!]/;

/**
 * Files, folders, globs, `-`, http(s) URLs, and objects and prefixes of buckets in the order given; within a folder or glob sorted by name. Files named directly are taken
 * whatever their extension; folders and globs give `.exr`, `.sxr`, `.mxr` (globs give whatever they match when they name an extension).
 */
export async function* expandInputs(paths: readonly string[], options: ExpandOptions = {}): AsyncGenerator<Input> {
  for (const path of paths) {
    const named = namedInput(path);
    if (named.kind === 'file') yield* expandPath(path, options);
    else if (named.kind === 's3') yield* expandObject(path, options);
    else yield named;
  }
}

async function* expandPath(path: string, options: ExpandOptions): AsyncGenerator<Input> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (!(found instanceof Error)) {
    if (found.isDirectory()) yield* walk(path, options);
    else if (found.isFile()) yield { kind: 'file', path };
    else yield notAFile(path, found);
  } else if (found.code === 'ENOENT' && /^[a-z][a-z0-9+.-]*:\/\//i.test(path)) yield otherScheme(path);
  else if (found.code === 'ENOENT' && MAGIC.test(path)) yield* glob(path);
  else yield failed(path, found);
}

/** The object itself, or with a slash at the end what is below. What is wrong with the name or the environment is told once a path, not once a run. */
async function* expandObject(path: string, options: ExpandOptions): AsyncGenerator<Input> {
  try {
    parseS3Url(path); // before the server's keys are asked for
    s3Server();
    if (parseS3Url(path).key !== '' && !isS3Folder(path)) yield { kind: 's3', path };
    else for await (const found of objectsBelow(path, { recursive: options.recursive === true, fits: EXTENSION, signal: options.signal })) yield { kind: 's3', ...found };
  } catch (error) {
    if (!isExrError(error)) throw error;
    yield { kind: 'failed', path: /^s3:\/\/[^/]*@/i.test(path) ? shownUrl(path) : path, error };
  }
}

/** A folder's frames, then its folders; links to folders are not followed, so a loop cannot happen. */
async function* walk(folder: string, options: ExpandOptions): AsyncGenerator<Input> {
  options.signal?.throwIfAborted();
  let entries: Entry[];
  try {
    entries = await entriesOf(folder);
  } catch (cause) {
    yield failed(folder, cause as NodeJS.ErrnoException);
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() || !EXTENSION.test(entry.name)) continue;
    if (entry.notText) yield notText(path);
    else yield entry.isFile() || entry.isSymbolicLink() ? { kind: 'file', path } : notAFile(path, entry);
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) continue;
    if (!options.recursive) options.leftOut?.(path);
    else if (entry.notText) yield notText(path);
    else yield* walk(path, options);
  }
}

/** Something in a folder. `notText`: its name is no UTF-8; `name` shows those bytes as \\xff. */
type Entry = Pick<Dirent, 'name' | 'isDirectory' | 'isFile' | 'isSymbolicLink' | 'isFIFO' | 'isSocket'> & { notText?: boolean };

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries: Entry[] = await readdir(folder, { withFileTypes: true });
  // Node puts U+FFFD where bytes are no UTF-8: such a name may be another file's, or nobody's.
  if (!entries.some(({ name }) => name.includes('\ufffd'))) return entries;
  const raw = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  return raw.map((entry) => {
    const name = entry.name.toString();
    const notText = !Buffer.from(name).equals(entry.name);
    const shown = notText ? entry.name.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`) : name;
    const is = { isDirectory: () => entry.isDirectory(), isFile: () => entry.isFile(), isSymbolicLink: () => entry.isSymbolicLink(), isFIFO: () => entry.isFIFO(), isSocket: () => entry.isSocket() };
    return { ...is, name: shown, notText };
  });
}

async function* glob(pattern: string): AsyncGenerator<Input> {
  const { glob: find } = await import('tinyglobby');
  let matches: string[];
  try {
    matches = await find(pattern, { dot: false, onlyFiles: true, followSymbolicLinks: false, expandDirectories: false, absolute: isAbsolute(pattern) });
  } catch (cause) {
    yield failed(pattern, cause as NodeJS.ErrnoException);
    return;
  }
  const named = /\.\w+$/.test(pattern);
  const kept = matches.filter((match) => named || EXTENSION.test(match)).sort();
  if (kept.length === 0) yield { kind: 'failed', path: pattern, error: new ExrError('READ_FAILED', `${pattern}: no file matches this pattern`, { source: pattern }) };
  for (const path of kept) yield { kind: 'file', path };
}

function notAFile(path: string, found: Pick<Entry, 'isFIFO' | 'isSocket'>): Input {
  const [kind, advice] = found.isFIFO() ? ['a pipe', ': to read from one, send it to standard input and name -'] : [found.isSocket() ? 'a socket' : 'a device', ''];
  return { kind: 'failed', path, error: new ExrError('INVALID_ARGUMENT', `${path}: this is ${kind}, expected a file${advice}`, { source: path }) };
}

function otherScheme(url: string): Input {
  const path = shownUrl(url);
  return { kind: 'failed', path, error: new ExrError('INVALID_ARGUMENT', `${path}: expected a path, an http(s) URL or s3://bucket/key`, { source: path }) };
}

function notText(path: string): Input {
  return { kind: 'failed', path, error: new ExrError('READ_FAILED', `${path}: its name is not UTF-8: rename it`, { source: path }) };
}

/** Is it the one path that was named, and no more can come? */
export function isNamedAlone(input: Input, paths: readonly string[]): boolean {
  return paths.length === 1 && input.path === namedInput(paths[0]!).path;
}

/** Says on standard error which folders were not entered, so that nobody takes "all ok" for more than it is. */
export function sayLeftOut(folders: readonly string[]): void {
  if (folders.length === 0) return;
  const some = folders.slice(0, 3).map((folder) => plainText(folder, { max: 200 })).join(', ');
  const which = folders.length === 1 ? `the folder ${some} was` : `${formatCount(folders.length)} folders were`;
  const more = folders.length === 1 ? '' : ` (${some}${folders.length > 3 ? ', …' : ''})`;
  process.stderr.write(`${which} left out${more}: add --recursive to enter ${folders.length === 1 ? 'it' : 'them'}\n`);
}

function failed(path: string, cause: NodeJS.ErrnoException): Input {
  const why = cause.code === 'ENOENT' ? `there is no such file or folder${path.includes('\ufffd') ? ' (a name that is not UTF-8 cannot be given; name its folder)' : ''}` : cause.code === 'EACCES' ? 'permission denied' : cause.message;
  return { kind: 'failed', path, error: new ExrError('READ_FAILED', `${path}: ${why}`, { source: path }, { cause }) };
}

/** How many inputs there are, for a progress bar; 0 where that is not quick to count (a bucket lists a thousand names a request). */
export async function countInputs(paths: readonly string[], options: ExpandOptions = {}): Promise<number> {
  let count = 0;
  for (const path of paths) {
    if (isS3Url(path) && path.endsWith('/')) return 0;
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) count += await countFolder(path, options.recursive === true);
    else if (found || path === '-' || !MAGIC.test(path)) count++;
    else for await (const _ of glob(path)) count++;
  }
  return count;
}

async function countFolder(folder: string, recursive: boolean): Promise<number> {
  let count = 0;
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.isDirectory()) count += recursive ? await countFolder(join(folder, entry.name), true) : 0;
      else if (EXTENSION.test(entry.name)) count++;
    }
  } catch {
    return count; // the walk itself reports it
  }
  return count;
}
