/**
 * Small files that are sound to the byte and hostile in what they say: names, strings, counts, views, layers, attributes of every type with odd values,
 * manifests. Written from nothing, seeded: the same case for the same seed.
 */
import { deflateSync } from 'node:zlib';
import { randomOf } from './random.mjs';

const le = (size, write) => (...values) => {
  const bytes = Buffer.alloc(size * values.length);
  values.forEach((value, i) => bytes[write](value, size * i));
  return bytes;
};
const u8 = (...values) => Buffer.from(values);
const u32 = (...values) => le(4, 'writeUInt32LE')(...values.map((value) => value >>> 0));
const f32 = le(4, 'writeFloatLE');
const f64 = le(8, 'writeDoubleLE');
const u64 = le(8, 'writeBigUInt64LE');

const UTF = (text) => Buffer.from(text, 'utf8');
/** Pieces of names and texts that somebody has taken for something else. */
const PIECES = [
  '', 'R', 'G', 'B', 'A', 'Z', 'ZBack', 'left', 'right', 'N.x', 'diffuse', '.', '..', '/', '\\', '%04d', '####', '1001', '-1', '0001.0002', '=1+1', '+cmd', '-2+3', '@SUM(A1)', '=HYPERLINK("http://x.example","x")', '"', "'", ',', ';', '\t', '\n', '\r\n',
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '</td></table>', '&lt;', '[a](command:x)', '$(trash)', '`x`', '${x}', '{{x}}', '\x1b[31m', '\x1b]8;;http://x.example\x07', '\x9b2J', '\x7f', '\u0085', '\u202e', '\u2066', '\u200b', '\u2028', '\ufeff', '\u{e0041}',
  '\u0301'.repeat(40), 'é', 'e\u0301', 'İ', 'ß', '😀', '漢字', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'NaN', 'true', '%', '_', '*', '?', '1e999', '0x10', 'CryptoObject00', 'cryptomatte/abc/name', "'; DROP TABLE files; --",
];
const NAMES = ['view', 'multiView', 'owner', 'comments', 'capDate', 'software', 'chromaticities', 'whiteLuminance', 'adoptedNeutral', 'timeCode', 'framesPerSecond', 'keyCode', 'envmap', 'wrapmodes', 'worldToCamera', 'preview', 'idManifest', 'colorInteropID', 'deepImageState', 'utcOffset', 'expTime', 'cryptomatte/7f/name', 'cryptomatte/7f/manifest', 'oiio:ColorSpace', 'renderer', 'nuke/version', 'xDensity', 'dwaCompressionLevel', 'originalDataWindow', 'imageCounter', 'type', 'name', 'chunkCount', 'maxSamplesPerPixel'];

