/** What differs between two reports: headers, attributes, channels, statistics. */
export { diffReports, type DiffOptions, type DiffPart, type ReportDiff } from './diff.ts';
export type { Change } from './values.ts';
