/** Statistics of a part's channels, of all of it or of a region, and the histogram of one channel. */
import type { ChannelStats } from '@exr/core';
import { formatCount, formatNumber, plainText } from '@exr/core/text';
import { useEffect, useState } from 'preact/hooks';
import type { Box, StatsAnswer } from '../../shared/protocol.ts';
import { Choice, IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { heightOf, widthOf } from '../image/geometry.ts';
import { sizeText } from '../image/overlay.ts';
import type { Session } from '../session.ts';
import { currentLayer, lastOf } from '../state/model.ts';
import { useStore } from '../state/store.ts';
import { HistogramPlot } from './histogram.tsx';
import { neutral } from '../../shared/neutral.ts';

/** Values that are measured at once. */
const CHEAP = 2 ** 24;

type Extent = 'all' | 'visible' | 'selection';

export function StatisticsPanel({ session }: { session: Session }) {
  const opened = useStore(session.store, (model) => model.opened);
  const layer = useStore(session.store, currentLayer);
  const asked = useStore(session.store, (model) => model.stats);
  const selection = useStore(session.store, (model) => model.selection);
  const selecting = useStore(session.store, (model) => model.selecting);
  const [extent, setExtent] = useState<Extent>('all');
  const of: Extent = extent === 'selection' && !selection ? 'all' : extent;
  const answer = lastOf(asked);
  const part = layer?.part ?? opened?.report.parts[0]?.index ?? null;
  const isRunning = asked.status === 'running';

  const measure = (): void => {
    if (part === null) return;
    const region = of === 'selection' ? selection : of === 'visible' ? (session.picture?.visible() ?? null) : null;
    session.askStats(part, region);
  };
  // What costs next to nothing is measured without being asked.
  const info = opened?.parts.find(({ index }) => index === part);
  const values = info ? widthOf(info.dataWindow) * heightOf(info.dataWindow) * info.channels.length : Infinity;
  useEffect(() => {
    if (asked.status === 'idle' && part !== null && values <= CHEAP && !info?.isDeep) session.askStats(part, null);
  }, [opened?.revision, part]);
  if (!opened || part === null) return <div class="panel-body"><p class="empty">{opened ? 'There is no part that could be measured.' : 'Reading the header…'}</p></div>;
  return (
    <div class="panel-body statistics-panel scrolls">
      <div class="measure">
        <Choice label="What is measured" value={of} onChoose={setExtent} options={[
          { value: 'all', text: 'All', says: 'Every pixel of the part' }, { value: 'visible', text: 'In view', says: 'What can be seen now' },
          { value: 'selection', text: 'Selection', says: selection ? `The selection of ${sizeText(selection)}` : 'Hold Shift and drag over the picture to select a region', disabled: !selection },
        ]} />
        <IconButton icon="marquee" label={selecting ? 'Drag over the picture to select a region' : 'Select a region'} pressed={selecting} onClick={() => {
          session.store.set({ selecting: !selecting });
          setExtent('selection');
        }} />
        <button type="button" class="button" disabled={isRunning} onClick={measure}>Measure{opened.parts.length > 1 ? ` part ${part}` : ''}</button>
      </div>
      {isRunning && <ProgressLine label="Measuring" progress={asked.progress} onCancel={() => session.cancelStats()} />}
      {asked.status === 'failed' && <p class="note is-error"><Icon name="error" />{plainText(asked.message)}</p>}
      {answer ? <Answer session={session} answer={answer} isOld={isRunning} /> : !isRunning && (
        <p class="empty">Minimum, maximum, mean, percentiles, NaN and infinities of every channel, exact to the last bit.{selection ? '' : ' Hold Shift and drag over the picture to measure a region.'}</p>
      )}
    </div>
  );
}

function Answer({ session, answer, isOld }: { session: Session; answer: StatsAnswer & { readonly region: Box | null }; isOld: boolean }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { channels, partial, skipped, region, part } = answer;
  const layer = useStore(session.store, currentLayer);
  const shown = channels.find(({ name }) => name === chosen) ?? channels.find(({ name }) => name === layer?.names[0]) ?? channels[0];
  return (
    <div class={isOld ? 'is-old' : ''}>
      <div class="panel-line">
        <span class="dim">part {part}{region ? ` · ${sizeText(region)} from (${region.xMin}, ${region.yMin})` : ''}</span>
        <button type="button" class="link" onClick={() => session.run('exportStatsCsv')}>Export CSV</button>
      </div>
      {partial && <p class="note is-warning"><Icon name="warning" />{formatCount(skipped)} {skipped === 1 ? 'chunk is' : 'chunks are'} missing or broken: these are the numbers of the rest.</p>}
      {shown && <Channel session={session} channel={shown} />}
      <div class="stats-table" data-e2e="statistics" tabIndex={0} aria-label="Statistics by channel, scrollable">
        <table>
          <thead><tr>{['channel', 'min', 'max', 'mean', 'stddev', 'p01', 'p50', 'p99', 'NaN', 'Inf', 'zeros', 'negative'].map((name) => <th key={name} scope="col" class={name === 'channel' ? '' : 'number'}>{name}</th>)}</tr></thead>
          <tbody>{channels.map((channel) => <Row key={channel.name} session={session} channel={channel} isChosen={channel === shown} onChoose={() => setChosen(channel.name)} />)}</tbody>
        </table>
      </div>
    </div>
  );
}

function Row({ session, channel, isChosen, onChoose }: { session: Session; channel: ChannelStats; isChosen: boolean; onChoose: () => void }) {
  const number = (value: ChannelStats['min']): string => formatNumber(value, 5);
  const infinities = channel.pos_inf + channel.neg_inf;
  const places = channel.first_nonfinite;
  const count = (value: number, says: string, place: (typeof places)[number] | undefined) => (value > 0 && place
    ? <td class="number"><button type="button" class="link is-error" title={`${says}; go to the first at ${place.x}, ${place.y}`} onClick={() => session.goTo(place.x, place.y)}>{formatCount(value)}</button></td>
    : <td class="number dim">{formatCount(value)}</td>);
  return (
    <tr data-channel={channel.name} class={isChosen ? 'is-chosen' : ''}>
      <th scope="row"><button type="button" class="channel-button" aria-pressed={isChosen} title={neutral(channel.name)} onClick={onChoose}>{plainText(channel.name, { max: 60 })}</button></th>
      {(['min', 'max', 'mean', 'stddev', 'p01', 'p50', 'p99'] as const).map((column) => <td key={column} data-column={column} class="number" title={String(channel[column])}>{number(channel[column])}</td>)}
      {count(channel.nan, `${channel.nan} NaN`, places.find(({ value }) => value === 'NaN') ?? places[0])}
      {count(infinities, `${infinities} infinities`, places.find(({ value }) => value !== 'NaN') ?? places[0])}
      <td class="number dim">{formatCount(channel.zero)}</td>
      <td class={`number ${channel.negative > 0 ? '' : 'dim'}`}>{formatCount(channel.negative)}</td>
    </tr>
  );
}

function Channel({ session, channel }: { session: Session; channel: ChannelStats }) {
  const places = channel.first_nonfinite;
  const go = (at: { readonly x: number; readonly y: number } | null, text: string) => at && <button type="button" class="link" onClick={() => session.goTo(at.x, at.y)}>{text} at {at.x}, {at.y}</button>;
  return (
    <section class="channel-stats">
      <h3 title={neutral(channel.name)}>{plainText(channel.name, { max: 80 })}</h3>
      {channel.histogram ? <HistogramPlot name={channel.name} histogram={channel.histogram} /> : <p class="empty">No value of this channel is finite.</p>}
      <div class="panel-line">{go(channel.min_at, 'minimum')}{go(channel.max_at, 'maximum')}</div>
      {places.length > 0 && (
        <p class="places-line"><span class="is-error">{formatCount(channel.nan + channel.pos_inf + channel.neg_inf)} not finite:</span>{' '}
          {places.map(({ x, y, value }) => <button type="button" class="link" key={`${x},${y}`} onClick={() => session.goTo(x, y)}>{valueName(value)} at {x}, {y}</button>)}
        </p>
      )}
    </section>
  );
}

function valueName(value: number | string): string {
  return value === 'Infinity' ? '+Inf' : value === '-Infinity' ? '−Inf' : String(value);
}
