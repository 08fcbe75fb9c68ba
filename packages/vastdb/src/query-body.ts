/**
 * The body of a select: a FlatBuffers `Relation` of Arrow's compute IR holding a `Source` with schema, filter and
 * projection. Objects are created in the official SDK's order, so that the bytes are the same (build_query_data_request,
 * _internal.py; golden/worked-example-eq.txt shows one byte for byte).
 */
import { Builder } from 'flatbuffers';
import type { Field } from './arrow.ts';
import { usage } from './errors.ts';
import { nodePositions, offsetVector, writeField } from './field-body.ts';
import { writeFieldIndex, writeFilter } from './filter-body.ts';
import type { FilterGroup } from './predicates.ts';

const RELATION_SOURCE = 9;
/** The server takes 5 MiB; the SDK stops at nine tenths of it (util.py). */
export const MAX_REQUEST_BYTES = Math.floor(4.5 * 1024 * 1024);

/** What a select asks for. */
export interface QueryPlan {
  /** Projected columns in the caller's order, then those only the filter needs. */
  readonly fields: readonly Field[];
  /** How many of `fields` are projected. */
  readonly projected: number;
  /** ANDed; each group is an OR over one column. Empty: no filter. */
  readonly filter: readonly FilterGroup[];
}

/** Serialises a plan. @throws {UsageError} when it is more than a request may hold */
export function queryBody(plan: QueryPlan): Uint8Array {
  const b = new Builder(1024);
  const name = b.createString('');
  const fields = offsetVector(b, plan.fields.map((field) => writeField(b, field)));
  b.startObject(4);
  b.addFieldOffset(1, fields, 0);
  const schema = b.endObject();
  const positions = nodePositions(plan.fields);
  const filter = writeFilter(b, plan.filter, plan.fields);
  const projection = plan.fields
    .slice(0, plan.projected)
    .flatMap((_, i) => positions[i]?.leaves ?? [])
    .map((position) => writeFieldIndex(b, position));
  const projectionVector = offsetVector(b, projection);
  b.startObject(5);
  b.addFieldOffset(1, name, 0);
  b.addFieldOffset(3, schema, 0);
  b.addFieldOffset(2, filter, 0);
  b.addFieldOffset(4, projectionVector, 0);
  const source = b.endObject();
  b.startObject(2);
  b.addFieldInt8(0, RELATION_SOURCE, 0);
  b.addFieldOffset(1, source, 0);
  b.finish(b.endObject());
  const body = b.asUint8Array().slice();
  if (body.byteLength > MAX_REQUEST_BYTES) {
    throw usage(`a select of ${body.byteLength} bytes; at most ${MAX_REQUEST_BYTES} fit: ask for fewer values at once`);
  }
  return body;
}
