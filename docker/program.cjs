/**
 * Runs a bundle by V8's code cache, where there is one for this machine: most of a cold start is else spent on compiling.
 * Unlike Node's own compile cache, this one is used whoever runs it, and needs no folder that can be written to. A cache
 * that another Node made, or that is missing, costs time and nothing else: V8 refuses it, and compiles.
 */
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { constants, Script } = require('node:vm');
const { zstdDecompressSync } = require('node:zlib');

/** All of a cache in one piece: by Node's own 16 KiB it takes twice as long. */
const CHUNK_BYTES = 8 * 1_048_576;

/** Beside this file: `NAME.bundle.js`, and its cache by architecture. */
const bundleOf = (name) => join(__dirname, `${name}.bundle.js`);
const cacheOf = (name) => join(__dirname, `${name}.${process.arch}.cache`);

/** `cachedDataRejected` of the script tells whether the cache was of use. */
function load(name) {
  const [filename, cache] = [bundleOf(name), cacheOf(name)];
  const code = `(function (module, exports, require, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
  return new Script(code, {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(existsSync(cache) && { cachedData: zstdDecompressSync(readFileSync(cache), { chunkSize: CHUNK_BYTES }) }),
  });
}

/** Resolves to nothing: the program is what its bundle does. */
function run(name) {
  const script = load(name);
  const [filename, module] = [bundleOf(name), { exports: {} }];
  script.runInThisContext()(module, module.exports, createRequire(filename), filename, dirname(filename));
  return script;
}

module.exports = { cacheOf, load, run };
