import { DEFINITIONS } from '../../jobs/definitions';
import { type Job } from '../../contract/job';
import { RecordRefused } from '../../results/errors';
import { keyedJobId } from '../../results/job-id';
import { type Claim } from '../../results/records';
import { newTrace } from '../../transport/traces/index';
import { again } from './again';
import { Audit, type Unnoted } from './audit';
import { type Case, wasSentAgain } from './failed-job';
import { DELETED } from './failures';
import { compactJson, inputText } from './input-text';
import { type Outgoing, sendAll } from './outgoing';
import { stamp } from './letter';
import { Pass } from './pass';
import { inputCheck } from './send';
import { CANCELLED, CannotWork, sentenceOf, type Workplace } from './workplace';

export interface Edit {
  readonly id: string;
  /** As JSON text, which is sent as it stands. */
  readonly input: string;
  readonly signal: AbortSignal;
}

export interface Edited extends Unnoted {
  /** Of the new job; the old one's where nothing was changed. */
  readonly id: string;
  readonly replaces?: string;
  /** Why the old letter is still in its queue, though the new job is sent. The same edit again removes it. */
  readonly ended?: string;
}

interface Replaced {
  readonly job: string;
  readonly audit: Audit;
}

/** SQS allows ten: one is left for `replaces`, and one for the why, should the new job fail too. */
const MAX_OWN_ATTRIBUTES = 8;

/**
 * Sends a new job in the place of one that failed: the note of it is written first, then the new job is sent, then the
 * old one's record says `deleted`, then its letter is deleted. A kill in between leaves the letter, and at most the new
 * job beside it: with the same input it has the same id, so that the edit can be run again and has one effect.
 */
export async function editJob(place: Workplace, edit: Edit): Promise<Edited> {
  const { id, signal } = edit;
  const pass = new Pass(place, { filter: { ids: [id] }, signal });
  let fault: unknown;
  let sent: Replaced | 'unchanged' | undefined;
  const { ended = signal.aborted ? CANCELLED : undefined } = await pass.through(async (cases) => {
    const [one] = cases;
    if (one === undefined) return;
    try {
      sent ??= await replace(place, one, edit);
      if (sent !== 'unchanged') await takeAway(place, pass, { cases, job: sent.job });
    } catch (error) {
      fault ??= error;
      throw error;
    }
  });
  if (sent === 'unchanged') return { id };
  if (fault instanceof Error && sent === undefined) throw fault;
  if (sent === undefined) throw new CannotWork(ended ?? `There is no dead letter of the job ${id} to be seen`);
  const unnoted = await sent.audit.end({ count: 1, ids: [id], ended });
  return { id: sent.job, replaces: id, ...(ended !== undefined && { ended }), ...unnoted };
}

async function replace(place: Workplace, one: Case, { id, input }: Edit): Promise<Replaced | 'unchanged'> {
  const { letter, record } = one;
  if (record?.state === 'done')
    throw new CannotWork(`The job ${id} is done, though this letter of it is left; delete the letter`);
  if (wasSentAgain(one))
    throw new CannotWork(`The job ${id} was sent again, though this letter of it is left; delete the letter`);
  const type = DEFINITIONS.find((known) => known.type === letter.type);
  if (!type) throw new CannotWork(`There is no job type ${letter.type} here, so nothing says what its inputs are`);
  if (compactJson(inputText(letter.body) ?? '') === compactJson(input)) return 'unchanged';
  inputCheck(type)(input, 'The input');
  const job = keyedJobId('plusone edit', `${id} ${input}`, type.type);
  const audit = await Audit.begin(place, { what: 'edit', job, replaces: id, type: type.type });
  const message = messageOf(one, { job, input, version: type.version, fifo: place.queue.fifo });
  try {
    await sendOnce(place, { id: job, type: type.type, input: JSON.parse(input) }, message);
  } catch (error) {
    await audit.end({ count: 0, ended: sentenceOf(error) });
    throw error;
  }
  return { job, audit };
}

async function sendOnce(place: Workplace, job: Job, message: Outgoing): Promise<void> {
  if ((await claim(place, job, message.group)) === 'sent') return;
  const [answer] = await sendAll(place, [message]);
  if (answer === undefined || 'refused' in answer)
    throw new CannotWork(`SQS did not take the job: ${answer?.refused ?? 'it said nothing of it'}`);
  await place.records.accept(job.id);
}

/** Without a store nothing is remembered, and the job is sent. */
async function claim({ records }: Workplace, job: Job, group: string | undefined): Promise<Claim> {
  try {
    return await records.claim(job, group);
  } catch (error) {
    if (error instanceof RecordRefused) return 'fresh';
    throw error;
  }
}

interface NewJob {
  readonly job: string;
  readonly input: string;
  readonly version: number;
  readonly fifo: boolean;
}

function messageOf(one: Case, { job, input, version, fifo }: NewJob): Outgoing {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const { attributes, traceHeader, traceparent } = newTrace(one.letter);
  const own = { ...attributes, type: text(one.letter.type), version: text(String(version)) };
  const replaces = Object.keys(own).length <= MAX_OWN_ATTRIBUTES ? { replaces: text(one.letter.jobId) } : {};
  const { group } = again(one, fifo);
  return {
    body: `{"id":"${job}","input":${input}}`,
    attributes: {
      ...own,
      ...replaces,
      ...stamp({ jobId: job, namesJob: true, why: {}, attributes: own }, traceparent),
    },
    group,
    traceHeader,
    ...(fifo && { deduplicationId: job }),
  };
}

async function takeAway(
  { records }: Workplace,
  pass: Pass,
  { cases, job }: { readonly cases: readonly Case[]; readonly job: string },
): Promise<void> {
  const lastError = `replaced by job ${job}`;
  await Promise.all(
    cases.map(({ letter: { jobId, type } }) => records.failJob({ id: jobId, type, reason: DELETED, lastError })),
  );
  const gone = await pass.delete(cases);
  if (gone.length < cases.length) throw new CannotWork('SQS did not delete the old letter');
}
