/**
 * Statistics: numbers about pixels that any split into chunks and any number of threads leave the same.
 *
 *     const stats = await computeStats(file, { channels: ['*.Z'], stride: 4 });
 *     stats.parts[0].channels[0].p99;
 */
export { computeStats, type FileStats, type PartStats } from './compute.ts';
export type { StatsOptions } from './measure.ts';
export { finishChannelStats, type ChannelStats, type ReportPlace } from './channel-stats.ts';
export { ChannelAccumulator, type ChannelRows } from './accumulator.ts';
export { mergeTotals, noTotals, type ChannelTotals } from './totals.ts';
export type { DeepStats } from './deep.ts';
export { HISTOGRAM_BINS, type Histogram } from './histogram.ts';
export { chosenChannels, matchesGlob, type ChannelChoice } from './select.ts';
export { statsTask } from './task.ts';
