import { type FastifyInstance } from 'fastify';
import { type JobType } from '../../contract/job-type';
import { GROUP_PATTERN } from '../../contract/job';
import { DEFINITIONS } from '../../jobs/definitions';
import { invalidBody, Problem, unavailable } from '../../service/problem';
import { auditOf } from '../jobs/audit';
import { editJob } from '../jobs/edit';
import { MASK } from '../jobs/mask';
import { pauseConsumers, type PauseEnd, resumeConsumers } from '../jobs/pause';
import { inputCheck, sendJobs } from '../jobs/send';
import { asked, textOf, wholeOf } from './asked';
import { type Parts } from './parts';

/** Limits an input as text; its type may say less. */
const INPUT_LIMIT = 1_048_576;
const MAX_DELAY_SECONDS = 900;
const MAX_AUDIT = 1_000;

/** Routes to send and edit jobs, and for the audit. */
export function addJobRoutes(app: FastifyInstance, parts: Parts): void {
  const { workroom, failures, tasks, mutex, closing, facts } = parts;

  app.post('/api/send', async ({ body }, reply) => {
    const given = asked(body);
    const type = typeOf(textOf(given, 'type'));
    const input = inputOf(given);
    const delaySeconds = wholeOf(given, 'delaySeconds', { min: 0, max: MAX_DELAY_SECONDS });
    const group = groupOf(textOf(given, 'group'));
    const place = await workroom.placeNow();
    if (delaySeconds !== undefined && place.queue.fifo)
      throw invalidBody([{ pointer: '/delaySeconds', detail: 'must be absent on a FIFO queue' }]);
    inputCheck(type)(input);
    const { ids, ended, unnoted } = await sendJobs(
      place,
      { type, inputs: [input] },
      { group, delaySeconds, signal: closing },
    );
    if (ids.length === 0) throw unavailable(`No job is known to be sent: ${ended ?? 'SQS said nothing of it'}.`, 1);
    return reply.code(202).send({ id: ids[0], unnoted });
  });

  app.post<{ Params: { readonly id: string } }>('/api/jobs/:id/edit', async ({ params, body }, reply) => {
    const id = params.id.toLowerCase();
    const input = inputOf(asked(body));
    if (facts.masked.length > 0 && input.includes(`"${MASK}"`))
      throw new Problem(409, `The input has ${MASK} in the place of a masked field; edit it without --mask.`);
    const place = await workroom.placeNow();
    tasks.assertQueueFree();
    const edited = await mutex.runExclusive(() => editJob(place, { id, input, signal: closing }));
    if (edited.replaces === undefined) throw new Problem(409, 'Nothing was changed: this is its input.');
    if (edited.ended === undefined) failures.remove(failures.of(id).flatMap(({ letter }) => letter ?? []));
    return reply.code(202).send(edited);
  });

  app.get('/api/audit', async ({ query }) => {
    const limit = wholeOf(asked(query), 'limit', { max: MAX_AUDIT }) ?? 100;
    return auditOf(await workroom.placeNow(), limit);
  });
}

/** Whether consumers begin jobs. */
export function addPauseRoutes(app: FastifyInstance, { workroom, closing, overviews }: Parts): void {
  app.post('/api/pause', async ({ body }) => {
    const why = textOf(asked(body ?? {}), 'why');
    const end = await pauseConsumers(await workroom.placeNow(), { why, signal: closing });
    overviews.goesOn = goingOn(end);
    return end;
  });

  app.post('/api/resume', async () => {
    const end = await resumeConsumers(await workroom.placeNow(), { signal: closing });
    overviews.goesOn = undefined;
    return end;
  });
}

function goingOn({ others, eventSources: { unfinished } }: PauseEnd): string | undefined {
  const sources = unfinished.map(
    ({ functionName, state }) => `the event source of the function ${functionName} was still ${state}`,
  );
  return [...others, ...sources].join('; ') || undefined;
}

function typeOf(name: string | undefined): JobType {
  const type = DEFINITIONS.find((one) => one.type === name);
  if (type) return type;
  throw invalidBody([{ pointer: '/type', detail: `must be one of ${DEFINITIONS.map((one) => one.type).join(', ')}` }]);
}

/** The input as JSON text: parsed with the body it would lose digits. */
function inputOf(given: Readonly<Record<string, unknown>>): string {
  const input = textOf(given, 'input', INPUT_LIMIT);
  if (input !== undefined) return input;
  throw invalidBody([{ pointer: '/input', detail: 'must be the input as JSON text' }]);
}

function groupOf(group: string | undefined): string | undefined {
  if (group === undefined || GROUP_PATTERN.test(group)) return group;
  throw invalidBody([{ pointer: '/group', detail: 'must be 1 to 128 letters, digits and punctuation marks' }]);
}
