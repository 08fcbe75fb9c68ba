/** Whole planes, or parts of them, in memory or as rows that come one after the other. */
import { usableIndex, type ChunkedFile, type ChunkIndex, type LevelIndex } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import type { Box2i, Channel, PixelType } from '../header/types.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { processChunks, type RunOptions, type SkippedChunk } from './engine.ts';
import { channelIndex, planesTask, spotOf, type PlanesOfChunk, type Spot } from './plane-task.ts';
import { tooMuch } from './room.ts';
import { clipRegion } from './selection.ts';

export interface ReadPlaneOptions extends RunOptions {
  /** Default 0. */
  readonly part?: number;
  /** Default full resolution. */
  readonly level?: LevelIndex;
  readonly channel: string;
  /** In the level's coordinates, clipped to its window; the whole level when absent. */
  readonly region?: Box2i | undefined;
}

/** Values of one channel, row by row. A subsampled channel has its own, smaller size. */
export interface Plane {
  readonly name: string;
  readonly pixelType: PixelType;
  readonly width: number;
  readonly height: number;
  /** Half and float as float32 (NaN where chunks were skipped), uint as it is (0 there). */
  readonly data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

export interface PlaneResult extends Plane {
  readonly skipped: readonly SkippedChunk[];
  readonly skippedCount: number;
}

export interface PixelsResult {
  /** The region that was read, clipped, in level coordinates. */
  readonly region: Box2i;
  /** In the order in which they were asked for. */
  readonly planes: readonly Plane[];
  readonly skipped: readonly SkippedChunk[];
  readonly skippedCount: number;
}

// The NaN that stands for "not there": quiet, no payload.
const NAN_BITS = 0x7fc00000;

/** One channel of one level. Holds the plane in memory: `windowArea` limits it; planeRows does not. Errors: those of processChunks. */
export async function readPlane(file: ChunkedFile, options: ReadPlaneOptions): Promise<PlaneResult> {
  const { planes, skipped, skippedCount } = await readPixels(file, { ...options, channels: [options.channel] });
  return { ...planes[0]!, skipped, skippedCount };
}

/** Several channels of a region at once; each chunk is decoded once. All channels when none are named. */
export async function readPixels(
  file: ChunkedFile, options: Omit<ReadPlaneOptions, 'channel'> & { readonly channels?: readonly string[] | undefined },
): Promise<PixelsResult> {
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const asked = await prepare(file, options, options.channels ?? file.parts[options.part ?? 0]?.channels.map((channel) => channel.name) ?? []);
  const { channels, indices, region, part, level } = asked;
  const area = (region.xMax - region.xMin + 1) * (region.yMax - region.yMin + 1);
  if (area > limits.windowArea) {
    throw new ExrError('LIMIT_EXCEEDED', `${file.source.name}: part ${part}: ${area} pixels, the limit is ${limits.windowArea}`, {
      source: file.source.name, part, limit: 'windowArea', limitValue: limits.windowArea, requested: area,
    });
  }
  const keeps = channels.reduce((sum, channel) => sum + planeBytes(channel, region), 0);
  checkKept(file.source.name, part, keeps, limits);
  const whole = channels.map((channel) => roomFor(file.source.name, part, channel, spotOf(channel, region)));
  const { skipped, skippedCount } = await processChunks(
    {
      ...options, file, index: asked.index, keeps: keeps + (options.keeps ?? 0), selections: [{ part, level, region, channels: channels.map((channel) => channel.name) }],
      onChunk: (planes, info) => channels.forEach((channel, i) => paste(planes[i]!, channel, info.box, whole[i]!, region)),
    },
    planesTask, { channels: indices, region },
  );
  return { region, planes: channels.map((channel, i) => planeOf(channel, spotOf(channel, region), whole[i]!)), skipped, skippedCount };
}

/** Rows of a plane, some at a time, from top to bottom. */
export interface PlaneBand {
  /** Index of the band's first row in the plane. */
  readonly row: number;
  readonly rows: number;
  readonly width: number;
  readonly data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** Chunks of this band that were skipped: their values are NaN or 0. */
  readonly skipped: readonly SkippedChunk[];
}

/** One channel as bands of rows, one row of chunks at a time: memory follows the chunk, not the image. Leaving the loop early stops the run. */
export async function* planeRows(file: ChunkedFile, options: ReadPlaneOptions): AsyncGenerator<PlaneBand> {
  const { channels, indices, region, part, level, index } = await prepare(file, options, [options.channel]);
  const channel = channels[0]!;
  const grid = index.grids[part]!.level(level.x, level.y)!;
  const last = Math.floor((region.xMax - grid.window.xMin) / grid.chunkWidth);
  // A band being put together, and one that its reader has.
  const keeps = 2 * planeBytes(channel, { ...region, yMax: Math.min(region.yMax, region.yMin + grid.chunkHeight - 1) });
  checkKept(file.source.name, part, keeps, options.limits ?? file.limits ?? DEFAULT_LIMITS);
  let current: { box: Box2i; words: Uint32Array<ArrayBuffer>; skipped: SkippedChunk[] } | null = null;
  const queue = new Handover<PlaneBand>();
  /** Takes what a chunk gave, or that it gave nothing; hands a band on when its last column is there. */
  const place = (from: Box2i, planes: PlanesOfChunk | null, skipped: SkippedChunk | null): void | Promise<void> => {
    if (!current) {
      const box = { ...region, yMin: Math.max(region.yMin, from.yMin), yMax: Math.min(region.yMax, from.yMax) };
      current = { box, words: emptyPlane(channel, spotOf(channel, box)), skipped: [] };
    }
    if (planes) paste(planes[0]!, channel, from, current.words, current.box);
    if (skipped) current.skipped.push(skipped);
    if (Math.floor((from.xMax - grid.window.xMin) / grid.chunkWidth) < last) return;
    const { box, words, skipped: some } = current;
    current = null;
    const spot = spotOf(channel, box);
    if (spot.height > 0 && spot.width > 0) {
      return queue.give({ row: spot.y - spotOf(channel, region).y, rows: spot.height, width: spot.width, data: planeOf(channel, spot, words).data, skipped: some });
    }
  };
  /** Many chunks that are absent may come as one: still a band at a time. */
  const placeSkipped = async (skipped: SkippedChunk): Promise<void> => {
    const { box } = skipped;
    for (let yMin = box.yMin; yMin <= box.yMax; yMin += grid.chunkHeight) {
      await place({ ...box, yMin, yMax: Math.min(box.yMax, yMin + grid.chunkHeight - 1) }, null, yMin === box.yMin ? skipped : null);
    }
  };
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const run = processChunks(
    {
      ...options, signal, file, index, keeps, selections: [{ part, level, region, channels: [channel.name] }], order: 'list',
      onChunk: (planes, info) => place(info.box, planes, null), onSkipped: placeSkipped,
    },
    planesTask, { channels: indices, region },
  );
  run.then(() => queue.end(), (error: unknown) => queue.fail(error));
  try {
    yield* queue;
  } finally {
    stop.abort(new ExrError('CLOSED', `${file.source.name}: nobody reads the rows any more`));
    await run.catch(() => undefined);
  }
}

/** What the options mean for this file; INVALID_ARGUMENT for a part, level, channel or region that it does not have, and for deep parts. */
async function prepare(file: ChunkedFile, options: Omit<ReadPlaneOptions, 'channel'>, names: readonly string[]) {
  const { part = 0, level = { x: 0, y: 0 }, signal } = options;
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const { name } = file.source;
  const header = file.parts[part];
  if (!header) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part}, expected 0 to ${file.parts.length - 1}`, { source: name });
  if (header.isDeep) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part} is deep: it has samples, not planes`, { source: name, part });
  const index: ChunkIndex = options.index ?? (await usableIndex(file, { signal, limits })).index;
  if (index.unreadable[part]) throw index.unreadable[part];
  const grid = index.grids[part]!.level(level.x, level.y);
  if (!grid) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part} has no level ${level.x},${level.y}`, { source: name, part });
  const indices = names.map((channel) => {
    const found = channelIndex(header, channel);
    if (found >= 0) return found;
    const known = header.channels.map((each) => each.name).join(', ');
    throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part} has no channel ${channel}, expected one of ${known}`, { source: name, part, channel });
  });
  return { part, level, indices, channels: indices.map((i) => header.channels[i]!), region: clipRegion(grid.window, options.region, name), index };
}

