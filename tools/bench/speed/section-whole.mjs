/** Whole processes: `exr inspect --stats --format json` beside `oiiotool --stats`, start-up and all. */
import { geometricMean, inTurn, median, wholeProcess } from './measure.mjs';
import { mega, ms, ratio } from './table.mjs';
import { sizeOf } from './inputs.mjs';

export const title = 'Whole process: `exr inspect --stats --format json` and `oiiotool --stats`';

export async function run({ exr, files, rounds, progress }) {
  const rows = [];
  const ratios = [];
  for (const [i, file] of files.entries()) {
    progress(`whole process ${i + 1}/${files.length}: ${file.name}`);
    const { ours, oiiotool } = await inTurn({
      ours: () => wholeProcess(process.execPath, [exr, 'inspect', file.deep ? '--deep-stats' : '--stats', '--format', 'json', file.path]),
      oiiotool: () => wholeProcess('oiiotool', ['--stats', file.path]),
    }, rounds);
    const size = mega(sizeOf(file.path));
    if (ours.error || oiiotool.error) {
      rows.push([file.name, size, ours.error ? '—' : ms(median(ours.runs.map((run) => run.ms))), oiiotool.error ? 'fails' : '', '', '', '', '']);
      continue;
    }
    const [a, b] = [ours, oiiotool].map(({ runs }) => ({ ms: median(runs.map((run) => run.ms)), cpu: median(runs.map((run) => run.cpu)) }));
    ratios.push({ name: file.name, ratio: a.ms / b.ms, cpu: a.cpu / b.cpu });
    rows.push([file.name, size, ms(a.ms), ms(b.ms), ratio(a.ms / b.ms), ms(a.cpu), ms(b.cpu), ratio(a.cpu / b.cpu)]);
  }
  if (ratios.length === 0) return { head: [], rows, bars: [] };
  const mean = geometricMean(ratios.map((each) => each.ratio));
  const worst = ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  rows.push(['geometric mean', '', '', '', ratio(mean), '', '', ratio(geometricMean(ratios.map((each) => each.cpu)))]);
  return {
    head: ['file', 'MB', 'ours ms', 'oiiotool ms', 'ratio', 'ours CPU ms', 'oiiotool CPU ms', 'ratio of CPU'],
    rows,
    bars: [
      { bar: 'whole process, geometric mean of the ratios ≤ 0.8', measured: ratio(mean), met: mean <= 0.8 },
      { bar: 'whole process, no ratio above 1.2', measured: `${ratio(worst.ratio)} (${worst.name})`, met: worst.ratio <= 1.2 },
    ],
  };
}
