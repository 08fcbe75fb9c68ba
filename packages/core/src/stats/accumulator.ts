/**
 * Takes values where they lie in the kernels' memory; keeps a table of fixed size a channel, whatever the size of the
 * image.
 */
import type { Kernels } from '@exr/kernels';
import { binsOfCounts, binsOfFloatSketch, NO_BINS, type Bins } from './bins.ts';
import { readPlaces } from './places.ts';
import { mergeTotals, noTotals, SUBNORMAL_BINS, type ChannelTotals } from './totals.ts';

/** Rows of one channel: row r begins at address + r × stride and lies on line y + r × yStep. */
export interface ChannelRows {
  readonly address: number;
  /** Bytes from a row to the next one. */
  readonly stride: number;
  readonly rows: number;
  /** Values in each row. */
  readonly width: number;
  /** x of value i is x + i × xStep, or the i-th int32 at `lookup` when that is not 0. */
  readonly x: number;
  readonly xStep: number;
  readonly lookup: number;
  readonly y: number;
  readonly yStep: number;
}

const TABLE_BYTES = { uint: (4096 + 20 * 2048) * 4, half: 65_536 * 4, float: 65_536 * 8 };
const FLOAT_LANES_BYTES = 4 * 512 * 8;
/** The sketch of subnormals, after the lanes. */
const FLOAT_SUBNORMALS_BYTES = 2 * SUBNORMAL_BINS * 8;
const UINT_SUMS_BYTES = 64;
/** The counts of a float sketch have 24 bits, those of the other tables 32; a call is kept well below both. */
const MOST_VALUES = { uint: 2 ** 31, half: 2 ** 31, float: 2 ** 24 - 2 ** 20 };
const CALL_VALUES = 2 ** 20;

const NAMES = ['uint', 'half', 'float'] as const;

/** Bytes of the kernels' memory that a channel's accumulator takes. */
export function accumulatorBytes(pixelType: 0 | 1 | 2): number {
  return TABLE_BYTES[NAMES[pixelType]] + FLOAT_LANES_BYTES + (pixelType === 2 ? FLOAT_SUBNORMALS_BYTES : 0) + 512;
}

