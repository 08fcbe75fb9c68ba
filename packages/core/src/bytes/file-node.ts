/** The one kind of source that needs Node: reached only from src/node.ts. */
import { close as closeFile, closeSync, constants, fstat, fstatSync, open as openFile, openSync, read as readFile, readSync, type Stats } from 'node:fs';
import { ExrError } from '../errors.ts';
import { checkRange, closed, throwIfAborted, truncated } from './check.ts';
import type { ByteSource } from './source.ts';

export interface FileSource extends ByteSource {
  /** When the file was last written, known once it is open (after size() or read()). */
  readonly mtime: Date | null;
}

export interface FileSourceOptions {
  /**
   * Open and read small pieces without leaving the thread, for a program that reads thousands of small files and does nothing else: a third of
   * the cost where the storage answers at once. Where it does not (a call took more than 2 ms), the next 256 files go through the thread pool
   * again. A server or an editor must not set it: a hung network mount would hang everything. Default false.
   */
  readonly blocking?: boolean;
}

/**
 * A file on disk. Opened once, on the first call, and held until close(): what another program renames into its place is not seen. A file that
 * is written to while it is being read (another size or modification time than at first) is SOURCE_CHANGED. Directories and whatever else has
 * no bytes at an offset (pipes, devices, sockets) are INVALID_ARGUMENT.
 *
 * Uses the callback functions of node:fs: a small file opens, reads and closes in about half the time that FileHandle takes.
 */
export function fileSource(path: string, options: FileSourceOptions = {}): FileSource {
  let opened: Promise<{ fd: number; stats: Stats }> | undefined;
  let now: { fd: number; stats: Stats } | undefined;
  let reads = 0;
  let open = true;
  const quick = options.blocking === true && storageIsQuick();

  function ready(): Promise<{ fd: number; stats: Stats }> {
    opened ??= quick ? promiseOf(() => (now = timed(() => beginSync(path)))) : begin(path).then((value) => (now = value));
    return opened;
  }

  return {
    name: path,
    handsOver: true,
    get knownSize() {
      return now?.stats.size;
    },
    get mtime() {
      return now === undefined ? null : now.stats.mtime;
    },
    async size(readOptions) {
      throwIfAborted(readOptions);
      if (!open) throw closed(path);
      return (now ?? (await ready())).stats.size;
    },
    async read(offset, length, readOptions) {
      throwIfAborted(readOptions);
      if (!open) throw closed(path);
      const { fd, stats } = now ?? (await ready());
      checkRange(path, stats.size, offset, length);
      if (quick && reads === 0 && length <= SMALL) {
        reads++;
        const bytes = uninitialised(length);
        if (timed(() => readSomeSync(path, fd, bytes, offset)) === length) return bytes;
      }
      const bytes = await readFully(path, fd, offset, length, stats, readOptions?.into);
      // The first read follows the first fstat directly; later ones look whether the file is still the same.
      if (reads++ > 0) checkUnchanged(path, stats, await statOf(path, fd));
      throwIfAborted(readOptions);
      return bytes;
    },
    async close() {
      if (!open) return;
      open = false;
      if (!opened) return;
      const { fd } = now ?? (await opened.catch(() => ({ fd: -1 })));
      if (fd >= 0 && quick) closeSync(fd);
      else if (fd >= 0) await new Promise<void>((resolve) => closeFile(fd, () => resolve()));
    },
  };
}

/** The longest read that `blocking` does at once. */
const SMALL = 256 * 1024;
const SLOW_MS = 2;
const FILES_AFTER_SLOW = 256;
let slowFiles = 0;

function storageIsQuick(): boolean {
  if (slowFiles === 0) return true;
  slowFiles--;
  return false;
}

function timed<Value>(call: () => Value): Value {
  const begin = performance.now();
  try {
    return call();
  } finally {
    if (performance.now() - begin > SLOW_MS) slowFiles = FILES_AFTER_SLOW;
  }
}

