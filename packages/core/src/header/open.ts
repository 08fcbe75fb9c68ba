import { ExrError, type ExrErrorCode } from '../errors.ts';
import { limitsOf, type Limits } from '../limits.ts';
import type { ExrNote } from '../notes.ts';
import type { ByteSource, ReadOptions } from '../bytes/index.ts';
import { turns } from '../flow/index.ts';
import { isMagic, notAnExr } from './magic.ts';
import { checkPart, checkParts } from './conformance.ts';
import { Findings } from './findings.ts';
import { buildPart } from './part.ts';
import { HeaderScan, type ScanState } from './scan.ts';
import type { PartHeader, VersionField } from './types.ts';

/** The first read: enough for the whole header of nearly every file. */
const FIRST_BYTES = 64 * 1024;
/** Read ahead behind an attribute whose end is known. */
const AHEAD_BYTES = 64 * 1024;
/** The longest read for a header whose length nobody knows. */
const LONGEST_GUESS = 16 * 1024 * 1024;

/** A file whose headers have been read. Its pixels stay where they are until something asks for them. */
export interface ExrFile {
  readonly source: ByteSource;
  /** Length of the whole file, bytes. */
  readonly size: number;
  readonly version: VersionField;
  /** The parts whose headers could be read, the last one perhaps in part: see `complete` and `PartHeader.unreadable`. */
  readonly parts: readonly PartHeader[];
  /** Bytes from the start of the file to the end of its last header, where the offset tables begin; what was read when not `complete`. */
  readonly headerBytes: number;
  /** True when the headers were read to their end. */
  readonly complete: boolean;
  /** What is wrong with the headers, in file order. Empty for a file that follows the specification. */
  readonly problems: readonly ExrError[];
  /** What is unusual in the headers and keeps no reader from opening the file, in file order. Absent is empty. */
  readonly notes?: readonly ExrNote[];
  readonly limits: Limits;
  /** The bytes of the headers in file order, magic number and version field first: `headerBytes` in all, without copying them together. */
  headerPieces(): readonly Uint8Array[];
  /** The same as one array; a copy when the header came in more than one piece. */
  rawHeader(): Uint8Array;
}

export interface OpenOptions extends ReadOptions {
  readonly limits?: Partial<Limits>;
  /** Throw the first problem instead of returning what could be read. Default false. */
  readonly strict?: boolean;
}

/**
 * Reads magic number, version field and every header of an OpenEXR file; no pixels, no offset tables.
 *
 * One read of 64 KiB (or the whole file when it is smaller) does for nearly every file. A header that is longer is read on from the attribute
 * that was cut, up to that attribute's own end where the file says it, else four times as far each time, by at most 16 MiB.
 *
 * Throws NOT_EXR (and says what the file is instead), TRUNCATED for a file shorter than its first eight bytes, and what the source throws.
 * Once the magic number is right nothing wrong with the file throws: the parts that could be read come back, and `problems` says what is
 * wrong and where. `strict: true` throws the first problem instead.
 */
export async function openExr(source: ByteSource, options: OpenOptions = {}): Promise<ExrFile> {
  const limits = limitsOf(options.limits);
  const size = await source.size(options);
  const first = await source.read(0, Math.min(size, FIRST_BYTES), options);
  if (!isMagic(first) || first.length < 8) throw notAnExr(source.name, first, size);
  const file = await readHeaders(source, size, first, limits, options);
  if (options.strict && file.problems.length > 0) throw file.problems[0]!;
  return file;
}

async function readHeaders(source: ByteSource, size: number, first: Uint8Array, limits: Limits, options: ReadOptions): Promise<ExrFile> {
  const version = versionField(first);
  const findings = new Findings(source.name, version.multipart);
  const { problems } = findings;
  checkVersion(source.name, version, problems);
  const scan = new HeaderScan(8, { name: source.name, fileSize: size, multipart: version.multipart, longNames: version.longNames, limits, findings });
  const pieces: Piece[] = [{ base: 0, bytes: first }];
  let state: ScanState = version.version === 2 ? scan.run(first, 0) : { kind: 'stopped' };
  const pause = turns(options.signal);
  while (state.kind === 'more' || state.kind === 'turn') {
    await pause();
    if (state.kind === 'turn') {
      const { bytes, base } = pieces[pieces.length - 1]!;
      state = scan.run(bytes, base);
      continue;
    }
    const piece = await readOn(source, size, limits, pieces[pieces.length - 1]!, scan.position, state.end, options);
    pieces.push(piece);
    state = scan.run(piece.bytes, piece.base);
  }
  const complete = state.kind === 'done';
  let channelsBefore = 0;
  const parts: PartHeader[] = [];
  for (const [index, attributes] of scan.headers.entries()) {
    if (index % 50 === 49) await pause();
    const whole = complete || index < scan.headers.length - 1;
    const part = buildPart(index, attributes, { name: source.name, version, limits, whole, channelsBefore }, findings);
    channelsBefore += part.channels.length;
    if (whole) checkPart(part, version, findings);
    parts.push(part);
  }
  if (complete && parts.length === 0) problems.push(problem(source.name, 'BAD_HEADER', 'the header is empty, expected attributes', 8));
  checkParts(complete ? parts : parts.slice(0, -1), version, findings);
  return new OpenedFile(source, size, version, parts, scan.position, complete, problems, findings.notes(), limits, pieces);
}

