import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { ExrError } from '@exr/core';

/** What a file is, whichever of its names it goes by: hard and symbolic links lead to the same. */
type Identity = Pick<Stats, 'dev' | 'ino'>;

/** Refuses an output that is something which must not be lost: an input of the same command, the store, a database of any kind that we know. */
export class Protected {
  readonly #output: Identity | undefined;
  readonly #said: string;

  /** `said`: how the user named the output, for messages. `output` undefined: it is new, so nothing can be lost. */
  constructor(said: string, output: Stats | undefined) {
    this.#said = said;
    this.#output = output?.isFile() ? output : undefined;
  }

  /** Throws INVALID_ARGUMENT when `path` is the output itself. What cannot be looked at is not it. */
  refuse(path: string, what: 'the input' | 'the store'): void {
    if (this.#output === undefined) return;
    let other: Identity | undefined;
    try {
      other = statSync(path, { throwIfNoEntry: false });
    } catch {
      return;
    }
    if (other?.ino !== this.#output.ino || other.dev !== this.#output.dev) return;
    throw new ExrError('INVALID_ARGUMENT', `${this.#said}: that is ${what} itself (${path}), which would be lost: name another file`, { source: path });
  }
}

/** Throws INVALID_ARGUMENT when the file is a DuckDB database or the log of one: no command of ours writes such a file by name. */
export function refuseDatabase(said: string, file: string): void {
  const database = isDuckDb(file) || (file.endsWith('.wal') && isDuckDb(file.slice(0, -4)));
  if (database) throw new ExrError('INVALID_ARGUMENT', `${said}: that is a store (a DuckDB database), which would be lost: name another file`, { source: file });
}

/** A DuckDB file has "DUCK" behind the checksum of its first block (https://duckdb.org/docs/stable/internals/storage). */
function isDuckDb(file: string): boolean {
  let fd = -1;
  try {
    fd = openSync(file, 'r');
    const bytes = Buffer.alloc(12);
    return readSync(fd, bytes, 0, 12, 0) === 12 && bytes.toString('latin1', 8) === 'DUCK';
  } catch {
    return false;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}
