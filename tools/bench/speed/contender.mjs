/**
 * One contender in a process of its own, so that nobody pays for another's garbage: told a file, it reads, decodes and measures all that it can
 * and answers with the time that took. node contender.mjs NAME, with an IPC channel.
 */
import { readFileSync } from 'node:fs';
import { computeStats, openExr } from '@exr/core';
import { fileSource } from '@exr/core/node';

/** By name: a function of path and threads that gives [{ name, count, min, max, mean }] of every channel that it decoded. */
const CONTENDERS = {
  ours: async () => async (path, threads) => {
    const source = fileSource(path);
    try {
      const { parts } = await computeStats(await openExr(source), { threads, deep: true });
      return parts.flatMap((part) => part.channels);
    } finally {
      await source.close();
    }
  },
  three: async () => {
    const { EXRLoader } = await import('three/examples/jsm/loaders/EXRLoader.js');
    const { FloatType, HalfFloatType, RGBAFormat, RGFormat } = await import('three');
    return async (path) => {
      const loader = new EXRLoader().setDataType((await isHalf(path)) ? HalfFloatType : FloatType);
      const { data, format } = loader.parse(bufferOf(path));
      return interleaved(data, format === RGBAFormat ? 4 : format === RGFormat ? 2 : 1);
    };
  },
  'parse-exr': async () => {
    const { default: parse } = await import('parse-exr');
    return async (path) => {
      const { data, format } = parse(bufferOf(path), (await isHalf(path)) ? 1016 : 1015);
      return interleaved(data, format === 1023 ? 4 : 1);
    };
  },
  exrs: async () => {
    const { init, decodeExr } = await import('exrs');
    await init();
    return (path) => {
      const { layers } = decodeExr(readFileSync(path));
      return layers.flatMap((layer) => interleaved(layer.getAllInterleavedPixels(), layer.channelNamesAlphabetical.length));
    };
  },
};

const halves = new Map();
/** Whether halves are all that the file has: some peers want to be told what to give, and converting is work. Known after the first run. */
async function isHalf(path) {
  if (!halves.has(path)) {
    const source = fileSource(path);
    halves.set(path, (await openExr(source)).parts[0].channels.every((channel) => channel.pixelType === 'half'));
    await source.close();
  }
  return halves.get(path);
}

function bufferOf(path) {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

/** Min, max and mean of each channel of interleaved values: floats, or halves through a table. */
function interleaved(data, channels) {
  return data instanceof Uint16Array ? measure(data, channels, halfTable()) : measure(data, channels, null);
}

function measure(data, channels, table) {
  const found = [];
  for (let channel = 0; channel < channels; channel++) {
    let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
    for (let i = channel; i < data.length; i += channels) {
      const value = table === null ? data[i] : table[data[i]];
      if (value - value !== 0) continue;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      count++;
    }
    found.push({ name: String(channel), count: data.length / channels, min, max, mean: sum / count });
  }
  return found;
}

let table;
function halfTable() {
  if (table) return table;
  table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size = exponent === 31 ? (fraction ? NaN : Infinity) : exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024);
    table[bits] = bits & 0x8000 ? -size : size;
  }
  return table;
}

const run = await CONTENDERS[process.argv[2]]();
console.log = console.warn = console.error = () => undefined; // some peers talk
process.on('message', async ({ path, threads, warmUp }) => {
  try {
    // Just-in-time compilers need a while: the same while for everyone.
    for (const end = performance.now() + warmUp; performance.now() < end; ) await run(path, threads);
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    const channels = await run(path, threads);
    const ms = performance.now() - before;
    const { user, system } = process.cpuUsage(cpuBefore);
    process.send({ ms, cpu: (user + system) / 1000, channels: channels.map(({ name, count, min, max, mean }) => ({ name, count, min, max, mean })) });
  } catch (error) {
    process.send({ error: String(error?.message ?? error) });
  }
});
process.send('ready');
