/** What a schedule event does: looks again at what failed or was left double, and forgets old tombstones; at most so many files, in at most so much time. */
import type { Suspect } from '@exr/core/store';
import type { Subject } from '../event/subject.ts';
import type { OutputData } from '../sink/output.ts';
import type { Log } from '../telemetry/log.ts';
import type { HandlerParts } from './handler.ts';
import { inspectSubject } from './inspection.ts';

/** Of the event's time: what is under way then still has the rest of it. */
const SHARE = 0.7;

export interface Reconciled {
  /** Looked at again. */
  readonly inspected: number;
  /** Of those: can be read now. */
  readonly recovered: number;
  /** Of those: gone from their bucket, now tombstones. */
  readonly removed: number;
  /** Could not be looked at: the next schedule's. */
  readonly failed: number;
  /** Rows that lost races, cleared away. */
  readonly doubles: number;
  /** Tombstones forgotten. */
  readonly purged: number;
  /** Stopped by the number of files or the time. */
  readonly cut: boolean;
}

/** Throws what the store throws; a file that cannot be looked at is counted and left for the next time. */
export async function reconcile(parts: HandlerParts, signal: AbortSignal, log: Log): Promise<OutputData> {
  const { config, store } = parts;
  const begin = Date.now();
  const until = begin + config.timeoutMs * SHARE;
  const withinMs = (config.timeoutMs * SHARE) / 2;
  const limit = config.reconcileFiles;
  const doubled = await store.suspects('doubled', { limit, withinMs, signal });
  const failed = doubled.length >= limit ? [] : await store.suspects('failed', { limit: limit - doubled.length, signal });
  const counts = { inspected: 0, recovered: 0, removed: 0, failed: 0 };
  let cut = doubled.length + failed.length >= limit;
  const again = async (suspect: Suspect): Promise<void> => {
    if (suspect.bucket === null) return; // of a host, by `exr index`
    if (Date.now() >= until) return void (cut = true);
    try {
      count(counts, await lookAgain(parts, suspect, signal));
    } catch (error) {
      signal.throwIfAborted();
      counts.failed++;
      log.warn({ bucket: suspect.bucket, key: suspect.path, error }, 'reconcile: cannot be looked at now');
    }
  };
  // The gate lets only so many in; what comes with events takes its turn between them.
  await inTurn([...new Map([...doubled, ...failed].map((each) => [each.fileId, each])).values()], config.concurrency, again);
  const purged = await store.purge(new Date(Date.now() - config.tombstoneDays * 86_400_000).toISOString(), { signal });
  const result: Reconciled = { ...counts, doubles: doubled.length, purged, cut };
  log.info({ ...result, ms: Date.now() - begin }, 'reconciled');
  return { schema_version: 1, reconciled: result };
}

async function lookAgain(parts: HandlerParts, { bucket, path }: Suspect, signal: AbortSignal): Promise<'recovered' | 'removed' | 'same'> {
  const { config, limits, objects, heavy, batcher } = parts;
  const subject: Subject = { action: 'created', bucket: bucket!, keys: [path], etag: null, sequencer: null, size: null, time: null };
  const inspection = await parts.reading.run(signal, () => inspectSubject(objects, subject, {
    limits, suffixes: config.suffixes, stats: config.stats, deepStats: config.deepStats, statsSeconds: (config.timeoutMs / 1000) * (1 - SHARE), event: null, heavy, signal,
  }));
  if (inspection.gone) {
    await batcher.remove({ bucket, path, observedAt: inspection.file.identity.observedAt! }, signal);
    return 'removed';
  }
  await batcher.put(inspection.file, signal);
  return inspection.file.report.errors.length === 0 ? 'recovered' : 'same';
}

function count(counts: { inspected: number; recovered: number; removed: number }, outcome: 'recovered' | 'removed' | 'same'): void {
  counts.inspected++;
  if (outcome !== 'same') counts[outcome]++;
}

async function inTurn<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}
