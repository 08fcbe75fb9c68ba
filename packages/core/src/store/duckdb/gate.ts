/**
 * One door to a DuckDB file. DuckDB locks the file for as long as it is open: many readers or one writer, over all processes. So it is opened late and closed
 * soon; who finds it locked leaves a mark beside it, waits, says so, and tries again. Within a process the lock would not hold (fcntl locks belong to the
 * process), so everything on one file goes through one queue.
 *
 * A writer keeps the file for a moment (LINGER_MS) after each transaction, because opening and closing cost more than a small batch; it lets go at once when
 * somebody waits. What is committed is in the file or in its write-ahead log by then: nothing is lost however the process ends.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExrError, isExrError } from '../../errors.ts';
import { storeError } from './trouble.ts';
import { isWaitedFor, markWaiting, unmark } from './waiting.ts';

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
  /** How long the file is kept open for the next write when nobody waits for it. Default 500 ms; 0 closes it at once. */
  readonly lingerMs?: number | undefined;
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

type Options = GateOptions & {
  signal?: AbortSignal | undefined;
  /** Opened for this use alone: one that a writer keeps is closed first. */
  alone?: boolean | undefined;
  /** The one folder outside the store that may be written to. Only together with `alone`. */
  folder?: string | undefined;
  /** Most bytes that may be put into temporary files, such as `1GiB`. */
  temporary?: string | undefined;
};
type Use<T> = (connection: DuckDBConnection) => Promise<T>;

const LINGER_MS = 500;
/** How often it looks whether somebody waits. */
const LOOK_MS = 25;
/** A write-ahead log of this size is worked into the file even when others wait; a smaller one is left for a quieter moment. */
const LOG_BYTES = 4 * 2 ** 20;
/** Between writes the log is worked in at this size: each time the last row group of every table is written anew, so not too often. */
const LARGE_LOG_BYTES = 16 * 2 ** 20;
/** Writes come faster than the log can be worked in: the next one waits for it. */
const LONGEST_LOG_BYTES = 64 * 2 ** 20;

/** Sorting and joining of a store of some million files stays below. */
const TEMPORARY = '16GiB';

interface Held {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  /** Works the log in, beside transactions of the other connection. */
  readonly tidier: DuckDBConnection;
  /** The log that was found when the file was opened is large (a process died): it is worked in after the first write, because every reader reads it. */
  inherited: boolean;
  /** Ends when the log is worked in. */
  tidying?: Promise<void> | undefined;
  readonly settings: string;
  readonly inode: number;
  timer?: NodeJS.Timeout;
}
const held = new Map<string, Held>();
/** When this process last made room for others. */
const yielded = new Map<string, number>();

/** Runs `work` after everything else that this process does with the file. */
async function inTurn<T>(file: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(file) ?? Promise.resolve();
  const turn = before.catch(() => undefined).then(work);
  queues.set(file, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(file) === turn) queues.delete(file);
  }
}

/** Opens the file, closes all doors that lead out of it, calls `use`, closes the file. `signal` ends waiting and interrupts a running statement; then its reason is thrown. */
export function withDatabase<T>(file: string, mode: 'read' | 'write', options: Options, use: Use<T>): Promise<T> {
  return inTurn(file, async () => {
    options.signal?.throwIfAborted();
    const kept = held.get(file);
    if (kept && (options.alone || kept.settings !== JSON.stringify(settingsOf(file, options)) || kept.inode !== inodeOf(file))) await letGo(file);
    const open = held.get(file) ?? (await opened(file, mode, options));
    clearTimeout(open.timer);
    let done = false;
    try {
      const result = await used(file, open.connection, options.signal, use);
      done = true;
      return result;
    } finally {
      if (done && (mode === 'write' || held.has(file)) && !options.alone) await keep(file, open, options.lingerMs ?? LINGER_MS);
      else if (held.has(file)) await letGo(file);
      else await shut(open);
    }
  });
}

/** Closes the file if this process still keeps it open. */
export function release(file: string): Promise<void> {
  return held.has(file) ? inTurn(file, () => letGo(file)) : Promise.resolve();
}

async function used<T>(file: string, connection: DuckDBConnection, signal: AbortSignal | undefined, use: Use<T>): Promise<T> {
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    signal?.throwIfAborted();
    return await use(connection);
  } catch (error) {
    signal?.throwIfAborted();
    throw isExrError(error) ? error : storeError(file, error);
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}

async function keep(file: string, open: Held, lingerMs: number): Promise<void> {
  held.set(file, open);
  const wanted = isWaitedFor(file);
  if (wanted) yielded.set(file, Date.now());
  if (wanted || lingerMs <= 0) return letGo(file, !wanted);
  const bytes = logBytes(file);
  if (bytes > (open.inherited ? LOG_BYTES : LARGE_LOG_BYTES)) open.tidying ??= tidied(open);
  open.inherited = false;
  if (bytes > LONGEST_LOG_BYTES) await open.tidying;
  linger(file, open, Date.now() + lingerMs);
}

