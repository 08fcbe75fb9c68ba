/** The picture's pixels before they are developed: means of the file's values. */
import { greatest } from '../flow/index.ts';
import { usableIndex, type ChunkIndex, type ChunkInfo } from '../chunks/index.ts';
import type { PartHeader } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { processChunks, tooMuch, type RunOptions, type SkippedChunk } from '../pixels/index.ts';
import type { PictureChannels } from './channels.ts';
import type { Frame } from './frame.ts';
import type { PreviewFile } from './preview.ts';
import { middleOf } from './axis.ts';
import { type Ends, joinEnds, NO_ENDS, proxyTask, type ProxyParams, type ProxyPatch } from './proxy-task.ts';

export interface Proxy {
  readonly width: number;
  readonly height: number;
  /**
   * In the order of the picture's channels, alpha last when there is one. NaN where there is no finite value. Of ids two planes: the ids, and their
   * hashes by hashId, of every bit that the file has.
   */
  readonly planes: readonly Float32Array[];
  /** 1 where a value was NaN or infinite. */
  readonly nonfinite: Uint8Array;
  /** Of data: the ends of all values that were read, drawn or not, so that a picture is spread the same at every size. */
  readonly ends?: Ends | null;
  /** 1 where a chunk that should have covered some of the pixel is missing or broken. */
  readonly missing: Uint8Array;
}

export interface ReadProxyOptions extends RunOptions {
  /** Decode every chunk, even where many of them fall into one line of the picture. */
  readonly every?: boolean | undefined;
}

export type DrawnChannels = Pick<PictureChannels, 'kind' | 'names' | 'alpha' | 'data' | 'ids'>;

const BESIDE = 2 ** 27;

/** What a pixel takes: sums, areas, marks; and of the picture made of them the pixels, twice while they are packed. */
export function bytesPerPixel({ names, alpha, ids }: DrawnChannels): number {
  return 4 * (names.length + (alpha === null || ids ? 0 : 1) + 1) + 14;
}

/** Reads and averages what `frame` needs of the picture's channels. Throws what processChunks throws. */
export async function readProxy(
  file: PreviewFile, part: PartHeader, picture: DrawnChannels, frame: Frame, options: ReadProxyOptions,
): Promise<{ proxy: Proxy; skipped: readonly SkippedChunk[]; leftOut: boolean }> {
  const { across, down, level, region } = frame;
  const names = [...picture.names, ...(picture.alpha === null || picture.ids ? [] : [picture.alpha])];
  const keeps = across.size * down.size * bytesPerPixel(picture);
  const { memoryBytes } = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  // The limit that is told has room for decoding beside the picture.
  if (keeps > memoryBytes) throw tooMuch(`a picture of ${across.size} × ${down.size} pixels`, keeps + BESIDE, { memoryBytes });
  const means = new Means(names.length + (picture.ids ? 1 : 0), across.size, down.size);
  const missing = new Uint8Array(across.size * down.size);
  const done = (skipped: readonly SkippedChunk[], leftOut = false) => ({
    proxy: { width: across.size, height: down.size, planes: means.finish(), nonfinite: means.nonfinite, missing, ends: means.ends }, skipped, leftOut,
  });
  if (region.xMax < region.xMin || region.yMax < region.yMin) return done([]);
  const { signal, onProgress, threads, threadWorth, limits, failFast } = options;
  const index = options.index ?? (await usableIndex(file, { signal, limits: limits ?? file.limits ?? DEFAULT_LIMITS })).index;
  const depths = part.isDeep ? part.channels.map(({ name }) => name).filter((name) => name === 'A' || name === 'Z' || name === 'ZBack') : [];
  const params: ProxyParams = { names, across, down, window: level.window, weighedBy: weighing(part, picture, frame), data: picture.data, ids: picture.ids, drawn: picture.names.length };
  // Lines between subsampled ones need those above and below.
  const reach = greatest(part.channels, (channel) => (names.includes(channel.name) ? channel.ySampling - 1 : 0), 0);
  const keep = options.every ? undefined : picture.data ? picker(frame, part, index) : sampler(frame, part, index);
  const { skipped } = await processChunks(
    {
      file, signal, onProgress, threads, threadWorth, limits, failFast, index, keeps,
      selections: [{
        part: part.index, level: { x: level.x, y: level.y }, channels: [...new Set([...names, ...depths])],
        region: { ...region, yMin: Math.max(level.window.yMin, region.yMin - reach), yMax: Math.min(level.window.yMax, region.yMax + reach) },
        keep,
      }],
      onChunk: (patch: ProxyPatch | null) => (patch ? means.add(patch) : undefined),
      onSkipped: (chunk) => markMissing(missing, frame, chunk),
    },
    proxyTask, params,
  );
  return done(skipped, keep !== undefined);
}

/** Sums and areas of every plane. */
class Means {
  readonly nonfinite: Uint8Array;
  ends: Ends | null = null;
  readonly #sums: Float32Array[];
  /** Of the planes whose values are all there; the others have their own. */
  readonly #shared: Float32Array;
  readonly #own: (Float32Array | null)[];

