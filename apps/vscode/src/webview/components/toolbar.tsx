/** The bar above the picture. */
import { plainText } from '@exr/core/text';
import { isMild } from '../../shared/said.ts';
import type { ViewState } from '../../shared/view-state.ts';
import { stopsText, zoomText } from '../format/numbers.ts';

import type { Session } from '../session.ts';
import { currentLayer, drawnOf, lastOf, normalising, partOf, titleOf } from '../state/model.ts';
import { useStore } from '../state/store.ts';
import { Adjust } from './adjust.tsx';
import { Choice, IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import { NumberField } from './number-field.tsx';
import { Popover } from './popover.tsx';
import { neutral } from '../../shared/neutral.ts';

const PANELS = [
  { panel: 'header', icon: 'header', label: 'Header', keys: 'H' }, { panel: 'layers', icon: 'layers', label: 'Layers', keys: 'L' },
  { panel: 'structure', icon: 'structure', label: 'Structure', keys: undefined }, { panel: 'statistics', icon: 'statistics', label: 'Statistics', keys: 'S' },
] as const;

export function Toolbar({ session }: { session: Session }) {
  const view = useStore(session.store, (model) => model.view);
  const canDraw = useStore(session.store, (model) => (model.opened?.layers.length ?? 0) > 0 && model.noPicture === null);
  return (
    <div class="toolbar" role="toolbar" aria-label="Picture">
      <div class="toolbar-group">
        {PANELS.map(({ panel, icon, label, keys }) => (
          <IconButton key={panel} icon={icon} label={label} keys={keys} pressed={view.panel === panel} onClick={() => session.setView({ panel: view.panel === panel ? 'none' : panel })} />
        ))}
      </div>
      {canDraw && <>
        <LayerGroup session={session} />
        <ExposureGroup session={session} view={view} />
        <SoloGroup session={session} view={view} />
        <div class="toolbar-group">
          <Popover icon="adjust" label="Look: gamma, tone map, normalising, marks" title="Look: gamma, tone map, normalising, marks"><Adjust session={session} /></Popover>
        </div>
      </>}
      <div class="toolbar-space" />
      <Badges session={session} />
      <div class="toolbar-group">
        {canDraw && <ZoomSelect session={session} />}
        {canDraw && <IconButton class="when-wide" icon="export" label="Export the picture as a PNG" onClick={() => session.run('exportPng')} />}
        <IconButton icon="help" label="Keys" keys="?" onClick={() => session.run('help')} />
      </div>
    </div>
  );
}

function LayerGroup({ session }: { session: Session }) {
  const layer = useStore(session.store, currentLayer);
  const opened = useStore(session.store, (model) => model.opened);
  const view = useStore(session.store, (model) => model.view);
  if (!opened || !layer) return null;
  const name = [titleOf(layer), layer.view, view.channel && layer.channels.includes(view.channel) ? view.channel.slice(view.channel.lastIndexOf('.') + 1) : null].filter(Boolean).join(' · ');
  const where = opened.parts.length > 1 ? `part ${layer.part}` : null;
  return (
    <div class="toolbar-group layer-group">
      {opened.layers.length > 1 && <IconButton icon="previous" label="Previous layer" keys="[" onClick={() => session.run('previousLayer')} />}
      <button type="button" class="layer-button" aria-expanded={view.panel === 'layers'} title={`${neutral(`${name}${where ? `, ${where}` : ''}`)}: choose another layer (L)`} onClick={() => session.run(view.panel === 'layers' ? 'toggleHeader' : 'findLayer')}>
        <span class="layer-button-name">{plainText(name, { max: 80 })}</span>{where && <span class="dim when-wide">{where}</span>}<Icon name="down" />
      </button>
      {opened.layers.length > 1 && <IconButton icon="next" label="Next layer" keys="]" onClick={() => session.run('nextLayer')} />}
    </div>
  );
}

function ExposureGroup({ session, view }: { session: Session; view: ViewState }) {
  const step = useStore(session.store, (model) => model.opened?.settings.exposureStep ?? 0.5);
  const isSpread = useStore(session.store, (model) => {
    const layer = currentLayer(model);
    const part = partOf(model.opened, layer);
    return layer !== null && part !== null && normalising(model.view, drawnOf(layer, part, model.view.channel)) !== 'off';
  });
  return (
    <div class="toolbar-group exposure-group">
      <span class="toolbar-label" aria-hidden="true">EV</span>
      <NumberField label="Exposure in stops" value={view.exposure} min={-64} max={64} step={step} reset={0} text={stopsText} disabled={isSpread} slider={{ min: -10, max: 10, step: 0.05 }}
        title={isSpread ? 'The values are spread over black to white (N), so exposure does nothing' : 'Exposure in stops (E, Shift+E); a double click on the slider resets it'} onChange={(exposure) => session.setView({ exposure })} />
    </div>
  );
}

export function SoloGroup({ session, view }: { session: Session; view: ViewState }) {
  const hasAlpha = useStore(session.store, (model) => {
    const layer = currentLayer(model);
    const part = partOf(model.opened, layer);
    return layer !== null && part !== null && drawnOf(layer, part, model.view.channel).alpha !== null;
  });
  const isGray = useStore(session.store, (model) => {
    const layer = currentLayer(model);
    const part = partOf(model.opened, layer);
    return layer === null || part === null || ['gray', 'samples'].includes(drawnOf(layer, part, model.view.channel).kind);
  });
  return (
    <div class="toolbar-group solo-group">
      <Choice label="Channels" value={view.solo} onChoose={(solo) => session.setView({ solo })} options={[
        { value: 'none', text: 'All', says: 'All channels' }, { value: 'red', text: 'R', says: 'Red alone (Shift+R)', disabled: isGray }, { value: 'green', text: 'G', says: 'Green alone (Shift+G)', disabled: isGray },
        { value: 'blue', text: 'B', says: 'Blue alone (Shift+B)', disabled: isGray }, { value: 'alpha', text: 'A', says: 'Alpha alone (Shift+A)', disabled: !hasAlpha },
        { value: 'luminance', text: 'L', says: 'Luminance alone (Shift+L)', disabled: isGray },
      ]} />
    </div>
  );
}

function Badges({ session }: { session: Session }) {
  const verdict = useStore(session.store, (model) => lastOf(model.structure)?.judgement.verdict ?? 'ok');
  const linked = useStore(session.store, (model) => model.linked);
  const rendering = useStore(session.store, (model) => model.structure.status === 'done' && model.structure.answer.rendering);
  const level = useStore(session.store, (model) => model.view.level);
  const isBusy = useStore(session.store, (model) => model.picture.status === 'loading' || model.picture.status === 'proxy');
  return (
    <div class="toolbar-group badges">
      {isBusy && <span class="spinner" role="img" aria-label="Reading pixels" title="Reading pixels" />}
      {(level.x > 0 || level.y > 0) && <span class="badge" title="A smaller level is shown (< and > change it)">level {level.x === level.y ? level.x : `${level.x}, ${level.y}`}</span>}
      {verdict !== 'ok' && !rendering && (
        <button type="button" class={`badge is-verdict ${isMild(verdict) ? 'is-warning' : 'is-error'}`} title="What is wrong with the file’s structure" onClick={() => session.setView({ panel: 'structure' })}>
          <Icon name={isMild(verdict) ? 'warning' : 'error'} />{verdict}
        </button>
      )}
      {rendering && <span class="badge is-warning" title="Chunks are still missing and the file was written to a moment ago: it is shown as it grows"><Icon name="clock" /><span class="when-wide">still rendering</span></span>}
      {linked && <span class="badge" title="Zoom, layer and exposure are in step with the other EXR editors"><Icon name="link" /><span class="when-wide">in step</span></span>}
    </div>
  );
}

const ZOOMS = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

function ZoomSelect({ session }: { session: Session }) {
  const zoom = useStore(session.store, (model) => model.zoom);
  const isFit = useStore(session.store, (model) => model.view.zoom === 'fit');
  return (
    <select class="zoom-select" aria-label="Zoom" title="Zoom (+, −, F fits, 0 is one to one)" value="now" onChange={(event) => {
      const { value } = event.currentTarget;
      event.currentTarget.value = 'now';
      session.setView(value === 'fit' ? { zoom: 'fit', centre: null } : { zoom: Number(value) });
    }}>
      <option value="now" hidden>{isFit ? `Fit ${zoomText(zoom)}` : zoomText(zoom)}</option>
      <option value="fit">Fit</option>
      {ZOOMS.map((each) => <option key={each} value={each}>{zoomText(each)}</option>)}
    </select>
  );
}
