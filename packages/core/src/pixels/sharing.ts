/** Who decodes: the calling thread alone, or workers with it. */
import type { PartGeometry, PlannedChunk } from '../chunks/index.ts';
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
  /** Most threads that there is memory for; default any. */
  readonly most?: number;
  /** False: chunks are so large that the calling thread would hear nothing while it decodes one. */
  readonly callerToo?: boolean;
}

// Codecs that take a fraction of ZIP's time (docs/decisions/performance.md). What is not packed is read, copied and looked at, and reading is the
// calling thread's work: 16 MB of it take two threads longer than one.
const SHARE_OF_ZIP: Readonly<Record<string, number>> = { none: 1 / 8, rle: 1 / 2, b44: 1 / 3, b44a: 1 / 3 };

/** What there is to decode, as unpacked bytes of a ZIP. `parts` by index. */
export function decodingWork(chunks: readonly PlannedChunk[], parts: readonly Pick<PartGeometry, 'compression'>[]): number {
  const shares = parts.map(({ compression }) => SHARE_OF_ZIP[compression] ?? 1);
  return chunks.reduce((sum, { part, work }) => sum + work * shares[part]!, 0);
}

/** For `work` unpacked bytes. The calling thread decodes too where it may: it begins while workers start, and has nothing else to do. */
export function sharing(work: number, platform: WorkerPlatform | null, { threads, worthOf, idle, most: room = Infinity, callerToo = true }: SharingOptions): Sharing {
  const most = Math.max(1, Math.min(room, Math.floor(threads ?? platform?.parallelism ?? 1)));
  if (!platform || (most === 1 && platform.callerDecodes && callerToo)) return { caller: true, workers: 0 };
  let worthwhile = 0;
  for (let left = work; worthwhile < most; worthwhile++) {
    left -= worthOf ?? (worthwhile < idle ? WORTH_USING : WORTH_STARTING);
    if (left < 0) break;
  }
  if (!callerToo) return { caller: false, workers: Math.min(Math.max(1, worthwhile), most) };
  if (platform.callerDecodes) return { caller: true, workers: Math.min(worthwhile, most - 1) };
  return { caller: worthwhile === 0, workers: Math.min(worthwhile, most) };
}
