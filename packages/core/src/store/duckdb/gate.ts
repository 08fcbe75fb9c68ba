/**
 * One door to a DuckDB file. DuckDB locks the file for as long as it is open: many readers or one writer, over all processes. So it is opened late, used
 * shortly and closed; who finds it locked waits, says so, and tries again. Within a process the lock would not hold (fcntl locks belong to the process),
 * so everything on one file goes through one queue.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExrError, isExrError } from '../../errors.ts';

type DuckDb = typeof import('@duckdb/node-api');
let loaded: Promise<DuckDb> | undefined;

/** `@duckdb/node-api` is an optional dependency of 70 MB: it is loaded when a store is first used. */
export async function duckdb(): Promise<DuckDb> {
  loaded ??= load();
  try {
    return await loaded;
  } catch (cause) {
    loaded = undefined;
    throw new ExrError('UNSUPPORTED_FEATURE', 'the store needs the package @duckdb/node-api, which is not installed: npm install @duckdb/node-api', {}, { cause });
  }
}

/** A bundle that runs from V8's code cache (apps/cli) has no `import()`; the package is CommonJS, so `require` serves everywhere that has a file's URL. */
async function load(): Promise<DuckDb> {
  try {
    return createRequire(import.meta.url)('@duckdb/node-api') as DuckDb;
  } catch {
    return import('@duckdb/node-api');
  }
}

export interface GateOptions {
  /** How long to wait for other processes. Default 30 s. */
  readonly lockTimeoutMs?: number | undefined;
  /** Called when waiting begins, and every few seconds while it lasts. */
  readonly onWait?: ((waitedMs: number, holder: string) => void) | undefined;
  /** DuckDB's memory limit, default 256 MiB. */
  readonly memoryLimit?: string | undefined;
  readonly threads?: number | undefined;
}

const queues = new Map<string, Promise<unknown>>();

/** The file under one name, whatever links lead to it. */
export function realFile(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    try {
      return join(realpathSync(dirname(whole)), basename(whole));
    } catch {
      return whole;
    }
  }
}

/** Opens the file, runs the `fences` (settings that close doors), calls `use`, closes the file. `signal` ends waiting and interrupts a running statement; then its reason is thrown. */
export async function withDatabase<T>(file: string, mode: 'read' | 'write', fences: readonly string[], options: GateOptions & { signal?: AbortSignal | undefined }, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const before = queues.get(file) ?? Promise.resolve();
  const turn = before.catch(() => undefined).then(() => opened(file, mode, fences, options, use));
  queues.set(file, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(file) === turn) queues.delete(file);
  }
}

async function opened<T>(file: string, mode: 'read' | 'write', fences: readonly string[], options: GateOptions & { signal?: AbortSignal | undefined }, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { DuckDBInstance } = await duckdb();
  const settings = { memory_limit: options.memoryLimit ?? '256MiB', threads: String(options.threads ?? Math.min(4, availableParallelism())), temp_directory: `${file}.tmp`, autoinstall_known_extensions: 'false', autoload_known_extensions: 'false', allow_community_extensions: 'false' };
  const instance = await DuckDBInstance.create(':memory:', settings);
  let connection: DuckDBConnection | undefined;
  const interrupt = (): void => connection?.interrupt();
  try {
    const opening = (connection = await instance.connect());
    await retried(file, options, () => opening.run(`ATTACH '${file.replaceAll("'", "''")}' AS store (TYPE duckdb, ${mode === 'read' ? 'READ_ONLY' : ROW_GROUPS})`));
    await opening.run('USE store');
    for (const statement of fences) await opening.run(statement);
    signal?.addEventListener('abort', interrupt);
    signal?.throwIfAborted();
    return await use(opening);
  } catch (error) {
    signal?.throwIfAborted();
    throw isExrError(error) ? error : storeError(file, error);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    connection?.closeSync();
    instance.closeSync();
  }
}

/**
 * Closing writes the last row group of each table anew. DuckDB's default of 122,880 rows would make that 180 MB of vectors for every batch of a growing
 * store; that is why the file is attached (where the size can be said) rather than opened.
 */
const ROW_GROUPS = 'ROW_GROUP_SIZE 16384';

async function retried<T>(file: string, { lockTimeoutMs = 30_000, onWait, signal }: GateOptions & { signal?: AbortSignal | undefined }, open: () => Promise<T>): Promise<T> {
  const started = Date.now();
  let said = -Infinity;
  for (let attempt = 0; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      const message = String((error as Error)?.message ?? error);
      if (!/could not set lock|conflicting lock|being used by another process/i.test(message)) throw storeError(file, error);
      const holder = /held in (.*?)(?:\. |\.?$)/is.exec(message)?.[1]?.slice(0, 160) ?? 'another process';
      const waited = Date.now() - started;
      if (waited >= lockTimeoutMs) {
        throw new ExrError('STORE_BUSY', `${file}: locked for ${(waited / 1000).toFixed(0)} s by ${holder}, waited for it to be released: try again later, or end that process`, { source: file }, { cause: error });
      }
      if (waited - said >= 3000) {
        said = waited;
        onWait?.(waited, holder);
      }
      // Grows to a quarter of a second, with some chance in it so that waiters do not march in step.
      await sleep(Math.min(250, 5 * 1.6 ** attempt) * (0.5 + Math.random()), undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}

/** DuckDB's errors as ours: what happened, and what to do about it. */
export function storeError(file: string, cause: unknown): ExrError {
  const message = String((cause as Error)?.message ?? cause).split('\n')[0]!;
  const place = { source: file };
  const say = (code: ConstructorParameters<typeof ExrError>[0], text: string): ExrError => new ExrError(code, `${file}: ${text} (${message})`, place, { cause });
  if (/no space left|disk.*full|ENOSPC|could not write|failed to write|max.*temp.*directory|file too large|EFBIG/i.test(message)) return say('READ_FAILED', 'could not be written: the disk is full or not writable; what was there before is unharmed, make room and run it again');
  if (/not a valid DuckDB|magic bytes|corrupt|checksum|deserializ|serializ|unexpected end|could not read enough/i.test(message)) return say('READ_FAILED', 'is not a readable store: move it aside and run `exr index` again, or restore a copy');
  if (/newer|storage version|version number/i.test(message)) return say('UNSUPPORTED_VERSION', 'was written by a newer DuckDB: use a newer exr');
  if (/out of memory/i.test(message)) return say('LIMIT_EXCEEDED', 'the query needs more memory than the store may use');
  if (/permission denied|read-only file system/i.test(message)) return say('READ_FAILED', 'may not be opened: check its permissions');
  return say('READ_FAILED', 'the store failed');
}

export function existsAsFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
