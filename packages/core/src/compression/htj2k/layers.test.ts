import { createKernels } from '@exr/kernels';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../../errors.ts';
import { decompressHtj2k } from '../htj2k.ts';
import { unpackGuarded } from '../simple-file.spec-util.ts';
import { blocks, chunkOf, streamChunk, streams, type Block } from './openjph.spec-util.ts';

/** Bits of packet headers, with a 0 stuffed after each byte 0xff. */
class BitWriter {
  readonly bytes: number[] = [];
  #byte = 0;
  #room = 8;
  put(value: number, bits: number): this {
    for (let i = bits - 1; i >= 0; i--) {
      this.#byte = this.#byte * 2 + (Math.floor(value / 2 ** i) & 1);
      if (--this.#room === 0) this.flush();
    }
    return this;
  }
  flush(): this {
    if (this.#room === 8 || (this.#room === 7 && this.bytes.at(-1) === 0xff)) return this;
    this.bytes.push(this.#byte << this.#room);
    this.#room = this.#byte << this.#room === 0xff ? 7 : 8;
    this.#byte = 0;
    return this;
  }
  /** A header must not end with 0xff. */
  end(): number[] {
    this.flush();
    if (this.bytes.at(-1) === 0xff) this.bytes.push(0);
    return this.bytes;
  }
}

const u16 = (value: number): number[] => [value >> 8, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
const log = (length: number): number => Math.max(2, Math.ceil(Math.log2(length)));

/** A contribution to the one code block: passes, and the segments' lengths with the number of passes that each holds in this packet. */
interface Part {
  readonly passes: number;
  readonly segments: readonly { readonly passes: number; readonly bytes: Uint8Array }[];
}

/** A codestream with one component, no decomposition, and one code block whose data come in layers; null is a layer without it. */
function layered(block: Block, missing: number, parts: readonly (Part | null)[]): Uint8Array {
  const packets: number[] = [];
  let included = false;
  let skipped = 0;
  let grown = false;
  parts.forEach((part, layer) => {
    const bits = new BitWriter();
    packets.push(0xff, 0x91, 0, 4, ...u16(layer));
    if (part) {
      bits.put(1, 1);
      if (included) bits.put(1, 1);
      else bits.put(1, skipped + 1).put(1, missing + 1);
      included = true;
      // 1: 0, 2: 10, 3 to 5: 11xx, from 6: 1111 xxxxx.
      if (part.passes < 3) bits.put(2 * part.passes - 2, part.passes);
      else if (part.passes < 6) bits.put(12 + part.passes - 3, 4);
      else bits.put(15, 4).put(part.passes - 6, 5);
      // Lblock grows once, by 13: lengths have 16 bits and those of the number of passes.
      bits.put(grown ? 0 : 2 ** 14 - 2, grown ? 1 : 14);
      grown = true;
      for (const { passes, bytes } of part.segments) bits.put(bytes.length, 16 + Math.floor(Math.log2(passes)));
    } else {
      bits.put(0, 1);
      skipped++;
    }
    packets.push(...bits.end(), 0xff, 0x92, ...(part?.segments.flatMap(({ bytes }) => [...bytes]) ?? []));
  });
  const [w, h] = [block.width, block.height];
  return Uint8Array.from([
    0xff, 0x4f,
    0xff, 0x51, ...u16(41), ...u16(0x4000), ...u32(w), ...u32(h), ...u32(0), ...u32(0), ...u32(w), ...u32(h), ...u32(0), ...u32(0), ...u16(1), 0x8f, 1, 1,
    0xff, 0x50, ...u16(8), ...u32(1 << 17), ...u16(0),
    0xff, 0x52, ...u16(12), 6, 0, ...u16(parts.length), 0, 0, log(w) - 2, log(h) - 2, block.causal ? 0x48 : 0x40, 1,
    0xff, 0x5c, ...u16(4), 1 << 5, block.planes << 3,
    0xff, 0x90, ...u16(10), ...u16(0), ...u32(0), 0, 1, 0xff, 0x93, ...packets,
    0xff, 0xd9,
  ]);
}
const kernels = createKernels();

/** The low 16 bits of the block's values, from the kernel that block.test.ts checks. */
function expected(block: Block): Uint16Array {
  const bytes = Buffer.from(block.bytes, 'hex');
  const mark = kernels.mark();
  const from = kernels.allocate(bytes.length);
  kernels.bytes(from, bytes.length).set(bytes);
  const stride = Math.ceil(block.width / 4) * 16;
  const to = kernels.allocate(stride * block.height);
  kernels.call['htj2kBlock']!(
    from, block.cleanup, block.refinement, block.passes, block.planes, block.missing, block.width, block.height, block.causal, to, stride, stride / 4, 0,
  );
  const values = Uint16Array.from({ length: block.width * block.height }, (_, i) =>
    kernels.view().getInt32(to + Math.floor(i / block.width) * stride + (i % block.width) * 4, true));
  kernels.release(mark);
  return values;
}

function unpack(block: Block, codestream: Uint8Array): Uint16Array {
  const chunk = chunkOf(codestream, { x: 0, y: 0, width: block.width, height: block.height, components: [[1, 1, 1]] });
  return new Uint16Array(unpackGuarded(kernels, decompressHtj2k, chunk).buffer);
}

describe('HTJ2K packets beyond OpenEXR’s', () => {
  it.each(blocks.filter(({ passes }) => passes > 1).map((block, i) => [i, block] as const))('block %i over several layers, between SOP and EPH', (_, block) => {
    const bytes = new Uint8Array(Buffer.from(block.bytes, 'hex'));
    const cleanup = bytes.subarray(0, block.cleanup);
    const refinement = bytes.subarray(block.cleanup);
    const more = block.passes - 1;
    const half = refinement.length >> 1;
    const first: Part = { passes: 1, segments: [{ passes: 1, bytes: cleanup }] };
    const cases: (Part | null)[][] = [
      [{ passes: block.passes, segments: [{ passes: 1, bytes: cleanup }, { passes: more, bytes: refinement }] }],
      [null, first, null, { passes: more, segments: [{ passes: more, bytes: refinement }] }],
    ];
    if (more === 2) cases.push([first, { passes: 1, segments: [{ passes: 1, bytes: refinement.subarray(0, half) }] }, { passes: 1, segments: [{ passes: 1, bytes: refinement.subarray(half) }] }]);
    for (const parts of cases) {
        expect(unpack(block, layered(block, block.missing, parts))).toEqual(expected(block));
    }
  });

  it('placeholder passes stand for missing planes', () => {
    const block = blocks.find(({ passes, missing }) => passes === 3 && missing >= 2)!;
    const bytes = new Uint8Array(Buffer.from(block.bytes, 'hex'));
    const parts = [{
      passes: 9, segments: [{ passes: 7, bytes: bytes.subarray(0, block.cleanup) }, { passes: 2, bytes: bytes.subarray(block.cleanup) }],
    }];
    expect(unpack(block, layered(block, block.missing - 2, parts))).toEqual(expected(block));
  });

  it('a later set of passes takes the place of the one before', () => {
    const block = blocks.find(({ passes, missing }) => passes === 3 && missing >= 1)!;
    const bytes = new Uint8Array(Buffer.from(block.bytes, 'hex'));
    const set = [{ passes: 1, bytes: bytes.subarray(0, block.cleanup) }, { passes: 2, bytes: bytes.subarray(block.cleanup) }];
    const junk = [{ passes: 1, bytes: Uint8Array.from([1, 2, 3, 4]) }];
    const parts = [{ passes: 1, segments: junk }, { passes: 5, segments: [{ passes: 2, bytes: Uint8Array.from([9, 9]) }, ...set] }];
    expect(unpack(block, layered(block, block.missing - 1, parts))).toEqual(expected(block));
  });

  it('a block that is included without bytes is zero', () => {
    const block = blocks[0]!;
    const parts = [{ passes: 1, segments: [{ passes: 1, bytes: new Uint8Array(0) }] }];
    expect(unpack(block, layered(block, block.missing, parts)).every((value) => value === 0)).toBe(true);
  });
});

describe('HTJ2K refusals', () => {
  const stream = streams.find(({ name }) => name === 'half, smooth')!;
  const changed = (marker: number, offset: number, value: number): string => {
    const { packed, shape } = streamChunk(stream);
    const at = packed.findIndex((byte, i) => byte === 0xff && packed[i + 1] === marker);
    packed[at + offset] = value;
    try {
      unpackGuarded(kernels, decompressHtj2k, { packed, shape });
    } catch (error) {
      expect(isExrError(error)).toBe(true);
      return `${(error as { code: string }).code} ${(error as Error).message}`;
    }
    return 'no error';
  };

  it.each([
    ['Part 1 block coding', 0x52, 12, 0x00, /^UNSUPPORTED_FEATURE .*without High Throughput/],
    ['mixed block coding', 0x52, 12, 0xc0, /^UNSUPPORTED_FEATURE .*mixture/],
    ['the 9/7 wavelet', 0x52, 13, 0, /^UNSUPPORTED_FEATURE .*9\/7/],
    ['quantization', 0x5c, 4, 0x21, /^UNSUPPORTED_FEATURE .*quantization/],
    ['a point transformation by table', 0x76, 7, 2, /^UNSUPPORTED_FEATURE .*NLT/],
    ['a marker nobody knows', 0x76, 1, 0x0a, /^CORRUPT_DATA .*marker 0xff0a/],
    ['a colour transform of one component', 0x52, 8, 1, /^CORRUPT_DATA .*colour transform/],
    ['another width', 0x51, 17, 1, /^CORRUPT_DATA .*40 × 23 values, expected 41 × 23/],
    ['another sample size', 0x51, 40, 0x9f, /^CORRUPT_DATA .*32 bits, expected 16/],
    ['code blocks of 8192 samples', 0x52, 10, 8, /^CORRUPT_DATA .*at most 4096/],
    ['a tile that is not there', 0x90, 5, 1, /^CORRUPT_DATA .*tile 1 of 1/],
    ['a tile-part longer than the chunk', 0x90, 6, 1, /^CORRUPT_DATA .*bytes/],
  ])('%s', (_, marker, offset, value, message) => expect(changed(marker, offset, value)).toMatch(message));

  it('says what of the chunk’s own header is wrong', () => {
    const { packed, shape } = streamChunk(stream);
    const edited = (at: number, value: number): Uint8Array => Uint8Array.from(packed, (byte, i) => (i === at ? value : byte));
    const message = (bytes: Uint8Array): string => {
      try {
        unpackGuarded(kernels, decompressHtj2k, { packed: bytes, shape });
      } catch (error) {
        return (error as Error).message;
      }
      return 'no error';
    };
    expect(message(edited(0, 0x49))).toBe("HTJ2K: chunk begins with 0x4954, expected 0x4854 ('HT')");
    expect(message(edited(2, 0x7f))).toMatch(/the channel map .* needs 2130706436 bytes/);
    expect(message(edited(7, 2))).toBe('HTJ2K: channel map has 2 entries, expected 1');
    expect(message(edited(9, 1))).toBe('HTJ2K: component 0 maps to channel 1, expected another one below 1');
    expect(message(packed.subarray(0, 9))).toMatch(/needs 4 bytes, 3 are left/);
    expect(message(packed.subarray(0, 10))).toMatch(/data ends/);
  });
});
