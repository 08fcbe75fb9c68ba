/**
 * Buffers of planned reads that the calling thread has decoded, for the next ones: a new buffer for each megabyte costs as much as reading it (its
 * pages are cleared, and the garbage collector looks at everything whenever some tens of megabytes were taken).
 */

/** Most bytes of a planned read, and of a buffer that is kept. */
const BUFFER_BYTES = 2 ** 20;
/** Shorter reads take a buffer of their own size: a small file leaves no megabyte behind. */
const WORTH_KEEPING = 2 ** 16;
/** What a run on one thread has under way: those that are read ahead, and the one that is decoded. */
const KEPT = 5;

const free: Uint8Array<ArrayBuffer>[] = [];

/** A buffer of at least `length` bytes for ReadOptions.into; undefined where one of its own is better. */
export function takeBuffer(length: number): Uint8Array<ArrayBuffer> | undefined {
  if (length < WORTH_KEEPING || length > BUFFER_BYTES) return undefined;
  return free.pop() ?? new Uint8Array(BUFFER_BYTES);
}

/** Takes back a buffer that nothing refers to any more; one that came from elsewhere, or went to a worker, is left alone. */
export function giveBackBuffer({ buffer }: Uint8Array): void {
  if (free.length < KEPT && buffer instanceof ArrayBuffer && buffer.byteLength === BUFFER_BYTES) free.push(new Uint8Array(buffer));
}

/** Lets all of them go. */
export function dropBuffers(): void {
  free.length = 0;
}
