import { formatBytes, formatCount, plainText, greatest } from '@exr/core';
import type { Count, ExrRow, Match, SqlResult, StoreSummary } from '@exr/core/store';
import { block, table, type Paint } from './layout.ts';

/** `/shots/beauty.####.exr  1001–1010, 2 missing  4096 × 2160  dwaa  12 channels  ACEScg  Arnold 7.2` */
export function renderRow(row: ExrRow, paint: Paint): string {
  const of = row.sequence_files > row.files ? ` of ${formatCount(row.sequence_files)}` : '';
  const frames = row.files > 1 ? `${(row.frames ?? '').replaceAll('-', '–')}${of}${row.missing_frames > 0 ? paint.yellow(` (${row.missing_frames} missing)`) : ''}` : '';
  const many = (count: number | null, field: string, least: number): string => (count === null ? `${field} mixed` : count > least ? `${count} ${field}` : '');
  const size = row.display_width === null || row.display_height === null ? (row.mixed?.['display_width'] || row.mixed?.['display_height'] ? 'sizes mixed' : '') : `${row.display_width} × ${row.display_height}`;
  const said = (field: 'compression' | 'color_space' | 'software', word: string): string => (row.mixed?.[field] ? `${word} mixed` : (row[field] ?? ''));
  const facts = [frames, size, said('compression', 'compression'), many(row.channels, 'channels', 0), many(row.parts, 'parts', 1), said('color_space', 'colour'), said('software', 'software'), formatBytes(row.size_bytes)];
  const trouble = row.status === 'ok' ? '' : `  ${paint.red(row.status)}${row.error ? ` ${plainText(row.error, { max: 160 })}` : ''}`;
  return `${pathOf(row)}  ${paint.dim(facts.filter((fact) => fact !== '').map((fact) => plainText(fact, { max: 60 })).join(' · '))}${trouble}\n${oddOnes(row, paint)}`;
}

const FIELDS: Readonly<Record<string, string>> = { display_width: 'width', display_height: 'height', color_space: 'colour space' };

/** `     mixed  compression: piz in 1003, zip in 98 frames`: what not all frames have, the odd ones by number. */
function oddOnes({ mixed = {} }: ExrRow, paint: Paint): string {
  return Object.entries(mixed).map(([field, values]) => {
    const odd = [...values].reverse().map(({ value, files, frames }, i) => `${value ?? 'not said'} in ${i === values.length - 1 && values.length > 1 && files > 1 ? `${formatCount(files)} frames` : frames.replaceAll('-', '–')}`);
    return `     ${paint.yellow('mixed')}  ${plainText(`${FIELDS[field] ?? field}: ${odd.join(', ')}`, { max: 200 })}\n`;
  }).join('');
}

const pathOf = (row: ExrRow): string => plainText(row.bucket === null ? row.path : `s3://${row.bucket}/${row.path}`);

export function renderMatch(match: Match, paint: Paint): string {
  const percent = (amount: number): string => `${(amount * 100).toFixed(0)}`;
  const together = match.together.slice(0, 5).map(({ text }) => text).join(', ');
  const apart = match.apart.filter(({ amount }) => amount > 0.004).slice(0, 5).map(({ text, only }) => `${only === 'a' ? '−' : '+'} ${text}`).join(', ');
  return `${paint.bold(percent(match.similarity).padStart(3))}  ${renderRow(match.row, paint)}${together ? `     ${paint.green('alike')}  ${plainText(together, { max: 200 })}\n` : ''}${apart ? `     ${paint.yellow('apart')}  ${plainText(apart, { max: 200 })}\n` : ''}`;
}

export function renderSql(result: SqlResult, paint: Paint): string {
  const cell = (value: unknown): string => (value === null ? '–' : plainText(typeof value === 'object' ? JSON.stringify(value) : String(value), { max: 80 }));
  const lines = table(result.columns.map(({ name }) => plainText(name)), result.rows.map((row) => row.map(cell)), '', paint);
  return `${lines.join('\n')}\n${result.cut ? paint.yellow(`only the first ${formatCount(result.rows.length)} rows: raise --limit for more\n`) : ''}`;
}

const SECTIONS: readonly (readonly [key: keyof StoreSummary, title: string])[] = [
  ['byStatus', 'State'], ['byCompression', 'Compression'], ['byColorSpace', 'Colour space'], ['bySoftware', 'Written by'], ['byResolution', 'Resolution'], ['bySize', 'File size'], ['byMonth', 'Modified in'], ['byChannel', 'Channels and layers'], ['byDirectory', 'Folders'], ['byError', 'Errors'],
];
export function summarySections(summary: StoreSummary): { title: string; counts: readonly Count[] }[] {
  return SECTIONS.map(([key, title]) => ({ title, counts: summary[key] as readonly Count[] })).filter(({ counts }) => counts.length > 0);
}

export function renderSummary(summary: StoreSummary, paint: Paint): string {
  const head = block([['store', plainText(summary.location)], ['files', formatCount(summary.files)], ['sequences', formatCount(summary.sequences)], ['size', formatBytes(summary.bytes)]], '', paint);
  const sections = summarySections(summary).flatMap(({ title, counts }) => {
    const most = greatest(counts, ({ files }) => files);
    const rows = counts.slice(0, 12).map(({ name, files, bytes }) => [plainText(name ?? '(not said)', { max: 50 }), formatCount(files), formatBytes(bytes), '▇'.repeat(Math.max(1, Math.round((files / most) * 20))).padEnd(20)]);
    return ['', paint.bold(title), ...table(['', 'files', 'size', ''], rows, '  ', paint).slice(1), ...(counts.length > 12 ? [`  ${paint.dim(`and ${counts.length - 12} more`)}`] : [])];
  });
  return `${[...head, ...sections].map((line) => line.trimEnd()).join('\n')}\n`;
}
