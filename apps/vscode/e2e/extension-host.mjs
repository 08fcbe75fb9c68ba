/** What the extension host of a server does: processor time and threads, read from /proc. */
import { readFileSync, readdirSync } from 'node:fs';

/**
 * The extension hosts below a server, the newest last.
 * @param {number} serverPid
 */
export function extensionHosts(serverPid) {
  const parents = new Map();
  const started = new Map(); // process numbers begin anew after the last
  for (const pid of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const stat = statOf(pid);
    if (stat) {
      parents.set(Number(pid), stat.parent);
      started.set(Number(pid), stat.started);
    }
  }
  const below = (pid) => { for (let at = pid; at; at = parents.get(at)) if (at === serverPid) return true; return false; };
  return [...parents.keys()].filter((pid) => below(pid) && textOf(`/proc/${pid}/cmdline`).includes('--type=extensionHost')).sort((a, b) => started.get(a) - started.get(b));
}

/** @returns {{ cpuMs: number, threads: number, residentMiB: number }} */
export function usage(pid) {
  const { cpuMs, threads } = statOf(pid);
  return { cpuMs, threads, residentMiB: Number(/VmRSS:\s+(\d+)/.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024 };
}

function statOf(pid) {
  const text = textOf(`/proc/${pid}/stat`);
  if (!text) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, threads: Number(fields[17]), started: Number(fields[19]) };
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
