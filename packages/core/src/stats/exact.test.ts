import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactSum, powerOfTwo, ratio } from './exact.ts';
import { matchesGlob, chosenChannels } from './select.ts';

describe('exact arithmetic', () => {
  it('sums of products lose nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.maxSafeNat(), fc.maxSafeNat())), (pairs) => {
        const sum = new ExactSum();
        for (const [a, b] of pairs) sum.add(a, b);
        expect(sum.value()).toBe(pairs.reduce((total, [a, b]) => total + BigInt(a) * BigInt(b), 0n));
      }),
    );
  });

  it('a ratio of doubles is what the processor divides', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (a, b) => {
        expect(ratio(BigInt(a), BigInt(b))).toBe(a / b + 0);
      }),
    );
  });

  it('rounds to nearest, ties to even, whatever was cut off', () => {
    const half = 1n << 53n;
    expect(ratio(half + 1n, 1n)).toBe(Number(half));
    expect(ratio(((half + 1n) << 200n) + 1n, 1n << 200n)).toBe(Number(half + 2n));
    expect(ratio(3n, 1n, -149)).toBe(3 * 2 ** -149);
  });

  it('powers of two', () => {
    for (let k = -1022; k <= 1023; k++) expect(powerOfTwo(k)).toBe(2 ** k);
  });
});

describe('choosing channels', () => {
  it.each([
    ['*', '', true],
    ['R', 'R', true],
    ['R', 'diffuse.R', false],
    ['*.R', 'diffuse.R', true],
    ['diffuse.*', 'diffuse.left.R', true],
    ['?', 'R', true],
    ['?', '', false],
    ['*a*b*c', 'xxaxxbxxbc', true],
    ['*a*b*c', 'xxaxxbxxb', false],
    ['a*', 'b', false],
    ['[R]', 'R', false],
  ])('%s and %s: %s', (glob, name, matches) => expect(matchesGlob(glob, name)).toBe(matches));

  it('agrees with a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 6 });
    fc.assert(
      fc.property(glob, text, (pattern, name) => {
        const expression = pattern.replace(/\./g, '\\.').replace(/\*/g, '.*').replace(/\?/g, '.');
        expect(matchesGlob(pattern, name)).toBe(new RegExp(`^${expression}$`).test(name));
      }),
    );
  });

  it('takes layers by the text before the last period', () => {
    const names = ['B', 'a.b.R', 'a.R', 'a.G'];
    expect(chosenChannels(names, { layer: 'a' })).toEqual([2, 3]);
    expect(chosenChannels(names, { layer: '' })).toEqual([0]);
    expect(chosenChannels(names, { layer: 'a', channels: ['*.G', 'B'] })).toEqual([3]);
    expect(chosenChannels(names, {})).toEqual([0, 1, 2, 3]);
  });
});
