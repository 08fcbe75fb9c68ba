/** From a channel's totals to the numbers of the report. */
import type { Box2i } from '../header/types.ts';
import type { JsonNumber, ReportBox, ReportChannelStats } from '../report/index.ts';
import { countsOf, distributionOf, momentsOf, percentiles } from './distribution.ts';
import { meanAndDeviation } from './exact.ts';
import { histogramOf, type Histogram } from './histogram.ts';
import { keyValue, nonFiniteName, type KeyedPlace, type Place } from './places.ts';
import type { ChannelTotals } from './totals.ts';

/** x and y are absolute, in the pixel space of the level. */
export interface ReportPlace {
  readonly x: number;
  readonly y: number;
}

/**
 * One channel's statistics. min, max, mean, stddev, the percentiles and the histogram are over finite values and null
 * when there are none; -0 is a zero like +0. min, max, mean and stddev are exact but for one rounding. Percentiles are
 * nearest ranks: exact for half, for uint below 4096; otherwise less than 1/128 (float) or 1/4096 (uint) of the value
 * off, and exact wherever neighbouring values are all the same.
 */
export type ChannelStats = ReportChannelStats & {
  readonly finite: number;
  readonly subnormal: number;
  readonly p05: JsonNumber | null;
  readonly p95: JsonNumber | null;
  readonly histogram: Histogram | null;
  /** The first place, by y and then x, of the minimum and the maximum. */
  readonly min_at: ReportPlace | null;
  readonly max_at: ReportPlace | null;
  /** The first ten NaN and infinities, by y and then x. */
  readonly first_nonfinite: readonly (ReportPlace & { readonly value: JsonNumber })[];
  /** Around every NaN and infinity; null when there is none. */
  readonly nonfinite_bounds: ReportBox | null;
  /** Around everything that is not zero (NaN and infinities are not); null when all is zero. */
  readonly nonzero_bounds: ReportBox | null;
};

const NO_PERCENTILES = [null, null, null, null, null] as const;

/** The statistics of a channel from its merged totals. */
export function finishChannelStats(name: string, totals: ChannelTotals): ChannelStats {
  const { pixelType, places } = totals;
  const counts = countsOf(totals);
  const { finite } = counts;
  const { mean, stddev } = meanAndDeviation(momentsOf(totals, finite));
  const distribution = distributionOf(totals);
  const [p01, p05, p50, p95, p99] =
    finite === 0
      ? NO_PERCENTILES
      : (percentiles(distribution, finite, [1, 5, 50, 95, 99]) as [number, number, number, number, number]);
  const extreme = (place: KeyedPlace | null): number | null => (place ? keyValue(pixelType, place.key) : null);
  return {
    name,
    count: counts.count,
    finite,
    nan: counts.nan,
    pos_inf: counts.posInf,
    neg_inf: counts.negInf,
    zero: counts.zero,
    negative: counts.negative,
    subnormal: counts.subnormal,
    min: extreme(places.min),
    max: extreme(places.max),
    mean,
    stddev,
    p01,
    p05,
    p50,
    p95,
    p99,
    histogram: histogramOf(distribution, finite, (p99 ?? 0) - (p01 ?? 0)),
    min_at: reportPlace(places.min),
    max_at: reportPlace(places.max),
    first_nonfinite: places.listed.map(({ x, y, bits }) => ({ x, y, value: nonFiniteName(pixelType, bits) })),
    nonfinite_bounds: reportBox(places.nonFinite),
    nonzero_bounds: reportBox(places.nonZero),
  };
}

export function reportPlace(place: Place | null): ReportPlace | null {
  return place && { x: place.x, y: place.y };
}

function reportBox(box: Box2i | null): ReportBox | null {
  return box && { x_min: box.xMin, y_min: box.yMin, x_max: box.xMax, y_max: box.yMax };
}
