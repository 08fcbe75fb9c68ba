import type { Kernels } from '@exr/kernels';
import type { Compression } from '../header/types.ts';

/** One channel's rows within a chunk. `pixelType` is the file's number: 0 uint, 1 half, 2 float. */
export interface ChunkChannel {
  readonly name: string;
  readonly pixelType: 0 | 1 | 2;
  readonly xSampling: number;
  readonly ySampling: number;
  readonly pLinear: boolean;
  /** Values in each stored row of this chunk. */
  readonly width: number;
  /** Rows of this chunk that have values: those whose absolute y is a multiple of ySampling. */
  readonly height: number;
  /** 2 for half, 4 for uint and float. */
  readonly bytesPerValue: 2 | 4;
}

/**
 * What a codec knows about a chunk: its box in pixel space and its channels in file order. The unpacked layout is line by line from yMin to
 * yMax; within a line each channel that has values there, one after the other; little-endian values (OpenEXR File Layout, "Pixel Data").
 * In a deep chunk only `unpackedBytes`, and for ZSTD `samples` count.
 */
export interface ChunkShape {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
  readonly channels: readonly ChunkChannel[];
  readonly unpackedBytes: number;
  /**
   * Deep data: samples in each line, one entry a line. Then a channel has that many values in the line, whatever its width. A deep chunk's sample
   * count table is a chunk of one 32-bit channel.
   */
  readonly samples?: ArrayLike<number>;
  /** By channel: false where nobody will look at the values, so that a codec may leave them zero. Absent: all are wanted. */
  readonly wanted?: readonly boolean[];
  /** The part's dwaCompressionLevel and file version facts never matter for decoding; nothing else is passed. */
}

/**
 * Packed bytes in, unpacked bytes out; knows nothing about files, parts or I/O.
 * Writes exactly `shape.unpackedBytes` bytes at address `out` of the kernels' linear memory, or throws ExrError CORRUPT_DATA (the data lies),
 * UNSUPPORTED_FEATURE, or LIMIT_EXCEEDED. Never reads past `packed` or writes outside `out`. The caller has already handled chunks stored raw
 * (packed length equal to the unpacked length).
 */
export type Decompress = (kernels: Kernels, packed: Uint8Array, out: number, shape: ChunkShape) => void;

export interface Codec {
  readonly name: Compression;
  /** The number in the file's compression attribute. */
  readonly id: number;
  /** Scan lines in one chunk of a scan line part. */
  readonly linesPerChunk: number;
  readonly lossy: boolean;
  readonly decompress: Decompress;
}
