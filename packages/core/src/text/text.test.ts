import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatNumber, formatSeconds, plainText } from './index.ts';

describe('plainText', () => {
  it('shows controls, ANSI and bidi characters instead of sending them', () => {
    expect(plainText('a\x1b[31mred\x07\u202egnp.exr\u200b\ufeff')).toBe('a\\x1b[31mred\\x07\\u202egnp.exr\\u200b\\ufeff');
    expect(plainText('one\ntwo\tthree')).toBe('one\\ntwo\\tthree');
    expect(plainText('one\ntwo\x1b', { multiline: true })).toBe('one\ntwo\\x1b');
    expect(plainText('naïve 日本語 🎬')).toBe('naïve 日本語 🎬');
    expect(plainText('\ud800')).toBe('\\ud800');
  });

  it('cuts at code points and says the true length', () => {
    expect(plainText('🎬'.repeat(10), { max: 3 })).toBe('🎬🎬🎬… (10 characters)');
    expect(plainText('abc', { max: 3 })).toBe('abc');
  });

  it('never lets a control or format character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(plainText(text))),
    );
  });
});

it('formats numbers for people', () => {
  expect([formatBytes(331), formatBytes(65536), formatBytes(1.5 * 2 ** 30), formatBytes(1023 * 1024)]).toEqual(['331 B', '64.0 KiB', '1.50 GiB', '1023 KiB']);
  expect([formatNumber(0.333333333), formatNumber(1e12), formatNumber(null), formatNumber('NaN'), formatNumber(65504), formatNumber(1e-7)]).toEqual([
    '0.333333', '1e+12', '–', 'NaN', '65504', '1e-7',
  ]);
  expect([formatSeconds(0.84), formatSeconds(42), formatSeconds(200), formatSeconds(7500)]).toEqual(['0.8 s', '42 s', '3 min 20 s', '2 h 05 min']);
});
