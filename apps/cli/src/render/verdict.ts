import { type ExrReport, formatBytes, formatCount, plainText, type ReportPart, type ReportPartStructure, append } from '@exr/core';
import type { Paint } from './layout.ts';

export interface VerdictOptions {
  readonly paint: Paint;
  readonly columns: number;
}

/** One line for a file that is whole; for any other why, and a map of each part with its gaps. */
export function renderVerdict(report: ExrReport, { paint, columns }: VerdictOptions): string {
  const { structure } = report;
  const verdict = String(structure?.['verdict'] ?? 'unreadable');
  const colour = verdict === 'ok' ? paint.green : verdict === 'in progress' || verdict === 'recoverable' ? paint.yellow : paint.red;
  const chunks = structure?.parts.reduce((sum, part) => sum + part.chunks, 0) ?? 0;
  const facts = verdict === 'ok' ? paint.dim(`${formatCount(chunks)} chunks, ${formatBytes(report.file.size_bytes)}`) : '';
  const lines = [`${colour(verdict.padEnd(verdict === 'ok' ? 4 : 11))} ${plainText(report.file.path)}  ${facts}`.trimEnd()];
  const notes = report.notes.slice(0, 12).map(({ message, code }) => `  ${paint.yellow('note')} ${plainText(message, { max: 400 })} ${paint.dim(`[${code}]`)}`);
  if (report.notes.length > 12) notes.push(`  … ${report.notes.length - 12} more notes (--format json lists them)`);
  if (verdict === 'ok') return `${[lines[0], ...notes].join('\n')}\n`;
  for (const part of structure?.parts ?? []) {
    if (part.complete) continue;
    const facts = report.parts.find((each) => each.index === part.index);
    const name = facts?.name ? ` “${plainText(facts.name, { max: 60 })}”` : '';
    lines.push(`  ${paint.cyan(`part ${part.index}`)}${name}  ${formatCount(part.present)} of ${formatCount(part.chunks)} chunks, ${String(part['percent'])} % there`);
    append(lines, mapOf(part, facts, Math.min(64, columns - 8)).map((row) => `    ${row}`));
  }
  const reasons = structure?.['reasons'];
  for (const reason of Array.isArray(reasons) ? reasons.slice(0, 12) : []) lines.push(`  ${plainText(String(reason), { max: 400 })}`);
  if (Array.isArray(reasons) && reasons.length > 12) lines.push(`  … ${reasons.length - 12} more (--format json lists them)`);
  append(lines, notes);
  if (structure?.['table'] === 'recovered') lines.push(paint.dim('  exr verify FILE --fix-table COPY.exr writes a copy that every reader can open'));
  return `${lines.join('\n')}\n`;
}

/** Scan lines: a bar from the first to the last line. Tiles of the full level: a grid. █ there, ░ missing, ▒ some of both. */
function mapOf(part: ReportPartStructure, facts: ReportPart | undefined, width: number): string[] {
  if (!facts) return [];
  const height = facts.height;
  if (facts.tile_width === null) {
    const missing = (from: number, to: number): number => part.missing_lines.reduce((sum, { y_min: a, y_max: b }) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from) + 1), 0);
    const top = facts.data_window.y_min;
    const cells = Math.min(width, height);
    const bar = Array.from({ length: cells }, (_, i) => {
      const from = top + Math.floor((i * height) / cells);
      const to = top + Math.floor(((i + 1) * height) / cells) - 1;
      return shade(missing(from, to), to - from + 1);
    });
    return [`${top} ${bar.join('')} ${facts.data_window.y_max}`];
  }
  const across = Math.ceil(facts.width / facts.tile_width);
  const down = Math.ceil(height / facts.tile_height!);
  const gone = part.missing_tiles.filter(({ level }) => level[0] === 0 && level[1] === 0);
  const [columns, rows] = [Math.min(width, across), Math.min(16, down)];
  return Array.from({ length: rows }, (_, j) =>
    Array.from({ length: columns }, (_, i) => {
      const box = { x0: Math.floor((i * across) / columns), x1: Math.floor(((i + 1) * across) / columns), y0: Math.floor((j * down) / rows), y1: Math.floor(((j + 1) * down) / rows) };
      const count = gone.reduce((sum, t) => sum + Math.max(0, Math.min(t.x_max + 1, box.x1) - Math.max(t.x_min, box.x0)) * Math.max(0, Math.min(t.y_max + 1, box.y1) - Math.max(t.y_min, box.y0)), 0);
      return shade(count, (box.x1 - box.x0) * (box.y1 - box.y0));
    }).join(''),
  );
}

function shade(missing: number, all: number): string {
  return missing === 0 ? '█' : missing >= all ? '░' : '▒';
}
