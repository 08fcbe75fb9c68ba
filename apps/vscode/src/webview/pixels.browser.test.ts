// Bar 3: pixels on the screen against what oiiotool made of the same files with the same transform, and against core's own previews.
import { memorySource, openExr, type PreviewOptions, renderPreview } from '@exr/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { LayerInfo } from '../shared/protocol.ts';
import { DEFAULT_VIEW, type ViewState } from '../shared/view-state.ts';
import { bytesOf, closeAll, decodePng, difference, show, type Shown, until } from './view.spec-util.ts';

interface Golden { readonly name: string; readonly file: string; readonly options: PreviewOptions }
const goldens = (JSON.parse(new TextDecoder().decode(await bytesOf('preview/goldens.json'))) as Golden[])
  .filter(({ options }) => options.size === undefined && options.window === undefined && options.alpha === undefined);

afterEach(closeAll);

const BARE: Partial<ViewState> = { panel: 'none', windows: false, inspector: false, zoom: 1, marks: { ...DEFAULT_VIEW.marks, nonfinite: false, missing: false } };

async function shownAs(file: string, options: PreviewOptions): Promise<Shown> {
  const shown = await show(file, { state: BARE });
  const { opened } = shown.session.store.value;
  const fits = (layer: LayerInfo): boolean => (options.part === undefined || layer.part === options.part) && (options.layer === undefined || layer.layer === options.layer)
    && (options.view === undefined || layer.view === options.view) && (options.channel === undefined || layer.channels.includes(options.channel));
  const anything = options.part === undefined && options.layer === undefined && options.view === undefined && options.channel === undefined;
  const layer = anything ? opened!.firstLayer : opened!.layers.find(fits)!.id;
  shown.session.setView({
    layer, channel: options.channel ?? null, level: options.level ?? { x: 0, y: 0 }, exposure: options.exposure ?? 0, toneMap: options.tone ?? 'none',
    normalise: options.normalize === undefined ? 'auto' : options.normalize ? 'linear' : 'off',
  });
  return shown;
}

describe('an exported picture is what oiiotool makes', () => {
  it('of nearly every kind of storage', () => expect(goldens.length).toBeGreaterThan(17));

  it.each(goldens)('$name', async ({ name, file, options }) => {
    const { viewer } = await shownAs(file, options);
    const theirs = await decodePng(await bytesOf(`preview/${name}.png`));
    const ours = await decodePng(await viewer.capture('image'));
    expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
    const { mean, max } = difference(ours.data, theirs.data);
    console.info(`${name}: mean difference ${mean.toFixed(4)} of 255, largest ${max}`);
    expect(mean).toBeLessThan(0.2);
    expect(max).toBeLessThanOrEqual(1);
  });
});

describe('the canvas itself is what oiiotool makes', () => {
  it.each(goldens.filter(({ options }) => options.level === undefined && options.part === undefined))('$name', async ({ name, file, options }) => {
    const { viewer, session } = await shownAs(file, options);
    const theirs = await decodePng(await bytesOf(`preview/${name}.png`));
    await until('every pixel', () => session.store.value.picture.drawn?.what === 'full');
    const screen = await decodePng(await viewer.capture('view'));
    const { parts, layers } = session.store.value.opened!;
    const part = parts[layers.find(({ id }) => id === session.probe()['layer'])!.part]!;
    const { originX, originY, scaleX } = viewer.probe()['transform'] as { originX: number; originY: number; scaleX: number };
    expect(scaleX).toBe(1);
    // Where both windows are: outside of the data window the screen shows its own surroundings.
    const { xMin, yMin, xMax, yMax } = { xMin: Math.max(part.dataWindow.xMin, part.displayWindow.xMin), yMin: Math.max(part.dataWindow.yMin, part.displayWindow.yMin), xMax: Math.min(part.dataWindow.xMax, part.displayWindow.xMax), yMax: Math.min(part.dataWindow.yMax, part.displayWindow.yMax) };
    const [ours, golden]: [number[], number[]] = [[], []];
    for (let y = yMin; y <= yMax; y++) {
      for (let x = xMin; x <= xMax; x++) {
        const from = ((y + originY) * screen.width + x + originX) * 4;
        const to = ((y - part.displayWindow.yMin) * theirs.width + x - part.displayWindow.xMin) * 4;
        ours.push(...screen.data.subarray(from, from + 4));
        golden.push(...theirs.data.subarray(to, to + 4));
      }
    }
    const { mean, max } = difference(ours, golden);
    expect(mean).toBeLessThan(0.2);
    expect(max).toBeLessThanOrEqual(1);
  });
});

describe('the shader develops as core does', () => {
  const cases: readonly (readonly [string, PreviewOptions])[] = [
    ['scan_half_rgba_zip.exr', { tone: 'filmic', exposure: 1.5 }], ['scan_half_rgba_zip.exr', { tone: 'reinhard', exposure: 2 }], ['scan_half_rgba_zip.exr', { normalize: true }],
    ['yc_piz.exr', {}], ['yc_piz.exr', { exposure: -1 }], ['preview/ap0.exr', { tone: 'filmic' }], ['half_naninf_zip.exr', {}], ['float_naninf_zip.exr', { exposure: 1 }],
    ['uint_half_float_zip.exr', {}], ['incomplete_scan_zip.exr', {}], ['deep_scan_zips.exr', { exposure: -2 }], ['mixed_layers_zip.exr', { channel: 'N.X' }], ['tile_half_rgba_zip.exr', { channel: 'A', exposure: 1 }], ['rip_zip.exr', { level: { x: 1, y: 0 } }],
    ['color/interop-id-srgb-with-p3.exr', {}], ['color/interop-id-g24-older-spelling.exr', { exposure: 1 }], ['color/xyz-interop-id.exr', {}], ['color/two-colours-rg.exr', {}], ['color/srgb-encoded-interop-id.exr', { normalize: true }],
    ['color/blender-viewlayer.exr', {}], ['color/blender-viewlayer.exr', { layer: 'ViewLayer.IndexOB' }], ['color/blender-viewlayer.exr', { layer: 'ViewLayer.Depth' }], ['color/blender-viewlayer.exr', { layer: 'ViewLayer.UV' }],
  ];
  it.each(cases)('%s %j', async (file, options) => {
    const { viewer, session } = await shownAs(file, options);
    const { layers } = session.store.value.opened!;
    const layer = layers.find(({ id }) => id === session.probe()['layer'])!;
    const theirs = await renderPreview(await openExr(memorySource(await bytesOf(file), file)), { marks: false, threads: 1, part: layer.part, ...(options.channel === undefined && { layer: layer.layer }), ...(options.level ? { window: 'data' } : {}), aspect: false, ...options });
    await until('every pixel', () => session.store.value.picture.drawn?.what === 'full');
    const ours = await decodePng(await viewer.capture('image'));
    expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
    const { mean, max } = difference(ours.data, theirs.rgba);
    console.info(`${file} ${JSON.stringify(options)}: mean difference ${mean.toFixed(4)} of 255, largest ${max}`);
    expect(mean).toBeLessThan(0.2);
    expect(max).toBeLessThanOrEqual(1);
  });
});
