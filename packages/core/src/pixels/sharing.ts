/** Who decodes: the calling thread alone, or workers with it. */
import type { WorkerPlatform } from './pool.ts';

export interface Sharing {
  readonly caller: boolean;
  readonly workers: number;
}

// Starting a worker costs processor time: it is taken for work of about this many unpacked bytes. Estimates (docs/decisions/pipeline.md).
const WORTH_STARTING = 24 * 2 ** 20;
const WORTH_USING = 4 * 2 ** 20;

export interface SharingOptions {
  /** Threads that may decode; default what the machine runs at a time. */
  readonly threads?: number | undefined;
  /** Unpacked bytes that make it worth to take one more thread; for tests. */
  readonly worthOf?: number | undefined;
  /** Workers that wait, started. */
  readonly idle: number;
}

/** For `work` unpacked bytes. The calling thread decodes too where it may: it begins while workers start, and has nothing else to do. */
export function sharing(work: number, platform: WorkerPlatform | null, { threads, worthOf, idle }: SharingOptions): Sharing {
  const most = Math.max(1, Math.floor(threads ?? platform?.parallelism ?? 1));
  if (!platform || (most === 1 && platform.callerDecodes)) return { caller: true, workers: 0 };
  let worthwhile = 0;
  for (let left = work; worthwhile < most; worthwhile++) {
    left -= worthOf ?? (worthwhile < idle ? WORTH_USING : WORTH_STARTING);
    if (left < 0) break;
  }
  if (platform.callerDecodes) return { caller: true, workers: Math.min(worthwhile, most - 1) };
  return { caller: worthwhile === 0, workers: worthwhile };
}
