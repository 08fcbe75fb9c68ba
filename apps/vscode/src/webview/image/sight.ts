/**
 * The first sight of a picture: small, developed by the host, on a plain canvas where the picture will be. A WebGL context and its programs take
 * a while to be made (on a processor a third of a second, in which nothing else can be drawn), so they come after it.
 */
import type { Canvas } from '../../shared/fit.ts';
import type { LayerInfo, PartInfo, SightAnswer } from '../../shared/protocol.ts';
import type { ViewState } from '../../shared/view-state.ts';
import type { Session } from '../session.ts';
import { currentLayer, type Model, partOf } from '../state/model.ts';
import { transformOf, viewOf } from './geometry.ts';

/** WebGL is made after so long, in milliseconds from the first paint, whether or not a sight has come. */
const PATIENCE = 250;

/** Shows the first sight on `canvas`, which fills `box`, until the picture is drawn; resolves when the picture's own drawing should begin. */
export async function firstSight(session: Session, box: HTMLElement, canvas: HTMLCanvasElement, signal: AbortSignal): Promise<void> {
  const { store } = session;
  while (!store.value.opened && !store.value.failure) await changed(session, signal);
  const { value } = store;
  const layer = currentLayer(value);
  const part = partOf(value.opened, layer);
  if (signal.aborted || !value.opened || !layer || !part || !isPlain(value, layer)) return;
  const { exposure, toneMap, marks } = value.view;
  const asked = session.host.call('sight', { revision: value.opened.revision, layer: layer.id, canvas: sizeOf(box), exposure, toneMap, marks: marks.nonfinite }, { signal });
  const shown = asked.then(async (answer) => {
    // The header is the first thing to be seen; a hidden page has no frames to wait for.
    for (let i = 0; i < 5 && session.times['header'] === undefined; i++) await painted();
    if (!answer || signal.aborted || !isStill(session, value.view, answer)) return;
    show(session, box, canvas, answer, part, signal);
    // Drawn, and a frame later on the screen.
    await painted();
    await painted();
  }, () => undefined); // the picture itself says what is wrong
  await painted();
  await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

/** Whether the host's development is what the view's would be. */
function isPlain({ opened, view }: Model, layer: LayerInfo): boolean {
  const { marks, level } = view;
  const background = opened!.settings.background;
  return layer.kind !== 'samples' && view.channel === null && view.solo === 'none' && level.x === 0 && level.y === 0 && view.gamma === 1 && view.normalise === 'auto' && view.range === null && !view.falseColour
    && !marks.negative && !marks.clipped && marks.nonfinite === marks.missing && (layer.alpha === null || background === 'theme' || background === 'black');
}

const LOOK = ['layer', 'channel', 'level', 'solo', 'exposure', 'gamma', 'toneMap', 'normalise', 'range', 'falseColour', 'marks'] as const satisfies readonly (keyof ViewState)[];

/** Nothing is drawn yet, and it would look like this. */
function isStill({ store }: Session, asked: ViewState, { revision }: SightAnswer): boolean {
  const { opened, view, picture } = store.value;
  return picture.drawn === null && opened?.revision === revision && LOOK.every((key) => Object.is(view[key], asked[key]));
}

function show(session: Session, box: HTMLElement, canvas: HTMLCanvasElement, answer: SightAnswer, part: PartInfo, signal: AbortSignal): void {
  const { store } = session;
  const asked = store.value.view;
  const place = (): void => {
    const size = sizeOf(box);
    const { originX, originY, scaleX, scaleY } = transformOf(viewOf(part, store.value.view, size));
    const { xMin, xMax, yMin, yMax } = answer.region;
    Object.assign(canvas.style, {
      // As the picture is drawn: pixels have edges where they are larger than those of the screen.
      imageRendering: answer.width === xMax - xMin + 1 && scaleX > 1 ? 'pixelated' : 'auto',
      left: `${(originX + xMin * scaleX) / size.ratio}px`, top: `${(originY + yMin * scaleY) / size.ratio}px`,
      width: `${((xMax - xMin + 1) * scaleX * answer.across) / size.ratio}px`, height: `${((yMax - yMin + 1) * scaleY * answer.down) / size.ratio}px`,
    });
  };
  Object.assign(canvas, { width: answer.width, height: answer.height });
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(answer.rgba), answer.width, answer.height), 0, 0);
  place();
  canvas.hidden = false;
  const resize = new ResizeObserver(place);
  resize.observe(box);
  const end = (): void => {
    unsubscribe();
    resize.disconnect();
    session.isSighted = false;
    canvas.hidden = true;
    canvas.width = 0;
  };
  const unsubscribe = store.subscribe(() => {
    // In the frame that draws the picture: both change places at once.
    if (!isStill(session, asked, answer)) end();
    else place();
  });
  signal.addEventListener('abort', end, { once: true });
  session.isSighted = true;
  session.times['sight'] = performance.now();
  session.times['firstImage'] ??= performance.now();
  document.body.dataset['picture'] = 'proxy';
  store.set({ picture: { ...store.value.picture, status: 'proxy' } });
}

function sizeOf(box: HTMLElement): Canvas {
  const ratio = window.devicePixelRatio || 1;
  return { width: Math.max(1, Math.round(box.clientWidth * ratio)), height: Math.max(1, Math.round(box.clientHeight * ratio)), ratio };
}

function changed({ store }: Session, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const unsubscribe = store.subscribe(stop);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** What is in the page now has been painted; a page that is hidden paints nothing and does not wait. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000);
    requestAnimationFrame(() => setTimeout(() => {
      clearTimeout(timer);
      resolve();
    }));
  });
}
