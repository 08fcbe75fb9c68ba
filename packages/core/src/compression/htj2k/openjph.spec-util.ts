import { readFileSync } from 'node:fs';
import type { FileChunk } from '../simple-file.spec-util.ts';
import { shapeOf } from '../simple-file.spec-util.ts';

const testdata = new URL('./testdata/', import.meta.url);

/** A codestream that OpenJPH wrote of samples that `samplesOf` makes again (testdata/write-streams.cpp). */
export interface Stream {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly smooth: boolean;
  /** Pixel type, XRsiz, YRsiz. */
  readonly components: readonly (readonly [0 | 1 | 2, number, number])[];
  readonly codestream: string;
}

/** A code block that OpenJPH encoded (testdata/write-blocks.cpp), with random refinement passes behind, and what OpenJPH decodes it to. */
export interface Block {
  readonly width: number;
  readonly height: number;
  readonly planes: number;
  readonly missing: number;
  readonly passes: 1 | 2 | 3;
  readonly causal: 0 | 1;
  readonly cleanup: number;
  readonly refinement: number;
  readonly bytes: string;
  readonly sha256_i32: string;
  readonly significant: number;
}

function readLines<T>(name: string): T[] {
  return readFileSync(new URL(name, testdata), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as T);
}

export const streams = readLines<Stream>('streams.jsonl');
export const blocks = readLines<Block>('blocks.jsonl');

/** A codestream as an EXR chunk of which component i holds channel i. */
export function chunkOf(codestream: Uint8Array, { x, y, width, height, components }: Pick<Stream, 'x' | 'y' | 'width' | 'height' | 'components'>): Pick<FileChunk, 'packed' | 'shape'> {
  const packed = new Uint8Array(8 + 2 * components.length + codestream.length);
  const view = new DataView(packed.buffer);
  view.setUint16(0, 0x4854);
  view.setUint32(2, 2 + 2 * components.length);
  view.setUint16(6, components.length);
  components.forEach((_, i) => view.setUint16(8 + 2 * i, i));
  packed.set(codestream, 8 + 2 * components.length);
  const channels = components.map(([pixelType, xSampling, ySampling], i) => ({ name: `c${i}`, pixelType, xSampling, ySampling, pLinear: false }));
  return { packed, shape: shapeOf(channels, [x, y, x + width - 1, y + height - 1]) };
}

export function streamChunk(stream: Stream): Pick<FileChunk, 'packed' | 'shape'> {
  return chunkOf(new Uint8Array(Buffer.from(stream.codestream, 'base64')), stream);
}

/** The unpacked chunk that the stream was made of. */
export function samplesOf(stream: Stream): Uint8Array {
  const { shape } = streamChunk(stream);
  let state = 12345;
  const planes = shape.channels.map(({ width, height, pixelType }, c) => Array.from({ length: width * height }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (!stream.smooth) return pixelType === 1 ? state >>> 16 : state;
    return (i % width) * 3 + Math.floor(i / width) * 5 + c * 1000 + (state >>> 29);
  }));
  const out = new Uint8Array(shape.unpackedBytes);
  const view = new DataView(out.buffer);
  const next = planes.map(() => 0);
  let at = 0;
  for (let y = shape.yMin; y <= shape.yMax; y++) {
    shape.channels.forEach(({ ySampling, width, bytesPerValue }, c) => {
      if (y % ySampling !== 0) return;
      for (let x = 0; x < width; x++, at += bytesPerValue) {
        const value = planes[c]![next[c]!++]!;
        if (bytesPerValue === 2) view.setUint16(at, value, true);
        else view.setUint32(at, value, true);
      }
    });
  }
  return out;
}
