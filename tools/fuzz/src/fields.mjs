// Where the fields of a sound file lie: a reader of its own, so that what is damaged is not chosen by the code under test.

const text = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));

/**
 * Attributes ({ name, type, sizeAt, at, size }), entries of the offset tables ({ at, offset }) and the end of the headers. The tables are
 * taken to reach from the headers' end to the first chunk that an entry names, which is so in every file written by the library.
 */
export function fieldsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const multipart = bytes.length > 8 && (bytes[5] & 0x10) !== 0;
  const attributes = [];
  let at = 8;
  let emptyBefore = false;
  const zero = (from) => {
    const found = bytes.indexOf(0, from);
    return found < 0 ? bytes.length : found;
  };
  while (at < bytes.length) {
    if (bytes[at] === 0) {
      at++;
      if (!multipart || emptyBefore) break;
      emptyBefore = true;
      continue;
    }
    emptyBefore = false;
    const nameEnd = zero(at);
    const typeEnd = zero(nameEnd + 1);
    if (typeEnd + 5 > bytes.length) break;
    const size = view.getInt32(typeEnd + 1, true);
    const value = typeEnd + 5;
    if (size < 0 || value + size > bytes.length) break;
    attributes.push({ name: text(bytes, at, nameEnd), type: text(bytes, nameEnd + 1, typeEnd), nameAt: at, sizeAt: typeEnd + 1, at: value, size });
    at = value + size;
  }
  const headerEnd = at;
  const entries = [];
  let first = bytes.length;
  for (; at + 8 <= first; at += 8) {
    const offset = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
    if (offset !== 0 && (offset <= at || offset >= bytes.length)) break;
    if (offset !== 0) first = Math.min(first, offset);
    entries.push({ at, offset });
  }
  const deep = attributes.some(({ name, at: value, size }) => name === 'type' && text(bytes, value, value + size).startsWith('deep'));
  const tiled = (bytes[5] & 2) !== 0 || attributes.some(({ name }) => name === 'tiles');
  const leader = (multipart ? 4 : 0) + (tiled ? 16 : 4);
  return { multipart, deep, tiled, attributes, headerEnd, entries, leader, chunks: entries.filter(({ offset }) => offset > 0) };
}
