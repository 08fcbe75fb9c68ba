/** All that the webview knows. */
import type { Box, LayerInfo, Opened, PartInfo, PixelsAnswer, StatsAnswer, StructureAnswer } from '../../shared/protocol.ts';
import type { Progress } from '../../shared/rpc.ts';
import { DEFAULT_VIEW, type ViewState } from '../../shared/view-state.ts';

/** Something asked of the host. */
export type Asked<T> =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly progress: Progress | null; readonly before: T | null }
  | { readonly status: 'done'; readonly answer: T }
  | { readonly status: 'failed'; readonly message: string; readonly before: T | null };

export const IDLE = { status: 'idle' } as const;

/** What is kept of an answer while another is on its way. */
export function lastOf<T>(asked: Asked<T>): T | null {
  return asked.status === 'done' ? asked.answer : asked.status === 'running' || asked.status === 'failed' ? asked.before : null;
}

/** What is going on with the picture. */
export interface PictureState {
  /** `none`: there is nothing that could be drawn. `proxy`: something is shown, finer pixels are on their way. */
  readonly status: 'none' | 'loading' | 'proxy' | 'shown' | 'failed';
  readonly message: string | null;
  readonly problems: readonly string[];
  /** What is on the screen: pieces of which layer, and whether they are all that is wanted. */
  readonly drawn: { readonly layer: string; readonly what: 'proxy' | 'full' } | null;
  /** Low and high ends of the picture's own values, as normalising uses them. */
  readonly range: readonly [number, number] | null;
}

export interface Model {
  readonly opened: Opened | null;
  /** Why there is nothing, or why what is shown is not the newest. */
  readonly failure: { readonly message: string; readonly code: string } | null;
  readonly view: ViewState;
  readonly picture: PictureState;
  /** WebGL2 cannot be had; why. */
  readonly noPicture: string | null;
  readonly structure: Asked<StructureAnswer>;
  readonly stats: Asked<StatsAnswer & { readonly region: Box | null }>;
  /** In pixels of level (0, 0). */
  readonly selection: Box | null;
  /** The next drag over the picture selects. */
  readonly selecting: boolean;
  readonly linked: boolean;
  readonly help: boolean;
  /** What a screen reader is told, and a short note on the screen. */
  readonly said: string;
  /** Zoom as it is on the screen, in device pixels for a pixel of the file. */
  readonly zoom: number;
}

export const INITIAL: Model = {
  opened: null, failure: null, view: DEFAULT_VIEW, picture: { status: 'none', message: null, problems: [], drawn: null, range: null }, noPicture: null,
  structure: IDLE, stats: IDLE, selection: null, selecting: false, linked: false, help: false, said: '', zoom: 1,
};

/** What the pointer is over: changes with every move, so it is kept apart. */
export interface Pointing {
  /** A pixel of level (0, 0); null when the pointer is elsewhere. */
  readonly at: { readonly x: number; readonly y: number } | null;
  readonly values: readonly { readonly name: string; readonly value: number }[];
  /** From the file itself, when they have come. */
  readonly exact: PixelsAnswer | null;
}

export function currentLayer({ opened, view }: Pick<Model, 'opened' | 'view'>): LayerInfo | null {
  if (!opened) return null;
  return opened.layers.find(({ id }) => id === view.layer) ?? opened.layers.find(({ id }) => id === opened.firstLayer) ?? opened.layers[0] ?? null;
}

export function partOf(opened: Opened | null, layer: LayerInfo | null): PartInfo | null {
  return (layer && opened?.parts.find(({ index }) => index === layer.part)) ?? null;
}

/** What is drawn of a layer: itself, or one of its channels alone. */
export function drawnOf(layer: LayerInfo, part: PartInfo, channel: string | null): Pick<LayerInfo, 'kind' | 'data' | 'ids' | 'whole' | 'names' | 'alpha'> & { readonly channel: string | undefined } {
  const alone = channel !== null && layer.kind !== 'samples' ? part.channels.find(({ name }) => name === channel && layer.channels.includes(name)) : undefined;
  if (alone) return { kind: 'gray', data: alone.data, ids: alone.ids, whole: alone.whole, names: [alone.name], alpha: null, channel: alone.name };
  const { kind, data, ids, whole, names, alpha } = layer;
  return { kind, data, ids, whole, names, alpha, channel: undefined };
}

/** The level that is asked for where the part has it, else the full one. */
export function levelOf(part: PartInfo, { x, y }: ViewState['level']): PartInfo['levels'][number] {
  const full = { level: { x: 0, y: 0 }, window: part.dataWindow };
  return part.levels.find(({ level }) => level.x === x && level.y === y) ?? part.levels[0] ?? full;
}

/** Whether values are spread over black to white, and how. */
export function normalising(view: ViewState, drawn: Pick<LayerInfo, 'kind' | 'data' | 'ids' | 'whole'>): 'off' | 'linear' | 'log' {
  if (view.normalise !== 'auto') return view.normalise;
  if (drawn.ids) return 'off';
  return drawn.kind === 'samples' || (drawn.data && (drawn.kind === 'gray' || drawn.whole)) ? 'linear' : 'off';
}

/** A layer's name for people. */
export function titleOf({ kind, layer }: LayerInfo): string {
  return kind === 'samples' ? 'sample counts' : layer === '' ? 'base layer' : layer;
}

/** Channels as people name them: R, G, B, A first, the rest as the file has it (by the alphabet). */
export function inOrder<T>(channels: readonly T[], nameOf: (channel: T) => string): T[] {
  const rank = (channel: T): number => {
    const name = nameOf(channel);
    const at = FAMILIAR.indexOf(name.slice(name.lastIndexOf('.') + 1).toUpperCase());
    return at < 0 ? FAMILIAR.length : at;
  };
  return channels.toSorted((a, b) => rank(a) - rank(b));
}

const FAMILIAR = ['R', 'RED', 'G', 'GREEN', 'B', 'BLUE', 'A', 'ALPHA'];
