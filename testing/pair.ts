import { type Provider } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsumer } from '../consumer/app';
import { readEnvironment } from '../contract/environment';
import { type JobType, type Policy } from '../contract/job-type';
import { type JobWork } from '../jobs/work';
import { WORKS } from '../jobs/works';
import { provisionResults } from '../ops/provision-table';
import { createProducer } from '../producer/app';
import { type JobRecord, RECORDS, type Records } from '../results/records';
import { startBroker, type TestBroker, type TestQueues } from '../test/harness/broker';
import { whyOf } from '../test/harness/dead-letters';
import { eventually } from '../test/harness/eventually';
import { SILENT } from '../test/harness/log';
import { type DeadLetter } from '../transport/index';

export interface PairOptions {
  /** Work beside that of `jobs/works.ts`. It replaces the work there of the same type. */
  readonly works?: readonly JobWork[];
  /** Providers that replace those the works ask for: a fake storage, a provider's address. */
  readonly fakes?: readonly Provider[];
  /** Replaces single numbers of each type's policy, so that a test need not wait for a long backoff. */
  readonly policy?: Partial<Policy>;
  readonly fifo?: boolean;
  /** Settings as the README lists them. `RESULTS` may name a database, whose table for records is made. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The id of a job, which remembers the type of its result. */
export type JobId<Result> = string & { readonly result?: Result };

/** Longer than five attempts with the default backoff. */
const SETTLED_WITHIN_MS = 60_000;

interface Parts {
  readonly broker: TestBroker;
  readonly queues: TestQueues;
  readonly records: Records;
  readonly closing: readonly (() => Promise<void>)[];
}

/** The real pair in this process, on a broker, a queue and a results store of its own. */
export class Pair {
  private readonly letters: DeadLetter[] = [];

  constructor(
    private readonly parts: Parts,
    /** The producer's address, such as `http://127.0.0.1:40123`. */
    readonly url: string,
    /** The SQLite file of the results, for tables of your own; unused if `RESULTS` names another store. */
    readonly resultsPath: string,
  ) {}

  get queueUrl(): string {
    return this.parts.queues.queueUrl;
  }

  /** What a program outside needs to send to the queue: its URL, the broker's address, credentials. */
  get variables(): Readonly<Record<string, string>> {
    return this.parts.queues.env;
  }

  /** Sends by HTTP, as a caller does; rejects with the problem if the producer refuses the input. */
  async send<Input, Result>(
    { type }: JobType<Input, Result>,
    input: NoInfer<Input>,
    { group, idempotencyKey }: { readonly group?: string; readonly idempotencyKey?: string } = {},
  ): Promise<JobId<Result>> {
    const headers = {
      'content-type': 'application/json',
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
    };
    const body = JSON.stringify({ input, group });
    const answer = await fetch(`${this.url}/jobs/${type}`, { method: 'POST', headers, body });
    const text = await answer.text();
    if (answer.status !== 202) throw new Error(`The producer answered ${answer.status}: ${text}`);
    return (JSON.parse(text) as { id: string }).id;
  }

  /** One more message of a job, as when SQS delivers it again. */
  async deliverAgain<Input>({ type, version }: JobType<Input>, id: string, input: NoInfer<Input>): Promise<void> {
    await this.parts.broker.send(this.queueUrl, JSON.stringify({ id, input }), {
      MessageAttributes: {
        type: { DataType: 'String', StringValue: type },
        version: { DataType: 'Number', StringValue: String(version) },
      },
    });
  }

  /** Waits for the job's result; rejects with the reason and the error if it failed for good. */
  async result<Result>(id: JobId<Result>, withinMs?: number): Promise<Result> {
    const { state, reason, lastError, result } = await this.settled(id, withinMs);
    if (state !== 'done') throw new Error(`The job ${id} failed, ${String(reason)}: ${lastError ?? 'no error'}`);
    return result as Result;
  }

  /** Waits until the job is done or failed for good, and resolves to its record. */
  async settled(id: string, withinMs = SETTLED_WITHIN_MS): Promise<JobRecord> {
    let last: JobRecord | undefined;
    await eventually(async () => (last = await this.record(id))?.state === 'done' || last?.state === 'failed', {
      withinMs,
    }).catch(() => undefined);
    if (last?.state === 'done' || last?.state === 'failed') return last;
    const stands = last ? `${last.state}, attempts ${last.attempts}, ${last.lastError ?? 'no error'}` : 'not recorded';
    throw new Error(`After ${withinMs / 1_000} s the job ${id} is still ${stands}`);
  }

  /** What is recorded of a job now. */
  record(id: string): Promise<JobRecord | undefined> {
    return this.parts.records.get(id);
  }

  /** Why each dead letter of this pair is one, in the order they were found. */
  async deadLetters(): Promise<readonly DeadLetter[]> {
    const found = await this.parts.broker.receiveAll(this.parts.queues.deadLetterQueueUrl);
    this.letters.push(...found.map(whyOf));
    return this.letters;
  }

  /** Waits until the queue holds no message, visible or in flight. */
  async idle(withinMs = SETTLED_WITHIN_MS): Promise<void> {
    await eventually(() => this.parts.broker.isEmpty(this.queueUrl), { withinMs });
  }

  /** Drains the consumer and ends all of it. */
  close(): Promise<void> {
    return closeAll(this.parts.closing);
  }
}

/** Starts producer and consumer on the embedded broker, or on the one that `AWS_ENDPOINT_URL_SQS` names. */
export async function startPair(options: PairOptions = {}): Promise<Pair> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const broker = await startBroker({});
    closing.push(() => broker.close());
    const queues = await broker.createQueues({ fifo: options.fifo ?? false });
    const folder = await mkdtemp(join(tmpdir(), 'pair-'));
    closing.push(() => rm(folder, { recursive: true }));
    const resultsPath = join(folder, 'results.db');
    const variables = { ...queues.env, RESULTS: `sqlite:${resultsPath}`, SHOW_ERRORS: 'true', ...options.variables };
    const environment = readEnvironment(variables);
    await provisionResults(environment);
    const works = worksOf(options);
    const definitions = works.map(({ definition }) => definition);
    const producer = await createProducer(environment, SILENT, definitions);
    closing.push(() => producer.close());
    const consumer = await createConsumer(environment, SILENT, works);
    closing.push(() => consumer.close());
    await producer.listen(0, '127.0.0.1');
    await consumer.init();
    await consumer.startAllMicroservices();
    const parts = { broker, queues, records: consumer.get<Records>(RECORDS), closing };
    return new Pair(parts, await producer.getUrl(), resultsPath);
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

/** Ends first what was started last: the consumer drains while the broker is still there. */
async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closing.toReversed()) await close();
}

/** Fakes come last, since Nest takes the last of two providers for one token. */
function worksOf({ works = [], fakes = [], policy }: PairOptions): JobWork[] {
  const types = new Set(works.map(({ definition }) => definition.type));
  return [...WORKS.filter(({ definition }) => !types.has(definition.type)), ...works].map((work) => ({
    ...work,
    definition: { ...work.definition, policy: { ...work.definition.policy, ...policy } },
    providers: [...work.providers, ...fakes],
  }));
}
