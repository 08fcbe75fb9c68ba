/**
 * One deep pixel made flat by the specification's rules ("Interpreting OpenEXR Deep Pixels"): volumes that overlap are cut at each other's
 * ends and at the points within them, what coincides is merged, and the rest is composited front to back.
 *
 * A volume of opacity a absorbs u = -log(1 - a) evenly over its depth, and its colour c comes as c u / a of emission; cutting takes a share of
 * both and merging adds them up, so that cutting and merging pairs until nothing overlaps is the same as sweeping over the depths once.
 */

/** One sample of a pixel: its depth range (a point's back is its front), its opacity and its premultiplied values. */
export interface DeepPixelSample {
  readonly front: number;
  readonly back: number;
  readonly alpha: number;
  readonly values: readonly number[];
}

/** Front-to-back over of one pixel's samples, given in any order. A value that is not finite makes the result NaN, so that it is seen. */
export function flattenPixel(samples: readonly DeepPixelSample[]): { alpha: number; values: number[] } {
  const pixel = new DeepPixel(samples[0]?.values.length ?? 0);
  pixel.clear(samples.length);
  samples.forEach((sample, i) => {
    pixel.set(i, sample.front, sample.back, sample.alpha);
    sample.values.forEach((value, channel) => pixel.setValue(i, channel, value));
  });
  const values = new Array<number>(pixel.width).fill(0);
  return { alpha: pixel.flatten(values), values };
}

/** Room for one pixel's samples, used again for the next. */
export class DeepPixel {
  #count = 0;
  #front = new Float64Array(16);
  #back = new Float64Array(16);
  #alpha = new Float64Array(16);
  #values: Float64Array;
  #order = new Int32Array(16);

  /** `width`: values of a sample besides its opacity. */
  constructor(readonly width: number) {
    this.#values = new Float64Array(16 * width);
  }

