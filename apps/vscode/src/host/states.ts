/** How each file was looked at last, kept over sessions; Settings Sync never sees it. */
import type * as vscode from 'vscode';
import { viewStateFrom, type ViewState } from '../shared/view-state.ts';

const KEY = 'exr.views';
const MOST_KEPT = 100;
const WRITE_AFTER_MS = 2000;

export class States {
  readonly #memory: vscode.Memento;
  readonly #states: Map<string, ViewState>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
    const kept = memory.get<unknown>(KEY);
    const pairs = Array.isArray(kept) ? kept.filter((pair): pair is [string, unknown] => Array.isArray(pair) && typeof pair[0] === 'string') : [];
    this.#states = new Map(pairs.map(([uri, state]) => [uri, viewStateFrom(state)]));
  }

  get(uri: string): ViewState | null {
    return this.#states.get(uri) ?? null;
  }

  set(uri: string, state: ViewState): void {
    this.#states.delete(uri);
    this.#states.set(uri, state);
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= MOST_KEPT) break;
      this.#states.delete(oldest);
    }
    this.#timer ??= setTimeout(() => this.flush(), WRITE_AFTER_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#memory.update(KEY, [...this.#states]);
  }
}
