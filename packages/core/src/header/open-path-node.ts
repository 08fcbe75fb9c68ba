import { httpSource, type HttpSourceOptions, isS3Url, parseS3Url, type S3Config, s3Source } from '../bytes/index.ts';
import { s3ConfigFromEnv } from '../bytes/s3-node.ts';
import { fileSource, type FileSourceOptions } from '../bytes/file-node.ts';
import { openExr, type ExrFile, type OpenOptions } from './open.ts';

export interface OpenPathOptions extends OpenOptions, FileSourceOptions {
  readonly http?: HttpSourceOptions;
  /** For s3:// paths. Default: that of the environment of the process, as it was at the first of them. */
  readonly s3?: S3Config;
}

export interface OpenedPath {
  readonly file: ExrFile;
  /** When the file was last written, where its file system or server says. */
  readonly mtime: Date | null;
  close(): Promise<void>;
}

let environment: S3Config | undefined;

/** Opens the EXR at a path, http(s) URL or s3://bucket/key. What openExr throws is thrown after the source was closed. */
export async function openPath(path: string, options: OpenPathOptions = {}): Promise<OpenedPath> {
  const source = isS3Url(path) ? s3Source(parseS3Url(path), options.s3 ?? (environment ??= s3ConfigFromEnv(process.env))) : /^https?:\/\//i.test(path) ? httpSource(path, options.http) : fileSource(path, options);
  try {
    const file = await openExr(source, options);
    return { file, mtime: source.mtime, close: async () => source.close?.() };
  } catch (error) {
    await source.close?.();
    throw error;
  }
}
