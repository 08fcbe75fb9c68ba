/** Taking turns and telling time. */
import { execFile, fork } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * Runs every contender once a round, each round beginning with another one, after one unmeasured round (`true` is passed to contenders) that
 * warms caches. A contender that cannot (`{ error }`) is not asked again.
 * @template T
 * @param {Record<string, (warming: boolean) => Promise<T & { error?: string }>>} contenders
 * @returns {Promise<Record<string, { error?: string, runs: T[] }>>}
 */
export async function inTurn(contenders, rounds) {
  const names = Object.keys(contenders);
  const results = Object.fromEntries(names.map((name) => [name, { runs: [] }]));
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + Math.max(round, 0)) % names.length];
      const result = results[name];
      if (result.error !== undefined) continue;
      const run = await contenders[name](round < 0);
      if (run.error !== undefined) result.error = run.error;
      else if (round >= 0) result.runs.push(run);
    }
  }
  return results;
}

/** A whole process: { ms, cpu } of wall clock and of user + system time, in milliseconds. Its output goes nowhere. */
export function wholeProcess(command, args) {
  return timed('"$@" >/dev/null 2>&1', command, args);
}

/** The same with what it printed: { ms, cpu, stdout }. */
export function timedProcess(command, args) {
  return timed('"$@" 2>/dev/null', command, args);
}

async function timed(what, command, args) {
  try {
    const { stdout, stderr } = await exec('bash', ['-c', `TIMEFORMAT="%3R %3U %3S"; time ${what}; exit $?`, 'bash', command, ...args], { maxBuffer: 2 ** 26 });
    const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { ms: wall * 1000, cpu: (user + system) * 1000, stdout };
  } catch (error) {
    return { error: `${command} ended with ${error.code}` };
  }
}

/** Peak resident memory of a whole process in bytes, by GNU time. */
export async function peakMemory(command, args) {
  try {
    const { stderr } = await exec('/usr/bin/time', ['-f', '%M', 'bash', '-c', 'exec "$@" >/dev/null 2>&1', 'bash', command, ...args], { maxBuffer: 2 ** 26 });
    return { bytes: Number(stderr.trim().split('\n').at(-1)) * 1024 };
  } catch (error) {
    return { error: error.code === 'ENOENT' ? '/usr/bin/time is not installed: apt-get install time' : `${command} ended with ${error.code}` };
  }
}

/** A contender's process that stays: ask(path, threads, milliseconds of warming up) → { ms, cpu, channels } or { error }. */
export async function startContender(name) {
  const child = fork(new URL('contender.mjs', import.meta.url), [name], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const answer = () =>
    new Promise((resolve) => {
      const ended = () => resolve({ error: 'its process ended (out of memory?)' });
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message);
      });
    });
  if ((await answer()) !== 'ready') throw new Error(`${name} does not start: is it installed, and packages/core built?`);
  return {
    name,
    ask(path, threads = 1, warmUp = 0) {
      if (!child.connected) return Promise.resolve({ error: 'its process ended' });
      const reply = answer();
      child.send({ path, threads, warmUp });
      return reply;
    },
    stop: () => child.kill(),
  };
}
