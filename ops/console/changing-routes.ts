import { type FastifyInstance } from 'fastify';
import { invalidBody, Problem } from '../../service/problem';
import { asked, idsOf, searchOf, textOf, wholeOf } from './asked';
import { ACTIONS, type TaskAction } from './confirmations';
import { type Parts } from './parts';
import { type Entry } from './snapshot';

const MAX_RATE = 100_000;

interface Question {
  readonly action: TaskAction;
  readonly count: number;
  readonly queue: string;
  readonly deadLetters: string;
}

/** What an operator does. Each change is asked about first: the letters that are meant are frozen with the question. */
export function addChangingRoutes(app: FastifyInstance, parts: Parts): void {
  const { workroom, failures, confirmations, tasks } = parts;

  app.post('/api/look', { config: { reads: true } }, (_, reply) => {
    failures.look();
    return reply.code(202).send(failures.state);
  });

  app.post('/api/confirmations', async ({ body }) => {
    const given = asked(body);
    const action = actionOf(given['action']);
    const rate = wholeOf(given, 'rate', { max: MAX_RATE });
    const { queue, deadLetters } = await workroom.placeNow();
    const entries = meantBy(parts, action, given);
    if (entries.length === 0)
      throw new Problem(409, 'No dead letter matches; look again, some may be hidden just now.');
    const typed = action === 'purge' ? deadLetters.name : undefined;
    const confirmation = confirmations.add({ action, entries, rate, typed });
    const question = { action, count: entries.length, queue: queue.name, deadLetters: deadLetters.name };
    return {
      confirmation,
      count: entries.length,
      sentence: sentenceFor(question),
      ...(typed !== undefined && { typed }),
    };
  });

  app.post('/api/tasks', (request, reply) => {
    const given = asked(request.body);
    const confirmation = textOf(given, 'confirmation') ?? '';
    const meant = confirmations.meant(confirmation, textOf(given, 'typed'));
    const task = tasks.start(meant);
    confirmations.use(confirmation);
    return reply.code(202).send(task);
  });

  app.post<{ Params: { readonly id: string } }>('/api/tasks/:id/cancel', ({ params: { id } }) => tasks.cancel(id));
}

function actionOf(value: unknown): TaskAction {
  const action = ACTIONS.find((one) => one === value);
  if (action) return action;
  throw invalidBody([{ pointer: '/action', detail: `must be one of ${ACTIONS.join(', ')}` }]);
}

/** The letters that are named, or that match; all of them for a purge. */
function meantBy({ failures }: Parts, action: TaskAction, given: Readonly<Record<string, unknown>>): Entry[] {
  const ids = idsOf(given, 'ids');
  const filter = given['filter'] === undefined ? {} : searchOf(asked(given['filter']));
  if (action !== 'purge' && ids === undefined && given['filter'] === undefined)
    throw invalidBody([{ pointer: '', detail: 'must have ids or filter' }]);
  const search = action === 'purge' ? {} : { ...filter, ...(ids && { ids }) };
  return failures.matching(search).filter(({ letter }) => letter !== undefined);
}

function sentenceFor({ action, count, queue, deadLetters }: Question): string {
  const letters = `${count.toLocaleString('en-US')} dead letter${count === 1 ? '' : 's'}`;
  switch (action) {
    case 'retry':
      return `Send ${letters} of ${deadLetters} to ${queue} again?`;
    case 'delete':
      return `Delete ${letters} of ${deadLetters} for good? The records will say deleted.`;
    case 'purge':
      return `Delete all ${letters} of ${deadLetters} for good? Type the queue's name to go on.`;
  }
}
