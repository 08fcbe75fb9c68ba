import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Box } from '../../shared/protocol.ts';
import { boxInLevel, clampZoom, contains, fitZoom, heightOf, levelMap, MAX_ZOOM, middleOf, MIN_ZOOM, panned, pixelAt, shownBox, stepZoom, toImage, toScreen, transformOf, usableAspect, type View, visibleBox, wholeBox, widthOf, zoomAround } from './geometry.ts';

const box = fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 9000 }))
  .map(([xMin, yMin, width, height]): Box => ({ xMin, yMin, xMax: xMin + width - 1, yMax: yMin + height - 1 }));
const view = fc.record({
  width: fc.integer({ min: 1, max: 4000 }), height: fc.integer({ min: 1, max: 4000 }), zoom: fc.double({ min: 0.01, max: 64, noNaN: true }), aspect: fc.constantFrom(1, 2, 0.5, 1.25),
  centre: fc.tuple(fc.double({ min: -5000, max: 5000, noNaN: true }), fc.double({ min: -5000, max: 5000, noNaN: true })),
}) as fc.Arbitrary<View>;

describe('the view', () => {
  it('takes points to the screen and back', () => {
    fc.assert(fc.property(view, fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.double({ min: -1e4, max: 1e4, noNaN: true }), (given, x, y) => {
      const [u, v] = toImage(transformOf(given), ...toScreen(transformOf(given), x, y));
      expect(u).toBeCloseTo(x, 6);
      expect(v).toBeCloseTo(y, 6);
    }));
  });

  it('has its centre in the middle, to half a screen pixel, and begins pixels on whole ones', () => {
    fc.assert(fc.property(view, (given) => {
      const transform = transformOf(given);
      const [x, y] = toScreen(transform, ...given.centre);
      expect(Math.abs(x - given.width / 2)).toBeLessThanOrEqual(0.5 + 1e-6);
      expect(Math.abs(y - given.height / 2)).toBeLessThanOrEqual(0.5 + 1e-6);
      expect(transform.originX % 1).toBeCloseTo(0, 9);
    }));
  });

  it('at zoom 1 shows each pixel of the file as one of the screen', () => {
    const transform = transformOf({ width: 101, height: 50, zoom: 1, aspect: 1, centre: [33.3, 12.9] });
    const seen = Array.from({ length: 101 }, (_, x) => pixelAt(transform, x + 0.5, 0.5).x);
    seen.slice(1).forEach((x, i) => expect(x).toBe(seen[i]! + 1));
  });

  it('zooms around a point that stays where it is', () => {
    fc.assert(fc.property(view, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.25, max: 4, noNaN: true }), (given, fx, fy, factor) => {
      const [x, y] = [fx * given.width, fy * given.height];
      const next = { ...given, ...zoomAround(given, given.zoom * factor, x, y) };
      const [u, v] = toImage(transformOf(given), x, y);
      const [atX, atY] = toScreen(transformOf(next), u, v);
      expect(Math.abs(atX - x)).toBeLessThanOrEqual(0.51);
      expect(Math.abs(atY - y)).toBeLessThanOrEqual(0.51);
    }));
  });

  it('fits what it is to show', () => {
    fc.assert(fc.property(box, fc.integer({ min: 40, max: 4000 }), fc.integer({ min: 40, max: 4000 }), fc.constantFrom(1, 2, 0.5), (given, width, height, aspect) => {
      const zoom = fitZoom(given, aspect, width, height, 10);
      if (zoom > MIN_ZOOM) {
        expect(widthOf(given) * zoom * aspect).toBeLessThanOrEqual(width - 20 + 1e-6);
        expect(heightOf(given) * zoom).toBeLessThanOrEqual(height - 20 + 1e-6);
      }
      if (zoom > 2) expect(zoom % 1).toBe(0);
    }));
  });

  it('steps up and down through the same zooms, and stops at the ends', () => {
    fc.assert(fc.property(fc.double({ min: MIN_ZOOM, max: MAX_ZOOM, noNaN: true }), (zoom) => {
      expect(stepZoom(zoom, 1)).toBeGreaterThanOrEqual(Math.min(zoom, MAX_ZOOM));
      expect(stepZoom(zoom, -1)).toBeLessThanOrEqual(Math.max(zoom, MIN_ZOOM));
    }));
    expect([stepZoom(1, 1), stepZoom(2, -1), stepZoom(MAX_ZOOM, 1), stepZoom(MIN_ZOOM, -1), stepZoom(0.9, 1)]).toEqual([2, 1, MAX_ZOOM, MIN_ZOOM, 1]);
    expect([clampZoom(0), clampZoom(1e9), usableAspect(0), usableAspect(NaN), usableAspect(2)]).toEqual([MIN_ZOOM, MAX_ZOOM, 1, 1, 2]);
  });

  it('never loses the picture by panning', () => {
    fc.assert(fc.property(view, box, fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: -1e6, max: 1e6, noNaN: true }), (given, all, dx, dy) => {
      const next = { ...given, centre: panned(given, dx, dy, all) };
      const [left, top] = toScreen(transformOf(next), all.xMin, all.yMin);
      const [right, bottom] = toScreen(transformOf(next), all.xMax + 1, all.yMax + 1);
      expect(left).toBeLessThan(given.width + 1);
      expect(top).toBeLessThan(given.height + 1);
      expect(right).toBeGreaterThan(-1);
      expect(bottom).toBeGreaterThan(-1);
    }));
  });

  it('knows which pixels are seen', () => {
    fc.assert(fc.property(view, box, fc.double({ min: 0, max: 0.999, noNaN: true }), fc.double({ min: 0, max: 0.999, noNaN: true }), (given, window, fx, fy) => {
      const at = pixelAt(transformOf(given), fx * given.width, fy * given.height);
      const seen = visibleBox(given, window);
      expect(seen !== null && contains(seen, at.x, at.y)).toBe(contains(window, at.x, at.y));
    }));
  });
});

