#!/usr/bin/env node
// Starts the bundle with V8's code cache, kept for each user: compiling oclif and core anew would double the time to the first line.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

/** Commands with a cache of their own, since it holds what a run has compiled; the others share one. */
const OFTEN = ['inspect', 'stats', 'verify', 'preview', 'planes', 'index', 'find', 'similar', 'sql', 'export', 'report'];

const MONTH_MS = 30 * 86_400_000;

const file = path.join(__dirname, '../dist/main.cjs');
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-v')) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else if (!fs.existsSync(file)) {
  process.stderr.write('exr is not built yet: run `npm run demo` (or `npm run build`) in the root of the checkout once.\n');
  process.exitCode = 2;
} else start();

function start() {
  const source = fs.readFileSync(file, 'latin1'); // it is ASCII: build.mjs
  const cache = cacheFile(/^\/\* build ([0-9a-f]{16}) \*\//.exec(source)?.[1]);
  const cachedData = cache && read(cache);
  // No importModuleDynamically: nothing in the bundle asks for one (build.mjs).
  const script = new (require('node:vm').Script)(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require('node:module').createRequire(file), module, file, path.dirname(file));
  // At the end, when the functions that this command needs have been compiled.
  if (cache && (cachedData === undefined || script.cachedDataRejected)) process.once('exit', () => write(cache, script.createCachedData()));
  module.exports.main(process.argv.slice(2));
}

/**
 * One file for each build, Node version and command, in the user's own cache folder: never in the package, which others may share. Undefined where there
 * is no such folder, or where Node's own switch for its compile cache says no.
 */
function cacheFile(build) {
  const { env, platform, version, arch } = process;
  if (build === undefined || env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  const home = env.HOME || env.USERPROFILE;
  const caches = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME || (home && path.join(home, platform === 'darwin' ? 'Library/Caches' : '.cache'));
  if (!caches || !path.isAbsolute(caches)) return undefined;
  const command = OFTEN.includes(process.argv[2]) ? process.argv[2] : 'exr';
  return path.join(caches, 'exr-inspector', 'code', `${build}-${version}-${arch}-${command}.cache`);
}

/** What is run must be the user's own: nobody else may have written it. */
function read(name) {
  let fd;
  try {
    fd = fs.openSync(name, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOFOLLOW ?? 0));
    const { uid, mode } = fs.fstatSync(fd);
    if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0)) return undefined;
    return fs.readFileSync(fd);
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Atomic, and never a reason to fail: without a home that can be written to it is slower, not wrong. */
function write(name, data) {
  const folder = path.dirname(name);
  const temporary = `${name}.${process.pid}.part`;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    forgetOld(folder);
    fs.writeFileSync(temporary, data, { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, name);
  } catch {
    try {
      fs.unlinkSync(temporary);
    } catch {
      /* there is none */
    }
  }
}

/** Builds and Node versions come and go: what was written more than a month ago goes, and is written again if it is still wanted. */
function forgetOld(folder) {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (Date.now() - fs.statSync(file).mtimeMs > MONTH_MS) fs.unlinkSync(file);
  }
}
