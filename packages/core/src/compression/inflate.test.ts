import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { constants, deflateRawSync, deflateSync, inflateRawSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../errors.ts';
import { inflateInto } from './inflate.ts';

const GUARD = 192;
const ROOM = 300_000;

describe.each([true, false])('inflateInto, simd %s', (simd) => {
  const kernels = createKernels({ simd });
  const arena = kernels.allocate(ROOM + 2 * GUARD);

  /** Inflates between two guard strips and sees that they are as they were. */
  function inflate(packed: Uint8Array, room: number): Uint8Array | 'CORRUPT_DATA' {
    kernels.bytes(arena, room + 2 * GUARD).fill(0xa5);
    let length = 0;
    try {
      length = inflateInto(kernels, packed, arena + GUARD, room);
    } catch (error) {
      if (!isExrError(error, 'CORRUPT_DATA')) throw error;
      length = -1;
    }
    for (const from of [arena, arena + GUARD + room])
      expect(kernels.bytes(from, GUARD).every((byte) => byte === 0xa5)).toBe(true);
    return length < 0 ? 'CORRUPT_DATA' : kernels.bytes(arena + GUARD, length).slice();
  }

  /** Bytes of every kind that deflate treats differently: noise, runs, repeats from near and far, few symbols. */
  const data = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 3000 }),
        fc.tuple(fc.nat(255), fc.nat(5000)).map(([value, length]) => new Uint8Array(length).fill(value)),
        fc
          .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(4000))
          .map(([part, length]) => Uint8Array.from({ length }, (_, i) => part[i % part.length]!)),
        fc
          .tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 8 }), fc.nat(40_000))
          .map(([seed, bits, length]) => noise(seed, bits, length)),
      ),
      { maxLength: 6 },
    )
    .map((parts) => new Uint8Array(Buffer.concat(parts)));
  const options = fc.record({
    level: fc.integer({ min: 0, max: 9 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
    windowBits: fc.integer({ min: 9, max: 15 }),
    strategy: fc.constantFrom(
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FILTERED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
      constants.Z_FIXED,
    ),
  });

  it('gives back what node:zlib deflated: all levels, windows and strategies, many blocks, none', () => {
    fc.assert(
      fc.property(data, options, fc.nat(100), (bytes, how, spare) => {
        const found = inflate(deflateSync(bytes, how), bytes.length + spare);
        expect(found !== 'CORRUPT_DATA' && Buffer.compare(found, bytes) === 0).toBe(true);
      }),
      { numRuns: 120 },
    );
    expect(inflate(deflateSync(new Uint8Array(0)), 0)).toEqual(new Uint8Array(0));
  });

  it('refuses a stream that holds more than the room, even by one byte', () => {
    fc.assert(
      fc.property(data, options, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (bytes, how, part) => {
        const packed = deflateSync(bytes, how);
        if (bytes.length === 0) return;
        expect(inflate(packed, bytes.length - 1)).toBe('CORRUPT_DATA');
        expect(inflate(packed, Math.floor(bytes.length * part))).toBe('CORRUPT_DATA');
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a stream cut anywhere and bytes that follow one', () => {
    for (const how of [
      { level: 9 },
      { strategy: constants.Z_FIXED },
      { strategy: constants.Z_HUFFMAN_ONLY },
      { level: 0 },
    ]) {
      const bytes = Uint8Array.from([...noise(7, 5, 700), ...new Uint8Array(300), ...noise(7, 5, 700)]);
      const packed = deflateSync(bytes, how);
      for (let length = 0; length < packed.length; length++)
        expect(inflate(packed.subarray(0, length), bytes.length)).toBe('CORRUPT_DATA');
      expect(inflate(Uint8Array.from([...packed, 0]), bytes.length)).toBe('CORRUPT_DATA');
    }
  });

  it('ends and stays within its room whatever the bytes are', () => {
    fc.assert(
      fc.property(
        data,
        options,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (bytes, how, edits) => {
          const packed = Uint8Array.from(deflateSync(bytes, how));
          for (const [at, value] of edits) packed[at % packed.length] = value;
          const found = inflate(packed, bytes.length);
          // With its checksum right it is most likely the data itself; what matters is that it is no longer than allowed.
          if (found !== 'CORRUPT_DATA') expect(found.length).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(3), (bytes, type) => {
        // A right zlib header, then a block of each type from noise.
        const packed = Uint8Array.from([0x78, 0x9c, ((bytes[0] ?? 0) & 0xf8) | (type << 1) | 1, ...bytes]);
        const found = inflate(packed, 5000);
        if (found !== 'CORRUPT_DATA') expect(found.length).toBeLessThanOrEqual(5000);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a method that is not deflate', [0x77, 0x85]],
    ['a header that fails its check', [0x78, 0x9d]],
    ['a window of 64 KiB', [0x88, 0x1c]],
    ['a preset dictionary', [0x78, 0xbb]],
  ])('refuses %s', (_, header) => {
    const packed = Uint8Array.from(deflateSync(Uint8Array.of(1, 2, 3)));
    packed.set(header);
    expect(inflate(packed, 3)).toBe('CORRUPT_DATA');
  });

  it('takes and refuses the damaged raw streams that node:zlib takes and refuses, with the same bytes', () => {
    let taken = 0;
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(7), fc.boolean()), { minLength: 1, maxLength: 3 });
    const check = fc.property(data, options, damage, (bytes, how, flips) => {
      const packed = Uint8Array.from(deflateRawSync(bytes, how));
      // Half of the damage goes to the first block's header and code lengths.
      for (const [at, bit, near] of flips)
        packed[at % (near ? Math.min(60, packed.length) : packed.length)]! ^= 1 << bit;
      let expected: Uint8Array | null = null;
      try {
        expected = inflateRawSync(packed, { maxOutputLength: bytes.length + 1 });
      } catch {
        // node:zlib refuses it
      }
      if (expected && expected.length > bytes.length) expected = null;
      const mark = kernels.mark();
      const source = kernels.allocate(packed.length);
      kernels.bytes(source, packed.length).set(packed);
      const length = kernels.call['inflateRaw']!(source, packed.length, arena, bytes.length);
      kernels.release(mark);
      expect(length < 0).toBe(expected === null);
      if (expected) expect(Buffer.compare(kernels.bytes(arena, length), expected)).toBe(0);
      if (expected) taken++;
    });
    fc.assert(check, { numRuns: 120 });
    expect(taken).toBeGreaterThan(5); // a flipped bit of a literal is still a stream
  });

  it('takes a million empty blocks in its stride', () => {
    // Ten bits each: not last, fixed codes, end of block. Four of them are five bytes: 02 08 20 80 00.
    const packed = new Uint8Array(2 + 5 * 250_000 + 2 + 4);
    packed.set([0x78, 0x9c]);
    for (let i = 2; i < packed.length - 6; i += 5) packed.set([0x02, 0x08, 0x20, 0x80, 0x00], i);
    packed.set([0x03, 0x00, 0, 0, 0, 1], packed.length - 6);
    const begin = performance.now();
    expect(inflate(packed, 0)).toEqual(new Uint8Array(0));
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('keeps fixed and dynamic codes apart when blocks of both follow each other', () => {
    const parts = [
      { strategy: constants.Z_FIXED },
      { strategy: constants.Z_HUFFMAN_ONLY },
      { strategy: constants.Z_FIXED },
      { level: 0 },
      { strategy: constants.Z_FIXED },
    ];
    const bytes = parts.map((_, i) => noise(i + 1, 6, 2000));
    const all = Uint8Array.from(bytes.flatMap((part) => [...part]));
    // Blocks of each kind, flushed to whole bytes, in one stream: the raw parts without their last flag.
    const raw = parts.map((how, i) => deflateRawSync(bytes[i]!, { ...how, finishFlush: constants.Z_SYNC_FLUSH }));
    const sum = deflateSync(all).subarray(-4);
    const packed = Uint8Array.from([0x78, 0x9c, ...raw.flatMap((part) => [...part]), 0x03, 0x00, ...sum]);
    const found = inflate(packed, all.length);
    expect(found !== 'CORRUPT_DATA' && Buffer.compare(found, all) === 0).toBe(true);
    expect(Buffer.compare(inflateSync(packed), all)).toBe(0); // node:zlib agrees that it is a stream
  });

  it('sees a wrong checksum, and a distance before the beginning', () => {
    const packed = Uint8Array.from(deflateSync(noise(3, 8, 5000)));
    packed[packed.length - 1]! ^= 1;
    expect(inflate(packed, 5000)).toBe('CORRUPT_DATA');
    // Fixed codes: length 3 (0000001), distance 1 (00000), end (0000000): nothing is there to repeat.
    expect(inflate(Uint8Array.of(0x78, 0x9c, 0x03, 0x02, 0x00, 0, 0, 0, 1), 100)).toBe('CORRUPT_DATA');
  });
});

/** `length` numbers below 2^bits from a linear congruential generator, low ones more often. */
function noise(seed: number, bits: number, length: number): Uint8Array {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 16;
  return Uint8Array.from({ length }, () => next() & next() & ((1 << bits) - 1));
}
