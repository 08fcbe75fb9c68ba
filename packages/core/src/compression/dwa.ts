import type { Kernels } from '@exr/kernels';
import type { ChunkChannel, Decompress } from './codec.ts';
import { planChannels } from './dwa/channels.ts';
import { corrupt, DWA_HEADER_BYTES, readDwaHeader, type DwaHeader } from './dwa/header.ts';
import { LEGACY_RULES, readChannelRules } from './dwa/rules.ts';
import { huffmanInto } from './huffman.ts';
import { inflateWithin } from './inflate.ts';
import { rowAddresses } from './row-addresses.ts';

/**
 * DWAA and DWAB (32 and 256 lines a chunk): R, G, B, Y, BY and RY as quantised 8×8 DCT blocks of perceptually encoded values, alpha as run
 * lengths, everything else in zlib; which channel is which the chunk's rules say. Layout: header, rules (version 2), then four sections:
 * unknown channels, AC coefficients, DC coefficients, run lengths (OpenEXRCore, internal_dwa.c). Results are OpenEXR 3.4's half values bit for
 * bit where it uses AVX and F16C.
 */
export const decompressDwa: Decompress = (kernels, packed, out, shape) => {
  if (shape.unpackedBytes === 0) return;
  const header = readDwaHeader(packed);
  const { rules, length } = header.version < 2 ? { rules: LEGACY_RULES, length: 0 } : readChannelRules(packed.subarray(DWA_HEADER_BYTES));
  const plan = planChannels(shape.channels, rules);
  const unknownAt = DWA_HEADER_BYTES + length;
  const acAt = unknownAt + header.unknownPacked;
  const dcAt = acAt + header.acPacked;
  const rleAt = dcAt + header.dcPacked;
  if (rleAt + header.rlePacked > packed.length) {
    throw corrupt(`its sections end at byte ${rleAt + header.rlePacked} of ${packed.length}`);
  }
  const mark = kernels.mark();
  try {
    const source = kernels.allocate(packed.length);
    kernels.bytes(source, packed.length).set(packed);
    const { lists } = rowAddresses(kernels, shape, out);
    const channels = shape.channels.map((channel, i): PlacedChannel => ({ ...channel, rows: lists[i]! }));
    const pick = (indices: readonly number[]): PlacedChannel[] => indices.map((index) => channels[index]!);
    // One after the other, so that the scratch memory of one is that of the next.
    const scratch = kernels.mark();
    unpackUnknown(kernels, header, source + unknownAt, pick(plan.unknown));
    kernels.release(scratch);
    unpackRunLengths(kernels, header, source + rleAt, pick(plan.rle));
    kernels.release(scratch);
    unpackLossy(kernels, header, source + acAt, source + dcAt, plan.lossy.map(pick));
  } finally {
    kernels.release(mark);
  }
};

/** `rows`: address of the list of the addresses of its rows. */
type PlacedChannel = ChunkChannel & { readonly rows: number };

function bytesOf(channels: readonly ChunkChannel[]): number {
  return channels.reduce((sum, { width, height, bytesPerValue }) => sum + width * height * bytesPerValue, 0);
}

/** The unknown channels' rows, channel after channel, in one zlib stream. */
function unpackUnknown(kernels: Kernels, header: DwaHeader, packed: number, channels: readonly PlacedChannel[]): void {
  const bytes = bytesOf(channels);
  if (header.unknownUnpacked !== bytes) throw corrupt(`its other channels have ${header.unknownUnpacked} bytes, expected ${bytes}`);
  if (bytes === 0) return;
  let at = kernels.allocate(bytes);
  const inflated = inflateWithin(kernels, packed, header.unknownPacked, at, bytes);
  if (inflated !== bytes) throw corrupt(`its other channels unpack to ${inflated} bytes, expected ${bytes}`);
  for (const { width, height, bytesPerValue, rows } of channels) {
    kernels.call['dwaCopyRows']!(at, width * bytesPerValue, height, rows);
    at += width * height * bytesPerValue;
  }
}

