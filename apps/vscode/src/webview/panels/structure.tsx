/** Whether the file is whole: the verdict in words, and where each part's chunks are and are not. */
import type { ReportPartStructure } from '@exr/core';
import { formatBytes, formatCount, plainText } from '@exr/core/text';
import { useEffect, useRef } from 'preact/hooks';
import type { Box, Opened, StructureAnswer } from '../../shared/protocol.ts';
import { withoutName } from '../../shared/said.ts';
import { Icon, type IconName } from '../components/icon.tsx';
import { ProgressLine } from '../components/progress.tsx';
import type { Session } from '../session.ts';
import { lastOf } from '../state/model.ts';
import { useStore } from '../state/store.ts';
import { chunkBar, missingPlaces } from './chunks.ts';
import { neutral } from '../../shared/neutral.ts';

export function StructurePanel({ session }: { session: Session }) {
  const opened = useStore(session.store, (model) => model.opened);
  const asked = useStore(session.store, (model) => model.structure);
  const answer = lastOf(asked);
  return (
    <div class="panel-body structure-panel scrolls">
      {asked.status === 'running' && <ProgressLine label="Looking at every chunk" progress={asked.progress} />}
      {asked.status === 'failed' && <p class="note is-error"><Icon name="error" />{plainText(asked.message)}</p>}
      {answer && opened ? <Answer session={session} opened={opened} answer={answer} /> : asked.status !== 'failed' && <p class="empty">Looking at the file's chunks…</p>}
      {answer && (
        <div class="panel-actions">
          <button type="button" class="button is-secondary" disabled={asked.status === 'running'} onClick={() => session.askStructure(true)}>Decode every chunk</button>
          <button type="button" class="button is-secondary" onClick={() => void session.host.call('command', { name: 'showProblems' }).catch(() => undefined)}>Show in Problems</button>
        </div>
      )}
    </div>
  );
}

const VERDICTS: Readonly<Record<string, readonly [IconName, string, string]>> = {
  ok: ['ok', 'is-ok', 'The file is whole.'], incomplete: ['warning', 'is-warning', 'Chunks are missing.'], 'in progress': ['clock', 'is-warning', 'It seems to be still rendering.'],
  recoverable: ['warning', 'is-warning', 'The offset table is wrong; nothing is lost.'], 'not conforming': ['error', 'is-error', 'Programs that use OpenEXR refuse or misread the header.'],
  truncated: ['error', 'is-error', 'The file ends before its chunks do.'], corrupt: ['error', 'is-error', 'Something in the file is wrong.'],
  'not an EXR': ['error', 'is-error', 'This is not an OpenEXR file.'], unreadable: ['error', 'is-error', 'The file could not be read.'],
};

function Answer({ session, opened, answer }: { session: Session; opened: Opened; answer: StructureAnswer }) {
  const { verdict, reasons } = answer.judgement;
  const [icon, level, says] = VERDICTS[verdict] ?? VERDICTS['unreadable']!;
  return (
    <>
      <div class={`verdict ${level}`}>
        <Icon name={icon} />
        <div><b>{says}</b>{reasons.length > 0 && <ul>{reasons.slice(0, 20).map((reason) => <li key={reason}>{plainText(withoutName(reason, opened.name), { max: 400 })}</li>)}</ul>}{reasons.length > 20 && <p>and {reasons.length - 20} more</p>}</div>
      </div>
      <Notes opened={opened} />
      {answer.structure.parts.map((part) => (
        <PartStructure key={part.index} session={session} opened={opened} part={part} boxes={answer.missing.find((each) => each.part === part.index)?.boxes ?? []} bytes={answer.bytes.find((each) => each.part === part.index)?.bytes ?? null} />
      ))}
    </>
  );
}

/** Worth knowing, and no fault. */
function Notes({ opened }: { opened: Opened }) {
  const { notes } = opened.report;
  if (notes.length === 0) return null;
  return (
    <ul class="notes" aria-label="Notes" data-e2e="notes">
      {notes.slice(0, 20).map(({ code, message }) => <li key={message} title={code}><Icon name="info" /><span>{plainText(withoutName(message, opened.name), { max: 400 })}</span></li>)}
      {notes.length > 20 && <li class="dim">and {notes.length - 20} more</li>}
    </ul>
  );
}

interface ChannelBytes { readonly name: string; readonly bytes_estimated: number }

function PartStructure({ session, opened, part, boxes, bytes }: { session: Session; opened: Opened; part: ReportPartStructure; boxes: readonly Box[]; bytes: number | null }) {
  const info = opened.parts.find(({ index }) => index === part.index);
  const header = opened.report.parts.find(({ index }) => index === part.index);
  const channels = ((part['channels'] as readonly ChannelBytes[] | undefined) ?? []).toSorted((a, b) => b.bytes_estimated - a.bytes_estimated);
  const ratio = part['compression_ratio'] as number | null | undefined;
  const places = info ? missingPlaces(part, info, boxes) : [];
  const most = channels.reduce((most, channel) => Math.max(most, channel.bytes_estimated), 1);
  return (
    <section class="part-structure">
      <h3>{opened.report.parts.length > 1 ? `Part ${part.index}` : 'Chunks'}{header?.name && <span class="dim"> {plainText(header.name, { max: 60 })}</span>}</h3>
      <dl class="facts">
        <div><dt>chunks</dt><dd>{formatCount(part.present)} of {formatCount(part.chunks)}{part.present < part.chunks && <span class="is-warning"> · {Math.floor((part.present / part.chunks) * 1000) / 10}%</span>}</dd></div>
        {bytes !== null && <div><dt>bytes</dt><dd>{formatBytes(bytes)}{ratio ? ` · ${ratio.toFixed(2)} : 1` : ''}</dd></div>}
        <div><dt>stored as</dt><dd>{header?.compression}{header?.tile_width ? ` · tiles of ${header.tile_width} × ${header.tile_height}` : ''}</dd></div>
      </dl>
      {info && <ChunkBar part={part} info={info} boxes={boxes} />}
      {places.length > 0 && (
        <ul class="places" aria-label="What is missing">
          {places.slice(0, 50).map(({ text, at }) => (
            <li key={text}>{at ? <button type="button" class="link" onClick={() => session.goTo(at.x, at.y)}>{text}</button> : text}</li>
          ))}
          {places.length > 50 && <li class="dim">and {formatCount(places.length - 50)} more</li>}
        </ul>
      )}
      {channels.length > 0 && (
        <details class="channel-bytes">
          <summary>Bytes by channel <span class="dim">(estimated)</span></summary>
          <table>
            <tbody>
              {channels.slice(0, 200).map(({ name, bytes_estimated: size }) => (
                <tr key={name}><th scope="row" title={neutral(name)}>{plainText(name, { max: 60 })}</th><td class="number">{formatBytes(size)}</td><td class="bar"><span style={{ width: `${(size / most) * 100}%` }} /></td></tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

/** Present and missing, from the top of the picture to its bottom. */
function ChunkBar({ part, info, boxes }: { part: ReportPartStructure; info: Opened['parts'][number]; boxes: readonly Box[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const bar = chunkBar(info.dataWindow, boxes, 256);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const style = getComputedStyle(element);
    const [there, gone] = [style.getPropertyValue('--exr-present').trim(), style.getPropertyValue('--exr-missing').trim()];
    bar.forEach((share, i) => {
      context.fillStyle = there;
      context.fillRect(i, 0, 1, 12);
      context.fillStyle = gone;
      context.fillRect(i, 0, 1, share * 12);
    });
  });
  const missing = bar.filter((share) => share > 0).length;
  return (
    <div class="chunk-bar">
      <canvas ref={canvas} width={256} height={12} role="img" aria-label={part.present === part.chunks ? 'Every chunk is there' : `Chunks are missing over ${Math.round((missing / bar.length) * 100)}% of the picture's height`} />
      <span class="dim">top</span><span class="dim">bottom</span>
    </div>
  );
}
