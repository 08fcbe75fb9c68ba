/** From the code blocks of a tile to values in the unpacked chunk: block decoding, wavelet, colour transform, storing; in the kernels. Lossy components: lossy.ts. */
import type { Kernels } from '@exr/kernels';
import type { CodeBlock } from './code-block.ts';
import { corrupt } from './errors.ts';
import { blockRect, isEmpty, type BlockGrid, type Rect, type Subband, type TileComponent } from './geometry.ts';
import type { Quantization } from './parameters.ts';

/** More planes than 30 do not fit the 32-bit path, nor do sums of samples of much more than 16 bits. */
const NARROW_PLANES = 30;
const NARROW_PRECISION = 24;
/** K_max is at most 7 guard bits + exponent 31 - 1. */
const MOST_PLANES = 37;

/** A component of a tile with the code blocks that its packets told. */
export interface CodedComponent {
  readonly layout: TileComponent;
  /** By subband, one grid for each precinct. */
  readonly grids: readonly (readonly BlockGrid[])[];
  readonly quantization: Quantization;
  readonly precision: number;
}

/** Rows of i32 or i64 in the kernels' memory; `stride` in bytes. */
interface Plane {
  readonly address: number;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** Bit planes of a subband: guard bits + exponent - 1 (T.800, E-2). */
function planesOf(component: CodedComponent, band: Subband): number {
  const exponent = component.quantization.exponents[band.index];
  if (exponent === undefined) throw corrupt(`no quantization exponent for subband ${band.index} of component ${component.layout.component}`);
  return component.quantization.guardBits + exponent - 1;
}

/** Whether the values need 64 bits on their way. */
function isWide(component: CodedComponent): boolean {
  return component.precision > NARROW_PRECISION || component.layout.resolutions.some(({ bands }) => bands.some((band) => planesOf(component, band) > NARROW_PLANES));
}

/** Words of a Resolution and of an Output: assembly/htj2k/wavelet.ts and lines.ts. */
export const RESOLUTION_WORDS = 17;
const OUTPUT_WORDS = 5;

/** Where the values of a component go. */
export interface Destination {
  /** Values in a row, and rows: those of the tile, without what pads it. */
  readonly width: number;
  readonly height: number;
  /** Address of a u32 for each row of the tile: where its line begins. */
  readonly rows: number;
  /** Bytes from there to the tile's first value. */
  readonly indent: number;
  /** What to flip: of negative values, of all values. */
  readonly complement: number;
  readonly offset: number;
}

/**
 * Decodes the blocks of one component, or of the three that the colour transform ties together, undoes the wavelet and stores the values of
 * `bytesPerValue` bytes. `packed`: address of the chunk's bytes. Allocates from the kernels; the caller releases.
 */
export function reconstruct(kernels: Kernels, packed: number, components: readonly CodedComponent[], destinations: readonly Destination[], bytesPerValue: number): void {
  const [{ layout }] = components as [CodedComponent];
  const [{ width, height }] = destinations as [Destination];
  if (isEmpty(layout)) return;
  const wide = components.some(isWide);
  // The descriptions of all resolutions, and behind them the Outputs.
  const words: number[] = [];
  const count = components.reduce((sum, component) => sum + component.layout.resolutions.length, 0);
  const address = kernels.allocate(4 * (count * RESOLUTION_WORDS + components.length * OUTPUT_WORDS));
  const tops = components.map((component) => describe(kernels, packed, component, wide, address, words));
  tops.forEach((top, i) => {
    const { rows, indent, complement, offset } = destinations[i]!;
    words.push(top, rows, indent, complement, offset);
  });
  const view = kernels.view();
  for (let i = 0; i < words.length; i++) view.setUint32(address + 4 * i, words[i]!, true);
  kernels.call['htj2kLines']!(address + 4 * count * RESOLUTION_WORDS, components.length === 3 ? 1 : 0, width, height, bytesPerValue, wide ? 1 : 0);
}

/** Lines that a resolution keeps: assembly/htj2k/wavelet.ts and wavelet97.ts. The latter has two halves of a line behind them, and writes up to 8 values behind a line. */
const RING_LINES = 4;
const LOSSY_RING_LINES = 8;
const LOSSY_BEHIND = 32;

/** Decodes the subbands of a component and appends its resolutions to the `words` at `address`: the address of the highest. */
export function describe(kernels: Kernels, packed: number, component: CodedComponent, wide: boolean, address: number, words: number[]): number {
  let below = 0;
  for (const { bands, x0, y0, x1, y1 } of component.layout.resolutions) {
    const here = address + 4 * words.length;
    const first = decodeBand(kernels, packed, component, bands[0]!, wide);
    if (bands.length === 1) words.push(0, first.address, first.stride, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    else {
      const lh = decodeBand(kernels, packed, component, bands[1]!, wide);
      const hh = decodeBand(kernels, packed, component, bands[2]!, wide);
      const lossy = component.layout.coding.irreversible;
      const stride = strideOf(x1 - x0, wide) + (lossy ? LOSSY_BEHIND : 0);
      const lines = lossy ? LOSSY_RING_LINES * stride + stride + 64 : RING_LINES * stride;
      words.push(
        below, 0, 0, first.address, first.stride, lh.address, lh.stride, hh.address, hh.stride,
        kernels.allocate(lines), stride, x1 - x0, y1 - y0, x0 & 1, y0 & 1, 0, 0,
      );
    }
    below = here;
  }
  return below;
}

/** Rows of whole vectors: block decoding writes four values at a time. */
function strideOf(width: number, wide: boolean): number {
  return Math.ceil(width / 4) * (wide ? 32 : 16);
}

function allocatePlane(kernels: Kernels, rect: Rect, wide: boolean): Plane {
  const [width, height] = [rect.x1 - rect.x0, rect.y1 - rect.y0];
  const stride = strideOf(width, wide);
  // An empty subband has an address too: 0 would say that there is none.
  return { address: kernels.allocate(isEmpty(rect) ? 0 : stride * height), stride, width, height };
}

function decodeBand(kernels: Kernels, packed: number, component: CodedComponent, band: Subband, wide: boolean): Plane {
  const plane = allocatePlane(kernels, band, wide);
  if (isEmpty(band)) return plane;
  const planes = planesOf(component, band);
  const grids = component.grids[band.index] ?? [];
  if (grids.some(isPartial)) kernels.bytes(plane.address, plane.stride * plane.height).fill(0);
  for (const grid of grids) {
    if (!grid.coded) continue;
    const { blocks } = grid.coded;
    for (let place = 0; place < blocks.length; place++) {
      const block = blocks[place];
      if (!block) continue;
      const rect = blockRect(grid, place % grid.columns, Math.floor(place / grid.columns));
      if (block.cleanup === 0) fillBlock(kernels, plane, band, rect, wide);
      else if (component.layout.coding.irreversible) decodeLossyBlock(kernels, packed, component, block, planes, plane, band, rect);
      else decodeBlock(kernels, packed, component, block, planes, plane, band, rect, wide);
    }
  }
  return plane;
}

/** Blocks that no packet included are zero. */
function isPartial({ columns, rows, coded }: BlockGrid): boolean {
  return coded === undefined ? columns > 0 : coded.count < columns * rows;
}

function addressOf(plane: Plane, band: Subband, rect: Rect, wide: boolean): number {
  return plane.address + (rect.y0 - band.y0) * plane.stride + (rect.x0 - band.x0) * (wide ? 8 : 4);
}

/** A block that is included but has no bytes is zero. */
function fillBlock(kernels: Kernels, plane: Plane, band: Subband, rect: Rect, wide: boolean): void {
  const address = addressOf(plane, band, rect, wide);
  for (let y = 0; y < rect.y1 - rect.y0; y++) kernels.bytes(address + y * plane.stride, (rect.x1 - rect.x0) * (wide ? 8 : 4)).fill(0);
}

function decodeBlock(
  kernels: Kernels, packed: number, component: CodedComponent, block: CodeBlock, planes: number, plane: Plane, band: Subband, rect: Rect, wide: boolean, more = 0,
): void {
  const { cleanup, refinement, missing, passes } = block;
  const failure = (what: string): Error =>
    corrupt(`code block at ${rect.x0}, ${rect.y0} of subband ${band.index} of component ${component.layout.component}: ${what}`);
  if (planes > MOST_PLANES || missing >= planes) throw failure(`${missing} bit planes missing of ${planes}`);
  if (cleanup < 2 || cleanup > 65534 || refinement > 2046) throw failure(`segments of ${cleanup} and ${refinement} bytes`);
  const mark = kernels.mark();
  const from = block.pieces ? gather(kernels, packed, block.pieces, cleanup + refinement) : packed + block.at;
  const width = rect.x1 - rect.x0;
  // The last column of blocks may run over into the row's padding.
  const room = rect.x1 === band.x1 ? plane.stride / (wide ? 8 : 4) - (rect.x0 - band.x0) : width;
  const result = kernels.call['htj2kBlock']!(
    from, cleanup, refinement, passes, planes + more, missing, width, rect.y1 - rect.y0, component.layout.coding.causal ? 1 : 0,
    addressOf(plane, band, rect, wide), plane.stride, room, wide ? 1 : 0,
  );
  kernels.release(mark);
  if (result !== 0) throw failure(['', 'lengths do not fit', 'codewords go on behind the end', 'exponent bound is too large'][-result]!);
}

/** Sides of a code block as the kernels know it. */
const MOST_IN_BLOCK = 4096;

/**
 * A block of an irreversible component becomes float32 coefficients. One plane more is asked for, so that the values are in half steps: then the middle
 * of the last step, which the decoder of a lossy block takes, is a whole number.
 */
function decodeLossyBlock(
  kernels: Kernels, packed: number, component: CodedComponent, block: CodeBlock, planes: number, plane: Plane, band: Subband, rect: Rect,
): void {
  const { mantissas, exponents } = component.quantization;
  const gain = [1, 2, 2, 4][band.orientation]!;
  const step = (1 + mantissas![band.index]! / 2048) * 2 ** -exponents[band.index]! * gain;
  const [width, height] = [rect.x1 - rect.x0, rect.y1 - rect.y0];
  const target = addressOf(plane, band, rect, false);
  // Below the lowest plane there is nothing to refine.
  const coded = block.missing === planes - 1 && block.passes > 1 ? Object.assign(Object.create(block) as CodeBlock, { passes: 1 }) : block;
  if (planes + 1 <= NARROW_PLANES) {
    decodeBlock(kernels, packed, component, coded, planes, plane, band, rect, false, 1);
    kernels.call['lj2kDequantize']!(target, plane.stride, target, plane.stride, width, height, 0, step / 2);
    return;
  }
  const mark = kernels.mark();
  const stride = strideOf(width, true);
  const aside: Plane = { address: kernels.allocate(8 * (MOST_IN_BLOCK + 3 * height)), stride, width, height };
  const own: Subband = { ...band, ...rect };
  decodeBlock(kernels, packed, component, coded, planes, aside, own, rect, true, 1);
  kernels.call['lj2kDequantize']!(aside.address, stride, target, plane.stride, width, height, 1, step / 2);
  kernels.release(mark);
}

/** The bytes of a block that came in several layers, in one place. */
function gather(kernels: Kernels, packed: number, pieces: readonly number[], length: number): number {
  const address = kernels.allocate(length);
  let to = address;
  for (let i = 0; i < pieces.length; i += 2) {
    kernels.bytes(to, pieces[i + 1]!).set(kernels.bytes(packed + pieces[i]!, pieces[i + 1]!));
    to += pieces[i + 1]!;
  }
  return address;
}
