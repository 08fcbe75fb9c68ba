/** Everything about the look that has no place of its own in the bar. */
import type { ViewState } from '../../shared/view-state.ts';
import { floatText } from '../format/attribute.ts';
import { currentLayer, drawnOf, normalising, partOf } from '../state/model.ts';
import type { Session } from '../session.ts';
import { useStore } from '../state/store.ts';
import { NumberField } from './number-field.tsx';
import { SoloGroup } from './toolbar.tsx';

export function Adjust({ session }: { session: Session }) {
  const view = useStore(session.store, (model) => model.view);
  const own = useStore(session.store, (model) => model.picture.range);
  const part = useStore(session.store, (model) => partOf(model.opened, currentLayer(model)));
  const layer = useStore(session.store, currentLayer);
  const mode = layer && part ? normalising(view, drawnOf(layer, part, view.channel)) : 'off';
  const range = view.range ?? own;
  const set = (patch: Partial<ViewState>): void => session.setView(patch);
  const number = (value: number): string => floatText(Number(value.toPrecision(6)));
  return (
    <div class="adjust">
      <div class="adjust-row only-narrow"><span>Channels</span><SoloGroup session={session} view={view} /></div>
      <div class="adjust-row"><label for="gamma">Gamma</label><NumberField label="Gamma" value={view.gamma} min={0.1} max={8} step={0.1} reset={1} text={(value) => value.toFixed(2)} slider={{ min: 0.2, max: 4, step: 0.05 }} onChange={(gamma) => set({ gamma })} /></div>
      <Select label="Tone map" value={view.toneMap} options={[['none', 'None: cut above 1'], ['filmic', 'Filmic'], ['reinhard', 'Reinhard']]} onChange={(toneMap) => set({ toneMap })} />
      <Select label="Normalise" value={view.normalise} options={[['auto', `Automatic (${mode === 'off' ? 'off' : mode})`], ['off', 'Off'], ['linear', 'Linear'], ['log', 'Logarithmic']]} onChange={(normalise) => set({ normalise, range: null })} />
      {mode !== 'off' && range && (
        <div class="adjust-row"><span>Range</span>
          <span class="range-fields">
            <NumberField label="Low end" value={range[0]} min={-3.4e38} max={3.4e38} step={(range[1] - range[0]) / 100} reset={range[0]} text={number} onChange={(low) => set({ range: [low, Math.max(low, range[1])] })} />
            <NumberField label="High end" value={range[1]} min={-3.4e38} max={3.4e38} step={(range[1] - range[0]) / 100} reset={range[1]} text={number} onChange={(high) => set({ range: [Math.min(high, range[0]), high] })} />
            <button type="button" class="link" disabled={view.range === null} onClick={() => set({ range: null })}>Own</button>
          </span>
        </div>
      )}
      <hr />
      <Check label="False colour" checked={view.falseColour} onChange={(falseColour) => set({ falseColour })} />
      <Check label="Mark NaN and infinities" swatch="nonfinite" checked={view.marks.nonfinite} onChange={(nonfinite) => set({ marks: { ...view.marks, nonfinite } })} />
      <Check label="Mark negative values" swatch="negative" checked={view.marks.negative} onChange={(negative) => set({ marks: { ...view.marks, negative } })} />
      <Check label="Stripe clipped values" swatch="clipped" checked={view.marks.clipped} onChange={(clipped) => set({ marks: { ...view.marks, clipped } })} />
      <Check label="Hatch what is missing" swatch="missing" checked={view.marks.missing} onChange={(missing) => set({ marks: { ...view.marks, missing } })} />
      <Check label="Outline data and display window" checked={view.windows} onChange={(windows) => set({ windows })} />
      <Check label="Pixel inspector" checked={view.inspector} onChange={(inspector) => set({ inspector })} />
      {part && part.levels.length > 1 && (
        <div class="adjust-row"><label for="level">Level</label>
          <select id="level" value={`${view.level.x},${view.level.y}`} onChange={(event) => {
            const [x, y] = event.currentTarget.value.split(',').map(Number);
            set({ level: { x: x!, y: y! } });
          }}>
            {part.levels.map(({ level, window }) => <option key={`${level.x},${level.y}`} value={`${level.x},${level.y}`}>{level.x === level.y ? level.x : `${level.x}, ${level.y}`} · {window.xMax - window.xMin + 1} × {window.yMax - window.yMin + 1}</option>)}
          </select>
        </div>
      )}
      <hr />
      <div class="adjust-actions">
        <button type="button" class="button is-secondary" onClick={() => session.run('reset')}>Reset the look</button>
        <button type="button" class="button is-secondary only-narrow" onClick={() => session.run('exportPng')}>Export PNG</button>
      </div>
    </div>
  );
}

function Select<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: readonly (readonly [T, string])[]; onChange: (value: T) => void }) {
  const id = `adjust-${label.replace(/\W+/g, '-').toLowerCase()}`;
  return (
    <div class="adjust-row"><label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>{options.map(([each, text]) => <option key={each} value={each}>{text}</option>)}</select>
    </div>
  );
}

function Check({ label, checked, swatch, onChange }: { label: string; checked: boolean; swatch?: string; onChange: (checked: boolean) => void }) {
  return <label class="check"><input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />{label}{swatch && <span class={`swatch is-${swatch}`} aria-hidden="true" />}</label>;
}
