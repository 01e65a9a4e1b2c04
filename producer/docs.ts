import { type FastifyInstance, type FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import docsFolder from 'swagger-ui-dist/absolute-path.js';
import { type Callers } from './callers';

const TITLE = 'Plusone producer';

/**
 * Nothing inline and nothing from elsewhere, since the page has buttons that send. Images in its style sheet are data
 * URLs.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Relative, so that it works behind a prefix too. `base` leads from the page to its files. */
const page = (base: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${TITLE}</title>
    <link rel="icon" type="image/png" href="${base}favicon-32x32.png" />
    <link rel="stylesheet" href="${base}swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${base}swagger-ui-bundle.js"></script>
    <script src="${base}start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({
  url: new URL('../openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
});
`;

const FILES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

/** The files change with releases only, and their names do not say which release. */
const FILE_CACHE = 'public, max-age=3600';

/** `known`: the caller has access, if this producer requires any. */
type Documents = (known: boolean) => object;

/** Serves `/openapi.json`, and `/docs` to read it. Each is made at its first request and kept in memory. */
export function serveDocs(fastify: FastifyInstance, callers: Callers, createDocument: Documents): void {
  const textFor = (known: boolean): (() => string) => once(() => JSON.stringify(createDocument(known)));
  const [full, nameless] = [textFor(true), textFor(false)];
  fastify.get('/openapi.json', ({ raw }, reply) => {
    const text = callers.callerOf(raw) === undefined ? nameless() : full();
    return reply.type('application/json').send(text);
  });
  const send = (reply: FastifyReply, base: string): FastifyReply =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY).send(page(base));
  fastify.get('/docs', (_, reply) => send(reply, 'docs/'));
  fastify.get('/docs/', (_, reply) => send(reply, './'));
  fastify.get('/docs/start.js', (_, reply) => reply.type(FILES['swagger-ui-bundle.js']).send(START));
  for (const [name, type] of Object.entries(FILES)) {
    const bytes = once(() => readFile(join(docsFolder(), name)));
    fastify.get(`/docs/${name}`, async (_, reply) =>
      reply
        .type(type)
        .header('cache-control', FILE_CACHE)
        .send(await bytes()),
    );
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
