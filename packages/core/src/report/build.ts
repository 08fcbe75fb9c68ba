import { append, atOnce, inTurns } from '../flow/index.ts';
import { chunkGrid } from '../chunks/index.ts';
import { isExrError, type ExrError } from '../errors.ts';
import type { ExrNote } from '../notes.ts';
import { decodeText, frameRateOf, placeOf, softwareOf, timeCodeOf, viewsOf, type Attribute, type Box2i, type ExrFile, type PartHeader } from '../header/index.ts';
import { frameNumberOf } from '../sequence/index.ts';
import { chunkCountNotes } from './chunk-count.ts';
import { colorConflicts, colorNotes, colorSourcesOf, colorSpaceOf } from '../color/index.ts';
import { readIdManifest } from './id-manifest.ts';
import { jsonBytes, jsonName, jsonNumber, setKey, toJson, wellFormed, type JsonOptions } from './json.ts';
import { sha256Steps } from './sha256.ts';
import { TOOL } from './tool.ts';
import {
  REPORT_SCHEMA_VERSION,
  type ExrReport,
  type JsonValue,
  type ReportAttribute,
  type ReportBox,
  type ReportChannel,
  type ReportColor,
  type ReportEmbedding,
  type ReportError,
  type ReportNote,
  type ReportPart,
  type ReportStats,
  type ReportStructure,
  type ReportValidation,
} from './types.ts';

/** What of a report does not come from the headers. */
export interface ReportOptions extends JsonOptions {
  /** Default: the source's name. */
  readonly path?: string;
  readonly mtime?: Date | string | null;
  readonly stats?: ReportStats;
  readonly structure?: ReportStructure;
  readonly validation?: ReportValidation;
  readonly embedding?: ReportEmbedding;
  /** Write idmanifest attributes as what is in them (groups with their names by id) instead of their packed bytes. Default false. */
  readonly idManifests?: boolean;
  /** Errors beyond the headers' own problems, which are always in the report. */
  readonly errors?: readonly (ExrError | ReportError)[];
  /** Notes beyond the headers' own, which are always in the report. */
  readonly notes?: readonly (ExrNote | ReportNote)[];
}

/** The report of an opened file. Pure and synchronous: everything it says is in `file` and `options`. */
export function buildReport(file: ExrFile, options: ReportOptions = {}): ExrReport {
  return atOnce(reportSteps(file, options));
}

/** The same for whoever has others to hear: of a header with a quarter of a million attributes it takes a second. Rejects with the signal's reason. */
export function buildReportInTurns(file: ExrFile, options: ReportOptions = {}, signal?: AbortSignal): Promise<ExrReport> {
  return inTurns(reportSteps(file, options), signal);
}

/** Attributes from one place where others may have their turn to the next. */
const AT_A_TURN = 500;

function* reportSteps(file: ExrFile, options: ReportOptions): Generator<void, ExrReport> {
  const path = options.path ?? file.source.name;
  const errors: ReportError[] = [...file.problems, ...(options.errors ?? [])].map(reportError);
  const notes: (ExrNote | ReportNote)[] = [...(file.notes ?? [])];
  const channels: ReportChannel[] = [];
  const named = file.parts.map(softwareOf);
  // One program writes a file: where some parts alone name it, it wrote the others too.
  const programs = new Set(named.filter((name) => name !== null));
  const writer = programs.size === 1 ? [...programs][0]! : null;
  const room: Room = { stringLength: file.limits.stringLength, left: LONGEST_VALUES * file.limits.stringLength, short: SHORT_VALUES };
  const parts: ReportPart[] = [];
  for (const [i, part] of file.parts.entries()) {
    addChannels(part, channels);
    parts.push(yield* reportPart(file, part, named[i] ?? writer, options, errors, notes, room));
    yield;
  }
  const attributes: Record<string, JsonValue> = {};
  for (const [i, { name, value }] of (parts[0]?.attributes ?? []).entries()) {
    setKey(attributes, name, value);
    if (i % AT_A_TURN === AT_A_TURN - 1) yield;
  }
  const header_hash = file.complete ? yield* sha256Steps(file.headerPieces()) : null;
  return {
    schema_version: REPORT_SCHEMA_VERSION,
    tool: TOOL,
    file: {
      path,
      size_bytes: file.size,
      mtime: timeOf(options.mtime),
      exr_version: file.version.version,
      part_count: parts.length,
      is_multipart: file.version.multipart,
      is_deep: parts.some((part) => part.is_deep),
      frame_number: frameNumberOf(path),
      header_bytes: file.complete ? file.headerBytes : null,
      header_hash,
    },
    parts,
    channels,
    attributes,
    ...(options.stats === undefined ? {} : { stats: options.stats }),
    ...(options.structure === undefined ? {} : { structure: options.structure }),
    ...(options.validation === undefined ? {} : { validation: options.validation }),
    ...(options.embedding === undefined ? {} : { embedding: options.embedding }),
    errors,
    notes: [...notes, ...file.parts.flatMap((part) => colorNotes(part, file.source.name, file.version.multipart)), ...(options.notes ?? [])].map(reportNote),
  };
}

