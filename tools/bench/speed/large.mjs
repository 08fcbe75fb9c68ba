/** Writes a 16384×16384 RGBA half zip from an uncompressed 4096×2160 one without holding either: rows side by side, mirrored, from several heights. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { openExr } from '@exr/core';
import { fileSource } from '@exr/core/node';

const SIZE = 16_384;
const LINES = 16;
const pack = promisify(deflate);

/**
 * @param {string} from a scan line file without compression, RGBA half, its width a quarter of ours
 * @param {string} to
 * @param {(done: number) => void} progress 0 to 1
 */
export async function writeLarge(from, to, progress) {
  const source = fileSource(from);
  const { parts, headerBytes } = await openExr(source);
  const { dataWindow, channels } = parts[0];
  const height = dataWindow.yMax - dataWindow.yMin + 1;
  const width = dataWindow.xMax - dataWindow.xMin + 1;
  if (channels.length !== 4 || width * 4 !== SIZE) throw new Error(`${from}: expected 4 channels of ${SIZE / 4} columns`);
  await source.close();
  const input = openSync(from, 'r');
  const head = patchedHeader(readFileSync(from).subarray(0, headerBytes), dataWindow);
  const output = openSync(to, 'w');
  const chunks = SIZE / LINES;
  const table = Buffer.alloc(chunks * 8);
  writeSync(output, head, 0, head.length, 0);
  let at = head.length + table.length;
  const lineBytes = width * 4 * 2;
  const line = Buffer.alloc(lineBytes);
  const firstLine = headerBytes + height * 8;
  const readLine = (y) => readSync(input, line, 0, lineBytes, firstLine + y * (lineBytes + 8) + 8);
  const rowOf = (target, y) => {
    for (let piece = 0; piece < 4; piece++) {
      readLine((y * (piece % 2 ? 1 : 3) + piece * 541) % height);
      const halfs = new Uint16Array(line.buffer, line.byteOffset, lineBytes / 2);
      for (let channel = 0; channel < 4; channel++) {
        const values = halfs.subarray(channel * width, (channel + 1) * width);
        target.set(piece % 2 ? values.slice().reverse() : values, channel * SIZE + piece * width);
      }
    }
  };
  let waiting = [];
  const put = async () => {
    for (const { y, packed } of await Promise.all(waiting)) {
      const lead = Buffer.alloc(8);
      lead.writeInt32LE(y, 0);
      lead.writeInt32LE(packed.length, 4);
      table.writeBigUInt64LE(BigInt(at), (y / LINES) * 8);
      writeSync(output, lead, 0, 8, at);
      writeSync(output, packed, 0, packed.length, at + 8);
      at += 8 + packed.length;
    }
    waiting = [];
  };
  for (let y = 0; y < SIZE; y += LINES) {
    const block = new Uint16Array(SIZE * 4 * LINES);
    for (let row = 0; row < LINES; row++) rowOf(block.subarray(row * SIZE * 4, (row + 1) * SIZE * 4), y + row);
    waiting.push(pack(predicted(new Uint8Array(block.buffer)), { level: 4 }).then((packed) => ({ y, packed })));
    if (waiting.length === 4) {
      await put();
      progress((y + LINES) / SIZE);
    }
  }
  await put();
  writeSync(output, table, 0, table.length, head.length);
  closeSync(output);
  closeSync(input);
}

/** Even bytes, then odd bytes, then differences: what OpenEXR's ZIP does before deflating. */
function predicted(bytes) {
  const out = new Uint8Array(bytes.length);
  const half = (bytes.length + 1) >> 1;
  for (let i = 0, j = 0; i < bytes.length; i += 2, j++) {
    out[j] = bytes[i];
    out[half + j] = bytes[i + 1];
  }
  for (let i = out.length - 1; i > 0; i--) out[i] = (out[i] - out[i - 1] + 128) & 255;
  return out;
}

/** The source's header with our windows and ZIP (3); only bytes of values change, so every place stays. */
function patchedHeader(header, { xMax, yMax }) {
  const out = Buffer.from(header);
  for (const name of ['dataWindow', 'displayWindow']) {
    const value = out.indexOf(`${name}\0box2i\0`, 0, 'latin1') + name.length + 1 + 6 + 4;
    if (out.readInt32LE(value + 8) !== xMax || out.readInt32LE(value + 12) !== yMax) throw new Error(`${name} is not where it should be`);
    for (const [i, n] of [0, 0, SIZE - 1, SIZE - 1].entries()) out.writeInt32LE(n, value + i * 4);
  }
  const compression = out.indexOf('compression\0compression\0', 0, 'latin1') + 24 + 4;
  out[compression] = 3;
  return out;
}
