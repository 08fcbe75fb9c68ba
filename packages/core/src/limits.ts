/**
 * What an untrusted file may make us allocate or wait for. Every size read from a file passes one of these before anything is allocated for it;
 * a value beyond it is a LIMIT_EXCEEDED error that names the limit, so that the caller can raise it. The defaults let every production file
 * known to us pass and keep one hostile file from taking the machine; docs/decisions/untrusted-input.md says why they are what they are.
 */
export interface Limits {
  /** Bytes from the start of the file to the end of its last header. */
  readonly headerBytes: number;
  /** Attributes of one file, over all its parts. */
  readonly attributes: number;
  /** Bytes of one attribute's value that a report spells out; a longer one is given as its first bytes, and says how many it has; all long values of a report together, four times as much. */
  readonly stringLength: number;
  /** Channels of one part; its chunks are decoded once for every 250 of them. */
  readonly channels: number;
  /** Channels of one file, over all its parts. */
  readonly fileChannels: number;
  /** Parts of one file. */
  readonly parts: number;
  /** Chunks of one file, over all its parts and levels (an offset table takes 8 bytes for each). */
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
  /** Bytes that reading pixels may hold at a time, over all threads and all runs of the process; fewer threads decode large chunks. */
  readonly memoryBytes: number;
  /** Bytes that an attribute compressed within itself (idmanifest) may inflate to. */
  readonly inflatedAttributeBytes: number;
  /** Bytes of the black chunks that a repaired copy is filled up with. */
  readonly filledBytes: number;
  /** Pixels of a preview: about 30 bytes are held for each. */
  readonly previewPixels: number;
  /** Seconds that one pass over a file's chunks may take before it stops; Infinity = no limit. */
  readonly seconds: number;
}

export const DEFAULT_LIMITS: Limits = {
  // A Cryptomatte manifest of a million names is about 50 MB; five such parts are still a header we can hold.
  headerBytes: 256 * 1024 * 1024,
  attributes: 262_144,
  stringLength: 1024 * 1024,
  channels: 8192,
  fileChannels: 65_536,
  parts: 16_384,
  // 131,072 × 65,536 pixels in tiles of 64 × 64; what is kept for each chunk that is there is some hundred bytes.
  chunks: 2 ** 21,
  // 2^33 pixels: a 92,681 pixel square; the library's own default is no limit.
  windowArea: 2 ** 33,
  tiles: 2 ** 21,
  deepSamplesPerPixel: 2 ** 20,
  deepSamplesPerChunk: 2 ** 26,
  // 256 lines of 8K with 32 float channels.
  chunkBytes: 2 ** 28,
  // Node itself takes 50 to 80 MB: together they stay below 512.
  memoryBytes: 384 * 1024 * 1024,
  inflatedAttributeBytes: 64 * 1024 * 1024,
  filledBytes: 2 ** 32,
  previewPixels: 2 ** 26,
  seconds: 600,
};

/**
 * For files from strangers (uploads, mail, a public bucket) on a machine that serves others too: still beyond nearly every file that a studio
 * makes, with about 400 MB of memory and 10 seconds for the worst of them.
 */
export const UNTRUSTED_LIMITS: Limits = {
  // Manifests of 50 to 60 MB are there; each face reads and reports such a header within 200 to 300 MB.
  headerBytes: 64 * 1024 * 1024,
  attributes: 16_384,
  stringLength: 256 * 1024,
  channels: 1024,
  fileChannels: 8192,
  parts: 1024,
  chunks: 2 ** 18,
  windowArea: 2 ** 30,
  tiles: 2 ** 18,
  deepSamplesPerPixel: 2 ** 16,
  deepSamplesPerChunk: 2 ** 23,
  chunkBytes: 2 ** 26,
  memoryBytes: 256 * 1024 * 1024,
  inflatedAttributeBytes: 16 * 1024 * 1024,
  filledBytes: 2 ** 28,
  previewPixels: 2 ** 24,
  seconds: 10,
};

/** The defaults with some of them replaced. */
export function limitsOf(some?: Partial<Limits>): Limits {
  return some === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...some };
}
