/** What a sentence about frames is taken to mean, and what a view layer of any name is. */
import { expect, it } from 'vitest';
import { embedChannels, embedDescription, embedMetadata, explain } from './index.ts';
import type { EmbeddableChannel, EmbeddableReport } from './features.ts';

const vocabulary = { software: ['Krita', 'FFmpeg', 'Rust exr', 'OpenImageIO 2.4.7.1'], channels: ['R', 'ViewLayer.DiffCol.R', 'N.X', 'house_pass.R'] };

it.each([
  ['mipmap', ['mipmap']],
  ['mip-mapped textures', ['mipmap', 'tiled']],
  ['ripmap in AP0', ['ripmap', 'colour space AP0']],
  ['latlong', ['environment map, latlong']],
  ['cube map', ['environment map, cube']],
  ['rec2020', ['colour space rec2020']],
  ['P3', ['colour space P3']],
  ['ACEScg at 4K', ['resolution 4K', 'colour space ACEScg']],
  ['luminance-chroma', ['luminance and chroma', 'AOV Y', 'AOV RY', 'AOV BY']],
  ['gray', ['gray', 'AOV Y']],
  ['Krita 5.1', ['software Krita 5.1']],
  ['ffmpeg', ['software FFmpeg']],
  ['rust exr with N', ['software Rust exr', 'AOV N (normal)']],
  ['house_pass', ['AOV house_pass']],
  ['zstd', ['codec zstd']],
  ['Zstandard frames', ['codec zstd']],
  ['lj2k', ['codec lj2k']],
  ['lossy JPEG 2000', ['codec lj2k']],
])('%s', (text, understood) => {
  const asked = embedDescription(text, vocabulary);
  expect([...asked.understood].sort()).toEqual([...understood].sort());
  expect(asked.unknown).toEqual([]);
});

it('says what it did not understand, and is empty when that is all', () => {
  expect(embedDescription('foobar in DWAA', vocabulary)).toMatchObject({ understood: ['codec dwaa'], unknown: ['foobar'], empty: false });
  expect(embedDescription('foobar quux', vocabulary)).toMatchObject({ understood: [], unknown: ['foobar', 'quux'], empty: true });
  // Nobody knows which layers there are: any word may be one.
  expect(embedDescription('foobar').unknown).toEqual([]);
});

const channelOf = (layer: string, component: string): EmbeddableChannel => ({ name: layer === '' ? component : `${layer}.${component}`, layer, component, view: null, type: 'half', x_sampling: 1, y_sampling: 1, p_linear: false, part_index: 0 });
const box = { x_min: 0, y_min: 0, x_max: 1919, y_max: 1079 };
const REQUIRED = ['channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder', 'pixelAspectRatio', 'screenWindowCenter', 'screenWindowWidth'];
function report(channels: EmbeddableChannel[], { order = REQUIRED, parts = [{ name: null as string | null, view: null as string | null }] } = {}): EmbeddableReport {
  return {
    channels,
    parts: parts.map(({ name, view }) => ({
      name, view, type: 'scanlineimage' as const, data_window: box, display_window: box, pixel_aspect_ratio: 1, line_order: 'increasing_y', compression: 'zip', tile_width: null, tile_height: null, level_mode: null, rounding_mode: null,
      is_deep: false, color_space: null, software: 'Blender', attributes: order.map((attribute) => ({ name: attribute, type: 'x', size: 4, value: null })),
    })),
  };
}
const blender = (viewLayer: string) => report(['Combined', 'AO', 'DiffCol', 'Normal'].flatMap((pass) => ['R', 'G', 'B'].map((component) => channelOf(`${viewLayer}.${pass}`, component))));

it('takes the pass for the layer, whatever the view layer is called', () => {
  for (const name of ['beauty', 'fg', 'Mein Layer']) {
    expect(embedMetadata(blender(name))).toEqual(embedMetadata(blender('ViewLayer')));
    expect(embedChannels(blender(name))).toEqual(embedChannels(blender('ViewLayer')));
  }
  // Lights are no view layers: key.diffuse and fill.diffuse stay two.
  const lights = report(['key', 'fill'].flatMap((light) => ['R', 'G', 'B'].map((component) => channelOf(`${light}.diffuse`, component))));
  expect(embedChannels(lights)).not.toEqual(embedChannels(report(['R', 'G', 'B'].map((component) => channelOf('diffuse', component)))));
});

it('tells files apart by the order of attributes and by pLinear', () => {
  const plain = ['R', 'G', 'B'].map((component) => channelOf('', component));
  const [a, b] = [report(plain), report(plain, { order: [...REQUIRED].reverse() })];
  expect(embedMetadata(a)).not.toEqual(embedMetadata(b));
  expect(explain(a, b).apart.some(({ text }) => text === 'attributes in alphabetical order')).toBe(true);
  expect(embedMetadata(report(plain.map((channel) => ({ ...channel, p_linear: true }))))).not.toEqual(embedMetadata(a));
});

it('knows layers that only part names say', () => {
  const parts = [{ name: 'rgba', view: null }, { name: 'diffuse', view: null }];
  const inParts = report([...['R', 'G', 'B'].map((c) => channelOf('', c)), ...['R', 'G', 'B'].map((c) => ({ ...channelOf('', c), part_index: 1 }))], { parts });
  const inNames = report([...['R', 'G', 'B'].map((c) => channelOf('', c)), ...['R', 'G', 'B'].map((c) => ({ ...channelOf('diffuse', c), part_index: 1 }))], { parts });
  expect(embedMetadata(inParts)).toEqual(embedMetadata(inNames));
  expect(embedChannels(inParts)).toEqual(embedChannels(inNames));
});
