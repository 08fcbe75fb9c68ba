/** Small pictures of layers, asked for when their row is in sight. */
import { RpcError } from '../../shared/rpc.ts';
import type { Session } from '../session.ts';

/** Asked for at once: the picture itself goes first. */
const AT_ONCE = 2;
const SIZE = 96;

export type Thumbnail = ImageBitmap | 'none';

export class Thumbnails {
  readonly #there = new Map<string, Thumbnail>();
  readonly #waiting: { key: string; run: () => Promise<void> }[] = [];
  #running = 0;

  constructor(readonly session: Session) {}

  /** At once when it is there. Else `came` is called when it is; the returned function gives up. */
  get(revision: number, layer: string, came: (thumbnail: Thumbnail) => void): (() => void) | Thumbnail {
    const key = `${revision}|${layer}`;
    const there = this.#there.get(key);
    if (there) return there;
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      let made: Thumbnail = 'none';
      try {
        const { png } = await this.session.host.call('thumbnail', { revision, layer, size: SIZE }, { signal: stop.signal });
        made = await createImageBitmap(new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' }));
      } catch {
        // A layer without a thumbnail is a row without one: the picture itself says why.
        if (stop.signal.aborted) return;
      }
      this.#there.set(key, made);
      came(made);
    };
    this.#waiting.push({ key, run });
    this.#next();
    return () => {
      const at = this.#waiting.findIndex((each) => each.run === run);
      if (at >= 0) this.#waiting.splice(at, 1);
      stop.abort(new RpcError('CANCELLED', 'usage', 'out of sight'));
    };
  }

  /** Those of other revisions go. */
  forget(revision: number): void {
    for (const [key, made] of this.#there) {
      if (key.startsWith(`${revision}|`)) continue;
      if (made !== 'none') made.close();
      this.#there.delete(key);
    }
  }

  #next(): void {
    while (this.#running < AT_ONCE) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running++;
      void next.run().finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }
}
