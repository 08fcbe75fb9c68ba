/** The chunk map of a file: which chunks are there, which are not, and what is wrong with those that are. */
import {
  checkLeader, leaderSize, parseLeader, readChunkIndex, recoverIndex, shapesOf, usableIndex, type ChunkedFile, type ChunkIndex, type ChunkInfo, type ShapeOf,
} from '../chunks/index.ts';
import { isExrError, type ExrErrorCode } from '../errors.ts';
import { mapInOrder } from '../flow/index.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { processChunks, type RunOptions } from '../pixels/index.ts';
import type { ReportPartStructure, ReportStructure } from '../report/index.ts';
import { channelBytes } from './channel-bytes.ts';
import { extentsOf, type Extents } from './extents.ts';
import { missingOf } from './missing.ts';
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
  readonly kind: 'out-of-range' | 'truncated' | 'duplicate' | 'overlap' | 'leader' | 'data';
  readonly code: ExrErrorCode;
  readonly message: string;
}

export interface Examination {
  readonly structure: ReportStructure;
  readonly problems: readonly ChunkProblem[];
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

/** Examines an opened file. Throws what the source throws, and `signal.reason`; what is wrong with the file is in the result. */
export async function examine(file: ChunkedFile, options: ExamineOptions = {}): Promise<Examination> {
  const { tier = 'leaders', limits = DEFAULT_LIMITS, signal } = options;
  const stored = options.index ?? (await readChunkIndex(file, { signal, limits }));
  const { index, recovered } = tier === 'table' ? { index: stored, recovered: 0 } : await findChunks(file, stored, limits, signal);
  const problems: ChunkProblem[] = [];
  const look = new Look(file, index, limits, problems, signal);
  const states = index.grids.map((grid) => ({ offsets: new Float64Array(grid.count), lengths: new Float64Array(grid.count), marks: new Uint8Array(grid.count) }));
  look.tables(states);
  await (tier === 'table' ? look.lastLeader(states) : look.leaders(states));
  const extents = extentsOf(index, states, tier !== 'table');
  for (const { part, chunk, message, kind } of extents.clashes) {
    problems.push({ part, chunk, kind, code: 'BAD_OFFSET_TABLE', message: `${file.source.name}: part ${part}, chunk ${chunk}: ${message}` });
    states[part]!.marks[chunk] = 2;
  }
  if (tier === 'decode') await look.decode(states, options);
  const sound = (part: number, chunk: number): { offset: number; length: number } | null => {
    const { offsets, lengths, marks } = states[part]!;
    return marks[chunk] === 1 && lengths[chunk]! > 0 ? { offset: offsets[chunk]!, length: lengths[chunk]! } : null;
  };
  return { structure: describe(file, index, states, problems, extents, tier, recovered), problems, index, recovered, sound };
}

/** The stored tables, corrected where they or the leaders they point to show that something is wrong. */
async function findChunks(file: ChunkedFile, stored: ChunkIndex, limits: Limits, signal: AbortSignal | undefined) {
  const usable = await usableIndex(file, { limits, signal });
  if (usable.recovered > 0) return usable;
  // Tables may look sound and still point to the wrong chunks: then the leaders disagree, and a walk tells where the right ones are.
  const suspects: ChunkProblem[] = [];
  const states = stored.grids.map((grid) => ({ offsets: new Float64Array(grid.count), lengths: new Float64Array(grid.count), marks: new Uint8Array(grid.count) }));
  const look = new Look(file, stored, limits, suspects, signal);
  look.tables(states);
  await look.leaders(states);
  return suspects.some(({ kind }) => kind === 'leader') ? recoverIndex(file, stored, { limits, signal }) : { index: stored, recovered: 0 };
}

const LEADERS_AT_ONCE = 8;
/** Leaders closer together than this come in one read. */
const LEADER_GAP = 8 * 1024;
const LEADER_READ = 256 * 1024;

class Look {
  readonly #shapes: readonly ShapeOf[];

  constructor(
    readonly file: ChunkedFile, readonly index: ChunkIndex, readonly limits: Limits, readonly problems: ChunkProblem[], readonly signal: AbortSignal | undefined,
  ) {
    this.#shapes = index.grids.map(({ part }) => shapesOf(part, limits));
  }

  /** What the tables alone say. */
  tables(states: readonly State[]): void {
    for (const [part, { offsets, marks }] of states.entries()) {
      for (let chunk = 0; chunk < marks.length; chunk++) {
        const at = this.index.locate(part, chunk);
        if (at.state === 'present') {
          offsets[chunk] = at.offset;
          marks[chunk] = 1;
        } else if (at.state === 'problem') this.#problem(part, chunk, at.code === 'TRUNCATED' ? 'truncated' : 'out-of-range', at.code, at.message);
      }
    }
  }

