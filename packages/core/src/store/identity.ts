/** Which file it is, which version of it, and what an inspection of it means for what the store already holds. */
import { createHash } from 'node:crypto';
import type { ExrReport } from '../report/index.ts';

/** Where a file is and which version of it was looked at. */
export interface FileIdentity {
  /** S3 bucket; null for a file of the host. */
  readonly bucket: string | null;
  /** The object's key, or the absolute path on the host. */
  readonly path: string;
  readonly etag?: string | null;
  /** Default: those of the report. */
  readonly sizeBytes?: number | null;
  readonly mtime?: string | null;
  /** The event's sequencer, when an event brought it. */
  readonly sequencer?: string | null;
  /** When the version was looked up, ISO 8601 in UTC; default: when it is stored. */
  readonly observedAt?: string;
  /** `eventKey` of the event that brought it: delivered again, it is not counted again. */
  readonly event?: string | null;
}

/** The event of a source with an id, as `files.events` names it: 16 hex digits. */
export function eventKey(source: string, id: string): string {
  return createHash('sha256').update(`${source}\0${id}`).digest('hex').slice(0, 16);
}

/** Events that are remembered of a file: those that may still be delivered again. */
const EVENTS_KEPT = 16;

/** Lists of events as one, without repeats, the newest of each first; the first list's come before the second's. */
export function mergeEvents(first: string | null, second: string | null): string | null {
  const all = [...new Set([...(first ?? '').split(' '), ...(second ?? '').split(' ')].filter(Boolean))];
  return all.slice(0, EVENTS_KEPT).join(' ') || null;
}

/** How many events of `some` are in `others` too. */
export function sharedEvents(some: string | null, others: string | null): number {
  const known = new Set((others ?? '').split(' ').filter(Boolean));
  return (some ?? '').split(' ').filter((event) => known.has(event)).length;
}

/** The location: first 32 hex digits of sha256(bucket, NUL, path). The host's name is no part of it: a farm sees one file under one path. */
export function fileIdOf(location: Pick<FileIdentity, 'bucket' | 'path'>): string {
  return createHash('sha256').update(`${location.bucket ?? ''}\0${wellFormed(location.path)}`).digest('hex').slice(0, 32);
}

/** The content's version: the ETag where there is one, else size and mtime. */
export function versionOf(identity: FileIdentity, file: Pick<ExrReport['file'], 'size_bytes' | 'mtime'>): string {
  if (identity.etag) return `etag:${identity.etag}`;
  return `${identity.sizeBytes ?? file.size_bytes}@${identity.mtime ?? file.mtime ?? ''}`;
}

/** ES2024, in Node since 20. */
type WellFormedText = string & { isWellFormed(): boolean; toWellFormed(): string };

/** Text that can be stored: lone surrogates, which UTF-8 cannot say, become U+FFFD. */
export function wellFormed(text: string): string {
  return (text as WellFormedText).isWellFormed() ? text : (text as WellFormedText).toWellFormed();
}

/** What the store keeps of a version, and what an inspection brings. */
export interface StoredVersion {
  readonly version: string;
  readonly header_hash: string | null;
  readonly status: string;
  readonly embedding_version: number | null;
  readonly has_stats: boolean | null;
  readonly has_findings: boolean | null;
  readonly bucket: string | null;
  readonly mtime: string | null;
  readonly sequencer: string | null;
  /** When the stored version was last seen. */
  readonly last_inspected: string | null;
  /** Events that were counted, newest first; of what comes in: the one that brought it. */
  readonly events: string | null;
}

/** What a tombstone keeps of a location. */
export function tombstoneOf(location: Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>, now: string) {
  return {
    bucket: location.bucket, file_path: wellFormed(location.path), status: 'deleted', version: 'deleted', header_hash: null, embedding_version: null, has_stats: null, has_findings: null, mtime: null,
    sequencer: location.sequencer ?? null, last_inspected: location.observedAt ?? now, deleted_at: location.observedAt ?? now, events: null,
  };
}

/**
 * `new`: unknown location. `unchanged`: only last_inspected and inspection_count move. `changed`: all rows are replaced. `stale`: an older version
 * than the stored one arrived late, nothing happens. `repeated`: unchanged, and the event that brought it was counted before, nothing happens.
 */
export type Outcome = 'new' | 'unchanged' | 'changed' | 'stale' | 'repeated';

export function decide(stored: StoredVersion | undefined, incoming: StoredVersion): Outcome {
  if (!stored) return 'new';
  const sameVersion = stored.version === incoming.version && stored.header_hash === incoming.header_hash && stored.status === incoming.status;
  if (!sameVersion && older(incoming, stored)) return 'stale';
  if (!sameVersion || stored.embedding_version !== incoming.embedding_version) return 'changed';
  if ((incoming.has_stats && !stored.has_stats) || (incoming.has_findings && !stored.has_findings)) return 'changed';
  return sharedEvents(incoming.events, stored.events) > 0 ? 'repeated' : 'unchanged';
}

/**
 * What the store knows of a file after `incoming`: its event is counted, and an unchanged version has the latest of the sequencers that named it, so that a
 * removal from before that is known to be late.
 */
export function versionAfter(stored: StoredVersion | undefined, incoming: StoredVersion, outcome: Outcome): StoredVersion {
  const events = mergeEvents(incoming.events, stored?.events ?? null);
  if (outcome !== 'unchanged' || !stored) return { ...incoming, events };
  const sequencer = incoming.sequencer && (!stored.sequencer || compareSequencers(stored.sequencer, incoming.sequencer) < 0) ? incoming.sequencer : stored.sequencer;
  return { ...stored, sequencer, events };
}

/** Hexadecimal, right-padded with zeros to the same length, as the S3 event documentation says. */
function compareSequencers(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => text.toLowerCase().padEnd(Math.max(a.length, b.length), '0')) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * Is `a` known to be older than `b`? An object has two witnesses: its mtime, which the server says (a copy that keeps times takes it back), and the sequencer,
 * which whoever sends the event says. Where they agree, or one of them says nothing, that holds; where they contradict each other, or nothing was read of `b`
 * to have an mtime, when each was seen decides. So no sequencer, however large, makes what is read later old. Of a host's file only the latter counts: its
 * mtime goes back when somebody restores a backup.
 */
export function older(a: StoredVersion, b: StoredVersion): boolean {
  const bySequencer = a.sequencer && b.sequencer ? compareSequencers(a.sequencer, b.sequencer) : 0;
  const seenBefore = a.last_inspected !== null && b.last_inspected !== null && a.last_inspected < b.last_inspected;
  if (a.bucket === null) return bySequencer !== 0 ? bySequencer < 0 : seenBefore;
  if (a.mtime && b.mtime) {
    const byTime = a.mtime < b.mtime ? -1 : a.mtime > b.mtime ? 1 : 0;
    if (byTime * bySequencer < 0) return seenBefore;
    return byTime + bySequencer !== 0 ? byTime + bySequencer < 0 : seenBefore;
  }
  // What could not be read brings no content: that it is late is believed of an event.
  return !a.mtime && bySequencer !== 0 ? bySequencer < 0 : seenBefore;
}
