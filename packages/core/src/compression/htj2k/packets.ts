/** Packets (ITU-T T.800, B.9 and B.10; T.814, Annex B): which code blocks have data in them, how much, and where. */
import { CodeBlock } from './code-block.ts';
import type { TileData } from './codestream.ts';
import { corrupt, unsupported } from './errors.ts';
import type { BlockGrid, Precinct } from './geometry.ts';
import type { PacketStyle } from './parameters.ts';
import { packetOrder } from './progression.ts';
import { TagTree, type BitSource } from './tag-tree.ts';

/** More bit planes than any subband has. */
const NO_PLANES = 64;
const SOP_BYTES = 6;
/** Code blocks of a tile, most of which a few bits can leave out: each takes about 24 bytes all the same. Blocks of 64 × 64 make 2.8 billion values of it. */
const MOST_BLOCKS = 700_000;

/** Reads all packets of a tile into the grids of `precincts`. */
export function readPackets(bytes: Uint8Array, tile: TileData, precincts: readonly Precinct[], style: PacketStyle): void {
  // A packet takes a byte at least: what cannot be there need not be looked for.
  const room = tile.ranges.reduce((sum, range) => sum + range.end - range.start, 0);
  const wanted = precincts.length * style.layers;
  if (wanted > room) throw corrupt(`tile has ${room} bytes for ${wanted} packets`);
  const reader = new PacketReader(bytes, tile.ranges, style);
  for (const [precinct, layer] of packetOrder(precincts, style.progression, style.layers)) reader.read(precinct, layer);
}

class PacketReader implements BitSource {
  private range = -1;
  private at = 0;
  private end = 0;
  /** The bits of a header: the byte being read, and how many of its bits are left. */
  private byte = 0;
  private bits = 0;
  private known = 0;

  constructor(readonly bytes: Uint8Array, readonly ranges: readonly { start: number; end: number }[], readonly style: PacketStyle) {}

  read(precinct: Precinct, layer: number): void {
    // Packets do not go over the end of a tile-part.
    while (this.at >= this.end) {
      const range = this.ranges[++this.range];
      if (!range) throw corrupt(`packets end before resolution ${precinct.resolution} of component ${precinct.component}, layer ${layer}`);
      this.at = range.start;
      this.end = range.end;
    }
    if (this.style.mayHaveSop && this.hasMarker(0x91)) this.at += SOP_BYTES;
    this.byte = 0;
    this.bits = 0;
    // Blocks of this packet, and the bytes that it has for them.
    const blocks: CodeBlock[] = [];
    const lengths: number[] = [];
    if (this.bit() === 1) for (const grid of precinct.grids) this.readGrid(grid, layer, blocks, lengths);
    // A last byte 0xff is followed by a stuffed one.
    if (this.byte === 0xff) this.at++;
    if (this.style.hasEph) {
      if (!this.hasMarker(0x92)) throw corrupt(`no EPH behind the packet header at byte ${this.at}`);
      this.at += 2;
    }
    for (let i = 0; i < blocks.length; i++) {
      const length = lengths[i]!;
      if (length > this.end - this.at) throw corrupt(`code block at byte ${this.at} has ${length} bytes, ${this.end - this.at} are left`);
      const block = blocks[i]!;
      block.append(this.at + block.replaced, length - block.replaced);
      this.at += length;
    }
  }

  private hasMarker(low: number): boolean {
    return this.at + 2 <= this.end && this.bytes[this.at] === 0xff && this.bytes[this.at + 1] === low;
  }

  bit(): number {
    if (this.bits === 0) {
      if (this.at >= this.end) throw corrupt(`packet header goes on behind the tile-part's end at byte ${this.end}`);
      // After 0xff the top bit is stuffed.
      this.bits = this.byte === 0xff ? 7 : 8;
      this.byte = this.bytes[this.at++]!;
    }
    return (this.byte >> --this.bits) & 1;
  }

  private number(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) value = value * 2 + this.bit();
    return value;
  }

  private readGrid(grid: BlockGrid, layer: number, blocks: CodeBlock[], lengths: number[]): void {
    const { columns, rows } = grid;
    if (columns === 0) return;
    grid.coded ??= this.newBlocks(columns, rows);
    const { blocks: known } = grid.coded;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const place = row * columns + column;
        let block = known[place];
        if (block) {
          if (this.bit() === 0) continue;
        } else {
          if (grid.coded.inclusion.read(column, row, layer + 1, this) > layer) continue;
          block = new CodeBlock();
          block.missing = grid.coded.zeroPlanes.read(column, row, NO_PLANES, this);
          if (block.missing === NO_PLANES) throw corrupt(`code block with ${NO_PLANES} or more bit planes missing`);
          known[place] = block;
          grid.coded.count++;
        }
        blocks.push(block);
        lengths.push(this.readContribution(block));
      }
    }
  }

  private newBlocks(columns: number, rows: number): NonNullable<BlockGrid['coded']> {
    this.known += columns * rows;
    if (this.known > MOST_BLOCKS) throw unsupported(`a tile of more than ${MOST_BLOCKS} code blocks`);
    return { inclusion: new TagTree(columns, rows), zeroPlanes: new TagTree(columns, rows), blocks: new Array<undefined>(columns * rows).fill(undefined), count: 0 };
  }

  /** Number of passes and lengths of their segments; returns the bytes of all of them. */
  private readContribution(block: CodeBlock): number {
    let passes = this.passes();
    while (this.bit() === 1) block.lengthBits++;
    if (block.lengthBits > 32) throw corrupt(`code block lengths of ${block.lengthBits} bits`);
    let placeholders = 0;
    if (block.passes === 0) {
      // Sets of three passes before the first real one are placeholders: they have no bytes, and stand for missing planes.
      placeholders = Math.floor((passes - 1) / 3);
      block.missing += placeholders;
      passes -= 3 * placeholders;
    }
    let total = 0;
    block.replaced = 0;
    while (passes > 0) {
      if (block.passes === 3) {
        block.restart();
        block.replaced = total;
      }
      // A cleanup pass is a segment of its own, the two refinement passes are one together.
      const inSegment = block.passes === 0 ? 1 : Math.min(passes, 3 - block.passes);
      const length = this.number(block.lengthBits + Math.floor(Math.log2(inSegment + 3 * placeholders)));
      placeholders = 0;
      if (block.passes === 0) block.cleanup = length;
      else block.refinement += length;
      block.passes += inSegment;
      passes -= inSegment;
      total += length;
    }
    return total;
  }

  /** Table B.4 of T.800: 0 → 1; 10 → 2; 11xx → 3 to 5; 1111 xxxxx → 6 to 36; 1111 11111 xxxxxxx → 37 to 164. */
  private passes(): number {
    if (this.bit() === 0) return 1;
    if (this.bit() === 0) return 2;
    let more = this.number(2);
    if (more < 3) return 3 + more;
    more = this.number(5);
    return more < 31 ? 6 + more : 37 + this.number(7);
  }
}
