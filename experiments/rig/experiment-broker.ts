import { type SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
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
import { startEmbeddedBroker } from './process/embedded-broker';
import { RoundQueues } from './queues';

const REGION = 'us-east-1';

/** A broker to experiment on: an embedded one of its own, in memory, or any other. */
export class ExperimentBroker {
  private constructor(
    readonly endpoint: string,
    private readonly client: SQSClient,
    private readonly broker: Child | undefined,
  ) {}

  static async open(endpoint: string | undefined): Promise<ExperimentBroker> {
    if (endpoint !== undefined)
      return new ExperimentBroker(endpoint, createProvisionClient(REGION, endpoint), undefined);
    const own = await startEmbeddedBroker();
    return new ExperimentBroker(own.endpoint, createProvisionClient(REGION, own.endpoint), own.process);
  }

  async round(): Promise<Round> {
    return new Round(await this.prepare());
  }

  /** Queues and store of a round's own. */
  async prepare(visibilityTimeoutSeconds = DELIVERY.visibilityTimeoutSeconds): Promise<RoundParts> {
    const name = `experiment-${randomUUID()}`;
    const urls = await provision({
      client: this.client,
      queueName: name,
      deadLetterQueueName: `${name}-dlq`,
      numbers: { ...DELIVERY, visibilityTimeoutSeconds },
    });
    const folder = await mkdtemp(join(tmpdir(), 'plusone-experiment-'));
    const store = `sqlite:${join(folder, 'results.db')}`;
    const env = {
      AWS_ENDPOINT_URL_SQS: this.endpoint,
      AWS_REGION: REGION,
      QUEUE_URL: urls.queueUrl,
      DLQ_URL: urls.deadLetterQueueUrl,
      RESULTS: store,
      VISIBILITY_TIMEOUT_SECONDS: String(visibilityTimeoutSeconds),
      ...credentialVariables(this.endpoint),
    };
    return {
      folder,
      env,
      queues: new RoundQueues(this.client, urls),
      records: await openRecords({ results: store, dynamodbRegion: undefined, dynamodbEndpoint: undefined }),
    };
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.broker?.stop(5_000);
  }
}

export interface RoundParts {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly queues: RoundQueues;
  readonly records: Records;
}

const DEPTH_EVERY_MS = 100;

/** One round of an experiment. */
export class Round {
  constructor(private readonly parts: RoundParts) {}

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

  /** Of the store, and of what else a round leaves. */
  get folder(): string {
    return this.parts.folder;
  }

  async doneIds(ids: readonly string[]): Promise<Set<string>> {
    const records = await this.records.getMany(ids);
    return new Set(records.filter(({ state }) => state === 'done').map(({ id }) => id));
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