  clear(count: number): void {
    this.#count = count;
    if (count <= this.#front.length) return;
    const room = 2 ** Math.ceil(Math.log2(count));
    [this.#front, this.#back, this.#alpha] = [new Float64Array(room), new Float64Array(room), new Float64Array(room)];
    this.#values = new Float64Array(room * this.width);
    this.#order = new Int32Array(room);
  }

  /** A depth that is not a number is behind everything; a range without end is a point. */
  set(i: number, front: number, back: number, alpha: number): void {
    this.#front[i] = front === front ? front : Infinity;
    this.#back[i] = back > front && back < Infinity && front > -Infinity ? back : this.#front[i]!;
    this.#alpha[i] = alpha;
  }

  setValue(i: number, channel: number, value: number): void {
    this.#values[i * this.width + channel] = value;
  }

  /** Writes the flat values, returns the opacity (0 … 1). */
  flatten(into: number[] | Float64Array): number {
    for (let channel = 0; channel < this.width; channel++) into[channel] = 0;
    this.#sort();
    const through = this.#isTidy() ? this.#composite(into) : this.#sweep(into);
    return this.#spoil(into) ? NaN : 1 - through;
  }

  get nearest(): number {
    let least = Infinity;
    for (let i = 0; i < this.#count; i++) if (this.#front[i]! < least) least = this.#front[i]!;
    return least;
  }

  /** A value of the sample in front; of several there the first that was given. After flatten(). */
  nearestValue(channel: number): number {
    return this.#values[this.#order[0]! * this.width + channel]!;
  }

  get farthest(): number {
    let most = -Infinity;
    for (let i = 0; i < this.#count; i++) if (this.#back[i]! > most) most = this.#back[i]!;
    return most;
  }

  #sort(): void {
    const [front, back, order] = [this.#front, this.#back, this.#order];
    for (let i = 0; i < this.#count; i++) order[i] = i;
    const behind = (p: number, q: number): boolean => front[p]! > front[q]! || (front[p] === front[q] && back[p]! > back[q]!);
    if (this.#count > 32) {
      order.subarray(0, this.#count).sort((p, q) => (behind(p, q) ? 1 : behind(q, p) ? -1 : p - q));
      return;
    }
    for (let i = 1; i < this.#count; i++) {
      let j = i;
      for (; j > 0 && behind(order[j - 1]!, i); j--) order[j] = order[j - 1]!;
      order[j] = i;
    }
  }

  /** Sorted samples: whether none overlaps or coincides with the next. A point may stand where a volume begins or ends. */
  #isTidy(): boolean {
    let reached = -Infinity;
    for (let n = 0; n < this.#count; n++) {
      const i = this.#order[n]!;
      const [front, back] = [this.#front[i]!, this.#back[i]!];
      if (front < reached) return false;
      const before = n > 0 ? this.#order[n - 1]! : -1;
      if (before >= 0 && front === back && this.#front[before] === front && this.#back[before] === front) return false;
      if (back > reached) reached = back;
    }
    return true;
  }

  #composite(into: number[] | Float64Array): number {
    let through = 1;
    for (let n = 0; n < this.#count && through > 0; n++) {
      const i = this.#order[n]!;
      for (let channel = 0; channel < this.width; channel++) into[channel]! += this.#values[i * this.width + channel]! * through;
      through *= 1 - clamp01(this.#alpha[i]!);
    }
    return through;
  }

  /** At each depth first the points there, then the volumes up to the next depth. Time follows the samples, however many overlap. */
  #sweep(into: number[] | Float64Array): number {
    const [front, back, order, count] = [this.#front, this.#back, this.#order, this.#count];
    const depths = new Float64Array(2 * count);
    depths.set(front.subarray(0, count));
    depths.set(back.subarray(0, count), count);
    depths.sort();
    const ends = order.slice(0, count).sort((p, q) => back[p]! - back[q]! || p - q);
    const points = new Merge(this.width);
    const volumes = new Overlapping(count, this.width);
    let through = 1;
    let [next, ended] = [0, 0];
    for (let d = 0; d < depths.length && through > 0; ) {
      const depth = depths[d]!;
      for (; ended < count && back[ends[ended]!]! <= depth; ended++) volumes.remove(ends[ended]!);
      points.clear();
      for (; next < count && front[order[next]!] === depth; next++) {
        const i = order[next]!;
        if (back[i]! > depth) volumes.add(i, clamp01(this.#alpha[i]!), this.#values, i * this.width, 1 / (back[i]! - front[i]!));
        else points.add(clamp01(this.#alpha[i]!), this.#values, i * this.width, 1);
      }
      through = points.over(into, through);
      do d++;
      while (d < depths.length && depths[d] === depth);
      if (d < depths.length) through = volumes.over(into, through, depths[d]! - depth);
    }
    return through;
  }

  /** What is not finite spoils its channel, an opacity all of them. True when an opacity did. */
  #spoil(into: number[] | Float64Array): boolean {
    let alpha = false;
    for (let i = 0; i < this.#count; i++) {
      if (!Number.isFinite(this.#alpha[i])) alpha = true;
      for (let channel = 0; channel < this.width; channel++) if (!Number.isFinite(this.#values[i * this.width + channel])) into[channel] = NaN;
    }
    if (alpha) for (let channel = 0; channel < this.width; channel++) into[channel] = NaN;
    return alpha;
  }
}

/** Samples, or shares of them, of one depth range. */
class Merge {
  #absorbed = 0;
  #opaque = 0;
  readonly #colour: Float64Array;

  constructor(width: number) {
    this.#colour = new Float64Array(width);
  }

  clear(): void {
    this.#absorbed = 0;
    this.#opaque = 0;
    this.#colour.fill(0);
  }

  add(alpha: number, values: Float64Array, at: number, share: number): void {
    if (alpha === 1) {
      // Any part of an opaque volume is opaque and hides what is not; several show their mean.
      if (this.#opaque++ === 0) this.#colour.fill(0);
      for (let i = 0; i < this.#colour.length; i++) this.#colour[i]! += values[at + i]!;
    } else if (this.#opaque === 0) {
      const absorbs = -Math.log1p(-alpha);
      const scale = alpha > 0 ? (absorbs / alpha) * share : share;
      for (let i = 0; i < this.#colour.length; i++) this.#colour[i]! += values[at + i]! * scale;
      this.#absorbed += absorbs * share;
    }
  }

  /** Composites what was merged behind what `through` lets through; returns what still comes through. */
  over(into: number[] | Float64Array, through: number): number {
    const alpha = this.#opaque > 0 ? 1 : -Math.expm1(-this.#absorbed);
    const scale = (this.#opaque > 0 ? 1 / this.#opaque : this.#absorbed > 0 ? alpha / this.#absorbed : 1) * through;
    for (let i = 0; i < this.#colour.length; i++) into[i]! += this.#colour[i]! * scale;
    return through * (1 - alpha);
  }
}

/**
 * Volumes that overlap at a depth: the sums of what they absorb and emit per unit of depth. A tree of sums, in which one that comes or goes costs the
 * logarithm of their number, and nothing is ever subtracted: a huge value leaves no rounding error behind.
 */
class Overlapping {
  /** Leaves from `#leaves` on; node n is the sum of 2n and 2n + 1, the first one that of all. */
  readonly #leaves: number;
  readonly #tree: Float64Array;
  readonly #fields: number;

  constructor(count: number, readonly width: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(2, count)));
    // What is absorbed, how many are opaque, then the colours of those that are not and of those that are.
    this.#fields = 2 + 2 * width;
    this.#tree = new Float64Array(2 * this.#leaves * this.#fields);
  }

  add(i: number, alpha: number, values: Float64Array, at: number, density: number): void {
    const leaf = (this.#leaves + i) * this.#fields;
    if (alpha === 1) {
      this.#tree[leaf + 1] = 1;
      for (let c = 0; c < this.width; c++) this.#tree[leaf + 2 + this.width + c] = values[at + c]!;
    } else {
      const absorbs = -Math.log1p(-alpha);
      const scale = (alpha > 0 ? absorbs / alpha : 1) * density;
      this.#tree[leaf] = absorbs * density;
      for (let c = 0; c < this.width; c++) this.#tree[leaf + 2 + c] = values[at + c]! * scale;
    }
    this.#climb(i);
  }

  remove(i: number): void {
    const leaf = (this.#leaves + i) * this.#fields;
    this.#tree.fill(0, leaf, leaf + this.#fields);
    this.#climb(i);
  }

  #climb(i: number): void {
    const fields = this.#fields;
    for (let node = (this.#leaves + i) >> 1; node > 0; node >>= 1) {
      for (let f = 0; f < fields; f++) this.#tree[node * fields + f] = this.#tree[2 * node * fields + f]! + this.#tree[(2 * node + 1) * fields + f]!;
    }
  }

  /** Composites `depth` of them behind what `through` lets through; returns what still comes through. Any opaque ones hide the others and show their mean. */
  over(into: number[] | Float64Array, through: number, depth: number): number {
    const root = this.#fields;
    const [absorbed, opaque] = [this.#tree[root]! * depth, this.#tree[root + 1]!];
    const alpha = opaque > 0 ? 1 : -Math.expm1(-absorbed);
    const scale = (opaque > 0 ? 1 / opaque : absorbed > 0 ? (alpha / absorbed) * depth : depth) * through;
    const from = root + 2 + (opaque > 0 ? this.width : 0);
    for (let c = 0; c < this.width; c++) into[c]! += this.#tree[from + c]! * scale;
    return through * (1 - alpha);
  }
}

const clamp01 = (value: number): number => (value > 1 ? 1 : value > 0 ? value : 0);
