/**
 * Runs a bundle by V8's code cache, where there is one for this machine: most of a cold start is else spent on compiling.
 * Unlike Node's own compile cache, this one is used whoever runs it, and needs no folder that can be written to. A cache
 * that another Node made, or that is missing, costs time and nothing else: V8 refuses it, and compiles.
 */
/** What is not loaded yet has begun nothing. The program answers signals itself once it runs (service/signals.ts). */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const end = () => process.exit(0);
for (const signal of SIGNALS) process.on(signal, end);

const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { constants, Script } = require('node:vm');
const { zstdDecompressSync } = require('node:zlib');

/** In one piece: by Node's own 16 KiB it takes twice as long. */
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

/** Runs it as Node would run the file; what it is worth knowing for afterwards is the script. */
function run(name) {
  const [script, filename, module] = [load(name), pathOf(name, 'bundle.js'), { exports: {} }];
  script.runInThisContext()(module, module.exports, createRequire(filename), filename, dirname(filename));
  for (const signal of SIGNALS) process.off(signal, end);
  return script;
}

module.exports = { cacheOf, load, run };
