import { createHash } from 'node:crypto';
import { createKernels, type Kernels } from '@exr/kernels';
import { describe, expect, it } from 'vitest';
import { blocks, type Block } from './openjph.spec-util.ts';

/** Rows of values from the kernel, and its result. */
function decode(kernels: Kernels, block: Block, wide: boolean, room: number): { result: number; values: Int32Array; around: boolean } {
  const mark = kernels.mark();
  const bytes = Buffer.from(block.bytes, 'hex');
  const from = kernels.allocate(bytes.length);
  kernels.bytes(from, bytes.length).set(bytes);
  const size = wide ? 8 : 4;
  const stride = (room + 4) * size;
  const to = kernels.allocate(stride * (block.height + 1));
  kernels.bytes(to, stride * (block.height + 1)).fill(0x5a);
  const result = kernels.call['htj2kBlock']!(
    from, block.cleanup, block.refinement, block.passes, block.planes, block.missing, block.width, block.height, block.causal, to, stride, room, wide ? 1 : 0,
  );
  const view = kernels.view();
  const values = new Int32Array(block.width * block.height);
  for (let i = 0; i < values.length; i++) {
    const at = to + Math.floor(i / block.width) * stride + (i % block.width) * size;
    values[i] = wide ? Number(view.getBigInt64(at, true)) : view.getInt32(at, true);
  }
  let around = true;
  for (let y = 0; y <= block.height; y++) {
    const first = y < block.height ? room * size : 0;
    around &&= kernels.bytes(to + y * stride + first, stride - first).every((byte) => byte === 0x5a);
  }
  kernels.release(mark);
  return { result, values, around };
}

const describeBlock = (block: Block): string =>
  `${block.width} × ${block.height}, ${block.passes} passes from plane ${block.planes - 1 - block.missing} of ${block.planes}${block.causal ? ', causal' : ''}`;

describe.each([['SIMD', createKernels({ simd: true })], ['scalar', createKernels({ simd: false })]] as const)('HT block decoder, %s kernels', (_, kernels) => {
  describe.each([['32', false], ['64', true]] as const)('%s bits', (__, wide) => {
    it.each(blocks.map((block) => [describeBlock(block), block] as const))('%s: the values that OpenJPH decodes, and nothing beside them', (___, block) => {
      for (const room of [block.width, Math.ceil(block.width / 4) * 4]) {
        const { result, values, around } = decode(kernels, block, wide, room);
        expect(result).toBe(0);
        expect(values.filter((value) => value !== 0).length).toBe(block.significant);
        expect(createHash('sha256').update(values).digest('hex')).toBe(block.sha256_i32);
        expect(around).toBe(true);
      }
    });
  });

  it('covers every kind of pass', () => {
    expect(new Set(blocks.map(({ passes, causal }) => `${passes} ${causal}`))).toEqual(new Set(['1 0', '2 0', '3 0', '3 1']));
  });

  it('refuses false lengths, and bounds that no plane holds', () => {
    const block = blocks[0]!;
    expect(decode(kernels, { ...block, cleanup: 1 }, false, 64).result).toBe(-1);
    // The last 12 bits say how long MEL and VLC are: longer than the segment.
    const long = { ...block, bytes: `${block.bytes.slice(0, 2 * block.cleanup - 2)}fe` };
    expect(decode(kernels, long, false, 64).result).toBe(-1);
    expect(decode(kernels, { ...block, missing: 0 }, false, 64).result).toBe(-3);
  });
});
