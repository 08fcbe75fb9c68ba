/**
 * What is opened: test-fixtures as they are, and what is too large to keep in git, made once into .cache/e2e-inputs by Debian's oiiotool.
 * The workspace is a folder of its own under the system's temporary folder, a git repository, so that Source Control has something to compare.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cache = join(root, '.cache/e2e-inputs');
export const fixtures = join(root, 'test-fixtures');

/**
 * Makes the workspace: fixtures/, damaged/, large/ and, where EXR_CORPUS names one, corpus/ (links to its files; a name without .exr gets one).
 * @param {string} folder
 * @param {(text: string) => void} say
 */
export function makeWorkspace(folder, say) {
  for (const name of ['fixtures', 'damaged', 'large', 'corpus']) mkdirSync(join(folder, name), { recursive: true });
  for (const path of exrs(fixtures)) copyFileSync(path, join(folder, path.includes('/damaged/') ? 'damaged' : 'fixtures', basename(path)));
  copyFileSync(join(fixtures, 'scan_half_rgba_zips.exr'), join(folder, 'fixtures/UPPER.EXR'));
  copyFileSync(join(fixtures, 'multiview_stereo.exr'), join(folder, 'fixtures/stereo.sxr'));
  for (const path of large(say)) copyFileSync(path, join(folder, 'large', basename(path)));
  const corpus = process.env.EXR_CORPUS;
  if (corpus) {
    for (const path of files(corpus).filter((one) => /\.exr$/i.test(one) || one.includes('/damaged/'))) {
      const name = path.slice(corpus.length).replace(/^\/+/, '').replaceAll('/', '__');
      copyFileSync(path, join(folder, 'corpus', /\.exr$/i.test(name) ? name : `${name}.exr`));
    }
  }
  writeFileSync(join(folder, 'large/nothing.empty'), '');
  const shot = join(folder, 'git');
  mkdirSync(shot);
  copyFileSync(join(fixtures, 'scan_half_rgba_zip.exr'), join(shot, 'beauty.exr'));
  const git = (...args) => execFileSync('git', ['-C', shot, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args], { stdio: 'ignore' });
  git('init', '-q', '-b', 'frames');
  git('add', '.');
  git('commit', '-q', '-m', 'A frame');
  copyFileSync(join(fixtures, 'scan_half_rgba_b44.exr'), join(shot, 'beauty.exr'));
}

/** Every .exr under a folder. */
export function exrs(folder) {
  return files(folder).filter((path) => /\.exr$/i.test(path));
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath ?? one.path, one.name)).sort();
}

/** The large and the made-up ones. @returns {string[]} */
function large(say) {
  mkdirSync(cache, { recursive: true });
  const made = [];
  const make = (name, ...args) => {
    const path = join(cache, name);
    if (!existsSync(path)) {
      say(`making ${name}`);
      const begun = join(cache, `begun-${name}`);
      oiiotool(...args, '-o', begun);
      renameSync(begun, path);
    }
    made.push(path);
    return path;
  };
  const hd = make('1080p-zip.exr', ...picture(1920, 1080, 1), '-d', 'half', '--compression', 'zip');
  make('4k-dwaa.exr', ...picture(4096, 2160, 7), '-d', 'half', '--compression', 'dwaa');
  make('60mb-none.exr', join(cache, '4k-dwaa.exr'), '--compression', 'none');
  make('8k-dwaa.exr', join(cache, '4k-dwaa.exr'), '--resize:filter=box', '8192x4320', '--compression', 'dwaa');
  make('photo.exr', hd, '--resize', '480x270', '--mulc', '2', '-d', 'half', '--compression', 'zip');
  make('ramp.exr', '--pattern', 'fill:left=-0.1,0,0.2:right=1.2,4,1', '512x64', '3', '-d', 'float', '--compression', 'zip');
  make('24-layers.exr', ...Array.from({ length: 24 }, (_, i) => [...picture(320, 180, 20 + i), '--chnames', ['R', 'G', 'B', 'A'].map((c) => (i ? `${LAYERS[i]}.${c}` : c)).join(','), ...(i ? ['--chappend'] : [])]).flat(), '-d', 'half', '--compression', 'zips');
  make('cryptomatte-bare.exr', ...cryptomatte());
  const crypto = join(cache, 'cryptomatte.exr');
  writeFileSync(crypto, withText(readFileSync(made.pop()), 'cryptomatte/37cef0f/manifest', '{"robot":"30ce3b1a","floor":"d4619c2b"}'));
  made.push(crypto);
  return made;
}

