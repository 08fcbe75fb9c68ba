/**
 * The original's two vectors (exr-inspector 1.3.0, vast_db_persistence.py; written down in its requirements as section 1.8), ported to be measured
 * beside ours: sha256 of the whole JSON with path and time in it, hash bytes read as floats, padded by a recurrence. `sum` is Python 3.11's plain
 * one; from 3.12 on Python's is compensated and every vector differs. legacy.test.mjs compares this port with a vector the original computed.
 */
import { createHash } from 'node:crypto';

const CODECS = { none: 0, rle: 0.2, zips: 0.4, zip: 0.5, piz: 0.6, pxr24: 0.7, b44: 0.8, b44a: 0.85, dwaa: 0.9, dwab: 0.95 };
/** Python's `%`: the result has the divisor's sign. */
const modulo = (a, b) => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};
const sum = (list) => list.reduce((a, b) => a + b, 0);

/** json.dumps(value, sort_keys=True): ", " and ": ", ASCII only. `floats` names the keys whose whole numbers Python holds as floats. */
export function pythonJson(value, key = '', floats = new Set(['pixel_aspect_ratio'])) {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return pythonNumber(value, floats.has(key));
  if (typeof value === 'string') return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (Array.isArray(value)) return `[${value.map((inner) => pythonJson(inner, key, floats)).join(', ')}]`;
  return `{${Object.keys(value).sort().map((name) => `${pythonJson(name)}: ${pythonJson(value[name], name, floats)}`).join(', ')}}`;
}

function pythonNumber(value, float) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (Number.isInteger(value)) return float && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e16) return String(value).includes('e') ? value.toFixed(20).replace(/0+$/, '') : String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

export function legacyMetadata(payload) {
  const { channels, parts } = payload;
  const codec = parts.map((part) => part.compression).find((found) => found)?.toLowerCase() ?? 'none';
  const v = [channels.length / 64, parts.length / 16, payload.file.is_deep ? 1 : 0, parts.some((part) => part.is_tiled) ? 1 : 0, parts.some((part) => part.multi_view) ? 1 : 0, CODECS[codec] ?? 0.5];
  const hash = createHash('sha256').update(pythonJson(payload)).digest();
  for (let i = 0; i <= 24; i += 4) v.push(modulo(hash.readFloatLE(i), 1));
  while (v.length < 384) v.push(Math.abs(modulo(sum(v) * (v.length + 1), v.length + 2)) / (v.length + 2));
  return normalised(v, 1 / Math.sqrt(384));
}

export function legacyChannels(payload) {
  const { channels } = payload;
  const n = channels.length;
  if (n === 0) return new Array(128).fill(0);
  const names = channels.map((channel) => channel.name);
  const types = channels.map((channel) => channel.type);
  const ratio = (type) => types.filter((found) => found === type).length / n;
  const v = [
    n / 64, new Set(names.map((name) => name.split('.')[0]).filter((_, i) => names[i].includes('.'))).size / n,
    sum(channels.map((channel) => channel.x_sampling)) / (2 * n), sum(channels.map((channel) => channel.y_sampling)) / (2 * n), ratio('float'), ratio('half'), ratio('uint32'), ratio('uint8'),
  ];
  const hash = createHash('md5').update(names.join('|')).digest();
  for (let i = 0; i < 12; i += 4) v.push(modulo(hash.readFloatLE(i), 1));
  while (v.length < 128) v.push(modulo(Math.abs(sum(v.slice(0, 4)) * (v.length + 1)), 1));
  return normalised(v, 0);
}

function normalised(v, whenZero) {
  const norm = Math.sqrt(sum(v.map((x) => x * x)));
  return norm < 1e-9 ? v.map(() => whenZero) : v.map((x) => x / norm);
}

/** One of our reports as the payload that the original would have made of the same file. */
export function legacyPayload(report) {
  return {
    schema_version: 1,
    file: { path: report.file.path, s3_key: report.file.path, s3_bucket: 'exr-in', size_bytes: report.file.size_bytes, mtime: report.file.mtime, frame_number: report.file.frame_number, multipart_count: report.file.part_count, is_deep: report.file.is_deep },
    parts: report.parts.map((part) => ({ part_index: part.index, width: part.width, height: part.height, compression: part.compression, is_tiled: part.tile_width !== null, is_deep: part.is_deep, pixel_aspect_ratio: part.pixel_aspect_ratio })),
    channels: report.channels.map((channel) => ({ part_index: channel.part_index, name: channel.name, layer_name: channel.layer, component_name: channel.component, type: channel.type.toUpperCase(), x_sampling: channel.x_sampling, y_sampling: channel.y_sampling })),
    attributes: { parts: report.parts.map((part) => part.attributes) },
    stats: {}, validation: {}, errors: [],
  };
}
