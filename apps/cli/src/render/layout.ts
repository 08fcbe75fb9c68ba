import { greatest } from '@exr/core';
import pc from 'picocolors';

export type Paint = ReturnType<typeof pc.createColors>;

/** Colour for a terminal, plain text for a file or pipe; NO_COLOR and FORCE_COLOR are honoured. */
export function paintFor(isTerminal: boolean): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  return pc.createColors(FORCE_COLOR ? FORCE_COLOR !== '0' : isTerminal && !NO_COLOR && TERM !== 'dumb');
}

/** Two aligned columns. */
export function block(rows: readonly (readonly [string, string])[], indent: string, paint: Paint): string[] {
  const width = greatest(rows, ([label]) => label.length, 0);
  return rows.map(([label, value]) => `${indent}${paint.dim(label.padEnd(width))}  ${value}`);
}

/** Aligned columns: the first flush left, the others flush right. Cells hold plain text. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], indent: string, paint: Paint): string[] {
  const widths = header.map((title, column) => greatest(rows, (row) => row[column]?.length ?? 0, title.length));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  return [indent + paint.dim(line(header)), ...rows.map((row) => indent + line(row))];
}
