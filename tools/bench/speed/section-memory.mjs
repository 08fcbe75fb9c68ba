/** Peak resident memory of whole processes. */
import { median, peakMemory } from './measure.mjs';
import { mega } from './table.mjs';

export const title = 'Peak resident memory of `exr inspect --stats` and `oiiotool --stats`';

export async function run({ exr, files, large, rounds, progress }) {
  const wanted = [...files.filter(({ group }) => group === '4K' || group === 'layers'), ...(large ? [{ name: '16K-zip', path: large, group: '16K', deep: false }] : [])];
  const rows = [];
  const bars = [];
  for (const [i, file] of wanted.entries()) {
    progress(`memory ${i + 1}/${wanted.length}: ${file.name}`);
    const times = file.group === '16K' ? 1 : Math.min(rounds, 5);
    const peaks = { ours: [], oiiotool: [] };
    let error;
    for (let round = 0; round < times; round++) {
      for (const [who, command, args] of [['ours', process.execPath, [exr, 'inspect', '--stats', '--format', 'json', file.path]], ['oiiotool', 'oiiotool', ['--stats', file.path]]]) {
        const peak = await peakMemory(command, args);
        if (peak.error) error = peak.error;
        else peaks[who].push(peak.bytes);
      }
    }
    if (peaks.ours.length === 0) {
      rows.push([file.name, error, '']);
      continue;
    }
    const worst = Math.max(...peaks.ours);
    const limit = file.group === '16K' ? 350e6 : 250e6;
    rows.push([file.name, mega(worst), peaks.oiiotool.length > 0 ? mega(median(peaks.oiiotool)) : 'fails']);
    if (file.group !== 'layers') bars.push({ bar: `peak memory of ${file.name} ≤ ${limit / 1e6} MB`, measured: `${mega(worst)} MB`, met: worst <= limit });
  }
  return { head: ['file', 'ours MB', 'oiiotool MB'], rows, bars };
}
