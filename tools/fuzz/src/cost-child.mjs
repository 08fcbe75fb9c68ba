/**
 * What reading files costs: `node cost-child.mjs THREADS PATHS…` prints one line of JSON for each: seconds of the processor, the longest time that
 * the event loop stood still (of the processor's time on this thread, so that a busy machine does not count) and, at the end, the process's peak memory.
 */
import { readFileSync } from 'node:fs';
import { embedChannels, embedMetadata, fileSource, inspect, isExrError, jsonInTurns, openExr, planeRows, renderPreview, verify } from '@exr/core/node';

const threads = Number(process.argv[2]);
const onThread = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
let last = onThread();
let longest = 0;
const beat = () => {
  const now = onThread();
  longest = Math.max(longest, now - last);
  last = now;
};
globalThis.setInterval(beat, 5).unref();

const WORK = {
  inspect: async (path) => {
    const report = await inspect(fileSource(path), { stats: { deep: true, threads } });
    beat();
    await new Promise(setImmediate);
    embedMetadata(report);
    beat();
    await new Promise(setImmediate);
    embedChannels(report);
    beat();
    await jsonInTurns(report, 2);
  },
  verify: (path) => verify(fileSource(path), { tier: 'decode', threads }),
  preview: async (path) => renderPreview(await openExr(fileSource(path)), { size: 512, threads }).then((picture) => picture.png()),
  planes: async (path) => {
    const file = await openExr(fileSource(path));
    const channel = file.parts[0]?.channels[0]?.name;
    if (channel !== undefined) for await (const band of planeRows(file, { channel, threads })) void band;
  },
};

for (const path of process.argv.slice(3)) {
  const row = { path };
  for (const [name, work] of Object.entries(WORK)) {
    const begin = process.cpuUsage();
    beat();
    longest = 0;
    await work(path).catch((error) => {
      if (!isExrError(error)) row.thrown = String(error?.stack ?? error);
    });
    beat();
    const { user, system } = process.cpuUsage(begin);
    row[name] = { seconds: (user + system) / 1e6, still: longest };
  }
  console.log(JSON.stringify(row));
}
console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
