import { type ChannelStats, type ExrReport, formatCount, formatNumber, type JsonNumber, plainText, type PartStats, type ReportPartStats, append, greatest } from '@exr/core';
import { type Paint, table } from './layout.ts';
import { noteLines } from './report.ts';

export interface StatsOptions {
  readonly paint: Paint;
  readonly columns: number;
  readonly histogram: boolean;
}

/** The statistics of one file: a table a part, histograms, the places of what is not finite. */
export function renderStats(report: ExrReport, options: StatsOptions): string {
  const { paint } = options;
  const lines = [paint.bold(plainText(report.file.path))];
  for (const part of report.stats?.parts ?? []) {
    const facts = report.parts.find((each) => each.index === part.index);
    lines.push('', `  ${paint.cyan(`part ${part.index}`)}${facts?.name ? ` ${paint.bold(`“${plainText(facts.name, { max: 80 })}”`)}` : ''}  ${paint.dim(facts ? `${facts.type} ${facts.compression} ${facts.width} × ${facts.height}` : '')}`);
    append(lines, statsLines(part, { paint, indent: '    ' }));
    if (options.histogram) append(lines, part.channels.flatMap((channel) => histogramLines(channel as ChannelStats, options)));
  }
  for (const error of report.errors) lines.push('', `  ${paint.red('error')} ${plainText(error.message, { max: 2000 })} ${paint.dim(`[${error.code}]`)}`);
  append(lines, noteLines(report, paint));
  return `${lines.join('\n')}\n`;
}

/** An aligned table of one part's channels, then what is not finite and what was skipped. */
export function statsLines(part: ReportPartStats, { paint, indent }: { paint: Paint; indent: string }): string[] {
  const header = ['channel', 'min', 'max', 'mean', 'stddev', 'p01', 'p50', 'p99', 'values', 'NaN', 'Inf', 'zero', 'negative'];
  const rows = part.channels.map((channel) => [
    plainText(channel.name, { max: 60 }),
    ...[channel.min, channel.max, channel.mean, channel.stddev, channel.p01, channel.p50, channel.p99].map((value) => formatNumber(value)),
    ...[channel.count, channel.nan, channel.pos_inf + channel.neg_inf, channel.zero, channel.negative].map((value) => formatCount(value)),
  ]);
  const lines = table(header, rows, indent, paint);
  for (const channel of part.channels as readonly ChannelStats[]) if (channel.first_nonfinite?.length) lines.push(`${indent}${nonFinite(channel, paint)}`);
  const unreadable = (part as PartStats).unreadable;
  if (unreadable) lines.push(`${indent}${paint.red('not measured')}: ${plainText(unreadable.message, { max: 300 })}`);
  if (part.deep) lines.push(`${indent}${paint.dim('deep')} ${formatCount(Number(part.deep.total_samples))} samples, at most ${formatCount(part.deep.max_samples)} in a pixel, ${formatCount(part.deep.empty_pixels)} pixels without any`);
  if (part.partial) {
    const count = part.skipped_count ?? part.skipped.length;
    lines.push(`${indent}${paint.yellow('partial')}: ${formatCount(count)} ${count === 1 ? 'chunk is' : 'chunks are'} missing or broken and not in these numbers`);
    for (const skipped of part.skipped.slice(0, 5)) lines.push(`${indent}  ${plainText(skipped.message ?? `chunk ${skipped.chunk}: ${skipped.code}`, { max: 300 })}`);
    if (count > 5) lines.push(`${indent}  … ${formatCount(count - 5)} more (--format json lists them)`);
  }
  return lines;
}

function nonFinite(channel: ChannelStats, paint: Paint): string {
  const places = channel.first_nonfinite.slice(0, 4).map(({ x, y, value }) => `${value} at (${x}, ${y})`);
  const total = channel.nan + channel.pos_inf + channel.neg_inf;
  const box = channel.nonfinite_bounds;
  const within = box && total > 1 ? `; all within (${box.x_min}, ${box.y_min}) … (${box.x_max}, ${box.y_max})` : '';
  return `${paint.yellow('not finite')} ${plainText(channel.name, { max: 60 })}: ${places.join(', ')}${total > 4 ? ` … ${formatCount(total - 4)} more` : ''}${within}`;
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS = 4;

/** Bars four lines high, one column a bin; heights by square root, so that small counts next to a large one stay visible. */
function histogramLines(channel: ChannelStats, { paint }: StatsOptions): string[] {
  const histogram = channel.histogram;
  if (!histogram || histogram.counts.length < 2) return [];
  const most = Math.sqrt(greatest(histogram.counts, Number));
  const heights = histogram.counts.map((count) => (count === 0 ? 0 : Math.max(1, Math.round((Math.sqrt(count) / most) * ROWS * 8))));
  const rows = Array.from({ length: ROWS }, (_, row) => heights.map((height) => BLOCKS[Math.min(8, Math.max(0, height - (ROWS - 1 - row) * 8))]).join(''));
  const first = edge(histogram.edges[0]!);
  const last = edge(histogram.edges.at(-1)!);
  const axis = `${first}${' '.repeat(Math.max(1, histogram.counts.length - first.length - last.length))}${last}`;
  return ['', `    ${plainText(channel.name, { max: 60 })} ${paint.dim(histogram.scale === 'log' ? 'by stops' : '')}`, ...rows.map((row) => `    ${paint.cyan(row)}`), `    ${paint.dim(axis)}`];
}

function edge(value: JsonNumber): string {
  return formatNumber(value, 4);
}
