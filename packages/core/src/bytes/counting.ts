import type { ByteSource } from './source.ts';

/** A source that says what was asked of it: the budget of a test, or the cost that a caller shows. */
export interface CountingSource extends ByteSource {
  /** Reads begun since the start or the last reset. */
  readonly reads: number;
  /** Bytes asked for by them. */
  readonly bytes: number;
  /** [offset, length] of each, in order. */
  readonly ranges: readonly (readonly [offset: number, length: number])[];
  reset(): void;
}

export function counting(source: ByteSource): CountingSource {
  let bytes = 0;
  let ranges: [number, number][] = [];
  return {
    name: source.name,
    get knownSize() {
      return source.knownSize;
    },
    get reads() {
      return ranges.length;
    },
    get bytes() {
      return bytes;
    },
    get ranges() {
      return ranges;
    },
    reset() {
      bytes = 0;
      ranges = [];
    },
    size: (options) => source.size(options),
    read(offset, length, options) {
      bytes += length;
      ranges.push([offset, length]);
      return source.read(offset, length, options);
    },
    close: () => source.close?.() ?? Promise.resolve(),
  };
}
