/** The marker segments of a codestream (ITU-T T.800, Annex A): what is coded how, and where each tile's packets are. */
import { corrupt, unsupported } from './errors.ts';
import { NonLinearities, type NonLinearity } from './non-linearity.ts';
import {
  readCapabilities, readCod, readCodingStyle, readQuantization, readSize,
  type CodingStyle, type ImageSize, type PacketStyle, type Quantization,
} from './parameters.ts';
import { BigEndianReader } from './reader.ts';

const SOC = 0xff4f, CAP = 0xff50, SIZ = 0xff51, COD = 0xff52, COC = 0xff53, QCD = 0xff5c, QCC = 0xff5d, NLT = 0xff76;
const SOT = 0xff90, SOD = 0xff93, EOC = 0xffd9;
/** Lengths and comments: nothing that decoding needs. PRF, CPF, TLM, PLM, PLT, CRG, COM. */
const SKIPPED = new Set([0xff56, 0xff59, 0xff55, 0xff57, 0xff58, 0xff63, 0xff64]);
const REFUSED = new Map([
  [0xff5e, 'a region of interest (RGN)'], [0xff5f, 'a change of progression order (POC)'], [0xff60, 'packed packet headers (PPM)'], [0xff61, 'packed packet headers (PPT)'],
  [0xff72, 'an arbitrary decomposition (DFS)'], [0xff73, 'an arbitrary decomposition (ADS)'], [0xff74, 'a multiple component transform (MCT)'],
  [0xff75, 'a multiple component transform (MCC)'], [0xff77, 'a multiple component transform (MCO)'], [0xff78, 'component bit depths (CBD)'], [0xff79, 'an arbitrary wavelet (ATK)'],
]);

/** COD, QCD and their exceptions by component, of the main header or of a tile. */
export class Parameters {
  packets: PacketStyle | undefined;
  coding: CodingStyle | undefined;
  quantization: Quantization | undefined;
  readonly codingOf = new Map<number, CodingStyle>();
  readonly quantizationOf = new Map<number, Quantization>();
  constructor(readonly parent?: Parameters) {}

  packetStyle(): PacketStyle {
    const found = this.packets ?? this.parent?.packets;
    if (!found) throw corrupt('no COD segment');
    return found;
  }

  /** Precedence of T.800 A.6: a tile's COC, its COD, the main COC, the main COD. */
  codingStyle(component: number): CodingStyle {
    const found = this.codingOf.get(component) ?? this.coding ?? this.parent?.codingStyle(component);
    if (!found) throw corrupt('no COD segment');
    return found;
  }

  quantizationStyle(component: number): Quantization {
    const found = this.quantizationOf.get(component) ?? this.quantization ?? this.parent?.quantizationStyle(component);
    if (!found) throw corrupt('no QCD segment');
    return found;
  }
}

/** A tile's parameters and the byte ranges [start, end) of its packets, tile-part after tile-part. */
export interface TileData {
  readonly parameters: Parameters;
  readonly ranges: { readonly start: number; readonly end: number }[];
}

export interface Codestream {
  readonly size: ImageSize;
  /** For each component what becomes of its values. */
  readonly nonLinearities: readonly NonLinearity[];
  /** What the main header says of all tiles. */
  readonly main: Parameters;
  /** By tile index. */
  readonly tiles: ReadonlyMap<number, TileData>;
}

