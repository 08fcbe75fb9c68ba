import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_VIEW, type ViewState } from '../shared/view-state.ts';
import { Links, type Linkable } from './links.ts';

class Fake implements Linkable {
  readonly followed: Partial<ViewState>[] = [];
  isLinked = false;
  constructor(readonly path: string) {}
  follow(state: Partial<ViewState>): void {
    this.followed.push(state);
  }
  linked(yes: boolean): void {
    this.isLinked = yes;
  }
}

const at = (some: Partial<ViewState>): ViewState => ({ ...DEFAULT_VIEW, ...some });
let [now, links] = [0, new Links()];
beforeEach(() => {
  now = 1000;
  links = new Links(() => now);
});

describe('editors in step', () => {
  it('follow the one that moves, in what is shared', () => {
    const [a, b, c] = [new Fake('/x'), new Fake('/x'), new Fake('/y')];
    links.add(a, 'a', true);
    links.add(b, 'b', true);
    links.add(c, 'c', true);
    links.moved(a, at({ exposure: 1, panel: 'layers' }));
    expect(b.followed).toHaveLength(1);
    expect(b.followed[0]).toMatchObject({ exposure: 1, zoom: 'fit' });
    expect(b.followed[0]).not.toHaveProperty('panel');
    expect(c.followed).toEqual([]);
  });

  it('do not chase each other, even when one cannot follow exactly', () => {
    const [a, b] = [new Fake('/x'), new Fake('/x')];
    links.add(a, 'a', true);
    links.add(b, 'b', true);
    links.moved(a, at({ zoom: 2, centre: [10, 10] }));
    links.moved(b, at({ zoom: 2, centre: [10.01, 10] }));
    expect(a.followed).toEqual([]);
    now += 1000;
    links.moved(b, at({ zoom: 3, centre: [10.01, 10] }));
    expect(a.followed).toMatchObject([{ zoom: 3 }]);
    links.moved(a, at({ zoom: 3, centre: [10.01, 10] }));
    expect(b.followed).toHaveLength(1);
  });

  it('a panel that opens is no move', () => {
    const [a, b] = [new Fake('/x'), new Fake('/x')];
    links.add(a, 'a', true);
    links.add(b, 'b', true);
    links.moved(a, at({ exposure: 1 }));
    links.moved(a, at({ exposure: 1, panel: 'none' }));
    expect(b.followed).toHaveLength(1);
  });

  it('the newcomer takes over how the other is looked at', () => {
    const [a, b] = [new Fake('/x'), new Fake('/x')];
    links.add(a, 'a', true);
    links.moved(a, at({ exposure: 4 }));
    links.add(b, 'b', true);
    expect(b.followed).toMatchObject([{ exposure: 4 }]);
  });

  it('are expected by name, whichever comes first, and part again', () => {
    const [a, b] = [new Fake('/x'), new Fake('/y')];
    links.expect('a', 'b');
    links.add(b, 'b', true);
    expect(b.isLinked).toBe(false);
    links.add(a, 'a', true);
    expect([a.isLinked, b.isLinked]).toEqual([true, true]);
    expect(links.toggle(a, [a, b])).toBe(false);
    expect([a.isLinked, b.isLinked]).toEqual([false, false]);
    expect(links.toggle(b, [a, b])).toBe(true);
    links.remove(a);
    expect(b.isLinked).toBe(false);
    links.moved(a, at({}));
  });

  it('are left alone when the user does not want it', () => {
    const [a, b] = [new Fake('/x'), new Fake('/x')];
    links.add(a, 'a', false);
    links.add(b, 'b', false);
    expect(links.isLinked(b)).toBe(false);
  });
});
