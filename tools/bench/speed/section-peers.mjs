/** In process, warm, one thread: read + decode + statistics of all channels beside what JavaScript has. */
import { inTurn, median, startContender } from './measure.mjs';
import { ms, ratio } from './table.mjs';

export const title = 'In process, warm, one thread: JavaScript peers';
/** Milliseconds before the first round. */
const WARM_UP = 1500;
const PEERS = ['three', 'parse-exr', 'exrs'];

export async function run({ files, rounds, progress }) {
  const children = await Promise.all(['ours', ...PEERS].map(startContender));
  const rows = [];
  const ratios = [];
  try {
    for (const [i, file] of files.entries()) {
      progress(`JavaScript peers ${i + 1}/${files.length}: ${file.name}`);
      let truth = [];
      const results = await inTurn(Object.fromEntries(children.map((child) => [child.name, async (warming) => {
        const answer = await child.ask(file.path, 1, warming ? WARM_UP : 0);
        if (answer.error !== undefined) return answer;
        if (child.name === 'ours') truth = answer.channels;
        else {
          const wrong = disagreement(answer.channels, truth);
          if (wrong) return { error: file.deep ? 'flattens it: other work' : wrong };
        }
        return { ms: answer.ms, cpu: answer.cpu, channels: answer.channels.length };
      }])), rounds, 2);
      const ours = { ms: median(results.ours.runs.map((run) => run.ms)), cpu: median(results.ours.runs.map((run) => run.cpu)) };
      const times = PEERS.map((name) => {
        const { error, runs } = results[name];
        if (error !== undefined) return { cell: reason(error) };
        const time = median(runs.map((run) => run.ms));
        const part = runs[0].channels < truth.length ? ` (${runs[0].channels} of ${truth.length} channels)` : '';
        return { name, time, cpu: median(runs.map((run) => run.cpu)), cell: ms(time) + part };
      });
      const best = times.filter((each) => each.time !== undefined).sort((a, b) => a.time - b.time)[0];
      if (best) ratios.push({ name: file.name, ratio: best.time / ours.ms, cpu: best.cpu / ours.cpu });
      rows.push([file.name, ms(ours.ms), ...times.map((each) => each.cell), ...(best ? [`${ratio(best.time / ours.ms)}×`, `${ratio(best.cpu / ours.cpu)}×`] : ['nobody else', ''])]);
    }
  } finally {
    children.forEach((child) => child.stop());
  }
  const worst = (key) => ratios.reduce((a, b) => (b[key] < a[key] ? b : a));
  return {
    head: ['file', 'ours ms', 'three ms', 'parse-exr ms', 'exrs ms', 'fastest peer / ours', 'by CPU time'],
    rows,
    bars: ratios.length === 0 ? [] : [{
      bar: '≥ 3× the fastest JavaScript peer on every file that it can read',
      measured: `least ${ratio(worst('ratio').ratio)}× (${worst('ratio').name}); by CPU time ${ratio(worst('cpu').cpu)}× (${worst('cpu').name})`,
      met: worst('ratio').ratio >= 3,
    }],
  };
}

/** A peer's channels must be among ours by minimum, maximum and mean; an alpha of ones may be its own. Null, or what is wrong. */
function disagreement(channels, truth) {
  const near = (a, b) => Math.abs(a - b) <= 2e-3 * Math.max(1e-3, Math.abs(a), Math.abs(b));
  const same = (one, other) => near(one.min, other.min) && near(one.max, other.max) && near(one.mean, other.mean);
  const wrong = channels.filter((channel) => !(channel.min === 1 && channel.max === 1) && !truth.some((other) => same(channel, other)));
  return wrong.length > 0 ? `wrong values in ${wrong.length} of its ${channels.length} channels` : null;
}

/** An error as a cell: short. */
function reason(error) {
  const text = error.replace(/^THREE\.EXRLoader: |^EXRLoader(\.parse)?: |^EXR read error: /, '').replace(/^undefined is/, 'its compression is').split('\n')[0];
  return text.length > 44 ? `${text.slice(0, 43)}…` : text;
}
