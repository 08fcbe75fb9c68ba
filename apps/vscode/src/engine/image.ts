/** The planes of a picture, as the webview's shader wants them. */
import { ExrError, hashId, intersect, pictureChannels, readPixels, readProxyPlanes, type ChunkIndex, type ExrFile, type RunOptions, type SkippedChunk } from '@exr/core';
import { type Box, type ImageAnswer, type ImageParams, type LayerInfo, MOST_ACROSS, MOST_ANSWER_BYTES } from '../shared/protocol.ts';
import { halfBits } from './half.ts';
import { rangeOf } from './range.ts';
import { sampleCounts } from './samples.ts';

const MOST_PROBLEMS = 10;
const NONFINITE = 1;
const MISSING = 2;

export interface ImageRun extends RunOptions {
  readonly index: ChunkIndex;
  /** Told of chunks that could not be read. */
  readonly onSkipped?: ((skipped: readonly SkippedChunk[]) => void) | undefined;
}

interface Planes {
  readonly region: Box;
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly planes: readonly Float32Array[];
  readonly marks: Uint8Array<ArrayBuffer> | null;
  readonly skipped: readonly SkippedChunk[];
  readonly leftOut?: boolean | undefined;
  readonly ends?: ImageAnswer['ends'];
}

/** Throws INVALID_ARGUMENT for what the file does not have, and what reading throws; chunks that cannot be read are marked and said. */
export async function readImage(file: ExrFile, layer: LayerInfo, params: ImageParams, run: ImageRun): Promise<ImageAnswer> {
  const part = file.parts[layer.part]!;
  const { channel, level, quick } = params;
  if (channel !== undefined && !part.channels.some(({ name }) => name === channel)) {
    throw new ExrError('INVALID_ARGUMENT', `${file.source.name}: part ${layer.part} has no channel ${channel}`, { source: file.source.name, part: layer.part, channel });
  }
  const alone = channel === undefined ? null : pictureChannels(part, { channel });
  const { data, ids } = alone ?? layer;
  const alpha = alone || ids ? null : layer.alpha;
  const picture = { kind: !alone && layer.kind === 'luma' ? 'luma' as const : 'rgb' as const, names: alone?.names ?? layer.names, alpha, data, ids };
  const names = layer.kind === 'samples' && channel === undefined ? ['#samples'] : [...picture.names, ...(alpha === null ? [] : [alpha])];
  const window = run.index.grids[layer.part]!.level(level.x, level.y)?.window;
  const region = window && params.region ? intersect(window, params.region) ?? undefined : window;
  const size = sizeFor(region, params.maxSize, names.length + (ids ? 1 : 0));
  const { onSkipped: _told, ...plain } = run;
  const where = { ...plain, part: layer.part, level, region: params.region, size };
  const found = names[0] === '#samples' ? counted(await sampleCounts(file, where))
    : isWhole(region, size) && !part.isDeep && names.every((name) => part.channels.some((each) => each.name === name && each.xSampling === 1 && each.ySampling === 1))
      ? await exact(file, names, where, ids)
      : await means(file, picture, { ...where, every: !quick });
  run.onSkipped?.(found.skipped);
  const halves = !ids && names.every((name) => part.channels.some((each) => each.name === name && each.pixelType === 'half')) ? allHalves(found.planes) : null;
  return {
    revision: params.revision, width: found.width, height: found.height, region: found.region, scaleX: found.scaleX, scaleY: found.scaleY,
    format: halves ? 'half' : 'float', planes: halves ?? found.planes, names, hasAlpha: alpha !== null, places: alone ? undefined : layer.places,
    marks: found.marks, range: rangeOf(found.planes[0]!), ends: found.ends ?? null, problems: found.skipped.slice(0, MOST_PROBLEMS).map(({ message }) => message), leftOut: found.leftOut === true,
  };
}

