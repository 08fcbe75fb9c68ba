/** The chunk map of a file: which chunks are there, which are not, and what is wrong with those that are. */
import {
  chunkPlace, leaderFault, leaderSize, parseLeader, plainSizeFault, readChunkIndex, recoverIndex, shapesOf, usableIndex, type ChunkedFile, type ChunkGrid, type ChunkIndex,
  type ChunkLeader, type ShapeOf,
} from '../chunks/index.ts';
import { isExrError, kindOf, type ExrErrorCode } from '../errors.ts';
import { mapInOrder } from '../flow/index.ts';
import { withinSeconds } from '../limits-time.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { processChunks, type RunOptions } from '../pixels/index.ts';
import type { ReportPartStructure, ReportStructure } from '../report/index.ts';
import { channelBytes } from './channel-bytes.ts';
import { extentsOf, type Extents } from './extents.ts';
import { missingOf, unwrittenLevels } from './missing.ts';
import { verifyTask } from './verify-task.ts';

/**
 * How hard to look: `table` reads the offset tables and the last chunk's leader (two reads), `leaders` every chunk's leader, `decode` decodes
 * every chunk.
 */
export type Tier = 'table' | 'leaders' | 'decode';

export interface ExamineOptions extends RunOptions {
  /** Default `leaders`. */
  readonly tier?: Tier;
}

/** Something wrong with a chunk that the file has, or with its place. */
export interface ChunkProblem {
  readonly part: number;
  readonly chunk: number;
  /** `beyond`: a limit or what we support, so that nobody has looked whether the chunk is sound. */
  readonly kind: 'out-of-range' | 'truncated' | 'duplicate' | 'overlap' | 'leader' | 'data' | 'beyond';
  readonly code: ExrErrorCode;
  readonly message: string;
  /** This many chunks from `chunk` on have it, when more than 1: what lies behind the end of a cut table is said once. */
  readonly count?: number;
}

export interface Examination {
  readonly structure: ReportStructure;
  /** The first 10,000; `problemCounts` has all. */
  readonly problems: readonly ChunkProblem[];
  /** Chunks with a problem, by kind. */
  readonly problemCounts: ReadonlyMap<ChunkProblem['kind'], number>;
  /** The tables by which the chunks were found: as stored, or recovered. */
  readonly index: ChunkIndex;
  /** Entries that the stored tables lacked or had wrong, found by walking. */
  readonly recovered: number;
  /** Where a chunk lies, leader included; null when it is missing or wrong, or (tier `table`) its length is not known. */
  sound(part: number, chunk: number): { readonly offset: number; readonly length: number } | null;
}

/** Bytes of one chunk, leader included; 0 where nobody has looked. */
interface State {
  readonly offsets: Float64Array;
  readonly lengths: Float64Array;
  /** 0 not there, 1 there, 2 there but wrong. */
  readonly marks: Uint8Array;
}

/**
 * Examines an opened file. Throws what the source throws, `signal.reason`, and LIMIT_EXCEEDED after `limits.seconds`; what is wrong with the file
 * is in the result.
 */
export function examine(file: ChunkedFile, options: ExamineOptions = {}): Promise<Examination> {
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  return withinSeconds(limits, file.source.name, options.signal, (signal) => examineWithin(file, { ...options, limits, signal }));
}

