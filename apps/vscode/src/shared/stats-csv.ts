/** Statistics as a table for a spreadsheet (RFC 4180). */
import { csvLine } from '@exr/core/text';
import type { StatsAnswer } from './protocol.ts';

const COLUMNS = ['count', 'nan', 'pos_inf', 'neg_inf', 'zero', 'negative', 'subnormal', 'min', 'max', 'mean', 'stddev', 'p01', 'p05', 'p50', 'p95', 'p99'] as const;

export function statsCsv(answers: readonly Pick<StatsAnswer, 'part' | 'partial' | 'channels'>[]): string {
  const rows = answers.flatMap(({ part, partial, channels }) => channels.map((channel) => [part, channel.name, partial, ...COLUMNS.map((key) => channel[key])]));
  return [['part', 'channel', 'partial', ...COLUMNS], ...rows].map((row) => `${csvLine(row).slice(0, -1)}\r\n`).join('');
}