/** The longest side that keeps the answer within its bytes. */
function sizeFor(region: Box | undefined, maxSize: number, planes: number): number {
  const size = Math.max(1, Math.min(MOST_ACROSS, Math.floor(maxSize) || 1));
  if (!region) return size;
  const [wide, high] = [region.xMax - region.xMin + 1, region.yMax - region.yMin + 1];
  const scale = Math.min(1, size / Math.max(wide, high));
  const bytes = wide * scale * high * scale * planes * 4;
  return bytes <= MOST_ANSWER_BYTES ? size : Math.max(1, Math.floor(Math.max(wide, high) * scale * Math.sqrt(MOST_ANSWER_BYTES / bytes)));
}

function isWhole(region: Box | undefined, size: number): boolean {
  return region !== undefined && region.xMax - region.xMin < size && region.yMax - region.yMin < size;
}

type Where = ImageRun & { readonly part: number; readonly level: { readonly x: number; readonly y: number }; readonly region?: Box | undefined };

/** Every value as it stands in the file. */
async function exact(file: ExrFile, names: readonly string[], where: Where, ids: boolean): Promise<Planes> {
  const { region, planes: read, skipped } = await readPixels(file, { ...where, channels: names });
  const planes = read.map(({ data }) => (data instanceof Float32Array ? data : Float32Array.from(data)));
  if (ids) planes.push(Float32Array.from(read[0]!.data, hashId));
  const [width, height] = [region.xMax - region.xMin + 1, region.yMax - region.yMin + 1];
  const marks = new Marks(width, height);
  for (const { box } of skipped) marks.box(box, region, MISSING);
  for (const plane of planes) marks.nonfinite(plane);
  return { region, width, height, scaleX: 1, scaleY: 1, planes, marks: marks.bytes, skipped };
}

async function means(file: ExrFile, picture: Parameters<typeof readProxyPlanes>[1]['picture'], where: Where & { readonly size: number; readonly every: boolean }): Promise<Planes> {
  const { nonfinite, missing, ...rest } = await readProxyPlanes(file, { ...where, picture });
  const marks = new Marks(rest.width, rest.height);
  for (let i = 0; i < missing.length; i++) {
    if (missing[i]) marks.add(i, MISSING);
    if (nonfinite[i]) marks.add(i, NONFINITE);
  }
  return { ...rest, marks: marks.bytes };
}

function counted({ plane, skipped, ...rest }: Awaited<ReturnType<typeof sampleCounts>>): Planes {
  const marks = new Marks(rest.width, rest.height);
  if (skipped.length > 0) for (let i = 0; i < plane.length; i++) if (Number.isNaN(plane[i])) marks.add(i, MISSING);
  return { ...rest, planes: [plane], marks: marks.bytes, skipped };
}

/** A byte a pixel, made when the first is set. */
class Marks {
  bytes: Uint8Array<ArrayBuffer> | null = null;

  constructor(readonly width: number, readonly height: number) {}

  add(pixel: number, bit: number): void {
    this.bytes ??= new Uint8Array(this.width * this.height);
    this.bytes[pixel]! |= bit;
  }

  box(box: Box, region: Box, bit: number): void {
    const both = intersect(box, region);
    if (!both) return;
    for (let y = both.yMin; y <= both.yMax; y++) for (let x = both.xMin; x <= both.xMax; x++) this.add((y - region.yMin) * this.width + (x - region.xMin), bit);
  }

  /** What is NaN because nothing is there is not marked as a value. */
  nonfinite(plane: Float32Array): void {
    const bits = new Int32Array(plane.buffer, plane.byteOffset, plane.length);
    for (let i = 0; i < bits.length; i++) {
      if ((bits[i]! & 0x7f800000) === 0x7f800000 && !((this.bytes?.[i] ?? 0) & MISSING)) this.add(i, NONFINITE);
    }
  }
}

function allHalves(planes: readonly Float32Array[]): Uint16Array[] | null {
  const out: Uint16Array[] = [];
  for (const plane of planes) {
    const bits = halfBits(plane);
    if (!bits) return null;
    out.push(bits);
  }
  return out;
}
