import { createHash } from 'node:crypto';
import { closeSync, constants, futimesSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The mark that somebody waits: a file beside the store whose time is renewed at every attempt, or one in the temporary folder of those who may not write beside it.
 * One that is older than MARK_MS was left behind.
 */
const marksOf = (file: string): readonly string[] => [`${file}.waiting`, join(tmpdir(), `exr-${createHash('sha256').update(file).digest('hex').slice(0, 16)}.waiting`)];
const MARK_MS = 1500;
/** No link is followed: in a shared folder it may lead to somebody's file. (Windows has no such flag.) */
const MARK_FLAGS = constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

export function isWaitedFor(file: string): boolean {
  return marksOf(file).some((path) => {
    const mark = statSync(path, { throwIfNoEntry: false });
    return mark !== undefined && Math.abs(Date.now() - mark.mtimeMs) < MARK_MS;
  });
}

export function markWaiting(file: string): void {
  for (const mark of marksOf(file)) {
    try {
      const opened = openSync(mark, MARK_FLAGS);
      try {
        futimesSync(opened, new Date(), new Date());
      } finally {
        closeSync(opened);
      }
      return;
    } catch {
      // The next place; without any the holder does not know, and lets go when it has nothing more to write.
    }
  }
}

export function unmark(file: string): void {
  for (const mark of marksOf(file)) {
    try {
      rmSync(mark, { force: true });
    } catch {
      // Somebody else's: it grows old by itself.
    }
  }
}
