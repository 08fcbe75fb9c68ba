/** The part of a preview that runs beside the decoder: each chunk's values, averaged into the picture's pixels. */
import { greatest } from '../flow/index.ts';
import type { ChunkShape } from '../compression/index.ts';
import type { Box2i } from '../header/index.ts';
import type { ChunkTask, DecodedChunk } from '../pixels/index.ts';
import { type Axis, nearest, type Spread, spread, spreadRow, type Values } from './axis.ts';
import { rowsOf, type Rows } from './chunk-rows.ts';
import { hashId } from './ids.ts';

export interface ProxyParams {
  /** Planes of the proxy in order: the channels' names. */
  readonly names: readonly string[];
  readonly across: Axis;
  readonly down: Axis;
  /** The level's pixels. */
  readonly window: Box2i;
  /** A luminance channel whose values weigh those of the subsampled ones, for pictures with no more pixels than these have. */
  readonly weighedBy: string | null;
  /** Each pixel of the picture is one value, never a mean. */
  readonly data: boolean;
  /** So many of the planes are drawn; what follows is alpha. */
  readonly drawn: number;
  /** There is one channel, of ids: a second plane holds their hashes. */
  readonly ids: boolean;
}

/**
 * What a chunk adds to the picture's rectangle left, top, width × height: for each plane the sum of value × area that it covers. Added up over
 * all chunks, sum / area is the mean of the finite values of a pixel.
 */
export interface ProxyPatch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Plane after plane. */
  readonly sums: Float32Array<ArrayBuffer>;
  /** By plane the area that its finite values cover; null when that is coverX × coverY. */
  readonly areas: readonly (Float32Array<ArrayBuffer> | null)[];
  /** Nothing else adds to these pixels: each is one pixel of the level. */
  readonly alone: boolean;
  readonly coverX: Float32Array<ArrayBuffer>;
  readonly coverY: Float32Array<ArrayBuffer>;
  /** 1 where a value is NaN or infinite; null when none is. */
  readonly nonfinite: Uint8Array<ArrayBuffer> | null;
  /** Of data: the ends of all values read, whichever of them are drawn. */
  readonly ends: Ends | null;
}

/** Of finite values: the least, the most below what a renderer writes for "nothing here", and the most. */
export type Ends = readonly [least: number, near: number, most: number];

/** A renderer's "nothing here" depth is huge and would press all else into black: it does not count. */
export const NOTHING_THERE = 1e8;
export const NO_ENDS: Ends = [Infinity, -Infinity, -Infinity];

export function joinEnds(a: Ends, b: Ends): Ends {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[2], b[2])];
}

export const proxyTask: ChunkTask<ProxyParams, ProxyPatch | null, null> = {
  name: 'proxy',
  works: ({ isDeep }, shape, { names }) => {
    const pixels = (shape.xMax - shape.xMin + 1) * (shape.yMax - shape.yMin + 1);
    // The patch, or of a chunk made flat its planes too; lines of the chunk as floats.
    return (names.length + 1) * 4 * (pixels + (isDeep ? pixels : shape.xMax - shape.xMin + 1));
  },
  start: (_context, params) => {
    const across = remembered(params.across, spread);
    const picks = params.data ? remembered(params.across, nearest) : null;
    return {
      chunk: (decoded) => patchOf(decoded, params, across, picks),
      finish: () => null,
      // The covers are remembered, so they are copied.
      transfer: (patch) => (patch ? [patch.sums, ...patch.areas, patch.nonfinite].flatMap((each) => (each ? [each.buffer] : [])) : []),
    };
  },
};

type SpreadOf = (values: Values) => Spread | null;

/** Chunks of a part have the same columns again and again. */
function remembered(axis: Axis, make: (axis: Axis, values: Values) => Spread | null): SpreadOf {
  const known = new Map<string, Spread | null>();
  return (values) => {
    const key = `${values.first} ${values.step} ${values.count} ${values.low} ${values.high}`;
    let found = known.get(key);
    if (found === undefined) {
      if (known.size >= 64) known.clear();
      known.set(key, (found = make(axis, values)));
    }
    return found;
  };
}

