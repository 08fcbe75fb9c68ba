import { httpSource, type HttpSourceOptions } from '../bytes/index.ts';
import { fileSource, type FileSourceOptions } from '../bytes/file-node.ts';
import { openExr, type ExrFile, type OpenOptions } from './open.ts';

export interface OpenPathOptions extends OpenOptions, FileSourceOptions {
  readonly http?: HttpSourceOptions;
}

export interface OpenedPath {
  readonly file: ExrFile;
  /** When the file was last written, where its file system or server says. */
  readonly mtime: Date | null;
  close(): Promise<void>;
}

/** Opens the EXR at a path or http(s) URL. What openExr throws is thrown after the source was closed. */
export async function openPath(path: string, options: OpenPathOptions = {}): Promise<OpenedPath> {
  const source = /^https?:\/\//i.test(path) ? httpSource(path, options.http) : fileSource(path, options);
  try {
    const file = await openExr(source, options);
    return { file, mtime: source.mtime, close: async () => source.close?.() };
  } catch (error) {
    await source.close?.();
    throw error;
  }
}
