/** The picture that an editor asks for first: read before it can ask, and developed small, so that there is something to see while the page gets ready. */
import { develop, halfToFloatBits, partColor, type ExrFile } from '@exr/core';
import { type Canvas, fitOf, heightOf, longestFor, usableAspect, widthOf } from '../shared/fit.ts';
import type { ImageAnswer, ImageParams, LayerInfo, PartInfo, SightAnswer, SightParams } from '../shared/protocol.ts';

/** Longest side of the first sight: few bytes, so that they are there at once. */
const MOST_ACROSS = 400;

/** What a view on `canvas` asks for when it shows the whole of a layer; null where that is no picture of pixels. */
export function firstParams(revision: number, layer: LayerInfo, part: PartInfo, canvas: Canvas): ImageParams | null {
  if (layer.kind === 'samples') return null;
  const region = part.dataWindow;
  const maxSize = longestFor(region, fitOf(part, canvas) * Math.max(1, usableAspect(part.pixelAspectRatio)));
  return { revision, layer: layer.id, level: { x: 0, y: 0 }, region, maxSize, quick: maxSize < Math.max(widthOf(region), heightOf(region)) };
}

/** A picture that was begun before anybody asked for it. */
export class Prepared {
  readonly answer: Promise<ImageAnswer>;
  readonly #stop = new AbortController();

  constructor(readonly params: ImageParams, read: (signal: AbortSignal) => Promise<ImageAnswer>) {
    this.answer = read(this.#stop.signal);
    this.answer.catch(() => undefined); // told to whoever takes it
  }

  /** It is what is asked for. */
  suits(params: ImageParams): boolean {
    return this.#isOfSame(params) && params.maxSize === this.params.maxSize && (params.quick ?? false) === (this.params.quick ?? false);
  }

  /** It is of another size, but a quick proxy that is no more than half or twice as large. */
  serves(params: ImageParams): boolean {
    const ratio = params.maxSize / this.params.maxSize;
    return this.#isOfSame(params) && params.quick === true && ratio >= 0.5 && ratio <= 2;
  }

  #isOfSame({ layer, level, region, channel }: ImageParams): boolean {
    const { params } = this;
    return layer === params.layer && level.x === params.level.x && level.y === params.level.y && channel === undefined
      && region !== undefined && (['xMin', 'yMin', 'xMax', 'yMax'] as const).every((key) => region[key] === params.region![key]);
  }

  /** The answer for the one who asked; when that one is not interested any more, nobody is. */
  async take(signal: AbortSignal): Promise<ImageAnswer> {
    const stop = (): void => this.#stop.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.answer;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  cancel(reason: unknown): void {
    this.#stop.abort(reason);
  }
}

/** The planes of a picture as `exr preview` develops them, at most 400 pixels across. */
export function sightOf(file: ExrFile, layer: LayerInfo, answer: ImageAnswer, { exposure, toneMap, marks }: SightParams): SightAnswer {
  const step = Math.max(1, Math.ceil(Math.max(answer.width, answer.height) / MOST_ACROSS));
  const [width, height] = [Math.ceil(answer.width / step), Math.ceil(answer.height / step)];
  const proxy = {
    width, height, planes: answer.planes.map((plane) => (layer.data ? picked(plane, answer, step) : shrunk(plane, answer, step))),
    nonfinite: marked(answer, step, 1), missing: marked(answer, step, 2), ends: answer.ends ?? null,
  };
  const { curve, matrix, luminance } = partColor(file.parts[layer.part]!);
  const { kind, names, places, alpha, data, ids, whole, layer: name } = layer;
  const rgba = develop(proxy, { kind: kind as Exclude<typeof kind, 'samples'>, names, ...(places && { places }), alpha, data, ids, whole, layer: name }, { curve, matrix, luminance, growMarks: Math.min(answer.scaleX, answer.scaleY) < 1 }, { exposure, tone: toneMap, marks });
  return { revision: answer.revision, layer: layer.id, width, height, region: answer.region, across: width * step / answer.width, down: height * step / answer.height, rgba };
}

let halves: Float32Array | undefined;

/** The value in the middle of step × step, for what must not be averaged. */
function picked(plane: Uint16Array | Float32Array, { width, height }: ImageAnswer, step: number): Float32Array {
  const table = plane instanceof Uint16Array ? (halves ??= new Float32Array(halfToFloatBits().buffer)) : null;
  const [across, down] = [Math.ceil(width / step), Math.ceil(height / step)];
  const out = new Float32Array(across * down);
  for (let y = 0, at = 0; y < down; y++) {
    const row = Math.min(height - 1, y * step + (step >> 1)) * width;
    for (let x = 0; x < across; x++, at++) {
      const value = plane[row + Math.min(width - 1, x * step + (step >> 1))]!;
      out[at] = table ? table[value]! : value;
    }
  }
  return out;
}

/** Means of step × step finite values; NaN where there is none. */
function shrunk(plane: Uint16Array | Float32Array, { width, height }: ImageAnswer, step: number): Float32Array {
  const table = plane instanceof Uint16Array ? (halves ??= new Float32Array(halfToFloatBits().buffer)) : null;
  const out = new Float32Array(Math.ceil(width / step) * Math.ceil(height / step));
  for (let top = 0, at = 0; top < height; top += step) {
    for (let left = 0; left < width; left += step, at++) {
      let [sum, count] = [0, 0];
      for (let y = top; y < Math.min(height, top + step); y++) {
        for (let x = left; x < Math.min(width, left + step); x++) {
          const value = table ? table[plane[y * width + x]!]! : plane[y * width + x]!;
          if (value - value !== 0) continue;
          sum += value;
          count++;
        }
      }
      out[at] = count > 0 ? sum / count : NaN;
    }
  }
  return out;
}

/** 1 where one of step × step pixels has the mark `bit`. */
function marked({ marks, width, height }: ImageAnswer, step: number, bit: number): Uint8Array {
  const across = Math.ceil(width / step);
  const out = new Uint8Array(across * Math.ceil(height / step));
  if (marks) for (let i = 0; i < marks.length; i++) if (marks[i]! & bit) out[Math.floor(Math.floor(i / width) / step) * across + Math.floor((i % width) / step)] = 1;
  return out;
}
