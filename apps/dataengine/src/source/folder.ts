/** A folder of the host as a bucket: for work without an S3 server. */
import { realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { counting, ExrError } from '@exr/core';
import { fileSource, type FileSource } from '@exr/core/node';
import type { ObjectStore, OpenObject } from './object.ts';

/** The bucket is called as the folder is; keys are paths below it and lead nowhere else, also not through links. The version is size and time of the last change. */
export function folderStore(folder: string, bucket = basename(resolve(folder))): ObjectStore {
  const root = resolve(folder);
  return {
    location: root,
    open: (place) => openFile(root, `${bucket}/${place.key}`, place.bucket === bucket ? place.key : null, `the folder stands for the bucket ${bucket}, not for ${place.bucket}`),
    close: async () => undefined,
  };
}

/** A path too long, a loop of links and what is no path name no file either. */
const NO_SUCH_FILE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL', 'EILSEQ', 'ERR_INVALID_ARG_VALUE']);

function openFile(root: string, name: string, key: string | null, otherBucket: string): OpenObject {
  let file: FileSource | undefined;
  let etag: string | null = null;
  let mtime: Date | null = null;
  const gone = (why: string, cause?: unknown): ExrError => new ExrError('READ_FAILED', `${name}: ${why}`, { source: name, status: 404 }, { cause });
  const opened = async (): Promise<FileSource> => {
    if (file !== undefined) return file;
    if (key === null) throw gone(otherBucket);
    const path = await realpath(join(root, key)).catch((cause: NodeJS.ErrnoException) => {
      if (NO_SUCH_FILE.has(cause.code ?? '')) throw gone('there is no such file', cause);
      throw new ExrError('READ_FAILED', `${name}: ${cause.message}`, { source: name }, { cause });
    });
    const below = relative(await realpath(root), path);
    if (below === '' || below === '..' || below.startsWith('../') || below.startsWith('..\\') || isAbsolute(below)) throw gone('that is not within the folder');
    const found = await stat(path);
    if (!found.isFile()) throw gone('that is no file');
    etag = `${found.size}-${Math.round(found.mtimeMs * 1000)}`;
    mtime = found.mtime;
    return (file ??= fileSource(path));
  };
  const counted = counting({ name, size: async (options) => (await opened()).size(options), read: async (offset, length, options) => (await opened()).read(offset, length, options), close: async () => file?.close?.() });
  return {
    name, size: counted.size, read: counted.read, close: () => counted.close!(),
    get etag() {
      return etag;
    },
    get mtime() {
      return mtime;
    },
    get traffic() {
      return { requests: counted.reads, bytes: counted.bytes };
    },
  };
}
