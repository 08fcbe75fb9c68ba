import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, constants, createReadStream, lstatSync, readlinkSync, realpathSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ExrError } from '@exr/core';
import { Protected, refuseDatabase } from './protect.ts';
import { notWritten } from './standard.ts';

export interface TargetOptions {
  /** The flag that names it, for messages. Default --output. */
  readonly flag?: string;
  /** An existing file is replaced only with it. Default true. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The input: checked before `force` is. */
  readonly notOver?: string;
}

/**
 * The file that a flag names, written so that nothing is lost: a file appears, or replaces the one that was there, at once and whole when `commit` is
 * called (a temporary file beside it, then a rename; the mode stays), and a run that fails or is stopped leaves what was there. Links are followed, never
 * replaced. FIFOs, devices and open descriptors (/dev/fd/3) are written into as the bytes come.
 *
 * Errors: INVALID_ARGUMENT for what cannot be an output; WRITE_FAILED when the world stands in the way.
 */
export class FileTarget {
  readonly #said: string;
  /** The file itself, behind all links. */
  readonly #file: string;
  readonly #old: Stats | undefined;
  /** Where bytes go until they are all there; undefined where they go straight into a FIFO or device. */
  readonly #staged: string | undefined;
  #handle: FileHandle | undefined;
  readonly protects: Protected;

