#!/usr/bin/env node
// Starts the bundle with V8's code cache beside it: compiling oclif and core anew would double the time to the first line.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const file = path.join(__dirname, '../dist/main.cjs');
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-v')) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else if (!fs.existsSync(file)) {
  process.stderr.write('exr is not built yet: run `npm run demo` (or `npm run build`) in the root of the checkout once.\n');
  process.exitCode = 2;
} else start();

function start() {
  const source = fs.readFileSync(file, 'latin1'); // it is ASCII: build.mjs
  const cache = path.join(__dirname, `../dist/exr-${process.version}-${process.arch}.cache`);
  const cachedData = read(cache);
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    cachedData,
    importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require('node:module').createRequire(file), module, file, path.dirname(file));
  if (process.env.EXR_WRITE_CODE_CACHE) process.once('beforeExit', () => write(cache, script.createCachedData()));
  module.exports.main(process.argv.slice(2));
}

function read(name) {
  try {
    return fs.readFileSync(name);
  } catch {
    return undefined;
  }
}

/** Atomic, and never a reason to fail: a read-only installation runs without the cache. */
function write(name, data) {
  try {
    fs.writeFileSync(`${name}.${process.pid}`, data);
    fs.renameSync(`${name}.${process.pid}`, name);
  } catch {
    /* slower, not wrong */
  }
}
