import { lstat, opendir, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ExrError, isExrError, isS3Url, parseS3Url } from '@exr/core';
import type { ListedObject } from '@exr/core/store';
import { isS3Folder, objectsBelow, s3Server } from './s3.ts';

/** One thing to look into, named as the user would name it. `failed` inputs become reports with an error: one bad path never stops the others. */
export type Input =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly path: string }
  /** `object`: what a listing said of it. */
  | { readonly kind: 's3'; readonly path: string; readonly object?: ListedObject }
  | { readonly kind: 'stdin'; readonly path: '-' }
  | { readonly kind: 'failed'; readonly path: string; readonly error: ExrError };

export interface ExpandOptions {
  /** Enter the folders below a named folder. */
  readonly recursive?: boolean;
  /** Stops a listing that goes on for long. */
  readonly signal?: AbortSignal;
}

/** What one argument names when it is taken by itself: no folder, no glob. */
export function namedInput(path: string): Exclude<Input, { kind: 'failed' }> {
  if (path === '-') return { kind: 'stdin', path };
  if (isS3Url(path)) return { kind: 's3', path };
  return { kind: /^https?:\/\//i.test(path) ? 'url' : 'file', path };
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
    if (found.isDirectory()) yield* walk(path, options.recursive === true);
    else yield { kind: 'file', path };
  } else if (found.code === 'ENOENT' && MAGIC.test(path)) yield* glob(path);
  else yield failed(path, found);
}

/** The object itself, or with a slash at the end what is below. What is wrong with the name or the environment is told once a path, not once a run. */
async function* expandObject(path: string, options: ExpandOptions): AsyncGenerator<Input> {
  try {
    s3Server();
    if (parseS3Url(path).key !== '' && !isS3Folder(path)) yield { kind: 's3', path };
    else for await (const found of objectsBelow(path, { recursive: options.recursive === true, fits: EXTENSION, signal: options.signal })) yield { kind: 's3', ...found };
  } catch (error) {
    if (!isExrError(error)) throw error;
    yield { kind: 'failed', path, error };
  }
}

/** A folder's frames, then its folders; links to folders are not followed, so a loop cannot happen. */
async function* walk(folder: string, recursive: boolean): AsyncGenerator<Input> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    yield failed(folder, cause as NodeJS.ErrnoException);
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) if (!entry.isDirectory() && EXTENSION.test(entry.name)) yield { kind: 'file', path: join(folder, entry.name) };
  if (recursive) for (const entry of entries) if (entry.isDirectory()) yield* walk(join(folder, entry.name), true);
}

async function* glob(pattern: string): AsyncGenerator<Input> {
  const { glob: find } = await import('tinyglobby');
  const matches = await find(pattern, { dot: false, onlyFiles: true, followSymbolicLinks: false, expandDirectories: false, absolute: isAbsolute(pattern) });
  const named = /\.\w+$/.test(pattern);
  const kept = matches.filter((match) => named || EXTENSION.test(match)).sort();
  if (kept.length === 0) yield { kind: 'failed', path: pattern, error: new ExrError('READ_FAILED', `${pattern}: no file matches this pattern`, { source: pattern }) };
  for (const path of kept) yield { kind: 'file', path };
}

function failed(path: string, cause: NodeJS.ErrnoException): Input {
  const why = cause.code === 'ENOENT' ? 'there is no such file or folder' : cause.code === 'EACCES' ? 'permission denied' : cause.message;
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
