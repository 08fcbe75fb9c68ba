import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { huffmanInto } from './huffman.ts';

/** A code: `lengths` by symbol; the highest symbol is the run-length code. */
type Lengths = ReadonlyMap<number, number>;

/** Canonical codes: from the longest length up, within a length by symbol (OpenEXRCore, hufCanonicalCodeTable), as text of 0 and 1. */
function codesOf(lengths: Lengths): Map<number, string> {
  const codes = new Map<number, string>();
  let code = 0n;
  for (let length = 58; length > 0; length--) {
    for (const [symbol] of [...lengths].filter(([, l]) => l === length).sort(([a], [b]) => a - b)) {
      codes.set(symbol, (code++).toString(2).padStart(length, '0'));
    }
    code >>= 1n;
  }
  return codes;
}

/** Lengths of an optimal code for these counts, by joining the two rarest again and again. */
function optimalLengths(counts: ReadonlyMap<number, number>): Lengths {
  const lengths = new Map<number, number>();
  let nodes = [...counts].map(([symbol, count]) => ({ count, symbols: [symbol] }));
  while (nodes.length > 1) {
    nodes.sort((a, b) => a.count - b.count);
    const [a, b, ...rest] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths.set(symbol, (lengths.get(symbol) ?? 0) + 1);
    nodes = [...rest, { count: a.count + b.count, symbols }];
  }
  return lengths;
}

const bin = (value: number, bits: number): string => value.toString(2).padStart(bits, '0');

function bytesOf(bits: string): number[] {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Array.from({ length: padded.length / 8 }, (_, i) => parseInt(padded.slice(i * 8, i * 8 + 8), 2));
}

/** The block as a writer makes it; `runs` says which items are [value, repeats] instead of single values. */
function encode(lengths: Lengths, items: readonly (number | readonly [number, number])[]): Uint8Array {
  const symbols = [...lengths.keys()].sort((a, b) => a - b);
  const [low, high] = [symbols[0]!, symbols.at(-1)!];
  let table = '';
  for (let symbol = low; symbol <= high;) {
    const length = lengths.get(symbol);
    if (length) {
      table += bin(length, 6);
      symbol++;
      continue;
    }
    let zeroes = 1;
    while (zeroes < 261 && !lengths.has(symbol + zeroes)) zeroes++;
    table += zeroes >= 6 ? bin(63, 6) + bin(zeroes - 6, 8) : zeroes >= 2 ? bin(57 + zeroes, 6) : bin(0, 6);
    symbol += zeroes;
  }
  const codes = codesOf(lengths);
  const data = items.map((item) => (typeof item === 'number' ? codes.get(item)! : codes.get(item[0])! + codes.get(high)! + bin(item[1], 8))).join('');
  const header = new Uint32Array([low, high, Math.ceil(table.length / 8), data.length, 0]);
  return Uint8Array.of(...new Uint8Array(header.buffer), ...bytesOf(table), ...bytesOf(data));
}

const flat = (items: readonly (number | readonly [number, number])[]): number[] =>
  items.flatMap((item) => (typeof item === 'number' ? [item] : new Array<number>(item[1] + 1).fill(item[0])));

describe.each([['SIMD', true], ['scalar', false]] as const)('Huffman blocks, %s kernels', (_, simd) => {
  const kernels = createKernels({ simd });
  const decode = (block: Uint8Array, count: number): number[] => {
    const mark = kernels.mark();
    try {
      const packed = kernels.allocate(block.length);
      const out = kernels.allocate(count * 2 + 64);
      kernels.bytes(packed, block.length).set(block);
      kernels.bytes(out, count * 2 + 64).fill(0xa5);
      huffmanInto(kernels, packed, block.length, out, count);
      expect(kernels.bytes(out + count * 2, 64).every((byte) => byte === 0xa5), 'nothing behind the last value').toBe(true);
      return [...new Uint16Array(kernels.bytes(out, count * 2).slice().buffer)];
    } finally {
      kernels.release(mark);
    }
  };

  it('reads codes of every length from 1 to 58 bits', () => {
    // 1, 2, …, 57, 58, 58: complete. Each symbol follows each other at some distance.
    const lengths = new Map(Array.from({ length: 59 }, (_, i) => [i * 7, Math.min(i + 1, 58)]));
    const values = Array.from({ length: 3000 }, (_, i) => ((i * i + (i >> 3)) % 58) * 7);
    expect(decode(encode(lengths, values), values.length)).toEqual(values);
    const same = Array.from({ length: 40 }, () => 56 * 7);
    expect(decode(encode(lengths, same), same.length)).toEqual(same);
  });

  it('reads what any counts of any values make, with runs', () => {
    const symbol = fc.oneof(fc.nat(40), fc.nat(65535), fc.constant(65535));
    const item = fc.oneof({ weight: 4, arbitrary: symbol }, { weight: 1, arbitrary: fc.tuple(symbol, fc.integer({ min: 1, max: 255 })) });
    fc.assert(fc.property(fc.array(item, { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 12 }), (items, skew) => {
      const counts = new Map<number, number>();
      for (const each of items) {
        const value = typeof each === 'number' ? each : each[0];
        counts.set(value, (counts.get(value) ?? 0) + 1 / skew ** (counts.size + 1));
      }
      counts.set(Math.max(...counts.keys()) + 1, 1);
      const values = flat(items);
      expect(decode(encode(optimalLengths(counts), items), values.length)).toEqual(values);
    }), { numRuns: 150 });
  });

  it('refuses what is not a block of that many values', () => {
    const lengths = new Map([[3, 1], [4, 2], [9, 2]]);
    const block = encode(lengths, [3, 3, 4, [4, 5], 3]);
    const changed = (change: (words: Uint32Array, bytes: Uint8Array) => void): Uint8Array => {
      const copy = block.slice();
      change(new Uint32Array(copy.buffer, 0, 5), copy);
      return copy;
    };
    expect(decode(block, 10)).toEqual([3, 3, 4, 4, 4, 4, 4, 4, 4, 3]);
    expect(() => decode(block, 11)).toThrow(/bits end before/);
    expect(() => decode(encode(lengths, [3, 3, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3]), 3)).toThrow(/bits are left/);
    expect(() => decode(block, 6)).toThrow(/run with nothing to repeat/);
    expect(() => decode(encode(lengths, [[9, 0]]).slice(), 3)).toThrow(/run with nothing/);
    expect(() => decode(encode(lengths, [3, [4, 0]]), 3)).toThrow(/run with nothing/);
    expect(() => decode(encode(new Map([[3, 2], [4, 2], [9, 2]]), [3]).fill(0xff, -1), 1)).toThrow(/no symbol has/);
    expect(() => decode(encode(new Map([[3, 1], [4, 1], [9, 1]]), [3]), 1)).toThrow(/prefix code/);
    expect(() => decode(encode(new Map([[3, 1], [9, 2]]), [3]), 1)).toThrow(/prefix code/);
    expect(() => decode(changed((words) => (words[1] = 8)), 10)).toThrow(/prefix code|no symbol|values/);
    expect(() => decode(block.slice(0, 19), 10)).toThrow(/header/);
    expect(() => decode(block.slice(0, 21), 10)).toThrow(/prefix code/);
    expect(() => decode(block.slice(0, -1), 10)).toThrow(/header/);
  });
});
