import { createKernels } from '@exr/kernels';
import { describe, expect, it } from 'vitest';
import { COMPRESSIONS } from '../header/types.ts';
import { codecFor, codecs } from './index.ts';

describe('the codec registry', () => {
  it('has every compression, at the place of its number in the file', () => {
    expect(codecs.map(({ name }) => name)).toEqual(COMPRESSIONS);
    expect(codecs.map(({ id }) => id)).toEqual(codecs.map((_, i) => i));
    // OpenEXRCore 3.5, exr_compression_lines_per_chunk.
    expect(codecs.map(({ linesPerChunk }) => linesPerChunk)).toEqual([1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32, 256, 1]);
  });

  it('finds by name and by number', () => {
    expect(codecFor('pxr24')).toBe(codecFor(5));
    for (const unknown of [14, -1, 255]) {
      expect(() => codecFor(unknown)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_COMPRESSION', kind: 'unsupported' }),
      );
    }
  });

  it('none copies, and refuses another length', () => {
    const kernels = createKernels();
    const out = kernels.allocate(4);
    const shape = { xMin: 0, yMin: 0, xMax: 0, yMax: 0, channels: [], unpackedBytes: 3 };
    codecFor('none').decompress(kernels, Uint8Array.of(1, 2, 3), out, shape);
    expect([...kernels.bytes(out, 3)]).toEqual([1, 2, 3]);
    expect(() => codecFor('none').decompress(kernels, Uint8Array.of(1, 2), out, shape)).toThrow(
      /has 2 bytes, expected 3/,
    );
  });
});
