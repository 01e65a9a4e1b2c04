import { type FastifyInstance } from 'fastify';
import { asked, searchOf, textOf, wholeOf } from './asked';
import { type EventName } from './channel';
import { listed } from './listed';
import { type Parts } from './parts';

const PAGE = 50;
const MAX_PAGE = 200;

/** What pages ask to show. */
export function addReadingRoutes(app: FastifyInstance, parts: Parts): void {
  const { channel, overviews, failures, tasks } = parts;

  app.get('/api/overview', () => overviews.ask());

  app.get('/api/events', (_, reply) => {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value) reply.raw.setHeader(name, value);
    failures.lookAtFirst();
    const first: [EventName, unknown][] = [['snapshot', failures.state]];
    if (overviews.latest) first.push(['overview', overviews.latest]);
    for (const task of tasks.list.toReversed()) first.push(['task', task]);
    channel.add(reply.raw, first);
  });

  app.get('/api/groups', ({ query }) => {
    failures.lookAtFirst();
    return { ...failures.state, ...failures.groups(searchOf(asked(query))) };
  });

  app.get('/api/failures', ({ query }) => {
    failures.lookAtFirst();
    const given = asked(query);
    const limit = wholeOf(given, 'limit', { max: MAX_PAGE }) ?? PAGE;
    const matched = failures.matching(searchOf(given));
    return { ...failures.state, ...listed(matched, { limit, after: textOf(given, 'after') }) };
  });

  app.get('/api/tasks', () => tasks.list);
  app.get<{ Params: { readonly id: string } }>('/api/tasks/:id', ({ params: { id } }) => tasks.get(id));
}
