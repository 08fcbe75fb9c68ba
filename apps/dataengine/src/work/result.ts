/** What became of an event, and of each file that it was about. */
import type { ExrReport } from '@exr/core';
import type { Outcome } from '@exr/core/store';
import type { Subject } from '../event/subject.ts';

/** As stored; `removed`: a tombstone, or nothing was there. */
export type FileOutcome = Outcome | 'removed';

export interface FileResult {
  readonly subject: Subject;
  /** The key that was read. */
  readonly path: string;
  readonly fileId: string;
  readonly outcome: FileOutcome;
  /** Of the file: what is wrong with it for good. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Absent for a removal. */
  readonly report?: ExrReport;
  readonly bytes: number;
  readonly requests: number;
}

/** `rejected`: names nothing we could look at, for good. `reconciled`: a schedule was done. `failed`: to be tried again. `overloaded`: too much at a time. */
export type EventOutcome = 'done' | 'reconciled' | 'rejected' | 'malformed' | 'failed' | 'overloaded';

export interface EventResult {
  /** Null where there was no event to have one. */
  readonly id: string | null;
  readonly status: 204 | 500 | 503;
  readonly outcome: EventOutcome;
  /** For a person; absent when all is well. */
  readonly message?: string;
  readonly files: readonly FileResult[];
}
