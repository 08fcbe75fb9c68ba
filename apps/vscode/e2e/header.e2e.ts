/** Bar 1: the header of every kind of file, each with a screenshot. */
import { describe, expect, test } from 'vitest';
import { ExrView } from './exr-view.ts';
import { inspect, shot, useWorkbench } from './suite.ts';

const KINDS = {
  single: 'fixtures/scan_half_rgba_zip.exr', multipart: 'fixtures/multipart_3.exr', 'tiled-mip': 'fixtures/mip_zip.exr', ripmap: 'fixtures/rip_zip.exr', deep: 'fixtures/deep_scan_zips.exr', 'deep-tiled': 'fixtures/deep_tile_zips.exr',
  'flat-and-deep': 'fixtures/multipart_flat_deep.exr', subsampled: 'fixtures/yc_piz.exr', stereo: 'fixtures/multiview_stereo.exr', '24-layers': 'large/24-layers.exr', cryptomatte: 'large/cryptomatte.exr', htj2k: 'fixtures/scan_half_rgba_htj2k256.exr',
  'every-attribute-type': 'fixtures/attributes_all.exr', 'long-names': 'fixtures/long_names.exr', 'id-manifest': 'fixtures/idmanifest.exr', 'one-pixel': 'fixtures/size_1x1_zip.exr', 'upper-case': 'fixtures/UPPER.EXR', stereo_sxr: 'fixtures/stereo.sxr',
};

describe('the header', () => {
  const bench = useWorkbench();
  for (const [kind, name] of Object.entries(KINDS)) {
    test(kind, async () => {
      const view = await ExrView.open(bench(), shot(name));
      await view.picture();
      await bench().screenshot(`header-${kind}`);
      const { parts } = inspect(shot(name));
      for (const [index, part] of parts.entries()) {
        const label = parts.length > 1 ? `Part ${index}${part.name ? ` ${part.name}` : ''}` : 'Part';
        expect((await view.find(parts.length > 1 ? label : part.compression)).some((row) => row.trim().startsWith(label)), label).toBe(true);
      }
      for (const attribute of parts[0]!.attributes) {
        const found = await view.find(attribute.name);
        expect(found.some((row) => row.replace(/\s+/g, ' ').trim().startsWith(attribute.name)), `attribute ${attribute.name}: ${found.join(' | ')}`).toBe(true);
      }
      await view.find('');
      expect(await bench().notifications()).toEqual([]);
    });
  }
});