/** Each channel's first bytes, second bytes, …, as run lengths in one zlib stream. */
function unpackRunLengths(kernels: Kernels, header: DwaHeader, packed: number, channels: readonly PlacedChannel[]): void {
  const bytes = bytesOf(channels);
  // The bounds of OpenEXRCore's buffers: run lengths gone wrong may double the data.
  if (header.rleUnpacked < bytes || header.rleUnpacked > 2 * bytes) throw corrupt(`its run lengths make ${header.rleUnpacked} bytes, expected ${bytes}`);
  if (bytes === 0) return;
  if (header.rleInflated > 2 * bytes) throw corrupt(`its run lengths have ${header.rleInflated} bytes for ${bytes}`);
  const runs = kernels.allocate(header.rleInflated);
  const inflated = inflateWithin(kernels, packed, header.rlePacked, runs, header.rleInflated);
  let at = kernels.allocate(header.rleUnpacked);
  const unpacked = kernels.call['rleDecompress']!(runs, inflated, at, header.rleUnpacked);
  if (inflated !== header.rleInflated || unpacked !== header.rleUnpacked) {
    throw corrupt(`its ${inflated} bytes of run lengths make ${unpacked} bytes, expected ${header.rleUnpacked}`);
  }
  for (const { width, height, bytesPerValue, rows } of channels) {
    kernels.call['dwaZipRows']!(at, width, height, bytesPerValue, rows);
    at += width * height * bytesPerValue;
  }
}

function blocksOf({ width, height }: ChunkChannel): number {
  return Math.ceil(width / 8) * Math.ceil(height / 8);
}

function unpackLossy(kernels: Kernels, header: DwaHeader, acPacked: number, dcPacked: number, sets: readonly (readonly PlacedChannel[])[]): void {
  const blocks = sets.flat().reduce((sum, channel) => sum + blocksOf(channel), 0);
  if (header.dcCount < blocks || header.dcCount > 2 * blocks) throw corrupt(`it has ${header.dcCount} DC values for ${blocks} blocks`);
  if (header.acCount > 63 * blocks) throw corrupt(`it has ${header.acCount} AC values for ${blocks} blocks`);
  if (blocks === 0) return;
  let ac = unpackAc(kernels, header, acPacked);
  const acEnd = ac + 2 * header.acCount;
  let dc = unpackDc(kernels, header, dcPacked);
  for (const set of sets) {
    const [{ width, height, pLinear }] = set as [PlacedChannel];
    if (width === 0 || height === 0) continue;
    // The kernel wants the lists of a set's planes one after the other.
    const rows = kernels.allocate(set.length * height * 4);
    set.forEach((channel, i) => kernels.bytes(rows + i * height * 4, height * 4).set(kernels.bytes(channel.rows, height * 4)));
    const floats = set.reduce((bits, { pixelType }, i) => bits | (pixelType === 2 ? 1 << i : 0), 0);
    // A set is always perceptually encoded, a lone channel unless it says that it is linear in itself.
    const encoded = set.length === 3 || !pLinear;
    const used = kernels.call['dwaBlocks']!(set.length, ac, acEnd, dc, width, height, rows, floats, encoded ? 1 : 0);
    if (used < 0) throw corrupt(`its ${header.acCount} AC values end within channel ${set[0]!.name}`);
    ac += used;
    dc += 2 * set.length * blocksOf(set[0]!);
  }
}

function unpackAc(kernels: Kernels, header: DwaHeader, packed: number): number {
  const bytes = 2 * header.acCount;
  const ac = kernels.allocate(bytes);
  if (header.acCompression === 0) {
    huffmanInto(kernels, packed, header.acPacked, ac, header.acCount);
  } else if (bytes > 0) {
    const inflated = inflateWithin(kernels, packed, header.acPacked, ac, bytes);
    if (inflated !== bytes) throw corrupt(`its AC values unpack to ${inflated} bytes, expected ${bytes}`);
  }
  return ac;
}

/** DC values went through the predictor of ZIP. */
function unpackDc(kernels: Kernels, header: DwaHeader, packed: number): number {
  const bytes = 2 * header.dcCount;
  const dc = kernels.allocate(bytes);
  const stored = kernels.allocate(bytes);
  const inflated = inflateWithin(kernels, packed, header.dcPacked, stored, bytes);
  if (inflated !== bytes) throw corrupt(`its DC values unpack to ${inflated} bytes, expected ${bytes}`);
  kernels.call['reconstructBytes']!(stored, dc, bytes);
  return dc;
}
