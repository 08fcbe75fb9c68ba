/** What is under the pointer: of the drawn channels at once, of all channels as soon as the file has been asked. */
import { plainText } from '@exr/core/text';
import { useRef, useState } from 'preact/hooks';
import { pixelText, valueText } from '../format/numbers.ts';
import { exactValues } from '../format/pixels.ts';
import type { Session } from '../session.ts';
import { currentLayer, inOrder, partOf, type Pointing } from '../state/model.ts';
import { useStore } from '../state/store.ts';
import { IconButton } from './button.tsx';
import { neutral } from '../../shared/neutral.ts';

const WHOLE = (pointing: Pointing): Pointing => pointing;

export function Inspector({ session }: { session: Session }) {
  const pointing = useStore(session.pointing, WHOLE);
  const layer = useStore(session.store, currentLayer);
  const part = useStore(session.store, (model) => partOf(model.opened, currentLayer(model)));
  const [isWide, setWide] = useState(false);
  const { at, values, exact } = pointing;
  const all = exact ? exactValues(exact) : [];
  // The table keeps what it showed until the next values come: if it went away meanwhile, the picture would jump under the pointer.
  const kept = useRef<{ readonly part: unknown; readonly exact: NonNullable<Pointing['exact']> } | null>(null);
  if (exact) kept.current = { part, exact };
  else if (kept.current?.part !== part) kept.current = null;
  const table = kept.current?.exact ?? null;
  // Those of the layer first, in a line; all of them in the table.
  const own = new Set(layer?.channels ?? []);
  const shown = [...inOrder(all.filter(({ name }) => own.has(name)), ({ name }) => name), ...all.filter(({ name }) => !own.has(name))];
  const outside = at && part && (at.x < part.dataWindow.xMin || at.x > part.dataWindow.xMax || at.y < part.dataWindow.yMin || at.y > part.dataWindow.yMax);
  return (
    <div data-e2e="inspector" class={`inspector ${isWide ? 'is-wide' : ''}`} role="region" aria-label="Pixel inspector">
      <div class="inspector-line">
        <span class="coordinates">{at ? <>{minus(at.x)}, {minus(at.y)}</> : <span class="dim">x, y</span>}</span>
        <span class="inspector-values">
          {outside ? <span class="dim">outside of the data window</span> : at === null ? <span class="dim">Point at a pixel, or move with Shift and the arrow keys. Shift and drag selects a region.</span>
            : exact?.deep ? <span class="value"><span class="dim">samples</span> {exact.deep.count}</span> : null}
          {!outside && (exact && !exact.deep ? shown.map(({ name, type, value }) => <Value key={name} name={name} isOther={!own.has(name)} text={value === null ? '–' : pixelText(value, type)} isOdd={value !== null && !Number.isFinite(value)} />)
            : at && !exact ? values.map(({ name, value }) => <Value key={name} name={name} isOther={false} text={valueText(value)} isOdd={!Number.isFinite(value)} />) : null)}
        </span>
        <IconButton icon={isWide ? 'collapse' : 'expand'} label={isWide ? 'Show only the layer’s channels' : 'Show all channels of the part'} pressed={isWide} onClick={() => setWide(!isWide)} />
      </div>
      {isWide && (
        <div class={`inspector-all ${table?.deep ? 'is-deep' : ''} ${exact ? '' : 'is-old'}`} tabIndex={0} aria-label="All channels of the pixel, scrollable">
          {table?.deep ? <DeepSamples deep={table.deep} /> : table ? (
            <div class="inspector-grid">{exactValues(table).map(({ name, type, value }) => <div key={name} title={neutral(`${name} (${type})`)} class={own.has(name) ? 'is-own' : ''}><span class="dim">{plainText(name, { max: 60 })}</span><span class="number">{value === null ? '–' : pixelText(value, type)}</span></div>)}</div>
          ) : <p class="empty">{at && !outside ? 'Reading the pixel…' : 'Point at a pixel to see every channel of its part. A click holds it.'}</p>}
        </div>
      )}
    </div>
  );
}

/** Of other layers the whole name is said. */
function Value({ name, text, isOdd, isOther }: { name: string; text: string; isOdd: boolean; isOther: boolean }) {
  const component = isOther ? name : name.slice(name.lastIndexOf('.') + 1) || name;
  return <span class={`value ${isOdd ? 'is-odd' : ''}`} title={neutral(name)}><span class={`component is-${component.toUpperCase()}`}>{plainText(component, { max: 40 })}</span> <span data-channel={name}>{text}</span></span>;
}

function minus(value: number): string {
  return String(value).replace('-', '−');
}

function DeepSamples({ deep }: { deep: { readonly count: number; readonly samples: readonly Readonly<Record<string, number>>[] } }) {
  const names = Object.keys(deep.samples[0] ?? {});
  if (deep.count === 0) return <p class="empty">This pixel has no samples.</p>;
  return (
    <table class="deep-samples">
      <thead><tr><th scope="col">front to back</th>{names.map((name) => <th key={name} scope="col" class="number">{plainText(name, { max: 40 })}</th>)}</tr></thead>
      <tbody>
        {deep.samples.map((sample, i) => <tr key={i}><th scope="row" class="dim">{i + 1}</th>{names.map((name) => <td key={name} class="number">{valueText(sample[name]!, 6)}</td>)}</tr>)}
        {deep.count > deep.samples.length && <tr><td colSpan={names.length + 1} class="dim">and {deep.count - deep.samples.length} more</td></tr>}
      </tbody>
    </table>
  );
}
