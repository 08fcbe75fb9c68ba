/**
 * ZSTD (OpenEXR 3.5): a header, then one Zstandard frame that expands to one or two segments: the 16-bit values of the chunk, and the 32-bit ones,
 * each sorted by the bytes of the values, each run of a channel in a line perhaps as differences. See docs/decisions/zstd.md.
 */
import type { Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';
import type { ChunkChannel, ChunkShape, Decompress } from './codec.ts';

/** 'zstd-exr'. */
const MAGIC = [0x7a737464, 0x2d657872] as const;
/** Magic, format, flags, and the length of what follows; little-endian. */
const HEADER_BYTES = 24;
/** Before each segment, its length. */
const LENGTH_BYTES = 8;
const DELTA = 1;

/** What the kernel says instead of a length: packages/kernels/assembly/zstd/results.ts. */
const REASONS: Readonly<Record<number, string>> = {
  [-1]: 'is broken',
  [-2]: 'holds more bytes than that',
  [-3]: 'ends too early',
  [-4]: 'fails its checksum',
  [-5]: 'is followed by other bytes',
  [-6]: 'asks for a dictionary',
};

/** Decompresses one chunk, sample table or deep chunk. Memory follows the chunk's size, never what the frame claims. Errors: CORRUPT_DATA. */
export const decompressZstd: Decompress = (kernels, packed, out, shape) => {
  const delta = readHeader(packed);
  const [bytes16, bytes32] = bytesByKind(shape);
  if (bytes16 + bytes32 !== shape.unpackedBytes) {
    throw new ExrError('INVALID_ARGUMENT', `the chunk's channels have ${bytes16 + bytes32} bytes, its shape says ${shape.unpackedBytes}`);
  }
  const expected = bytes16 + bytes32 + LENGTH_BYTES * ((bytes16 > 0 ? 1 : 0) + (bytes32 > 0 ? 1 : 0));
  const mark = kernels.mark();
  try {
    // The whole chunk, so that what the kernel reads before the frame is memory too.
    const from = kernels.allocate(packed.length);
    kernels.bytes(from, packed.length).set(packed);
    const stream = kernels.allocate(expected);
    const length = kernels.call['zstdFrame']!(from + HEADER_BYTES, packed.length - HEADER_BYTES, stream, expected);
    if (length < 0) throw corrupt(`frame of ${packed.length - HEADER_BYTES} bytes for at most ${expected} ${REASONS[length]}`);
    if (length !== expected) throw corrupt(`unpacks to ${length} bytes, expected ${expected}`);
    let at = stream;
    const segment = (bytes: number): number => {
      if (bytes === 0) return 0;
      const view = kernels.view();
      const found = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
      if (found !== bytes) throw corrupt(`segment of ${found} bytes, expected ${bytes}`);
      at += LENGTH_BYTES + bytes;
      return at - bytes;
    };
    const values16 = segment(bytes16);
    placeRuns(kernels, shape, { at: values16, apart: bytes16 / 2 }, { at: segment(bytes32), apart: bytes32 / 4 }, out, delta);
  } finally {
    kernels.release(mark);
  }
};

function corrupt(message: string): ExrError {
  return new ExrError('CORRUPT_DATA', `ZSTD chunk: ${message}`);
}

/** Checks the header; whether values are differences. */
function readHeader(packed: Uint8Array): boolean {
  if (packed.length < HEADER_BYTES) throw corrupt(`${packed.length} bytes, expected at least ${HEADER_BYTES}`);
  const view = new DataView(packed.buffer, packed.byteOffset, HEADER_BYTES);
  if (view.getUint32(0) !== MAGIC[0] || view.getUint32(4) !== MAGIC[1]) throw corrupt("does not begin with 'zstd-exr'");
  const format = view.getUint32(8, true);
  const flags = view.getUint32(12, true);
  if (!(format === 1 && flags === 0) && !(format === 2 && flags <= DELTA)) {
    throw corrupt(`format ${format} with flags ${flags}, expected 1 with 0, or 2 with 0 or 1`);
  }
  const length = view.getUint32(16, true) + view.getUint32(20, true) * 2 ** 32;
  if (length !== packed.length - HEADER_BYTES) throw corrupt(`frame of ${length} bytes, expected ${packed.length - HEADER_BYTES}`);
  return flags === DELTA;
}

/** Values of a channel in line `y`, the `line`th of the chunk. */
function valuesIn(channel: ChunkChannel, y: number, samples: ArrayLike<number> | undefined, line: number): number {
  if (samples) return samples[line]!;
  return channel.ySampling !== 1 && y % channel.ySampling !== 0 ? 0 : channel.width;
}

function bytesByKind({ channels, yMin, yMax, samples }: ChunkShape): [bytes16: number, bytes32: number] {
  let [bytes16, bytes32, inAll] = [0, 0, 0];
  if (samples) for (let line = 0; line <= yMax - yMin; line++) inAll += samples[line]!;
  for (const { width, height, bytesPerValue } of channels) {
    const values = samples ? inAll : width * height;
    if (bytesPerValue === 2) bytes16 += 2 * values;
    else bytes32 += 4 * values;
  }
  return [bytes16, bytes32];
}

/** The bytes of a kind's values: the lowest from `at` on, the next ones `apart` further. */
interface Sorted {
  at: number;
  readonly apart: number;
}

/** Runs lie sorted by kind, and go line by line, channel by channel. */
function placeRuns(kernels: Kernels, shape: ChunkShape, kind16: Sorted, kind32: Sorted, out: number, delta: boolean): void {
  const { channels, wanted, samples } = shape;
  const { zstdRun16, zstdRun32 } = kernels.call;
  if (wanted?.includes(false)) kernels.bytes(out, shape.unpackedBytes).fill(0);
  let to = out;
  for (let y = shape.yMin, line = 0; y <= shape.yMax; y++, line++) {
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[i]!;
      const count = valuesIn(channel, y, samples, line);
      if (count === 0) continue;
      const narrow = channel.bytesPerValue === 2;
      const kind = narrow ? kind16 : kind32;
      if (wanted?.[i] !== false) (narrow ? zstdRun16 : zstdRun32)!(kind.at, kind.apart, to, count, delta ? 1 : 0);
      kind.at += count;
      to += count * channel.bytesPerValue;
    }
  }
}
