/** Values of the planes that are drawn, at a pixel. */
import type { LevelMap } from './geometry.ts';
import { valueAt } from './half.ts';
import type { Piece } from './renderer.ts';

export interface DrawnValue {
  readonly name: string;
  readonly value: number;
}

/** From the finest of `pieces` that has the pixel; of a shrunk picture these are means. Empty when none has it. */
export function valuesIn(pieces: readonly Piece[], map: LevelMap, { x, y }: { readonly x: number; readonly y: number }): readonly DrawnValue[] {
  const [levelX, levelY] = [Math.floor(map.offsetX + (x + 0.5) * map.scaleX), Math.floor(map.offsetY + (y + 0.5) * map.scaleY)];
  const { answer } = pieces.findLast(({ answer: { region } }) => levelX >= region.xMin && levelX <= region.xMax && levelY >= region.yMin && levelY <= region.yMax) ?? {};
  if (!answer) return [];
  const { region, width, height, names } = answer;
  // Hashes of ids are no values of the file.
  const planes = answer.planes.slice(0, Math.max(1, names.length));
  const i = Math.min(width - 1, Math.floor(((levelX + 0.5 - region.xMin) / (region.xMax - region.xMin + 1)) * width));
  const j = Math.min(height - 1, Math.floor(((levelY + 0.5 - region.yMin) / (region.yMax - region.yMin + 1)) * height));
  return planes.map((plane, k) => ({ name: names[k] ?? (names.length === 0 ? 'samples' : 'A'), value: valueAt(plane, j * width + i) }));
}
