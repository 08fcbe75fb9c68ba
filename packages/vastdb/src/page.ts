/**
 * Pages of a select put together: each projected leaf column comes as an Arrow stream of its own, nested columns as
 * single-child chains (a map as list<struct<key>> and list<struct<value>>). Names come from the request, not from the
 * reply (SDK _internal.py, QueryDataParser).
 */
import { TypeId, childFields, details, fieldName, sameAsked, typeName, type Arrow, type Data, type Field, type RecordBatch, type Schema } from './arrow.ts';
import { buildData } from './data-builder.ts';
import { valuesOf } from './data-reader.ts';
import { protocol } from './errors.ts';
import type { Frame } from './framing.ts';
import { makeBatch } from './ipc.ts';
import { readStream } from './ipc-reader.ts';

/** A page of one subsplit: its rows, and where the subsplit goes on after them. */
export interface Page {
  readonly stream: number;
  readonly nextRowId: bigint;
  /** One batch, or several when the server cut all columns alike. Empty batches are left out. */
  readonly batches: readonly RecordBatch[];
}

interface OpenPage {
  /** Chunks of the leaf columns that are complete. */
  readonly leaves: Data[][];
  /** Messages of the leaf column that is arriving. */
  messages: Uint8Array[];
}

/** Takes frames, gives pages. */
export class PageAssembler {
  readonly #arrow: Arrow;
  readonly #schema: Schema;
  readonly #leafCount: number;
  readonly #streams: number;
  readonly #open = new Map<number, OpenPage>();

  /** @param schema the projected columns, in order; none means that only rows are counted */
  constructor(arrow: Arrow, schema: Schema, streams: number) {
    this.#arrow = arrow;
    this.#schema = schema;
    this.#streams = streams;
    this.#leafCount = schema.fields.reduce((sum, field) => sum + countLeaves(field), 0);
  }

  /** Whether a page has begun that is not complete. */
  get open(): boolean {
    return this.#open.size > 0;
  }

  accept(frame: Frame & { type: 'message' }): Page | undefined {
    if (frame.stream >= this.#streams) throw protocol(`a frame of subsplit ${frame.stream}; ${this.#streams} were asked for`);
    const page = this.#open.get(frame.stream) ?? { leaves: [], messages: [] };
    this.#open.set(frame.stream, page);
    const begins = page.messages.length === 0;
    if (begins !== (frame.kind === 'schema')) {
      throw protocol(`subsplit ${frame.stream}: an Arrow ${frame.kind} message where ${begins ? 'a schema' : 'a batch or the end'} belongs`);
    }
    page.messages.push(frame.bytes);
    if (frame.kind !== 'end') return undefined;
    const done = this.#leafCount === 0 ? this.#rowCount(page) : this.#column(page, frame.stream);
    if (done === undefined) return undefined;
    this.#open.delete(frame.stream);
    return { stream: frame.stream, nextRowId: frame.nextRowId, batches: done.filter((batch) => batch.numRows > 0) };
  }

  /** A select of no columns answers with batches that have only a length. */
  #rowCount(page: OpenPage): RecordBatch[] {
    const { batches } = readStream(this.#arrow, join(page.messages), 'a select of no columns');
    return batches.map((batch) => makeBatch(this.#arrow, this.#schema, [], batch.numRows));
  }

  #column(page: OpenPage, stream: number): RecordBatch[] | undefined {
    const where = `subsplit ${stream}, leaf column ${page.leaves.length}`;
    const { schema, batches } = readStream(this.#arrow, join(page.messages), where);
    if (schema.fields.length !== 1) throw protocol(`${where}: ${schema.fields.length} columns in a stream; expected one`);
    page.leaves.push(batches.map((batch) => batch.data.children[0] as Data));
    page.messages = [];
    return page.leaves.length === this.#leafCount ? this.#build(page.leaves, stream) : undefined;
  }

  #build(leaves: Data[][], stream: number): RecordBatch[] {
    const rows = leaves.map((chunks) => chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    const total = rows[0] ?? 0;
    const odd = rows.findIndex((count) => count !== total);
    if (odd >= 0) throw protocol(`subsplit ${stream}: ${rows[odd]} rows in leaf column ${odd}, ${total} in the first`);
    if (total === 0) return [];
    const lengths = (leaves[0] ?? []).map((chunk) => chunk.length);
    const alike = leaves.every((chunks) => chunks.length === lengths.length && chunks.every((c, i) => c.length === lengths[i]));
    const cut = alike ? leaves : leaves.map((chunks) => [joinChunks(this.#arrow, chunks)]);
    return (alike ? lengths : [total]).map((length, i) => {
      const chains = cut.map((chunks) => chunks[i] as Data);
      let next = 0;
      const columns = this.#schema.fields.map((field) => {
        const count = countLeaves(field);
        next += count;
        return mergeChains(field, chains.slice(next - count, next));
      });
      return makeBatch(this.#arrow, this.#schema, columns, length);
    });
  }
}

/** Leaf columns that a field is sent as. */
export function countLeaves(field: Field): number {
  const children = childFields(field.type);
  return children.length === 0 ? 1 : children.reduce((sum, child) => sum + countLeaves(child), 0);
}

/** One column out of the chains of its leaves. */
function mergeChains(field: Field, chains: readonly Data[]): Data {
  const first = chains[0] as Data;
  const children = childFields(field.type);
  if (children.length === 0) {
    // A zone is not told in requests; so it need not be in replies.
    if (!sameAsked({ type: first.type, nullable: true } as Field, { type: field.type, nullable: true } as Field)) mismatch(field, first);
    return first.type === field.type ? first : (first.clone(field.type as never) as Data);
  }
  const t = details(field.type);
  const got = details(first.type);
  const fits = t.typeId === got.typeId ? t.listSize === got.listSize : t.typeId === TypeId.Map && got.typeId === TypeId.List;
  if (!fits || chains.some((chain) => chain.children.length !== 1)) mismatch(field, first);
  let next = 0;
  const merged = children.map((child) => {
    const count = countLeaves(child);
    next += count;
    return mergeChains(child, chains.slice(next - count, next).map((chain) => chain.children[0] as Data));
  });
  if (merged.some((child) => child.length !== merged[0]?.length)) mismatch(field, first);
  return first.clone(field.type as never, first.offset, first.length, first.nullCount, first as never, merged as never) as Data;
}

function mismatch(field: Field, found: Data): never {
  throw protocol(`column ${fieldName(field)}: the server sent ${typeName(found.type)}`);
}

/** Chunks that do not match those of the other columns, copied into one. */
function joinChunks(arrow: Arrow, chunks: readonly Data[]): Data {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const type = (only as Data).type;
  return buildData(arrow, new arrow.Field('', type, true), chunks.flatMap((chunk) => valuesOf(chunk)));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}
