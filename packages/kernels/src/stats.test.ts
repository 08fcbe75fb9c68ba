import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernels } from './index.ts';

/** What the statistics' kernels promise each other and the host; whole statistics are tested in core/src/stats. */
describe.each([true, false])('statistics kernels, simd %s', (simd) => {
  const kernels = createKernels({ simd });
  const call = (name: string, ...args: number[]): number => kernels.call[name]!(...args);

  it.each([4, 8] as const)('moves what is not empty to the front of a table of %s-byte entries', (size) => {
    const entry = size === 4 ? fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(BigInt) : fc.bigInt(0n, 2n ** 64n - 1n);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.nat(255), entry), { selector: ([at]) => at }), (entries) => {
        const mark = kernels.mark();
        const [table, numbers] = [kernels.allocate(256 * size), kernels.allocate(257 * 2)];
        kernels.bytes(table, 256 * size).fill(0);
        const read = (i: number): bigint =>
          size === 4
            ? BigInt(kernels.view().getUint32(table + i * 4, true))
            : kernels.view().getBigUint64(table + i * 8, true);
        for (const [at, value] of entries) {
          if (size === 4) kernels.view().setUint32(table + at * 4, Number(value), true);
          else kernels.view().setBigUint64(table + at * 8, value, true);
        }
        const n = call(size === 4 ? 'statsCompact32' : 'statsCompact64', table, 256, numbers);
        const got = Array.from({ length: n }, (_, i): [number, bigint] => [
          kernels.view().getUint16(numbers + i * 2, true),
          read(i),
        ]);
        expect(got).toEqual(entries.filter(([, value]) => value !== 0n).sort(([a], [b]) => a - b));
        kernels.release(mark);
      }),
    );
  });

  it('names the column of every deep sample', () => {
    const mark = kernels.mark();
    const [counts, out] = [kernels.allocate(16), kernels.allocate(64)];
    new Uint32Array(kernels.bytes(counts, 16).buffer, counts, 4).set([2, 0, 3, 1]);
    call('statsDeepColumns', counts, 4, -2, out);
    expect([...new Int32Array(kernels.bytes(out, 24).buffer, out, 6)]).toEqual([-2, -2, 0, 0, 0, 1]);
    kernels.release(mark);
  });

  it('finds the last value of rows of every length, wherever they begin', () => {
    // The vectors of the last few values overlap those before them; a single odd value must not be missed or seen
    // twice.
    const places = kernels.allocate(call('statsPlacesBytes'));
    const table = kernels.allocate(65_536 * 4);
    for (let width = 1; width <= 70; width++) {
      for (const offset of [0, 2, 6]) {
        const mark = kernels.mark();
        const address = kernels.allocate(width * 2 + 8) + offset;
        kernels.bytes(table, 65_536 * 4).fill(0);
        const values = new Uint16Array(kernels.bytes(address, width * 2).buffer, address, width).fill(0x3c00);
        values[width - 1] = 0xbc00;
        call('statsPlacesReset', places);
        call('statsHalf', table, places, address, 0, 1, width, 5, 1, 0, 3, 1);
        const view = kernels.view();
        expect([view.getInt32(places, true), view.getInt32(places + 4, true)]).toEqual([-0x3c00, 5 + width - 1]);
        expect([view.getUint32(table + 0x3c00 * 4, true), view.getUint32(table + 0xbc00 * 4, true)]).toEqual([
          width - 1,
          1,
        ]);
        kernels.release(mark);
      }
    }
  });
});
