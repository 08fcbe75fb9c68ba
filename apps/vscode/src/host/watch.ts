/** Notices that a file was written, replaced, deleted or came back: by VS Code's watcher, and by looking, since network file systems tell nobody. */
import type { FileStamp } from './platform.ts';

export interface WatchOptions {
  /** Rejects when the file is not there. */
  readonly look: () => Promise<FileStamp>;
  readonly onChange: () => void;
  readonly onGone: () => void;
  /** Calls `tell` whenever something may have happened; returns how to stop. */
  readonly subscribe: (tell: () => void) => { dispose(): unknown };
  /** 0: only when told. */
  readonly pollMilliseconds: number;
}

/** A writer's pauses are shorter than this … */
const QUIET_MS = 250;
/** … but one that never pauses is shown at least so often. */
const LONGEST_MS = 1500;

/** Begins with the state of `now`, what the file was when it was opened; null: not known. */
export class FileWatch {
  readonly #options: WatchOptions;
  readonly #subscription: { dispose(): unknown };
  #seen: FileStamp | 'gone' | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #since: number | null = null;
  #stopped = false;
  #looking = false;

  constructor(now: FileStamp | null, options: WatchOptions) {
    this.#seen = now;
    this.#options = options;
    this.#subscription = options.subscribe(() => this.poke());
    if (options.pollMilliseconds > 0) this.#poll = setInterval(() => void this.#peek(), options.pollMilliseconds);
  }

  /** Something may have happened: look soon, when it is quiet. */
  poke(): void {
    if (this.#stopped) return;
    const now = Date.now();
    this.#since ??= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#settle(), Math.max(0, Math.min(QUIET_MS, this.#since + LONGEST_MS - now)));
  }

  dispose(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#poll);
    this.#subscription.dispose();
  }

  /** A look in passing: only a difference begins the wait for quiet. */
  async #peek(): Promise<void> {
    if (this.#looking || this.#timer !== undefined) return;
    this.#looking = true;
    const stamp = await this.#look();
    this.#looking = false;
    if (this.#seen === null) this.#seen = stamp;
    else if (!this.#stopped && !same(stamp, this.#seen)) this.poke();
  }

  async #settle(): Promise<void> {
    this.#timer = undefined;
    this.#since = null;
    const stamp = await this.#look();
    if (this.#stopped || same(stamp, this.#seen)) return;
    this.#seen = stamp;
    if (stamp === 'gone') this.#options.onGone();
    else this.#options.onChange();
  }

  #look(): Promise<FileStamp | 'gone'> {
    return this.#options.look().then(({ mtime, size }) => ({ mtime, size }), () => 'gone' as const);
  }
}

function same(a: FileStamp | 'gone' | null, b: FileStamp | 'gone' | null): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return a.mtime === b.mtime && a.size === b.size;
}
