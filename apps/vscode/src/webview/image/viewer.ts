/** Keeps the canvas in step with the store: asks for pieces, draws when something changed. What mouse and keys do is in hand.ts. */
import { type Box, type LayerInfo, MOST_ACROSS, MOST_ANSWER_BYTES, type PartInfo } from '../../shared/protocol.ts';
import type { PictureSide, Session } from '../session.ts';
import { currentLayer, drawnOf, levelOf, normalising, partOf, type PictureState } from '../state/model.ts';
import { captureImage, captureView } from './capture.ts';
import { type LevelMap, levelMap, type Transform, transformOf, type View, viewOf, visibleBox } from './geometry.ts';
import { Hand, type Seen } from './hand.ts';
import { listen } from './input.ts';
import { curveOf, type Drawn, lookOf } from './look.ts';
import { drawOverlay, type OverlayColours } from './overlay.ts';
import { Pieces, type Subject, subjectKey } from './pieces.ts';
import { Pace } from './pace.ts';
import { planPieces, planProxy } from './plan.ts';
import { rangeOf } from './range.ts';
import { type Look, Renderer } from './renderer.ts';

export interface ViewerElements {
  readonly box: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
}

/** Finer pixels are asked for when the view has rested this long. */
const REST = 90;
/** An export waits so long, in milliseconds, for its picture. */
const PATIENCE = 60_000;

export class Viewer implements PictureSide, Seen {
  readonly renderer: Renderer;
  readonly pieces: Pieces;
  readonly hand: Hand = new Hand(this);
  readonly #stop: (() => void)[] = [];
  #scheduled = 0;
  #isCoarse = false;
  readonly #pace = new Pace();
  #fine: ReturnType<typeof setTimeout> | null = null;
  #resting: ReturnType<typeof setTimeout> | null = null;
  #size = { width: 0, height: 0, ratio: 1 };
  #overlayKey: unknown[] = [];
  #rangeKey = '';
  #range: [number, number] | null = null;
  #colours: (OverlayColours & { readonly surround: readonly [number, number, number] }) | null = null;
  /** Milliseconds that the last frames took to be drawn, by this thread's clock. */
  readonly frameTimes: number[] = [];

