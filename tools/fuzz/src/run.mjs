// Hands cases to child processes, watches them, and keeps what fails.
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { caseOf, originals } from './cases.mjs';
import { meaningOf } from './meaning.mjs';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));
const kept = fileURLToPath(new URL('../failures/', import.meta.url));

/** Times the seconds that a case may take of the processor: after so many by the clock it hangs, on a machine that is busy too. */
const HANGS = 12;

/**
 * `kind`: `damage` harms fixtures (mutate.mjs), `meaning` makes sound files that say hostile things (meaning.mjs). Runs cases `from` … `from + cases - 1`. A case fails when it ends in anything but a result or an ExrError, takes longer than `seconds` of the processor (twelve
 * times as long by the clock), lets the process grow beyond `megabytes`, or takes the process with it. Gives { cases, failures, slowest, largest, outcomes }.
 */
export async function run({ kind = 'damage', seed, cases, from = 0, only = '', processes = 2, seconds = 5, megabytes = 512, corpus, keep = true, onProgress = () => undefined }) {
  const files = kind === 'meaning' ? [] : originals({ only, corpus });
  if (kind !== 'meaning' && files.length === 0) throw new Error(`no files with "${only}" in their names`);
  const total = { cases: 0, files: files.length, failures: [], slowest: { ms: 0 }, largest: { megabytes: 0 }, outcomes: {} };
  let next = from;
  const failed = (number, why) => {
    if (total.failures.some((failure) => failure.number === number)) return;
    const { name, done, bytes, tight } = kind === 'meaning' ? meaningOf(seed, number) : caseOf(seed, number, files);
    const path = `${kept}${kind}-${seed}-${number}.exr`;
    if (keep) {
      mkdirSync(kept, { recursive: true });
      writeFileSync(path, bytes);
    }
    total.failures.push({ number, name, done, tight, why, path, again: `npm run fuzz -- ${kind === 'meaning' ? '--meaning ' : ''}--seed ${seed} --case ${number}${only ? ` --only ${only}` : ''}` });
  };
  const seen = ({ number, failure, outcome, ms, megabytes: now, grown }) => {
    total.cases++;
    if (failure) failed(number, failure);
    else if (ms > seconds * 1000) failed(number, `took ${Math.round(ms)} ms of the processor, expected at most ${seconds} s: ${JSON.stringify(outcome)}`);
    else if (now > megabytes && grown > 0) failed(number, `the process grew by ${Math.round(grown)} MB to ${Math.round(now)} MB, expected at most ${megabytes}`);
    for (const [step, code] of Object.entries(outcome ?? {})) {
      const counts = (total.outcomes[step] ??= {});
      counts[code] = (counts[code] ?? 0) + 1;
    }
    if (ms > total.slowest.ms) total.slowest = { number, ms };
    if (now > total.largest.megabytes) total.largest = { number, megabytes: now };
    onProgress(total);
  };
  await Promise.all(Array.from({ length: processes }, () => worker()));
  total.failures.sort((a, b) => a.number - b.number);
  return total;

  /** One process after another until the cases are used up: a case that kills or hangs its process costs that process alone. */
  async function worker() {
    while (next < from + cases) {
      await new Promise((resolve) => {
        const process_ = fork(child, [JSON.stringify({ seed, only, corpus, kind })], { execArgv: ['--max-old-space-size=512', '--unhandled-rejections=warn'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
        let number = -1;
        let timer;
        let errors = '';
        let late = false;
        process_.stderr.on('data', (data) => (errors = (errors + data).slice(-2000)));
        const ask = () => {
          clearTimeout(timer);
          if (next >= from + cases) {
            number = -1;
            process_.disconnect();
            return;
          }
          number = next++;
          timer = setTimeout(() => {
            late = true;
            process_.kill('SIGKILL');
          }, seconds * 1000 * HANGS);
          process_.send(number);
        };
        process_.on('message', (message) => {
          if ('ready' in message) ask();
          else if (message.outcome === undefined) failed(message.number, message.failure);
          else {
            seen(message);
            // A peak that was reported once would be reported for every case that follows.
            if (message.megabytes > megabytes) {
              clearTimeout(timer);
              number = -1;
              process_.disconnect();
            } else ask();
          }
        });
        process_.on('exit', (code, signal) => {
          clearTimeout(timer);
          if (number >= 0) {
            total.cases++;
            failed(number, late ? `did not end within ${seconds * HANGS} s` : `the process ended with ${signal ?? code}: ${errors}`);
          }
          resolve();
        });
      });
    }
  }
}
