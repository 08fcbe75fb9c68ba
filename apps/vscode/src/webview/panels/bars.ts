/** How high a histogram's bars are. */
export interface Histogram {
  readonly scale: 'linear' | 'log';
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** 0 to 1; a bin that has a value is never without a bar. */
export function bars(counts: readonly number[], isLog: boolean): number[] {
  const scaled = counts.map((count) => (isLog ? Math.log1p(count) : count));
  const most = scaled.reduce((most, each) => Math.max(most, each), 1e-12);
  return scaled.map((value) => (value > 0 ? Math.max(0.015, value / most) : 0));
}
