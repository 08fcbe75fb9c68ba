/** A number to type, with a slider where there is room. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { keepTyping } from './typing.ts';

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** How it is shown while nobody types. */
  readonly text: (value: number) => string;
  /** What a double click on the slider goes back to. */
  readonly reset: number;
  readonly disabled?: boolean | undefined;
  readonly title?: string | undefined;
  readonly slider?: { readonly min: number; readonly max: number; readonly step: number } | undefined;
  readonly onChange: (value: number) => void;
}

export function NumberField({ label, value, min, max, step, text, reset, disabled, title, slider, onChange }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const take = (next: number): void => onChange(Math.min(max, Math.max(min, next)));
  const finish = (): void => {
    const next = numberIn(typed ?? '');
    if (typed !== null && next !== null) take(next);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    keepTyping(event);
    if (event.key === 'Enter') finish();
    else if (event.key === 'Escape') setTyped(null);
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      setTyped(null);
      take(round((numberIn(typed ?? '') ?? value) + (event.key === 'ArrowUp' ? step : -step) * (event.shiftKey ? 0.1 : 1)));
    }
  };
  return (
    <span class="number-field" title={title}>
      {slider && <Slider label={label} value={value} {...slider} text={text} disabled={disabled} reset={reset} onChange={onChange} />}
      <input ref={field} type="text" inputMode="decimal" aria-label={label} role="spinbutton" aria-valuenow={value} aria-valuemin={min} aria-valuemax={max} aria-valuetext={text(value)} disabled={disabled} spellcheck={false}
        value={typed ?? text(value)} onFocus={() => field.current?.select()} onInput={(event) => setTyped(event.currentTarget.value)} onBlur={finish} onKeyDown={onKeyDown} />
    </span>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly text: (value: number) => string;
  readonly disabled: boolean | undefined;
  readonly reset: number;
  readonly onChange: (value: number) => void;
}

function Slider({ label, value, min, max, step, text, disabled, reset, onChange }: SliderProps) {
  const input = useRef<HTMLInputElement>(null);
  // A value beyond the slider's ends leaves it at its end.
  useEffect(() => input.current?.style.setProperty('--at', `${((Math.min(max, Math.max(min, value)) - min) / (max - min)) * 100}%`), [value, min, max]);
  return (
    <input ref={input} class="slider" type="range" aria-label={`${label} slider`} aria-valuetext={text(value)} min={min} max={max} step={step} value={value} disabled={disabled}
      onInput={(event) => onChange(Number(event.currentTarget.value))} onDblClick={() => onChange(reset)} />
  );
}

/** Numbers as people type them: a comma, a typographic minus, a fraction. Null when it is none. */
export function numberIn(text: string): number | null {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  const fraction = /^([+-]?[\d.]+)\s*\/\s*([\d.]+)$/.exec(plain);
  const value = fraction ? Number(fraction[1]) / Number(fraction[2]) : plain === '' ? NaN : Number(plain);
  return Number.isFinite(value) ? value : null;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
