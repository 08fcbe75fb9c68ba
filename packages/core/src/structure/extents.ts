/** Where chunks lie in the file: what overlaps, and which bytes no chunk claims. */
import type { ChunkIndex } from '../chunks/index.ts';

export interface Extents {
  /** Bytes behind the last chunk. */
  readonly trailing: number;
  /** Bytes between the tables and the last chunk that belong to no chunk. */
  readonly unreferenced: number;
  readonly clashes: readonly { readonly part: number; readonly chunk: number; readonly kind: 'duplicate' | 'overlap'; readonly message: string }[];
}

interface Placed {
  readonly offsets: Float64Array;
  readonly lengths: Float64Array;
  readonly marks: Uint8Array;
}

/** `lengthsKnown`: leaders were read; else only doubled offsets can be told. */
export function extentsOf(index: ChunkIndex, states: readonly Placed[], lengthsKnown: boolean): Extents {
  const all: { part: number; chunk: number; from: number; to: number }[] = [];
  for (const [part, { offsets, lengths, marks }] of states.entries()) {
    for (let chunk = 0; chunk < marks.length; chunk++) if (marks[chunk]! > 0) all.push({ part, chunk, from: offsets[chunk]!, to: offsets[chunk]! + lengths[chunk]! });
  }
  // A chunk whose end the file lacks claims everything from its beginning on.
  let cut = index.fileSize;
  for (const { offsets, marks } of states) for (let chunk = 0; chunk < marks.length; chunk++) if (marks[chunk] === 0 && offsets[chunk]! > 0) cut = Math.min(cut, offsets[chunk]!);
  all.sort((a, b) => a.from - b.from || a.part - b.part || a.chunk - b.chunk);
  const clashes: Extents['clashes'][number][] = [];
  let end = index.tablesEnd;
  let unreferenced = 0;
  let previous: (typeof all)[number] | null = null;
  let reach: (typeof all)[number] | null = null;
  for (const each of all) {
    const { part, chunk, from, to } = each;
    if (previous && previous.from === from) clashes.push({ part, chunk, kind: 'duplicate', message: `offset ${from} is also that of part ${previous.part}, chunk ${previous.chunk}, expected one of its own` });
    else if (lengthsKnown && reach && from < end) clashes.push({ part, chunk, kind: 'overlap', message: `it begins at ${from}, within part ${reach.part}, chunk ${reach.chunk} that ends at ${end}` });
    if (from > end) unreferenced += from - end;
    if (to > end) {
      end = to;
      reach = each;
    }
    previous = each;
  }
  return { trailing: Math.max(0, cut - Math.max(end, index.tablesEnd)), unreferenced, clashes };
}
