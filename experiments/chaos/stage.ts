import { type SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DELIVERY } from '../../contract/delivery';
import { credentialVariables } from '../../ops/child-environment';
import { createProvisionClient, provision, type Queues } from '../../ops/provision';
import { RoundQueues } from '../rig/queues';
import { Actor } from './actor';
import { ChaosBroker } from './chaos-broker';
import { DynamoStore } from './dynamodb-store';
import { type Gateway, HttpGateway } from './gateway';
import { type LedgerLine } from './history';
import { type Target, VISIBILITY_SECONDS } from './nemesis';
import { type Options } from './options';
import { freePort } from '../rig/proxy/free-port';
import { PostgresStore } from './postgres-store';
import { Provider } from './provider';
import { SqliteStore } from './sqlite-store';
import { type ChaosStore } from './store';

const REGION = 'us-east-1';
const CONSUMERS = ['consumer-1', 'consumer-2'] as const;

type Name = Exclude<Target, 'all'>;

interface Member {
  readonly actor: Actor;
  readonly broker: Gateway;
  /** Undefined for a store without a network before it. */
  readonly store: Gateway | undefined;
}

interface Parts {
  readonly folder: string;
  readonly broker: ChaosBroker;
  readonly store: ChaosStore;
  readonly queues: RoundQueues;
  readonly client: SQSClient;
  readonly provider: Provider;
}

const STORES = {
  sqlite: (_options: Options, folder: string) => SqliteStore.open(folder),
  dynamodb: ({ dynamodb }: Options) => DynamoStore.open(dynamodb, REGION),
  postgres: ({ postgres }: Options) => PostgresStore.open(postgres),
} as const satisfies Readonly<Record<Options['store'], (options: Options, folder: string) => Promise<ChaosStore>>>;

/** Everything a run needs: broker, queues, store, the processes of both apps, and what stands between them. */
export class Stage {
  private readonly members = new Map<Name, Member>();
  private producerPort = 0;

  private constructor(private readonly parts: Parts) {}

  /** `long`: every job takes a second or more. */
  static async open(options: Options, long = false): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-chaos-'));
    const { persistent, habits, fifo } = options;
    const dataDir = persistent ? join(folder, 'broker') : undefined;
    const broker = await ChaosBroker.open(options.broker, { dataDir, habits });
    const client = createProvisionClient(REGION, broker.endpoint);
    const name = `chaos-${randomUUID()}`;
    const suffix = fifo ? '.fifo' : '';
    const urls = await provision({
      client,
      queueName: `${name}${suffix}`,
      deadLetterQueueName: `${name}-dlq${suffix}`,
      numbers: { ...DELIVERY, visibilityTimeoutSeconds: VISIBILITY_SECONDS },
    });
    const store = await STORES[options.store](options, folder);
    const provider = await Provider.open();
    const stage = new Stage({ folder, broker, store, client, provider, queues: new RoundQueues(client, urls) });
    await stage.cast(urls, options, long);
    return stage;
  }

  /** Logs, journal and all that is known afterwards. */
  get folder(): string {
    return this.parts.folder;
  }

  get broker(): ChaosBroker {
    return this.parts.broker;
  }

  get store(): ChaosStore {
    return this.parts.store;
  }

  get queues(): RoundQueues {
    return this.parts.queues;
  }

  /** Every effect, in the order in which they were recorded. */
  async ledger(): Promise<LedgerLine[]> {
    const { store, provider } = this.parts;
    return [...(await store.ledger()), ...provider.ledger].sort((one, other) => one.at - other.at);
  }

  get journal(): string {
    return join(this.folder, 'journal.jsonl');
  }

  get producerUrl(): string {
    return `http://127.0.0.1:${this.producerPort}`;
  }

  get actors(): readonly Actor[] {
    return [...this.members.values()].map(({ actor }) => actor);
  }

  get consumers(): readonly Actor[] {
    return CONSUMERS.map((name) => this.actor(name));
  }

  actor(name: Name): Actor {
    return this.member(name).actor;
  }

  gateways(target: Target, before: 'broker' | 'store'): Gateway[] {
    const members = target === 'all' ? [...this.members.values()] : [this.member(target)];
    return members.map((member) => member[before]).filter((gateway) => gateway !== undefined);
  }

  async start(): Promise<void> {
    await Promise.all(this.actors.map((actor) => actor.start()));
  }

  async close(keep: boolean): Promise<void> {
    for (const { broker, store } of this.members.values()) await Promise.all([broker.close(), store?.close()]);
    await this.store.close();
    if (this.broker.isShared) await this.queues.remove();
    this.parts.client.destroy();
    this.parts.provider.close();
    await this.broker.close();
    if (!keep) await rm(this.folder, { recursive: true });
  }

  /** At once: a process that is stopped would not even hear that we have gone. */
  destroy(): void {
    for (const actor of this.actors) actor.destroy();
    this.broker.destroy();
  }

  private member(name: Name): Member {
    const member = this.members.get(name);
    if (!member) throw new Error(`There is no ${name}.`);
    return member;
  }

  private async cast(urls: Queues, { seed, control }: Options, long: boolean): Promise<void> {
    const work = [
      ...['--journal', this.journal, '--seed', String(seed), '--provider', this.parts.provider.url],
      ...this.store.ledgerArguments,
      ...(long ? ['--long'] : []),
      ...(control ? ['--control'] : []),
    ];
    for (const name of CONSUMERS)
      await this.join(name, urls, { script: 'experiments/chaos/chaos-consumer.js', args: work });
    this.producerPort = await freePort();
    await this.join('producer', urls, {
      script: 'experiments/chaos/chaos-producer.js',
      env: { PORT: String(this.producerPort) },
      liveUrl: `${this.producerUrl}/health/live`,
    });
  }

  private async join(
    name: Name,
    urls: Queues,
    spec: {
      readonly script: string;
      readonly args?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
      readonly liveUrl?: string;
    },
  ): Promise<void> {
    const broker = await HttpGateway.open(this.broker.endpoint);
    const store = await this.store.place();
    const env = {
      AWS_ENDPOINT_URL_SQS: broker.endpoint,
      AWS_REGION: REGION,
      QUEUE_URL: urls.queueUrl,
      DLQ_URL: urls.deadLetterQueueUrl,
      ...credentialVariables(broker.endpoint),
      ...store.env,
      ...spec.env,
    };
    const actor = new Actor({ ...spec, name, env, log: join(this.folder, `${name}.log`) });
    this.members.set(name, { actor, broker, store: store.gateway });
  }
}
