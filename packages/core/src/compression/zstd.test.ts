import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../errors.ts';
import { planesOf, readSimpleFile, shapeOf, unpackGuarded, type FileChunk } from './simple-file.spec-util.ts';
import { makers, seeded } from './zstd-contents.spec-util.ts';
import { decompressZstd } from './zstd.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const names = readdirSync(fixtures).filter((name) => /^zstd_(?!deep).*\.exr$/.test(name));
const builds = [['SIMD', createKernels({ simd: true })], ['scalar', createKernels({ simd: false })]] as const;

/** A chunk of two lines of three half values of one channel, and what is in it. */
const HALF = { name: 'G', pixelType: 1, xSampling: 1, ySampling: 1, pLinear: false } as const;
const small = shapeOf([HALF], [0, 0, 2, 1]);

/** An OpenEXR 3.5 chunk around a frame; by default format 2 without delta. */
function chunkOf(frame: Uint8Array, format = 2, flags = 0, length = frame.length): Uint8Array {
  const packed = new Uint8Array(24 + frame.length);
  packed.set(Buffer.from('zstd-exr'));
  const view = new DataView(packed.buffer);
  view.setUint32(8, format, true);
  view.setUint32(12, flags, true);
  view.setBigUint64(16, BigInt(length), true);
  packed.set(frame, 24);
  return packed;
}

/** A frame of one raw block without a content size: RFC 8878. */
function rawFrame(content: Uint8Array, { size = content.length } = {}): Uint8Array {
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, (size << 3) | 1, size >> 5, size >> 13, ...content);
}

const inner = (...segments: Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(segments.flatMap((segment) => [Buffer.from(BigUint64Array.of(BigInt(segment.length)).buffer), segment])));