function promiseOf<Value>(call: () => Value): Promise<Value> {
  try {
    return Promise.resolve(call());
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

function beginSync(path: string): { fd: number; stats: Stats } {
  let fd = -1;
  let stats: Stats;
  try {
    fd = openSync(path, FLAGS);
    stats = fstatSync(fd);
  } catch (error) {
    if (fd >= 0) closeSync(fd);
    throw failed(path, 'could not be opened', error as NodeJS.ErrnoException);
  }
  if (stats.isFile()) return { fd, stats };
  closeSync(fd);
  throw notAFile(path, stats);
}

function readSomeSync(path: string, fd: number, bytes: Uint8Array, position: number): number {
  try {
    return readSync(fd, bytes, 0, bytes.length, position);
  } catch (error) {
    throw failed(path, `${bytes.length} bytes from offset ${position} could not be read`, error as NodeJS.ErrnoException, position);
  }
}

// Without O_NONBLOCK opening a pipe waits for its writer; for files it means nothing, and Windows has none.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
// fs.read takes no more than 2^31 - 1 bytes at once.
const MOST_AT_ONCE = 2 ** 30;

function begin(path: string): Promise<{ fd: number; stats: Stats }> {
  return new Promise((resolve, reject) => {
    openFile(path, FLAGS, (error, fd) => {
      if (error) return reject(failed(path, 'could not be opened', error));
      fstat(fd, (statError, stats) => {
        if (!statError && stats.isFile()) return resolve({ fd, stats });
        closeFile(fd, () => reject(statError ? failed(path, 'could not be opened', statError) : notAFile(path, stats)));
      });
    });
  });
}

/**
 * Bytes that a read will fill wholly or throw: clearing 64 KiB first would cost as much as reading them. Never from Buffer's shared pool, since a
 * source does not reuse the buffer it returns and it may be transferred to a worker; and no Buffer, whose subarray() is slower.
 */
function uninitialised(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer, 0, length);
}

async function readFully(path: string, fd: number, offset: number, length: number, stats: Stats, into?: Uint8Array): Promise<Uint8Array> {
  const bytes = into && into.length >= length ? into.subarray(0, length) : uninitialised(length);
  let done = 0;
  while (done < length) {
    const got = await readSome(path, fd, bytes, done, offset + done);
    if (got === 0) {
      checkUnchanged(path, stats, await statOf(path, fd));
      throw truncated(path, stats.size, offset, length);
    }
    done += got;
  }
  return bytes;
}

function readSome(path: string, fd: number, bytes: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    readFile(fd, bytes, at, Math.min(bytes.length - at, MOST_AT_ONCE), position, (error, count) => {
      if (error) reject(failed(path, `${bytes.length - at} bytes from offset ${position} could not be read`, error, position));
      else resolve(count);
    });
  });
}

function statOf(path: string, fd: number): Promise<Stats> {
  return new Promise((resolve, reject) => {
    fstat(fd, (error, stats) => (error ? reject(failed(path, 'could not be looked at', error)) : resolve(stats)));
  });
}

function checkUnchanged(path: string, before: Stats, after: Stats): void {
  if (before.size === after.size && before.mtimeMs === after.mtimeMs && before.ino === after.ino) return;
  const found = before.size === after.size ? `written at ${after.mtime.toISOString()}` : `${after.size} bytes long`;
  const expected = before.size === after.size ? before.mtime.toISOString() : `${before.size} bytes`;
  const message = `${path}: the file changed while it was being read: now ${found}, it was ${expected} when it was opened`;
  throw new ExrError('SOURCE_CHANGED', message, { source: path });
}

function notAFile(path: string, stats: Stats): ExrError {
  const kind = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  return new ExrError('INVALID_ARGUMENT', `${path}: this is ${kind}, expected a file`, { source: path });
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'too many files are open in this process',
  ENFILE: 'too many files are open on this machine',
  EIO: 'the disk or network reported an error',
  ESTALE: 'the file server has forgotten this file',
  ENXIO: 'it is a socket, or a device that is not there',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the path is too long',
};

function failed(path: string, what: string, cause: NodeJS.ErrnoException, offset?: number): ExrError {
  const reason = REASONS[cause.code ?? ''] ?? cause.message;
  const where = offset === undefined ? { source: path } : { source: path, offset };
  return new ExrError('READ_FAILED', `${path}: ${what}: ${reason}`, where, { cause });
}
