/**
 * What is known of a channel after some of its chunks: plain data that can cross threads. Merging is adding integers
 * and taking first places, so the order of merging, the split into chunks and the number of threads leave no trace in
 * the result.
 */
import { mergeBins, NO_BINS, type Bins } from './bins.ts';
import { mergePlaces, NO_PLACES, type Places } from './places.ts';

/** Bins of each sign in assembly/stats-float.ts: 256, and 128 for each of 15 octaves. */
export const SUBNORMAL_BINS = 256 + 15 * 128;

export interface ChannelTotals {
  /** As in the file: 0 uint, 1 half, 2 float. */
  readonly pixelType: 0 | 1 | 2;
  /** half: by value, the bits are the bin. float: by the upper 16 bits. uint: see uintBinValue. */
  readonly bins: Bins;
  /**
   * float: of the subnormals those whose lower 16 bits are not 0, SUBNORMAL_BINS above 0 and as many below; `low` is the sum of how far they lie above
   * their bin's least, in units of 2^-149. Empty for the others.
   */
  readonly subnormals: Bins;
  /** uint: the sum of all values. Others: 0. */
  readonly sum: bigint;
  /** uint: the sum of all squares. float: the sum of the squares of the lower 16 bits, in units of 2^-298. half: 0. */
  readonly squares: bigint;
  readonly places: Places;
}

/** Totals of a channel that has no values. */
export function noTotals(pixelType: 0 | 1 | 2): ChannelTotals {
  return { pixelType, bins: NO_BINS, subnormals: NO_BINS, sum: 0n, squares: 0n, places: NO_PLACES };
}

/** Totals of the values of both; they are of the same pixel type. */
export function mergeTotals(a: ChannelTotals, b: ChannelTotals): ChannelTotals {
  return {
    pixelType: a.pixelType,
    bins: mergeBins(a.bins, b.bins),
    subnormals: mergeBins(a.subnormals, b.subnormals),
    sum: a.sum + b.sum,
    squares: a.squares + b.squares,
    places: mergePlaces(a.places, b.places),
  };
}
