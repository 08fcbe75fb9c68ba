import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { isExrError } from '../errors.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { ATTRIBUTE_TYPES, decodeIdManifest, openExr, valueOf, type Inflate, type PackedIdManifest } from './index.ts';

const inflate: Inflate = (packed) => inflateSync(packed);
const { parts } = await openExr(memorySource(readFileSync(join(import.meta.dirname, '../../../../test-fixtures/idmanifest.exr'))));
const manifest = valueOf(parts[0]!.attribute('idManifest'), 'idmanifest')!;
const plain = inflateSync(manifest.packed);

describe('decodeIdManifest', () => {
  it('has what exrmanifest of OpenEXR 3.4.16 prints', () => {
    const [group, ...others] = decodeIdManifest(manifest, inflate);
    expect(others).toEqual([]);
    expect(group).toMatchObject({ channels: ['id'], components: ['name', 'material'], lifetime: 'stable', hashScheme: 'none', encodingScheme: 'id' });
    const entries = [...group!.entries];
    expect(entries.slice(0, 3)).toEqual([[1n, ['obj0', 'wood']], [8n, ['obj1', 'metal']], [15n, ['obj2', 'wood']]]);
    entries.forEach(([id, text], i) => expect([id, ...text]).toEqual([BigInt(1 + 7 * i), `obj${i}`, i % 2 === 0 ? 'wood' : 'metal']));
    expect(entries.length).toBeGreaterThan(30);
  });

  it('knows the size that a 32-bit program wrote', () => {
    const type = ATTRIBUTE_TYPES.get('idmanifest')!;
    const narrow = Buffer.concat([Buffer.from([plain.length & 255, plain.length >> 8, 0, 0]), manifest.packed]);
    const value = type.read(narrow) as PackedIdManifest;
    expect(value).toMatchObject({ uncompressedSize: plain.length, sizeBytes: 4 });
    expect(decodeIdManifest(value, inflate)).toEqual(decodeIdManifest(manifest, inflate));
    expect(Buffer.from(type.write(value)).equals(narrow)).toBe(true);
  });

  it('refuses more than the limit before it inflates', () => {
    const never: Inflate = () => expect.fail('inflated');
    expect(() => decodeIdManifest({ ...manifest, uncompressedSize: 2 ** 30 }, never, DEFAULT_LIMITS)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('a manifest that is cut or changed anywhere is decoded or refused, quickly', () => {
    const decode = (content: Uint8Array) => {
      try {
        decodeIdManifest({ uncompressedSize: content.length, sizeBytes: 8, packed: deflateSync(content) }, inflate);
      } catch (error) {
        if (!isExrError(error)) throw error;
        expect(['CORRUPT_DATA', 'UNSUPPORTED_FEATURE']).toContain(error.code);
      }
    };
    for (let length = 0; length < plain.length; length += 3) decode(plain.subarray(0, length));
    fc.assert(
      fc.property(fc.nat(plain.length - 4), fc.uint8Array({ minLength: 1, maxLength: 4 }), (at, noise) => {
        const content = Buffer.from(plain);
        content.set(noise, at);
        decode(content);
      }),
      { numRuns: 200 },
    );
  });
});
