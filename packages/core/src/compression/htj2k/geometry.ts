/** How a tile-component falls into resolutions, subbands, precincts and code blocks: ITU-T T.800, Annex B. Coordinates are absolute, ends exclusive. */
import type { CodeBlock } from './code-block.ts';
import type { ImageSize, CodingStyle } from './parameters.ts';
import type { TagTree } from './tag-tree.ts';

export interface Rect {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface Subband extends Rect {
  /** 0 LL, 1 HL (horizontally high), 2 LH, 3 HH. */
  readonly orientation: 0 | 1 | 2 | 3;
  /** Its place in QCD: LL, then three for each resolution. */
  readonly index: number;
}

/** The code blocks of one subband in one precinct: a grid of which the outer blocks are cut off by the subband and the precinct. */
export interface BlockGrid extends Rect {
  readonly band: Subband;
  /** Nominal size of a block, and where the first one would begin if nothing were cut off. */
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly left: number;
  readonly top: number;
  /** Blocks in a row and in a column; 0 where the precinct does not meet the subband. */
  readonly columns: number;
  readonly rows: number;
  /** Made when the first packet speaks of them: its trees, and the blocks that were included, in raster order. */
  coded: { readonly inclusion: TagTree; readonly zeroPlanes: TagTree; readonly blocks: (CodeBlock | undefined)[]; count: number } | undefined;
}

export interface Precinct {
  readonly component: number;
  readonly resolution: number;
  /** Raster order in its resolution. */
  readonly index: number;
  /** Its upper left corner on the reference grid, for the progressions by position. */
  readonly x: number;
  readonly y: number;
  readonly grids: readonly BlockGrid[];
}

export interface Resolution extends Rect {
  readonly bands: readonly Subband[];
  readonly precinctsWide: number;
  readonly precinctsHigh: number;
}

export interface TileComponent extends Rect {
  readonly component: number;
  readonly coding: CodingStyle;
  readonly resolutions: readonly Resolution[];
}

/** Tile `index` on the reference grid (B.3). */
export function tileRect(size: ImageSize, index: number): Rect {
  const columns = Math.ceil((size.x1 - size.tileX0) / size.tileWidth);
  const [p, q] = [index % columns, Math.floor(index / columns)];
  return {
    x0: Math.max(size.tileX0 + p * size.tileWidth, size.x0),
    y0: Math.max(size.tileY0 + q * size.tileHeight, size.y0),
    x1: Math.min(size.tileX0 + (p + 1) * size.tileWidth, size.x1),
    y1: Math.min(size.tileY0 + (q + 1) * size.tileHeight, size.y1),
  };
}

/** The samples of a component in an area of the reference grid. */
export function componentRect(area: Rect, xStep: number, yStep: number): Rect {
  return { x0: Math.ceil(area.x0 / xStep), y0: Math.ceil(area.y0 / yStep), x1: Math.ceil(area.x1 / xStep), y1: Math.ceil(area.y1 / yStep) };
}

export function isEmpty(rect: Rect): boolean {
  return rect.x1 <= rect.x0 || rect.y1 <= rect.y0;
}

/** Lays out one component of a tile. No spreads and few powers here: this runs for every chunk of every file. */
export function layOut(component: number, rect: Rect, coding: CodingStyle): TileComponent {
  const resolutions: Resolution[] = [];
  for (let r = 0; r <= coding.decompositions; r++) {
    const scale = 2 ** (coding.decompositions - r);
    const [x0, y0] = [Math.ceil(rect.x0 / scale), Math.ceil(rect.y0 / scale)];
    const [x1, y1] = [Math.ceil(rect.x1 / scale), Math.ceil(rect.y1 / scale)];
    const { widthLog, heightLog } = coding.precincts[r]!;
    const [width, height] = [2 ** widthLog, 2 ** heightLog];
    const empty = x0 >= x1 || y0 >= y1;
    resolutions.push({
      x0, y0, x1, y1,
      bands: r === 0
        ? [{ x0, y0, x1, y1, orientation: 0, index: 0 }]
        : [bandOf(x0, y0, x1, y1, 1, 3 * r - 2), bandOf(x0, y0, x1, y1, 2, 3 * r - 1), bandOf(x0, y0, x1, y1, 3, 3 * r)],
      precinctsWide: empty ? 0 : Math.ceil(x1 / width) - Math.floor(x0 / width),
      precinctsHigh: empty ? 0 : Math.ceil(y1 / height) - Math.floor(y0 / height),
    });
  }
  return { x0: rect.x0, y0: rect.y0, x1: rect.x1, y1: rect.y1, component, coding, resolutions };
}

/** Subbands halve a resolution: the even coordinates are low, the odd ones high (B-15). */
function bandOf(x0: number, y0: number, x1: number, y1: number, orientation: 1 | 2 | 3, index: number): Subband {
  const [right, down] = [orientation & 1, orientation >> 1];
  return {
    x0: Math.ceil((x0 - right) / 2),
    y0: Math.ceil((y0 - down) / 2),
    x1: Math.ceil((x1 - right) / 2),
    y1: Math.ceil((y1 - down) / 2),
    orientation,
    index,
  };
}

/** The precincts of a tile-component, resolution after resolution, in raster order (B.6, B.7). */
export function precinctsOf(tile: Rect, part: TileComponent, xStep: number, yStep: number): Precinct[] {
  const { coding } = part;
  const precincts: Precinct[] = [];
  for (let r = 0; r < part.resolutions.length; r++) {
    const resolution = part.resolutions[r]!;
    const { widthLog, heightLog } = coding.precincts[r]!;
    const [left, top] = [Math.floor(resolution.x0 / 2 ** widthLog), Math.floor(resolution.y0 / 2 ** heightLog)];
    const scale = 2 ** (coding.decompositions - r);
    // Subbands above LL have half the resolution's size.
    const half = r > 0 ? 1 : 0;
    for (let row = 0; row < resolution.precinctsHigh; row++) {
      for (let column = 0; column < resolution.precinctsWide; column++) {
        precincts.push({
          component: part.component,
          resolution: r,
          index: row * resolution.precinctsWide + column,
          x: Math.max(tile.x0, (left + column) * 2 ** widthLog * scale * xStep),
          y: Math.max(tile.y0, (top + row) * 2 ** heightLog * scale * yStep),
          grids: resolution.bands.map((band) => gridOf(band, left + column, top + row, widthLog - half, heightLog - half, coding)),
        });
      }
    }
  }
  return precincts;
}

function gridOf(band: Subband, column: number, row: number, precinctWidthLog: number, precinctHeightLog: number, coding: CodingStyle): BlockGrid {
  const [width, height] = [2 ** precinctWidthLog, 2 ** precinctHeightLog];
  const [x0, y0] = [Math.max(band.x0, column * width), Math.max(band.y0, row * height)];
  const [x1, y1] = [Math.min(band.x1, (column + 1) * width), Math.min(band.y1, (row + 1) * height)];
  const [blockWidth, blockHeight] = [2 ** Math.min(coding.blockWidthLog, precinctWidthLog), 2 ** Math.min(coding.blockHeightLog, precinctHeightLog)];
  const [left, top] = [Math.floor(x0 / blockWidth), Math.floor(y0 / blockHeight)];
  const empty = x0 >= x1 || y0 >= y1;
  return {
    x0, y0, x1, y1, band, blockWidth, blockHeight, left: left * blockWidth, top: top * blockHeight,
    columns: empty ? 0 : Math.ceil(x1 / blockWidth) - left,
    rows: empty ? 0 : Math.ceil(y1 / blockHeight) - top,
    coded: undefined,
  };
}

/** Block (column, row) of a grid. */
export function blockRect(grid: BlockGrid, column: number, row: number): Rect {
  const [left, top] = [grid.left + column * grid.blockWidth, grid.top + row * grid.blockHeight];
  return {
    x0: Math.max(grid.x0, left), y0: Math.max(grid.y0, top), x1: Math.min(grid.x1, left + grid.blockWidth), y1: Math.min(grid.y1, top + grid.blockHeight),
  };
}