describe.each(builds)('ZSTD, %s kernels', (_, kernels) => {
  it('has fixtures to stand on', () => expect(names.length).toBeGreaterThan(8));

  it.each(names)('%s: every plane of every level is what its generator meant', (name) => {
    const file = readSimpleFile(new URL(name, fixtures));
    const oracle = JSON.parse(readFileSync(new URL(name.replace('.exr', '.expected.json'), fixtures), 'utf8'));
    let compared = 0;
    for (const { level, channels } of oracle.parts[0].levels) {
      const planes = planesOf(file, (chunk) => unpackGuarded(kernels, decompressZstd, chunk), level.join());
      for (const [channel, expected] of Object.entries<{ sha256_f32: string; count: number }>(channels)) {
        expect(planes.get(channel)!.length).toBe(expected.count);
        expect(createHash('sha256').update(planes.get(channel)!).digest('hex'), channel).toBe(expected.sha256_f32);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  const values = Uint8Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60);
  const unpack = (packed: Uint8Array, shape = small) => [...unpackGuarded(kernels, decompressZstd, { packed, shape })];
  const plain = [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60];
  it('sorted bytes become values; with delta they add up in each line', () => {
    expect(unpack(chunkOf(rawFrame(inner(values))))).toEqual(plain);
    expect(unpack(chunkOf(rawFrame(inner(values)), 1))).toEqual(plain);
    expect(unpack(chunkOf(rawFrame(inner(values)), 2, 1))).toEqual([1, 10, 3, 30, 6, 60, 4, 40, 9, 90, 15, 150]);
  });

  it.each([
    ['format 0', chunkOf(rawFrame(inner(values)), 0), /format 0 with flags 0/],
    ['format 3', chunkOf(rawFrame(inner(values)), 3), /format 3/],
    ['a flag in format 1', chunkOf(rawFrame(inner(values)), 1, 1), /format 1 with flags 1/],
    ['a flag that nobody knows', chunkOf(rawFrame(inner(values)), 2, 2), /format 2 with flags 2/],
    ['a length that is one off', chunkOf(rawFrame(inner(values)), 2, 0, 30), /frame of 30 bytes, expected 29/],
    ['another magic', Uint8Array.from(chunkOf(rawFrame(inner(values))), (byte, i) => (i === 3 ? 0 : byte)), /does not begin with/],
    ['23 bytes', chunkOf(rawFrame(inner(values))).slice(0, 23), /23 bytes, expected at least 24/],
    ['a segment that is too short', chunkOf(rawFrame(inner(values.slice(0, 10)))), /unpacks to 18 bytes, expected 20/],
    ['a segment that says so', chunkOf(rawFrame(Uint8Array.from(inner(values), (byte, i) => (i === 0 ? 10 : byte)))), /segment of 10 bytes, expected 12/],
    ['bytes behind the last segment', chunkOf(rawFrame(Uint8Array.of(...inner(values), 0))), /holds more bytes than that/],
    ['a second frame', chunkOf(Uint8Array.of(...rawFrame(inner(values)), ...rawFrame(inner(values)))), /followed by other bytes/],
    ['a block of the reserved kind', chunkOf(Uint8Array.from(rawFrame(inner(values)), (byte, i) => (i === 6 ? byte | 6 : byte))), /is broken/],
    ['a block that ends behind the chunk', chunkOf(rawFrame(inner(values), { size: 200 })), /ends too early/],
    // 2^62 bytes of content, in a window of 2^31: nothing of it is taken.
    ['a claim of 2^62 bytes', chunkOf(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xc0, 21 << 3, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0)), /holds more bytes than that/],
    ['a repeated byte without end', chunkOf(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 3, 0, 0x10, 0)), /holds more bytes than that/],
    ['a dictionary', chunkOf(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1, 0, 7, 1, 0, 0)), /asks for a dictionary/],
  ])('refuses %s', (__, packed, message) => {
    const before = kernels.held;
    expect(() => unpack(packed)).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA', message: expect.stringMatching(message) }));
    expect(kernels.held).toBe(before);
  });

  it('a line without a half value has one segment, and none at all where nothing is', () => {
    const chroma = { ...HALF, name: 'BY', xSampling: 2, ySampling: 2 };
    const float = { ...HALF, name: 'Z', pixelType: 2 } as const;
    const odd = shapeOf([chroma, float], [0, 1, 1, 1]);
    expect(unpack(chunkOf(rawFrame(inner(Uint8Array.of(1, 5, 2, 6, 3, 7, 4, 8)))), odd)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(unpack(chunkOf(rawFrame(new Uint8Array(0))), shapeOf([chroma], [0, 1, 1, 1]))).toEqual([]);
  });

  it('channels that nobody wants are zero, the others the same', () => {
    const { shape, packed } = framed('zstd_mixed_types.exr')[0]!;
    const all = unpackGuarded(kernels, decompressZstd, { shape, packed });
    shape.channels.forEach((__, only) => {
      const some = unpackGuarded(kernels, decompressZstd, { packed, shape: { ...shape, wanted: shape.channels.map((___, i) => i === only) } });
      let at = 0;
      shape.channels.forEach(({ width, bytesPerValue }, i) => {
        const row = some.subarray(at, (at += width * bytesPerValue));
        if (i === only) expect(Buffer.from(row).equals(Buffer.from(all.subarray(at - row.length, at)))).toBe(true);
        else expect(row.every((byte) => byte === 0)).toBe(true);
      });
    });
  });

  it('deep lines: samples, not pixels, make the runs', () => {
    const shape = { ...shapeOf([HALF, { ...HALF, name: 'Z', pixelType: 2 }], [0, 0, 1, 1]), samples: [2, 1], unpackedBytes: 18 };
    const halves = Uint8Array.of(1, 3, 5, 2, 4, 6);
    const floats = Uint8Array.of(11, 21, 31, 12, 22, 32, 13, 23, 33, 14, 24, 34);
    expect(unpack(chunkOf(rawFrame(inner(halves, floats))), shape)).toEqual([1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24, 5, 6, 31, 32, 33, 34]);
  });

  it('a damaged chunk is an ExrError or some output, never written outside it', () => {
    const whole = names.flatMap((name) => framed(name).slice(0, 3));
    let errors = 0;
    const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true }), fc.nat(255)), { maxLength: 5 });
    fc.assert(fc.property(fc.nat(whole.length - 1), edits, fc.boolean(), fc.double({ min: 0, max: 1 }), (index, changes, cut, keep) => {
      const { shape, packed: good } = whole[index]!;
      const packed = good.slice(0, cut ? Math.floor(keep * good.length) : good.length);
      for (const [at, value] of changes) if (packed.length > 24) packed[24 + Math.floor(at * (packed.length - 24))] = value;
      const before = kernels.mark();
      try {
        unpackGuarded(kernels, decompressZstd, { packed, shape });
      } catch (error) {
        errors++;
        expect(isExrError(error, 'CORRUPT_DATA'), String(error)).toBe(true);
      }
      expect(kernels.mark()).toBe(before);
    }), { numRuns: 600 });
    expect(errors).toBeGreaterThan(100);
  });
});