  /** The chunk that ends last is the one that a cut file lacks: its leader tells, without reading the others. */
  async lastLeader(states: readonly State[]): Promise<void> {
    let last: { part: number; chunk: number; offset: number } | null = null;
    for (const [part, { offsets, marks }] of states.entries()) {
      for (let chunk = 0; chunk < marks.length; chunk++) if (marks[chunk] && (!last || offsets[chunk]! > last.offset)) last = { part, chunk, offset: offsets[chunk]! };
    }
    if (last) await this.#readLeaders([last], states);
  }

  async leaders(states: readonly State[]): Promise<void> {
    const all: { part: number; chunk: number; offset: number }[] = [];
    for (const [part, { offsets, marks }] of states.entries()) for (let chunk = 0; chunk < marks.length; chunk++) if (marks[chunk]) all.push({ part, chunk, offset: offsets[chunk]! });
    all.sort((a, b) => a.offset - b.offset);
    const groups: (typeof all)[] = [];
    for (const each of all) {
      const group = groups.at(-1);
      if (group && each.offset - group.at(-1)!.offset <= LEADER_GAP && each.offset - group[0]!.offset <= LEADER_READ) group.push(each);
      else groups.push([each]);
    }
    for await (const _ of mapInOrder(groups, LEADERS_AT_ONCE, (group) => this.#readLeaders(group, states)));
  }

  async #readLeaders(group: readonly { part: number; chunk: number; offset: number }[], states: readonly State[]): Promise<void> {
    const { file, index, signal } = this;
    const from = group[0]!.offset;
    const most = Math.max(...index.grids.map(({ part }) => leaderSize(part, file.version.multipart)));
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
      const info = grid.chunk(chunk);
      try {
        checkLeader(leader, info, this.#shapes[part]!(info.box), this.limits, file.source.name);
      } catch (error) {
        if (!isExrError(error)) throw error;
        state.marks[chunk] = 2;
        this.problems.push({ part, chunk, kind: 'leader', code: error.code, message: error.message });
        continue;
      }
      const length = leader.size + leader.tableSize + leader.packedSize;
      state.lengths[chunk] = length;
      if (offset + length > index.fileSize) this.#cut(state, part, chunk, `its ${length} bytes at ${offset}`);
    }
  }

  #cut(state: State, part: number, chunk: number, what: string): void {
    state.marks[chunk] = 0;
    this.#problem(part, chunk, 'truncated', 'TRUNCATED', `${what} end after the file, which has ${this.index.fileSize}`);
  }

  #problem(part: number, chunk: number, kind: ChunkProblem['kind'], code: ExrErrorCode, message: string): void {
    this.problems.push({ part, chunk, kind, code, message: `${this.file.source.name}: part ${part}, chunk ${chunk}: ${message}` });
  }

  /** Decodes every chunk and keeps only whether that went well. */
  async decode(states: readonly State[], options: ExamineOptions): Promise<void> {
    const { index, limits } = this;
    const known = new Set(this.problems.map(({ part, chunk }) => `${part} ${chunk}`));
    const selections = index.grids.flatMap((grid, part) => grid.levels.map(({ x, y }) => ({
      part, level: { x, y }, keep: (info: ChunkInfo) => states[part]!.marks[info.index] === 1,
    })));
    const { signal, onProgress, threads, failFast } = options;
    await processChunks({
      file: this.file, selections, index, limits, signal, onProgress, threads, failFast,
      onSkipped: ({ part, chunk, code, message }) => {
        states[part]!.marks[chunk] = 2;
        if (!known.has(`${part} ${chunk}`)) this.problems.push({ part, chunk, kind: 'data', code, message });
      },
    }, verifyTask, null);
  }
}

/** Problems that a part lists; `problem_count` counts all. */
const MOST_LISTED = 100;

function describe(
  file: ChunkedFile, index: ChunkIndex, states: readonly State[], problems: readonly ChunkProblem[], extents: Extents, tier: Tier, recovered: number,
): ReportStructure {
  const parts = states.map((state, part): ReportPartStructure => {
    const grid = index.grids[part]!;
    const mine = problems.filter((problem) => problem.part === part);
    const present = state.marks.reduce((sum, mark) => sum + (mark === 0 ? 0 : 1), 0);
    const missing = missingOf(grid, (chunk) => state.marks[chunk] === 0);
    const broken = missingOf(grid, (chunk) => state.marks[chunk] === 2);
    const unreadable = index.unreadable[part];
    const packed = state.lengths.reduce((sum, length, chunk) => sum + (state.marks[chunk] ? length : 0), 0);
    const bytes = tier === 'table' ? {} : channelBytes(grid, state.marks, packed);
    return {
      index: part, chunks: grid.count, present, complete: !unreadable && present === grid.count && mine.length === 0,
      percent: grid.count === 0 ? 0 : Math.floor((present / grid.count) * 1000) / 10,
      missing_lines: missing.lines, missing_tiles: missing.tiles,
      broken_chunks: state.marks.reduce((sum, mark) => sum + (mark === 2 ? 1 : 0), 0), broken_lines: broken.lines, broken_tiles: broken.tiles,
      ...bytes,
      problem_count: mine.length,
      problems: mine.slice(0, MOST_LISTED).map(({ chunk, kind, code, message }) => ({ chunk, kind, code, message })),
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
