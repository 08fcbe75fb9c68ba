/** Editors in step: one moves, the others follow. Knows no vscode, so that it can be tested. */
import { SHARED_KEYS, type ViewState } from '../shared/view-state.ts';

export interface Linkable {
  /** The file's path: versions of one file (a diff, two splits) have the same. */
  readonly path: string;
  follow(state: Partial<ViewState>): void;
  linked(yes: boolean): void;
}

/** An editor that follows says so by a state of its own, which is no lead. */
const ECHO_MS = 300;

export class Links {
  readonly #members = new Map<Linkable, { group: number | null; last: Partial<ViewState> | null; followed: number }>();
  readonly #expected: (readonly [string, string])[] = [];
  #groups = 0;

  constructor(readonly now: () => number = Date.now) {}

  /** `auto`: link it with editors of other versions of its file. */
  add(editor: Linkable, key: string, auto: boolean): void {
    this.#members.set(editor, { group: null, last: null, followed: -Infinity });
    this.#keys.set(editor, key);
    for (const pair of this.#expected) {
      if (!pair.includes(key)) continue;
      const other = [...this.#members.keys()].find((each) => each !== editor && pair.includes(this.#keys.get(each)!) && this.#keys.get(each) !== key);
      if (!other) continue;
      this.#expected.splice(this.#expected.indexOf(pair), 1);
      this.link(other, editor);
      return;
    }
    const twin = auto ? [...this.#members.keys()].find((each) => each !== editor && each.path === editor.path) : undefined;
    if (twin) this.link(twin, editor);
  }
  readonly #keys = new Map<Linkable, string>();

  /** It is gone: nothing is said to it any more, only to whom it leaves alone. */
  remove(editor: Linkable): void {
    const rest = this.others(editor);
    this.#members.delete(editor);
    this.#keys.delete(editor);
    this.#alone(rest);
  }

  /** Links the editors of two files, as soon as both are there. */
  expect(a: string, b: string): void {
    const find = (key: string): Linkable | undefined => [...this.#keys].find(([, each]) => each === key)?.[0];
    const [one, other] = [find(a), find(b)];
    if (one && other) this.link(one, other);
    else this.#expected.push([a, b]);
  }

  /** `b` takes over the place of `a`. */
  link(a: Linkable, b: Linkable): void {
    const [first, second] = [this.#members.get(a), this.#members.get(b)];
    if (!first || !second || a === b) return;
    first.group ??= this.#groups++;
    second.group = first.group;
    for (const each of [a, b]) each.linked(true);
    if (first.last) this.#send(b, first.last);
  }

  unlink(editor: Linkable): void {
    const mine = this.#members.get(editor);
    if (!mine || mine.group === null) return;
    const rest = this.others(editor);
    mine.group = null;
    editor.linked(false);
    this.#alone(rest);
  }

  /** One that is left of a group is none. */
  #alone([last, ...more]: readonly Linkable[]): void {
    if (!last || more.length > 0) return;
    this.#members.get(last)!.group = null;
    last.linked(false);
  }

  /** Alone: links with all that are given. In step: leaves. True when it is in step now. */
  toggle(editor: Linkable, visible: readonly Linkable[]): boolean {
    if (this.isLinked(editor)) this.unlink(editor);
    else for (const other of visible) if (other !== editor) this.link(editor, other);
    return this.isLinked(editor);
  }

  isLinked(editor: Linkable): boolean {
    return this.#members.get(editor)?.group != null;
  }

  others(editor: Linkable): Linkable[] {
    const group = this.#members.get(editor)?.group ?? null;
    return group === null ? [] : [...this.#members].filter(([each, { group: theirs }]) => each !== editor && theirs === group).map(([each]) => each);
  }

  /** An editor's view has settled: the others follow, unless it only followed itself. */
  moved(editor: Linkable, state: ViewState): void {
    const mine = this.#members.get(editor);
    if (!mine) return;
    const shared = Object.fromEntries(SHARED_KEYS.map((key) => [key, state[key]])) as Partial<ViewState>;
    const before = mine.last;
    mine.last = shared;
    if (this.now() - mine.followed < ECHO_MS || (before && JSON.stringify(before) === JSON.stringify(shared))) return;
    for (const other of this.others(editor)) this.#send(other, shared);
  }

  #send(editor: Linkable, state: Partial<ViewState>): void {
    const member = this.#members.get(editor)!;
    if (member.last && JSON.stringify(member.last) === JSON.stringify(state)) return;
    member.last = state;
    member.followed = this.now();
    editor.follow(state);
  }
}
