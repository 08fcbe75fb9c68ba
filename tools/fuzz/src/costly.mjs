/**
 * Files that would cost a reader far more than their length: each claims, honestly by the format, what is large when it is believed or looked at.
 * Written here from nothing, so that no such file lies in the repository. Name → bytes.
 */
import { deflateSync } from 'node:zlib';

const le32 = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeInt32LE(value | 0, 4 * i));
  return bytes;
};
const le64 = (...values) => {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => bytes.writeBigUInt64LE(BigInt(value), 8 * i));
  return bytes;
};
const text = (value) => Buffer.from(`${value}\0`, 'latin1');
const attribute = (name, type, value) => Buffer.concat([text(name), text(type), le32(value.length), value]);
const CODECS = { none: 0, rle: 1, zips: 2, zip: 3, piz: 4, pxr24: 5, b44: 6, dwaa: 8, htj2k256: 10 };
const START = Buffer.from([0x76, 0x2f, 0x31, 0x01]);

function header({ channels, width, height, codec, more = [] }) {
  const list = Buffer.concat([...channels.map(([name, type]) => Buffer.concat([text(name), le32(type, 0, 1, 1)])), Buffer.from([0])]);
  const box = le32(0, 0, width - 1, height - 1);
  const one = Buffer.from([0, 0, 0x80, 0x3f]);
  return Buffer.concat([
    attribute('channels', 'chlist', list), attribute('compression', 'compression', Buffer.from([CODECS[codec]])), attribute('dataWindow', 'box2i', box),
    attribute('displayWindow', 'box2i', box), attribute('lineOrder', 'lineOrder', Buffer.from([0])), attribute('pixelAspectRatio', 'float', one),
    attribute('screenWindowCenter', 'v2f', Buffer.alloc(8)), attribute('screenWindowWidth', 'float', one), ...more, Buffer.from([0]),
  ]);
}

/** A file of one flat part whose chunks hold `data(lines)`. */
function flat({ channels = [['R', 1]], width, lines, chunks, codec, data, more }) {
  const head = Buffer.concat([START, le32(2 | 0x400), header({ channels, width, height: lines * chunks, codec, more })]);
  const packed = data(lines);
  let at = head.length + 8 * chunks;
  const [table, body] = [[], []];
  for (let i = 0; i < chunks; i++) {
    table.push(le64(at));
    body.push(le32(i * lines, packed.length), packed);
    at += 8 + packed.length;
  }
  return Buffer.concat([head, ...table, ...body]);
}

/** Zeros as ZIP's predictor has them. */
function zeros(bytes) {
  const plain = Buffer.alloc(bytes, 0x80);
  plain[0] = 0;
  return deflateSync(plain, { level: 9 });
}
/** One line of four pixels that was never written, with these attributes. */
const withAttributes = (more) => Buffer.concat([START, le32(2 | 0x400), header({ channels: [['R', 1]], width: 4, height: 4, codec: 'none', more }), Buffer.alloc(32)]);
const many = (count, name, type = 'int', value = le32(0)) => withAttributes(Array.from({ length: count }, (_, i) => attribute(name(i), type, value)));

function parts(count, channels) {
  const list = Array.from({ length: channels }, (_, i) => [`c${i}`, 1]);
  const heads = Array.from({ length: count }, (_, i) => header({ channels: list, width: 1, height: 1, codec: 'none', more: [attribute('name', 'string', Buffer.from(`p${i}`)), attribute('type', 'string', Buffer.from('scanlineimage')), attribute('chunkCount', 'int', le32(1))] }));
  return Buffer.concat([START, le32(2 | 0x1400), ...heads, Buffer.from([0]), Buffer.alloc(8 * count)]);
}

