/** Headers: files a second over 2,000 small files, and what one file costs beside `node -e 0`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn, median, wholeProcess } from './measure.mjs';
import { ms, ratio } from './table.mjs';

export const title = 'Headers: 2,000 small files, and one';

export async function run({ exr, many, rounds, progress }) {
  progress('headers');
  const paths = readdirSync(many).filter((name) => name.endsWith('.exr')).map((name) => join(many, name));
  const node = process.execPath;
  const timed = (command, args) => () => wholeProcess(command, args);
  const results = await inTurn({
    'node -e 0': timed(node, ['-e', '0']),
    'exr --version': timed(node, [exr, '--version']),
    'exr inspect FILE': timed(node, [exr, 'inspect', paths[0]]),
    'exr inspect --format json FILE': timed(node, [exr, 'inspect', '--format', 'json', paths[0]]),
    'exr inspect --format ndjson FOLDER': timed(node, [exr, 'inspect', '--format', 'ndjson', many]),
    'exrheader FILE': timed('exrheader', [paths[0]]),
    'exrheader FILES': timed('exrheader', paths),
    'iinfo -v FILE': timed('iinfo', ['-v', paths[0]]),
    'iinfo -v FILES': timed('iinfo', ['-v', ...paths]),
  }, Math.max(rounds, 7));
  const of = (name) => {
    const { error, runs } = results[name];
    return error !== undefined || runs.length === 0 ? null : { ms: median(runs.map((run) => run.ms)), cpu: median(runs.map((run) => run.cpu)) };
  };
  const empty = of('node -e 0');
  const rows = [];
  const rates = {};
  for (const name of Object.keys(results)) {
    const found = of(name);
    if (!found) {
      rows.push([name, results[name].error, '', '', '']);
      continue;
    }
    const one = { 'exr inspect --format ndjson FOLDER': 'exr inspect --format json FILE', 'exrheader FILES': 'exrheader FILE', 'iinfo -v FILES': 'iinfo -v FILE' }[name];
    const start = one ? of(one) : null;
    if (start) rates[name] = { wall: (paths.length - 1) / (found.ms - start.ms) * 1000, cpu: (paths.length - 1) / (found.cpu - start.cpu) * 1000 };
    rows.push([name, ms(found.ms), ms(found.cpu), one ? '' : ratio(found.ms / empty.ms), start ? String(Math.round(rates[name].wall)) : '']);
  }
  const ours = rates['exr inspect --format ndjson FOLDER'];
  const single = of('exr inspect --format json FILE');
  return {
    head: ['command', 'ms', 'CPU ms', '/ node -e 0', 'files/s after start-up'],
    rows,
    bars: [
      { bar: 'headers ≥ 4,000 files/s after start-up', measured: `${Math.round(ours.wall)} (by CPU time ${Math.round(ours.cpu)})`, met: ours.wall >= 4000 },
      { bar: 'one file ≤ 2.5× node -e 0', measured: `${ratio(single.ms / empty.ms)} (by CPU time ${ratio(single.cpu / empty.cpu)})`, met: single.ms / empty.ms <= 2.5 },
    ],
  };
}
