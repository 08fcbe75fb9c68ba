/** How many samples each pixel of a deep part has, as a plane. */
import { clipRegion, deepTask, ExrError, levelGrid, partGeometry, processChunks, type ChunkIndex, type ExrFile, type RunOptions, type SkippedChunk } from '@exr/core';
import type { Box, Level } from '../shared/protocol.ts';

export interface CountsOptions extends RunOptions {
  readonly part: number;
  readonly level: Level;
  readonly region?: Box | undefined;
  /** Most pixels across and down. */
  readonly size: number;
  readonly index: ChunkIndex;
}

export interface Counts {
  readonly region: Box;
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
  /** Means of the counts of the pixels that fall into each; NaN where there is no data. */
  readonly plane: Float32Array<ArrayBuffer>;
  readonly skipped: readonly SkippedChunk[];
}

export async function sampleCounts(file: ExrFile, { part, level, region: asked, size, ...run }: CountsOptions): Promise<Counts> {
  const grid = levelGrid(partGeometry(file.parts[part]!), file.limits).level(level.x, level.y);
  if (!grid) throw new ExrError('INVALID_ARGUMENT', `${file.source.name}: part ${part} has no level ${level.x},${level.y}`, { source: file.source.name, part });
  const region = clipRegion(grid.window, asked, file.source.name);
  const [wide, high] = [region.xMax - region.xMin + 1, region.yMax - region.yMin + 1];
  const scale = Math.min(1, size / Math.max(wide, high));
  const [width, height] = [Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(high * scale))];
  const sums = new Float32Array(width * height);
  const pixels = new Uint32Array(width * height);
  const columns = Uint32Array.from({ length: wide }, (_, x) => Math.min(width - 1, Math.floor((x * width) / wide)));
  const { skipped } = await processChunks({
    ...run, file, selections: [{ part, level, region, channels: [] }],
    onChunk: ({ counts }, { box }) => {
      const [left, right] = [Math.max(box.xMin, region.xMin), Math.min(box.xMax, region.xMax)];
      const [top, bottom] = [Math.max(box.yMin, region.yMin), Math.min(box.yMax, region.yMax)];
      for (let y = top, at = 0; y <= bottom; y++) {
        const line = Math.min(height - 1, Math.floor(((y - region.yMin) * height) / high)) * width;
        for (let x = left; x <= right; x++, at++) {
          const into = line + columns[x - region.xMin]!;
          sums[into]! += counts[at]!;
          pixels[into]!++;
        }
      }
    },
  }, deepTask, { channels: [], region });
  for (let i = 0; i < sums.length; i++) sums[i] = pixels[i]! > 0 ? sums[i]! / pixels[i]! : NaN;
  return { region, width, height, scaleX: width / wide, scaleY: height / high, plane: sums, skipped };
}
