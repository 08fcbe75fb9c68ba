/** Brings a store up to date with files on a host and objects in buckets: only what changed is opened, what went becomes a tombstone. Whoever stops it can start it again. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { S3Object } from '../bytes/index.ts';
import { EMBEDDING_VERSION } from '../embed/index.ts';
import { ExrError, isExrError } from '../errors.ts';
import { mapInOrder } from '../flow/index.ts';
import type { Limits } from '../limits.ts';
import { buildFailedReport, type ExrReport } from '../report/index.ts';
import { collectGarbage } from './collect.ts';
import { fileIdOf, type FileIdentity, versionOf } from './identity.ts';
import type { InspectedFile } from './rows.ts';
import type { ExrStore, KnownFile } from './types.ts';

/** An object, as a listing of its bucket gives it. */
export interface ListedObject extends S3Object {
  readonly bucket: string;
}

/** A path on the host, or an object. */
export type IndexTarget = string | ListedObject;

/** The report, and the version that was read where that is known better than from the listing: objects are overwritten in between. */
export interface InspectedTarget {
  readonly report: ExrReport;
  readonly version?: Pick<FileIdentity, 'etag' | 'sizeBytes' | 'mtime'>;
}

export interface IndexOptions<Target extends IndexTarget = string> {
  /**
   * Looks into one file; a file that cannot be read gives a report with its error. `most` are limits beyond which nothing is held now, because other files are
   * held too: one that passes them (LIMIT_EXCEEDED) is looked at again when it is alone, without `most`.
   */
  readonly inspect: (target: Target, most?: Partial<Limits>) => Promise<InspectedTarget>;
  /** Folders, and prefixes of buckets, that were walked: what the store knows below them and nobody found is gone. */
  readonly roots: readonly (string | { readonly bucket: string; readonly prefix: string })[];
  /** Asked of an object that the walk did not bring before it becomes a tombstone. Default: objects are never gone. */
  readonly isGone?: ((location: { readonly bucket: string; readonly key: string }) => Promise<boolean>) | undefined;
  /** Statistics are asked for: a file without them is inspected again. */
  readonly stats?: boolean | undefined;
  /** Do not trust size and mtime: open every file. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly concurrency?: number | undefined;
  /** Files a transaction. Default 500, or what came in two seconds. */
  readonly batch?: number | undefined;
  /** Told of each file that was looked into, once, before it is stored. */
  readonly onInspected?: ((file: InspectedFile) => void) | undefined;
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
/** A batch has headers of so many bytes; what is held of one is up to twenty times as much. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** What is looked at beside other files: every file that we know of which is no attack. */
const TOGETHER: Partial<Limits> = { headerBytes: 1024 * 1024, attributes: 4096, parts: 512, fileChannels: 16_384, stringLength: 1024 * 1024 };
/** And alone: a longer text goes into no cell anyway. */
const ALONE: Partial<Limits> = { stringLength: 1024 * 1024 };

/** `targets` may be an endless walk: memory stays with what the store knows of the roots. Returns the final counts. */
export async function indexFiles<Target extends IndexTarget = string>(store: ExrStore, targets: AsyncIterable<Target>, options: IndexOptions<Target>): Promise<IndexProgress> {
  const { signal, batch = 500, onProgress } = options;
  const progress = { seen: 0, inserted: 0, replaced: 0, unchanged: 0, removed: 0, failed: 0 };
  const known = new Map<string, KnownFile>();
  for (const root of options.roots) {
    const under = typeof root === 'string' ? { bucket: null, path: resolve(root) } : { bucket: root.bucket, path: root.prefix };
    for (const file of await store.known(under, { signal })) known.set(file.fileId, file);
  }
  let files: InspectedFile[] = [];
  let unchanged: string[] = [];
  let since = Date.now();
  let bytes = 0;
  const commit = async (): Promise<void> => {
    if (files.length > 0) {
      for await (const { inserted, replaced, unchanged, failed } of putEach(store, files, signal)) {
        progress.inserted += inserted;
        progress.replaced += replaced;
        progress.unchanged += unchanged;
        progress.failed += failed;
      }
    }
    if (unchanged.length > 0) progress.unchanged += await store.touch(unchanged, { signal });
    [files, unchanged, since, bytes] = [[], [], Date.now(), 0];
    onProgress?.(progress);
  };
  const looked = mapInOrder(targets, options.concurrency ?? 16, (target) => look(target, known, options));
  for await (const { fileId, file, later } of looked) {
    signal?.throwIfAborted();
    progress.seen++;
    known.delete(fileId);
    if (later) {
      // A giant: with nothing else in memory.
      await commit();
      await store.rest?.();
      collectGarbage();
      const giant = await later();
      options.onInspected?.(giant);
      files.push(giant);
      await commit();
      continue;
    }
    if (file) {
      options.onInspected?.(file);
      files.push(file);
    } else unchanged.push(fileId);
    bytes += file?.report.file.header_bytes ?? 0;
    if (files.length >= batch || bytes >= BATCH_BYTES || unchanged.length >= batch * 10 || ((files.length > 0 || unchanged.length > 0) && Date.now() - since >= BATCH_MS)) await commit();
    else onProgress?.({ ...progress });
  }
  await commit();
  const gone = await missing([...known.values()], options);
  progress.removed = gone.length === 0 ? 0 : await store.remove(gone, { signal });
  onProgress?.(progress);
  return progress;
}

type Counts = Pick<IndexProgress, 'inserted' | 'replaced' | 'unchanged' | 'failed'>;

/**
 * One transaction; where that fails although the store answers, one of its files cannot be stored: in halves, so that it costs no other its row, and at last
 * with its error instead of what it holds.
 */
async function* putEach(store: ExrStore, files: readonly InspectedFile[], signal: AbortSignal | undefined): AsyncGenerator<Counts> {
  const failed = files.filter(({ report }) => report.parts.length === 0).length;
  try {
    const { inserted, replaced, unchanged } = await store.put(files, { signal });
    yield { inserted, replaced, unchanged, failed };
    return;
  } catch (error) {
    signal?.throwIfAborted();
    if (isExrError(error) && (error.code === 'STORE_BUSY' || error.code === 'CLOSED' || error.code === 'UNSUPPORTED_VERSION')) throw error;
    await store.put([], { signal }); // throws when it is not one of the files
    if (files.length === 1) {
      const [{ report, identity }] = files as [InspectedFile];
      const already = report.parts.length === 0;
      const reason = new ExrError(isExrError(error) ? error.code : 'UNSUPPORTED_FEATURE', `${identity.path.slice(0, 1000)}: it was read, and cannot be stored: ${String((error as Error).message).slice(0, 1000)}`, { source: identity.path }, { cause: error });
      if (already) throw error;
      yield* putEach(store, [{ report: buildFailedReport(reason, { path: identity.path, sizeBytes: report.file.size_bytes, mtime: report.file.mtime }), identity }], signal);
      return;
    }
  }
  const middle = files.length >> 1;
  yield* putEach(store, files.slice(0, middle), signal);
  yield* putEach(store, files.slice(middle), signal);
}

/** An inspected file, or only its id when its version is the one that the store has; `later` looks at a giant. */
async function look<Target extends IndexTarget>(target: Target, known: ReadonlyMap<string, KnownFile>, options: IndexOptions<Target>): Promise<{ fileId: string; file?: InspectedFile; later?: () => Promise<InspectedFile> }> {
  options.signal?.throwIfAborted();
  const observedAt = new Date().toISOString();
  const identity: FileIdentity = { ...(typeof target === 'string' ? await onHost(target) : inBucket(target)), observedAt };
  const fileId = fileIdOf(identity);
  const before = known.get(fileId);
  const seen = identity.etag != null || identity.sizeBytes != null;
  const current = before && seen && before.version === versionOf(identity, { size_bytes: 0, mtime: null }) && (before.embeddingVersion === EMBEDDING_VERSION || before.status === 'error') && (!options.stats || before.hasStats || before.status === 'error');
  if (current && !options.force) return { fileId };
  const inspected = async (most: Partial<Limits>): Promise<InspectedFile> => {
    const { report, version } = await options.inspect(target, most);
    return { report, identity: { ...identity, ...version } };
  };
  const file = await inspected(TOGETHER);
  return file.report.errors.some(({ code, where }) => code === 'LIMIT_EXCEEDED' && String(where['limit']) in TOGETHER) ? { fileId, later: () => inspected(ALONE) } : { fileId, file };
}

async function onHost(name: string): Promise<FileIdentity> {
  const path = resolve(name);
  const found = await stat(path).catch(() => undefined);
  return { bucket: null, path, ...(found ? { sizeBytes: found.size, mtime: found.mtime.toISOString() } : {}) };
}

function inBucket({ bucket, key, size, etag, mtime }: ListedObject): FileIdentity {
  return { bucket, path: key, etag: etag === '' ? null : etag, sizeBytes: size, mtime: mtime.toISOString() };
}

/** Those that are really gone: a folder that could not be read, or was not walked this time, says nothing about its files. */
async function missing(files: readonly KnownFile[], { isGone }: Pick<IndexOptions, 'isGone'>): Promise<Pick<FileIdentity, 'bucket' | 'path'>[]> {
  const gone: KnownFile[] = [];
  const asked = mapInOrder(files, 16, async (file) => {
    if (file.bucket !== null) return { file, is: (await isGone?.({ bucket: file.bucket, key: file.path })) ?? false };
    const why = await stat(file.path).then(() => undefined, (error: NodeJS.ErrnoException) => error.code);
    return { file, is: why === 'ENOENT' || why === 'ENOTDIR' };
  });
  for await (const { file, is } of asked) if (is) gone.push(file);
  return gone;
}
