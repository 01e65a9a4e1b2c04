import { type SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DELIVERY } from '../../contract/delivery';
import { type Child } from '../../ops/child';
import { credentialVariables } from '../../ops/child-environment';
import { createProvisionClient, provision } from '../../ops/provision';
import { openRecords } from '../../results/open';
import { type Records } from '../../results/records';
import { ConsumerProcess, type ConsumerSpec } from './process/consumer-process';
import { startEmbeddedBroker } from './process/embedded-broker';
import { readRuns, type Run } from './process/journal';
import { RoundQueues } from './queues';

const REGION = 'us-east-1';

/** A job without a record after this long is lost. Several leases long on every broker. */
export const LOST_AFTER_SECONDS = 120;

/** A broker to experiment on: an embedded one of its own, in memory, or any other. */
export class Place {
  private constructor(
    readonly endpoint: string,
    private readonly client: SQSClient,
    private readonly broker: Child | undefined,
  ) {}

  static async open(endpoint: string | undefined): Promise<Place> {
    if (endpoint !== undefined) return new Place(endpoint, createProvisionClient(REGION, endpoint), undefined);
    const own = await startEmbeddedBroker();
    return new Place(own.endpoint, createProvisionClient(REGION, own.endpoint), own.process);
  }

  /** Queues, store and journal of their own; `results` is a store that is there already. */
  async round(visibilityTimeoutSeconds = DELIVERY.visibilityTimeoutSeconds, results?: string): Promise<Round> {
    const name = `faults-${randomUUID()}`;
    const urls = await provision({
      client: this.client,
      queueName: name,
      deadLetterQueueName: `${name}-dlq`,
      numbers: { ...DELIVERY, visibilityTimeoutSeconds },
    });
    const folder = await mkdtemp(join(tmpdir(), 'plusone-faults-'));
    const store = results ?? `sqlite:${join(folder, 'results.db')}`;
    const env = {
      AWS_ENDPOINT_URL_SQS: this.endpoint,
      AWS_REGION: REGION,
      QUEUE_URL: urls.queueUrl,
      DLQ_URL: urls.deadLetterQueueUrl,
      RESULTS: store,
      VISIBILITY_TIMEOUT_SECONDS: String(visibilityTimeoutSeconds),
      ...credentialVariables(this.endpoint),
    };
    return new Round({
      folder,
      env,
      queues: new RoundQueues(this.client, urls),
      records: await openRecords({ results: store, dynamodbRegion: undefined, dynamodbEndpoint: undefined }),
    });
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.broker?.stop(5_000);
  }
}

interface RoundParts {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly queues: RoundQueues;
  readonly records: Records;
}

const LOOK_EVERY_MS = 5;
const DEPTH_EVERY_MS = 100;

/** One round of an experiment. */
export class Round {
  readonly journal: string;

  constructor(private readonly parts: RoundParts) {
    this.journal = join(parts.folder, 'journal');
  }

  /** What an app needs to work on this round's queues and store. */
  get env(): Readonly<Record<string, string>> {
    return this.parts.env;
  }

  get queues(): RoundQueues {
    return this.parts.queues;
  }

  get records(): Records {
    return this.parts.records;
  }

  /** Output of every consumer, journal and store. */
  get folder(): string {
    return this.parts.folder;
  }

  start(spec: Pick<ConsumerSpec, 'seconds' | 'unrecorded' | 'profileDir'> = {}): ConsumerProcess {
    const { folder, env } = this.parts;
    return new ConsumerProcess({ ...spec, env, journal: this.journal, log: join(folder, 'consumer.log') });
  }

  runs(): Run[] {
    return existsSync(this.journal) ? readRuns(this.journal) : [];
  }

  async doneIds(ids: readonly string[]): Promise<Set<string>> {
    const records = await this.records.getMany(ids);
    return new Set(records.filter(({ state }) => state === 'done').map(({ id }) => id));
  }

  /** Jobs whose run has begun and that are not done. */
  async inFlight(): Promise<Set<string>> {
    const begun = [...new Set(this.runs().map(({ jobId }) => jobId))];
    const done = await this.doneIds(begun);
    return new Set(begun.filter((id) => !done.has(id)));
  }

  /** Resolves when so many runs have begun; rejects when the consumer ends before. */
  async begun(count: number, consumer: ConsumerProcess): Promise<void> {
    while (this.runs().length < count) {
      if (!consumer.running) throw new Error(`The consumer ended by itself; see ${this.folder}/consumer.log`);
      await wait(LOOK_EVERY_MS);
    }
  }

  /** Waits for what `holds`; false if it does not within `seconds`. */
  async until(holds: () => Promise<boolean>, seconds: number): Promise<boolean> {
    const deadline = Date.now() + seconds * 1_000;
    while (!(await holds())) {
      if (Date.now() >= deadline) return false;
      await wait(DEPTH_EVERY_MS);
    }
    return true;
  }

  /** Keeps the folder of a round with something to look into. */
  async close(keep: boolean): Promise<void> {
    await this.records.close();
    await this.queues.remove();
    if (!keep) await rm(this.folder, { recursive: true });
  }
}