async function examineWithin(file: ChunkedFile, options: ExamineOptions & { limits: Limits; signal: AbortSignal }): Promise<Examination> {
  const { tier = 'leaders', limits, signal } = options;
  const stored = options.index ?? (await readChunkIndex(file, { signal, limits }));
  const usable = tier === 'table' ? { index: stored, recovered: 0 } : await usableIndex(file, { limits, signal, index: stored });
  let [look, recovered] = [new Look(file, usable.index, limits, signal), usable.recovered];
  await (tier === 'table' ? look.lastLeader() : look.leaders());
  if (tier !== 'table' && recovered === 0 && look.problems.counts.has('leader')) {
    // Tables may look sound and still point to the wrong chunks: then the leaders disagree, and a walk tells where the right ones are.
    const found = await recoverIndex(file, stored, { limits, signal });
    if (found.recovered > 0) {
      [look, recovered] = [new Look(file, found.index, limits, signal), found.recovered];
      await look.leaders();
    }
  }
  const { index, problems, states } = look;
  const extents = extentsOf(index, states, tier !== 'table');
  for (const { part, chunk, message, kind } of extents.clashes) {
    problems.add(part, chunk, kind, 'BAD_OFFSET_TABLE', () => `${file.source.name}: part ${part}, chunk ${chunk}: ${message}`);
    states[part]!.marks[chunk] = 2;
  }
  if (tier === 'decode') await look.decode(options);
  const sound = (part: number, chunk: number): { offset: number; length: number } | null => {
    const { offsets, lengths, marks } = states[part]!;
    return marks[chunk] === 1 && lengths[chunk]! > 0 ? { offset: offsets[chunk]!, length: lengths[chunk]! } : null;
  };
  return { structure: describe(index, states, problems, extents, tier, recovered), problems: problems.list, problemCounts: problems.counts, index, recovered, sound };
}

/** Problems that are kept with their words; of all others only the numbers. */
const MOST_KEPT = 10_000;

/** What was found wrong: a file may claim millions of chunks, and each may be wrong. */
class Problems {
  readonly list: ChunkProblem[] = [];
  readonly counts = new Map<ChunkProblem['kind'], number>();
  readonly byPart = new Map<number, number>();

  add(part: number, chunk: number, kind: ChunkProblem['kind'], code: ExrErrorCode, message: () => string, count = 1): void {
    // The first of each kind is kept whatever came before: it is what a verdict quotes.
    if (this.list.length < MOST_KEPT || !this.counts.has(kind)) this.list.push({ part, chunk, kind, code, message: message(), ...(count > 1 && { count }) });
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + count);
    this.byPart.set(part, (this.byPart.get(part) ?? 0) + count);
  }
}

const LEADERS_AT_ONCE = 8;
/** Leaders closer together than this come in one read. */
const LEADER_GAP = 8 * 1024;
const LEADER_READ = 256 * 1024;
/** Part number, four tile coordinates, three sizes of deep data. */
const LONGEST_LEADER = 44;

/** One look at the chunks that an index names. */
class Look {
  readonly problems = new Problems();
  readonly states: readonly State[];
  readonly #shapes: readonly ShapeOf[];

  constructor(readonly file: ChunkedFile, readonly index: ChunkIndex, readonly limits: Limits, readonly signal: AbortSignal | undefined) {
    this.#shapes = index.grids.map(({ part }) => lazily(() => shapesOf(part, limits)));
    this.states = index.grids.map(({ count }) => ({ offsets: new Float64Array(count), lengths: new Float64Array(count), marks: new Uint8Array(count) }));
    this.#tables();
  }

