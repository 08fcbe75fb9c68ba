// Ways to damage a file. Each takes (random, bytes, fields, other file's bytes) and changes `bytes` in place or returns another array.
import { fieldsOf } from './fields.mjs';

/** Numbers at which readers break: signs, powers of two, products that wrap. */
const INTERESTING = [0, 1, -1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 127, 128, 255, 256, 1023, 4096, 32767, 32768, 65535, 65536, 2 ** 20, 2 ** 24, 2 ** 28, 2 ** 29, 2 ** 30, 2 ** 31 - 1, -(2 ** 31), 0x3fffffff, -0x40000000, 0x7fffff00];

const number = (random, before) => {
  const how = random.below(5);
  if (how === 0) return before + random.below(17) - 8;
  if (how === 1) return random.uint32();
  if (how === 2) return before * (1 + random.below(64));
  if (how === 3) return random.below(2 ** (1 + random.below(24)));
  return random.pick(INTERESTING);
};
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const setInt32 = (bytes, at, value) => at >= 0 && at + 4 <= bytes.length && viewOf(bytes).setInt32(at, value | 0, true);
const getInt32 = (bytes, at) => (at >= 0 && at + 4 <= bytes.length ? viewOf(bytes).getInt32(at, true) : 0);
const setUint64 = (bytes, at, value) => at >= 0 && at + 8 <= bytes.length && viewOf(bytes).setBigUint64(at, BigInt.asUintN(64, BigInt(Math.trunc(value))), true);
const change = (random, bytes, at) => setInt32(bytes, at, number(random, getInt32(bytes, at)));
const named = (random, fields, test) => {
  const found = fields.attributes.filter(test);
  return found.length ? random.pick(found) : null;
};
const joined = (...pieces) => {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

export const MUTATIONS = {
  flipBits(random, bytes) {
    for (let left = 1 + random.below(random.chance(0.2) ? 200 : 8); left > 0; left--) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  },
  flipHeaderBits(random, bytes, { headerEnd }) {
    for (let left = 1 + random.below(6); left > 0; left--) bytes[random.below(Math.min(headerEnd, bytes.length))] ^= 1 << random.below(8);
  },
  fillRun(random, bytes) {
    const from = random.below(bytes.length);
    bytes.fill(random.pick([0, 255, 1, 0x7f, 0x80, random.below(256)]), from, from + 1 + random.below(random.chance(0.3) ? 4096 : 64));
  },
  randomRun(random, bytes) {
    const from = random.below(bytes.length);
    for (let i = from; i < Math.min(bytes.length, from + 1 + random.below(256)); i++) bytes[i] = random.below(256);
  },
  cut: (random, bytes, { headerEnd }) => bytes.subarray(0, random.chance(0.3) ? random.below(Math.min(bytes.length, headerEnd + 200)) : random.below(bytes.length)),
  splice(random, bytes, _, other) {
    const [a, b] = [random.below(bytes.length), random.below(other.length)];
    return joined(bytes.subarray(0, a), other.subarray(random.chance(0.5) ? Math.min(a, other.length) : b));
  },
  transplant(random, bytes, _, other) {
    const length = 1 + random.below(Math.min(2048, other.length));
    const from = random.below(other.length - length + 1);
    bytes.set(other.subarray(from, from + Math.min(length, bytes.length)).subarray(0, bytes.length), random.below(Math.max(1, bytes.length - length + 1)));
  },
  insert(random, bytes) {
    const at = random.below(bytes.length);
    const some = Uint8Array.from({ length: 1 + random.below(random.chance(0.2) ? 10_000 : 16) }, () => random.below(256));
    return joined(bytes.subarray(0, at), some, bytes.subarray(at));
  },
  remove(random, bytes) {
    const at = random.below(bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(random.chance(0.2) ? 1000 : 16)));
  },
  repeat(random, bytes) {
    const at = random.below(bytes.length);
    const some = bytes.subarray(at, at + 1 + random.below(2000));
    return joined(bytes.subarray(0, at), ...Array.from({ length: 1 + random.below(20) }, () => some), bytes.subarray(at));
  },
  version(random, bytes) {
    bytes[random.pick([4, 5, 5, 5, 6])] ^= 1 << random.below(8);
  },
  attributeSize(random, bytes, fields) {
    const attribute = named(random, fields, () => true);
    if (attribute) change(random, bytes, attribute.sizeAt);
  },
  attributeValue(random, bytes, fields) {
    const attribute = named(random, fields, ({ size }) => size >= 4);
    if (attribute) change(random, bytes, attribute.at + 4 * random.below(Math.floor(attribute.size / 4)));
  },
  attributeName(random, bytes, fields) {
    const attribute = named(random, fields, () => true);
    if (attribute) bytes[attribute.nameAt + random.below(Math.max(1, attribute.sizeAt - attribute.nameAt))] = random.pick([0, 1, 9, 27, 34, 92, 0x7f, 0xc3, 0xff, random.below(256)]);
  },
  window(random, bytes, fields) {
    const attribute = named(random, fields, ({ type }) => type === 'box2i');
    if (attribute) for (let left = 1 + random.below(3); left > 0; left--) change(random, bytes, attribute.at + 4 * random.below(4));
  },
  /** A window that no limit refuses, so that what lies behind it has to cope. */
  plausibleWindow(random, bytes, fields) {
    const attribute = named(random, fields, ({ name }) => name === 'dataWindow');
    if (attribute) setInt32(bytes, attribute.at + random.pick([8, 12, 12]), getInt32(bytes, attribute.at) + random.below(2 ** (4 + random.below(22))));
  },
  tiles(random, bytes, fields) {
    const attribute = named(random, fields, ({ type }) => type === 'tiledesc');
    if (!attribute) return;
    if (random.chance(0.4)) bytes[attribute.at + 8] = random.pick([0, 1, 2, 0x10, 0x11, 0x12, random.below(256)]);
    else change(random, bytes, attribute.at + random.pick([0, 4]));
  },
  channels(random, bytes, fields) {
    const attribute = named(random, fields, ({ type }) => type === 'chlist');
    if (!attribute) return;
    // Behind each name: type, pLinear and reserved, two samplings.
    const names = [];
    for (let at = attribute.at; at < attribute.at + attribute.size && bytes[at] !== 0; ) {
      while (bytes[at] !== 0 && at < bytes.length) at++;
      names.push(at + 1);
      at += 17;
    }
    if (names.length) change(random, bytes, random.pick(names) + random.pick([0, 0, 4, 8, 12]));
  },
  /** One channel many times: a count that the header can hold and the pixels cannot. */
  manyChannels(random, bytes, fields) {
    const attribute = named(random, fields, ({ type, size }) => type === 'chlist' && size > 20);
    if (!attribute) return undefined;
    const count = 1 + random.below(random.chance(0.1) ? 20_000 : 300);
    const list = [];
    for (let i = 0; i < count; i++) list.push(...Buffer.from(`c${String(i).padStart(5, '0')}\0`), random.below(3), 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);
    list.push(0);
    const copy = bytes.slice();
    setInt32(copy, attribute.sizeAt, list.length);
    return joined(copy.subarray(0, attribute.at), Uint8Array.from(list), copy.subarray(attribute.at + attribute.size));
  },
  compression(random, bytes, fields) {
    const attribute = named(random, fields, ({ type }) => type === 'compression');
    if (attribute) bytes[attribute.at] = random.chance(0.9) ? random.below(12) : random.below(256);
  },
  partType(random, bytes, fields) {
    const attribute = named(random, fields, ({ name, size }) => name === 'type' && size >= 8);
    if (attribute) bytes.set(Buffer.from(random.pick(['deepscanline', 'scanlineimage', 'tiledimage', 'deeptile'])).subarray(0, attribute.size), attribute.at);
  },
  entry(random, bytes, { entries }) {
    for (let left = 1 + random.below(4); left > 0 && entries.length; left--) {
      const { at, offset } = random.pick(entries);
      const value = random.pick([0, 1, offset + random.below(33) - 16, random.pick(entries).offset, bytes.length - random.below(40), 2 ** 53, 2 ** 64 - 1, random.uint32(), at]);
      setUint64(bytes, at, Math.max(0, value));
    }
  },
  zeroEntries(random, bytes, { entries }) {
    for (const { at } of entries) if (random.chance(0.5)) bytes.fill(0, at, at + 8);
  },
  shuffleEntries(random, bytes, { entries }) {
    for (const { at } of entries) if (random.chance(0.5)) setUint64(bytes, at, random.pick(entries).offset);
  },
  leader(random, bytes, { chunks, leader, deep }) {
    for (let left = 1 + random.below(3); left > 0 && chunks.length; left--) change(random, bytes, random.pick(chunks).offset + 4 * random.below(leader / 4 + (deep ? 6 : 1)));
  },
  /** Behind the leader: the headers of compressed sections, Huffman tables, codestream markers, deep sample counts. */
  section(random, bytes, { chunks, leader, deep }) {
    if (!chunks.length) return;
    const start = random.pick(chunks).offset + leader + (deep ? 24 : 4);
    for (let left = 1 + random.below(3); left > 0; left--) {
      const at = start + random.below(random.chance(0.7) ? 96 : 2048);
      if (at + 8 > bytes.length) continue;
      if (random.chance(0.3)) setUint64(bytes, at, number(random, 0) >>> 0);
      else if (random.chance(0.5)) change(random, bytes, at);
      else bytes[at] = random.below(256);
    }
  },
  /** Packed and unpacked sizes that agree with each other and with nothing else. */
  deepSizes(random, bytes, { chunks, leader, deep }) {
    if (!chunks.length) return;
    const at = random.pick(chunks).offset + leader;
    for (let i = 0; i < (deep ? 3 : 1); i++) if (random.chance(0.6)) setUint64(bytes, at + 8 * i, random.pick([0, 1, 8, 1000, 2 ** 20, 2 ** 27, 2 ** 30, 2 ** 31, 2 ** 40, 2 ** 63]));
  },
};

const NAMES = Object.keys(MUTATIONS);

/** One damaged file: 1 to 3 mutations after another. Gives the bytes and what was done. */
export function mutated(random, original, other) {
  let bytes = original.slice();
  const done = [];
  for (let left = random.chance(0.6) ? 1 : 2 + random.below(2); left > 0 && bytes.length > 8; left--) {
    const name = random.pick(NAMES);
    // Fields are looked for anew: an earlier change has moved them.
    bytes = (MUTATIONS[name](random, bytes, fieldsOf(bytes), other) ?? bytes).slice();
    done.push(name);
  }
  return { bytes, done };
}
