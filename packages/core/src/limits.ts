/**
 * What an untrusted file may make us allocate or wait for. Every size read from a file passes one of these before anything is allocated for it;
 * a value beyond it is a LIMIT_EXCEEDED error that names the limit, so that the caller can raise it. The defaults let every production file
 * known to us pass and keep one hostile file from taking the machine.
 */
export interface Limits {
  /** Bytes from the start of the file to the end of its last header. */
  readonly headerBytes: number;
  /** Attributes in one part's header. */
  readonly attributes: number;
  /** Bytes of one attribute's value when it is written out in a report; a longer one is cut and says so (the raw bytes are not cut). */
  readonly stringLength: number;
  /** Channels of one part. */
  readonly channels: number;
  /** Parts of one file. */
  readonly parts: number;
  /** Chunks of one part (an offset table takes 8 bytes for each). */
  readonly chunks: number;
  /** Pixels of one part's data window, for whatever walks or holds them all. */
  readonly windowArea: number;
  /** Tiles of one part over all levels. */
  readonly tiles: number;
  /** Deep samples of one pixel. */
  readonly deepSamplesPerPixel: number;
  /** Deep samples of one chunk. */
  readonly deepSamplesPerChunk: number;
  /** Bytes of one chunk, packed or unpacked. */
  readonly chunkBytes: number;
  /** Bytes that an attribute compressed within itself (idmanifest) may inflate to. */
  readonly inflatedAttributeBytes: number;
  /** Seconds that work on one file may take before it stops and reports what it has; Infinity = no limit. */
  readonly seconds: number;
}

export const DEFAULT_LIMITS: Limits = {
  // A Cryptomatte manifest of a million names is about 50 MB; five such parts are still a header we can hold.
  headerBytes: 256 * 1024 * 1024,
  attributes: 65_536,
  stringLength: 64 * 1024 * 1024,
  channels: 16_384,
  parts: 16_384,
  chunks: 2 ** 25,
  // 2^33 pixels: a 92,681 pixel square; the library's own default is no limit.
  windowArea: 2 ** 33,
  tiles: 2 ** 25,
  deepSamplesPerPixel: 2 ** 20,
  deepSamplesPerChunk: 2 ** 27,
  chunkBytes: 2 ** 30,
  inflatedAttributeBytes: 256 * 1024 * 1024,
  seconds: Infinity,
};

/** The defaults with some of them replaced. */
export function limitsOf(some?: Partial<Limits>): Limits {
  return some === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...some };
}
