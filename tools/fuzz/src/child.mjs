// One process that works on cases as they are asked for. Whatever it cannot survive is its parent's to notice.
import { setImmediate } from 'node:timers';
import { caseOf, originals } from './cases.mjs';
import { exercise } from './exercise.mjs';
import { meaningOf } from './meaning.mjs';
import { keepsPromises } from './promises-of-meaning.mjs';

const { seed, only, corpus, kind } = JSON.parse(process.argv[2]);
const files = kind === 'meaning' ? [] : originals({ only, corpus });
/** Through a store comes one case of so many: it costs as much as all the rest. */
const STORED = 25;
let current = -1;

process.on('unhandledRejection', (reason) => process.send({ number: current, failure: `unhandled rejection: ${reason?.stack ?? reason}` }));
process.on('message', async (number) => {
  current = number;
  const { name, bytes, tight } = kind === 'meaning' ? meaningOf(seed, number) : caseOf(seed, number, files);
  const before = process.resourceUsage().maxRSS;
  // Time of the processor: the same file must not fail because the machine is busy with others.
  const begin = process.cpuUsage();
  let failure = null;
  let outcome = {};
  try {
    outcome = await exercise(bytes, name, tight);
    if (kind === 'meaning') await keepsPromises(bytes, name, tight, number % STORED === 0);
  } catch (error) {
    failure = String(error?.message ?? error);
  }
  const { user, system } = process.cpuUsage(begin);
  const ms = (user + system) / 1000;
  // Rejections that nobody handles are reported once the queue of promises is empty.
  await new Promise((resolve) => setImmediate(resolve));
  const { maxRSS } = process.resourceUsage();
  process.send({ number, failure, outcome, ms, megabytes: maxRSS / 1024, grown: (maxRSS - before) / 1024 });
});
process.send({ ready: files.length });
