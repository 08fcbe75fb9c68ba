import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Box } from '../../shared/protocol.ts';
import { boxInLevel, contains, heightOf, levelMap, type View, visibleBox, widthOf } from './geometry.ts';
import { planPieces, planProxy, TILE } from './plan.ts';

const boxOf = (width: number, height: number): Box => ({ xMin: 0, yMin: 0, xMax: width - 1, yMax: height - 1 });
const plan = (window: Box, view: Partial<View> = {}, most = 2 ** 24) => {
  const input = {
    view: { width: 1000, height: 800, zoom: 1, aspect: 1, centre: [widthOf(window) / 2, heightOf(window) / 2] as [number, number], ...view },
    level: { x: 0, y: 0 }, baseWindow: window, levelWindow: window, maxFullPixels: most, maxTextureSize: 8192,
  };
  return { pieces: planPieces(input), proxy: planProxy(input, planPieces(input)), input };
};

describe('what is asked for', () => {
  it('of a picture that fits is all of it, as large as it is seen', () => {
    expect(plan(boxOf(1920, 1080)).pieces).toMatchObject([{ key: 'all/1920', scale: 1, maxSize: 1920 }]);
    expect(plan(boxOf(1920, 1080), { zoom: 0.5 }).pieces).toMatchObject([{ key: 'all/960', maxSize: 960 }]);
    expect(plan(boxOf(1920, 1080), { zoom: 40 }).pieces).toMatchObject([{ key: 'all/1920' }]);
    expect(plan(boxOf(1920, 1080), { centre: [1e6, 0] }).pieces).toEqual([]);
  });

  it('first is no larger than the canvas or than what is wanted, and quick when it is smaller than the picture', () => {
    expect(plan(boxOf(4000, 2000)).proxy).toMatchObject({ key: 'quick/1000', maxSize: 1000 });
    expect(plan(boxOf(4000, 2000), { zoom: 0.2 }).proxy).toMatchObject({ key: 'quick/800', maxSize: 800 });
    expect(plan(boxOf(64, 48)).proxy).toMatchObject({ key: 'all/64' });
  });

  it('of a very large one is tiles that cover what is seen, each no larger than it may be, the middle first', () => {
    fc.assert(fc.property(fc.integer({ min: 9000, max: 60_000 }), fc.integer({ min: 9000, max: 60_000 }), fc.double({ min: 0.02, max: 8, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (width, height, zoom, fx, fy) => {
      const window = { xMin: -100, yMin: 50, xMax: width - 101, yMax: height + 49 };
      const { pieces, input } = plan(window, { zoom, centre: [-100 + fx * width, 50 + fy * height] }, 2 ** 22);
      const seen = visibleBox(input.view, window)!;
      expect(pieces.length).toBeGreaterThan(0);
      expect(new Set(pieces.map(({ key }) => key)).size).toBe(pieces.length);
      for (const [x, y] of [[seen.xMin, seen.yMin], [seen.xMax, seen.yMin], [seen.xMin, seen.yMax], [seen.xMax, seen.yMax], [(seen.xMin + seen.xMax) >> 1, (seen.yMin + seen.yMax) >> 1]] as const) {
        expect(pieces.some(({ region }) => contains(region, x, y))).toBe(true);
      }
      for (const { region, maxSize, scale } of pieces) {
        expect(contains(window, region.xMin, region.yMin) && contains(window, region.xMax, region.yMax)).toBe(true);
        if (pieces.length > 1 || !pieces[0]!.key.startsWith('all/')) {
          expect(maxSize).toBeLessThanOrEqual(TILE);
          // As many pixels as the screen has, and no more than four times as many.
          expect(scale).toBeGreaterThanOrEqual(Math.min(1, zoom) * 0.999);
          expect(scale).toBeLessThanOrEqual(Math.min(1, zoom * 2.1));
        }
      }
    }));
  });

  it('of a level is in the level’s pixels', () => {
    const [base, level] = [boxOf(40_000, 30_000), boxOf(20_000, 15_000)];
    const view = { width: 1000, height: 800, zoom: 0.5, aspect: 1, centre: [30_000, 20_000] as [number, number] };
    const pieces = planPieces({ view, level: { x: 1, y: 1 }, baseWindow: base, levelWindow: level, maxFullPixels: 2 ** 22, maxTextureSize: 8192 });
    const seen = boxInLevel(levelMap(base, level), visibleBox(view, base)!, level)!;
    expect(pieces.every(({ scale }) => scale === 1)).toBe(true);
    expect(pieces.some(({ region }) => contains(region, seen.xMin, seen.yMin))).toBe(true);
    expect(pieces.length).toBeLessThanOrEqual(6);
  });
});