  constructor(planes: number, readonly width: number, readonly height: number) {
    this.nonfinite = new Uint8Array(width * height);
    this.#sums = Array.from({ length: planes }, () => new Float32Array(width * height));
    this.#shared = new Float32Array(width * height);
    this.#own = new Array<Float32Array | null>(planes).fill(null);
  }

  add(patch: ProxyPatch): void {
    for (let plane = 0; plane < this.#sums.length; plane++) {
      const area = patch.areas[plane];
      // Up to here it had what the shared plane has.
      if (area) this.#own[plane] ??= this.#shared.slice();
      const own = this.#own[plane];
      if (own && area) this.#addPlane(own, patch, area, 0);
      else if (own) this.#addCover(own, patch);
      this.#addPlane(this.#sums[plane]!, patch, patch.sums, plane * patch.width * patch.height);
    }
    this.#addCover(this.#shared, patch);
    if (patch.ends) this.ends = joinEnds(this.ends ?? NO_ENDS, patch.ends);
    const { nonfinite, left, top, width, height } = patch;
    if (!nonfinite) return;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (nonfinite[y * width + x]) this.nonfinite[(top + y) * this.width + left + x] = 1;
    }
  }

  #addPlane(to: Float32Array, { alone, left, top, width, height }: ProxyPatch, from: Float32Array, offset: number): void {
    for (let y = 0; y < height; y++) {
      const at = (top + y) * this.width + left;
      const source = offset + y * width;
      if (alone) {
        to.set(from.subarray(source, source + width), at);
        continue;
      }
      for (let x = 0; x < width; x++) to[at + x]! += from[source + x]!;
    }
  }

  #addCover(to: Float32Array, { left, top, width, height, coverX, coverY }: ProxyPatch): void {
    for (let y = 0; y < height; y++) {
      const at = (top + y) * this.width + left;
      const share = coverY[y]!;
      for (let x = 0; x < width; x++) to[at + x]! += coverX[x]! * share;
    }
  }

  /** Turns the sums into means, in place. */
  finish(): Float32Array[] {
    this.#sums.forEach((sums, plane) => {
      const area = this.#own[plane] ?? this.#shared;
      for (let i = 0; i < sums.length; i++) {
        const covered = area[i]!;
        if (covered !== 1) sums[i] = covered > 0 ? sums[i]! / covered : NaN;
      }
    });
    return this.#sums;
  }
}

/**
 * Chroma is the ratio to luminance: the mean of a pixel that takes in several is that of the products. Only where the picture has no more
 * pixels than the chroma channels have values; above, they are interpolated as they are.
 */
function weighing(part: PartHeader, picture: DrawnChannels, { across, down }: Frame): string | null {
  if (picture.kind !== 'luma') return null;
  const [y, ...chroma] = picture.names.map((name) => part.channels.find((channel) => channel.name === name)!);
  const fits = chroma.every(({ xSampling, ySampling }) => across.scale * xSampling <= 1 && down.scale * ySampling <= 1);
  return fits && y!.xSampling === 1 && y!.ySampling === 1 ? y!.name : null;
}

/**
 * Where many chunks fall into one line of the picture, four of them say enough. Those that are not there are all told. Tiles are taken whole: a
 * level serves small sizes there.
 */
function sampler({ down, level }: Frame, part: PartHeader, index: ChunkIndex): ((info: ChunkInfo) => boolean) | undefined {
  const step = Math.floor(1 / (down.scale * level.chunkHeight) / 4);
  if (step < 2 || part.isTiled) return undefined;
  return (info) => (info.index - level.firstChunk) % step === 0 || index.locate(part.index, info.index).state !== 'present';
}

/** Where each pixel of the picture is one value, only the chunks that have one of them. */
function picker({ down, level }: Frame, part: PartHeader, index: ChunkIndex): ((info: ChunkInfo) => boolean) | undefined {
  if (part.isTiled || down.scale * level.chunkHeight >= 1) return undefined;
  const isPicked = ({ yMin, yMax }: ChunkInfo['box']): boolean => {
    // The first line of the picture whose middle does not lie above the chunk.
    let line = Math.max(0, Math.floor((yMin - down.origin) * down.scale - 0.5));
    while (Math.floor(middleOf(down, line)) < yMin) line++;
    return line < down.size && Math.floor(middleOf(down, line)) <= yMax;
  };
  return (info) => isPicked(info.box) || index.locate(part.index, info.index).state !== 'present';
}

function markMissing(missing: Uint8Array, { across, down }: Frame, { box }: SkippedChunk): void {
  const left = Math.max(0, Math.floor((box.xMin - across.origin) * across.scale));
  const right = Math.min(across.size, Math.ceil((box.xMax + 1 - across.origin) * across.scale));
  const top = Math.max(0, Math.floor((box.yMin - down.origin) * down.scale));
  const bottom = Math.min(down.size, Math.ceil((box.yMax + 1 - down.origin) * down.scale));
  for (let y = top; y < bottom; y++) missing.fill(1, y * across.size + left, y * across.size + Math.max(left, right));
}
