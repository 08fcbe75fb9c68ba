/** Headers of tens of megabytes (Cryptomatte manifests are that long) are held by few calls at a time; all others go on beside them. */
import type { ReadOptions } from '@exr/core';
import type { OpenSource } from '../sandbox/opened.ts';
import type { Gate } from './gate.ts';
import type { Aside } from './turn.ts';

/** What a call may keep of a header without waiting for its turn. */
export const LIGHT_HEADER = 8 * 1024 * 1024;

/** Does `work` with a source that waits for its turn in `gate` when a header becomes long, and keeps it until the work is over. */
export async function inTurnWhenLong<Result>(source: OpenSource, gate: Gate, signal: AbortSignal, aside: Aside, work: (source: OpenSource) => Promise<Result>): Promise<Result> {
  let over = (): void => undefined;
  const end = new Promise<void>((resolve) => (over = resolve));
  let turn: Promise<void> | undefined;
  /** Resolves when the turn begins; it lasts until `over`. */
  const begin = (): Promise<void> => new Promise((go, stop) => {
    gate.run(signal, () => (go(), end)).catch(stop);
  });
  const waiting: OpenSource = {
    get name() {
      return source.name;
    },
    get mtime() {
      return source.mtime;
    },
    get knownSize() {
      return source.knownSize;
    },
    ...(source.handsOver !== undefined && { handsOver: source.handsOver }),
    size: (options) => source.size(options),
    async read(offset: number, length: number, options?: ReadOptions) {
      if (options?.header === true && offset + length > LIGHT_HEADER) await (turn ??= aside(begin));
      return source.read(offset, length, options);
    },
    close: () => source.close(),
  };
  try {
    return await work(waiting);
  } finally {
    over();
  }
}
