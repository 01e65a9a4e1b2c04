import { ConsoleLogger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, readEnvironment } from '../../contract/environment';
import { type JobType } from '../../contract/job-type';
import { createProducer } from '../../producer/app';
import { Bulk } from '../../producer/bulk';
import { openRecords } from '../../results/open';
import { RECORDS, type Records } from '../../results/records';
import { Waiting } from '../../results/waiting';
import { type TestBroker, type TestQueues } from '../harness/broker';
import { TEST_JOB } from '../harness/jobs';
import { type FaultProxy, startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';

/** Keeps what is logged as an error or a warning, and says nothing. */
class QuietLogger extends ConsoleLogger {
  readonly errors: unknown[] = [];
  readonly warnings: unknown[] = [];

  override error(message: unknown): void {
    this.errors.push(message);
  }

  override log(): void {
    return;
  }

  override warn(message: unknown): void {
    this.warnings.push(message);
  }
}

export interface ProducerOptions {
  /** Where the producer thinks SQS is; the broker itself by default. */
  readonly endpoint?: string;
  readonly environment?: Partial<Environment>;
  readonly fifo?: boolean;
  /** Behind the URL of the queue, as the producer is told it. */
  readonly urlEnd?: string;
  /** The job types it takes; the tests' own by default. */
  readonly definitions?: readonly JobType[];
}

interface Parts {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly queues: TestQueues;
  /** What the producer logged as errors. */
  readonly errors: readonly unknown[];
  readonly warnings: readonly unknown[];
  /** The same store, opened beside the producer as the consumer does. */
  readonly records: Records;
  readonly directory: string;
}

/** A real producer on a free port, with a queue and a results store of its own. */
export class TestProducer {
  readonly port: number;
  readonly queues: TestQueues;
  readonly errors: readonly unknown[];
  readonly warnings: readonly unknown[];
  readonly records: Records;

  constructor(private readonly parts: Parts) {
    ({ port: this.port, queues: this.queues, errors: this.errors, records: this.records } = parts);
    this.warnings = parts.warnings;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Takes lines in without a connection. */
  get bulk(): Bulk {
    return this.parts.app.get(Bulk);
  }

  /** Requests that wait for a job to end. */
  get waits(): number {
    return this.parts.app.get(Waiting).size;
  }

  post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    return fetch(`${this.url}${path}`, init);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers });
  }

  /** The producer's own connection to its store ends. */
  async closeStore(): Promise<void> {
    await this.parts.app.get<Records>(RECORDS).close();
  }

  /** Ids of the jobs visible on its queue now; takes them. */
  async queuedIds(broker: TestBroker): Promise<string[]> {
    const messages = await broker.receiveAll(this.queues.queueUrl);
    return messages.map(({ Body = '' }) => (JSON.parse(Body) as { id: string }).id);
  }

  async close(): Promise<void> {
    await this.parts.app.close();
    await this.records.close();
    await rm(this.parts.directory, { recursive: true, force: true });
  }
}

export async function startProducer(broker: TestBroker, options: ProducerOptions = {}): Promise<TestProducer> {
  const queues = await broker.createQueues({ fifo: options.fifo ?? false });
  const queueUrl = `${queues.queueUrl}${options.urlEnd ?? ''}`;
  const variables = broker.environment({ ...queues, queueUrl }, options.endpoint);
  const directory = await mkdtemp(join(tmpdir(), 'producer-'));
  const results = `sqlite:${join(directory, 'results.db')}`;
  const logger = new QuietLogger();
  const environment = { ...readEnvironment({ ...variables, RESULTS: results }), ...options.environment };
  const app = await createProducer(environment, logger, options.definitions ?? [TEST_JOB]);
  await app.listen(0, '127.0.0.1');
  const port = Number(new URL(await app.getUrl()).port);
  const records = await openRecords(environment);
  return new TestProducer({ app, port, queues, errors: logger.errors, warnings: logger.warnings, records, directory });
}

/** For a test file: each test has a producer of its own, with a fault proxy between it and the broker. */
export function withProducerBehindProxy(broker: () => TestBroker): { proxy: FaultProxy; producer: TestProducer } {
  const held: { proxy?: FaultProxy; producer?: TestProducer } = {};
  beforeEach(async () => {
    held.proxy = await startFaultProxy(broker().endpoint);
    held.producer = await startProducer(broker(), { endpoint: held.proxy.endpoint });
  });
  afterEach(async () => {
    held.proxy?.clear();
    await held.producer?.close();
    await held.proxy?.close();
  });
  return held as { proxy: FaultProxy; producer: TestProducer };
}