/** The chunks of a fixture that are not stored plain. */
function framed(name: string): FileChunk[] {
  return readSimpleFile(new URL(name, fixtures)).chunks.filter(({ packed, shape }) => packed.length !== shape.unpackedBytes);
}

interface Frame {
  readonly kind: string;
  readonly size: number;
  readonly level: number;
  readonly checksum: boolean;
  readonly frame: string;
}
const frames: Frame[] = JSON.parse(readFileSync(new URL('testdata/zstd-frames.json', import.meta.url), 'utf8'));

/** What Node's own zstd makes of many more (22.15 and later). */
const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (data: Uint8Array, options: { params: Record<number, number> }) => Buffer };
const constants = zlib.constants as unknown as Record<string, number>;
function* more(): Generator<Frame> {
  for (const kind of Object.keys(makers)) {
    for (const size of [5, 63, 640, 2049, 66000, 300000]) {
      for (const [level, checksum] of [[1, true], [5, false], [12, true], [20, false]] as const) {
        const params = { [constants['ZSTD_c_compressionLevel']!]: level, [constants['ZSTD_c_checksumFlag']!]: checksum ? 1 : 0 };
        yield { kind, size, level, checksum, frame: zstdCompressSync!(makers[kind]!(size, seeded(size)), { params }).toString('base64') };
      }
    }
  }
}

describe.each(builds)('zstd frames, %s kernels', (_, kernels) => {
  const check = ({ kind, size, level, checksum, frame }: Frame): void => {
    const packed = Buffer.from(frame, 'base64');
    const data = makers[kind]!(size, seeded(size));
    const mark = kernels.mark();
    const from = kernels.allocate(packed.length + 64) + 64;
    kernels.bytes(from, packed.length).set(packed);
    const to = kernels.allocate(size);
    const what = `${size} bytes at level ${level}`;
    expect(kernels.call['zstdFrame']!(from, packed.length, to, size), what).toBe(size);
    expect(Buffer.from(kernels.bytes(to, size)).equals(Buffer.from(data)), what).toBe(true);
    expect(kernels.call['zstdFrame']!(from, packed.length, to, size - 1), what).toBe(-2);
    if (checksum) {
      kernels.bytes(from + packed.length - 2, 1)[0]! ^= 1;
      expect(kernels.call['zstdFrame']!(from, packed.length, to, size), what).toBe(-4);
    }
    kernels.release(mark);
  };
  it.each(Object.keys(makers))('%s: what zstd compressed comes back', (kind) => {
    const mine = frames.filter((frame) => frame.kind === kind);
    expect(mine.length).toBeGreaterThan(5);
    mine.forEach(check);
  });
  it.skipIf(!zstdCompressSync)('and what Node compresses', () => {
    for (const frame of more()) check(frame);
  });
});
