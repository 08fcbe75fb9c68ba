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
      const report = inspect(shot(name));
      const header = view.header();
      await header.waitFor();
      await view.picture();
      const text = (await header.innerText()).replace(/\s+/g, ' ');
      for (const part of report.parts) {
        if (report.parts.length > 1 && part.name) expect(text).toContain(part.name);
        expect(text).toContain(part.compression);
      }
      const first = report.parts[0]!;
      for (const { name: attribute } of first.attributes) if (!UNSAID.has(attribute)) expect(text, `attribute ${attribute}`).toContain(attribute);
      expect(await bench().notifications()).toEqual([]);
      await bench().screenshot(`header-${kind}`);
    });
  }
});

/** What the header's summary says in other words. */
const UNSAID = new Set(['channels', 'chunkCount', 'name', 'type']);
