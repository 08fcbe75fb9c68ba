/**
 * HTJ2K256, HTJ2K32 and LJ2K: each chunk is a High-Throughput JPEG 2000 codestream (ITU-T T.800 with the block coding of T.814), but for LJ2K reversible, behind a
 * header that says which component holds which channel. Half and float come as sign and magnitude made to complement (NLT type 3), so that
 * their bits are numbers that the wavelet likes. See docs/decisions/htj2k.md.
 */
import type { Kernels } from '@exr/kernels';
import type { ChunkShape, Decompress } from './codec.ts';
import { readChunkHeader } from './htj2k/chunk-header.ts';
import { readCodestream, type Codestream, type Parameters } from './htj2k/codestream.ts';
import { corrupt, unsupported } from './htj2k/errors.ts';
import { componentRect, layOut, precinctsOf, tileRect, type BlockGrid, type Precinct, type TileComponent } from './htj2k/geometry.ts';
import { reconstructLossy } from './htj2k/lossy.ts';
import type { Curve } from './htj2k/non-linearity.ts';
import { readPackets } from './htj2k/packets.ts';
import type { Component } from './htj2k/parameters.ts';
import { reconstruct, type CodedComponent, type Destination } from './htj2k/reconstruct.ts';
import { rowAddresses } from './row-addresses.ts';

/** No component's number: what COD says without COC. */
const ALL_COMPONENTS = -1;
/** OpenEXR writes one tile; bounds on what a chunk can make us lay out before a packet is read. */
const MOST_TILES = 1024;
const MOST_RESOLUTIONS = 2 ** 18;
/** Precincts and their subbands take about 700 bytes each, and a packet of one byte is enough for one. OpenEXR writes one for each resolution. */
const MOST_PRECINCTS = 24_576;

/** Decompresses one chunk of HTJ2K. Errors: CORRUPT_DATA, UNSUPPORTED_FEATURE for what JPEG 2000 allows and OpenEXR never writes. */
export const decompressHtj2k: Decompress = (kernels, packed, out, shape) => decompress(kernels, packed, out, shape, false);

/** The same of LJ2K, whose first red, green and blue may be lossy: 9/7, quantized, by a curve. */
export const decompressLj2k: Decompress = (kernels, packed, out, shape) => decompress(kernels, packed, out, shape, true);

function decompress(kernels: Kernels, packed: Uint8Array, out: number, shape: ChunkShape, lossy: boolean): void {
  if (shape.unpackedBytes === 0) return;
  const { hasCurves, channelOf, codestream } = readChunkHeader(packed, shape.channels.length, lossy);
  const stream = readCodestream(packed, codestream);
  checkShape(stream, channelOf, shape, lossy);
  const mark = kernels.mark();
  try {
    const address = kernels.allocate(packed.length);
    kernels.bytes(address, packed.length).set(packed);
    const rows = rowAddresses(kernels, shape, out).lists;
    // Components that nobody wants are not decoded: their values are zero.
    if (shape.wanted?.includes(false)) kernels.bytes(out, shape.unpackedBytes).fill(0);
    for (const index of stream.tiles.keys()) decodeTile(kernels, packed, address, stream, index, channelOf, shape, rows, hasCurves);
  } finally {
    kernels.release(mark);
  }
}

/** The codestream has as many values of each channel as the chunk, or in LJ2K as the padded chunk, and of the same size. */
function checkShape({ size, tiles, main }: Codestream, channelOf: readonly number[], shape: ChunkShape, lossy: boolean): void {
  if (size.components.length !== channelOf.length) throw corrupt(`codestream has ${size.components.length} components, expected ${channelOf.length}`);
  if (tiles.size > MOST_TILES) throw unsupported(`a codestream of ${tiles.size} tiles`);
  let resolutions = 0;
  for (const { parameters } of tiles.values()) {
    for (let i = 0; i < channelOf.length; i++) resolutions += parameters.codingStyle(i).decompositions + 1;
    if (resolutions > MOST_RESOLUTIONS) throw unsupported(`a codestream of ${tiles.size} tiles with more than ${MOST_RESOLUTIONS} resolutions`);
  }
  if (!lossy) for (let i = 0; i < channelOf.length; i++) if (main.codingStyle(i).irreversible) throw unsupported('the irreversible 9/7 wavelet');
  const padded = lossy ? paddingOf(main, size.components) : null;
  let bytes = 0;
  for (let i = 0; i < channelOf.length; i++) {
    const { precision, xStep, yStep } = size.components[i]!;
    const channel = shape.channels[channelOf[i]!]!;
    const { x0, y0, x1, y1 } = componentRect(size, xStep, yStep);
    const own = x1 - x0 === channel.width && y1 - y0 === channel.height;
    if (!own && !(padded && x1 - x0 === padded(channel.width) && y1 - y0 === padded(channel.height))) {
      throw corrupt(`component ${i} has ${x1 - x0} × ${y1 - y0} values, expected ${channel.width} × ${channel.height} of channel ${channel.name}`);
    }
    if (precision !== 8 * channel.bytesPerValue) throw corrupt(`component ${i} has ${precision} bits, expected ${8 * channel.bytesPerValue} of channel ${channel.name}`);
    bytes += channel.width * channel.height * channel.bytesPerValue;
  }
  if (bytes !== shape.unpackedBytes) throw corrupt(`codestream unpacks to ${bytes} bytes, expected ${shape.unpackedBytes}`);
}

