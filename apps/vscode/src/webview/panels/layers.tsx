/** Everything that makes a picture: parts, views, layers and their channels, with thumbnails. */
import { plainText } from '@exr/core/text';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LayerInfo, Opened } from '../../shared/protocol.ts';
import { SearchField } from '../components/search-field.tsx';
import { VirtualList } from '../components/virtual-list.tsx';
import type { Session } from '../session.ts';
import { toLayer } from '../state/commands.ts';
import { currentLayer, inOrder, titleOf } from '../state/model.ts';
import { useStore } from '../state/store.ts';
import { type Thumbnail, Thumbnails } from './thumbnails.ts';
import { neutral, neutralLines } from '../../shared/neutral.ts';

const ROW = 52;

export function LayersPanel({ session }: { session: Session }) {
  const opened = useStore(session.store, (model) => model.opened);
  const layer = useStore(session.store, currentLayer);
  const alone = useStore(session.store, (model) => model.view.channel);
  const [search, setSearch] = useState('');
  const thumbnails = useMemo(() => new Thumbnails(session), [session]);
  useEffect(() => {
    if (opened) thumbnails.forget(opened.revision);
  }, [opened?.revision]);
  const found = useMemo(() => (opened ? layersMatching(opened, search) : []), [opened, search]);
  const at = layer ? found.indexOf(layer) : -1;
  const root = useRef<HTMLDivElement>(null);
  if (!opened) return <div class="panel-body"><p class="empty">Reading the header…</p></div>;

  const choose = (next: LayerInfo): void => session.setView(toLayer(opened, next));
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || found.length === 0 || (event.target as HTMLElement).closest('.channel-chips')) return;
    event.preventDefault();
    event.stopPropagation();
    choose(found[Math.min(found.length - 1, Math.max(0, at + by))]!);
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>('[role=option][tabindex="0"]')?.focus({ preventScroll: true }));
  };
  return (
    <div class="panel-body layers-panel" ref={root}>
      <SearchField label="Filter layers, views and channels" value={search} count={search ? found.length : null} onChange={setSearch} />
      {found.length === 0 ? <p class="empty">{opened.layers.length === 0 ? 'This file has no channels that could be drawn.' : <>No layer, view or channel has <b>{search}</b> in its name.</>}</p> : (
        <VirtualList role="listbox" label="Layers" count={found.length} rowHeight={ROW} active={at >= 0 ? at : null} onKeyDown={onKeyDown}
          row={(index) => <Row key={found[index]!.id} session={session} opened={opened} layer={found[index]!} isShown={found[index] === layer} alone={alone} isFirst={at < 0 && index === 0} thumbnails={thumbnails} onChoose={choose} />} />
      )}
    </div>
  );
}

/** Layers whose name, view, part or a channel has every word of the search. */
export function layersMatching({ layers }: Pick<Opened, 'layers'>, search: string): readonly LayerInfo[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return layers.filter((layer) => {
    const text = [titleOf(layer), layer.view, layer.partName, `part ${layer.part}`, ...layer.channels].join('\n').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

interface RowProps {
  readonly session: Session;
  readonly opened: Opened;
  readonly layer: LayerInfo;
  readonly isShown: boolean;
  readonly alone: string | null;
  readonly isFirst: boolean;
  readonly thumbnails: Thumbnails;
  readonly onChoose: (layer: LayerInfo) => void;
}

function Row({ session, opened, layer, isShown, alone, isFirst, thumbnails, onChoose }: RowProps) {
  const several = opened.parts.length > 1;
  const where = [several && `part ${layer.part}${layer.partName ? ` ${layer.partName}` : ''}`, layer.view].filter(Boolean).join(' · ');
  const title = plainText(titleOf(layer), { max: 120 });
  return (
    <div role="option" class="layer-row" aria-selected={isShown} tabIndex={isShown || isFirst ? 0 : -1} onClick={() => onChoose(layer)} title={neutralLines([layer.layer, where].filter(Boolean))}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') onChoose(layer);
      }}>
      <Picture thumbnails={thumbnails} revision={opened.revision} layer={layer.id} />
      <div class="layer-text">
        <div class="layer-line"><span class="layer-name">{title}</span>{where && <span class="layer-where">{plainText(where, { max: 80 })}</span>}</div>
        <div class="channel-chips">
          {inOrder(layer.channels, (name) => name).slice(0, 12).map((name) => {
            const component = plainText(name.slice(name.lastIndexOf('.') + 1) || name, { max: 16 });
            const pressed = isShown && alone === name;
            return (
              <button type="button" key={name} class="chip" aria-pressed={pressed} tabIndex={isShown ? 0 : -1} title={pressed ? `Show all of ${title}` : `Show ${neutral(name)} alone`} onClick={(event) => {
                event.stopPropagation();
                session.setView({ layer: layer.id, channel: pressed ? null : name, solo: 'none', range: null });
              }}>{component}</button>
            );
          })}
          {layer.channels.length > 12 && <span class="chip-more">+{layer.channels.length - 12}</span>}
        </div>
      </div>
    </div>
  );
}

function Picture({ thumbnails, revision, layer }: { thumbnails: Thumbnails; revision: number; layer: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (made: Thumbnail): void => {
      const element = canvas.current;
      if (!element || made === 'none') return;
      Object.assign(element, { width: made.width, height: made.height });
      element.getContext('2d')?.drawImage(made, 0, 0);
      element.classList.add('is-there');
    };
    canvas.current?.classList.remove('is-there');
    const got = thumbnails.get(revision, layer, draw);
    if (typeof got === 'function') return got;
    draw(got);
    return undefined;
  }, [thumbnails, revision, layer]);
  return <span class="layer-picture" aria-hidden="true"><canvas ref={canvas} width={1} height={1} /></span>;
}