/** The report of a file that could not be opened at all: no parts, and the error that says why. */
export function buildFailedReport(
  error: ExrError | ReportError,
  options: { readonly path: string; readonly sizeBytes?: number; readonly mtime?: Date | string | null },
): ExrReport {
  return {
    schema_version: REPORT_SCHEMA_VERSION,
    tool: TOOL,
    file: {
      path: options.path,
      size_bytes: options.sizeBytes ?? 0,
      mtime: timeOf(options.mtime),
      exr_version: null,
      part_count: 0,
      is_multipart: false,
      is_deep: false,
      frame_number: frameNumberOf(options.path),
      header_bytes: null,
      header_hash: null,
    },
    parts: [],
    channels: [],
    attributes: {},
    errors: [reportError(error)],
    notes: [],
  };
}

export function reportError(error: ExrError | ReportError): ReportError {
  const where = toJson(error.where) as ReportError['where'];
  return { code: error.code, kind: error.kind, message: jsonName(error.message), where };
}

export function reportNote(note: ExrNote | ReportNote): ReportNote {
  return { code: note.code, message: jsonName(note.message), where: toJson(note.where) as ReportNote['where'] };
}

function* reportPart(
  file: ExrFile, part: PartHeader, software: string | null, options: ReportOptions, errors: ReportError[], notes: (ExrNote | ReportNote)[], room: Room,
): Generator<void, ReportPart> {
  const { dataWindow, tiles } = part;
  const chunks = chunksOf(file, part, errors);
  if (chunks.count !== null) append(notes, chunkCountNotes(file, part, chunks.count));
  const tiled = part.isTiled ? tiles : null;
  const frameRate = frameRateOf(part);
  const attributes: ReportAttribute[] = [];
  for (const attribute of part.attributes) {
    attributes.push(
      options.idManifests && attribute.type === 'idmanifest' ? reportManifest(file, part.index, attribute, options, errors, room) : reportAttribute(attribute, room, options),
    );
    if (attributes.length % AT_A_TURN === 0) yield;
  }
  return {
    index: part.index,
    name: part.name === null ? null : shortName(part.name),
    type: part.type,
    view: part.view === null ? null : shortName(part.view),
    width: Math.max(0, dataWindow.xMax - dataWindow.xMin + 1),
    height: Math.max(0, dataWindow.yMax - dataWindow.yMin + 1),
    data_window: reportBox(dataWindow),
    display_window: reportBox(part.displayWindow),
    pixel_aspect_ratio: jsonNumber(part.pixelAspectRatio),
    line_order: part.lineOrder,
    compression: typeof part.compression === 'number' ? `unknown ${part.compression}` : part.compression,
    tile_width: tiled?.xSize ?? null,
    tile_height: tiled?.ySize ?? null,
    level_mode: tiled?.levelMode ?? null,
    rounding_mode: tiled?.roundingMode ?? null,
    level_count: chunks.levels,
    is_deep: part.isDeep,
    chunk_count: chunks.count,
    color_space: mapped(colorSpaceOf(part)?.name ?? null, shortName),
    color: reportColor(part),
    software: mapped(software, shortName),
    timecode: timeCodeOf(part),
    frame_rate: mapped(frameRate, jsonNumber),
    attributes,
  };
}

function reportColor(part: PartHeader): ReportColor {
  const found = colorSourcesOf(part);
  return {
    source: found.find(({ useless }) => useless === null)?.source ?? null,
    sources: found.map(({ source, written, space, useless }) => ({ source, written: mapped(written, shortName), space: mapped(space, shortName), useless })),
    agree: colorConflicts(found).length === 0,
  };
}

/** Longest text of the fields that are facts, not attributes. */
const LONGEST_FACT = 500;

function shortName(text: string): string {
  return jsonName(text.length > LONGEST_FACT ? `${text.slice(0, LONGEST_FACT)}… (${text.length} characters)` : text);
}

