/** At most so many at a time; the others wait in the order in which they came. */

export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export class Gate {
  private readonly waiting: { readonly enter: () => void }[] = [];
  private busy = 0;

  /** @param mostWaiting beyond it `run` throws Overloaded at once */
  constructor(readonly most: number, private readonly mostWaiting = Infinity) {}

  get running(): number {
    return this.busy;
  }

  get queued(): number {
    return this.waiting.length;
  }

  /** Throws `signal.reason` when cancelled while waiting; then `work` was not begun. */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(signal);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Resolves when there is room, with what gives the room back: once, however often it is called. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.busy < this.most) this.busy++;
    else await this.turn(signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.waiting.shift();
      if (next) next.enter(); // the room goes to the next one: busy stays
      else this.busy--;
    };
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.waiting.length >= this.mostWaiting) throw new Overloaded(`${this.busy} are being worked on and ${this.waiting.length} wait: try again`);
    return new Promise((resolve, reject) => {
      const place = {
        enter: () => {
          signal?.removeEventListener('abort', cancel);
          resolve();
        },
      };
      const cancel = (): void => {
        this.waiting.splice(this.waiting.indexOf(place), 1);
        reject(signal!.reason as Error);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.waiting.push(place);
    });
  }
}
