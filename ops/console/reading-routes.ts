import { type FastifyInstance } from 'fastify';
import { type JobRecord } from '../../results/records';
import { asked, searchOf, textOf, wholeOf } from './asked';
import { type EventName } from './channel';
import { detailsOf } from './details';
import { findJobs } from './find';
import { listed } from './listed';
import { type Parts } from './parts';
import { typeSchemas } from './type-schemas';

const PAGE = 50;
const MAX_PAGE = 200;

const textOfRecord = ({ type, input, result, lastError }: JobRecord): string =>
  JSON.stringify([type, input, result, lastError]);

/** What pages ask to show. */
export function addReadingRoutes(app: FastifyInstance, parts: Parts): void {
  const { workroom, channel, overviews, failures, tasks } = parts;

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

  app.get<{ Params: { readonly id: string } }>('/api/jobs/:id', async ({ params }) => {
    const id = params.id.toLowerCase();
    const { records } = await workroom.placeNow();
    return detailsOf(id, await records.get(id), failures.of(id)[0]);
  });

  app.get('/api/find', async ({ query }) => {
    const text = textOf(asked(query), 'q')?.trim() ?? '';
    if (text === '') return { jobs: [] };
    const { records } = await workroom.placeNow();
    return { jobs: await findJobs({ failures, records }, { query: text, textOf: textOfRecord }) };
  });

  app.get('/api/types', () => typeSchemas());

  app.get('/api/tasks', () => tasks.list);
  app.get<{ Params: { readonly id: string } }>('/api/tasks/:id', ({ params: { id } }) => tasks.get(id));
}