export class ChannelAccumulator {
  readonly #kernels: Kernels;
  readonly #pixelType: 0 | 1 | 2;
  readonly #type: 'uint' | 'half' | 'float';
  readonly #bytesPerValue: number;
  readonly #places: number;
  readonly #table: number;
  /** float: the lanes of squares and the sketch of subnormals; uint: the three sums. Directly after the table, emptied with it. */
  readonly #sums: number;
  readonly #tableBytes: number;
  readonly #measure: (
    address: number,
    stride: number,
    rows: number,
    width: number,
    x: number,
    xStep: number,
    lookup: number,
    y: number,
    yStep: number,
  ) => void;
  /** Values in the table now. */
  #values = 0;
  #drained: ChannelTotals;

  /** Allocates its tables from the kernels' memory; they live as long as the mark that they were allocated under. */
  constructor(kernels: Kernels, pixelType: 0 | 1 | 2) {
    this.#kernels = kernels;
    this.#pixelType = pixelType;
    this.#type = NAMES[pixelType];
    this.#bytesPerValue = pixelType === 1 ? 2 : 4;
    const countsBytes = TABLE_BYTES[this.#type];
    this.#tableBytes = countsBytes + (pixelType === 2 ? FLOAT_LANES_BYTES + FLOAT_SUBNORMALS_BYTES : pixelType === 0 ? UINT_SUMS_BYTES : 0);
    this.#places = kernels.allocate(kernels.call['statsPlacesBytes']!());
    this.#table = kernels.allocate(this.#tableBytes);
    this.#sums = this.#table + countsBytes;
    this.#drained = noTotals(pixelType);
    this.#clear();
    const [table, sums, places] = [this.#table, this.#sums, this.#places];
    if (pixelType === 1) {
      const half = kernels.call['statsHalf']!;
      this.#measure = (address, stride, rows, width, x, xStep, lookup, y, yStep) =>
        half(table, places, address, stride, rows, width, x, xStep, lookup, y, yStep);
    } else {
      const other = kernels.call[pixelType === 2 ? 'statsFloat' : 'statsUint']!;
      this.#measure = (address, stride, rows, width, x, xStep, lookup, y, yStep) =>
        other(table, sums, places, address, stride, rows, width, x, xStep, lookup, y, yStep);
    }
  }

  add(run: ChannelRows): void {
    if (run.width <= 0 || run.rows <= 0) return;
    if (run.width > CALL_VALUES) {
      this.#addWide(run);
      return;
    }
    const rowsPerCall = Math.floor(CALL_VALUES / run.width);
    for (let row = 0; row < run.rows; row += rowsPerCall) {
      const rows = Math.min(rowsPerCall, run.rows - row);
      if (this.#values + rows * run.width > MOST_VALUES[this.#type]) this.#drain();
      this.#values += rows * run.width;
      const { stride, width, x, xStep, lookup, yStep } = run;
      this.#measure(run.address + row * stride, stride, rows, width, x, xStep, lookup, run.y + row * yStep, yStep);
    }
  }

  /** Rows of more values than one call may take, piece by piece. */
  #addWide(run: ChannelRows): void {
    for (let row = 0; row < run.rows; row++) {
      for (let from = 0; from < run.width; from += CALL_VALUES) {
        this.add({
          ...run,
          address: run.address + row * run.stride + from * this.#bytesPerValue,
          rows: 1,
          width: Math.min(CALL_VALUES, run.width - from),
          x: run.x + from * run.xStep,
          lookup: run.lookup && run.lookup + from * 4,
          y: run.y + row * run.yStep,
        });
      }
    }
  }

  /** Everything since the accumulator was made. */
  finish(): ChannelTotals {
    this.#drain();
    return this.#drained;
  }

  /** Moves what the tables hold into #drained and empties them. */
  #drain(): void {
    if (this.#values === 0) return;
    // The sums first: nothing may be read from the tables after they were compacted.
    const { sum, squares } = this.#readSums();
    const bins = this.#readBins(this.#table, TABLE_BYTES[this.#type]);
    const subnormals = this.#type === 'float' ? this.#readBins(this.#sums + FLOAT_LANES_BYTES, FLOAT_SUBNORMALS_BYTES) : NO_BINS;
    const places = readPlaces(this.#kernels.view(), this.#places);
    this.#drained = mergeTotals(this.#drained, { pixelType: this.#pixelType, bins, subnormals, sum, squares, places });
    this.#clear();
  }

  #readBins(table: number, bytes: number): Bins {
    const kernels = this.#kernels;
    const float = this.#type === 'float';
    const length = bytes / (float ? 8 : 4);
    const mark = kernels.mark();
    const numbers = kernels.allocate(length * 2 + 2);
    const n = kernels.call[float ? 'statsCompact64' : 'statsCompact32']!(table, length, numbers);
    const { buffer } = kernels.bytes(0, 0);
    const words = new Uint32Array(buffer, table, float ? 2 * n : n);
    const bins = (float ? binsOfFloatSketch : binsOfCounts)(new Uint16Array(buffer, numbers, n), words);
    kernels.release(mark);
    return bins;
  }

  #readSums(): { sum: bigint; squares: bigint } {
    const view = this.#kernels.view();
    const long = (index: number): bigint => view.getBigUint64(this.#sums + index * 8, true);
    if (this.#type === 'uint') return { sum: long(0), squares: long(1) + (long(2) << 32n) };
    let squares = 0n;
    // By sign and exponent; the last exponent is that of infinities and NaN, which have no part in the sum.
    for (let i = 0; this.#type === 'float' && i < 512; i++) {
      const exponent = i & 255;
      if (exponent === 255) continue;
      const lanes = long(i) + long(512 + i) + long(1024 + i) + long(1536 + i);
      if (lanes > 0n) squares += lanes << BigInt(2 * Math.max(exponent - 1, 0));
    }
    return { sum: 0n, squares };
  }

  #clear(): void {
    this.#kernels.bytes(this.#table, this.#tableBytes).fill(0);
    this.#kernels.call['statsPlacesReset']!(this.#places);
    this.#values = 0;
  }
}
