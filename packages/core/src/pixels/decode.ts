/** One packed chunk into unpacked values in the kernels' memory. */
import { KernelMemoryError, type Kernels } from '@exr/kernels';
import type { ChunkInfo, PackedChunk, PartGeometry } from '../chunks/index.ts';
import { codecFor, type ChunkShape, type Codec } from '../compression/index.ts';
import { ExrError, isExrError } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { decodeDeep, type DeepSamples } from './deep.ts';

/**
 * The values of one chunk. They lie in the kernels' linear memory from `address` on and stay there until the mark taken before decoding is
 * released; views detach when anything allocates. Flat: `shape.unpackedBytes` bytes, line by line, in a line channel after channel
 * (channelRows of chunks/). Deep: see DeepSamples.
 */
export interface DecodedChunk {
  readonly kernels: Kernels;
  readonly part: PartGeometry;
  readonly info: ChunkInfo;
  /** For a deep chunk `unpackedBytes` is the size of its samples, and the channels' width and height count pixels. */
  readonly shape: ChunkShape;
  readonly address: number;
  readonly deep: DeepSamples | null;
}

/** Bytes of a chunk as the decoder needs them: PackedChunk of chunks/ without its numbers. */
export type PackedBytes = Pick<PackedChunk, 'data' | 'tableSize' | 'unpackedSize'>;

/**
 * Decodes one chunk. Allocates in the kernels' memory: the caller takes a mark before and releases it when done with the values.
 * Every byte of the result comes from the chunk. Throws ExrError with part and chunk in `where`: CORRUPT_DATA, UNSUPPORTED_COMPRESSION,
 * UNSUPPORTED_FEATURE, or LIMIT_EXCEEDED; anything else that is thrown is a bug of ours.
 */
export function decodeChunk(
  kernels: Kernels, packed: PackedBytes, part: PartGeometry, info: ChunkInfo, shape: ChunkShape, limits: Limits = DEFAULT_LIMITS,
): DecodedChunk {
  try {
    const codec = codecOf(part.compression);
    if (part.isDeep) return { kernels, part, info, ...decodeDeep(kernels, packed, part, shape, codec, limits) };
    const address = kernels.allocate(shape.unpackedBytes);
    unpackInto(kernels, codec, packed.data, address, shape);
    return { kernels, part, info, shape, address, deep: null };
  } catch (error) {
    throw asChunkError(error, part, info, limits);
  }
}

/** The codec; of a compression that nobody knows one for which chunks that are stored plain are enough. */
function codecOf(compression: PartGeometry['compression']): Unpacker {
  if (typeof compression === 'string') return codecFor(compression);
  return {
    name: `unknown ${compression}`,
    decompress: () => {
      throw new ExrError('UNSUPPORTED_COMPRESSION', `unknown compression ${compression}`);
    },
  };
}

/** What unpacking needs of a codec. */
export interface Unpacker {
  readonly name: string;
  readonly decompress: Codec['decompress'];
}

/** Unpacks one block of bytes; one as long as its unpacked form was stored raw, whatever the codec (values are little-endian either way). */
export function unpackInto(kernels: Kernels, codec: Unpacker, packed: Uint8Array, out: number, shape: ChunkShape): void {
  if (packed.length === shape.unpackedBytes) kernels.bytes(out, packed.length).set(packed);
  else codec.decompress(kernels, packed, out, shape);
}

/** Adds the place to what a codec threw, and turns a trap of the kernels or a read beyond a buffer into what caused it: data that lies. */
function asChunkError(error: unknown, part: PartGeometry, info: ChunkInfo, limits: Limits): unknown {
  const where = { part: part.index, chunk: info.index };
  const place = `part ${part.index}, chunk ${info.index}`;
  if (isExrError(error)) return new ExrError(error.code, `${place}: ${error.message}`, { ...error.where, ...where }, { cause: error.cause });
  if (error instanceof KernelMemoryError) {
    return new ExrError('LIMIT_EXCEEDED', `${place}: ${error.message}`, { ...where, limit: 'memoryBytes', limitValue: limits.memoryBytes, requested: error.requested });
  }
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    return new ExrError('CORRUPT_DATA', `${place}: the ${part.compression} decoder left its bounds (${error.message})`, where, { cause: error });
  }
  return error;
}
