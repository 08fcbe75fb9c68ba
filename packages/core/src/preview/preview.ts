/** A picture of any part, layer, view or level, at the size wanted. */
import { partGeometry, type ChunkedFile } from '../chunks/index.ts';
import { partColor } from '../color/index.ts';
import { ExrError, isExrError } from '../errors.ts';
import { layersOf, type PartHeader } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { RunOptions, SkippedChunk } from '../pixels/index.ts';
import { bestRank, pictureChannels, type PictureChannels, type PictureChoice } from './channels.ts';
import { develop, type DevelopOptions } from './develop.ts';
import { frameOf, fullSize, type FrameOptions } from './frame.ts';
import { namesOfPart } from './layer-names.ts';
import { encodePng } from './png.ts';
import { bytesPerPixel, readProxy } from './proxy.ts';

export interface PreviewOptions extends PictureChoice, FrameOptions, DevelopOptions, RunOptions {
  /** Index of the part. Default: the first whose channels make a picture. */
  readonly part?: number;
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
  /** The size that was not drawn because the limits have no room for it and no size was asked for; null otherwise. */
  readonly tooLarge: { readonly width: number; readonly height: number } | null;
  /** The picture as a PNG file. */
  png(): Promise<Uint8Array>;
}

export interface PreviewFile extends ChunkedFile {
  readonly parts: readonly PartHeader[];
}

/** Reads what the picture needs and develops it. Throws INVALID_ARGUMENT for what the file does not have, LIMIT_EXCEEDED, and what reading throws. */
export async function renderPreview(file: PreviewFile, options: PreviewOptions = {}): Promise<PreviewPicture> {
  const { part, picture } = choosePicture(file, options);
  // Smaller levels of data hold means, which are no data.
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const most = Math.min(limits.previewPixels, Math.floor(limits.memoryBytes / 2 / bytesPerPixel(picture)));
  const full = fullSize(part, partGeometry(part), options, limits);
  // Whoever asks for no size gets the largest that leaves half of the memory for decoding.
  const tooLarge = options.size === undefined && full !== null && full.width * full.height > most ? full : null;
  const sized = tooLarge ? { ...options, size: Math.max(1, Math.floor(Math.max(full!.width, full!.height) * Math.sqrt(most / (full!.width * full!.height)))) } : options;
  const frame = frameOf(part, partGeometry(part), picture.data ? { ...sized, every: true } : sized, limits);
  const { proxy, skipped } = await readProxy(file, part, picture, frame, options);
  const { name, ...colours } = partColor(part);
  const growMarks = Math.min(frame.across.scale, frame.down.scale) < 1;
  const rgba = develop(proxy, picture, { ...colours, growMarks }, options);
  const { width, height } = proxy;
  const alpha = options.alpha === true && picture.alpha !== null;
  return {
    width, height, rgba, part: part.index, level: { x: frame.level.x, y: frame.level.y }, picture, skipped, tooLarge,
    colorSpace: picture.data ? 'data' : name,
    nonfinitePixels: count(proxy.nonfinite), missingPixels: count(proxy.missing),
    png: () => encodePng(rgba, width, height, { alpha }),
  };
}

/** The part and channels that renderPreview draws for the same choice. Throws INVALID_ARGUMENT for what the file does not have. */
export function choosePicture(file: Pick<PreviewFile, 'parts' | 'source'>, options: PictureChoice & { readonly part?: number } = {}): { part: PartHeader; picture: PictureChannels } {
  if (options.part !== undefined) {
    const part = file.parts[options.part];
    if (!part) {
      const there = file.parts.slice(0, 50).map(({ index, name }) => `${index}${name ? ` ${name}` : ''}`).join(', ');
      throw new ExrError('INVALID_ARGUMENT', `${file.source.name}: part ${options.part} does not exist; parts are ${there}`, { part: options.part });
    }
    return { part, picture: pictureChannels(part, choiceWithin(part, options)) };
  }
  const failures: ExrError[] = [];
  for (const part of candidates(file.parts, options)) {
    try {
      return { part, picture: pictureChannels(part, choiceWithin(part, options)) };
    } catch (error) {
      if (!isExrError(error)) throw error;
      failures.push(error);
    }
  }
  const broken = failures.find((error) => error.code !== 'INVALID_ARGUMENT');
  if (broken && failures.every((error) => error.code !== 'INVALID_ARGUMENT')) throw broken;
  const said = failures.sort((a, b) => (a.where.part ?? 0) - (b.where.part ?? 0)).slice(0, 8).map((error) => error.message);
  throw new ExrError('INVALID_ARGUMENT', `${file.source.name}: ${said.join('; ') || 'there are no parts'}${failures.length > 8 ? '; …' : ''}`, { source: file.source.name });
}

/** Parts to try in turn: those of the view asked for, the one with the best picture first. */
function candidates(parts: readonly PartHeader[], options: PictureChoice): PartHeader[] {
  const rank = (part: PartHeader): number => {
    const named = options.layer !== undefined && part.name === options.layer;
    const inView = options.view === undefined || part.view === options.view || named ? 0 : 1000;
    return inView + bestRank(part);
  };
  const ranks = new Map(parts.map((part) => [part, rank(part)]));
  return [...parts].sort((a, b) => ranks.get(a)! - ranks.get(b)! || a.index - b.index);
}

/** A part of the view asked for needs no view in its channels' names, and one that is named like the layer asked for is that layer. */
function choiceWithin(part: PartHeader, { layer, view, channel }: PictureChoice): PictureChoice {
  const isLayer = layer !== undefined && layer !== '' && namesOfPart(part).includes(layer) && !layersOf(part).some((each) => each.name === layer);
  return {
    ...(layer !== undefined && { layer: isLayer ? '' : layer }), ...(channel !== undefined && { channel }),
    ...(view !== undefined && part.view !== view && { view }),
  };
}

function count(marks: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < marks.length; i++) sum += marks[i]!;
  return sum;
}
