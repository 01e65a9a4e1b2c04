import { type FastifyInstance } from 'fastify';
import { invalidBody, Problem } from '../../service/problem';
import { leftOut } from '../jobs/held';
import { asked, askedOnly, idsOf, SEARCH, searchOf, textOf, wholeOf } from './asked';
import { ACTIONS, type Meant, type TaskAction } from './confirmations';
import { type Parts } from './parts';
import { KINDS } from './task-kinds';

const MAX_RATE = 100_000;

interface Question {
  readonly action: TaskAction;
  readonly count: number;
  readonly queue: string;
  readonly deadLetters: string;
}

/** Routes for operators' changes. Each is confirmed first, and the question freezes which letters are meant. */
export function addChangingRoutes(app: FastifyInstance, parts: Parts): void {
  const { workroom, failures, confirmations, tasks } = parts;

  app.post('/api/look', { config: { reads: true } }, (_, reply) => {
    failures.look();
    return reply.code(202).send(failures.state);
  });

  app.post('/api/confirmations', async ({ body }) => {
    const given = askedOnly(body, ['action', 'ids', 'filter', 'rate', 'note']);
    const action = actionOf(given['action']);
    const [rate, note] = [wholeOf(given, 'rate', { max: MAX_RATE }), textOf(given, 'note')];
    const { queue, deadLetters } = await workroom.placeNow();
    const { letters, named, heldBack } = meantBy(parts, action, given);
    if (letters.length === 0) throw new Problem(409, noneOf(action, heldBack));
    const typed = action === 'purge' ? deadLetters.name : undefined;
    const confirmation = confirmations.add({ action, letters, named, rate, note, typed });
    const [count, queues] = [letters.length, { queue: queue.name, deadLetters: deadLetters.name }];
    const sentence = `${sentenceFor({ action, count, ...queues })}${without(heldBack)}`;
    return { confirmation, count, sentence, ...(typed !== undefined && { typed }) };
  });

  app.post('/api/tasks', (request, reply) => {
    const given = asked(request.body);
    const confirmation = textOf(given, 'confirmation') ?? '';
    const meant = confirmations.meant(confirmation, textOf(given, 'typed'));
    const rate = wholeOf(given, 'rate', { max: MAX_RATE }) ?? meant.rate;
    const task = tasks.start({ ...meant, rate, note: textOf(given, 'note') ?? meant.note });
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

interface MeantLetters extends Pick<Meant, 'letters' | 'named'> {
  /** Held, and not named. */
  readonly heldBack: number;
}

/** The letters that are named or that match; for a purge all. Held letters are meant only if they are named. */
function meantBy({ failures }: Parts, action: TaskAction, given: Readonly<Record<string, unknown>>): MeantLetters {
  const ids = action === 'purge' ? undefined : idsOf(given, 'ids');
  if (action !== 'purge' && ids === undefined && given['filter'] === undefined)
    throw invalidBody([{ pointer: '', detail: 'must have ids or filter' }]);
  const filter = action === 'purge' ? {} : searchOf(askedOnly(given['filter'] ?? {}, SEARCH));
  const found = failures.matching({ ...filter, ...(ids && { ids }) }).filter(({ letter }) => letter !== undefined);
  const named = ids !== undefined;
  const wanted = found.filter(({ job: { held } }) => {
    if (action === 'hold' || action === 'release') return (held !== undefined) === (action === 'release');
    return named || held === undefined;
  });
  const letters = wanted.map(({ key, job }) => ({ key, jobId: job.id }));
  return { letters, named, heldBack: KINDS[action].receives ? found.length - letters.length : 0 };
}

const noneOf = (action: TaskAction, heldBack: number): string =>
  `${action === 'release' ? 'None of them is held' : 'No dead letter matches; look again, some may be hidden just now'}.${without(heldBack)}`;

const without = (heldBack: number): string => (heldBack === 0 ? '' : ` ${leftOut(heldBack)}`);

function sentenceFor({ action, count, queue, deadLetters }: Question): string {
  const letters = `${count.toLocaleString('en-US')} dead letter${count === 1 ? '' : 's'}`;
  switch (action) {
    case 'retry':
      return `Send ${letters} of ${deadLetters} to ${queue} again?`;
    case 'delete':
      return `Delete ${letters} of ${deadLetters} for good? The records will say deleted.`;
    case 'hold':
      return `Hold ${letters} of ${deadLetters}? The queue deletes what it has kept for its retention, held or not.`;
    case 'release':
      return `Release ${letters} of ${deadLetters}?`;
    case 'purge':
      return `Delete all ${letters} of ${deadLetters} for good? Type the queue's name to go on.`;
  }
}
