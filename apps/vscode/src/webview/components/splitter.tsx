/** The edge between panel and picture: dragged, or moved by arrow keys. */
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const LEAST = 180;

export function Splitter({ container }: { container: RefObject<HTMLElement> }) {
  const [width, setWidth] = useState(340);
  useEffect(() => container.current?.style.setProperty('--side-width', `${width}px`), [width]);
  const take = (wanted: number): void => setWidth(Math.round(Math.min(Math.max(LEAST, (container.current?.clientWidth ?? 1000) - 220), Math.max(LEAST, wanted))));
  const down = (event: PointerEvent): void => {
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    const from = { x: event.clientX, width };
    const move = (moved: PointerEvent): void => take(from.width + moved.clientX - from.x);
    element.addEventListener('pointermove', move);
    element.addEventListener('lostpointercapture', () => element.removeEventListener('pointermove', move), { once: true });
  };
  return (
    <div class="splitter" role="separator" aria-orientation="vertical" aria-label="Width of the panel" aria-valuenow={width} aria-valuemin={LEAST} tabIndex={0} onPointerDown={down} onDblClick={() => take(340)}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? -20 : event.key === 'ArrowRight' ? 20 : 0;
        if (by === 0) return;
        event.preventDefault();
        event.stopPropagation();
        take(width + by);
      }} />
  );
}
