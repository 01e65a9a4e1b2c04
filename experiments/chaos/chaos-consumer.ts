/**
 * The real consumer as a process, with work of its own: it notes each run, takes its time, fails for poison, and its
 * effect appends a line to a ledger that takes the same job twice.
 *
 *   chaos-consumer.js --journal FILE --seed N [--ledger TABLE] [--long] [--control]
 *
 * `--ledger`: the DynamoDB table, where RESULTS is one. `--long`: every job takes a second or more. `--control`: each
 * record is kept under an id that nobody asks for again, so that nothing is done only once.
 */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { idInBody } from '../../consumer/job-id';
import { ADD_ONE } from '../../jobs/add-one/definition';
import { type Run, workBy } from '../../jobs/work';
import { type Job } from '../../contract/job';
import { type Effect, RECORDS, type Records } from '../../results/records';
import { run } from '../../service/run';
import { decode, QueueConsumer } from '../../transport/index';
import { Journal } from './journal';
import { Random } from './random';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { journal: text, seed: text, ledger: text, long: flag, control: flag } });
const journal = new Journal(values.journal ?? '');
const { pid } = process;

const LONG_SHARE = 0.08;
const LONG_MS = [3_000, 6_000] as const;
const SHORT_MS = [10, 300] as const;
const ZOMBIE_MS = [1_000, 2_000] as const;

/** As the seed has it, so that a job takes the same time wherever it runs. */
function timeOf(input: number): number {
  const random = new Random(Number(values.seed) ^ Math.imul(input, 2_654_435_761));
  if (values.long) return random.whole(...ZOMBIE_MS);
  return random.chance(LONG_SHARE) ? random.whole(...LONG_MS) : random.whole(...SHORT_MS);
}

function appendTo(table: string | undefined, { id, input }: Job<number>): NonNullable<Effect['writes']>[number] {
  if (table === undefined) return { sql: 'INSERT INTO ledger (job, input) VALUES (?, ?)', values: [id, input] };
  const number = (value: number) => ({ N: String(value) });
  const Item = { id: { S: randomUUID() }, job: { S: id }, input: number(input), at: number(Date.now()) };
  return { Put: { TableName: table, Item } };
}

const work: Run<typeof ADD_ONE> = async (job, { signal }) => {
  journal.add({ kind: 'run', job: job.id, input: job.input, pid });
  const even = job.input % 2 === 0;
  // Every other job pays no heed to the signal: it records whatever became of its lease meanwhile.
  await wait(timeOf(job.input), undefined, even ? { signal } : {});
  if (job.input < 0) throw new Error('poison');
  return { result: job.input + 1, writes: [appendTo(values.ledger, job)] };
};

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
  create: (environment, logger) => createConsumer(environment, logger, [workBy(ADD_ONE, work)]),
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
