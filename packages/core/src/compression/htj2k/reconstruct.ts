/** From the code blocks of a tile to values in the unpacked chunk: block decoding, wavelet, colour transform, storing; in the kernels. */
import type { Kernels } from '@exr/kernels';
import type { CodeBlock } from './code-block.ts';
import { corrupt } from './errors.ts';
import { blockRect, isEmpty, type BlockGrid, type Rect, type Resolution, type Subband, type TileComponent } from './geometry.ts';
import type { Quantization } from './parameters.ts';

/** More planes than 30 do not fit the 32-bit path, nor do sums of samples of much more than 16 bits. */
const NARROW_PLANES = 30;
const NARROW_PRECISION = 24;
/** K_max is at most 7 guard bits + exponent 31 - 1. */
const MOST_PLANES = 37;

/** A component of a tile with the code blocks that its packets told. */
export interface CodedComponent {
  readonly layout: TileComponent;
  readonly grids: readonly BlockGrid[];
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

/** Words of a Resolution: assembly/htj2k/wavelet.ts. */
const RESOLUTION_WORDS = 17;

/** Where the values of a component go. */
export interface Destination {
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
  const [width, height] = [layout.x1 - layout.x0, layout.y1 - layout.y0];
  if (isEmpty(layout)) return;
  const wide = components.some(isWide);
  const outputs = writeWords(kernels, components.flatMap((component, i) => {
    const { rows, indent, complement, offset } = destinations[i]!;
    return [prepare(kernels, packed, component, wide), rows, indent, complement, offset];
  }));
  kernels.call['htj2kLines']!(outputs, components.length === 3 ? 1 : 0, width, height, bytesPerValue, wide ? 1 : 0);
}

/** Decodes the subbands of a component and lays out its resolutions for the wavelet: the address of the highest. */
function prepare(kernels: Kernels, packed: number, component: CodedComponent, wide: boolean): number {
  const byBand = new Map<Subband, BlockGrid[]>();
  for (const grid of component.grids) {
    const known = byBand.get(grid.band);
    if (known) known.push(grid);
    else byBand.set(grid.band, [grid]);
  }
  const decode = (band: Subband): Plane => decodeBand(kernels, packed, component, band, byBand.get(band) ?? [], wide);
  const [lowest, ...higher] = component.layout.resolutions as [Resolution, ...Resolution[]];
  const ll = decode(lowest.bands[0]!);
  let below = writeWords(kernels, [0, ll.address, ll.stride, ...new Array<number>(RESOLUTION_WORDS - 3).fill(0)]);
  for (const resolution of higher) {
    const [hl, lh, hh] = resolution.bands.map(decode) as [Plane, Plane, Plane];
    const [width, height] = [resolution.x1 - resolution.x0, resolution.y1 - resolution.y0];
    const stride = strideOf(width, wide);
    below = writeWords(kernels, [
      below, 0, 0, hl.address, hl.stride, lh.address, lh.stride, hh.address, hh.stride,
      kernels.allocate(4 * stride), stride, width, height, resolution.x0 & 1, resolution.y0 & 1, 0, 0,
    ]);
  }
  return below;
}

function writeWords(kernels: Kernels, words: readonly number[]): number {
  const address = kernels.allocate(words.length * 4);
  const view = kernels.view();
  words.forEach((word, i) => view.setUint32(address + 4 * i, word, true));
  return address;
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

function decodeBand(kernels: Kernels, packed: number, component: CodedComponent, band: Subband, grids: readonly BlockGrid[], wide: boolean): Plane {
  const plane = allocatePlane(kernels, band, wide);
  if (isEmpty(band)) return plane;
  const planes = planesOf(component, band);
  if (grids.some(({ columns, rows, coded }) => (coded?.count ?? 0) < columns * rows)) kernels.bytes(plane.address, plane.stride * plane.height).fill(0);
  for (const grid of grids) {
    if (!grid.coded) continue;
    const { blocks } = grid.coded;
    for (let place = 0; place < blocks.length; place++) {
      const block = blocks[place];
      if (!block) continue;
      const rect = blockRect(grid, place % grid.columns, Math.floor(place / grid.columns));
      if (block.cleanup === 0) fillBlock(kernels, plane, band, rect, wide);
      else decodeBlock(kernels, packed, component, block, planes, plane, band, rect, wide);
    }
  }
  return plane;
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
  kernels: Kernels, packed: number, component: CodedComponent, block: CodeBlock, planes: number, plane: Plane, band: Subband, rect: Rect, wide: boolean,
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
    from, cleanup, refinement, passes, planes, missing, width, rect.y1 - rect.y0, component.layout.coding.causal ? 1 : 0,
    addressOf(plane, band, rect, wide), plane.stride, room, wide ? 1 : 0,
  );
  kernels.release(mark);
  if (result !== 0) throw failure(['', 'lengths do not fit', 'codewords go on behind the end', 'exponent bound is too large'][-result]!);
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