interface Piece {
  /** Offset in the file of the first byte. */
  readonly base: number;
  readonly bytes: Uint8Array;
}

/**
 * The next piece: it begins where the scan stands, so that each attribute lies in one piece. What the last piece already holds of that
 * attribute is read again when it is short (in itself, or beside what follows: a copy of that would be held twice), and copied when it is long.
 */
async function readOn(source: ByteSource, size: number, limits: Limits, last: Piece, position: number, end: number | null, options: ReadOptions): Promise<Piece> {
  const have = last.base + last.bytes.length;
  let wanted = have + Math.min(3 * have, LONGEST_GUESS);
  // An attribute that is long beside what came before says itself how far to read; a little more lets its like follow in fewer reads.
  if (end !== null && end - position > have / 8) wanted = end + Math.max(AHEAD_BYTES, Math.floor(have / 16));
  const until = Math.min(Math.max(wanted, (end ?? 0) + 1), size, Math.max(limits.headerBytes, have + 1));
  const told = { ...options, header: true };
  const left = last.bytes.subarray(position - last.base);
  if (left.length <= AHEAD_BYTES || left.length * 4 <= until - have) return { base: position, bytes: await source.read(position, until - position, told) };
  const more = await source.read(have, until - have, told);
  const bytes = new Uint8Array(left.length + more.length);
  bytes.set(left);
  bytes.set(more, left.length);
  return { base: position, bytes };
}

function versionField(bytes: Uint8Array): VersionField {
  const raw = (bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24)) >>> 0;
  return {
    raw,
    version: raw & 0xff,
    tiled: (raw & 0x200) !== 0,
    longNames: (raw & 0x400) !== 0,
    nonImage: (raw & 0x800) !== 0,
    multipart: (raw & 0x1000) !== 0,
  };
}

const KNOWN_FLAGS = 0x1e00;

function checkVersion(name: string, version: VersionField, problems: ExrError[]): void {
  if (version.version !== 2) {
    problems.push(problem(name, 'UNSUPPORTED_VERSION', `file format version ${version.version}, expected 2`, 4));
    return;
  }
  const unknown = (version.raw & ~0xff & ~KNOWN_FLAGS) >>> 0;
  if (unknown !== 0) {
    problems.push(problem(name, 'UNSUPPORTED_FEATURE', `the version field has flags nobody knows (0x${unknown.toString(16)}), expected none beyond 0x1e00`, 4));
  }
  if (version.tiled && (version.multipart || version.nonImage)) {
    const other = version.multipart ? 'multipart' : 'deep';
    problems.push(problem(name, 'NOT_CONFORMING', `the version field has both the single-part tiled and the ${other} flag, expected one of them`, 4));
  }
}

function problem(name: string, code: ExrErrorCode, message: string, offset: number): ExrError {
  return new ExrError(code, `${name}: ${message}`, { source: name, offset });
}

class OpenedFile implements ExrFile {
  readonly #pieces: readonly Piece[];

  constructor(
    readonly source: ByteSource,
    readonly size: number,
    readonly version: VersionField,
    readonly parts: readonly PartHeader[],
    readonly headerBytes: number,
    readonly complete: boolean,
    readonly problems: readonly ExrError[],
    readonly notes: readonly ExrNote[],
    readonly limits: Limits,
    pieces: readonly Piece[],
  ) {
    this.#pieces = pieces;
  }

  headerPieces(): readonly Uint8Array[] {
    // A piece is good up to where the next one begins, or to the end of the headers.
    return this.#pieces.map(({ base, bytes }, i) => bytes.subarray(0, Math.min(this.#pieces[i + 1]?.base ?? Infinity, this.headerBytes) - base));
  }

  rawHeader(): Uint8Array {
    const pieces = this.headerPieces();
    if (pieces.length === 1) return pieces[0]!;
    const whole = new Uint8Array(this.headerBytes);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