  /** Throws when WebGL2 cannot be had. */
  constructor(readonly session: Session, readonly elements: ViewerElements) {
    this.renderer = new Renderer(elements.canvas);
    this.pieces = new Pieces(this.renderer, (params, signal) => session.host.call('image', params, { signal }), () => this.#pieceCame());
    const { box, canvas } = elements;
    const resize = new ResizeObserver((entries) => this.#resized(entries[0]!));
    resize.observe(box);
    const themes = new MutationObserver(() => {
      this.#colours = null;
      this.schedule();
    });
    themes.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    const lost = (event: Event): void => {
      event.preventDefault();
      this.pieces.clear(false);
      this.#tell({ status: 'loading', message: 'The graphics card took a break; the picture comes back at once.' });
    };
    const restored = (): void => {
      // What came while there was no context is on no card either.
      this.pieces.clear(false);
      this.renderer.restore();
      this.#wantNow();
      this.schedule();
    };
    canvas.addEventListener('webglcontextlost', lost);
    canvas.addEventListener('webglcontextrestored', restored);
    this.#stop.push(
      listen(box, this.hand), session.store.subscribe((now, before) => {
        if (now.view !== before.view || now.opened !== before.opened || now.selection !== before.selection) this.schedule();
      }),
      () => resize.disconnect(), () => themes.disconnect(),
      () => canvas.removeEventListener('webglcontextlost', lost), () => canvas.removeEventListener('webglcontextrestored', restored),
    );
    session.picture = this;
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
    cancelAnimationFrame(this.#scheduled);
    if (this.#resting !== null) clearTimeout(this.#resting);
    if (this.#fine !== null) clearTimeout(this.#fine);
    this.hand.dispose();
    this.pieces.clear();
    if (this.session.picture === this) this.session.picture = null;
  }

  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = requestAnimationFrame((now) => {
      this.#scheduled = 0;
      const began = performance.now();
      const isCoarse = this.#pace.frame(now);
      this.#frame(isCoarse);
      if (this.#fine !== null) clearTimeout(this.#fine);
      this.#fine = isCoarse ? setTimeout(() => {
        this.#pace.rest();
        this.schedule();
      }, this.#pace.restAfter) : null;
      this.frameTimes.push(performance.now() - began);
      if (this.frameTimes.length > 120) this.frameTimes.shift();
    });
  }

  /** What the store says is to be shown; null when nothing can be. */
  #subject(): Subject | null {
    const { opened, view } = this.session.store.value;
    const layer = currentLayer({ opened, view });
    const part = partOf(opened, layer);
    if (!opened || !layer || !part) return null;
    const { level, window } = levelOf(part, view.level);
    return { revision: opened.revision, layer, part, channel: drawnOf(layer, part, view.channel).channel, level, window };
  }

  /** The canvas and where the picture lies on it. `fit` is resolved. */
  viewOf(part: PartInfo): View {
    return viewOf(part, this.session.store.value.view, this.#size);
  }

  #frame(isCoarse = false): void {
    const { store } = this.session;
    const subject = this.#subject();
    const { width, height } = this.#size;
    if (width === 0 || height === 0 || this.renderer.isLost) return;
    const colours = (this.#colours ??= coloursOf(this.elements.box));
    const surround = surroundOf(store.value.opened?.settings.background ?? 'theme', colours.surround);
    if (!subject) {
      this.renderer.draw({ pieces: [], look: null, transform: transformOf({ width, height, zoom: 1, aspect: 1, centre: [0, 0] }), map: SAME, surround });
      this.#tell({ status: 'none', message: null, drawn: null });
      return;
    }
    const view = this.viewOf(subject.part);
    if (store.value.zoom !== view.zoom) queueMicrotask(() => store.set({ zoom: view.zoom }));
    if (!this.pieces.hasWhole() || this.#asked !== subjectKey(subject)) this.#wantNow();
    else if (this.#planned !== this.#planKey(subject)) this.#wantSoon();

    const shown = this.pieces.shown;
    if (!shown) this.renderer.prepare(this.#lookOf(subject).kind);
    const transform = transformOf(this.viewOf(shown?.part ?? subject.part));
    const pieces = this.pieces.toDraw();
    const map = shown ? levelMap(shown.part.dataWindow, shown.window) : SAME;
    this.renderer.draw({ pieces, look: shown ? this.#lookOf(shown) : null, transform, map, surround }, isCoarse ? 2 : 1);
    this.#isCoarse = isCoarse;
    this.#overlay(shown ?? subject, view, transform, colours);
    if (pieces.length > 0) this.session.times['firstImage'] ??= performance.now();
    if (this.pieces.isComplete && pieces.length > 0) this.session.times['fullImage'] ??= performance.now();
    const problems = [...new Set(pieces.flatMap(({ answer }) => answer.problems))].slice(0, 10);
    const isAsked = shown !== null && subjectKey(subject) === subjectKey(shown);
    this.#tell({
      drawn: shown && pieces.length > 0 ? { layer: shown.layer.id, what: isAsked && this.pieces.isComplete ? 'full' : 'proxy' } : null,
      status: this.pieces.failure !== null ? 'failed' : pieces.length === 0 || !isAsked ? (this.session.isSighted ? 'proxy' : 'loading') : this.pieces.isComplete ? 'shown' : 'proxy',
      message: this.pieces.failure, problems, range: this.#range,
    });
  }

  #lookOf({ layer, part, channel }: Subject): Look {
    const { view, opened } = this.session.store.value;
    const drawn = drawnOf(layer, part, channel ?? null);
    const normalise = normalising(view, drawn);
    return lookOf({ view, drawn, part, normalise, range: normalise === 'off' ? null : (view.range ?? this.#ownRange(drawn, layer, part)), background: opened?.settings.background ?? 'theme' });
  }

  /** Of the whole picture as far as it has come. */
  #ownRange(drawn: Drawn, layer: LayerInfo, part: PartInfo): [number, number] | null {
    const whole = this.pieces.toDraw().slice(0, 1);
    const key = `${this.pieces.shown ? subjectKey(this.pieces.shown) : ''}|${whole.map((piece) => piece.key).join()}|${this.session.store.value.view.normalise}`;
    if (key !== this.#rangeKey) {
      this.#rangeKey = key;
      const kind = drawn.kind === 'samples' ? 'gray' : drawn.kind;
      this.#range = rangeOf(whole.map(({ answer }) => answer), { kind, curve: curveOf(drawn, part), whole: drawn.whole && this.session.store.value.view.normalise === 'auto', matrix: drawn.data || kind === 'gray' ? null : part.matrix, weights: part.luminance });
    }
    return this.#range;
  }

  #asked = '';
  /** What the pieces were chosen for last. */
  #planned = '';

  /** All that decides which pieces of a subject are wanted. */
  #planKey({ part }: Subject): string {
    const { width, height, zoom, aspect, centre } = this.viewOf(part);
    return [width, height, zoom, aspect, ...centre, this.session.store.value.opened?.settings.maxFullPixels].join();
  }

  #wantNow(): void {
    if (this.#resting !== null) clearTimeout(this.#resting);
    this.#resting = null;
    const subject = this.#subject();
    if (!subject || this.#size.width === 0) return;
    const { opened } = this.session.store.value;
    const drawn = drawnOf(subject.layer, subject.part, subject.channel ?? null);
    const planes = Math.max(1, drawn.names.length + (drawn.ids ? 1 : 0) + (drawn.alpha === null ? 0 : 1));
    const input = {
      view: this.viewOf(subject.part), level: subject.level, baseWindow: subject.part.dataWindow, levelWindow: subject.window,
      maxFullPixels: Math.min(opened?.settings.maxFullPixels ?? Infinity, MOST_ANSWER_BYTES / 4 / planes), maxTextureSize: Math.min(this.renderer.maxTextureSize, MOST_ACROSS),
    };
    const isNew = this.#asked !== subjectKey(subject);
    this.#asked = subjectKey(subject);
    this.#planned = this.#planKey(subject);
    const wanted = planPieces(input);
    const first = isNew || !this.pieces.hasWhole() ? [planProxy(input, wanted)] : [];
    this.pieces.want(subject, [...first, ...wanted.filter(({ key }) => key !== first[0]?.key)]);
  }

  #wantSoon(): void {
    if (this.#resting !== null) clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      const before = this.#drawable();
      this.#wantNow();
      // Only when there is something else to draw or to tell: a frame draws nothing new otherwise.
      if (this.#drawable().some((each, i) => each !== before[i])) this.schedule();
    }, REST);
  }

  #drawable(): readonly unknown[] {
    return [this.pieces.isComplete, this.pieces.toDraw().length, ...this.pieces.toDraw()];
  }

  #pieceCame(): void {
    this.schedule();
  }

  #overlay(subject: Subject, view: View, transform: Transform, colours: OverlayColours): void {
    const { overlay } = this.elements;
    const { view: state, opened, selection } = this.session.store.value;
    const full = subject.level.x === 0 && subject.level.y === 0;
    const exact = full ? this.pieces.exact() : [];
    const { part } = subject;
    const key = [overlay.width, overlay.height, ...Object.values(transform), state.windows, selection, this.hand.pinned?.x, this.hand.pinned?.y, exact.length, exact.at(-1), part, colours];
    if (key.length === this.#overlayKey.length && key.every((each, i) => Object.is(each, this.#overlayKey[i]))) return;
    this.#overlayKey = key;
    const context = overlay.getContext('2d');
    if (!context) return;
    drawOverlay(context, {
      width: overlay.width, height: overlay.height, ratio: this.#size.ratio, transform, dataWindow: part.dataWindow, displayWindow: part.displayWindow,
      windows: state.windows, selection, pinned: this.hand.pinned, visible: visibleBox(view, part.dataWindow), exact, valuesFrom: opened?.settings.pixelValuesFrom ?? 48, colours,
    });
  }

  /** Tells the rest of the page how the picture is doing, when that changed. */
  #tell(next: Partial<PictureState>): void {
    const { store } = this.session;
    const now = store.value.picture;
    const picture = { ...now, ...next };
    const same = picture.status === now.status && picture.message === now.message && String(picture.problems) === String(now.problems) && String(picture.range) === String(now.range) && picture.drawn?.layer === now.drawn?.layer && picture.drawn?.what === now.drawn?.what;
    if (!same) queueMicrotask(() => store.set({ picture }));
    document.body.dataset['picture'] = picture.status;
  }

  #resized(entry: ResizeObserverEntry): void {
    const ratio = window.devicePixelRatio || 1;
    const exact = entry.devicePixelContentBoxSize?.[0];
    const width = Math.max(1, exact?.inlineSize ?? Math.round(entry.contentRect.width * ratio));
    const height = Math.max(1, exact?.blockSize ?? Math.round(entry.contentRect.height * ratio));
    if (width === this.#size.width && height === this.#size.height && ratio === this.#size.ratio) return;
    this.#size = { width, height, ratio };
    this.renderer.resize(width, height);
    Object.assign(this.elements.overlay, { width, height });
    this.#overlayKey = [];
    // At once: a canvas that changed its size is empty until it is drawn.
    this.#frame();
  }

  /** The view and the part in it; null when there is none. */
  moving(): { view: View; part: PartInfo } | null {
    const subject = this.#subject();
    return subject && this.#size.width > 0 ? { view: this.viewOf(subject.part), part: subject.part } : null;
  }

  get ratio(): number {
    return this.#size.ratio;
  }

  goTo(x: number, y: number): void {
    this.hand.goTo(x, y);
  }

  /** What can be seen of the data window. */
  visible(): Box | null {
    const now = this.moving();
    return now && visibleBox(now.view, now.part.dataWindow);
  }

  // ── for the host and for tests ──

  /** Waits for the picture that the state asks for: until it is here, the one before is drawn, and what normalises it is that one's range. */
  async capture(scope: 'view' | 'image'): Promise<Uint8Array> {
    const subject = await this.#arrived();
    if (scope === 'view') {
      this.#frame();
      return captureView(this.renderer);
    }
    return captureImage(subject, this.#lookOf(subject), this.session.host);
  }

  /** What is to be shown, once all of it that is wanted is here. Timers, not frames: a hidden editor has none. Throws why it cannot be shown. */
  async #arrived(): Promise<Subject> {
    for (const end = performance.now() + PATIENCE; ; ) {
      const subject = this.#subject();
      if (!subject) throw new Error('There is no picture to export.');
      if (this.#asked !== subjectKey(subject)) this.#wantNow();
      const { shown } = this.pieces;
      if (shown !== null && subjectKey(shown) === subjectKey(subject) && this.pieces.isComplete) return subject;
      if (this.pieces.failure !== null) throw new Error(`The picture cannot be exported: ${this.pieces.failure}`);
      if (this.session.picture !== this) throw new Error('The editor was closed before its picture was exported.');
      if (performance.now() > end) throw new Error('The picture is still being read: export it again when it is there.');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** sRGB of the screen where a pixel of level (0, 0) has its middle; draws anew, since the canvas keeps nothing. */
  readScreen(x: number, y: number): readonly number[] | null {
    const subject = this.#subject();
    if (!subject) return null;
    this.#frame();
    const { originX, originY, scaleX, scaleY } = transformOf(this.viewOf(subject.part));
    const [px, py] = [Math.floor(originX + (x + 0.5) * scaleX), Math.floor(originY + (y + 0.5) * scaleY)];
    const { width, height } = this.#size;
    return px < 0 || py < 0 || px >= width || py >= height ? null : [...this.renderer.readPixels(px, py, 1, 1)];
  }

  probe(): Record<string, unknown> {
    const subject = this.#subject();
    const transform = subject && transformOf(this.viewOf(subject.part));
    const shown = this.pieces.shown;
    const finest = this.pieces.toDraw().at(-1)?.answer;
    // What is told is of the last frame: with another on its way, or finer pixels about to be asked for, the picture is not there yet.
    const isBehind = this.#scheduled !== 0 || this.#resting !== null || (subject !== null && this.#asked !== subjectKey(subject));
    const { picture } = this.session.store.value;
    return {
      status: isBehind && picture.status === 'shown' ? { ...picture, status: 'proxy' } : picture,
      picture: shown && finest ? { layer: shown.layer.id, level: shown.level, region: finest.region, scaleX: finest.scaleX, scaleY: finest.scaleY, width: finest.width, height: finest.height } : null,
      toScreen: transform && [transform.scaleY, transform.originX, transform.originY], drawn: this.renderer.frames,
      canvas: this.#size, coarse: this.#isCoarse, frames: this.renderer.frames, frameTimes: [...this.frameTimes], busy: this.pieces.isBusy, pinned: this.hand.pinned,
      transform, pieces: this.pieces.toDraw().map(({ key, bytes, answer }) => ({ key, bytes, width: answer.width, height: answer.height, region: answer.region })),
    };
  }
}

const SAME: LevelMap = { offsetX: 0, offsetY: 0, scaleX: 1, scaleY: 1 };

/** Colours of the theme, from the elements that have them. */
function coloursOf(box: HTMLElement): OverlayColours & { surround: readonly [number, number, number] } {
  const style = getComputedStyle(box);
  const property = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const [r = 30, g = 30, b = 30] = (style.backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  return {
    data: property('--exr-data-window', '#e8c547'), display: property('--exr-display-window', '#d0d0d0'), selection: property('--exr-selection', '#4fc1ff'),
    font: property('--vscode-font-family', 'sans-serif'), surround: [r / 255, g / 255, b / 255],
  };
}

function surroundOf(background: string, theme: readonly [number, number, number]): readonly [number, number, number] {
  return background === 'black' ? [0, 0, 0] : background === 'grey' ? [0.461, 0.461, 0.461] : theme;
}
