/** What the status bar says of an editor. */
import { formatBytes } from '@exr/core/text';
import type { Fault, OpenedFile } from '../engine/index.ts';
import type { StructureAnswer } from '../shared/protocol.ts';
import { isMild } from '../shared/said.ts';
import { DEFAULT_VIEW, type ViewState } from '../shared/view-state.ts';

export interface StatusTexts {
  readonly size: string;
  readonly layer: string | null;
  readonly zoom: string | null;
  readonly exposure: string | null;
  readonly verdict: { readonly icon: string; readonly text: string; readonly tip: string; readonly level: 'fine' | 'warning' | 'error' } | null;
}

/** `given`: null as long as nobody has touched the view. */
export function statusTexts(opened: OpenedFile, given: ViewState | null, judged: StructureAnswer | null, faults: readonly Fault[] = []): StatusTexts {
  const state = given ?? DEFAULT_VIEW;
  const layer = opened.layers.find(({ id }) => id === (state.layer ?? opened.firstLayer));
  const part = opened.parts[layer?.part ?? 0];
  const level = part?.levels.find((each) => each.level.x === state.level.x && each.level.y === state.level.y) ?? part?.levels[0];
  const bytes = formatBytes(opened.report.file.size_bytes);
  const name = layer ? (layer.layer === '' ? (layer.channels.length === 1 ? layer.channels[0]! : 'base layer') : layer.layer.replace(/^#/, '')) : null;
  return {
    size: level && level.window.xMax >= level.window.xMin && level.window.yMax >= level.window.yMin ? `${level.window.xMax - level.window.xMin + 1} × ${level.window.yMax - level.window.yMin + 1}  ${bytes}` : bytes,
    layer: layer ? [opened.parts.length > 1 ? (layer.partName ?? `part ${layer.part}`) : null, layer.view, state.channel ?? name].filter((each) => each !== null).join(' / ') : null,
    zoom: layer ? (state.zoom === 'fit' ? 'Fit' : zoomText(state.zoom)) : null,
    exposure: layer && !layer.data ? exposureText(state.exposure) : null,
    verdict: judged ? verdictOf(judged, faults) : null,
  };
}

export function exposureText(stops: number): string {
  return `${stops > 0 ? '+' : stops < 0 ? '−' : ''}${Number(Math.abs(stops).toFixed(2))} EV`;
}

function zoomText(zoom: number): string {
  const percent = zoom * 100;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

/** Tables and leaders may be right and the pixels behind them broken: what decoding has found counts too. */
function verdictOf({ judgement: { verdict, reasons }, rendering }: StructureAnswer, faults: readonly Fault[]): StatusTexts['verdict'] {
  const tip = reasons.slice(0, 10).join('\n');
  if (rendering || verdict === 'in progress') return { icon: 'sync', text: 'still rendering', tip: tip || 'Chunks are missing and the file was written to a moment ago.', level: 'warning' };
  if (verdict === 'ok' && faults.length > 0) return { icon: 'error', text: 'corrupt', tip: faults.slice(0, 10).map(({ message }) => message).join('\n'), level: 'error' };
  if (verdict === 'ok') return { icon: 'check', text: 'whole', tip: 'Every chunk that the header promises is there.', level: 'fine' };
  const level = isMild(verdict) ? 'warning' : 'error';
  return { icon: level, text: verdict, tip, level };
}
