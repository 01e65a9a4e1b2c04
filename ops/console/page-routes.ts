import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type Fields } from '../../contract/json';
import { Problem } from '../../service/problem';
import { type Guard, isTokenAddress } from './guard';
import { type PageFiles } from './page-files';

const INDEX = 'index.html';
const HTML = 'text/html; charset=utf-8';

/**
 * A redirect would reach the page without the cookie if the browser comes from another site, since it counts as that
 * site's request. A page that asks to be replaced is the console's own.
 */
const OWN_STEP = '<!doctype html><title>Plusone</title><meta http-equiv="refresh" content="0;url=/">';

/** The page, its files, and the address that lets a browser in. */
export function addPageRoutes(app: FastifyInstance, guard: Guard, files: PageFiles): void {
  const send = (reply: FastifyReply, name: string): FastifyReply => {
    const file = files.get(name);
    if (!file) throw new Problem(404, 'There is no such file.');
    return reply.type(file.type).send(file.body);
  };

  app.get<{ Querystring: Fields }>('/', (request, reply) => {
    if (!isTokenAddress(request)) return send(reply, INDEX);
    if (!guard.isToken(request.query['token']))
      throw new Problem(401, 'This address is not the one that the console printed last.');
    void reply.header('set-cookie', guard.cookie);
    if (request.headers['sec-fetch-site'] !== 'cross-site') return reply.redirect('/', 303);
    return reply.type(HTML).send(OWN_STEP);
  });

  app.get<{ Params: { readonly name: string } }>('/assets/:name', ({ params: { name } }, reply) =>
    send(reply, name === INDEX ? '' : name),
  );
}
