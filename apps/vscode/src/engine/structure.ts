/** Whether the file is whole: the chunk map, a verdict, and what is missing as rectangles. */
import { examine, intersect, judge, withJudgement, type ExamineOptions, type ExrFile, type PartHeader, type ReportPartStructure } from '@exr/core';
import type { Box, StructureAnswer } from '../shared/protocol.ts';

const MOST_BOXES = 10_000;

export interface StructureOptions extends ExamineOptions {
  readonly secondsOld: number | null;
}

export async function structureOf(file: ExrFile, { secondsOld, ...options }: StructureOptions): Promise<Omit<StructureAnswer, 'revision'>> {
  const examination = await examine(file, options);
  const judgement = judge(examination, file.problems, secondsOld);
  const structure = withJudgement(examination.structure, judgement);
  let left = MOST_BOXES;
  const missing = structure.parts.map((part) => {
    const boxes = boxesOf(file.parts[part.index]!, part).slice(0, left);
    left -= boxes.length;
    return { part: part.index, boxes };
  });
  const bytes = structure.parts.map((part) => ({ part: part.index, bytes: Number(part['packed_bytes'] ?? 0) }));
  return { structure, judgement, missing, bytes, rendering: judgement.verdict === 'in progress' };
}

/** What of level (0, 0) is missing or broken. */
export function boxesOf(header: Pick<PartHeader, 'dataWindow' | 'tiles'>, part: ReportPartStructure): Box[] {
  const { dataWindow: window, tiles } = header;
  const lines = [...part.missing_lines, ...((part['broken_lines'] ?? []) as ReportPartStructure['missing_lines'])];
  const rectangles = [...part.missing_tiles, ...((part['broken_tiles'] ?? []) as ReportPartStructure['missing_tiles'])];
  const boxes: Box[] = lines.map(({ y_min: yMin, y_max: yMax }) => ({ xMin: window.xMin, xMax: window.xMax, yMin, yMax }));
  for (const { level: [x, y], x_min: left, y_min: top, x_max: right, y_max: bottom } of rectangles) {
    if (x !== 0 || y !== 0 || !tiles) continue;
    const box = {
      xMin: window.xMin + left * tiles.xSize, yMin: window.yMin + top * tiles.ySize,
      xMax: window.xMin + (right + 1) * tiles.xSize - 1, yMax: window.yMin + (bottom + 1) * tiles.ySize - 1,
    };
    boxes.push(intersect(box, window) ?? box);
  }
  return boxes;
}