/** Reads every header of the codestream that begins at `start`. */
export function readCodestream(bytes: Uint8Array, start: number): Codestream {
  const reader = new BigEndianReader(bytes, start, bytes.length);
  if (reader.u16() !== SOC) throw corrupt('codestream does not begin with SOC');
  if (reader.u16() !== SIZ) throw corrupt('SIZ does not follow SOC');
  const size = readSize(segmentOf(reader));
  const main = new Parameters();
  const nonLinearities = new NonLinearities(size.components.length);
  let highThroughput = false;
  let marker = reader.u16();
  for (; marker !== SOT; marker = reader.u16()) {
    const segment = segmentOf(reader);
    if (marker === CAP) highThroughput = readCapabilities(segment);
    else if (marker === NLT) nonLinearities.read(segment);
    else readParameters(marker, segment, main, size.components.length);
  }
  if (!highThroughput) throw unsupported('a codestream without the capability of Part 15 (High Throughput)');
  const tiles = new Map<number, TileData>();
  const tileCount = Math.ceil((size.x1 - size.tileX0) / size.tileWidth) * Math.ceil((size.y1 - size.tileY0) / size.tileHeight);
  // Packets end each tile-part; EOC, or the end of the chunk, ends them all.
  while (marker === SOT) {
    readTilePart(reader, tiles, tileCount, main, size.components.length);
    if (reader.left < 2) break;
    marker = reader.u16();
  }
  if (marker !== SOT && marker !== EOC) throw corrupt(`marker 0x${marker.toString(16)} behind a tile-part, expected SOT or EOC`);
  if (tiles.size !== tileCount) throw corrupt(`${tiles.size} tiles have data, expected ${tileCount}`);
  return { size, nonLinearities: nonLinearities.list, main, tiles };
}

function segmentOf(reader: BigEndianReader): BigEndianReader {
  const length = reader.u16();
  if (length < 2) throw corrupt(`marker segment of ${length} bytes at byte ${reader.position}`);
  return reader.take(length - 2, 'marker segment');
}

function readParameters(marker: number, segment: BigEndianReader, into: Parameters, components: number): void {
  const component = (): number => {
    const index = components < 257 ? segment.u8() : segment.u16();
    if (index >= components) throw corrupt(`marker 0x${marker.toString(16)} for component ${index} of ${components}`);
    return index;
  };
  switch (marker) {
    case COD:
      ({ packets: into.packets, coding: into.coding } = readCod(segment));
      break;
    case COC: {
      const index = component();
      const hasPrecincts = (segment.u8() & 1) !== 0;
      into.codingOf.set(index, readCodingStyle(segment, hasPrecincts));
      break;
    }
    case QCD:
      into.quantization = readQuantization(segment);
      break;
    case QCC:
      into.quantizationOf.set(component(), readQuantization(segment));
      break;
    default: {
      const refused = REFUSED.get(marker);
      if (refused) throw unsupported(refused);
      if (!SKIPPED.has(marker)) throw corrupt(`marker 0x${marker.toString(16)} in a header`);
    }
  }
}

function readTilePart(reader: BigEndianReader, tiles: Map<number, TileData>, tileCount: number, main: Parameters, components: number): void {
  const begin = reader.position - 2;
  const segment = segmentOf(reader);
  const [index, length, part] = [segment.u16(), segment.u32(), segment.u8()];
  if (index >= tileCount) throw corrupt(`tile ${index} of ${tileCount}`);
  // Psot 0: the last tile-part, up to EOC.
  const end = length === 0 ? endOfLast(reader) : begin + length;
  if (end > reader.end) throw corrupt(`tile-part at byte ${begin} has ${length} bytes, ${reader.end - begin} are left`);
  const body = new BigEndianReader(reader.bytes, reader.position, end);
  let tile = tiles.get(index);
  if ((tile?.ranges.length ?? 0) !== part) throw corrupt(`part ${part} of tile ${index}, expected part ${tile?.ranges.length ?? 0}`);
  if (!tile) tiles.set(index, (tile = { parameters: new Parameters(main), ranges: [] }));
  for (let marker = body.u16(); marker !== SOD; marker = body.u16()) readParameters(marker, segmentOf(body), tile.parameters, components);
  tile.ranges.push({ start: body.position, end });
  reader.position = end;
}

function endOfLast({ bytes, end }: BigEndianReader): number {
  return bytes[end - 2] === EOC >> 8 && bytes[end - 1] === (EOC & 0xff) ? end - 2 : end;
}
