/**
 * The files that are measured: made once into .cache/bench by Debian's oiiotool from noise of several octaves, a gradient and a soft-edged
 * alpha. Compressible like a render: neither constant nor white noise.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { inNewest, newest } from './newest.mjs';
import { writeLarge } from './large.mjs';

/**
 * @typedef {object} BenchFile
 * @property {string} name what tables call it
 * @property {string} path
 * @property {boolean} deep
 * @property {'1080p' | '4K' | 'layers' | 'corpus'} group
 */

const CODECS = ['none', 'rle', 'zips', 'zip', 'piz', 'pxr24', 'b44', 'b44a', 'dwaa', 'dwab'];
/** Those that Debian's oiiotool does not write; the last two need OpenEXR 3.5's exrmetrics. */
const NEWER = ['htj2k256', 'htj2k32', 'lj2k', 'zstd'];

/**
 * What there is to measure, made where it is missing.
 * @param {string} folder .cache/bench
 * @param {(text: string) => void} say
 * @returns {BenchFile[]}
 */
export function makeInputs(folder, say) {
  mkdirSync(folder, { recursive: true });
  const files = [];
  const add = (name, group, deep, make) => {
    const path = join(folder, `${name}.exr`);
    if (!existsSync(path)) {
      say(`making ${basename(path)}`);
      const begun = join(folder, `begun-${name}.exr`); // oiiotool goes by the extension
      make(begun);
      renameSync(begun, path);
    }
    files.push({ name, path, group, deep });
    return path;
  };
  const from = (source, ...args) => (out) => oiiotool(source, ...args, '-o', out);
  const base = add('1080p-zip', '1080p', false, (out) => oiiotool(...picture(1920, 1080, 1), '-d', 'half', '--compression', 'zip', '-o', out));
  for (const codec of CODECS) if (codec !== 'zip') add(`1080p-${codec}`, '1080p', false, from(base, '--compression', codec));
  const unable = NEWER.filter((codec) => {
    if (!newest.exrmetrics) return true;
    try {
      add(`1080p-${codec}`, '1080p', false, (out) => inNewest(['exrmetrics', '--convert', '-z', codec, '-o', out, base], [base], out));
      return false;
    } catch {
      return true;
    }
  });
  if (unable.length > 0) say(`no ${unable.map((codec) => `1080p-${codec}`).join(', ')}: they need exrmetrics of OpenEXR 3.4, lj2k and zstd of 3.5 (not found on the PATH nor where EXR_NEWEST says)`);
  add('1080p-float-zip', '1080p', false, (out) => oiiotool(...picture(1920, 1080, 1), '-d', 'float', '--compression', 'zip', '-o', out));
  add('1080p-tiled-mip-zip', '1080p', false, (out) => oiiotool(base, '--compression', 'zip', '--tile', '64', '64', '-otex', out));
  add('1080p-deep-zips', '1080p', true, (out) => oiiotool(...deepPicture(), '-o', out));
  const large = add('4K-zip', '4K', false, (out) => oiiotool(...picture(4096, 2160, 7), '-d', 'half', '--compression', 'zip', '-o', out));
  for (const codec of ['piz', 'dwaa']) add(`4K-${codec}`, '4K', false, from(large, '--compression', codec));
  add('24-channels-zips', 'layers', false, (out) => oiiotool(...layers(), '-d', 'half', '--compression', 'zips', '-o', out));
  return files;
}

/** The generated 1080p files of a corpus folder, where there is one. */
export function corpusInputs(corpus) {
  const folder = corpus && join(corpus, 'generated');
  if (!folder || !existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.startsWith('p1080_') && name.endsWith('.exr'));
  return names.sort().map((name) => ({ name: `corpus ${name.slice(0, -4)}`, path: join(folder, name), group: 'corpus', deep: false }));
}

