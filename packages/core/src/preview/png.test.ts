import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { encodePng } from './index.ts';

const pictures = fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })
  .chain(({ width, height }) => fc.record({ width: fc.constant(width), height: fc.constant(height), rgba: fc.uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 }) }));
const opaque = (rgba: Uint8Array) => rgba.map((value, i) => (i % 4 === 3 ? 255 : value));

describe('a PNG', () => {
  it('is read by another decoder as what was written', async () => {
    await fc.assert(
      fc.asyncProperty(pictures, fc.boolean(), async ({ width, height, rgba }, alpha) => {
        const read = PNG.sync.read(Buffer.from(await encodePng(rgba, width, height, { alpha })));
        expect([read.width, read.height, read.alpha]).toEqual([width, height, alpha]);
        expect(Buffer.compare(Buffer.from(read.data), Buffer.from(alpha ? rgba : opaque(rgba)))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it.skipIf(!existsSync('/usr/bin/oiiotool'))('and by libpng (oiiotool)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exr-png-'));
    try {
      const [width, height] = [61, 37];
      const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 2654435761) >>> 24));
      writeFileSync(join(folder, 'x.png'), await encodePng(rgba, width, height));
      execFileSync('oiiotool', [join(folder, 'x.png'), '-o', join(folder, 'x.ppm')]);
      const ppm = readFileSync(join(folder, 'x.ppm'));
      expect(Buffer.compare(ppm.subarray(ppm.length - width * height * 3), Buffer.from(rgba.filter((_, i) => i % 4 !== 3)))).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
