import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEYS } from '../../shared/keys.ts';
import { type LayerInfo, type Opened, type PartInfo, VIEW_COMMANDS } from '../../shared/protocol.ts';
import { DEFAULT_VIEW, viewStateFrom } from '../../shared/view-state.ts';
import { viewAfter } from './commands.ts';
import { commandOf } from './keys.ts';
import { currentLayer, drawnOf, normalising } from './model.ts';

const layer = (part: number, name: string, view: string | null = null, kind: LayerInfo['kind'] = 'rgb'): LayerInfo => ({
  id: `${part}/${view ?? ''}/${name}`, part, partName: null, view, layer: name, channels: kind === 'gray' ? [name] : ['R', 'G', 'B'].map((channel) => (name ? `${name}.${channel}` : channel)), kind, names: kind === 'gray' ? [name] : ['R', 'G', 'B'], alpha: null, data: kind === 'gray', ids: false, whole: false,
});
const window = { xMin: 0, yMin: 0, xMax: 63, yMax: 47 };
const part = (index: number, levels: number): PartInfo => ({
  index, name: null, type: 'tiledimage', isDeep: false, dataWindow: window, displayWindow: window, pixelAspectRatio: 1, levels: Array.from({ length: levels }, (_, i) => ({ level: { x: i, y: i }, window: { ...window, xMax: 63 >> i, yMax: 47 >> i } })),
  channels: [{ name: 'R', type: 'half', xSampling: 1, ySampling: 1, data: false, ids: false, whole: false }, { name: 'Z', type: 'float', xSampling: 1, ySampling: 1, data: true, ids: false, whole: false }], curve: null, matrix: null, luminance: [0.2126, 0.7152, 0.0722], colorSpace: '',
});
const layers = [layer(0, ''), layer(0, 'diffuse'), layer(0, 'Z', null, 'gray'), layer(1, '', 'left'), layer(2, '', 'right'), layer(2, 'diffuse', 'right')];
const opened = { revision: 1, layers, firstLayer: layers[0]!.id, parts: [part(0, 3), part(1, 1), part(2, 1)], settings: { exposureStep: 0.25, toneMap: 'filmic' } } as unknown as Opened;
const context = { opened, zoom: 1 };

describe('a command', () => {
  it('never makes a state that would not be kept', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...VIEW_COMMANDS), { maxLength: 200 }), (commands) => {
      let view = DEFAULT_VIEW;
      for (const command of commands) view = { ...view, ...viewAfter(command, view, context) };
      expect(viewStateFrom(view)).toEqual(view);
    }));
  });

  it('exposes by the setting’s step, and resets to the setting’s tone map', () => {
    expect(viewAfter('exposureUp', DEFAULT_VIEW, context)).toEqual({ exposure: 0.25 });
    expect(viewAfter('exposureDown', { ...DEFAULT_VIEW, exposure: 0.1 }, context)).toEqual({ exposure: -0.15 });
    expect(viewAfter('reset', DEFAULT_VIEW, context)).toMatchObject({ exposure: 0, toneMap: 'filmic', solo: 'none' });
  });

  it('walks through layers and around', () => {
    const ids: (string | null | undefined)[] = [];
    let view = DEFAULT_VIEW;
    for (let i = 0; i < layers.length; i++) {
      view = { ...view, ...viewAfter('nextLayer', view, context) };
      ids.push(view.layer);
    }
    expect(ids).toEqual([...layers.slice(1), layers[0]!].map(({ id }) => id));
    expect(viewAfter('previousLayer', DEFAULT_VIEW, context)).toMatchObject({ layer: layers.at(-1)!.id });
  });

  it('keeps the layer when the part or the view changes, where there is one of that name', () => {
    const inDiffuse = { ...DEFAULT_VIEW, layer: layers[1]!.id };
    expect(viewAfter('previousPart', inDiffuse, context).layer).toBe(layers[5]!.id);
    expect(viewAfter('nextPart', inDiffuse, context).layer).toBe(layers[3]!.id);
    expect(viewAfter('nextView', { ...DEFAULT_VIEW, layer: layers[3]!.id }, context).layer).toBe(layers[4]!.id);
  });

  it('steps through levels to their ends', () => {
    const levels = [0, 1, 2, 3].map((_, i) => Array.from({ length: i }).reduce((view) => ({ ...(view as typeof DEFAULT_VIEW), ...viewAfter('nextLevel', view as typeof DEFAULT_VIEW, context) }), DEFAULT_VIEW) as typeof DEFAULT_VIEW);
    expect(levels.map(({ level }) => level.x)).toEqual([0, 1, 2, 2]);
    expect(viewAfter('previousLevel', DEFAULT_VIEW, context)).toEqual({ level: { x: 0, y: 0 } });
  });

  it('does nothing harmful before a file is there', () => {
    for (const command of VIEW_COMMANDS) expect(() => viewAfter(command, DEFAULT_VIEW, { opened: null, zoom: 1 })).not.toThrow();
  });
});

describe('keys', () => {
  const press = (key: string, more = {}) => commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
  it('have one command each, and those that VS Code holds have none', () => {
    expect(new Set(KEYS.map(({ key, shift }) => `${shift ?? false} ${key}`)).size).toBe(KEYS.length);
    expect(new Set(KEYS.map(({ command }) => command)).size).toBe(KEYS.length);
    expect([press('e'), press('E', { shiftKey: true }), press('?', { shiftKey: true }), press('='), press('+', { shiftKey: true })]).toEqual(['exposureUp', 'exposureDown', 'help', 'zoomIn', 'zoomIn']);
    expect([press('f', { ctrlKey: true }), press('e', { altKey: true }), press('e', { metaKey: true }), press('x')]).toEqual([null, null, null, null]);
    expect(press('E')).toBe('exposureUp'); // Caps Lock
  });
});

describe('what is drawn', () => {
  it('is the layer asked for, the first, or none', () => {
    expect(currentLayer({ opened, view: { ...DEFAULT_VIEW, layer: layers[2]!.id } })).toBe(layers[2]);
    expect(currentLayer({ opened, view: { ...DEFAULT_VIEW, layer: 'gone' } })).toBe(layers[0]);
    expect(currentLayer({ opened: null, view: DEFAULT_VIEW })).toBeNull();
  });
  it('is one channel when that is the layer’s', () => {
    const both = { ...layers[0]!, channels: ['R', 'Z'] };
    expect(drawnOf(both, opened.parts[0]!, 'Z')).toMatchObject({ kind: 'gray', data: true, channel: 'Z' });
    expect(drawnOf(layers[0]!, opened.parts[0]!, 'Z')).toMatchObject({ kind: 'rgb', channel: undefined });
  });
  it('is spread when it is data drawn alone, unless told otherwise', () => {
    expect(normalising(DEFAULT_VIEW, { kind: 'gray', data: true, ids: false, whole: false })).toBe('linear');
    expect(normalising(DEFAULT_VIEW, { kind: 'rgb', data: true, ids: false, whole: false })).toBe('off');
    expect(normalising({ ...DEFAULT_VIEW, normalise: 'log' }, { kind: 'rgb', data: false, ids: false, whole: false })).toBe('log');
    expect(normalising({ ...DEFAULT_VIEW, normalise: 'off' }, { kind: 'samples', data: true, ids: false, whole: false })).toBe('off');
  });
});