/** Deep lines of `width` pixels with `samples` each, all values zero: volumes from the same front to the same back overlap all. */
function deep({ width, samples, lines, channels = [['R', 1]] }) {
  const counts = Buffer.alloc(4 * width);
  for (let i = 0; i < width; i++) counts.writeInt32LE(samples * (i + 1), 4 * i);
  const raw = width * samples * channels.reduce((sum, [, type]) => sum + (type === 1 ? 2 : 4), 0);
  const data = zeros(raw);
  const more = [attribute('type', 'string', Buffer.from('deepscanline')), attribute('name', 'string', Buffer.from('d')), attribute('version', 'int', le32(1)), attribute('chunkCount', 'int', le32(lines)), attribute('maxSamplesPerPixel', 'int', le32(samples))];
  const head = Buffer.concat([START, le32(2 | 0x800 | 0x400), header({ channels, width, height: lines, codec: 'zips', more })]);
  let at = head.length + 8 * lines;
  const [table, body] = [[], []];
  for (let y = 0; y < lines; y++) {
    table.push(le64(at));
    body.push(le32(y), le64(counts.length, data.length, raw), counts, data);
    at += 28 + counts.length + data.length;
  }
  return Buffer.concat([head, ...table, ...body]);
}

const RGBA = [['A', 1], ['B', 1], ['G', 1], ['R', 1]];
const strings = (count) => Buffer.alloc(4 * count);

/** Small ones run with the tests, large ones in CI. */
export const SMALL = {
  'view of dashes': () => withAttributes([attribute('view', 'string', Buffer.alloc(300_000, '-'))]),
  'a million views': () => withAttributes([attribute('multiView', 'stringvector', strings(1_000_000))]),
  'zip 4 chunks of 256 MB': () => flat({ channels: [['G', 1], ['R', 1]], width: 4 << 20, lines: 16, chunks: 4, codec: 'zip', data: (lines) => zeros(2 * 2 * lines * (4 << 20)) }),
  'zip 8 chunks of 32 MB': () => flat({ width: 1 << 20, lines: 16, chunks: 8, codec: 'zip', data: (lines) => zeros(2 * lines * (1 << 20)) }),
  'rle lines of 16 MB': () => flat({ width: 8 << 20, lines: 1, chunks: 8, codec: 'rle', data: () => Buffer.alloc((16 << 20) / 64, Buffer.from([127, 0])) }),
  'pxr24 chunks of 32 MB': () => flat({ width: 1 << 20, lines: 16, chunks: 4, codec: 'pxr24', data: (lines) => deflateSync(Buffer.alloc(2 * lines * (1 << 20)), { level: 9 }) }),
  'a deep pixel of a million samples': () => deep({ width: 1, samples: 1_000_000, lines: 2, channels: [['R', 1], ['Z', 2]] }),
  'deep pixels of 4096 samples': () => deep({ width: 256, samples: 4096, lines: 2, channels: [['A', 1], ['R', 1], ['Z', 1], ['ZBack', 1]] }),
  '100,000 attributes of one name': () => many(100_000, () => 'same'),
};
export const LARGE = {
  '262,100 attributes': () => many(262_100, (i) => `a${i.toString(16)}`),
  '16,384 parts': () => parts(16_384, 1),
  '8,192 parts of 8 channels': () => parts(8192, 8),
  'a string of 63 MB': () => withAttributes([attribute('v', 'string', Buffer.alloc(63 << 20, 1))]),
  'a view of 63 MB': () => withAttributes([attribute('view', 'string', Buffer.alloc(63 << 20, 0x2d))]),
  'deep lines of 64 million samples': () => deep({ width: 64, samples: 1_000_000, lines: 8 }),
  '8,192 channels': () => flat({ channels: Array.from({ length: 8192 }, (_, i) => [`c${String(i).padStart(5, '0')}`, 1]), width: 64, lines: 16, chunks: 4, codec: 'zip', data: (lines) => zeros(8192 * 2 * lines * 64) }),
  'an 8K frame of black': () => flat({ channels: RGBA, width: 8192, lines: 16, chunks: 270, codec: 'zip', data: (lines) => zeros(4 * 2 * lines * 8192) }),
};