/** A folder of `count` small files: single and multi-layer, tiled, multipart, with attributes. */
export function makeMany(folder, count, say) {
  const target = join(folder, `small-${count}`);
  if (existsSync(target)) return target;
  say(`making ${count} small files`);
  const begun = join(folder, 'small-begun');
  rmSync(begun, { recursive: true, force: true });
  mkdirSync(begun, { recursive: true });
  const attributes = ['--attrib', 'owner', 'studio', '--attrib', 'comments', 'lighting, approved', '--attrib', 'renderlayer', 'beauty', '--attrib', 'camera', 'shotCamera', '--attrib:type=float', 'focus', '2.5', '--attrib:type=timecode', 'smpte:TimeCode', '01:02:03:04'];
  const kinds = [
    [...picture(96, 54, 1), ...attributes, '-d', 'half', '--compression', 'zip'],
    [...layers(96, 54), ...attributes, '-d', 'half', '--compression', 'zips'],
    [...picture(96, 54, 2), ...attributes, '-d', 'half', '--tile', '32', '32', '--compression', 'piz'],
    [...picture(96, 54, 3), ...picture(96, 54, 4), '--siappend', ...attributes, '-d', 'half', '--compression', 'zip'],
  ];
  kinds.forEach((args, i) => oiiotool('--nosoftwareattrib', ...args, '-o', join(folder, `small-kind${i}.exr`)));
  for (let i = 0; i < count; i++) cpSync(join(folder, `small-kind${i % kinds.length}.exr`), join(begun, `shot.${String(1001 + i)}.exr`));
  renameSync(begun, target);
  return target;
}

/** 16384×16384 RGBA half zip, about 2.1 GB unpacked: written strip by strip from the 4K picture. */
export async function makeLarge(folder, say) {
  const path = join(folder, '16K-zip.exr');
  if (existsSync(path)) return path;
  const strip = join(folder, '4K-none.exr');
  if (!existsSync(strip)) oiiotool(join(folder, '4K-zip.exr'), '--compression', 'none', '-o', strip);
  await writeLarge(strip, `${path}.begun`, (done) => say(`making 16K-zip.exr: ${Math.round(done * 100)} %`));
  renameSync(`${path}.begun`, path);
  return path;
}

export const sizeOf = (path) => statSync(path).size;

/** Octaves of noise multiplied, a gradient, highlights; premultiplied by an alpha with soft edges, holes and solid places. */
function picture(width, height, seed) {
  const size = `${width}x${height}`;
  const octave = (divide, stddev, mean, at) => [
    '--pattern', `noise:type=gaussian:mean=${mean}:stddev=${stddev}:seed=${seed * 10 + at}`, `${Math.max(2, Math.ceil(width / divide))}x${Math.max(2, Math.ceil(height / divide))}`, '3',
    ...(divide > 1 ? ['--resize:filter=cubic', size] : []),
  ];
  return [
    ...octave(320, 0.18, 0.45, 1), ...octave(40, 0.3, 1, 2), '--mul', ...octave(8, 0.22, 1, 3), '--mul', ...octave(2, 0.1, 1, 4), '--mul', ...octave(1, 0.03, 1, 5), '--mul',
    '--pattern', 'fill:top=0.2,0.3,0.5:bottom=1.4,1.2,0.9', size, '3', '--mul', '--clamp:min=0', '--powc', '1.6', '--chnames', 'R,G,B',
    '--pattern', `noise:type=uniform:min=0:max=1:seed=${seed * 10 + 6}:mono=1`, '9x5', '1', '--resize:filter=cubic', size, '--addc', '-0.2', '--mulc', '9', '--clamp:min=0:max=1', '--chnames', 'A',
    '--chappend', '--premult',
  ];
}

/** Six RGBA layers, as a renderer writes its light groups. */
function layers(width = 2048, height = 1152) {
  const names = ['', 'diffuse.', 'specular.', 'emission.', 'transmission.', 'albedo.'];
  return names.flatMap((layer, i) => [...picture(width, height, 11 + i), '--chnames', ['R', 'G', 'B', 'A'].map((c) => layer + c).join(','), ...(i ? ['--chappend'] : [])]);
}

/** Two pictures at two depths: pixels of 0, 1 and 2 samples. */
function deepPicture() {
  const at = (seed, z) => [
    ...picture(1920, 1080, seed), '--pattern', `fill:left=${z}:right=${z + 3}`, '1920x1080', '1', '--chnames', 'Z', '--chappend', '--deepen', '-d', 'half', '-d', 'Z=float',
  ];
  return [...at(1, 2), ...at(2, 6), '--deepmerge', '--compression', 'zips'];
}

function oiiotool(...args) {
  try {
    execFileSync('oiiotool', ['--threads', String(availableParallelism()), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error('oiiotool is not installed: apt-get install openimageio-tools', { cause: error });
    throw new Error(`oiiotool failed: ${error.stderr}`, { cause: error });
  }
}
