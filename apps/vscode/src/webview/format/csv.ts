/** Statistics as CSV (RFC 4180). */
import type { StatsAnswer } from '../../shared/protocol.ts';

const COLUMNS = ['name', 'count', 'min', 'max', 'mean', 'stddev', 'p01', 'p05', 'p50', 'p95', 'p99', 'nan', 'pos_inf', 'neg_inf', 'zero', 'negative', 'subnormal'] as const;

export function statsCsv({ part, channels }: Pick<StatsAnswer, 'part' | 'channels'>): string {
  const rows = channels.map((channel) => [part, ...COLUMNS.map((column) => channel[column])]);
  return [['part', ...COLUMNS], ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** Names come from the file: a spreadsheet would take one that begins with =, +, - or @ for a formula. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = String(value);
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return text;
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
