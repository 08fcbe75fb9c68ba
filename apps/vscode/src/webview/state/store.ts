/** A value that is replaced as a whole, and those who want to know. */
import { useEffect, useState } from 'preact/hooks';

export class Store<T extends object> {
  #value: T;
  readonly #listeners = new Set<(value: T, before: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Keys that differ are taken over; listeners hear of it when one does. */
  set(patch: Partial<T>): void {
    const before = this.#value;
    if ((Object.keys(patch) as (keyof T)[]).every((key) => Object.is(before[key], patch[key]))) return;
    this.#value = { ...before, ...patch };
    for (const listener of [...this.#listeners]) listener(this.#value, before);
  }

  subscribe(listener: (value: T, before: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What `select` picks, drawn anew when it changes. */
export function useStore<T extends object, S>(store: Store<T>, select: (value: T) => S): S {
  const [picked, setPicked] = useState(() => ({ of: select(store.value) }));
  useEffect(() => {
    const look = (): void => {
      const next = select(store.value);
      setPicked((now) => (Object.is(now.of, next) ? now : { of: next }));
    };
    look();
    return store.subscribe(look);
  }, [store]);
  return picked.of;
}
