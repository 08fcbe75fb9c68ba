/** What a run will do: which of the selected chunks can be read, which cannot, and how much work that is. */
import { placeChunk, type ChunkGrid, type PackedContext, type PlannedChunk } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import { tooMuch, type NeedOf } from './room.ts';
import { isFault } from './thread.ts';

/** Chunks that are not there, before anything was read for them. */
export interface Absent {
  readonly part: number;
  /** The first of them. */
  readonly chunk: number;
  /** How many: this one and those that follow it. */
  readonly count: number;
  /** The offset table says that it was never written. */
  readonly missing: boolean;
  readonly error: ExrError;
}

export interface Survey {
  /** To be read; each `order` is its place among `entries`. */
  readonly present: readonly PlannedChunk[];
  /** Everything that the caller hears of, in order: a chunk that is read, or some that are not there. */
  readonly entries: readonly (PlannedChunk | Absent)[];
  /** Chunks in all. */
  readonly chunks: number;
  /** Bytes that the present ones unpack to, as far as is known. */
  readonly work: number;
  /** Most bytes that one of the present chunks takes on a thread (a deep one, as far as is known), and most that a flat one unpacks to. */
  readonly need: number;
  readonly largest: number;
  /** Whether deep chunks among them may turn out to take much more. */
  readonly uncertain: boolean;
  /** All of them are flat and small: `need` is what each takes at most. */
  readonly small: boolean;
}

export interface SurveyRoom {
  readonly needOf: NeedOf;
  /** Bytes that a single thread has for a chunk. */
  readonly room: number;
}

/** Flat chunks up to this size take no more than that on a thread. */
const SMALL = 2 ** 18;
const SMALL_NEED = 2 ** 22;
/** What deep samples usually unpack to, times their packed size. */
const DEEP_EXPANSION = 8;
/** Deep chunks of fewer packed bytes cannot unpack to very much. */
const CERTAIN = 2 ** 13;

// Each absent chunk by itself up to here; beyond it neighbours with the same fault become one entry, since a file may claim millions.
const ONE_BY_ONE = 10_000;

/** Asks the offset tables about every selected chunk. Costs time for each of them, memory for those that are present. */
export function survey(context: PackedContext, selected: Iterable<{ readonly part: number; readonly chunk: number }>, { needOf, room }: SurveyRoom): Survey {
  const { index, limits, multipart, shapes } = context;
  const present: PlannedChunk[] = [];
  const entries: (PlannedChunk | Absent)[] = [];
  let [chunks, work, absent] = [0, 0, 0];
  let [need, largest] = [0, 0];
  let uncertain = false;
  let small = true;
  let runIsCut = false;
  let [neverWritten, beyondTable]: (ExrError | null)[] = [null, null];
  let run: { -readonly [K in keyof Absent]: Absent[K] } | null = null;
  for (const { part, chunk } of selected) {
    chunks++;
    const cut = chunk >= index.tables[part]!.offsets.length;
    if (cut && run && runIsCut && absent >= ONE_BY_ONE && run.part === part && run.chunk + run.count === chunk && sameRow(index.grids[part]!, run.chunk, chunk)) {
      // The same again: what a short file claims costs no more than this.
      run.count++;
      absent++;
      continue;
    }
    const at = index.locate(part, chunk);
    const grid = index.grids[part]!;
    let error: ExrError | null = null;
    if (at.state === 'present') {
      try {
        const shape = shapes[part]!(grid.chunk(chunk).box);
        const planned = placeChunk({ order: entries.length, part, chunk }, at, grid.part, shape.unpackedBytes, multipart);
        const isDeep = grid.part.isDeep;
        const extent = Math.min(at.bound - at.offset, isDeep ? limits.chunkBytes : shape.unpackedBytes);
        // Small ones are not looked at one by one.
        const isSmall = !isDeep && shape.unpackedBytes <= SMALL;
        if (!isSmall) small = false;
        const takes = isSmall ? SMALL_NEED : needOf(grid.part, shape, extent, isDeep ? Math.min(limits.chunkBytes, extent * DEEP_EXPANSION) : null);
        if (!isDeep && takes > room) throw tooMuch(`part ${part}, chunk ${chunk}: decoding`, takes + limits.memoryBytes - room, limits);
        if (takes > need) need = takes;
        if (shape.unpackedBytes > largest) largest = shape.unpackedBytes;
        if (isDeep && extent > CERTAIN) uncertain = true;
        present.push(planned);
        entries.push(planned);
        work += planned.work;
        run = null;
        continue;
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        error = thrown as ExrError;
      }
    }
    const code = at.state === 'problem' ? at.code : error ? error.code : 'BAD_CHUNK';
    if (run && absent >= ONE_BY_ONE && run.part === part && run.error.code === code && run.chunk + run.count === chunk && sameRow(grid, run.chunk, chunk)) {
      run.count++;
    } else {
      // An error remembers where it was made, which costs more than everything else here: what is the same is made once.
      if (at.state === 'missing') error = neverWritten ??= new ExrError('BAD_CHUNK', 'was never written: its offset is 0');
      else if (cut && absent >= ONE_BY_ONE) error = beyondTable ??= new ExrError(code, `its entry of the offset table lies behind the end of the file at ${index.fileSize}`);
      else error ??= new ExrError(code, at.state === 'problem' ? at.message : '');
      run = { part, chunk, count: 1, missing: at.state === 'missing', error };
      entries.push(run);
      runIsCut = cut;
    }
    absent++;
  }
  return { present, entries, chunks, work, need: Math.min(need, room), largest, uncertain, small };
}

/** Whether the boxes of both, and of those between, make one rectangle. */
function sameRow(grid: ChunkGrid, first: number, next: number): boolean {
  const level = grid.levels.length === 1 ? grid.levels[0]! : grid.levels.find((each) => first >= each.firstChunk && first < each.firstChunk + each.count)!;
  if (next >= level.firstChunk + level.count) return false;
  return level.columns === 1 || Math.floor((first - level.firstChunk) / level.columns) === Math.floor((next - level.firstChunk) / level.columns);
}
