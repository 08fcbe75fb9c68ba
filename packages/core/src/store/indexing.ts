/** Brings a store up to date with files on a host: only what changed is opened, what went becomes a tombstone. Whoever stops it can start it again. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EMBEDDING_VERSION } from '../embed/index.ts';
import { mapInOrder } from '../flow/index.ts';
import type { ExrReport } from '../report/index.ts';
import { fileIdOf, type FileIdentity } from './identity.ts';
import type { InspectedFile } from './rows.ts';
import type { ExrStore, KnownFile } from './types.ts';

export interface IndexOptions {
  /** Makes the report of one file; a file that cannot be read gives a report with its error. */
  readonly inspect: (path: string) => Promise<ExrReport>;
  /** Folders that were walked: what the store knows below them and nobody found is gone. */
  readonly roots: readonly string[];
  /** Statistics are asked for: a file without them is inspected again. */
  readonly stats?: boolean | undefined;
  /** Do not trust size and mtime: open every file. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly concurrency?: number | undefined;
  /** Files a transaction. Default 500, or what came in two seconds. */
  readonly batch?: number | undefined;
  readonly onProgress?: ((progress: IndexProgress) => void) | undefined;
}

export interface IndexProgress {
  /** Files looked at. */
  readonly seen: number;
  readonly inserted: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Of those inspected now: could not be read. */
  readonly failed: number;
}

const BATCH_MS = 2000;

/** `paths` may be an endless walk: memory stays with what the store knows of the roots. Returns the final counts. */
export async function indexFiles(store: ExrStore, paths: AsyncIterable<string>, options: IndexOptions): Promise<IndexProgress> {
  const { signal, batch = 500, onProgress } = options;
  const progress = { seen: 0, inserted: 0, replaced: 0, unchanged: 0, removed: 0, failed: 0 };
  const known = new Map<string, KnownFile>();
  const roots = options.roots.map((root) => resolve(root));
  for (const path of roots) for (const file of await store.known({ bucket: null, path }, { signal })) known.set(file.fileId, file);
  let files: InspectedFile[] = [];
  let unchanged: string[] = [];
  let since = Date.now();
  const commit = async (): Promise<void> => {
    if (files.length > 0) {
      const result = await store.put(files, { signal });
      progress.inserted += result.inserted;
      progress.replaced += result.replaced;
      progress.unchanged += result.unchanged;
      progress.failed += files.filter(({ report }) => report.parts.length === 0).length;
    }
    if (unchanged.length > 0) progress.unchanged += await store.touch(unchanged, { signal });
    [files, unchanged, since] = [[], [], Date.now()];
    onProgress?.(progress);
  };
  const looked = mapInOrder(paths, options.concurrency ?? 16, (path) => look(resolve(path), path, known, options));
  for await (const { fileId, file } of looked) {
    signal?.throwIfAborted();
    progress.seen++;
    known.delete(fileId);
    if (file) files.push(file);
    else unchanged.push(fileId);
    if (files.length >= batch || unchanged.length >= batch * 10 || ((files.length > 0 || unchanged.length > 0) && Date.now() - since >= BATCH_MS)) await commit();
    else onProgress?.({ ...progress });
  }
  await commit();
  const gone = await missing([...known.values()]);
  progress.removed = gone.length === 0 ? 0 : await store.remove(gone, { signal });
  onProgress?.(progress);
  return progress;
}

/** An inspected file, or only its id when size and mtime are what the store has. */
async function look(path: string, asNamed: string, known: ReadonlyMap<string, KnownFile>, options: IndexOptions): Promise<{ fileId: string; file?: InspectedFile }> {
  options.signal?.throwIfAborted();
  const fileId = fileIdOf({ bucket: null, path });
  const before = known.get(fileId);
  const observedAt = new Date().toISOString();
  const found = await stat(path).catch(() => undefined);
  const identity: FileIdentity = { bucket: null, path, observedAt, ...(found ? { sizeBytes: found.size, mtime: found.mtime.toISOString() } : {}) };
  const current = before && found && before.version === `${found.size}@${found.mtime.toISOString()}` && (before.embeddingVersion === EMBEDDING_VERSION || before.status === 'error') && (!options.stats || before.hasStats || before.status === 'error');
  if (current && !options.force) return { fileId };
  return { fileId, file: { report: await options.inspect(asNamed), identity } };
}

/** Those that are really gone: a folder that could not be read, or was not walked this time, says nothing about its files. */
async function missing(files: readonly KnownFile[]): Promise<Pick<FileIdentity, 'bucket' | 'path'>[]> {
  const gone: KnownFile[] = [];
  for (const file of files) {
    const why = await stat(file.path).then(() => undefined, (error: NodeJS.ErrnoException) => error.code);
    if (why === 'ENOENT' || why === 'ENOTDIR') gone.push(file);
  }
  return gone;
}
