/** Statistics as a table for a spreadsheet (RFC 4180). */
import type { StatsAnswer } from './protocol.ts';

const COLUMNS = ['count', 'nan', 'pos_inf', 'neg_inf', 'zero', 'negative', 'subnormal', 'min', 'max', 'mean', 'stddev', 'p01', 'p05', 'p50', 'p95', 'p99'] as const;

export function statsCsv(answers: readonly Pick<StatsAnswer, 'part' | 'partial' | 'channels'>[]): string {
  const rows = answers.flatMap(({ part, partial, channels }) => channels.map((channel) => [part, channel.name, partial, ...COLUMNS.map((key) => channel[key])]));
  return [['part', 'channel', 'partial', ...COLUMNS], ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  // A channel's name comes from a file: a spreadsheet must not take it for a formula.
  const safe = typeof value === 'string' && /^[=+@\t\r-]/.test(text) && text !== '-Infinity' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
