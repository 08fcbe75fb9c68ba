/** The header as a tree: searched, walked by keys, copied. */
import type { JsonValue } from '@exr/core';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { VirtualList } from '../components/virtual-list.tsx';
import { SearchField } from '../components/search-field.tsx';
import { failureOf, type Session } from '../session.ts';
import { useStore } from '../state/store.ts';
import { headerTree, keyInTree, openAtFirst, rowsOf, type TreeRow } from './tree.ts';
import { neutral } from '../../shared/neutral.ts';

const ROW = 22;

export function HeaderPanel({ session }: { session: Session }) {
  const opened = useStore(session.store, (model) => model.opened);
  const [wholes, setWholes] = useState<ReadonlyMap<string, JsonValue>>(new Map());
  const revision = opened?.revision;
  useEffect(() => setWholes(new Map()), [revision]);
  const nodes = useMemo(() => (opened ? headerTree(opened, wholes) : []), [opened, wholes]);
  const [open, setOpen] = useState<ReadonlySet<string> | null>(null);
  const opens = open ?? openAtFirst(nodes);
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const rows = useMemo(() => rowsOf(nodes, opens, search), [nodes, opens, search]);
  const root = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const at = Math.min(active, rows.length - 1);

  // The focus follows the active row, once it is in the page.
  useEffect(() => {
    if (moved.current) root.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus({ preventScroll: true });
    moved.current = false;
  });

  const toggle = (id: string): void => setOpen(new Set(opens.has(id) ? [...opens].filter((each) => each !== id) : [...opens, id]));
  const showAll = async ({ part, name }: { readonly part: number; readonly name: string }): Promise<void> => {
    if (revision === undefined) return;
    try {
      const { json } = await session.host.call('attribute', { revision, part, name });
      setWholes((now) => new Map([...now, [`${part}/${name}`, JSON.parse(json) as JsonValue]]));
    } catch (error) {
      session.say(failureOf(error).message);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && row && !window.getSelection()?.toString()) {
      event.preventDefault();
      copyRow(session, row, event.shiftKey);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (row?.node.whole && row.node.kind === 'more' && (event.key === 'Enter' || event.key === ' ')) void showAll(row.node.whole);
    const does = keyInTree(event.key, rows, at, Math.max(1, Math.floor((root.current?.clientHeight ?? 400) / ROW) - 1));
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    moved.current = true;
    if ('focus' in does) setActive(does.focus);
    else toggle(does.toggle);
  };
  const click = (index: number): void => {
    const { node } = rows[index]!;
    moved.current = true;
    setActive(index);
    if (node.kind === 'more' && node.whole) void showAll(node.whole);
    else if (node.children.length > 0) toggle(node.id);
  };

  return (
    <div class="panel-body header-panel" data-e2e={opened ? 'header' : undefined} ref={root}>
      <SearchField label="Search attributes, types and values" value={search} count={search ? rows.length : null} onChange={(value) => {
        setSearch(value);
        setActive(0);
      }} />
      {rows.length === 0 ? <p class="empty">{opened ? <>Nothing in this header has <b>{search}</b> in its name, type or value.</> : 'Reading the header…'}</p> : (
        <VirtualList class="tree" role="tree" label="Header" count={rows.length} rowHeight={ROW} active={at} onKeyDown={onKeyDown}
          row={(index) => <Row row={rows[index]!} isActive={index === at} onClick={() => click(index)} onCopy={(asJson) => copyRow(session, rows[index]!, asJson)} />} />
      )}
    </div>
  );
}

function Row({ row: { node, depth, isOpen, position, siblings }, isActive, onClick, onCopy }: { row: TreeRow; isActive: boolean; onClick: () => void; onCopy: (asJson: boolean) => void }) {
  const isBranch = node.children.length > 0;
  const copy = (asJson: boolean) => (event: MouseEvent): void => {
    event.stopPropagation();
    onCopy(asJson);
  };
  return (
    <div role="treeitem" class={`tree-row is-${node.kind}`} tabIndex={isActive ? 0 : -1} aria-level={depth + 1} aria-posinset={position} aria-setsize={siblings} aria-selected={isActive}
      {...(isBranch && { 'aria-expanded': isOpen })} style={{ '--depth': depth }} onClick={onClick} title={neutral([node.label, node.type && `(${node.type})`, node.value].filter(Boolean).join(' '))}>
      <span class="twistie" aria-hidden="true">{isBranch && <Icon name={isOpen ? 'down' : 'right'} />}</span>
      <span class="tree-name">{node.label}</span>
      {node.type && <span class="tree-type">{node.type}</span>}
      <span class="tree-value">{node.value}</span>
      {node.kind !== 'more' && (
        <span class="tree-tools">
          <button type="button" class="icon-button" tabIndex={-1} aria-label={`Copy ${neutral(node.label, 80)} as text`} title="Copy as text (Ctrl+C)" onClick={copy(false)}><Icon name="copy" /></button>
          {node.json !== undefined && <button type="button" class="icon-button" tabIndex={-1} aria-label={`Copy ${neutral(node.label, 80)} as JSON`} title="Copy as JSON (Ctrl+Shift+C)" onClick={copy(true)}><Icon name="braces" /></button>}
        </span>
      )}
    </div>
  );
}

function copyRow(session: Session, { node }: TreeRow, asJson: boolean): void {
  const isText = typeof node.json === 'string' && node.kind === 'attribute';
  const text = asJson && node.json !== undefined ? JSON.stringify(node.json, null, 2) : isText ? (node.json as string) : node.kind === 'section' ? `${node.label} ${node.value}` : node.value;
  session.copy(text, `${node.label}${asJson ? ' as JSON' : ''} was`);
}
