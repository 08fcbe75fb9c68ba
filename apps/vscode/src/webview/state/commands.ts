/** What the view's commands do to its state. Those that do something else (export, find) are the session's. */
import type { LayerInfo, Opened, ViewCommand } from '../../shared/protocol.ts';
import { DEFAULT_VIEW, type ViewState } from '../../shared/view-state.ts';
import { stepZoom } from '../image/geometry.ts';
import { currentLayer, levelOf, partOf } from './model.ts';

export interface CommandContext {
  readonly opened: Opened | null;
  /** Zoom as it is now, `fit` resolved. */
  readonly zoom: number;
}

const TONES = ['none', 'filmic', 'reinhard'] as const;
const NORMALISING = ['auto', 'off', 'linear', 'log'] as const;

/** The state's new keys, empty when the command changes nothing of it. */
export function viewAfter(command: ViewCommand, view: ViewState, context: CommandContext): Partial<ViewState> {
  const { opened, zoom } = context;
  const step = opened?.settings.exposureStep ?? 0.5;
  switch (command) {
    case 'zoomIn': return { zoom: stepZoom(zoom, 1) };
    case 'zoomOut': return { zoom: stepZoom(zoom, -1) };
    case 'zoomFit': return { zoom: 'fit', centre: null };
    case 'zoomActual': return { zoom: 1 };
    case 'exposureUp': return { exposure: exposed(view.exposure + step) };
    case 'exposureDown': return { exposure: exposed(view.exposure - step) };
    case 'exposureReset': return { exposure: 0 };
    case 'gammaUp': return { gamma: gammaWithin(view.gamma + 0.1) };
    case 'gammaDown': return { gamma: gammaWithin(view.gamma - 0.1) };
    case 'normalise': return { normalise: after(NORMALISING, view.normalise), range: null };
    case 'toneMap': return { toneMap: after(TONES, view.toneMap) };
    case 'falseColour': return { falseColour: !view.falseColour };
    case 'markNonfinite': return { marks: { ...view.marks, nonfinite: !view.marks.nonfinite } };
    case 'clipZebra': return { marks: { ...view.marks, clipped: !view.marks.clipped } };
    case 'toggleWindows': return { windows: !view.windows };
    case 'toggleInspector': return { inspector: !view.inspector };
    case 'toggleHeader': return { panel: view.panel === 'header' ? 'none' : 'header' };
    case 'toggleStatistics': return { panel: view.panel === 'statistics' ? 'none' : 'statistics' };
    case 'soloNone': return { solo: 'none' };
    case 'soloRed': return soloed(view, 'red');
    case 'soloGreen': return soloed(view, 'green');
    case 'soloBlue': return soloed(view, 'blue');
    case 'soloAlpha': return soloed(view, 'alpha');
    case 'soloLuminance': return soloed(view, 'luminance');
    case 'nextLayer': return opened ? toLayer(opened, beside(opened.layers, currentLayer({ opened, view }), 1)) : {};
    case 'previousLayer': return opened ? toLayer(opened, beside(opened.layers, currentLayer({ opened, view }), -1)) : {};
    case 'nextPart': return opened ? toLayer(opened, inOtherPart(opened, view, 1)) : {};
    case 'previousPart': return opened ? toLayer(opened, inOtherPart(opened, view, -1)) : {};
    case 'nextView': return opened ? toLayer(opened, inOtherView(opened, view)) : {};
    case 'nextLevel': return otherLevel(view, context, 1);
    case 'previousLevel': return otherLevel(view, context, -1);
    case 'findLayer': return { panel: 'layers' };
    case 'findAttribute': return { panel: 'header' };
    case 'reset': return {
      exposure: 0, gamma: 1, toneMap: opened?.settings.toneMap ?? 'none', normalise: 'auto', range: null, falseColour: false, solo: 'none', channel: null,
      marks: DEFAULT_VIEW.marks,
    };
    case 'help': case 'reload': case 'exportPng': case 'exportStatsCsv': case 'copyValues': return {};
  }
}

/** State for another layer: what belonged to the old one alone goes. */
export function toLayer(opened: Opened, layer: LayerInfo | null): Partial<ViewState> {
  return layer && opened.layers.includes(layer) ? { layer: layer.id, channel: null, range: null } : {};
}

function after<T>(list: readonly T[], now: T): T {
  return list[(list.indexOf(now) + 1) % list.length]!;
}

function exposed(stops: number): number {
  return Math.min(64, Math.max(-64, Math.round(stops * 1000) / 1000));
}

function gammaWithin(gamma: number): number {
  return Math.min(8, Math.max(0.1, Math.round(gamma * 100) / 100));
}

/** Asked for again, all channels are back. */
function soloed(view: ViewState, solo: ViewState['solo']): Partial<ViewState> {
  return { solo: view.solo === solo ? 'none' : solo };
}

function beside(layers: readonly LayerInfo[], now: LayerInfo | null, by: 1 | -1): LayerInfo | null {
  if (layers.length === 0) return null;
  return layers[(layers.findIndex((each) => each === now) + by + layers.length) % layers.length]!;
}

/** The layer of the same name in the next part that can be drawn, else that part's first. */
function inOtherPart(opened: Opened, view: ViewState, by: 1 | -1): LayerInfo | null {
  const now = currentLayer({ opened, view });
  const parts = [...new Set(opened.layers.map(({ part }) => part))];
  if (!now || parts.length < 2) return null;
  const part = parts[(parts.indexOf(now.part) + by + parts.length) % parts.length]!;
  const there = opened.layers.filter((each) => each.part === part);
  return there.find(({ layer, kind }) => layer === now.layer && kind === now.kind) ?? there[0] ?? null;
}

/** The same layer in the next view, whether views are parts or channels' names. */
function inOtherView(opened: Opened, view: ViewState): LayerInfo | null {
  const now = currentLayer({ opened, view });
  const views = [...new Set(opened.layers.flatMap((each) => each.view ?? []))];
  if (!now || views.length < 2) return null;
  const wanted = views[(views.indexOf(now.view ?? '') + 1) % views.length]!;
  const there = opened.layers.filter((each) => each.view === wanted);
  return there.find(({ layer }) => layer === now.layer) ?? there[0] ?? null;
}

function otherLevel(view: ViewState, { opened }: CommandContext, by: 1 | -1): Partial<ViewState> {
  const part = partOf(opened, currentLayer({ opened, view }));
  if (!part || part.levels.length < 2) return {};
  const now = part.levels.indexOf(levelOf(part, view.level));
  const next = part.levels[Math.min(part.levels.length - 1, Math.max(0, now + by))]!;
  return { level: next.level };
}
