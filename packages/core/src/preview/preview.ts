/** A picture of any part, layer, view or level, at the size wanted. */
import { partGeometry, type ChunkedFile, type ChunkInfo } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import { chromaticitiesOf, colorSpaceOf, type PartHeader, valueOf } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { processChunks, type RunOptions, type SkippedChunk } from '../pixels/index.ts';
import { pictureChannels, type PictureChannels, type PictureChoice } from './channels.ts';
import { type Primaries, REC709, toSrgb } from './color.ts';
import { develop, type DevelopOptions, type Proxy } from './develop.ts';
import { type Frame, frameOf, type FrameOptions } from './frame.ts';
import { encodePng } from './png.ts';
import { proxyTask, type ProxyPatch } from './proxy-task.ts';

export interface PreviewOptions extends PictureChoice, FrameOptions, DevelopOptions, RunOptions {
  /** Index of the part. Default: the first whose channels make a picture. */
  readonly part?: number;
  /** Decode every chunk even where the picture has far fewer lines than the file. Default false: about four lines of the file for each of the picture. */
  readonly every?: boolean;
}

export interface PreviewPicture {
  readonly width: number;
  readonly height: number;
  /** width × height × 4 bytes: sRGB, straight alpha. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly part: number;
  readonly level: { readonly x: number; readonly y: number };
  readonly picture: PictureChannels;
  /** What the colours were taken for: a name, or the primaries' source. */
  readonly colorSpace: string;
  /** Pixels of the picture with NaN or infinite values, and without data because chunks are missing or broken. */
  readonly nonfinitePixels: number;
  readonly missingPixels: number;
  readonly skipped: readonly SkippedChunk[];
  /** The picture as a PNG file. */
  png(): Promise<Uint8Array>;
}

export interface PreviewFile extends ChunkedFile {
  readonly parts: readonly PartHeader[];
}

/** Reads what the picture needs and develops it. Throws INVALID_ARGUMENT for what the file does not have, LIMIT_EXCEEDED, and what reading throws. */
export async function renderPreview(file: PreviewFile, options: PreviewOptions = {}): Promise<PreviewPicture> {
  const { part, picture } = choose(file, options);
  const frame = frameOf(part, partGeometry(part), options, options.limits ?? DEFAULT_LIMITS);
  const { proxy, skipped } = await readProxy(file, part, picture, frame, options);
  const color = colorOf(part);
  const rgba = develop(proxy, picture, toSrgb(color.primaries), color.primaries, options);
  const { width, height } = proxy;
  const alpha = options.alpha === true && picture.alpha !== null;
  return {
    width, height, rgba, part: part.index, level: { x: frame.level.x, y: frame.level.y }, picture, skipped,
    colorSpace: picture.data ? 'data' : color.name,
    nonfinitePixels: count(proxy.nonfinite), missingPixels: count(proxy.missing),
    png: () => encodePng(rgba, width, height, { alpha }),
  };
}

