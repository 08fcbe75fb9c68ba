/** A button that opens a small sheet below itself. Escape, a click elsewhere and leaving it close it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

export function Popover({ icon, label, title, children }: { icon: IconName; label: string; title: string; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', elsewhere, true);
    document.addEventListener('focusin', elsewhere, true);
    root.current?.querySelector<HTMLElement>('.popover-sheet :is(input, select, button)')?.focus();
    return () => {
      document.removeEventListener('pointerdown', elsewhere, true);
      document.removeEventListener('focusin', elsewhere, true);
    };
  }, [open]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="popover" ref={root} onKeyDown={onKeyDown}>
      <button ref={button} type="button" class="icon-button" aria-label={label} title={title} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)}>
        <Icon name={icon} />
      </button>
      {open && <div class="popover-sheet" role="dialog" aria-label={label}>{children}</div>}
    </div>
  );
}
