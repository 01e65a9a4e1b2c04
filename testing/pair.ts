import { type Provider } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsumer } from '../consumer/app';
import { type Environment, readEnvironment } from '../contract/environment';
import { type JobType, type Policy } from '../contract/job-type';
import { type JobWork } from '../jobs/work';
import { WORKS } from '../jobs/works';
import { createProducer } from '../producer/app';
import { type JobRecord, RECORDS, type Records } from '../results/records';
import { startBroker, type TestBroker, type TestQueues } from '../test/harness/broker';
import { whyOf } from '../test/harness/dead-letters';
import { eventually } from '../test/harness/eventually';
import { type DeadLetter } from '../transport/index';

export interface PairOptions {
  /** Who does the jobs; by default those of `jobs/works.ts`. */
  readonly works?: readonly JobWork[];
  /** Providers that take the place of those the works ask for: a fake storage, a provider's address. */
  readonly fakes?: readonly Provider[];
  /** Takes the place of single numbers of each type's policy, so that a test need not wait for a long backoff. */
  readonly policy?: Partial<Policy>;
  readonly fifo?: boolean;
  /** Settings as the README lists them. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The id of a job, which remembers the type of its result. */
export type JobId<Result> = string & { readonly result?: Result };

export type Settled<Result> =
  | (JobRecord & { readonly state: 'done'; readonly result: Result })
  | (JobRecord & { readonly state: 'failed'; readonly reason: string });

/** Longer than five attempts with the default backoff. */
const SETTLED_WITHIN_MS = 60_000;

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

interface Parts {
  readonly broker: TestBroker;
  readonly queues: TestQueues;
  readonly folder: string;
  readonly producer: NestFastifyApplication;
  readonly consumer: NestFastifyApplication;
}

/** The real pair in this process, on a broker, a queue and a results store of its own. */
export class Pair {
  private readonly letters: DeadLetter[] = [];

  constructor(
    private readonly parts: Parts,
    /** Of the producer, such as `http://127.0.0.1:40123`. */
    readonly url: string,
    /** The SQLite file of the results, for tables of your own. */
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

  /** Waits until the job is done or failed for good. */
  async settled<Result>(id: JobId<Result>, withinMs = SETTLED_WITHIN_MS): Promise<Settled<Result>> {
    let last: JobRecord | undefined;
    const isSettled = async (): Promise<boolean> => {
      last = await this.record(id);
      return last?.state === 'done' || last?.state === 'failed';
    };
    await eventually(isSettled, { withinMs }).catch(() => {
      const stands = last
        ? `${last.state}, attempts ${last.attempts}, ${last.lastError ?? 'no error'}`
        : 'not recorded';
      throw new Error(`After ${withinMs / 1_000} s the job ${id} is still ${stands}`);
    });
    return last as Settled<Result>;
  }

  /** What is recorded of a job now. */
  record(id: string): Promise<JobRecord | undefined> {
    return this.parts.consumer.get<Records>(RECORDS).get(id);
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
  async close(): Promise<void> {
    const { consumer, producer, broker, folder } = this.parts;
    await consumer.close();
    await producer.close();
    await broker.close();
    await rm(folder, { recursive: true });
  }
}

/** Starts producer and consumer on the embedded broker, or on the one that `AWS_ENDPOINT_URL_SQS` names. */
export async function startPair(options: PairOptions = {}): Promise<Pair> {
  const broker = await startBroker({});
  try {
    const queues = await broker.createQueues({ fifo: options.fifo ?? false });
    const folder = await mkdtemp(join(tmpdir(), 'pair-'));
    const resultsPath = join(folder, 'results.db');
    const variables = { ...queues.env, RESULTS: `sqlite:${resultsPath}`, SHOW_ERRORS: 'true', ...options.variables };
    const apps = await startApps(readEnvironment(variables), worksOf(options));
    return new Pair({ broker, queues, folder, ...apps }, await apps.producer.getUrl(), resultsPath);
  } catch (error) {
    await broker.close();
    throw error;
  }
}

async function startApps(
  environment: Environment,
  works: readonly JobWork[],
): Promise<Pick<Parts, 'producer' | 'consumer'>> {
  const definitions = works.map(({ definition }) => definition);
  const producer = await createProducer(environment, SILENT, definitions);
  const consumer = await createConsumer(environment, SILENT, works);
  await producer.listen(0, '127.0.0.1');
  await consumer.init();
  await consumer.startAllMicroservices();
  return { producer, consumer };
}

/** Of two providers for one token Nest takes the last. */
const worksOf = ({ works = WORKS, fakes = [], policy }: PairOptions): JobWork[] =>
  works.map(({ definition, providers, ...rest }) => ({
    ...rest,
    definition: { ...definition, policy: { ...definition.policy, ...policy } },
    providers: [...providers, ...fakes],
  }));
