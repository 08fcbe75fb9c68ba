/** How values along one axis of a level fall into the picture's pixels: a box filter, exact for any ratio. */

/** The picture's pixel i covers level coordinates origin + i / scale … origin + (i + 1) / scale; there are `size` of them. */
export interface Axis {
  readonly origin: number;
  readonly scale: number;
  readonly size: number;
}

/**
 * Which values feed each of some neighbouring pixels of the picture, and with what weight: the share of the pixel that the value covers.
 * Pixel first + i is fed by the values from[i], from[i] + 1 … with weights[starts[i]] … weights[starts[i + 1] - 1].
 */
export interface Spread {
  readonly first: number;
  readonly count: number;
  readonly from: Int32Array;
  readonly starts: Int32Array;
  readonly weights: Float32Array;
  /** Sum of the weights of each pixel: 1 where values cover all of it. */
  readonly cover: Float32Array<ArrayBuffer>;
  /** When every pixel is one value, unchanged: the value of the first; the next one's is the next. Otherwise -1. */
  readonly copyFrom: number;
}

/** Values along the axis: number k stands at first + k * step. They may reach no further than low … high (inclusive). */
export interface Values {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

// A pixel that is covered by less than this is not covered: rounding alone makes such slivers.
const SLIVER = 1e-6;

/**
 * Subsampled values stand at every step-th pixel and are interpolated linearly between (each spreads over a tent); beyond this step, which no
 * camera uses, each fills its cell.
 */
const WIDEST_TENT = 8;

/** Null when no pixel of the picture is touched. */
export function spread(axis: Axis, values: Values): Spread | null {
  const { origin, scale, size } = axis;
  const { low, high } = values;
  const begin = Math.max(0, Math.floor((low - origin) * scale));
  const end = Math.min(size, Math.ceil((high + 1 - origin) * scale));
  const from: number[] = [];
  const starts = [0];
  const weights: number[] = [];
  const cover: number[] = [];
  let first = -1;
  for (let i = begin; i < end; i++) {
    const left = origin + i / scale;
    const right = origin + (i + 1) / scale;
    const [kFirst, kLast] = touching(values, Math.max(low, Math.floor(left)), Math.min(high, Math.ceil(right) - 1));
    let [begins, covered] = [-1, 0];
    for (let k = kFirst; k <= kLast; k++) {
      const weight = coverage(values, k, left, right) * scale;
      // Slivers lie at the ends.
      if (weight < SLIVER && (begins < 0 || k === kLast)) continue;
      if (begins < 0) begins = k;
      weights.push(weight);
      covered += weight;
    }
    if (first < 0 && begins < 0) continue;
    if (first < 0) first = i;
    from.push(Math.max(0, begins < 0 ? (from.at(-1) ?? 0) : begins));
    starts.push(weights.length);
    cover.push(covered);
  }
  while (cover.length > 0 && cover.at(-1) === 0) {
    cover.pop();
    from.pop();
    starts.pop();
  }
  if (cover.length === 0) return null;
  const plain = cover.length === weights.length && weights.every((weight) => Math.abs(weight - 1) < SLIVER) && from.every((k, i) => k === from[0]! + i);
  return {
    first, count: cover.length, from: Int32Array.from(from), starts: Int32Array.from(starts), weights: Float32Array.from(weights),
    cover: plain ? new Float32Array(cover.length).fill(1) : Float32Array.from(cover), copyFrom: plain ? from[0]! : -1,
  };
}

/**
 * The one value that stands for each pixel of the picture: that at the pixel's middle, or of subsampled values the last one before it. For what must
 * not be averaged. Pixels whose middle lies elsewhere are not fed. Null when none is.
 */
export function nearest(axis: Axis, { first: start, step, count, low, high }: Values): Spread | null {
  const { origin, scale, size } = axis;
  const begin = Math.max(0, Math.floor((low - origin) * scale));
  const end = Math.min(size, Math.ceil((high + 1 - origin) * scale));
  const [from, starts, weights, cover]: [number[], number[], number[], number[]] = [[], [0], [], []];
  let first = -1;
  for (let i = begin; i < end; i++) {
    const pixel = Math.floor(middleOf(axis, i));
    const value = Math.min(count - 1, Math.max(0, Math.floor((pixel - start) / step)));
    const isFed = pixel >= low && pixel <= high;
    if (first < 0 && !isFed) continue;
    if (first < 0) first = i;
    from.push(value);
    if (isFed) weights.push(1);
    starts.push(weights.length);
    cover.push(isFed ? 1 : 0);
  }
  while (cover.length > 0 && cover.at(-1) === 0) for (const list of [cover, from, starts]) list.pop();
  if (cover.length === 0) return null;
  return { first, count: cover.length, from: Int32Array.from(from), starts: Int32Array.from(starts), weights: Float32Array.from(weights), cover: Float32Array.from(cover), copyFrom: -1 };
}

/** Where the middle of the picture's pixel i lies in the level. A middle between two pixels, but for rounding, belongs to the second. */
export function middleOf({ origin, scale }: Axis, i: number): number {
  return origin + (i + 0.5) / scale + 1e-9;
}

/** The first and last value that reach the level's pixels low … high. */
function touching({ first, step, count }: Values, low: number, high: number): [number, number] {
  const reach = step <= WIDEST_TENT ? step - 1 : 0;
  const before = step <= WIDEST_TENT ? Math.ceil((low - reach - first) / step) : Math.floor((low - first) / step);
  return [Math.max(0, before), Math.min(count - 1, Math.floor((high + reach - first) / step))];
}

/** How much of the level's stretch left … right the value k covers, in level pixels. */
function coverage({ first, step, low, high }: Values, k: number, left: number, right: number): number {
  const at = first + k * step;
  if (step === 1 || step > WIDEST_TENT) return Math.max(0, Math.min(at + step, right, high + 1) - Math.max(at, left, low));
  let sum = 0;
  const last = Math.min(at + step - 1, high, Math.ceil(right) - 1);
  for (let pixel = Math.max(at - step + 1, low, Math.floor(left)); pixel <= last; pixel++) {
    sum += (1 - Math.abs(pixel - at) / step) * Math.max(0, Math.min(pixel + 1, right) - Math.max(pixel, left));
  }
  return sum;
}

/** One row of values spread over `into`: the sum of value × weight for each pixel. */
export function spreadRow({ count, from, starts, weights, copyFrom }: Spread, values: Float32Array, into: Float32Array): void {
  if (copyFrom >= 0) {
    into.set(copyFrom === 0 && values.length === count ? values : values.subarray(copyFrom, copyFrom + count));
    return;
  }
  for (let i = 0, t = 0; i < count; i++) {
    const end = starts[i + 1]!;
    let sum = 0;
    for (let k = from[i]! - t, stop = end; t < stop; t++) sum += values[k + t]! * weights[t]!;
    into[i] = sum;
  }
}
