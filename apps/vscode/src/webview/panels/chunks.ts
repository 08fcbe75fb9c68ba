/** What is missing of a part, for the chunk bar and the list below it. */
import type { ReportPartStructure } from '@exr/core';
import type { Box, PartInfo } from '../../shared/protocol.ts';
import { heightOf, widthOf } from '../image/geometry.ts';

/** The picture's height in `steps` equal pieces: how much of each is missing, 0 to 1. */
export function chunkBar(window: Box, boxes: readonly Box[], steps: number): number[] {
  const bar = new Array<number>(steps).fill(0);
  const [width, height] = [widthOf(window), heightOf(window)];
  if (width <= 0 || height <= 0) return bar;
  const step = height / steps;
  for (const box of boxes) {
    const [top, bottom] = [box.yMin - window.yMin, box.yMax + 1 - window.yMin];
    for (let i = Math.max(0, Math.floor(top / step)); i < Math.min(steps, Math.ceil(bottom / step)); i++) {
      const down = Math.max(0, Math.min(bottom, (i + 1) * step) - Math.max(top, i * step));
      bar[i]! += (down / step) * (widthOf(box) / width);
    }
  }
  return bar.map((share) => Math.min(1, share));
}

export interface MissingPlace {
  readonly text: string;
  /** Where it is in level (0, 0), null for other levels. */
  readonly at: { readonly x: number; readonly y: number } | null;
}

/** `lines 512 to 575`, `tiles (4, 0) to (5, 0) of level 1, 1`. */
export function missingPlaces({ missing_lines: lines, missing_tiles: tiles }: Pick<ReportPartStructure, 'missing_lines' | 'missing_tiles'>, { dataWindow }: Pick<PartInfo, 'dataWindow'>, boxes: readonly Box[]): MissingPlace[] {
  const x = Math.floor((dataWindow.xMin + dataWindow.xMax) / 2);
  const ofLines = lines.map(({ y_min: from, y_max: to }): MissingPlace => ({ text: from === to ? `line ${from}` : `lines ${from} to ${to}`, at: { x, y: Math.floor((from + to) / 2) } }));
  let box = 0;
  const ofTiles = tiles.map(({ level: [levelX, levelY], x_min: left, y_min: top, x_max: right, y_max: bottom }): MissingPlace => {
    const one = left === right && top === bottom;
    const isFull = levelX === 0 && levelY === 0;
    const place = isFull ? boxes[box++] : undefined;
    return {
      text: `${one ? `tile (${left}, ${top})` : `tiles (${left}, ${top}) to (${right}, ${bottom})`}${isFull ? '' : ` of level ${levelX}, ${levelY}`}`,
      at: place ? { x: Math.floor((place.xMin + place.xMax) / 2), y: Math.floor((place.yMin + place.yMax) / 2) } : null,
    };
  });
  return [...ofLines, ...ofTiles];
}
