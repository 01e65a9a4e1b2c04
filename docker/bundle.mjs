/**
 * Bundles what `npm run build` compiled into one file per process under dist/bundle/. Of the compiled files, since
 * esbuild drops the decorator metadata that Nest and class-validator live on.
 */
import { build } from 'esbuild';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { undici } from './undici.mjs';
import { noticesOf } from './notices.mjs';

/** Elsewhere for a test, beside which others use the bundles. */
const OUT = process.argv[2] ?? 'dist/bundle';
const SMALL = { params: { [constants.ZSTD_c_compressionLevel]: 19 } };

/**
 * Modules that Nest or `pg` loads only where a user has installed them. Any other module that is missing fails the
 * bundling.
 */
const OPTIONAL = [
  '@fastify/static',
  '@fastify/view',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@nestjs/platform-express',
  '@nestjs/websockets/socket-module',
  'amqp-connection-manager',
  'amqplib',
  'ioredis',
  'kafkajs',
  'mqtt',
  'nats',
  'pg-native',
  // Where an older class-transformer had it.
  'class-transformer/storage',
];

/** The page at /docs is served from a folder beside the bundle; its package would say where the bundle itself lies. */
const DOCS_PAGE = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];
const DOCS_NOTICES = ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt'];
const docsPage = {
  name: 'docs-page',
  setup({ onLoad }) {
    onLoad({ filter: /swagger-ui-dist.absolute-path\.js$/ }, () => ({
      contents: `module.exports = () => require('node:path').join(__dirname, 'swagger-ui');`,
    }));
  },
};

/** What class-validator asks for at every start, and a decorator of it uses: loaded when that first runs. */
const LATE = /^(libphonenumber-js\/max|validator(\/.+)?)$/;
const late = {
  name: 'late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: LATE }, ({ path, namespace, resolveDir }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late', pluginData: resolveDir },
    );
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path, pluginData: resolveDir }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => name === '__esModule' || require('${path}')[name] });`,
      resolveDir,
    }));
  },
};

/** Takes OpenTelemetry's ES modules, since esbuild leaves out what is not used of these, and not of CommonJS. */
const openTelemetry = {
  name: 'open-telemetry',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@opentelemetry\// }, ({ path, kind, resolveDir }) =>
      kind === 'require-call' ? resolve(path, { kind: 'import-statement', resolveDir }) : undefined,
    );
  },
};

const options = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  external: OPTIONAL,
  plugins: [docsPage, late, openTelemetry, undici],
  // Names of classes show in logs and in /openapi.json.
  keepNames: true,
  minify: true,
  legalComments: 'linked',
  // For readers of a stack; not in the image.
  sourcemap: 'external',
  logLevel: 'warning',
  metafile: true,
};

/**
 * esbuild writes ASCII, except in regular expressions. V8 reads ASCII twice as fast, and `program.cjs` reads nothing
 * else.
 */
const ascii = (code) =>
  code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Beside each bundle: `NAME.licenses.txt`. */
async function writeNotices({ outputs }) {
  for (const [path, { inputs, entryPoint }] of Object.entries(outputs)) {
    if (entryPoint === undefined) continue;
    const name = basename(path).replace(/(\.bundle)?\.js$/, '');
    await writeFile(join(OUT, `${name}.licenses.txt`), await noticesOf(inputs));
  }
}

await rm(OUT, { recursive: true, force: true });
const { metafile } = await build({
  ...options,
  outdir: OUT,
  entryPoints: {
    'producer.bundle': 'dist/producer/main.js',
    'consumer.bundle': 'dist/consumer/main.js',
    healthy: 'dist/service/healthy.js',
  },
});
await writeNotices(metafile);
await cp('docker/program.cjs', join(OUT, 'program.cjs'));
for (const name of ['producer', 'consumer']) {
  const bundle = join(OUT, `${name}.bundle.js`);
  await writeFile(join(OUT, `${name}.bundle.zst`), zstdCompressSync(ascii(await readFile(bundle, 'utf8')), SMALL));
  await rm(bundle);
  await writeFile(join(OUT, `${name}.js`), `require('./program.cjs').run('${name}');\n`);
}
// Within a bundle no module is the main one, so this one is started explicitly.
const provision = { contents: `void require('./dist/ops/provision.js').main();`, resolveDir: '.' };
const provisioned = await build({ ...options, stdin: provision, outfile: join(OUT, 'provision.js') });
await writeNotices(provisioned.metafile);
const from = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
for (const file of [...DOCS_PAGE, ...DOCS_NOTICES]) await cp(join(from, file), join(OUT, 'swagger-ui', file));
