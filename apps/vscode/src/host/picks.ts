/** Lists to choose from, behind the items of the status bar. */
import type { ExrEditor } from './editor.ts';
import { choose, enter, mention } from './say.ts';
import { exposureText } from './status-text.ts';

export async function pickLayer(editor: ExrEditor): Promise<void> {
  const { layers, parts } = await editor.document.opened();
  const items = layers.map((layer) => ({
    label: layer.layer === '' ? 'base layer' : layer.layer === '#samples' ? 'sample counts' : layer.layer,
    description: [parts.length > 1 ? `part ${layer.part}${layer.partName ? ` ${layer.partName}` : ''}` : '', layer.view ?? ''].filter(Boolean).join(', '),
    detail: layer.channels.join('  '), id: layer.id, picked: layer.id === editor.state?.layer,
  }));
  const picked = await choose(items, { title: 'Layer', matchOnDescription: true, matchOnDetail: true });
  if (picked) editor.follow({ layer: picked.id, channel: null });
}

const ZOOMS = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

export async function pickZoom(editor: ExrEditor): Promise<void> {
  const items = [{ label: 'Fit', zoom: 'fit' as const }, ...ZOOMS.map((zoom) => ({ label: `${zoom * 100} %`, zoom }))];
  const picked = await choose(items, { title: 'Zoom' });
  if (picked) editor.follow({ zoom: picked.zoom });
}

export async function pickExposure(editor: ExrEditor): Promise<void> {
  const text = await enter({
    title: 'Exposure', prompt: 'In stops: values are multiplied by 2 to this power', value: String(editor.state?.exposure ?? 0),
    validateInput: (given) => (exposureOf(given) === null ? 'A number of stops between −32 and 32, such as 1.5 or -2' : null),
  });
  const exposure = text === undefined ? null : exposureOf(text);
  if (exposure === null) return;
  editor.follow({ exposure });
  mention(`Exposure ${exposureText(exposure)}`, 2000);
}

function exposureOf(text: string): number | null {
  const value = Number(text.trim().replace('−', '-').replace(',', '.').replace(/\s*(ev|stops?)$/i, ''));
  return text.trim() !== '' && Math.abs(value) <= 32 ? value : null;
}