  /** What the tables alone say. */
  #tables(): void {
    for (const [part, { offsets, marks }] of this.states.entries()) {
      const held = this.index.tables[part]!.offsets.length;
      for (let chunk = 0; chunk < Math.min(held, marks.length); chunk++) {
        const at = this.index.locate(part, chunk);
        if (at.state === 'present') {
          offsets[chunk] = at.offset;
          marks[chunk] = 1;
        } else if (at.state === 'problem') this.#problem(part, chunk, at.code === 'TRUNCATED' ? 'truncated' : 'out-of-range', at.code, at.message);
      }
      // What the file has no entries for is one problem, however many chunks its header claims.
      const cut = held < marks.length ? this.index.locate(part, held) : null;
      if (cut?.state === 'problem') this.#problem(part, held, 'truncated', cut.code, cut.message, marks.length - held);
    }
  }

  /** The chunk that ends last is the one that a cut file lacks: its leader tells, without reading the others. */
  async lastLeader(): Promise<void> {
    let last: { part: number; chunk: number; offset: number } | null = null;
    for (const [part, { offsets, marks }] of this.states.entries()) {
      for (let chunk = 0; chunk < marks.length; chunk++) if (marks[chunk] && (!last || offsets[chunk]! > last.offset)) last = { part, chunk, offset: offsets[chunk]! };
    }
    if (last) await this.#readLeaders([last]);
  }

  async leaders(): Promise<void> {
    const all: { part: number; chunk: number; offset: number }[] = [];
    for (const [part, { offsets, marks }] of this.states.entries()) for (let chunk = 0; chunk < marks.length; chunk++) if (marks[chunk]) all.push({ part, chunk, offset: offsets[chunk]! });
    all.sort((a, b) => a.offset - b.offset);
    const groups: (typeof all)[] = [];
    for (const each of all) {
      const group = groups.at(-1);
      if (group && each.offset - group.at(-1)!.offset <= LEADER_GAP && each.offset - group[0]!.offset <= LEADER_READ) group.push(each);
      else groups.push([each]);
    }
    for await (const _ of mapInOrder(groups, LEADERS_AT_ONCE, (group) => this.#readLeaders(group)));
  }

  async #readLeaders(group: readonly { part: number; chunk: number; offset: number }[]): Promise<void> {
    const { file, index, signal, states } = this;
    const from = group[0]!.offset;
    const most = LONGEST_LEADER;
    signal?.throwIfAborted();
    const bytes = await file.source.read(from, Math.min(group.at(-1)!.offset + most, index.fileSize) - from, { signal });
    for (const { part, chunk, offset } of group) {
      const grid = index.grids[part]!;
      const state = states[part]!;
      const size = leaderSize(grid.part, file.version.multipart);
      if (offset + size > index.fileSize) {
        this.#cut(state, part, chunk, `its leader of ${size} bytes at ${offset}`);
        continue;
      }
      const leader = parseLeader(bytes, offset - from, grid.part, file.version.multipart);
      const fault = this.#leaderFault(grid, leader, chunk);
      if (fault) {
        state.marks[chunk] = 2;
        this.problems.add(part, chunk, kindOf(fault.code) === 'format' ? 'leader' : 'beyond', fault.code, fault.message);
        continue;
      }
      const length = leader.size + leader.tableSize + leader.packedSize;
      state.lengths[chunk] = length;
      if (offset + length > index.fileSize) this.#cut(state, part, chunk, `its ${length} bytes at ${offset}`);
      else this.#plainSize(grid, leader, chunk);
    }
  }

  #plainSize(grid: ChunkGrid, leader: ChunkLeader, chunk: number): void {
    const info = grid.chunk(chunk);
    const part = grid.part.index;
    const fault = plainSizeFault(leader, this.#shapes[part]!(info.box), grid.part.compression);
    if (fault === null) return;
    this.states[part]!.marks[chunk] = 2;
    this.problems.add(part, chunk, 'data', 'CORRUPT_DATA', () => `${chunkPlace(this.file.source.name, info)}: ${fault}`);
  }

  #leaderFault(grid: ChunkGrid, leader: ChunkLeader, chunk: number): { readonly code: ExrErrorCode; readonly message: () => string } | null {
    const info = grid.chunk(chunk);
    const { name } = this.file.source;
    try {
      const fault = leaderFault(leader, info, this.#shapes[grid.part.index]!(info.box), grid.part.compression, this.limits, name)?.();
      return fault ? { code: fault.code, message: () => fault.message } : null;
    } catch (error) {
      // The shape: a chunk larger than the limit, a sampling of 0.
      if (!isExrError(error)) throw error;
      return { code: error.code, message: () => `${chunkPlace(name, info)}: ${error.message}` };
    }
  }

  #cut(state: State, part: number, chunk: number, what: string): void {
    state.marks[chunk] = 0;
    this.#problem(part, chunk, 'truncated', 'TRUNCATED', `${what} end after the file, which has ${this.index.fileSize}`);
  }

  #problem(part: number, chunk: number, kind: ChunkProblem['kind'], code: ExrErrorCode, message: string, count = 1): void {
    this.problems.add(part, chunk, kind, code, () => `${this.file.source.name}: part ${part}, chunk ${chunk}: ${message}`, count);
  }

  /** Decodes every chunk and keeps only whether that went well. */
  async decode(options: ExamineOptions): Promise<void> {
    const { index, limits, states } = this;
    // Only chunks that seem sound.
    const selections = index.grids.flatMap((grid, part) => grid.levels.map(({ x, y, firstChunk, count }) => {
      const among: number[] = [];
      for (let chunk = firstChunk; chunk < firstChunk + count; chunk++) if (states[part]!.marks[chunk] === 1) among.push(chunk);
      return { part, level: { x, y }, among };
    })).filter(({ among }) => among.length > 0);
    const { signal, onProgress, threads, failFast } = options;
    await processChunks({
      file: this.file, selections, index, limits, signal, onProgress, threads, failFast,
      onSkipped: ({ part, chunk, code, message }) => {
        states[part]!.marks[chunk] = 2;
        this.problems.add(part, chunk, kindOf(code) === 'format' ? 'data' : 'beyond', code, () => message);
      },
    }, verifyTask, null);
  }
}

