/** A field that filters what is below it. Escape empties it. */
import { Icon } from './icon.tsx';
import { keepTyping } from './typing.ts';

export function SearchField({ label, value, count, onChange }: { label: string; value: string; count: number | null; onChange: (value: string) => void }) {
  return (
    <div class="search-field">
      <Icon name="search" />
      <input data-search type="text" placeholder={label} aria-label={label} spellcheck={false} value={value} onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          keepTyping(event);
          if (event.key === 'Escape' && value === '') event.currentTarget.blur();
          else if (event.key === 'Escape') onChange('');
          if (event.key === 'ArrowDown') event.currentTarget.closest('.panel-body')?.querySelector<HTMLElement>('[tabindex="0"][role]')?.focus();
        }} />
      <span class="search-count" aria-live="polite">{count === null ? '' : count === 1 ? '1 row' : `${count} rows`}</span>
    </div>
  );
}
