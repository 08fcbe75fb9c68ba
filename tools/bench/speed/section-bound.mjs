/** The lower bound: rdcore, OpenEXRCore with AVX2, at the same number of threads. */
import { inTurn, median, startContender, timedProcess } from './measure.mjs';
import { newest, visible } from './newest.mjs';
import { ms, ratio } from './table.mjs';

export const title = 'In process at 1 and 2 threads: OpenEXRCore with AVX2 (rdcore), the lower bound';
/** Runs in one process: the first one touches its memory for the first time. */
const REPEATS = 3;
/** Milliseconds before the first round of ours. */
const WARM_UP = 1500;

export async function run({ files, rounds, progress }) {
  if (!newest.rdcore) return { head: [], rows: [], bars: [], skipped: 'rdcore was not found: set RDCORE to its command, or EXR_NEWEST to the chroot that has it' };
  const child = await startContender('ours');
  const [command, ...before] = newest.rdcore;
  const rows = [];
  const ratios = [];
  const flat = files.filter((file) => !file.deep);
  try {
    for (const [i, file] of flat.entries()) {
      progress(`lower bound ${i + 1}/${flat.length}: ${file.name}`);
      const path = visible(file.path);
      const ours = (threads) => (warming) => child.ask(file.path, threads, warming ? WARM_UP : 0);
      // It decodes every level of a tiled file, ours the first alone.
      const rdcore = (threads) => async () => {
        const { error, cpu, stdout } = await timedProcess(command, [...before, 's', String(threads), ...Array(REPEATS).fill(path)]);
        if (error !== undefined) return { error };
        const times = [...stdout.matchAll(/ ([\d.]+) ms in /g)].map((match) => Number(match[1]));
        return { ms: median(times.slice(1)), cpu: cpu / REPEATS };
      };
      const results = await inTurn({
        ours1: ours(1), bound1: rdcore(1), ours2: ours(2), bound2: rdcore(2),
      }, rounds);
      const cells = [1, 2].flatMap((threads) => {
        const [ours, bound] = [results[`ours${threads}`], results[`bound${threads}`]].map(({ error, runs }) =>
          error !== undefined || runs.length === 0 ? null : { ms: median(runs.map((run) => run.ms)), cpu: median(runs.map((run) => run.cpu)) });
        if (!ours || !bound) return [ours ? ms(ours.ms) : 'cannot', bound ? ms(bound.ms) : 'cannot', '', ''];
        ratios.push({ name: `${file.name}, ${threads} thread${threads > 1 ? 's' : ''}`, ratio: ours.ms / bound.ms, cpu: ours.cpu / bound.cpu });
        return [ms(ours.ms), ms(bound.ms), ratio(ours.ms / bound.ms), ratio(ours.cpu / bound.cpu)];
      });
      rows.push([file.name, ...cells]);
    }
  } finally {
    child.stop();
  }
  const worst = (key) => ratios.reduce((a, b) => (b[key] > a[key] ? b : a), { name: '', [key]: 0 });
  const within = (key) => ratios.filter((each) => each[key] <= 2).length;
  const [wall, cpu] = [worst('ratio'), worst('cpu')];
  const measured = `worst ${ratio(wall.ratio)} (${wall.name}), ${within('ratio')} of ${ratios.length} within; by CPU time worst ${ratio(cpu.cpu)} (${cpu.name}), ${within('cpu')} of ${ratios.length}`;
  return {
    head: ['file', 'ours ×1 ms', 'rdcore ×1 ms', 'ratio', 'of CPU', 'ours ×2 ms', 'rdcore ×2 ms', 'ratio', 'of CPU'],
    rows,
    bars: [{ bar: 'within 2× of rdcore at equal threads', measured, met: within('ratio') === ratios.length }],
  };
}
