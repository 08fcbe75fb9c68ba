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
}

/** What a tombstone keeps of a location. */
export function tombstoneOf(location: Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>, now: string) {
  return {
    bucket: location.bucket, file_path: wellFormed(location.path), status: 'deleted', version: 'deleted', header_hash: null, embedding_version: null, has_stats: null, has_findings: null, mtime: null,
    sequencer: location.sequencer ?? null, last_inspected: location.observedAt ?? now, deleted_at: location.observedAt ?? now,
  };
}

/**
 * `new`: unknown location. `unchanged`: only last_inspected and inspection_count move. `changed`: all rows are replaced. `stale`: an older version
 * than the stored one arrived late, nothing happens.
 */
export type Outcome = 'new' | 'unchanged' | 'changed' | 'stale';

export function decide(stored: StoredVersion | undefined, incoming: StoredVersion): Outcome {
  if (!stored) return 'new';
  const sameVersion = stored.version === incoming.version && stored.header_hash === incoming.header_hash && stored.status === incoming.status;
  if (!sameVersion && older(incoming, stored)) return 'stale';
  if (!sameVersion || stored.embedding_version !== incoming.embedding_version) return 'changed';
  return (incoming.has_stats && !stored.has_stats) || (incoming.has_findings && !stored.has_findings) ? 'changed' : 'unchanged';
}

/**
 * Is `a` known to be older than `b`? By sequencer (hexadecimal, compared as the S3 event documentation says: right-padded), else by the mtime of objects
 * (S3 sets it, it only grows), else by when each was seen: the mtime of a host's file goes back when somebody restores a backup.
 */
export function older(a: StoredVersion, b: StoredVersion): boolean {
  if (a.sequencer && b.sequencer) {
    const length = Math.max(a.sequencer.length, b.sequencer.length);
    return a.sequencer.padEnd(length, '0').toLowerCase() < b.sequencer.padEnd(length, '0').toLowerCase();
  }
  if (a.bucket !== null && a.mtime && b.mtime && a.mtime !== b.mtime) return a.mtime < b.mtime;
  return a.last_inspected !== null && b.last_inspected !== null && a.last_inspected < b.last_inspected;
}
