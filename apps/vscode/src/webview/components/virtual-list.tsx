/** A long list of rows of one height, of which only those in sight are in the page. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface VirtualListProps {
  readonly count: number;
  readonly rowHeight: number;
  /** Kept in sight, null for none. */
  readonly active: number | null;
  readonly row: (index: number) => ComponentChildren;
  readonly role: JSX.AriaRole;
  readonly label: string;
  readonly class?: string;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/** Rows beyond the edges that are there all the same, so that quick scrolling shows no gaps. */
const SPARE = 30;

export function VirtualList({ count, rowHeight, active, row, role, label, class: name, onKeyDown }: VirtualListProps) {
  const root = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const element = root.current!;
    const look = (): void => setPlace((now) => (now.top === element.scrollTop && now.height === element.clientHeight ? now : { top: element.scrollTop, height: element.clientHeight }));
    const resize = new ResizeObserver(look);
    resize.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      resize.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  useLayoutEffect(() => {
    const element = root.current!;
    if (active === null) return;
    const top = active * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight;
  }, [active, rowHeight]);
  const from = Math.max(0, Math.floor(place.top / rowHeight) - SPARE);
  const to = Math.min(count, Math.ceil((place.top + place.height) / rowHeight) + SPARE);
  const indices = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  // The focused row stays in the page, so that the focus does.
  if (active !== null && active < count && (active < from || active >= to)) indices.push(active);
  return (
    <div ref={root} class={`virtual-list ${name ?? ''}`} role={role} aria-label={label} onKeyDown={onKeyDown}>
      <div class="virtual-rows" role="none" style={{ height: `${count * rowHeight}px` }}>
        {indices.map((index) => (
          <div key={index} class="virtual-row" role="none" style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}>{row(index)}</div>
        ))}
      </div>
    </div>
  );
}