/** Looks for the mark until nobody has written for a while. */
function linger(file: string, open: Held, until: number): void {
  open.timer = setTimeout(() => {
    const wanted = isWaitedFor(file);
    if (!wanted && Date.now() < until) return linger(file, open, until);
    inTurn(file, () => (held.get(file) === open ? letGo(file, !wanted) : Promise.resolve())).catch(() => undefined);
  }, LOOK_MS);
}

const logBytes = (file: string): number => statSync(`${file}.wal`, { throwIfNoEntry: false })?.size ?? 0;

/** What cannot be worked in (a full disk) stays in the log, which the next to open the file reads. */
function tidied(open: Held): Promise<void> {
  return open.tidier.run('CHECKPOINT store').then(
    () => void (open.tidying = undefined),
    () => void (open.tidying = undefined),
  );
}

/** Works the log into the file (unless others wait and it is small) and closes it, in DuckDB's own thread. */
async function letGo(file: string, tidy = true): Promise<void> {
  const open = held.get(file)!;
  held.delete(file);
  clearTimeout(open.timer);
  await open.tidying;
  if (tidy || logBytes(file) > LOG_BYTES) await tidied(open);
  await shut(open);
}

const abandoned = new WeakSet<DuckDBConnection>();
/** Its statement does not hear that it is over: closing would wait for it. The file was opened to read, so nobody waits for its lock but writers. */
export function abandon(connection: DuckDBConnection): void {
  abandoned.add(connection);
}

async function shut({ connection, tidier, instance }: Held): Promise<void> {
  if (abandoned.has(connection)) return;
  await connection.run('USE memory').then(() => connection.run('DETACH store')).catch(() => undefined);
  tidier.closeSync();
  connection.closeSync();
  instance.closeSync();
}

function settingsOf(file: string, options: Options): Record<string, string> {
  return {
    memory_limit: options.memoryLimit ?? '256MiB', threads: String(options.threads ?? Math.min(4, availableParallelism())), temp_directory: `${file}.tmp`, max_temp_directory_size: options.temporary ?? TEMPORARY, checkpoint_threshold: '1TB',
    autoinstall_known_extensions: 'false', autoload_known_extensions: 'false', allow_community_extensions: 'false',
  };
}

async function opened(file: string, mode: 'read' | 'write', options: Options): Promise<Held> {
  const { DuckDBInstance } = await duckdb();
  const inherited = logBytes(file) > LOG_BYTES;
  // Whoever was made room for comes first.
  for (const end = (yielded.get(file) ?? 0) + 400; Date.now() < end && isWaitedFor(file); ) await sleep(10);
  const settings = settingsOf(file, options);
  const instance = await DuckDBInstance.create(':memory:', settings);
  let connection: DuckDBConnection | undefined;
  try {
    const opening = (connection = await instance.connect());
    await opening.run('PRAGMA disable_checkpoint_on_shutdown');
    await retried(file, options, () => opening.run(`ATTACH '${file.replaceAll("'", "''")}' AS store (TYPE duckdb, ${mode === 'read' ? 'READ_ONLY' : ROW_GROUPS})`));
    for (const statement of fences(options.folder)) await opening.run(statement);
    return { instance, connection, tidier: await instance.connect(), inherited, settings: JSON.stringify(settings), inode: inodeOf(file) };
  } catch (error) {
    connection?.closeSync();
    instance.closeSync();
    options.signal?.throwIfAborted();
    throw isExrError(error) ? error : storeError(file, error);
  }
}

/**
 * A store may come from a stranger. Once its file is attached nothing else can be opened, loaded, attached or fetched, by whatever it holds or is asked, and no
 * setting can be changed any more.
 */
function fences(folder: string | undefined): string[] {
  const allowed = folder === undefined ? [] : [`SET allowed_directories = ['${folder.replaceAll("'", "''")}']`];
  return [...allowed, 'SET enable_external_access = false', 'SET lock_configuration = true'];
}

const inodeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.ino ?? 0;

/**
 * Working the log in writes the last row group of each table anew. DuckDB's default of 122,880 rows would make that 180 MB of vectors for every batch of a
 * growing store; that is why the file is attached (where the size can be said) rather than opened.
 */
const ROW_GROUPS = 'ROW_GROUP_SIZE 16384';

async function retried<T>(file: string, { lockTimeoutMs = 30_000, onWait, signal }: GateOptions & { signal?: AbortSignal | undefined }, open: () => Promise<T>): Promise<T> {
  const started = Date.now();
  let said = -Infinity;
  let marked = false;
  for (let attempt = 0; ; attempt++) {
    try {
      const done = await open();
      if (marked) unmark(file);
      return done;
    } catch (error) {
      const message = String((error as Error)?.message ?? error);
      if (!/could not set lock|conflicting lock|being used by another process/i.test(message)) throw storeError(file, error);
      const holder = /held in (.*?)(?:\. |\.?$)/is.exec(message)?.[1]?.slice(0, 160) ?? 'another process';
      const waited = Date.now() - started;
      marked = true;
      markWaiting(file);
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

export function existsAsFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