function planeBytes(channel: Channel, region: Box2i): number {
  const { width, height } = spotOf(channel, region);
  return 4 * Math.max(0, width) * Math.max(0, height);
}

function checkKept(name: string, part: number, keeps: number, limits: Limits): void {
  if (keeps > limits.memoryBytes) throw tooMuch(`${name}: part ${part}: what is asked for`, keeps, limits);
}

/** Room for a plane, or LIMIT_EXCEEDED where the machine has none: no engine makes arrays of any length. */
function roomFor(name: string, part: number, channel: Channel, spot: Spot): Uint32Array<ArrayBuffer> {
  try {
    return emptyPlane(channel, spot);
  } catch (cause) {
    const requested = spot.width * spot.height;
    throw new ExrError('LIMIT_EXCEEDED', `${name}: part ${part}: a plane of ${requested} values does not fit in memory; planeRows reads it in bands`, {
      source: name, part, channel: channel.name, limit: 'windowArea', requested,
    }, { cause });
  }
}

function emptyPlane(channel: Channel, { width, height }: Spot): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.max(0, width) * Math.max(0, height));
  return channel.pixelType === 'uint' ? words : words.fill(NAN_BITS);
}

function planeOf({ name, pixelType }: Channel, { width, height }: Spot, words: Uint32Array<ArrayBuffer>): Plane {
  return { name, pixelType, width, height, data: pixelType === 'uint' ? words : new Float32Array(words.buffer) };
}

/** Puts one chunk's values where they belong in the plane of `region`. */
function paste(values: Uint32Array, channel: Channel, box: Box2i, plane: Uint32Array, region: Box2i): void {
  const whole = spotOf(channel, region);
  const clipped = { xMin: Math.max(box.xMin, region.xMin), yMin: Math.max(box.yMin, region.yMin), xMax: Math.min(box.xMax, region.xMax), yMax: Math.min(box.yMax, region.yMax) };
  const { x, y, width, height } = spotOf(channel, clipped);
  for (let row = 0; row < height; row++) {
    plane.set(values.subarray(row * width, (row + 1) * width), (y - whole.y + row) * whole.width + (x - whole.x));
  }
}

/** Hands values from a producer that can wait to one consumer, one at a time. */
class Handover<Value> implements AsyncIterable<Value> {
  #values: { value: Value; taken: () => void }[] = [];
  #ended = false;
  #error: { reason: unknown } | null = null;
  #wake: () => void = () => undefined;

  give(value: Value): Promise<void> {
    const taken = new Promise<void>((resolve) => this.#values.push({ value, taken: resolve }));
    this.#wake();
    return taken;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  fail(reason: unknown): void {
    this.#error = { reason };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value> {
    for (;;) {
      const next = this.#values.shift();
      if (next) {
        next.taken();
        yield next.value;
      } else if (this.#error) throw this.#error.reason;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
