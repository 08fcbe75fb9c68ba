import { formatCount, formatSeconds } from '@exr/core';

export interface Progress {
  /** More units done (files, or 0…1 of one file). */
  advance(done: number, note?: string): void;
  stop(): void;
}

const SILENT: Progress = { advance() {}, stop() {} };

/**
 * A bar on standard error, only when that is a terminal, the work has more than one step, and standard output is not the same busy terminal.
 * It appears after half a second: short work shows nothing.
 */
export async function progressBar(total: number, unit: string, options: { quiet?: boolean } = {}): Promise<Progress> {
  if (options.quiet || !process.stderr.isTTY || total < 2) return SILENT;
  const { default: cliProgress } = await import('cli-progress');
  const begin = Date.now();
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    etaBuffer: 100,
    format: (options, params) => {
      const seconds = (Date.now() - begin) / 1000;
      const rate = params.value / Math.max(seconds, 0.001);
      const width = 30;
      const filled = Math.round((params.value / Math.max(params.total, 1)) * width);
      const left = rate > 0 ? formatSeconds((params.total - params.value) / rate) : '–';
      return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${formatCount(Math.floor(params.value))}/${formatCount(params.total)} ${unit}  ${rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1)}/s  ${left} left`;
    },
  });
  let started = false;
  return {
    advance(done) {
      if (!started && Date.now() - begin > 500) {
        bar.start(total, done);
        started = true;
      } else if (started) bar.update(done);
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
