/** Buttons as VS Code has them in its toolbars. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface IconButtonProps {
  readonly icon: IconName;
  /** Read by screen readers and shown as a tooltip. */
  readonly label: string;
  /** Of a toggle. */
  readonly pressed?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly keys?: string | undefined;
  readonly class?: string | undefined;
  readonly onClick: () => void;
}

export function IconButton({ icon, label, pressed, disabled, keys, class: name, onClick }: IconButtonProps) {
  return (
    <button type="button" class={`icon-button ${name ?? ''}`} aria-label={label} title={keys ? `${label} (${keys})` : label} aria-pressed={pressed} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: ComponentChildren; readonly says: string; readonly disabled?: boolean }[];
  readonly onChoose: (value: T) => void;
}

/** One of a few, side by side: arrows move, as in a group of radio buttons. */
export function Choice<T extends string>({ label, value, options, onChoose }: ChoiceProps<T>) {
  const usable = options.filter(({ disabled }) => !disabled);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = usable[(usable.findIndex((option) => option.value === value) + by + usable.length) % usable.length]!;
    onChoose(next.value);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-value="${next.value}"]`)?.focus();
  };
  return (
    <div class="choice" role="radiogroup" aria-label={label} onKeyDown={onKeyDown}>
      {options.map((option) => (
        <button type="button" role="radio" key={option.value} data-value={option.value} aria-checked={option.value === value} aria-label={option.says} title={option.says}
          disabled={option.disabled} tabIndex={option.value === value ? 0 : -1} onClick={() => onChoose(option.value)}>
          {option.text}
        </button>
      ))}
    </div>
  );
}
