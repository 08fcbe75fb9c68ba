/** Planes that have come from the host, and those that are on their way: a coarse look at the whole first, then what the screen can show. */
import type { ImageAnswer, ImageParams, LayerInfo, Level, PartInfo } from '../../shared/protocol.ts';
import { RpcError } from '../../shared/rpc.ts';
import { isQuick, isWhole, madeWhole, type PieceRequest } from './plan.ts';
import type { Piece, Renderer } from './renderer.ts';

/** What pieces are pieces of. */
export interface Subject {
  readonly revision: number;
  readonly layer: LayerInfo;
  readonly part: PartInfo;
  readonly channel: string | undefined;
  readonly level: Level;
  /** Of the level. */
  readonly window: PartInfo['dataWindow'];
}

export type Ask = (params: ImageParams, signal: AbortSignal) => Promise<ImageAnswer>;

/** Requests under way at once: the host decodes with all its threads for each. */
const AT_ONCE = 2;
/** Textures and planes are kept up to here, beyond what is wanted just now. */
const KEPT_BYTES = 256 * 2 ** 20;

interface Loading {
  readonly request: PieceRequest;
  readonly stop: AbortController;
}

export function subjectKey({ revision, layer, channel, level }: Subject): string {
  return `${revision}|${layer.id}|${channel ?? ''}|${level.x},${level.y}`;
}

export class Pieces {
  /** What is on the screen: the one asked for, or the one before it until a piece of the new one is there. */
  shown: Subject | null = null;
  failure: string | null = null;
  #asked: Subject | null = null;
  #askedKey = '';
  #wanted: readonly PieceRequest[] = [];
  readonly #loaded = new Map<string, Piece>();
  readonly #loading = new Map<string, Loading>();

  constructor(readonly renderer: Renderer, readonly ask: Ask, readonly changed: () => void) {}

  get isBusy(): boolean {
    return this.#loading.size > 0;
  }

  /** Every piece that is wanted is there. */
  get isComplete(): boolean {
    return this.#wanted.every(({ key }) => this.#loaded.has(this.#keyOf(key)));
  }

  /** Says what is looked at. Requests for what is wanted no longer are cancelled. */
  want(subject: Subject, wanted: readonly PieceRequest[]): void {
    const key = subjectKey(subject);
    if (key !== this.#askedKey) {
      this.failure = null;
      this.#askedKey = key;
    }
    this.#asked = subject;
    this.#wanted = wanted;
    if (this.#ofAsked().length > 0) this.shown = subject;
    const still = new Set(wanted.map((each) => this.#keyOf(each.key)));
    for (const [name, { stop }] of this.#loading) {
      if (still.has(name)) continue;
      this.#loading.delete(name);
      stop.abort(new RpcError('CANCELLED', 'usage', 'not looked at any more'));
    }
    this.#next();
  }

  /** What to draw, coarse ones first: the best look at the whole, and over it the tiles that are wanted. */
  toDraw(): readonly Piece[] {
    if (!this.shown) return [];
    const mine = this.#of(this.shown);
    const wanted = this.shown === this.#asked ? this.#wanted.flatMap(({ key }) => this.#loaded.get(this.#keyOf(key)) ?? []) : [];
    if (wanted.length > 0 && wanted.length === this.#wanted.length) return wanted;
    const wholes = mine.filter(({ key }) => isWhole(key)).sort((a, b) => a.scale - b.scale);
    const scale = this.#wanted[0]?.scale ?? 1;
    const base = wholes.find((each) => each.scale >= scale) ?? wholes.at(-1);
    return [...(base ? [base] : []), ...wanted.filter((each) => each !== base)];
  }

  /** Pieces of what is shown in which every pixel is as in the file. */
  exact(): readonly Piece[] {
    return this.shown ? this.#of(this.shown).filter(({ answer }) => answer.scaleX === 1 && answer.scaleY === 1) : [];
  }

  hasWhole(): boolean {
    return this.#ofAsked().some(({ key }) => isWhole(key));
  }

  /** Forgets everything, as after a lost context; with `onCard` false the textures are gone already. */
  clear(onCard = true): void {
    for (const { stop } of this.#loading.values()) stop.abort(new RpcError('CANCELLED', 'usage', 'closed'));
    if (onCard) for (const piece of this.#loaded.values()) this.renderer.free(piece);
    this.#loading.clear();
    this.#loaded.clear();
    this.shown = null;
    this.#wanted = [];
    this.#askedKey = '';
    this.failure = null;
  }

  retry(): void {
    this.failure = null;
    this.#next();
  }

  #keyOf(key: string): string {
    return `${this.#askedKey}|${key}`;
  }

  #of(subject: Subject): Piece[] {
    const prefix = `${subjectKey(subject)}|`;
    return [...this.#loaded].filter(([name]) => name.startsWith(prefix)).map(([, piece]) => piece);
  }

  #ofAsked(): Piece[] {
    return this.#asked ? this.#of(this.#asked) : [];
  }

  #next(): void {
    if (this.failure !== null) return;
    for (const request of this.#wanted) {
      const name = this.#keyOf(request.key);
      const there = this.#loaded.get(name);
      if (there) {
        // Used last: the map keeps the order.
        this.#loaded.delete(name);
        this.#loaded.set(name, there);
        continue;
      }
      if (this.#loading.has(name)) {
        // It may turn out to be all that is wanted, and it comes sooner alone.
        if (isQuick(request.key)) return;
        continue;
      }
      if (this.#loading.size >= AT_ONCE) return;
      void this.#load(name, this.#asked!, request);
    }
  }

  async #load(name: string, subject: Subject, request: PieceRequest): Promise<void> {
    const loading: Loading = { request, stop: new AbortController() };
    this.#loading.set(name, loading);
    const { revision, layer, channel, level } = subject;
    try {
      const answer = await this.ask({ revision, layer: layer.id, level, region: request.region, maxSize: request.maxSize, channel, quick: isQuick(request.key) }, loading.stop.signal);
      if (this.#loading.get(name) !== loading || answer.revision !== revision) return;
      this.#loading.delete(name);
      const piece = this.renderer.upload(answer.leftOut ? request.key : madeWhole(request.key), level, request.scale, answer);
      this.#loaded.set(`${subjectKey(subject)}|${piece.key}`, piece);
      if (name.startsWith(`${this.#askedKey}|`)) {
        this.shown = subject;
        if (piece.key !== request.key) this.#wanted = this.#wanted.filter(({ key }) => key !== request.key);
      }
      this.#forget();
    } catch (error) {
      if (this.#loading.get(name) !== loading) return;
      this.#loading.delete(name);
      if (!(error instanceof RpcError && error.code === 'CANCELLED')) this.failure = error instanceof Error ? error.message : String(error);
    }
    this.#next();
    this.changed();
  }

  /** Lets go of what was used longest ago. */
  #forget(): void {
    const wanted = new Set(this.#wanted.map(({ key }) => this.#keyOf(key)));
    let bytes = 0;
    for (const piece of this.#loaded.values()) bytes += piece.bytes;
    const drawn = new Set(this.toDraw());
    for (const [name, piece] of this.#loaded) {
      if (bytes <= KEPT_BYTES) return;
      if (wanted.has(name) || drawn.has(piece)) continue;
      this.#loaded.delete(name);
      this.renderer.free(piece);
      bytes -= piece.bytes;
    }
  }
}