export function meaningOf(seed, number) {
  const random = randomOf(seed, number, 0x6d65616e);
  const { pick, chance, below } = random;
  const some = (least, most) => least + below(most - least + 1);
  const float = () => pick([0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 1e-45, 3.4e38, -3.4e38, below(1000) / 7]);
  const whole = () => pick([0, 1, 2, 24, 1000, 1001, 0x7fffffff, 0x80000000, 0xffffffff, below(2 ** 32)]);
  const text = () => {
    if (chance(0.02)) return Buffer.alloc(some(1000, 20_000), pick(['a', '-', '.', '0', ' ', '=', '\u202e', '<b>', '\xff']));
    const made = UTF(Array.from({ length: some(0, 5) }, () => pick(PIECES)).join(pick(['', '', '.', ' ', '_'])));
    return chance(0.05) ? Buffer.concat([made, u8(0xff, 0xc3, 0x80)]) : made;
  };
  const zeroFree = (bytes) => Buffer.from(bytes.filter((byte) => byte !== 0));
  const named = (most = 255) => zeroFree(text()).subarray(0, most);
  const name = () => Buffer.concat([named(), u8(0)]);
  const sized = (value) => Buffer.concat([u32(value.length), value]);
  const manifest = () => {
    const body = chance(0.3) ? Buffer.from(Array.from({ length: some(0, 200) }, () => below(256))) : Buffer.concat([u32(pick([0, 1, 0xffffffff])), u32(some(0, 3)), sized(named()), u8(below(3)), sized(named()), sized(named()), u8(below(256), below(256), below(256))]);
    return Buffer.concat([u64(BigInt(pick([body.length, 0, 1, 2 ** 31, 2 ** 40]))), chance(0.8) ? deflateSync(body) : body]);
  };
  const TYPES = {
    string: text, int: () => u32(whole()), float: () => f32(float()), double: () => f64(pick([float(), 1e308, 5e-324])), v2f: () => f32(float(), float()), v3f: () => f32(float(), float(), float()), v2i: () => u32(whole(), whole()), v3i: () => u32(whole(), whole(), whole()),
    v2d: () => f64(float(), float()), v3d: () => f64(float(), float(), float()), box2i: () => u32(whole(), whole(), whole(), whole()), box2f: () => f32(float(), float(), float(), float()), m33f: () => f32(...Array.from({ length: 9 }, float)),
    m44f: () => f32(...Array.from({ length: 16 }, float)), m33d: () => f64(...Array.from({ length: 9 }, float)), m44d: () => f64(...Array.from({ length: 16 }, float)), chromaticities: () => f32(...Array.from({ length: 8 }, float)), rational: () => u32(whole(), whole()),
    timecode: () => u32(whole(), whole()), keycode: () => u32(...Array.from({ length: 7 }, whole)), envmap: () => u8(below(256)), compression: () => u8(below(256)), lineOrder: () => u8(below(256)), deepImageState: () => u8(below(256)),
    stringvector: () => Buffer.concat(Array.from({ length: chance(0.03) ? 5000 : some(0, 6) }, () => sized(chance(0.2) ? text() : UTF(pick(PIECES))))), floatvector: () => f32(...Array.from({ length: some(0, 9) }, float)),
    preview: () => (chance(0.5) ? Buffer.concat([u32(2, 2), Buffer.alloc(16, below(256))]) : u32(whole(), whole())), idmanifest: manifest, chlist: () => u8(0), opaque: text, bytes: () => Buffer.concat([u32(3), UTF('a/b'), text()]),
  };
  const attribute = (label, type, value) => Buffer.concat([label, type, sized(value)]);
  const plain = (label, type, value) => attribute(UTF(`${label}\0`), UTF(`${type}\0`), value);
  const extra = () => {
    const type = pick(Object.keys(TYPES));
    // The right type for a well-known name, or any.
    const wanted = pick(NAMES);
    const right = { view: 'string', multiView: 'stringvector', owner: 'string', comments: 'string', capDate: 'string', software: 'string', chromaticities: 'chromaticities', timeCode: 'timecode', framesPerSecond: 'rational', keyCode: 'keycode', envmap: 'envmap', worldToCamera: 'm44f', preview: 'preview', idManifest: 'idmanifest', colorInteropID: 'string', adoptedNeutral: 'v2f' }[wanted];
    const label = chance(0.6) ? UTF(`${wanted}\0`) : name();
    const kind = chance(0.7) ? (right ?? type) : type;
    return label.length < 2 ? Buffer.alloc(0) : attribute(label, UTF(`${chance(0.97) ? kind : named(30).toString('latin1') || 'x'}\0`), TYPES[kind]());
  };
  const [width, lines] = [some(1, 5), some(1, 4)];
  const channels = () => {
    const count = chance(0.004) ? 20_000 : chance(0.03) ? some(300, 2000) : some(0, 9);
    const deepNest = chance(0.05);
    const found = Array.from({ length: count }, (_, i) => (count > 100 ? UTF(`l${i % 97}.${pick(PIECES).replaceAll('\0', '')}${i}`) : deepNest ? UTF(`${'a.'.repeat(some(1, 120))}${pick(['R', 'G', 'x'])}`) : named()));
    const list = [...new Set(found.map((one) => one.toString('latin1')).filter((one) => one !== ''))].sort((a, b) => (a < b ? -1 : 1));
    if (chance(0.04) && list.length > 1) list.push(list[0]);
    if (list.length === 0) list.push('Y');
    return list.map((one) => ({ name: Buffer.from(`${one}\0`, 'latin1'), type: below(3), sampling: chance(0.05) ? [pick([0, 2, 3, 0x7fffffff, 0xffffffff]), pick([0, 2, 1])] : [1, 1], linear: chance(0.1) ? below(256) : 0 }));
  };
  const part = (index, multipart) => {
    const list = channels();
    const box = u32(0, 0, width - 1, lines - 1);
    const shown = chance(0.1) ? u32(whole(), whole(), whole(), whole()) : box;
    const extras = Array.from({ length: chance(0.02) ? 300 : some(0, 8) }, extra);
    const head = Buffer.concat([
      plain('channels', 'chlist', Buffer.concat([...list.map(({ name: own, type, sampling, linear }) => Buffer.concat([own, u32(type), u8(linear, 0, 0, 0), u32(...sampling)])), u8(0)])),
      plain('compression', 'compression', u8(0)), plain('dataWindow', 'box2i', box), plain('displayWindow', 'box2i', shown), plain('lineOrder', 'lineOrder', u8(pick([0, 0, 0, 1, 2]))), plain('pixelAspectRatio', 'float', f32(chance(0.8) ? 1 : float())),
      plain('screenWindowCenter', 'v2f', f32(0, 0)), plain('screenWindowWidth', 'float', f32(1)),
      ...(multipart ? [plain('name', 'string', chance(0.2) ? UTF('same') : Buffer.concat([named(100), UTF(String(index))])), plain('type', 'string', UTF('scanlineimage')), plain('chunkCount', 'int', u32(lines))] : []), ...extras, u8(0),
    ]);
    const row = Buffer.concat(list.map(({ type }) => Buffer.concat(Array.from({ length: width }, () => (type === 1 ? u8(below(256), below(256)) : type === 2 ? f32(float()) : u32(whole()))))));
    return { head, row };
  };
  const multipart = chance(0.35);
  const parts = Array.from({ length: multipart ? (chance(0.03) ? 60 : some(1, 4)) : 1 }, (_, i) => part(i, multipart));
  const start = Buffer.concat([u8(0x76, 0x2f, 0x31, 0x01), u32(2 | 0x400 | (multipart ? 0x1000 : 0)), ...parts.map(({ head }) => head), ...(multipart ? [u8(0)] : [])]);
  const [table, body] = [[], []];
  let at = start.length + 8 * lines * parts.length;
  for (const [i, { row }] of parts.entries()) {
    for (let y = 0; y < lines; y++) {
      const chunk = Buffer.concat([...(multipart ? [u32(i)] : []), u32(y, row.length), row]);
      table.push(u64(BigInt(at)));
      body.push(chunk);
      at += chunk.length;
    }
  }
  // What the file is called: a row of a store, a member of a sequence.
  const called = `/jobs/${Array.from({ length: some(1, 3) }, () => pick(PIECES)).join(pick(['', '.', '_', '/']))}.${pick(['1001', '0001', '-5', '99999999999999999999', '1e3', '', '%04d'])}.exr`.replaceAll('\0', '');
  return { name: called, done: ['meaning'], bytes: new Uint8Array(Buffer.concat([start, ...table, ...body])), tight: chance(0.5) };
}