  private constructor(said: string, file: string, old: Stats | undefined, staged: string | undefined) {
    [this.#said, this.#file, this.#old, this.#staged] = [said, file, old, staged];
    this.protects = new Protected(said, old);
    if (staged !== undefined) unfinished.add(staged);
  }

  static async open(name: string, { flag = '--output', force = true, signal, notOver }: TargetOptions = {}): Promise<FileTarget> {
    const said = `${flag} ${name}`;
    if (name === '') throw new ExrError('INVALID_ARGUMENT', `${flag}: expected the name of a file`);
    const { file, old } = lookedUp(said, name);
    if (old !== undefined && !old.isFile()) {
      if (old.isDirectory()) throw cannot(said, 'it is a folder', file);
      if (old.isSocket()) throw cannot(said, 'it is a socket', file);
    }
    const straight = old !== undefined && (!old.isFile() || isDescriptor(name));
    if (notOver !== undefined) new Protected(said, old).refuse(notOver === '-' ? '/dev/stdin' : notOver, 'the input');
    if (old?.isFile()) {
      refuseDatabase(said, file);
      if (!force) throw new ExrError('INVALID_ARGUMENT', `${said}: the file exists; name another, or add --force to replace it`, { source: file });
    }
    if (old) await access(file, constants.W_OK).catch((cause: NodeJS.ErrnoException) => fail(said, file, cause));
    const staged = straight ? undefined : await stage(said, file, old);
    const target = new FileTarget(said, file, old, staged);
    try {
      // A new file is for whom the umask says; the copy of an old one is for nobody else until it has the old one's mode.
      if (staged !== undefined) target.#handle = await open(staged, 'wx', old ? 0o600 : 0o666);
      else target.#handle = await openStraight(file, old!, signal);
    } catch (cause) {
      target.discard();
      if (cause instanceof ExrError || signal?.aborted) throw cause;
      fail(said, file, cause as NodeJS.ErrnoException);
    }
    return target;
  }

  /** Where the bytes are until `commit`; undefined where they go straight to a reader who waits for them. Another program may write this file instead. */
  get staged(): string | undefined {
    return this.#staged;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) done += (await this.#handle!.write(bytes, done, bytes.length - done)).bytesWritten;
    } catch (cause) {
      throw notWritten(this.#said, cause as NodeJS.ErrnoException);
    }
  }

  /** All is written: now it is there. */
  async commit(): Promise<void> {
    try {
      if (this.#staged === undefined) return await this.#closed();
      await this.#handle?.sync().catch(unlessUnknown);
      await this.#closed();
      this.#likeOld(this.#staged);
      // A file that is a mount of its own cannot be renamed over; one in a folder that is not ours to write neither.
      if (dirname(this.#staged) !== dirname(this.#file)) await copyInto(this.#staged, this.#file);
      else await rename(this.#staged, this.#file).catch(async (error: NodeJS.ErrnoException) => {
        if (!this.#old || !['EBUSY', 'EXDEV', 'EPERM', 'EACCES'].includes(error.code ?? '')) throw error;
        await copyInto(this.#staged!, this.#file);
      });
    } catch (cause) {
      throw notWritten(this.#said, cause as NodeJS.ErrnoException);
    } finally {
      this.discard();
    }
  }

  /** What was there stays, what was written goes. Harmless after commit. */
  discard(): void {
    void this.#closed().catch(() => undefined);
    if (this.#staged !== undefined) forget(this.#staged);
  }

  #likeOld(file: string): void {
    const { mode, uid, gid } = this.#old ?? {};
    if (mode === undefined) return;
    try {
      const now = statSync(file);
      if (now.uid !== uid || now.gid !== gid) chownSync(file, uid!, gid!);
    } catch {
      /* only root gives files away */
    }
    chmodSync(file, mode & 0o7777);
  }

  async #closed(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** Files that are not there as a whole yet: they go with the process, however it ends (but for SIGKILL). */
const unfinished = new Set<string>();
process.on('exit', () => unfinished.forEach(forget));

function forget(file: string): void {
  unfinished.delete(file);
  try {
    unlinkSync(file);
  } catch {
    /* renamed, or never made */
  }
}

/** The file behind all links, and what is there now. A link that leads nowhere yet names the file that is to be made. */
function lookedUp(said: string, name: string): { file: string; old: Stats | undefined } {
  try {
    let file = resolve(name);
    for (let links = 0; lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink(); links++) {
      if (links > 40) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
      const old = statSync(file, { throwIfNoEntry: false });
      // Links of /proc name what is open, which need not have a path.
      if (old) return { file: old.isFile() ? realpathSync(file) : file, old };
      file = resolve(dirname(file), readlinkSync(file));
    }
    return { file, old: statSync(file, { throwIfNoEntry: false }) };
  } catch (cause) {
    return fail(said, name, cause as NodeJS.ErrnoException);
  }
}

/** Somebody else's open descriptor: what is behind it is not ours to replace, whatever it is. */
function isDescriptor(name: string): boolean {
  return /^\/dev\/(std(in|out|err)|fd\/\d+)$|^\/proc\/(self|thread-self|\d+)\/(task\/\d+\/)?fd\/\d+$/.test(resolve(name));
}

/** A name for the temporary file: beside the target, or in the system's folder where that of the target cannot be written to. */
async function stage(said: string, file: string, old: Stats | undefined): Promise<string> {
  const name = `.exr-${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    await access(dirname(file), constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (old) return join(tmpdir(), name);
    fail(said, file, cause as NodeJS.ErrnoException);
  }
  return join(dirname(file), name);
}

/** A FIFO waits for its reader; asked for again and again, so that the wait can be stopped. */
async function openStraight(file: string, there: Stats, signal: AbortSignal | undefined): Promise<FileHandle> {
  if (!there.isFIFO()) return open(file, constants.O_WRONLY | constants.O_APPEND);
  for (;;) {
    signal?.throwIfAborted();
    try {
      const first = await open(file, constants.O_WRONLY | constants.O_NONBLOCK);
      const handle = await open(file, constants.O_WRONLY); // waits for room when it writes
      await first.close();
      return handle;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
    }
    await wait(50, undefined, { signal });
  }
}

/** The bytes of a finished file into one that stays where it is. */
async function copyInto(from: string, to: string): Promise<void> {
  const handle = await open(to, 'r+');
  try {
    let length = 0;
    for await (const piece of createReadStream(from, { highWaterMark: 2 ** 20 })) {
      const bytes = piece as Buffer;
      for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
      length += bytes.length;
    }
    await handle.truncate(length);
  } finally {
    await handle.close();
    await rm(from, { force: true });
  }
}

function unlessUnknown(error: NodeJS.ErrnoException): void {
  if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(error.code ?? '')) throw error;
}

function cannot(said: string, why: string, file: string): ExrError {
  return new ExrError('INVALID_ARGUMENT', `${said}: cannot be written: ${why}`, { source: file });
}

const WHY: Record<string, string> = {
  ENOENT: 'there is no such folder', ENOTDIR: 'a part of the path is not a folder', EACCES: 'permission denied', EPERM: 'permission denied', EROFS: 'the file system can only be read',
  ENAMETOOLONG: 'the path is too long', ELOOP: 'too many symbolic links',
};

function fail(said: string, file: string, cause: NodeJS.ErrnoException): never {
  const why = WHY[cause.code ?? ''];
  if (why === undefined) throw notWritten(said, cause);
  const place = cause.code === 'ENOENT' ? ` (${basename(dirname(resolve(file)))})` : '';
  throw new ExrError('INVALID_ARGUMENT', `${said}: cannot be written: ${why}${place}`, { source: file }, { cause });
}
