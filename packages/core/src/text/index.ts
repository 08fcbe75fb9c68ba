/** Text from a file, made safe to show. */
export { plainText, type PlainTextOptions } from './plain-text.ts';
export { formatBytes, formatCount, formatNumber, formatSeconds } from './numbers.ts';
export { csvLine, type CsvOptions } from './csv.ts';