/** Problems that a part lists; `problem_count` counts all. */
const MOST_LISTED = 100;

function describe(
  index: ChunkIndex, states: readonly State[], problems: Problems, extents: Extents, tier: Tier, recovered: number,
): ReportStructure {
  const listed = new Map<number, ChunkProblem[]>();
  for (const problem of problems.list) {
    const mine = listed.get(problem.part);
    if (!mine) listed.set(problem.part, [problem]);
    else if (mine.length < MOST_LISTED) mine.push(problem);
  }
  const parts = states.map((state, part): ReportPartStructure => {
    const grid = index.grids[part]!;
    const mine = listed.get(part) ?? [];
    const wrong = problems.byPart.get(part) ?? 0;
    let [present, wrongChunks, packed] = [0, 0, 0];
    for (let chunk = 0; chunk < state.marks.length; chunk++) {
      const mark = state.marks[chunk]!;
      if (mark === 0) continue;
      present++;
      packed += state.lengths[chunk]!;
      if (mark === 2) wrongChunks++;
    }
    const missing = missingOf(grid, (chunk) => state.marks[chunk] === 0);
    const unwritten = recovered === 0 ? unwrittenLevels(grid, state.marks) : [];
    const broken = wrongChunks === 0 ? { lines: [], tiles: [] } : missingOf(grid, (chunk) => state.marks[chunk] === 2);
    const unreadable = index.unreadable[part];
    const bytes = tier === 'table' ? {} : channelBytes(grid, state.marks, packed);
    return {
      index: part, chunks: grid.count, present, complete: !unreadable && present === grid.count && wrong === 0,
      percent: grid.count === 0 ? 0 : Math.floor((present / grid.count) * 1000) / 10,
      missing_lines: missing.lines, missing_tiles: missing.tiles,
      ...(unwritten.length > 0 && { unwritten_levels: unwritten.map(({ x, y }): [number, number] => [x, y]) }),
      broken_chunks: wrongChunks, broken_lines: broken.lines, broken_tiles: broken.tiles,
      ...bytes,
      problem_count: wrong,
      problems: mine.map(({ chunk, kind, code, message, count }) => ({ chunk, kind, code, message, ...(count && { count }) })),
      ...(unreadable && { unreadable: unreadable.message }),
    };
  });
  const { tablesEnd, fileSize } = index;
  // Which bytes belong to nothing is known only when every leader was read and every part's chunks are known.
  const accounted = tier !== 'table' && index.unreadable.every((error) => error === null);
  return {
    tier, table: recovered > 0 ? 'recovered' : 'stored', recovered_chunks: recovered, file_bytes: fileSize, data_start: Math.min(tablesEnd, fileSize),
    trailing_bytes: accounted ? extents.trailing : null, unreferenced_bytes: accounted ? extents.unreferenced : null,
    parts,
  };
}

/** Shapes that are made when they are first asked for: a part without any chunk present may be one that has none. */
function lazily(make: () => ShapeOf): ShapeOf {
  let made: ShapeOf | undefined;
  return (box) => (made ??= make())(box);
}
