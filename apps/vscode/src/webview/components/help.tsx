/** The `?` sheet. */
import { useEffect, useRef } from 'preact/hooks';
import { KEYS } from '../../shared/keys.ts';
import type { Session } from '../session.ts';
import { keyText } from '../state/keys.ts';
import { useStore } from '../state/store.ts';
import { IconButton } from './button.tsx';
import { keepTyping } from './typing.ts';

const GROUPS = ['Look', 'Move', 'Choose', 'Panels'] as const;
const OTHERS: Readonly<Record<(typeof GROUPS)[number], readonly (readonly [string, string])[]>> = {
  Look: [], Choose: [['1 … 9', 'The first to ninth layer']], Panels: [['Ctrl+C', 'Copy the pixel’s values']],
  Move: [['Arrows', 'Move the picture'], ['Shift+arrows', 'Move the inspected pixel'], ['Shift+drag', 'Select a region'], ['Double click', 'Fit, or one to one'], ['Click', 'Hold the pixel in the inspector']],
};

export function Help({ session }: { session: Session }) {
  const open = useStore(session.store, (model) => model.help);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (open && element && !element.open) element.showModal();
    else if (!open && element?.open) element.close();
  }, [open]);
  const close = (): void => session.store.set({ help: false });
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close} onKeyDown={(event) => {
      if (event.key === '?') close();
      keepTyping(event);
    }} onClick={(event) => {
      if (event.target === dialog.current) close();
    }}>
      <div class="help-sheet" data-e2e={open ? 'help' : undefined}>
        <header><h2 id="help-title">Keys</h2><IconButton icon="close" label="Close" onClick={close} /></header>
        <div class="help-groups">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {KEYS.filter((entry) => entry.group === group).map((entry) => <div key={entry.command}><dt><kbd>{keyText(entry)}</kbd></dt><dd>{entry.says}</dd></div>)}
                {OTHERS[group].map(([keys, says]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{says}</dd></div>)}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </dialog>
  );
}
