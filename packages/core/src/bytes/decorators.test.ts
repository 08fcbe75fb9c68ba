import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cached, coalescing, counting, memorySource, type ByteSource } from './index.ts';

const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const bytes = pattern(10_000);
const reads = fc.array(
  fc.nat(bytes.length).chain((offset) => fc.nat(bytes.length - offset).map((length): [number, number] => [offset, length])),
  { maxLength: 20 },
);

describe('counting', () => {
  it('counts reads, bytes and where they were', async () => {
    const source = counting(memorySource(bytes));
    await source.read(0, 100);
    await source.read(50, 5);
    expect(source).toMatchObject({ reads: 2, bytes: 105, ranges: [[0, 100], [50, 5]], name: 'memory' });
    source.reset();
    expect(source).toMatchObject({ reads: 0, bytes: 0 });
  });
});

describe('cached', () => {
  it('gives the same bytes as the source, whatever is read in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(reads, fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 8 }), async (wanted, blockBytes, blocks) => {
        const source = cached(memorySource(bytes), { blockBytes, maxBytes: blockBytes * blocks });
        const got = await Promise.all(wanted.map(([offset, length]) => source.read(offset, length)));
        wanted.forEach(([offset, length], i) => expect(Buffer.compare(got[i]!, bytes.subarray(offset, offset + length))).toBe(0));
      }),
      { numRuns: 60 },
    );
  });

  it('reads a block once, and neighbouring missing blocks in one read', async () => {
    const inner = counting(memorySource(bytes));
    const source = cached(inner, { blockBytes: 1000 });
    await Promise.all([source.read(100, 10), source.read(900, 50)]);
    expect(inner.ranges).toEqual([[0, 1000]]);
    await source.read(500, 3000);
    expect(inner.ranges).toEqual([[0, 1000], [1000, 3000]]);
    await source.read(9990, 10);
    expect(inner.ranges[2]).toEqual([9000, 1000]);
  });

  it('forgets the block used longest ago', async () => {
    const inner = counting(memorySource(bytes));
    const source = cached(inner, { blockBytes: 1000, maxBytes: 3000 });
    for (const at of [0, 1000, 2000, 0, 3000, 0, 1000]) await source.read(at, 1);
    expect(inner.ranges.map(([offset]) => offset)).toEqual([0, 1000, 2000, 3000, 1000]);
  });

  it('does not remember a read that failed', async () => {
    let fail = true;
    const inner: ByteSource = { ...memorySource(bytes), read: (offset, length) => (fail ? Promise.reject(new Error('down')) : memorySource(bytes).read(offset, length)) };
    const source = cached(inner);
    await expect(source.read(0, 4)).rejects.toThrow('down');
    fail = false;
    expect(await source.read(0, 4)).toEqual(bytes.subarray(0, 4));
  });

  it("is not spoiled for one reader by another's cancellation", async () => {
    const stop = new AbortController();
    const inner: ByteSource = {
      ...memorySource(bytes),
      read: (offset, length, options) =>
        new Promise((resolve, reject) => {
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
          setTimeout(() => resolve(bytes.subarray(offset, offset + length)), 20);
        }),
    };
    const source = cached(inner);
    const first = source.read(0, 4, { signal: stop.signal });
    const second = source.read(2, 4);
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await expect(first).rejects.toBe(stop.signal.reason);
    expect(await second).toEqual(bytes.subarray(2, 6));
  });
});

describe('coalescing', () => {
  it('gives every reader its own bytes', async () => {
    await fc.assert(
      fc.asyncProperty(reads, fc.nat(2000), fc.integer({ min: 1, max: 4000 }), async (wanted, gapBytes, maxBytes) => {
        const source = coalescing(memorySource(bytes), { gapBytes, maxBytes });
        const got = await Promise.all(wanted.map(([offset, length]) => source.read(offset, length)));
        wanted.forEach(([offset, length], i) => expect(Buffer.compare(got[i]!, bytes.subarray(offset, offset + length))).toBe(0));
      }),
      { numRuns: 60 },
    );
  });

  it('merges what is near, not what is far or too long', async () => {
    const inner = counting(memorySource(bytes));
    const source = coalescing(inner, { gapBytes: 100, maxBytes: 1000 });
    await Promise.all([source.read(0, 10), source.read(50, 10), source.read(5000, 10), source.read(5050, 2000), source.read(20, 5)]);
    expect(inner.ranges).toEqual([[0, 60], [5000, 10], [5050, 2000]]);
  });

  it('fails the reads that the failed one carried, and no others', async () => {
    const inner: ByteSource = { ...memorySource(bytes), read: (offset, length) => (offset < 100 ? Promise.reject(new Error('bad sector')) : memorySource(bytes).read(offset, length)) };
    const source = coalescing(inner, { gapBytes: 10 });
    const [a, b, c] = await Promise.allSettled([source.read(0, 10), source.read(12, 10), source.read(500, 10)]);
    expect([a.status, b.status, c.status]).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('ends the read of a caller that cancels, and the merged one when all have', async () => {
    let ended = false;
    const inner: ByteSource = {
      ...memorySource(bytes),
      read: (_offset, _length, options) => new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', () => ((ended = true), reject(options.signal?.reason)))),
    };
    const source = coalescing(inner);
    const [one, two] = [new AbortController(), new AbortController()];
    const reading = [source.read(0, 10, { signal: one.signal }), source.read(20, 10, { signal: two.signal })];
    await new Promise((resolve) => setTimeout(resolve, 10));
    one.abort();
    await expect(reading[0]).rejects.toBe(one.signal.reason);
    expect(ended).toBe(false);
    two.abort();
    await expect(reading[1]).rejects.toBe(two.signal.reason);
    expect(ended).toBe(true);
  });

  it('refuses a range beyond the end by itself, without harm to its neighbours', async () => {
    const source = coalescing(memorySource(bytes));
    const [bad, good] = await Promise.allSettled([source.read(9_999, 2), source.read(9_990, 5)]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'TRUNCATED' } });
    expect(good.status).toBe('fulfilled');
  });
});
