/** What stands before the codestream in an HTJ2K or LJ2K chunk, all big-endian: 'HT' or 'HL', the payload's length, and in it the channel map. */
import { corrupt } from './errors.ts';
import { BigEndianReader } from './reader.ts';

const MAGIC = 0x4854;
/** LJ2K from OpenEXR 3.5.2 on; 3.5.0 and 3.5.1 wrote the other one there too. */
const LOSSY_MAGIC = 0x484c;

export interface ChunkHeader {
  /** 'HL': a lossy component's curve is in the codestream. */
  readonly hasCurves: boolean;
  /** For each component of the codestream the index of the channel that it holds: a permutation. */
  readonly channelOf: readonly number[];
  /** Where the codestream begins, in bytes. */
  readonly codestream: number;
}

/** Reads the header of a chunk with `channels` channels; `lossy`: of LJ2K. OpenEXRCore, internal_ht_common.cpp ("Structure of the HTJ2K chunk"). */
export function readChunkHeader(packed: Uint8Array, channels: number, lossy: boolean): ChunkHeader {
  const reader = new BigEndianReader(packed, 0, packed.length);
  const magic = reader.u16();
  if (magic !== MAGIC && !(lossy && magic === LOSSY_MAGIC)) {
    throw corrupt(`chunk begins with 0x${magic.toString(16)}, expected 0x4854 ('HT')${lossy ? " or 0x484c ('HL')" : ''}`);
  }
  const length = reader.u32();
  const payload = reader.take(length, 'the channel map');
  const count = payload.u16();
  if (count !== channels) throw corrupt(`channel map has ${count} entries, expected ${channels}`);
  const channelOf: number[] = [];
  const seen = new Set<number>();
  for (let component = 0; component < count; component++) {
    const channel = payload.u16();
    if (channel >= channels || seen.has(channel)) throw corrupt(`component ${component} maps to channel ${channel}, expected another one below ${channels}`);
    seen.add(channel);
    channelOf.push(channel);
  }
  // Bytes behind the map are reserved: "any number of opaque bytes".
  return { hasCurves: magic === LOSSY_MAGIC, channelOf, codestream: reader.position };
}