/** To which sizes lossy chunks are raised, the last row and column repeated: the next one above a multiple of 2^L (OpenEXR 3.5, internal_ht.cpp). */
function paddingOf(main: Parameters, components: readonly Component[]): ((length: number) => number) | null {
  const { irreversible, decompositions } = main.codingStyle(ALL_COMPONENTS);
  if (!irreversible || decompositions > 5 || components.some(({ xStep, yStep }) => xStep !== 1 || yStep !== 1)) return null;
  const step = 2 ** decompositions;
  return (length) => Math.ceil((length - 1) / step) * step + 1;
}

/** The curve of a lossy component; null: that of OpenEXR 3.5.0 and 3.5.1, which a reader knows. */
function curveOf({ nonLinearities, size }: Codestream, component: number, hasCurves: boolean): Curve | null {
  const found = nonLinearities[component]!;
  if (!hasCurves) {
    if (found !== 'none') throw corrupt(`lossy component ${component} has a point transformation (NLT) in a chunk that says it has none`);
    return null;
  }
  if (typeof found === 'string') throw unsupported(`lossy component ${component} without a curve (NLT type 4)`);
  const { precision } = size.components[component]!;
  if (found.bits !== precision) throw corrupt(`curve of ${found.bits} bits for component ${component} of ${precision}`);
  return found;
}

function decodeTile(
  kernels: Kernels, packed: Uint8Array, address: number, stream: Codestream, index: number, channelOf: readonly number[], shape: ChunkShape, rows: readonly number[], hasCurves: boolean,
): void {
  const area = tileRect(stream.size, index);
  const tile = stream.tiles.get(index)!;
  const style = tile.parameters.packetStyle();
  const layouts = stream.size.components.map(({ xStep, yStep }, i) => layOut(i, componentRect(area, xStep, yStep), tile.parameters.codingStyle(i)));
  const room = tile.ranges.reduce((sum, range) => sum + range.end - range.start, 0);
  const count = layouts.reduce((sum, { resolutions }) => sum + resolutions.reduce((s, r) => s + r.precinctsWide * r.precinctsHigh, 0), 0);
  if (count * style.layers > room) throw corrupt(`tile ${index} has ${room} bytes, expected ${count * style.layers} packets`);
  if (count > MOST_PRECINCTS) throw unsupported(`a tile of ${count} precincts`);
  const precincts = layouts.map((layout, i) => precinctsOf(area, layout, stream.size.components[i]!.xStep, stream.size.components[i]!.yStep));
  readPackets(packed, tile, precincts.flat(), style);
  const coded = layouts.map((layout, i): CodedComponent => ({
    layout,
    grids: gridsByBand(precincts[i]!),
    quantization: tile.parameters.quantizationStyle(i),
    precision: stream.size.components[i]!.precision,
  }));
  const destination = (i: number): Destination => {
    const { xStep, yStep, precision, signed } = stream.size.components[i]!;
    const whole = componentRect(stream.size, xStep, yStep);
    const { x0, y0, x1, y1 } = layouts[i]!;
    const channel = shape.channels[channelOf[i]!]!;
    const sign = 2 ** (precision - 1);
    return {
      width: Math.min(x1, whole.x0 + channel.width) - x0,
      height: Math.min(y1, whole.y0 + channel.height) - y0,
      rows: rows[channelOf[i]!]! + (y0 - whole.y0) * 4,
      indent: (x0 - whole.x0) * bytesOf(i),
      // All bits but the sign's for the complement; the sign's alone for the level shift of unsigned values.
      complement: signed && stream.nonLinearities[i] === 'complement' ? sign - 1 : 0,
      offset: signed ? 0 : sign,
    };
  };
  const bytesOf = (i: number): number => shape.channels[channelOf[i]!]!.bytesPerValue;
  // One component at a time, or the three that the colour transform ties together.
  for (let i = 0; i < coded.length; ) {
    const together = style.colourTransform && i === 0 ? [0, 1, 2] : [i];
    if (together.length > 1) checkAlike(together.map((c) => layouts[c]), together.map((c) => stream.size.components[c]?.precision));
    const lossy = layouts[i]!.coding.irreversible;
    const strange = together.find((c) => !lossy && typeof stream.nonLinearities[c] !== 'string');
    if (strange !== undefined) throw unsupported(`a curve (NLT type 4) of component ${strange}, which is reversible`);
    const curve = (c: number): Curve | null => curveOf(stream, c, hasCurves);
    if (together.some((c) => shape.wanted?.[channelOf[c]!] !== false)) {
      const mark = kernels.mark();
      const [components, destinations] = [together.map((c) => coded[c]!), together.map(destination)];
      if (lossy) reconstructLossy(kernels, address, components, destinations, together.map(curve));
      else reconstruct(kernels, address, components, destinations, bytesOf(i));
      kernels.release(mark);
    }
    i += together.length;
  }
}

function gridsByBand(precincts: readonly Precinct[]): BlockGrid[][] {
  const byBand: BlockGrid[][] = [];
  for (const { grids } of precincts) for (const grid of grids) (byBand[grid.band.index] ??= []).push(grid);
  return byBand;
}

function checkAlike(layouts: readonly (TileComponent | undefined)[], precisions: readonly (number | undefined)[]): void {
  const [a, b, c] = layouts;
  const alike = a && b && c && [b, c].every(({ x0, y0, x1, y1 }) => x0 === a.x0 && y0 === a.y0 && x1 === a.x1 && y1 === a.y1);
  if (!alike || new Set(precisions).size > 1 || [b, c].some(({ coding }) => coding.irreversible !== a.coding.irreversible)) throw corrupt('colour transform of components that differ, expected three alike');
}
