/** Nulls that count: below a null the slots of a child mean nothing, whatever its validity says (Arrow, Columnar.rst). */
import { TypeId, childFields, details, type Data, type Field } from './arrow.ts';

type Live = (index: number) => boolean;

/** The first field, the outermost first, that holds a null which it must not hold; undefined when there is none. */
export function forbiddenNull(field: Field, data: Data, live?: Live): Field | undefined {
  if (!field.nullable && data.nullCount > 0) {
    for (let i = 0; i < data.length; i++) if (live?.(i) !== false && !data.getValid(i)) return field;
  }
  const fields = childFields(field.type);
  if (fields.length === 0) return undefined;
  const below = liveBelow(data, data.nullCount === 0 ? live : (i) => live?.(i) !== false && data.getValid(i));
  for (const [i, child] of fields.entries()) {
    const found = forbiddenNull(child, data.children[i] as Data, below);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Which slots of the children are part of a value. */
function liveBelow(data: Data, own: Live | undefined): Live | undefined {
  const t = details(data.type);
  if (t.typeId === TypeId.Struct) return own;
  if (t.typeId === TypeId.FixedSizeList) return own && ((i) => own(Math.floor(i / (t.listSize ?? 1))));
  const offsets = data.valueOffsets as Int32Array;
  const used = new Uint8Array((data.children[0] as Data).length);
  for (let i = 0; i < data.length; i++) if (own?.(i) !== false) used.fill(1, offsets[i], offsets[i + 1]);
  return (i) => used[i] === 1;
}
