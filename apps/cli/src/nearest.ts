/** The one of `known` that a mistyped word most probably meant; undefined when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const begins = word.length >= 3 && candidate.startsWith(word); // "insp", "verif"
    const far = begins ? 0.5 : distance(word.toLowerCase(), candidate.toLowerCase());
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}

/** `did you mean …?`, or nothing. */
export function suggestion(word: string, known: Iterable<string>, shown: (found: string) => string = (found) => found): string {
  const found = nearest(word, known);
  return found === undefined ? '' : `; did you mean ${shown(found)}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one to the other (optimal string alignment). */
function distance(a: string, b: string): number {
  let [before, last, now]: [number[], number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j), []];
  for (let i = 1; i <= a.length; i++) {
    now = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      now[j] = Math.min(last[j]! + 1, now[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) now[j] = Math.min(now[j]!, before[j - 2]! + 1);
    }
    [before, last] = [last, now];
  }
  return last[b.length]!;
}