const LAYERS = ['', 'diffuse_direct', 'diffuse_indirect', 'diffuse_albedo', 'specular_direct', 'specular_indirect', 'specular_albedo', 'coat_direct', 'coat_indirect', 'sheen_direct', 'sheen_indirect', 'transmission_direct', 'transmission_indirect', 'sss_direct', 'sss_indirect', 'volume_direct', 'volume_indirect', 'emission', 'background', 'light_key', 'light_fill', 'light_rim', 'light_dome', 'shadow_matte'];

/** The ids of two objects, as bits of floats. */
const [ROBOT, FLOOR] = new Float32Array(Uint32Array.of(0x30ce3b1a, 0xd4619c2b).buffer);

/** A beauty and two ranks of ids in 32-bit float, with the attributes of the Cryptomatte specification (hashes by MurmurHash3 of the names). */
function cryptomatte() {
  const key = 'cryptomatte/37cef0f/';
  const ranks = [0, 1].flatMap((rank) => ['--pattern', `checker:width=40:height=40:color1=${rank ? '0,0,0,0' : `${ROBOT},1,0,0`}:color2=${rank ? '0,0,0,0' : `${FLOOR},0.75,${ROBOT},0.25`}`, '320x180', '4', '--chnames', ['R', 'G', 'B', 'A'].map((c) => `CryptoObject0${rank}.${c}`).join(','), '--chappend']);
  return [
    ...picture(320, 180, 3), ...ranks, '--attrib:type=string', `${key}name`, 'CryptoObject', '--attrib:type=string', `${key}hash`, 'MurmurHash3_32', '--attrib:type=string', `${key}conversion`, 'uint32_to_float32',
    '-d', 'half', ...[0, 1].flatMap((rank) => ['R', 'G', 'B', 'A'].flatMap((c) => ['-d', `CryptoObject0${rank}.${c}=float`])), '--compression', 'zips',
  ];
}

/** A single-part scan-line file with one more string attribute (oiiotool takes braces and quotes for expressions). */
function withText(bytes, name, text) {
  let end = 8;
  while (bytes[end]) {
    const type = bytes.indexOf(0, end) + 1;
    const size = bytes.indexOf(0, type) + 1;
    end = size + 4 + bytes.readInt32LE(size);
  }
  const length = Buffer.alloc(4);
  length.writeInt32LE(Buffer.byteLength(text));
  const more = Buffer.concat([Buffer.from(`${name}\0string\0`), length, Buffer.from(text)]);
  const first = Number(bytes.readBigUInt64LE(end + 1));
  const out = Buffer.concat([bytes.subarray(0, end), more, bytes.subarray(end)]);
  for (let at = end; at + 1 < first; at += 8) out.writeBigUInt64LE(bytes.readBigUInt64LE(at + 1) + BigInt(more.length), at + 1 + more.length);
  return out;
}

/** Octaves of noise multiplied, a gradient, highlights; premultiplied by an alpha with soft edges, holes and solid places. */
function picture(width, height, seed) {
  const size = `${width}x${height}`;
  const octave = (divide, stddev, mean, at) => ['--pattern', `noise:type=gaussian:mean=${mean}:stddev=${stddev}:seed=${seed * 10 + at}`, `${Math.max(2, Math.ceil(width / divide))}x${Math.max(2, Math.ceil(height / divide))}`, '3', ...(divide > 1 ? ['--resize:filter=cubic', size] : [])];
  return [
    ...octave(320, 0.18, 0.45, 1), ...octave(40, 0.3, 1, 2), '--mul', ...octave(8, 0.22, 1, 3), '--mul', ...octave(2, 0.1, 1, 4), '--mul', ...octave(1, 0.03, 1, 5), '--mul',
    '--pattern', 'fill:top=0.2,0.3,0.5:bottom=1.4,1.2,0.9', size, '3', '--mul', '--clamp:min=0', '--powc', '1.6', '--chnames', 'R,G,B',
    '--pattern', `noise:type=uniform:min=0:max=1:seed=${seed * 10 + 6}:mono=1`, '9x5', '1', '--resize:filter=cubic', size, '--addc', '-0.2', '--mulc', '9', '--clamp:min=0:max=1', '--chnames', 'A', '--chappend', '--premult',
  ];
}

export function oiiotool(...args) {
  try {
    execFileSync('oiiotool', ['--nosoftwareattrib', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error('oiiotool is not installed: apt-get install openimageio-tools', { cause: error });
    throw new Error(`oiiotool failed: ${error.stderr}`, { cause: error });
  }
}

