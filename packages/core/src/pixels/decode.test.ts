import { createKernels, type Kernels } from '@exr/kernels';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { packedIn, planReads, readChunkIndex, shapesOf, type PackedChunk } from '../chunks/index.ts';
import { COMPRESSIONS } from '../header/types.ts';
import { openExr } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { decodeChunk } from './index.ts';
import { isFault } from './thread.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const ROOM = 8 * 2 ** 20;

/** Kernels whose free memory holds `value` everywhere before each chunk. */
function poisoned(value: number): { kernels: Kernels; poison: () => void } {
  const kernels = createKernels();
  return {
    kernels,
    poison: () => {
      const mark = kernels.mark();
      kernels.bytes(kernels.allocate(ROOM), ROOM).fill(value);
      kernels.release(mark);
    },
  };
}

const [a, b] = [poisoned(0xaa), poisoned(0x55)];

/** Packed chunks of every part of a fixture, and how to decode one: its bytes, or the code of its fault. */
async function chunksOf(path: string) {
  const bytes = readFileSync(new URL(path, fixtures));
  const file = await openExr(memorySource(bytes, path));
  const index = await readChunkIndex(file);
  const shapes = file.parts.map((part) => shapesOf(part));
  const context = { source: file.source, index, shapes, multipart: file.version.multipart, limits: DEFAULT_LIMITS };
  const wanted = index.grids.flatMap((grid) => Array.from({ length: grid.count }, (_, chunk) => ({ order: chunk, part: grid.part.index, chunk })));
  const chunks: PackedChunk[] = [];
  for (const read of planReads(index, wanted, context)) for (const planned of read.chunks) chunks.push(packedIn(context, planned, bytes.subarray(read.offset), read.offset)!);
  const decode = ({ kernels, poison }: typeof a, packed: PackedChunk): string => {
    const { part } = index.grids[packed.part]!;
    const info = index.grids[packed.part]!.chunk(packed.chunk);
    poison();
    const mark = kernels.mark();
    try {
      const decoded = decodeChunk(kernels, packed, part, info, shapes[packed.part]!(info.box));
      const counts = decoded.deep ? Buffer.from(kernels.bytes(decoded.deep.counts, decoded.deep.width * decoded.deep.height * 4)).toString('base64') : '';
      return counts + Buffer.from(kernels.bytes(decoded.address, decoded.shape.unpackedBytes)).toString('base64');
    } catch (error) {
      if (!isFault(error)) throw error;
      expect((error as { where: unknown }).where).toMatchObject({ part: packed.part, chunk: packed.chunk });
      return (error as { code: string }).code;
    } finally {
      kernels.release(mark);
    }
  };
  return { chunks, decode };
}

const paths = readdirSync(fixtures).filter((name) => name.endsWith('.exr'));
const one = (codec: string) => paths.filter((name) => name.endsWith(`_${codec}.exr`) ? /^(uint_half_float|yc|scan_half|deep_tile)/.test(name) : name.startsWith(`${codec}_`)).slice(0, 4);

describe('a decoded chunk', () => {
  it.each(COMPRESSIONS)('%s: has no byte that does not come from the file', async (codec) => {
    expect(one(codec).length).toBeGreaterThan(0);
    for (const path of one(codec)) {
      const { chunks, decode } = await chunksOf(path);
      expect(chunks.length).toBeGreaterThan(0);
      for (const packed of chunks.slice(0, 12)) expect(decode(a, packed)).toBe(decode(b, packed));
    }
  });

  it.each(COMPRESSIONS)('%s: nor when the file lies; it is decoded or named as corrupt', async (codec) => {
    for (const path of one(codec).slice(0, 3)) {
      const { chunks, decode } = await chunksOf(path);
      fc.assert(
        fc.property(fc.nat(chunks.length - 1), fc.array(fc.record({ at: fc.nat(1 << 20), bits: fc.integer({ min: 1, max: 255 }) }), { maxLength: 4 }), fc.nat(40), (which, flips, cut) => {
          const packed = chunks[which]!;
          const data = packed.data.slice(0, Math.max(packed.tableSize, packed.data.length - (cut > 20 ? cut - 20 : 0)));
          for (const { at, bits } of flips) if (data.length > 0) data[at % data.length]! ^= bits;
          const lying = { ...packed, data };
          expect(decode(a, lying)).toBe(decode(b, lying));
        }),
        { numRuns: 25 },
      );
    }
  });
});
