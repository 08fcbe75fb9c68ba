/** A picture's planes for whoever develops them elsewhere: a viewer's shader. */
import { levelGrid, partGeometry, type LevelIndex } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import type { Box2i } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { clipRegion, type RunOptions, type SkippedChunk } from '../pixels/index.ts';
import type { PictureChannels } from './channels.ts';
import type { PreviewFile } from './preview.ts';
import { readProxy, type Proxy } from './proxy.ts';

export interface ProxyPlanesOptions extends RunOptions {
  /** Default 0. */
  readonly part?: number;
  readonly picture: Pick<PictureChannels, 'kind' | 'names' | 'alpha'> & Partial<Pick<PictureChannels, 'data' | 'ids'>>;
  /** Default full resolution. */
  readonly level?: LevelIndex;
  /** In the level's coordinates, clipped to its window; the whole level when absent. */
  readonly region?: Box2i | undefined;
  /** Most pixels across and down; a region that is larger comes as means of its pixels, or of data as one of them for each; one that is smaller as it is. */
  readonly size: number;
  /** Decode every chunk. Default false: where many fall into one line of the picture, about four of them. */
  readonly every?: boolean | undefined;
}

export interface ProxyPlanes extends Proxy {
  /** What was read, clipped. */
  readonly region: Box2i;
  /** Pixels of the answer for one of the level, across and down; at most 1. */
  readonly scaleX: number;
  readonly scaleY: number;
  readonly skipped: readonly SkippedChunk[];
  /** Chunks were left out because many fall into one line of the answer; never with `every`. */
  readonly leftOut: boolean;
}

/**
 * Means of the finite values of a picture's channels, as they stand in the file: neither converted nor exposed; luma stays Y, RY, BY. Subsampled
 * channels are interpolated, deep parts flattened. Throws INVALID_ARGUMENT for what the file does not have, LIMIT_EXCEEDED (previewPixels),
 * and what processChunks throws.
 */
export async function readProxyPlanes(file: PreviewFile, options: ProxyPlanesOptions): Promise<ProxyPlanes> {
  const { part = 0, level = { x: 0, y: 0 }, picture, size, every } = options;
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const { name } = file.source;
  const header = file.parts[part];
  if (!header) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part}, expected 0 to ${file.parts.length - 1}`, { source: name });
  const grid = levelGrid(partGeometry(header), limits).level(level.x, level.y);
  if (!grid) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part} has no level ${level.x},${level.y}`, { source: name, part });
  const region = clipRegion(grid.window, options.region, name);
  const [wide, high] = [region.xMax - region.xMin + 1, region.yMax - region.yMin + 1];
  const scale = Math.min(1, size / Math.max(wide, high));
  const [width, height] = [Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(high * scale))];
  if (!(width * height <= limits.previewPixels)) {
    const message = `${name}: part ${part}: a picture of ${width} × ${height} pixels is more than the limit of ${limits.previewPixels}: ask for a smaller size`;
    throw new ExrError('LIMIT_EXCEEDED', message, { source: name, part, limit: 'previewPixels', limitValue: limits.previewPixels, requested: width * height });
  }
  const [scaleX, scaleY] = [width / wide, height / high];
  const across = { origin: region.xMin, scale: scaleX, size: width };
  const down = { origin: region.yMin, scale: scaleY, size: height };
  const { proxy, skipped, leftOut } = await readProxy(file, header, { data: false, ids: false, ...picture }, { level: grid, across, down, region }, { ...options, every });
  return { ...proxy, region, scaleX, scaleY, skipped, leftOut };
}