function mapped<From, To>(value: From | null, how: (value: From) => To): To | null {
  return value === null ? null : how(value);
}

function chunksOf(file: ExrFile, part: PartHeader, errors: ReportError[]): { levels: number; count: number | null } {
  if (part.unreadable) return { levels: 1, count: null };
  // Of a compression that nobody knows the file's offset table tells, not the header: what chunkCount says is all there is here.
  if (typeof part.compression === 'number' && !part.isTiled) return { levels: 1, count: part.chunkCount };
  try {
    const grid = chunkGrid(part, file.limits);
    return { levels: grid.levels.length, count: grid.count };
  } catch (error) {
    if (!isExrError(error)) throw error;
    errors.push(reportError(error));
    return { levels: 1, count: null };
  }
}

function reportManifest(file: ExrFile, part: number, attribute: Attribute, options: JsonOptions, errors: ReportError[], room: Room): ReportAttribute {
  const plain = reportAttribute(attribute, room, options);
  try {
    return { ...plain, value: toJson(readIdManifest(attribute, file.limits), options) };
  } catch (error) {
    if (!isExrError(error)) throw error;
    const message = `${file.source.name}: part ${part}: ${plain.name}: ${error.message}`;
    errors.push({ ...reportError(error), message, where: { ...reportError(error).where, part, attribute: plain.name } });
    return plain;
  }
}

/** Values whose decoded form takes many times their bytes are cut by the same limit as strings, at a fraction of it. */
const VECTOR_SHARE = 4;
/** All values of a report together, in values of the longest kind; beyond it only short ones are spelled out. */
const LONGEST_VALUES = 4;
const ALWAYS_SPELLED = 4096;
/** What short values of a report take together, in bytes of the file; beyond it only very short ones are spelled out: there may be a hundred thousand. */
const SHORT_VALUES = 4 * 1024 * 1024;
const VERY_SHORT = 256;
/** Of a text that was cut, beside its first bytes. */
const BEGINNING = 1000;

/** What a report may still spell out. */
interface Room {
  readonly stringLength: number;
  left: number;
  short: number;
}

function reportAttribute(attribute: Attribute, room: Room, options: JsonOptions): ReportAttribute {
  const { stringLength } = room;
  const { type, size } = attribute;
  const isVector = type === 'stringvector' || type === 'floatvector' || type === 'chlist';
  let value: JsonValue;
  const always = room.short > 0 ? ALWAYS_SPELLED : VERY_SHORT;
  const most = Math.min(isVector ? stringLength / VECTOR_SHARE : stringLength, Math.max(size > ALWAYS_SPELLED ? room.left : 0, Math.min(always, stringLength)));
  if (room.short <= 0) options = { ...options, bytesLimit: Math.min(options.bytesLimit ?? VERY_SHORT, VERY_SHORT) };
  if (size > most && (isVector || type === 'string')) {
    const bytes = attribute.raw();
    value = jsonBytes(bytes, options);
    if (type === 'string') value = { ...value, truncated: true, text: wellFormed(decodeText(bytes, 0, Math.min(size, BEGINNING, room.short > 0 ? BEGINNING : VERY_SHORT))) };
    room.short -= Math.min(size, ALWAYS_SPELLED);
  } else {
    value = toJson(attribute.value, options);
    if (size > ALWAYS_SPELLED && (isVector || type === 'string')) room.left -= size;
    else room.short -= Math.min(size, ALWAYS_SPELLED);
  }
  return { name: jsonName(attribute.name), type: jsonName(type), size, value };
}

function addChannels(part: PartHeader, channels: ReportChannel[]): void {
  const views = viewsOf(part);
  for (const channel of part.channels) {
    const { layer, component, view } = placeOf(channel.name, part, views);
    channels.push({
      part_index: part.index,
      name: jsonName(channel.name),
      layer: jsonName(layer),
      component: jsonName(component),
      view: view === null ? null : shortName(view),
      type: channel.pixelType,
      x_sampling: channel.xSampling,
      y_sampling: channel.ySampling,
      p_linear: channel.pLinear,
    });
  }
}

function reportBox({ xMin, yMin, xMax, yMax }: Box2i): ReportBox {
  return { x_min: xMin, y_min: yMin, x_max: xMax, y_max: yMax };
}

function timeOf(mtime: Date | string | null | undefined): string | null {
  if (mtime === undefined || mtime === null) return null;
  const time = new Date(mtime);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
