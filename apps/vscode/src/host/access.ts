/** Bytes of a file wherever VS Code shows one: ranges where they can be had, else the whole. */
import * as vscode from 'vscode';
import type { ByteSource } from '@exr/core';
import type { Engine } from './platform.ts';

export interface Access {
  readonly source: ByteSource;
  readonly mtime: () => Date | null;
  /** Small reads cost little: look at every chunk's leader without being asked. */
  readonly quick: boolean;
}

export interface AccessOptions {
  readonly wholeFileBytes: number;
  /** Asks the user whether so many bytes shall be loaded. */
  readonly confirm: (uri: vscode.Uri, bytes: number) => Promise<boolean>;
}

/** What people call the file: its path on disk, else the URI without its scheme's decoration. */
export function nameOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.path.slice(uri.path.lastIndexOf('/') + 1) || uri.toString(true);
}

const CACHE = { blockBytes: 256 * 1024, maxBytes: 64 * 2 ** 20 };

/** What cannot be read is a source whose every read says why. The source is the caller's to close. */
export async function accessFile(uri: vscode.Uri, engine: Engine, options: AccessOptions): Promise<Access> {
  try {
    return await access(uri, engine, options);
  } catch (error) {
    if (!engine.isExrError(error)) throw error;
    const fail = (): Promise<never> => Promise.reject(error);
    return { source: { name: nameOf(uri), size: fail, read: fail }, mtime: () => null, quick: true };
  }
}

async function access(uri: vscode.Uri, engine: Engine, options: AccessOptions): Promise<Access> {
  if (uri.scheme === 'file' && engine.fileSource) {
    const file = engine.fileSource(uri.fsPath);
    return { source: engine.rememberHead(file), mtime: () => file.mtime, quick: true };
  }
  if (uri.scheme === 'http' || uri.scheme === 'https') {
    const http = engine.httpSource(uri.toString(true), { wholeFileBytes: options.wholeFileBytes });
    return { source: engine.cached(engine.coalescing(http), CACHE), mtime: () => http.mtime, quick: false };
  }
  return whole(uri, engine, options);
}

/** workspace.fs has no ranged read. */
async function whole(uri: vscode.Uri, engine: Engine, { wholeFileBytes, confirm }: AccessOptions): Promise<Access> {
  const name = nameOf(uri);
  const failed = (cause: unknown): Error => new engine.ExrError('READ_FAILED', `${name}: could not be read: ${reasonOf(cause)}`, { source: name }, { cause });
  let stat: vscode.FileStat | null = null;
  try {
    stat = await vscode.workspace.fs.stat(uri);
  } catch (cause) {
    // Providers of versions (git, reviews) may know no stat and yet have the file.
    if (cause instanceof vscode.FileSystemError && cause.code === 'FileNotFound') throw failed(cause);
  }
  if (stat && stat.size > wholeFileBytes && !(await confirm(uri, stat.size))) {
    throw new engine.ExrError('LIMIT_EXCEEDED', `${name}: ${Math.round(stat.size / 2 ** 20)} MB, which can only be loaded as a whole from where it lies (${uri.scheme}), and was not: open it again to be asked again, or raise the setting exr.wholeFileMegabytes`, { source: name });
  }
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    // When Git fetched a version says nothing about when it was written.
    const time = stat && stat.mtime > 0 && uri.scheme !== 'git' ? new Date(stat.mtime) : null;
    return { source: engine.memorySource(bytes, name), mtime: () => time, quick: true };
  } catch (cause) {
    throw failed(cause);
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof vscode.FileSystemError) {
    const reasons: Readonly<Record<string, string>> = { FileNotFound: 'there is no such file', NoPermissions: 'permission denied', FileIsADirectory: 'this is a folder', Unavailable: 'its file system is not available' };
    return reasons[cause.code] ?? cause.message;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
