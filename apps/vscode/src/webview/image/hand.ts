/** What mouse and keys do over the picture: they move the view, hold and read pixels, select. */
import { RpcError } from '../../shared/rpc.ts';
import type { PartInfo } from '../../shared/protocol.ts';
import type { Session } from '../session.ts';
import { intersection, levelMap, panned, pixelAt, transformOf, type View, visibleBox, wholeBox, zoomAround } from './geometry.ts';
import type { InputTarget } from './input.ts';
import type { Pieces } from './pieces.ts';
import { valuesIn } from './values.ts';

/** What a hand needs of the viewer. */
export interface Seen {
  readonly session: Session;
  readonly pieces: Pieces;
  /** Device pixels of a CSS pixel. */
  readonly ratio: number;
  /** The view and the part in it; null when there is none. */
  moving(): { readonly view: View; readonly part: PartInfo } | null;
  schedule(): void;
}

export class Hand implements InputTarget {
  /** A pixel that was clicked, or that keys move. */
  pinned: { x: number; y: number } | null = null;
  #asking: AbortController | null = null;

  constructor(private readonly seen: Seen) {}

  dispose(): void {
    this.#asking?.abort(new RpcError('CANCELLED', 'usage', 'closed'));
  }

  zoomBy(factor: number, x: number, y: number): void {
    const now = this.seen.moving();
    if (!now) return;
    const { ratio } = this.seen;
    this.seen.session.setView(zoomAround(now.view, now.view.zoom * factor, x * ratio, y * ratio));
  }

  panBy(dx: number, dy: number): void {
    const now = this.seen.moving();
    if (!now) return;
    const { ratio } = this.seen;
    this.seen.session.setView({ zoom: now.view.zoom, centre: panned(now.view, dx * ratio, dy * ratio, wholeBox(now.part)) });
  }

  doubleClick(x: number, y: number): void {
    const now = this.seen.moving();
    if (!now) return;
    const { ratio } = this.seen;
    const { view } = this.seen.session.store.value;
    this.seen.session.setView(view.zoom === 'fit' ? zoomAround(now.view, 1, x * ratio, y * ratio) : { zoom: 'fit', centre: null });
  }

  goTo(x: number, y: number): void {
    const now = this.seen.moving();
    if (!now) return;
    this.pinned = { x, y };
    this.seen.session.setView({ zoom: Math.max(now.view.zoom, 24), centre: [x + 0.5, y + 0.5] });
    this.#pointAt(this.pinned);
    this.seen.schedule();
  }

  hover(point: { x: number; y: number } | null): void {
    const now = this.seen.moving();
    if (!point || !now) return this.#pointAt(this.pinned);
    const { ratio } = this.seen;
    this.#pointAt(pixelAt(transformOf(now.view), point.x * ratio, point.y * ratio));
  }

  click(x: number, y: number): void {
    const now = this.seen.moving();
    if (!now) return;
    const { ratio } = this.seen;
    const at = pixelAt(transformOf(now.view), x * ratio, y * ratio);
    this.pinned = this.pinned?.x === at.x && this.pinned.y === at.y ? null : at;
    this.seen.session.store.set({ selection: null });
    this.#pointAt(at);
    this.seen.schedule();
  }

  /** Moves the inspected pixel by keys, from the middle when there is none; the view follows it. */
  movePinned(dx: number, dy: number): void {
    const now = this.seen.moving();
    if (!now) return;
    const from = this.pinned ?? { x: Math.floor(now.view.centre[0]) - dx, y: Math.floor(now.view.centre[1]) - dy };
    const { dataWindow: { xMin, yMin, xMax, yMax } } = now.part;
    this.pinned = { x: Math.min(xMax, Math.max(xMin, from.x + dx)), y: Math.min(yMax, Math.max(yMin, from.y + dy)) };
    const seen = visibleBox(now.view, now.part.dataWindow);
    if (!seen || !intersection(seen, { xMin: this.pinned.x, xMax: this.pinned.x, yMin: this.pinned.y, yMax: this.pinned.y })) this.seen.session.setView({ zoom: now.view.zoom, centre: [this.pinned.x + 0.5, this.pinned.y + 0.5] });
    this.#pointAt(this.pinned);
    this.seen.schedule();
  }

  get selects(): boolean {
    return this.seen.session.store.value.selecting;
  }

  selectFrom(x: number, y: number, toX: number, toY: number, done: boolean): void {
    const now = this.seen.moving();
    if (!now) return;
    const { ratio } = this.seen;
    const transform = transformOf(now.view);
    const [a, b] = [pixelAt(transform, x * ratio, y * ratio), pixelAt(transform, toX * ratio, toY * ratio)];
    const box = { xMin: Math.min(a.x, b.x), yMin: Math.min(a.y, b.y), xMax: Math.max(a.x, b.x), yMax: Math.max(a.y, b.y) };
    this.seen.session.store.set({ selection: intersection(now.part.dataWindow, box), ...(done && { selecting: false }) });
  }

  #pointAt(at: { x: number; y: number } | null): void {
    const { pointing, store, host } = this.seen.session;
    const shown = this.seen.pieces.shown;
    const before = pointing.value.at;
    if (at?.x === before?.x && at?.y === before?.y) return;
    this.#asking?.abort(new RpcError('CANCELLED', 'usage', 'the pointer moved'));
    const inside = at && shown && intersection(shown.part.dataWindow, { xMin: at.x, xMax: at.x, yMin: at.y, yMax: at.y });
    pointing.set({ at: at && { ...at }, exact: null, values: inside ? valuesIn(this.seen.pieces.toDraw(), levelMap(shown.part.dataWindow, shown.window), at) : [] });
    if (!inside || !store.value.view.inspector || !store.value.opened) return;
    const stop = (this.#asking = new AbortController());
    const { revision } = store.value.opened;
    const ask = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      stop.signal.throwIfAborted();
      const exact = await host.call('pixels', { revision, part: shown.part.index, level: { x: 0, y: 0 }, region: inside }, { signal: stop.signal });
      if (pointing.value.at?.x === at.x && pointing.value.at.y === at.y) pointing.set({ exact });
    };
    // The values of the drawn planes stay; what the host could not read is said where the picture's problems are.
    ask().catch(() => undefined);
  }
}
