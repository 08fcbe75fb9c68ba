import { formatCount, formatNumber, plainText, type ReportPartStats } from '@exr/core';
import { type Paint, table } from './layout.ts';

export interface StatsLinesOptions {
  readonly paint: Paint;
  readonly indent: string;
}

/** An aligned table of one part's channels, then what was skipped. */
export function statsLines(part: ReportPartStats, { paint, indent }: StatsLinesOptions): string[] {
  const rows = part.channels.map((channel) => [
    plainText(channel.name, { max: 60 }),
    ...[channel.min, channel.max, channel.mean, channel.stddev, channel.p01, channel.p50, channel.p99].map((value) => formatNumber(value)),
    ...[channel.count, channel.nan, channel.pos_inf + channel.neg_inf, channel.zero, channel.negative].map((value) => formatCount(value)),
  ]);
  const lines = table(['channel', 'min', 'max', 'mean', 'stddev', 'p01', 'p50', 'p99', 'values', 'NaN', 'Inf', 'zero', 'negative'], rows, indent, paint);
  if (part.deep) lines.push(`${indent}${paint.dim('deep')} ${formatCount(Number(part.deep.total_samples))} samples, at most ${formatCount(part.deep.max_samples)} in a pixel, ${formatCount(part.deep.empty_pixels)} pixels without any`);
  if (part.partial) {
    const count = part.skipped_count ?? part.skipped.length;
    lines.push(`${indent}${paint.yellow('partial')}: ${formatCount(count)} of the chunks are missing or broken and are not in these numbers`);
    for (const skipped of part.skipped.slice(0, 5)) lines.push(`${indent}  chunk ${skipped.chunk}: ${plainText(skipped.message ?? skipped.code, { max: 300 })}`);
    if (count > 5) lines.push(`${indent}  … ${formatCount(count - 5)} more (--format json lists them)`);
  }
  return lines;
}
