/** How far a run is. */
export interface Progress {
  readonly chunks: number;
  readonly totalChunks: number;
  /** Packed bytes read so far. */
  readonly bytes: number;
  /** Unpacked bytes decoded so far and in all, as far as is known before decoding (a deep part's samples are not). */
  readonly unpackedBytes: number;
  readonly totalUnpackedBytes: number;
  /** Packed bytes a second since the start. */
  readonly bytesPerSecond: number;
  /** At the rate so far; null before there is one. */
  readonly secondsLeft: number | null;
}

export type OnProgress = (progress: Progress) => void;

const EVERY_MS = 100;

/** Counts, and tells at most ten times a second, and once at the end. */
export class ProgressMeter {
  chunks = 0;
  bytes = 0;
  unpackedBytes = 0;
  #begin = performance.now();
  #last = this.#begin;

  constructor(readonly totalChunks: number, readonly totalUnpackedBytes: number, readonly tell: OnProgress | undefined) {}

  report(final = false): void {
    if (!this.tell) return;
    const now = performance.now();
    if (!final && now - this.#last < EVERY_MS) return;
    this.#last = now;
    const { chunks, totalChunks, bytes, unpackedBytes, totalUnpackedBytes } = this;
    const seconds = (now - this.#begin) / 1000;
    const done = totalChunks === 0 ? 1 : chunks / totalChunks;
    this.tell({
      chunks, totalChunks, bytes, unpackedBytes, totalUnpackedBytes,
      bytesPerSecond: seconds > 0 ? bytes / seconds : 0,
      secondsLeft: final ? 0 : done > 0 ? (seconds * (1 - done)) / done : null,
    });
  }
}
