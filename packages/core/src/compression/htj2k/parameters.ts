/** The marker segments that say how a codestream is coded: ITU-T T.800, Annex A; T.801 (NLT); T.814 (CAP, the HT block style). */
import { corrupt, unsupported } from './errors.ts';
import type { BigEndianReader } from './reader.ts';

export const PROGRESSIONS = ['LRCP', 'RLCP', 'RPCL', 'PCRL', 'CPRL'] as const;
export type Progression = (typeof PROGRESSIONS)[number];

export interface Component {
  /** Bits of a sample, 1 to 38. */
  readonly precision: number;
  readonly signed: boolean;
  /** XRsiz, YRsiz: distance of its samples on the reference grid. */
  readonly xStep: number;
  readonly yStep: number;
}

/** SIZ: the image and its tiles on the reference grid; ends are exclusive. */
export interface ImageSize {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly tileX0: number;
  readonly tileY0: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly components: readonly Component[];
}

/** What COD says for all components of a tile. */
export interface PacketStyle {
  readonly progression: Progression;
  readonly layers: number;
  readonly colourTransform: boolean;
  /** SOP markers may stand before packets; EPH markers stand behind their headers. */
  readonly mayHaveSop: boolean;
  readonly hasEph: boolean;
}

/** What COD or COC says of a component. */
export interface CodingStyle {
  readonly decompositions: number;
  /** Binary logarithms of the nominal code block size, 2 to 10, together at most 12. */
  readonly blockWidthLog: number;
  readonly blockHeightLog: number;
  readonly causal: boolean;
  /** The 9/7 wavelet and quantization; otherwise the reversible 5/3. */
  readonly irreversible: boolean;
  /** Binary logarithms of the precinct sizes, by resolution. */
  readonly precincts: readonly { readonly widthLog: number; readonly heightLog: number }[];
}

/** QCD or QCC of a component: K_max of a subband is guardBits + exponent - 1. */
export interface Quantization {
  readonly guardBits: number;
  /** LL, then HL, LH, HH of each resolution. */
  readonly exponents: readonly number[];
  /** Of an irreversible component: the steps are (1 + mantissa / 2048) × 2^-exponent of the subband's gain. */
  readonly mantissas: readonly number[] | null;
}

export function readSize(segment: BigEndianReader): ImageSize {
  segment.u16();
  const [x1, y1, x0, y0] = [segment.u32(), segment.u32(), segment.u32(), segment.u32()];
  const [tileWidth, tileHeight, tileX0, tileY0] = [segment.u32(), segment.u32(), segment.u32(), segment.u32()];
  if (x0 >= x1 || y0 >= y1) throw corrupt(`SIZ: image from ${x0}, ${y0} to ${x1}, ${y1}, expected at least one sample`);
  if (tileWidth === 0 || tileHeight === 0 || tileX0 > x0 || tileY0 > y0 || tileX0 + tileWidth <= x0 || tileY0 + tileHeight <= y0) {
    throw corrupt(`SIZ: first tile at ${tileX0}, ${tileY0} of size ${tileWidth} × ${tileHeight}, expected to hold ${x0}, ${y0}`);
  }
  const count = segment.u16();
  if (segment.left !== 3 * count) throw corrupt(`SIZ: ${segment.left} bytes for ${count} components, expected ${3 * count}`);
  const components: Component[] = [];
  for (let i = 0; i < count; i++) {
    const depth = segment.u8();
    const [xStep, yStep] = [segment.u8(), segment.u8()];
    const precision = (depth & 0x7f) + 1;
    if (precision > 38 || xStep === 0 || yStep === 0) throw corrupt(`SIZ: component ${i} has ${precision} bits at steps ${xStep}, ${yStep}`);
    components.push({ precision, signed: depth > 0x7f, xStep, yStep });
  }
  return { x0, y0, x1, y1, tileX0, tileY0, tileWidth, tileHeight, components };
}

