import { expect, it } from 'vitest';
import { layerOfPart } from './index.ts';

// Nuke's, OpenImageIO's and Blender 5's names of parts.
it.each([
  ['diffuse', null, 'diffuse'], ['rgba', null, null], ['rgb', null, null], ['main', null, null], ['subimage00', null, null], ['Part 2', null, null], ['layer_1', null, null], [null, null, null],
  ['left', 'left', null], ['ViewLayer.Combined-left', 'left', 'ViewLayer.Combined'], ['diffuse.wit.ness', 'wit.ness', 'diffuse'], ['rgba_right', 'right', null], ['depth', 'right', 'depth'], ['cleft', 'left', 'cleft'],
] as const)('%s of view %s: %s', (name, view, layer) => expect(layerOfPart({ name, view })).toBe(layer));
