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
export interface Plane {
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
export function isWide(component: CodedComponent): boolean {
  return component.precision > NARROW_PRECISION || component.layout.resolutions.some(({ bands }) => bands.some((band) => planesOf(component, band) > NARROW_PLANES));
}

/** Decodes the blocks and undoes the wavelet: the component's samples, in memory that the caller releases. `packed`: address of the chunk's bytes. */
export function reconstruct(kernels: Kernels, packed: number, component: CodedComponent, wide: boolean): Plane {
  const byBand = new Map<Subband, BlockGrid[]>();
  for (const grid of component.grids) {
    const known = byBand.get(grid.band);
    if (known) known.push(grid);
    else byBand.set(grid.band, [grid]);
  }
  const decode = (band: Subband): Plane => decodeBand(kernels, packed, component, band, byBand.get(band) ?? [], wide);
  const [lowest, ...higher] = component.layout.resolutions as [Resolution, ...Resolution[]];
  let low = decode(lowest.bands[0]!);
  for (const resolution of higher) {
    const [hl, lh, hh] = resolution.bands.map(decode) as [Plane, Plane, Plane];
    const out = allocatePlane(kernels, resolution, wide);
    if (!isEmpty(resolution)) {
      kernels.call['htj2kSynthesize']!(
        low.address, low.stride, hl.address, hl.stride, lh.address, lh.stride, hh.address, hh.stride,
        out.address, out.stride, out.width, out.height, resolution.x0 & 1, resolution.y0 & 1, wide ? 1 : 0,
      );
    }
    low = out;
  }
  return low;
}

function allocatePlane(kernels: Kernels, rect: Rect, wide: boolean): Plane {
  const [width, height] = [rect.x1 - rect.x0, rect.y1 - rect.y0];
  // Rows of whole vectors: block decoding writes four values at a time.
  const stride = Math.ceil(width / 4) * (wide ? 32 : 16);
  return { address: isEmpty(rect) ? 0 : kernels.allocate(stride * height), stride, width, height };
}

function decodeBand(kernels: Kernels, packed: number, component: CodedComponent, band: Subband, grids: readonly BlockGrid[], wide: boolean): Plane {
  const plane = allocatePlane(kernels, band, wide);
  if (isEmpty(band)) return plane;
  const planes = planesOf(component, band);
  const total = grids.reduce((sum, grid) => sum + grid.columns * grid.rows, 0);
  const coded = grids.reduce((sum, grid) => sum + (grid.coded?.blocks.size ?? 0), 0);
  if (coded < total) kernels.bytes(plane.address, plane.stride * plane.height).fill(0);
  for (const grid of grids) {
    for (const [place, block] of grid.coded?.blocks ?? []) {
      if (block.cleanup === 0) {
        fillBlock(kernels, plane, band, blockRect(grid, place % grid.columns, Math.floor(place / grid.columns)), wide);
      } else {
        decodeBlock(kernels, packed, component, block, planes, plane, band, blockRect(grid, place % grid.columns, Math.floor(place / grid.columns)), wide);
      }
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
  const { cleanup, refinement, missing, passes, pieces } = block;
  const where = `code block at ${rect.x0}, ${rect.y0} of subband ${band.index} of component ${component.layout.component}`;
  if (planes > MOST_PLANES || missing >= planes) throw corrupt(`${where}: ${missing} bit planes missing of ${planes}`);
  if (cleanup < 2 || cleanup > 65534 || refinement > 2046) throw corrupt(`${where}: segments of ${cleanup} and ${refinement} bytes`);
  const mark = kernels.mark();
  const from = pieces.length === 2 ? packed + pieces[0]! : gather(kernels, packed, pieces, cleanup + refinement);
  const width = rect.x1 - rect.x0;
  // The last column of blocks may run over into the row's padding.
  const room = rect.x1 === band.x1 ? plane.stride / (wide ? 8 : 4) - (rect.x0 - band.x0) : width;
  const result = kernels.call['htj2kBlock']!(
    from, cleanup, refinement, passes, planes, missing, width, rect.y1 - rect.y0, component.layout.coding.causal ? 1 : 0,
    addressOf(plane, band, rect, wide), plane.stride, room, wide ? 1 : 0,
  );
  kernels.release(mark);
  if (result !== 0) throw corrupt(`${where}: ${['', 'lengths do not fit', 'codewords go on behind the end', 'exponent bound is too large'][-result]}`);
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
