/**
 * The real consumer as a process, with work of its own: it notes each run, takes its time, fails for poison, and its
 * effect appends a line to a ledger that takes the same job twice, or is a payment at a provider.
 *
 *   chaos-consumer.js --journal FILE --seed N --provider URL (--insert SQL | --ledger TABLE) [--long] [--control]
 *
 * `--insert` writes a line of the ledger; `--ledger`: the DynamoDB table, where RESULTS is one. `--long`: every job takes a second or more. `--control`: each
 * record is kept under an id that nobody asks for again, so that nothing is done only once.
 */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { idInBody } from '../../service/delivered-id';
import { type JobType } from '../../contract/job-type';
import { type Run, workBy, type WorkContext, type WorkJob } from '../../jobs/work';
import { onceElsewhere } from '../../results/elsewhere';
import { type Effect, RECORDS, type Records } from '../../results/records';
import { run } from '../../service/run';
import { decode, QueueConsumer } from '../../transport/index';
import { COUNT } from '../rig/count-jobs';
import { numberIn, ORDER, PAYMENT } from './jobs';
import { Journal } from '../rig/journal';
import { type Entry } from './journal';
import { Random } from '../rig/random';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: { journal: text, seed: text, provider: text, insert: text, ledger: text, long: flag, control: flag },
});
const journal = new Journal<Entry>(values.journal ?? '');
const { pid } = process;

const LONG_SHARE = 0.08;
const LONG_MS = [3_000, 6_000] as const;
const SHORT_MS = [10, 300] as const;
const ZOMBIE_MS = [1_000, 2_000] as const;
/** Of a payment; ends while a consumer is frozen. */
const LEASE_SECONDS = 3;

/** As the seed has it, so that a job takes the same time wherever it runs. */
function timeOf(number: number): number {
  const random = new Random(Number(values.seed) ^ Math.imul(number, 2_654_435_761));
  if (values.long) return random.whole(...ZOMBIE_MS);
  return random.chance(LONG_SHARE) ? random.whole(...LONG_MS) : random.whole(...SHORT_MS);
}

type Task = WorkJob<JobType>;

function lineOf({ id, type }: Task, number: number): NonNullable<Effect['writes']>[number] {
  const { insert, ledger: TableName = '' } = values;
  if (insert !== undefined) return { sql: insert, values: [id, type, number] };
  const N = (value: number) => ({ N: String(value) });
  const Item = { id: { S: randomUUID() }, job: { S: id }, type: { S: type }, number: N(number), at: N(Date.now()) };
  return { Put: { TableName, Item } };
}

/** Resolves to the job's number, once its time is over. */
async function spend({ id, input }: Task, signal: AbortSignal): Promise<number> {
  const number = numberIn(input) ?? NaN;
  journal.add({ kind: 'run', job: id, number, pid });
  const even = number % 2 === 0;
  // Every other job ignores the signal: it records whatever became of its lease meanwhile.
  await wait(timeOf(number), undefined, even ? { signal } : {});
  if (number < 0) throw new Error('poison');
  return number;
}

/** The effect is a line in the ledger, in the transaction of the record. */
async function write<Input>(job: Task & { input: Input }, { signal }: WorkContext): Promise<Effect<Input>> {
  const number = await spend(job, signal);
  return { result: job.input, writes: [lineOf(job, number)] };
}

/** The effect is a payment at the provider. */
const pay: Run<typeof PAYMENT> = (job, { records, signal }) =>
  onceElsewhere({ records, job }, { leaseSeconds: LEASE_SECONDS, signal }, async (call) => {
    const number = await spend(job, call.signal);
    const headers = { 'idempotency-key': call.key, 'x-number': String(number) };
    const answer = await fetch(values.provider ?? '', { method: 'POST', headers, signal: call.signal });
    await answer.body?.cancel();
    return { result: job.input };
  });

const WORKS = [workBy(COUNT, write), workBy(ORDER, write), workBy(PAYMENT, pay)];

/** Notes what the store answers. */
function noteAnswers(records: Records, control: boolean): void {
  const once = records.once.bind(records);
  records.once = async (job, effect, token) => {
    const answer = await once(control ? { ...job, id: randomUUID() } : job, effect, token);
    journal.add({ kind: 'once', job: job.id, outcome: answer.outcome, pid });
    return answer;
  };
}

function idOf(body: string): string {
  try {
    return idInBody(decode(body)) ?? '';
  } catch {
    return '';
  }
}

void run({
  name: 'Chaos consumer',
  portVariable: 'CONSUMER_PORT',
  check: consumerFaults,
  create: (environment, logger) => createConsumer(environment, logger, WORKS),
  async listen(app) {
    noteAnswers(app.get<Records>(RECORDS), values.control);
    app.get(QueueConsumer).onSettled(({ delivery, action, startedAt }) => {
      journal.add({ kind: 'settled', job: idOf(delivery.body), action, run: startedAt !== undefined });
    });
    await app.init();
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    process.send?.('listening');
  },
  unreturned: (app) => app.get(QueueConsumer).unreturned,
});