function patchOf(decoded: DecodedChunk, params: ProxyParams, across: SpreadOf, picks: SpreadOf | null): ProxyPatch | null {
  const { shape } = decoded;
  const { names, window } = params;
  // Rows between subsampled ones reach into the chunks above and below.
  const reach = greatest(shape.channels, (channel) => (names.includes(channel.name) ? channel.ySampling - 1 : 0), 0);
  const pixelsX = across({ first: shape.xMin, step: 1, count: shape.xMax - shape.xMin + 1, low: shape.xMin, high: shape.xMax });
  const pixelsY = spread(params.down, { first: shape.yMin, step: 1, count: shape.yMax - shape.yMin + 1, low: shape.yMin, high: shape.yMax });
  const [yLow, yHigh] = [Math.max(window.yMin, shape.yMin - reach), Math.min(window.yMax, shape.yMax + reach)];
  const extent = reach === 0 ? pixelsY : spread(params.down, { first: yLow, step: 1, count: yHigh - yLow + 1, low: yLow, high: yHigh });
  if (!pixelsX || !extent) return null;
  const isWhole = pixelsX.copyFrom >= 0 && extent.copyFrom >= 0;
  const planes = params.ids ? [...names, names[0]!] : names;
  const patch = new Patch(pixelsX, extent, planes.length);
  const rows = rowsOf(decoded, planes, { nearest: params.data, whole: params.ids ? hashId : null });
  const weights = params.weighedBy === null ? null : rowsOf(decoded, [params.weighedBy])[0]!;
  for (let plane = 0; plane < planes.length; plane++) {
    const mine = rows[plane]!;
    const { xSampling, ySampling } = mine;
    const plain = xSampling === 1 && ySampling === 1;
    if (picks && plane < params.drawn) patch.scan(mine, params);
    if (picks && !(plain && isWhole)) {
      patch.ownArea(plane);
      const cells = { first: mine.firstY, step: ySampling, count: mine.count, low: shape.yMin, high: shape.yMax };
      const [sideways, upright] = [picks({ first: mine.firstX, step: xSampling, count: mine.width, low: shape.xMin, high: shape.xMax }), nearest(params.down, cells)];
      if (sideways && upright && mine.count > 0) patch.add(plane, mine, sideways, upright, null);
      continue;
    }
    const sideways = plain ? pixelsX : across({ first: mine.firstX, step: xSampling, count: mine.width, low: shape.xMin, high: shape.xMax });
    const upright = plain ? pixelsY : spread(params.down, { first: mine.firstY, step: ySampling, count: mine.count, low: yLow, high: yHigh });
    if (!plain) patch.ownArea(plane);
    if (!sideways || !upright || mine.count === 0) continue;
    if (!plain && weights) patch.add(plane, mine, sideways, upright, luminanceAt(weights, mine, shape));
    else if (!plain || mine.present || !patch.addFinite(plane, mine, sideways, upright)) patch.add(plane, mine, sideways, upright, null);
  }
  return patch.finished(pixelsY);
}

/** The luminance where each value of a subsampled row stands; a little where there is none, so that a black pixel keeps its chroma. */
function luminanceAt(luminance: Rows, chroma: Rows, shape: ChunkShape): (row: number) => Float32Array {
  const found = new Float32Array(chroma.width);
  return (row) => {
    const values = luminance.row(chroma.firstY + row * chroma.ySampling - shape.yMin);
    for (let i = 0, x = chroma.firstX - shape.xMin; i < found.length; i++, x += chroma.xSampling) {
      const value = values[x]!;
      found[i] = value > 1e-6 && value < Infinity ? value : 1e-6;
    }
    return found;
  };
}

class Patch {
  readonly #sums: Float32Array<ArrayBuffer>;
  readonly #areas: (Float32Array<ArrayBuffer> | null)[];
  #nonfinite: Uint8Array<ArrayBuffer> | null = null;
  #ends: Ends | null = null;
  readonly #line: Float32Array;
  readonly #size: number;

  constructor(readonly across: Spread, readonly down: Spread, planes: number) {
    this.#size = across.count * down.count;
    this.#sums = new Float32Array(planes * this.#size);
    this.#areas = new Array<Float32Array<ArrayBuffer> | null>(planes).fill(null);
    this.#line = new Float32Array(across.count);
  }

