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
  readonly widthLog: number;
  readonly heightLog: number;
  /** Blocks in a row and in a column; 0 where the precinct does not meet the subband. */
  readonly columns: number;
  readonly rows: number;
  /** Made when the first packet speaks of them. */
  coded?: { readonly inclusion: TagTree; readonly zeroPlanes: TagTree; readonly blocks: Map<number, CodeBlock> };
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

export function layOut(component: number, rect: Rect, coding: CodingStyle): TileComponent {
  const resolutions: Resolution[] = [];
  for (let r = 0; r <= coding.decompositions; r++) {
    const area = scaled(rect, 2 ** (coding.decompositions - r));
    const { widthLog, heightLog } = coding.precincts[r]!;
    const empty = isEmpty(area);
    resolutions.push({
      ...area,
      bands: r === 0 ? [{ ...area, orientation: 0, index: 0 }] : ([1, 2, 3] as const).map((orientation) => bandOf(area, orientation, 3 * (r - 1) + orientation)),
      precinctsWide: empty ? 0 : Math.ceil(area.x1 / 2 ** widthLog) - Math.floor(area.x0 / 2 ** widthLog),
      precinctsHigh: empty ? 0 : Math.ceil(area.y1 / 2 ** heightLog) - Math.floor(area.y0 / 2 ** heightLog),
    });
  }
  return { ...rect, component, coding, resolutions };
}

function scaled(rect: Rect, by: number): Rect {
  return { x0: Math.ceil(rect.x0 / by), y0: Math.ceil(rect.y0 / by), x1: Math.ceil(rect.x1 / by), y1: Math.ceil(rect.y1 / by) };
}

/** Subbands halve a resolution: the even coordinates are low, the odd ones high (B-15). */
function bandOf(area: Rect, orientation: 1 | 2 | 3, index: number): Subband {
  const [right, down] = [orientation & 1, orientation >> 1];
  return {
    orientation,
    index,
    x0: Math.ceil((area.x0 - right) / 2),
    y0: Math.ceil((area.y0 - down) / 2),
    x1: Math.ceil((area.x1 - right) / 2),
    y1: Math.ceil((area.y1 - down) / 2),
  };
}

/** The precincts of a tile-component, resolution after resolution, in raster order (B.6, B.7). */
export function* precinctsOf(tile: Rect, part: TileComponent, xStep: number, yStep: number): Generator<Precinct> {
  const { coding } = part;
  for (let r = 0; r < part.resolutions.length; r++) {
    const resolution = part.resolutions[r]!;
    const { widthLog, heightLog } = coding.precincts[r]!;
    const [left, top] = [Math.floor(resolution.x0 / 2 ** widthLog), Math.floor(resolution.y0 / 2 ** heightLog)];
    const scale = 2 ** (coding.decompositions - r);
    // Subbands above LL have half the resolution's size.
    const half = r > 0 ? 1 : 0;
    for (let row = 0; row < resolution.precinctsHigh; row++) {
      for (let column = 0; column < resolution.precinctsWide; column++) {
        yield {
          component: part.component,
          resolution: r,
          index: row * resolution.precinctsWide + column,
          x: Math.max(tile.x0, (left + column) * 2 ** widthLog * scale * xStep),
          y: Math.max(tile.y0, (top + row) * 2 ** heightLog * scale * yStep),
          grids: resolution.bands.map((band) => gridOf(band, left + column, top + row, widthLog - half, heightLog - half, coding)),
        };
      }
    }
  }
}

function gridOf(band: Subband, column: number, row: number, precinctWidthLog: number, precinctHeightLog: number, coding: CodingStyle): BlockGrid {
  const [width, height] = [2 ** precinctWidthLog, 2 ** precinctHeightLog];
  const area = {
    x0: Math.max(band.x0, column * width),
    y0: Math.max(band.y0, row * height),
    x1: Math.min(band.x1, (column + 1) * width),
    y1: Math.min(band.y1, (row + 1) * height),
  };
  const [widthLog, heightLog] = [Math.min(coding.blockWidthLog, precinctWidthLog), Math.min(coding.blockHeightLog, precinctHeightLog)];
  const empty = isEmpty(area);
  return {
    ...area,
    band,
    widthLog,
    heightLog,
    columns: empty ? 0 : Math.ceil(area.x1 / 2 ** widthLog) - Math.floor(area.x0 / 2 ** widthLog),
    rows: empty ? 0 : Math.ceil(area.y1 / 2 ** heightLog) - Math.floor(area.y0 / 2 ** heightLog),
  };
}

/** Block (column, row) of a grid. */
export function blockRect(grid: BlockGrid, column: number, row: number): Rect {
  const [width, height] = [2 ** grid.widthLog, 2 ** grid.heightLog];
  const [left, top] = [(Math.floor(grid.x0 / width) + column) * width, (Math.floor(grid.y0 / height) + row) * height];
  return { x0: Math.max(grid.x0, left), y0: Math.max(grid.y0, top), x1: Math.min(grid.x1, left + width), y1: Math.min(grid.y1, top + height) };
}
