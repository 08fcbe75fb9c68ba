/** The picture, and what is said over it. */
import { plainText } from '@exr/core/text';
import { useEffect, useRef } from 'preact/hooks';
import { sentence, withoutName } from '../../shared/said.ts';
import { RpcError } from '../../shared/rpc.ts';
import { firstSight } from '../image/sight.ts';
import { Viewer } from '../image/viewer.ts';
import { currentLayer, drawnOf, lastOf, type Model, normalising, partOf } from '../state/model.ts';
import type { Session } from '../session.ts';
import { useStore } from '../state/store.ts';
import { Icon } from './icon.tsx';
import { Legend } from './legend.tsx';

const PAN_STEP = 64;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function Stage({ session }: { session: Session }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const sight = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const viewer = useRef<Viewer | null>(null);
  const noPicture = useStore(session.store, (model) => model.noPicture);
  const selecting = useStore(session.store, (model) => model.selecting);
  const label = useStore(session.store, (model) => {
    const layer = currentLayer(model);
    return layer ? `Picture of ${layer.layer || 'the base layer'}${layer.view ? `, view ${layer.view}` : ''}. Arrow keys move it, Shift and arrow keys move the inspected pixel.` : 'No picture';
  });
  const drawn = useStore(session.store, drawnMark);
  useEffect(() => {
    const gone = new AbortController();
    void firstSight(session, box.current!, sight.current!, gone.signal).then(() => {
      if (gone.signal.aborted) return;
      try {
        viewer.current = new Viewer(session, { box: box.current!, canvas: canvas.current!, overlay: overlay.current! });
      } catch (error) {
        session.store.set({ noPicture: error instanceof Error ? error.message : String(error) });
      }
    });
    return () => {
      gone.abort(new RpcError('CANCELLED', 'usage', 'closed'));
      viewer.current?.dispose();
    };
  }, [session]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if ((dx === 0 && dy === 0) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) viewer.current?.hand.movePinned(dx, dy);
    else viewer.current?.hand.panBy(-dx * PAN_STEP, -dy * PAN_STEP);
  };
  return (
    <section class="stage" aria-label="Picture">
      <div ref={box} data-e2e-picture={drawn?.what} data-e2e-layer={drawn?.layer} class={`canvas-box ${selecting ? 'is-selecting' : ''}`} tabIndex={0} role="img" aria-label={label} hidden={noPicture !== null} onKeyDown={onKeyDown}>
        <canvas ref={canvas} aria-hidden="true" />
        <canvas ref={sight} class="sight" aria-hidden="true" hidden />
        <canvas ref={overlay} aria-hidden="true" />
      </div>
      {noPicture !== null ? (
        <div class="stage-message" data-e2e="notice"><Icon name="warning" /><h2>No picture here</h2><p>{noPicture}</p><p class="dim">Hardware acceleration may be off, or the graphics driver too old. The header, structure and statistics work all the same, and <code>exr preview</code> draws without a graphics card.</p></div>
      ) : <StageNotes session={session} retry={() => {
        viewer.current?.pieces.retry();
        viewer.current?.schedule();
      }} />}
    </section>
  );
}

/** For tests: which layer is on the screen, and whether every pixel that is looked at is. */
function drawnMark({ picture }: Model): Model['picture']['drawn'] {
  return picture.drawn;
}

function StageNotes({ session, retry }: { session: Session; retry: () => void }) {
  const opened = useStore(session.store, (model) => model.opened);
  const picture = useStore(session.store, (model) => model.picture);
  const failure = useStore(session.store, (model) => model.failure);
  // What the structure says of the whole file is said in the bar.
  const isWhole = useStore(session.store, (model) => (lastOf(model.structure)?.judgement.verdict ?? 'ok') === 'ok');
  const legend = useStore(session.store, (model) => {
    const layer = currentLayer(model);
    const part = partOf(model.opened, layer);
    if (!layer || !part) return null;
    const drawn = drawnOf(layer, part, model.view.channel);
    return model.view.falseColour || drawn.kind === 'samples' ? normalising(model.view, drawn) : null;
  });
  const what = useStore(session.store, (model) => {
    const layer = currentLayer(model);
    return layer?.kind === 'samples' ? 'samples in a pixel' : (model.view.channel ?? layer?.names[layer.kind === 'rgb' ? 1 : 0] ?? 'value');
  });
  const range = useStore(session.store, (model) => model.view.range ?? model.picture.range);
  const exposure = useStore(session.store, (model) => model.view.exposure);
  if (!opened) {
    return failure ? <div class="stage-message" data-e2e="notice"><Icon name="error" /><h2>This file cannot be opened</h2><p>{plainText(failure.message, { max: 2000 })}</p><Actions session={session} /></div>
      : <div class="stage-message is-quiet"><span class="spinner" /><p>Opening…</p></div>;
  }
  if (opened.notice) return <div class="stage-message" data-e2e="notice"><Icon name="warning" /><h2>No picture</h2><p>{plainText(sentence(opened.notice, opened.name), { max: 2000 })}</p><Actions session={session} /></div>;
  if (opened.layers.length === 0) return <div class="stage-message" data-e2e="notice"><Icon name="warning" /><h2>Nothing to draw</h2><p>{opened.report.errors.length > 0 ? 'The header is broken where it should say which pixels there are. What could be read of it is in the panel beside.' : 'No part of this file has channels that make a picture. Its header is in the panel beside.'}</p></div>;
  return (
    <>
      {picture.status === 'failed' && (
        <div class="stage-note is-error" role="alert" data-e2e="notice"><Icon name="error" /><span>{plainText(sentence(picture.message ?? '', opened.name), { max: 600 })}</span><button type="button" class="button is-secondary" onClick={retry}>Try again</button></div>
      )}
      {picture.status !== 'failed' && picture.problems.length > 0 && isWhole && (
        <details class="stage-note is-warning"><summary><Icon name="warning" />{picture.problems.length === 1 ? 'A chunk could not be read' : `${picture.problems.length >= 10 ? '10 or more' : picture.problems.length} chunks could not be read`}</summary><ul>{picture.problems.map((problem) => <li key={problem}>{plainText(withoutName(problem, opened.name), { max: 400 })}</li>)}</ul></details>
      )}
      {legend && <Legend what={plainText(what, { max: 40 })} mode={legend} range={range} exposure={exposure} />}
    </>
  );
}

function Actions({ session }: { session: Session }) {
  const run = (name: 'openText' | 'openHex') => () => void session.host.call('command', { name }).catch((error: Error) => session.say(error.message));
  return (
    <div class="stage-actions">
      <button type="button" class="button" onClick={() => session.run('reload')}>Try again</button>
      <button type="button" class="button is-secondary" onClick={run('openText')}>Open as text</button>
    </div>
  );
}