  ownArea(plane: number): Float32Array {
    return (this.#areas[plane] ??= new Float32Array(this.#size));
  }

  /** Adds a plane with a value for every pixel. False, with nothing added, when one of them is not finite: then add() it. */
  addFinite(plane: number, rows: Rows, across: Spread, down: Spread): boolean {
    const line = this.#line;
    const sums = this.#sums.subarray(plane * this.#size, (plane + 1) * this.#size);
    let check = 0;
    for (const { row, first, last } of targets(down, rows.count)) {
      const values = rows.row(row);
      spreadRow(across, values, line);
      // 0 × NaN and 0 × Inf are NaN. Every value that counts is in one of the sums.
      for (let i = 0; i < line.length; i++) check += line[i]! * 0;
      if (check !== 0) break;
      for (let j = first; j <= last; j++) {
        const weight = down.weights[down.starts[j]! + row - down.from[j]!]!;
        const at = (j + down.first - this.down.first) * this.across.count;
        if (weight === 1 && down.copyFrom >= 0) sums.set(line, at);
        else for (let i = 0; i < line.length; i++) sums[at + i]! += line[i]! * weight;
      }
    }
    if (check === 0) return true;
    sums.fill(0);
    return false;
  }

  /** Adds a plane value by value: any sampling, values that are not finite or not there, and values that weigh differently. */
  add(plane: number, rows: Rows, across: Spread, down: Spread, weightOf: ((row: number) => Float32Array) | null): void {
    const area = this.ownArea(plane);
    const sums = this.#sums.subarray(plane * this.#size, (plane + 1) * this.#size);
    for (const { row, first, last } of targets(down, rows.count)) {
      // The weights' rows are copied first: both may come from one buffer.
      const weigh = weightOf?.(row);
      const values = rows.row(row);
      for (let j = first; j <= last; j++) {
        const weightY = down.weights[down.starts[j]! + row - down.from[j]!]!;
        const line = (j + down.first - this.down.first) * this.across.count + across.first - this.across.first;
        for (let i = 0, t = 0; i < across.count; i++) {
          for (let k = across.from[i]! - t; t < across.starts[i + 1]!; t++) {
            if (rows.present && !rows.present[row * rows.width + k + t]) continue;
            const value = values[k + t]!;
            const weight = across.weights[t]! * weightY;
            if (value - value !== 0) {
              if (weight > 0) this.#mark(line + i);
              continue;
            }
            const counted = weigh ? weight * weigh[k + t]! : weight;
            sums[line + i]! += value * counted;
            area[line + i]! += counted;
          }
        }
      }
    }
  }

  /** Takes in the ends of all values, and marks what is not finite where it falls, whether or not it is the value that is drawn. */
  scan(rows: Rows, { across, down }: Pick<ProxyParams, 'across' | 'down'>): void {
    let [least, near, most] = NO_ENDS;
    const isThere = (row: number, i: number): boolean => !rows.present || rows.present[row * rows.width + i] === 1;
    const odd: number[] = [];
    for (let row = 0; row < rows.count; row++) {
      const values = rows.row(row);
      let check = 0;
      for (let i = 0; i < rows.width; i++) {
        const value = values[i]!;
        check += value * 0;
        if (rows.present && !isThere(row, i)) continue;
        if (value < least && value > -Infinity) least = value;
        if (value > near && value < NOTHING_THERE) near = value;
        if (value > most && value < Infinity) most = value;
      }
      if (check !== 0) odd.push(row);
    }
    this.#ends = joinEnds(this.#ends ?? NO_ENDS, [least, near, most]);
    for (const row of odd) {
      const values = rows.row(row);
      const [top, bottom] = coveredBy(down, rows.firstY + row * rows.ySampling, this.down);
      for (let i = 0; i < rows.width; i++) {
        if (values[i]! - values[i]! === 0 || !isThere(row, i)) continue;
        const [left, right] = coveredBy(across, rows.firstX + i * rows.xSampling, this.across);
        for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) this.#mark(y * this.across.count + x);
      }
    }
  }

  #mark(pixel: number): void {
    this.#nonfinite ??= new Uint8Array(this.#size);
    this.#nonfinite[pixel] = 1;
  }

  /** `whole` is the spread of the chunk's own lines, without those that subsampled rows reach. */
  finished(whole: Spread | null): ProxyPatch {
    const { across, down } = this;
    const coverY = new Float32Array(down.count);
    if (whole) coverY.set(whole.cover, whole.first - down.first);
    return {
      alone: across.copyFrom >= 0 && down.copyFrom >= 0 && whole === down,
      left: across.first, top: down.first, width: across.count, height: down.count,
      sums: this.#sums, areas: this.#areas, coverX: across.cover, coverY, nonfinite: this.#nonfinite, ends: this.#ends,
    };
  }
}

/** Pixels of the patch that the level's pixel `at` falls into, first and last; none when the last is before the first. */
function coveredBy({ origin, scale }: Axis, at: number, { first, count }: Spread): [number, number] {
  const [low, high] = [Math.floor((at - origin) * scale + 1e-6), Math.ceil((at + 1 - origin) * scale - 1e-6) - 1];
  return [Math.max(0, low - first), Math.min(count - 1, Math.max(low, high) - first)];
}

/** For each row the entries of `down` that it feeds. */
function* targets(down: Spread, rows: number): Generator<{ row: number; first: number; last: number }> {
  const lastRow = (j: number): number => down.from[j]! + down.starts[j + 1]! - down.starts[j]! - 1;
  for (let row = 0, first = 0; row < rows; row++) {
    while (first < down.count && lastRow(first) < row) first++;
    let last = first - 1;
    while (last + 1 < down.count && down.from[last + 1]! <= row && lastRow(last + 1) >= row) last++;
    if (last >= first) yield { row, first, last };
  }
}
