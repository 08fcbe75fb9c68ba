import { expect, it } from 'vitest';
import { DEFAULT_LIMITS, FACE_LIMITS, limitsFromTexts, UNTRUSTED_LIMITS } from './index.ts';

it('whatever comes from strangers is read within UNTRUSTED_LIMITS; what a face does otherwise is named here', () => {
  const differs = (face: keyof typeof FACE_LIMITS): Record<string, number> => Object.fromEntries(Object.entries(FACE_LIMITS[face]).filter(([name, value]) => value !== UNTRUSTED_LIMITS[name as keyof typeof UNTRUSTED_LIMITS]));
  expect(FACE_LIMITS.cli).toBe(DEFAULT_LIMITS);
  expect(differs('mcp')).toEqual({});
  expect(FACE_LIMITS.mcp.seconds).toBe(10);
  expect(differs('function')).toEqual({ seconds: Infinity });
  expect(differs('editor')).toEqual({ stringLength: 65_536, previewPixels: 2 ** 26, seconds: Infinity });
});

it('a Cryptomatte manifest of 60 MB passes the limits of every face', () => {
  for (const limits of Object.values(FACE_LIMITS)) expect(limits.headerBytes).toBeGreaterThanOrEqual(64 * 1024 * 1024);
});

it('a sound frame of 2 GB passes the limits of every face', () => {
  // 16,384 × 8,192 × RGBA float: 2 GiB, in chunks of 16 lines.
  for (const limits of Object.values(FACE_LIMITS)) {
    expect(16_384 * 8192).toBeLessThanOrEqual(limits.windowArea);
    expect(16_384 * 16 * 16).toBeLessThanOrEqual(limits.chunkBytes);
    expect(8192 / 16).toBeLessThanOrEqual(limits.chunks);
  }
});

it('limits are read from texts', () => {
  expect(limitsFromTexts(['parts=3', 'seconds=Infinity', 'parts=4'], '--limit')).toEqual({ parts: 4, seconds: Infinity });
  for (const wrong of ['parts', 'nothing=1', 'parts=0', 'parts=-1', 'parts=many', 'constructor=1', '=1']) expect(() => limitsFromTexts([wrong], '--limit'), wrong).toThrow(/^--limit .*expected/);
});
