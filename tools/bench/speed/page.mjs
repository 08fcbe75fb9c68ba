/** docs/bench.md from results. */
import { markdown } from './table.mjs';

/** @param {ReturnType<import('./machine.mjs').machine>} where */
export function page(where, results) {
  const { peers } = where;
  const bars = results.flatMap((result) => result.bars.map((bar) => [bar.bar, bar.measured, bar.met ? 'met' : 'missed']));
  return `# Side by side

Written by \`npm run bench -- --markdown\` (tools/bench/speed). Ours and the peers take turns on the same files, every round beginning with another
one, after a round that warms the caches; the numbers are medians. CPU is user and system time of all threads: the better figure where the machine
had other work to do, which the load average beside each table tells.

${where.cpu}, ${where.cores} cores, ${where.memory} of memory, ${where.system}, Node ${where.node}. oiiotool ${peers.oiiotool}, exrheader ${peers.exrheader},
three ${peers.three}, parse-exr ${peers['parse-exr']}, exrs ${peers.exrs}.

The inputs are made by oiiotool from several octaves of noise, a gradient and a soft-edged alpha; \`corpus\` files are those of EXR_CORPUS.
\`exr inspect --stats\` also gives percentiles, a histogram, places and exact sums, which the peers do not; the JavaScript peers are timed with a
plain minimum, maximum and mean over what they decoded, rdcore with a minimum, maximum, sum and sum of squares. Of a tiled file with levels rdcore
decodes all of them, the others the first. docs/decisions/performance.md says where the time goes.

${markdown(['bar', 'measured', ''], bars)}

${results.map(section).join('\n\n')}
`;
}

function section({ title, date, rounds, load, head, rows, skipped }) {
  const when = `${date.slice(0, 16).replace('T', ' ')} UTC, ${rounds} rounds, load average ${load[0]} at the start and ${load[1]} at the end.`;
  return `## ${title}\n\n${when}\n\n${skipped ?? markdown(head, rows)}`;
}