function choose(file: PreviewFile, options: PreviewOptions): { part: PartHeader; picture: PictureChannels } {
  if (options.part !== undefined) {
    const part = file.parts[options.part];
    if (!part) throw new ExrError('INVALID_ARGUMENT', `${file.source.name}: part ${options.part} does not exist; parts are ${file.parts.map((p) => `${p.index}${p.name ? ` ${p.name}` : ''}`).join(', ')}`, { part: options.part });
    return { part, picture: pictureChannels(part, choiceWithin(part, options)) };
  }
  let failure: unknown;
  for (const part of candidates(file.parts, options)) {
    try {
      return { part, picture: pictureChannels(part, choiceWithin(part, options)) };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure ?? new ExrError('INVALID_ARGUMENT', `${file.source.name}: no part makes a picture`, { source: file.source.name });
}

/** Parts to try in turn: those of the view asked for, colours before data, then the others. */
function candidates(parts: readonly PartHeader[], options: PreviewOptions): PartHeader[] {
  const rank = (part: PartHeader): number => {
    const inView = options.view === undefined || part.view === options.view || (options.layer !== undefined && part.name === options.layer) ? 0 : 2;
    const colours = /(^|\.)(r|y|red)$/i;
    return inView + (part.channels.some((channel) => colours.test(channel.name)) ? 0 : 1);
  };
  return [...parts].sort((a, b) => rank(a) - rank(b) || a.index - b.index);
}

/** A part of the view asked for, or a file that speaks of no views, needs no view in its channels' names. */
function choiceWithin(part: PartHeader, { layer, view, channel }: PictureChoice): PictureChoice {
  return { ...(layer !== undefined && { layer }), ...(channel !== undefined && { channel }), ...(view !== undefined && part.view !== view && { view }) };
}

async function readProxy(file: PreviewFile, part: PartHeader, picture: PictureChannels, frame: Frame, options: PreviewOptions): Promise<{ proxy: Proxy; skipped: readonly SkippedChunk[] }> {
  const { width, height } = frame;
  const names = [...picture.names, ...(picture.alpha === null ? [] : [picture.alpha])];
  const sums = names.map(() => new Float32Array(width * height));
  const areas = names.map(() => new Float32Array(width * height));
  const proxy: Proxy = { width, height, planes: sums, nonfinite: new Uint8Array(width * height), missing: new Uint8Array(width * height) };
  if (frame.region.xMax < frame.region.xMin || frame.region.yMax < frame.region.yMin) return { proxy, skipped: [] };
  const add = (patch: ProxyPatch | null): void => {
    if (!patch) return;
    const size = patch.width * patch.height;
    for (let row = 0; row < patch.height; row++) {
      const to = (patch.top + row) * width + patch.left;
      for (let i = 0, from = row * patch.width; i < patch.width; i++, from++) {
        for (let plane = 0; plane < names.length; plane++) {
          sums[plane]![to + i]! += patch.sums[plane * size + from]!;
          areas[plane]![to + i]! += patch.areas[plane * size + from]!;
        }
        if (patch.nonfinite[from]) proxy.nonfinite[to + i] = 1;
      }
    }
  };
  const deepExtra = part.isDeep ? part.channels.filter((channel) => ['A', 'Z', 'ZBack'].includes(channel.name)).map((channel) => channel.name) : [];
  const outcome = await processChunks(
    {
      file, ...runOptions(options),
      selections: [{
        part: part.index, level: { x: frame.level.x, y: frame.level.y }, region: frame.region,
        channels: [...new Set([...names, ...deepExtra])], keep: options.every ? undefined : sampler(frame),
      }],
      onChunk: add,
      onSkipped: (skipped) => markMissing(proxy, frame, skipped),
    },
    proxyTask, { names, x0: frame.x0, y0: frame.y0, width, height, scaleX: frame.scaleX, scaleY: frame.scaleY },
  );
  for (let plane = 0; plane < names.length; plane++) {
    const [sum, area] = [sums[plane]!, areas[plane]!];
    for (let i = 0; i < sum.length; i++) sum[i] = area[i]! > 0 ? sum[i]! / area[i]! : 0;
  }
  return { proxy, skipped: outcome.skipped };
}

function runOptions({ signal, onProgress, threads, limits, failFast, index }: RunOptions): RunOptions {
  return { signal, onProgress, threads, limits, failFast, index };
}

/** Where many chunks fall into one line of the picture, four of them say enough. Tiles are taken whole: a level serves small sizes there. */
function sampler(frame: Frame): ((info: ChunkInfo) => boolean) | undefined {
  const chunksPerLine = 1 / (frame.scaleY * frame.level.chunkHeight);
  const step = Math.floor(chunksPerLine / 4);
  if (step < 2 || frame.level.columns > 1) return undefined;
  const first = frame.level.firstChunk;
  return (info) => (info.index - first) % step === 0;
}

function markMissing(proxy: Proxy, frame: Frame, { box }: SkippedChunk): void {
  const left = Math.max(0, Math.floor((box.xMin - frame.x0) * frame.scaleX));
  const right = Math.min(proxy.width, Math.ceil((box.xMax + 1 - frame.x0) * frame.scaleX));
  const top = Math.max(0, Math.floor((box.yMin - frame.y0) * frame.scaleY));
  const bottom = Math.min(proxy.height, Math.ceil((box.yMax + 1 - frame.y0) * frame.scaleY));
  for (let y = top; y < bottom; y++) proxy.missing.fill(1, y * proxy.width + left, y * proxy.width + Math.max(left, right));
}

/** What the part says of itself (colorSpaceOf), unnamed chromaticities, else Rec. 709. An encoded or unknown space is drawn as if it were linear Rec. 709. */
function colorOf(part: PartHeader): { primaries: Primaries; name: string } {
  const said = colorSpaceOf(part)?.name;
  const known = said === undefined ? null : chromaticitiesOf(said);
  if (known) return { primaries: known, name: said! };
  const own = valueOf(part.attribute('chromaticities'), 'chromaticities');
  if (own && [own.red, own.green, own.blue, own.white].every(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && y !== 0)) return { primaries: own, name: 'chromaticities' };
  return { primaries: REC709, name: said === undefined ? 'lin_rec709_scene' : `${said} (drawn as lin_rec709_scene)` };
}

function count(marks: Uint8Array): number {
  let sum = 0;
  for (const mark of marks) sum += mark;
  return sum;
}
