import { ExrError } from '../../errors.ts';

/** The eleven 64-bit numbers that a DWA chunk begins with (OpenEXRCore, internal_dwa_helpers.h, DataSizesSingle). Sizes in bytes. */
export interface DwaHeader {
  /** 0 classic, 1 with end-of-block symbols, 2 with the channel rules in the chunk. */
  readonly version: number;
  readonly unknownUnpacked: number;
  readonly unknownPacked: number;
  readonly acPacked: number;
  readonly dcPacked: number;
  readonly rlePacked: number;
  /** Of the run lengths, before they are undone. */
  readonly rleInflated: number;
  readonly rleUnpacked: number;
  /** 16-bit values. */
  readonly acCount: number;
  readonly dcCount: number;
  /** 0 Huffman, 1 zlib. */
  readonly acCompression: number;
}

export const DWA_HEADER_BYTES = 88;

/** Reads the numbers; those that no chunk can have (2^32 and more) and versions from the future are CORRUPT_DATA. */
export function readDwaHeader(packed: Uint8Array): DwaHeader {
  if (packed.length < DWA_HEADER_BYTES) throw corrupt(`it has ${packed.length} bytes, the header needs ${DWA_HEADER_BYTES}`);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const at = (index: number): number => {
    if (view.getUint32(index * 8 + 4, true) !== 0) throw corrupt(`number ${index} of its header is ${view.getBigUint64(index * 8, true)}`);
    return view.getUint32(index * 8, true);
  };
  const header: DwaHeader = {
    version: at(0), unknownUnpacked: at(1), unknownPacked: at(2), acPacked: at(3), dcPacked: at(4), rlePacked: at(5),
    rleInflated: at(6), rleUnpacked: at(7), acCount: at(8), dcCount: at(9), acCompression: at(10),
  };
  if (header.version > 2) throw corrupt(`its version is ${header.version}, expected 0, 1 or 2`);
  if (header.acCompression > 1) throw corrupt(`its AC compression is ${header.acCompression}, expected 0 (Huffman) or 1 (zlib)`);
  return header;
}

export function corrupt(what: string): ExrError {
  return new ExrError('CORRUPT_DATA', `DWA chunk: ${what}`);
}