export function readCod(segment: BigEndianReader): { packets: PacketStyle; coding: CodingStyle } {
  const style = segment.u8();
  const order = segment.u8();
  const progression = PROGRESSIONS[order];
  if (!progression) throw corrupt(`COD: progression order ${order}, expected 0 to 4`);
  const layers = segment.u16();
  if (layers === 0) throw corrupt('COD: 0 layers, expected at least 1');
  const transform = segment.u8();
  if (transform > 1) throw unsupported(`multiple component transform ${transform}`);
  const packets = { progression, layers, colourTransform: transform === 1, mayHaveSop: (style & 2) !== 0, hasEph: (style & 4) !== 0 };
  return { packets, coding: readCodingStyle(segment, (style & 1) !== 0) };
}

/** The part that COD and COC share. `hasPrecincts`: their sizes follow; otherwise they are 2^15. */
export function readCodingStyle(segment: BigEndianReader, hasPrecincts: boolean): CodingStyle {
  const decompositions = segment.u8();
  if (decompositions > 32) throw unsupported(`an arbitrary decomposition (${decompositions})`);
  const [blockWidthLog, blockHeightLog] = [segment.u8() + 2, segment.u8() + 2];
  if (blockWidthLog > 10 || blockHeightLog > 10 || blockWidthLog + blockHeightLog > 12) {
    throw corrupt(`code blocks of 2^${blockWidthLog} × 2^${blockHeightLog} samples, expected at most 4096`);
  }
  const blockStyle = segment.u8();
  if ((blockStyle & 0x40) === 0) throw unsupported('block coding of JPEG 2000 Part 1 (without High Throughput)');
  if ((blockStyle & 0x80) !== 0) throw unsupported('a mixture of HT and Part 1 code blocks');
  if ((blockStyle & 0x37) !== 0) throw corrupt(`code block style 0x${blockStyle.toString(16)}, expected 0x40 or 0x48`);
  const wavelet = segment.u8();
  if (wavelet > 1) throw unsupported(`wavelet ${wavelet}`);
  const precincts: { widthLog: number; heightLog: number }[] = [];
  for (let resolution = 0; resolution <= decompositions; resolution++) {
    const size = hasPrecincts ? segment.u8() : 0xff;
    const [widthLog, heightLog] = [size & 15, size >> 4];
    // Above the lowest resolution a precinct spans half as much of each subband.
    if (resolution > 0 && (widthLog === 0 || heightLog === 0)) throw corrupt(`precincts of 1 sample at resolution ${resolution}`);
    precincts.push({ widthLog, heightLog });
  }
  if (segment.left !== 0) throw corrupt(`coding style segment has ${segment.left} bytes too many`);
  return { decompositions, blockWidthLog, blockHeightLog, causal: (blockStyle & 8) !== 0, irreversible: wavelet === 0, precincts };
}

export function readQuantization(segment: BigEndianReader): Quantization {
  const style = segment.u8();
  const kind = style & 31;
  if (kind !== 0 && kind !== 2) throw unsupported(`quantization of kind ${kind}`);
  const exponents: number[] = [];
  const mantissas: number[] = [];
  while (segment.left > 0) {
    if (kind === 0) exponents.push(segment.u8() >> 3);
    else {
      const step = segment.u16();
      exponents.push(step >> 11);
      mantissas.push(step & 0x7ff);
    }
  }
  if (exponents.length === 0 || exponents.length % 3 !== 1) throw corrupt(`quantization of ${exponents.length} subbands, expected 1 + 3n`);
  return { guardBits: style >> 5, exponents, mantissas: kind === 0 ? null : mantissas };
}

/** Whether CAP (T.800 A.5.2) speaks of Part 15; what it says of profiles is of no use here. */
export function readCapabilities(segment: BigEndianReader): boolean {
  return (segment.u32() & (1 << (32 - 15))) !== 0;
}
