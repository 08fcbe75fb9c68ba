/** The page: a bar, a panel, the picture and the inspector. */
import { plainText } from '@exr/core/text';
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton } from './components/button.tsx';
import { Help } from './components/help.tsx';
import { keepTyping } from './components/typing.ts';
import { Icon } from './components/icon.tsx';
import { Inspector } from './components/inspector.tsx';
import { Stage } from './components/stage.tsx';
import { Toolbar } from './components/toolbar.tsx';
import { HeaderPanel } from './panels/header.tsx';
import { LayersPanel } from './panels/layers.tsx';
import { StatisticsPanel } from './panels/statistics.tsx';
import { StructurePanel } from './panels/structure.tsx';
import { Splitter } from './components/splitter.tsx';
import { sentence, withoutName } from '../shared/said.ts';
import type { Session } from './session.ts';
import { toLayer } from './state/commands.ts';
import { commandOf } from './state/keys.ts';
import { titleOf } from './state/model.ts';
import { useStore } from './state/store.ts';

const PANELS: Readonly<Record<string, readonly [string, ComponentType<{ session: Session }>]>> = {
  header: ['Header', HeaderPanel], layers: ['Layers', LayersPanel], structure: ['Structure', StructurePanel], statistics: ['Statistics', StatisticsPanel],
};

export function App({ session }: { session: Session }) {
  const panel = useStore(session.store, (model) => model.view.panel);
  const inspector = useStore(session.store, (model) => model.view.inspector && model.noPicture === null && (model.opened?.layers.length ?? 0) > 0);
  const opened = useStore(session.store, (model) => model.opened !== null);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => listenToKeys(session), [session]);
  useEffect(() => {
    if (opened) requestAnimationFrame(() => {
      session.times['header'] ??= performance.now();
      document.body.dataset['opened'] = 'true';
    });
  }, [opened]);
  const [title, Panel] = PANELS[panel] ?? [];
  return (
    <div class="app" ref={root}>
      <Toolbar session={session} />
      <Banner session={session} />
      <div class={`main ${Panel ? 'has-panel' : ''}`}>
        {Panel && title && <>
          <aside class="side" aria-label={title}>
            <div class="side-title"><h2>{title}</h2><IconButton icon="close" label={`Close ${title.toLowerCase()}`} onClick={() => session.setView({ panel: 'none' })} /></div>
            <Panel session={session} />
          </aside>
          <Splitter container={root} />
        </>}
        <Stage session={session} />
      </div>
      {inspector && <Inspector session={session} />}
      <Help session={session} />
      <Said session={session} />
    </div>
  );
}

/** What is wrong while there is something to see all the same. */
function Banner({ session }: { session: Session }) {
  const failure = useStore(session.store, (model) => (model.opened ? model.failure : null));
  const errors = useStore(session.store, (model) => model.opened?.report.errors ?? null);
  const name = useStore(session.store, (model) => model.opened?.name ?? '');
  const notice = useStore(session.store, (model) => model.opened?.notice ?? null);
  // A notice stands where the picture would be and says it already.
  const said = errors && errors.length > 0 && notice === null ? errors : null;
  if (!failure && !said) return null;
  return (
    <div class="banner" role="alert">
      {failure && <p class="is-error"><Icon name="error" /><span>The file changed and could not be read again: {plainText(withoutName(failure.message, name), { max: 500 })} What is shown is from before.</span><button type="button" class="link" onClick={() => session.run('reload')}>Try again</button></p>}
      {said && <p class="is-warning"><Icon name="warning" /><span>{plainText(sentence(said[0]!.message, name), { max: 500 })}{said.length > 1 && ` (and ${said.length - 1} more)`}</span><button type="button" class="link" onClick={() => session.setView({ panel: 'structure' })}>Structure</button></p>}
    </div>
  );
}

/** Said to screen readers, and shown for a moment. */
function Said({ session }: { session: Session }) {
  const said = useStore(session.store, (model) => model.said);
  const [shown, setShown] = useState('');
  useEffect(() => {
    if (said === '') return;
    setShown(said);
    const timer = setTimeout(() => setShown(''), Math.max(1600, said.length * 60));
    return () => clearTimeout(timer);
  }, [said]);
  return <div class={`said ${shown ? 'is-shown' : ''}`} role="status" aria-live="polite">{shown}</div>;
}

/** Keys that no control took. Those that are ours are kept from VS Code, where they may be bound a second time. */
function listenToKeys(session: Session): () => void {
  const listener = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (target.closest('input:not([type=range]):not([type=checkbox]), select, textarea')) {
      keepTyping(event);
      return;
    }
    if (event.defaultPrevented || target.closest('dialog')) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && !event.shiftKey && !window.getSelection()?.toString() && session.pointing.value.at) {
      event.preventDefault();
      event.stopPropagation();
      session.run('copyValues');
      return;
    }
    const { opened } = session.store.value;
    const number = !event.ctrlKey && !event.metaKey && !event.altKey && /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
    const command = number ? null : commandOf(event);
    if (!command && !(number && opened?.layers[number - 1])) return;
    event.preventDefault();
    event.stopPropagation();
    if (command) session.run(command);
    else if (opened) {
      const layer = opened.layers[number - 1]!;
      session.setView(toLayer(opened, layer));
      session.say(`Layer ${titleOf(layer)}`);
    }
  };
  document.addEventListener('keydown', listener);
  return () => document.removeEventListener('keydown', listener);
}
