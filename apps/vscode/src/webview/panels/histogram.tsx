/** A channel's histogram. */
import type { ChannelStats } from '@exr/core';
import { formatCount, formatNumber } from '@exr/core/text';
import { useState } from 'preact/hooks';
import { bars, type Histogram } from './bars.ts';
import { neutral } from '../../shared/neutral.ts';

const HEIGHT = 96;

export function HistogramPlot({ name, histogram }: { name: string; histogram: NonNullable<ChannelStats['histogram']> }) {
  const [isLog, setLog] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const { edges, counts } = histogram as Histogram;
  const heights = bars(counts, isLog);
  const width = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = (count: number): string => `${formatNumber((count / total) * 100, 3)}%`;
  return (
    <figure class="histogram">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Histogram of ${neutral(name)}: ${formatCount(total)} values from ${formatNumber(edges[0])} to ${formatNumber(edges.at(-1))}`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setAt(Math.min(width - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width))));
        }} onPointerLeave={() => setAt(null)}>
        {heights.map((height, i) => height > 0 && <rect key={i} class={i === at ? 'is-at' : ''} x={i + 0.06} y={HEIGHT - height * HEIGHT} width={0.88} height={height * HEIGHT} />)}
      </svg>
      <figcaption>
        <span>{formatNumber(edges[0], 4)}</span>
        <span class="histogram-said" aria-live="off">{at === null ? `${histogram.scale === 'log' ? 'in stops' : 'linear'} · ${formatCount(total)} values` : `${formatNumber(edges[at], 4)} to ${formatNumber(edges[at + 1], 4)}: ${formatCount(counts[at]!)} (${share(counts[at]!)})`}</span>
        <span>{formatNumber(edges.at(-1), 4)}</span>
      </figcaption>
      <label class="check"><input type="checkbox" checked={isLog} onChange={(event) => setLog(event.currentTarget.checked)} />Logarithmic counts</label>
    </figure>
  );
}