describe('windows', () => {
  const data = { xMin: -7, yMin: 3, xMax: 78, yMax: 66 };
  it('that meet are seen both; an export has the display window', () => {
    const display = { xMin: 0, yMin: 0, xMax: 89, yMax: 61 };
    expect(wholeBox({ dataWindow: data, displayWindow: display })).toEqual({ xMin: -7, yMin: 0, xMax: 89, yMax: 66 });
    expect(shownBox({ dataWindow: data, displayWindow: display })).toBe(display);
  });
  it('that do not meet, or are empty, leave the data window', () => {
    for (const displayWindow of [{ xMin: 1000, yMin: 0, xMax: 1010, yMax: 10 }, { xMin: 0, yMin: 0, xMax: -1, yMax: -1 }]) {
      expect(wholeBox({ dataWindow: data, displayWindow })).toBe(data);
      expect(shownBox({ dataWindow: data, displayWindow })).toBe(data);
    }
    expect(middleOf(data)).toEqual([36, 35]);
  });
  it('of a level cover the whole with fewer pixels', () => {
    const level = { xMin: -7, yMin: 3, xMax: 35, yMax: 34 };
    const map = levelMap(data, level);
    expect(boxInLevel(map, data, level)).toEqual(level);
    expect(boxInLevel(map, { xMin: 200, yMin: 0, xMax: 300, yMax: 10 }, level)).toBeNull();
    fc.assert(fc.property(fc.integer({ min: -7, max: 78 }), fc.integer({ min: 3, max: 66 }), (x, y) => {
      const there = boxInLevel(map, { xMin: x, yMin: y, xMax: x, yMax: y }, level)!;
      expect(widthOf(there)).toBeLessThanOrEqual(2);
      expect(contains(level, there.xMin, there.yMin)).toBe(true);
    }));
  });
});
