/** Mouse, pen, fingers and wheel over the picture, as movements of the view. */

export interface InputTarget {
  /** Points are in CSS pixels from the element's top left. */
  zoomBy(factor: number, x: number, y: number): void;
  panBy(dx: number, dy: number): void;
  hover(point: { x: number; y: number } | null): void;
  click(x: number, y: number): void;
  doubleClick(x: number, y: number): void;
  selectFrom(x: number, y: number, toX: number, toY: number, done: boolean): void;
  /** Whether a drag without Shift selects. */
  readonly selects: boolean;
}

/** A press that moved no further is a click. */
const CLICK = 4;

/** Listens until the returned function is called. */
export function listen(element: HTMLElement, target: InputTarget): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let start: { x: number; y: number; moved: boolean; selecting: boolean } | null = null;
  const place = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const down = (event: PointerEvent): void => {
    if (event.button > 1) return;
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    const at = place(event);
    pointers.set(event.pointerId, at);
    start = pointers.size === 1 ? { ...at, moved: false, selecting: event.button === 0 && (event.shiftKey || target.selects) } : null;
    event.preventDefault();
  };
  const move = (event: PointerEvent): void => {
    const at = place(event);
    const before = pointers.get(event.pointerId);
    if (before) pointers.set(event.pointerId, at);
    if (pointers.size < 2) target.hover(at);
    if (!before) return;
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, each]) => each);
      const middle = { x: (at.x + other!.x) / 2, y: (at.y + other!.y) / 2 };
      target.zoomBy(Math.hypot(at.x - other!.x, at.y - other!.y) / Math.max(1, Math.hypot(before.x - other!.x, before.y - other!.y)), middle.x, middle.y);
      target.panBy((at.x - before.x) / 2, (at.y - before.y) / 2);
    } else if (start) {
      start.moved ||= Math.hypot(at.x - start.x, at.y - start.y) > CLICK;
      if (!start.moved) return;
      element.classList.toggle('is-dragging', !start.selecting);
      if (start.selecting) target.selectFrom(start.x, start.y, at.x, at.y, false);
      else target.panBy(at.x - before.x, at.y - before.y);
    }
  };
  const up = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    element.classList.remove('is-dragging');
    if (!start) return;
    const at = place(event);
    if (start.selecting && start.moved) target.selectFrom(start.x, start.y, at.x, at.y, true);
    else if (!start.moved && event.button === 0 && event.type === 'pointerup') target.click(at.x, at.y);
    start = null;
  };
  const leave = (): void => {
    if (pointers.size === 0) target.hover(null);
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, y } = place(event);
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    // A pinch comes as a wheel with Ctrl; two fingers on a touchpad move both ways, or by small steps.
    if (!event.ctrlKey && !event.metaKey && (dx !== 0 || event.shiftKey || (event.deltaMode === 0 && Math.abs(dy) < 40))) {
      target.panBy(event.shiftKey && dx === 0 ? -dy : -dx, event.shiftKey && dx === 0 ? 0 : -dy);
    } else target.zoomBy(2 ** (-Math.max(-120, Math.min(120, dy)) / (event.ctrlKey && Math.abs(dy) < 40 ? 60 : 240)), x, y);
  };
  const doubled = (event: MouseEvent): void => {
    const { x, y } = place(event);
    target.doubleClick(x, y);
  };

  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: leave, dblclick: doubled } as const;
  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener as EventListener);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener as EventListener);
    element.removeEventListener('wheel', wheel);
  };
}
