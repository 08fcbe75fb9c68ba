import { formatBytes, formatCount, plainText, greatest } from '@exr/core';
import type { Count, StoreSummary } from '@exr/core/store';
import { summarySections } from './store.ts';

const escape = (text: string): string => plainText(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** One page that needs nothing else: styles and plots (SVG) are inside, no script, no request. Light and dark as the reader's system. */
export function summaryHtml(summary: StoreSummary, made: string): string {
  const tiles = [['files', formatCount(summary.files)], ['sequences', formatCount(summary.sequences)], ['on disk', formatBytes(summary.bytes)], ['could not be read', formatCount(summary.byStatus.find(({ name }) => name === 'error')?.files ?? 0)]];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>EXR store: ${escape(summary.location)}</title>
<style>
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --line: #d8dee4; --ground: #ffffff; --card: #f6f8fa; --bar: #2f6fab; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa6b2; --line: #30363d; --ground: #0d1117; --card: #161b22; --bar: #5aa2e0; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 1180px; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1rem; margin: 0 0 .5rem; }
header p, footer { color: var(--soft); margin: .25rem 0 1.25rem; overflow-wrap: anywhere; }
footer { margin-top: 1.25rem; clear: both; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .75rem; margin-bottom: 1.25rem; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; } .tile b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; } .tile span { color: var(--soft); }
main { columns: 480px 2; column-gap: .75rem; }
section { break-inside: avoid; margin-bottom: .75rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; min-width: 0; }
svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .n { fill: var(--soft); font-variant-numeric: tabular-nums; } svg rect { fill: var(--bar); }
</style>
</head>
<body>
<header><h1>What the store holds</h1><p>${escape(summary.location)}</p></header>
<div class="tiles">${tiles.map(([name, value]) => `<div class="tile"><b>${escape(value!)}</b><span>${escape(name!)}</span></div>`).join('')}</div>
<main>
${summarySections(summary).map(({ title, counts }) => `<section><h2>${escape(title)}</h2>${title === 'Modified in' ? columns(title, counts) : bars(title, counts)}</section>`).join('\n')}
</main>
<footer>Made ${escape(made)} by exr-inspector from store version ${summary.storeVersion}.</footer>
</body>
</html>
`;
}

const MOST_BARS = 14;
const short = (text: string, most: number): string => (text.length <= most ? text : `…${text.slice(1 - most)}`);

/** Horizontal bars by number of files; the whole name is in the tooltip. */
function bars(title: string, counts: readonly Count[]): string {
  const shown = counts.slice(0, MOST_BARS);
  const most = greatest(shown, ({ files }) => files, 1);
  const rows = shown.map(({ name, files, bytes }, i) => {
    const y = i * 22;
    const width = Math.max(2, Math.round((files / most) * 190));
    return `<g><title>${escape(name ?? '(not said)')}: ${formatCount(files)} files, ${formatBytes(bytes)}</title><text x="0" y="${y + 15}">${escape(short(name ?? '(not said)', 30))}</text><rect x="205" y="${y + 4}" width="${width}" height="14" rx="2"/><text class="n" x="${211 + width}" y="${y + 15}">${formatCount(files)}</text></g>`;
  });
  const height = shown.length * 22 + (counts.length > MOST_BARS ? 20 : 0);
  const more = counts.length > MOST_BARS ? `<text class="n" x="0" y="${shown.length * 22 + 15}">and ${counts.length - MOST_BARS} more</text>` : '';
  return `<svg viewBox="0 0 460 ${height}" role="img" aria-label="${escape(title)}: files">${rows.join('')}${more}</svg>`;
}

/** Columns in time. */
function columns(title: string, counts: readonly Count[]): string {
  const shown = counts.filter(({ name }) => name !== null).slice(-36);
  const most = greatest(shown, ({ files }) => files, 1);
  const step = Math.min(60, 450 / Math.max(1, shown.length));
  const marks = shown.map(({ name, files, bytes }, i) => {
    const height = Math.max(2, Math.round((files / most) * 120));
    const label = i % Math.ceil(shown.length / 8) === 0 ? `<text class="n" x="${(i * step).toFixed(1)}" y="160">${escape(name!)}</text>` : '';
    return `<g><title>${escape(name!)}: ${formatCount(files)} files, ${formatBytes(bytes)}</title><rect x="${(i * step).toFixed(1)}" y="${140 - height}" width="${(step * 0.8).toFixed(1)}" height="${height}" rx="2"/>${label}</g>`;
  });
  return `<svg viewBox="0 0 460 166" role="img" aria-label="${escape(title)}: files"><text class="n" x="0" y="12">up to ${formatCount(most)} files a month</text>${marks.join('')}</svg>`;
}
