import { type SQSClient } from '@aws-sdk/client-sqs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { DELIVERY } from '../../contract/delivery';
import { type Job } from '../../contract/job';
import { Child } from '../../ops/child';
import { childEnvironment, credentialVariables } from '../../ops/child-environment';
import { provision } from '../../ops/provision';
import { SqliteRecords } from '../../results/sqlite';
import { RoundQueues } from '../rig/queues';
import { toMessage } from '../rig/jobs';
import { Bank, TRANSFER } from './bank';
import { AMOUNT, type ConsumerName, nameOf, type Setting } from './grid';
import { jobIn, type Cell, type Plan } from './plan';
import { type Seen } from './tally';

export interface Ground {
  readonly client: SQSClient;
  readonly endpoint: string;
  readonly region: string;
  readonly folder: string;
}

/** One cell from outside: its queues, its accounts, and what was ordered. */
export class Stage {
  private constructor(
    readonly consumer: ConsumerName,
    readonly cell: Cell,
    private readonly parts: {
      readonly queues: RoundQueues;
      readonly bank: Bank;
      readonly jobs: readonly Job<number>[];
    },
  ) {}

  /** `name` tells it from all others at its broker. */
  static async open(ground: Ground, name: string, of: StageSpec): Promise<Stage> {
    const { consumer, setting, transfers } = of;
    const queues = await provision({
      client: ground.client,
      queueName: name,
      deadLetterQueueName: `${name}-dlq`,
      numbers: { ...DELIVERY, visibilityTimeoutSeconds: setting.visibilitySeconds },
      maxReceiveCount: setting.receiveLimit,
      deadlineMs: 5_000,
    });
    const path = join(ground.folder, `${name}.db`);
    // The tables of the store first: it refuses a file with other tables only.
    await (await SqliteRecords.open(path)).close();
    const bank = new Bank(path);
    bank.found();
    const jobs = Array.from({ length: transfers }, () => ({ id: uuid(), type: TRANSFER.type, input: AMOUNT }));
    const cell = { setting, queues, bank: path };
    return new Stage(consumer, cell, { queues: new RoundQueues(ground.client, queues), bank, jobs });
  }

  get name(): string {
    return nameOf(this.cell.setting);
  }

  async order(): Promise<void> {
    await this.parts.queues.send(this.parts.jobs.map(toMessage));
  }

  depth(): Promise<number> {
    return this.parts.queues.depth();
  }

  /** Dead letters, without taking them out. */
  deadLetterDepth(client: SQSClient): Promise<number> {
    const { deadLetterQueueUrl } = this.cell.queues;
    return new RoundQueues(client, { queueUrl: deadLetterQueueUrl, deadLetterQueueUrl }).depth();
  }

  payments(): number[] {
    return this.parts.bank.bookings().map(({ at }) => at);
  }

  async see(runs: readonly string[]): Promise<Seen> {
    const { queues, bank, jobs } = this.parts;
    return {
      ordered: jobs.map(({ id }) => id),
      runs,
      bookings: bank.bookings().map(({ jobId }) => jobId),
      deadLetters: (await queues.deadLetters()).map((letter) => jobIn(letter).id),
      moved: bank.moved(),
      left: await queues.depth(),
    };
  }

  async close(removeQueues: boolean): Promise<void> {
    this.parts.bank.close();
    if (removeQueues) await this.parts.queues.remove();
  }
}

export interface StageSpec {
  readonly consumer: ConsumerName;
  readonly setting: Setting;
  readonly transfers: number;
}

/** A process with the consumers of these stages, which are of one consumer; ends when this one does. */
export function startConsumers(ground: Ground, name: string, stages: readonly Stage[]): Child {
  const { region, endpoint, folder } = ground;
  const [first] = stages;
  if (!first) throw new Error('There is nothing to consume.');
  const cells = stages.map(({ cell }) => cell);
  const plan: Plan = { consumer: first.consumer, region, endpoint, diary: diaryOf(ground, name), cells };
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(plan));
  return new Child({
    name,
    script: 'experiments/visibility/consumers.js',
    args: ['--plan', path],
    nodeArgs: ['--require', join(__dirname, '..', '..', 'ops', 'follow-parent.js')],
    env: childEnvironment(credentialVariables(endpoint)),
    showOutput: false,
  });
}

export const diaryOf = ({ folder }: Ground, name: string): string => join(folder, `${name}.diary`);
