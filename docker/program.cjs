/**
 * Runs a bundle with V8's code cache, if there is one for this machine: without it most of a cold start is compiling.
 * Unlike Node's own compile cache, this one works for any user, and needs no writable folder. A cache
 * that is missing, or that another Node made, only costs time: V8 refuses it, and compiles.
 */
/** Until the program is loaded nothing has begun, so a signal ends it. Once it runs, service/signals.ts answers. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const end = () => process.exit(0);
for (const signal of SIGNALS) process.on(signal, end);

const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { constants, Script } = require('node:vm');
const { zstdDecompressSync } = require('node:zlib');

/** Unpacks in one piece: in Node's own 16 KiB it takes twice as long. */
const unpack = (file) => zstdDecompressSync(readFileSync(file), { chunkSize: 8 * 1_048_576 });

/** Beside this file: `NAME.bundle.zst`, and its cache by architecture. */
const pathOf = (name, ending) => join(__dirname, `${name}.${ending}`);
const cacheOf = (name) => pathOf(name, `${process.arch}.cache`);

/** `cachedDataRejected` of the script tells whether the cache was of use. */
function load(name) {
  // `bundle.mjs` writes ASCII.
  const code = unpack(pathOf(name, 'bundle.zst')).latin1Slice();
  return new Script(`(function (module, exports, require, __filename, __dirname) {${code}\n})`, {
    filename: pathOf(name, 'bundle.js'),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(existsSync(cacheOf(name)) && { cachedData: unpack(cacheOf(name)) }),
  });
}

/** Runs the bundle as Node would run the file; returns the script. */
function run(name) {
  const [script, filename, module] = [load(name), pathOf(name, 'bundle.js'), { exports: {} }];
  script.runInThisContext()(module, module.exports, createRequire(filename), filename, dirname(filename));
  for (const signal of SIGNALS) process.off(signal, end);
  return script;
}

module.exports = { cacheOf, load, run };
