import 'reflect-metadata';
import { Controller, Inject, type LoggerService, Module, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FaultProxy, startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import {
  type Attempts,
  type Metrics,
  type QueueConsumer,
  QueueConsumerModule,
  QueueConsumers,
  type QueueOptions,
  SqsContext,
  SqsStrategy,
} from '../../transport/index';
import { type TestBroker, type TestQueues } from './broker';
import { loggerOfTest, SILENT } from './log';
import { perTest, type SideBySide, sideBySide } from './side-by-side';

export interface ConsumerUnderTest {
  readonly broker: Pick<TestBroker, 'endpoint' | 'region'>;
  readonly queues: Pick<TestQueues, 'queueUrl' | 'deadLetterQueueUrl'>;
  readonly controllers: Type[];
  readonly providers?: Provider[];
  readonly numbers?: Partial<QueueOptions>;
  readonly concurrency?: number;
  /** 0: deliveries come in by `takeEvent`. */
  readonly pollers?: number;
  readonly logger?: LoggerService;
  readonly attempts?: Type<Attempts>;
  readonly metrics?: Metrics;
}

/** A real Nest application on the transport, with the controllers of the test. */
export class RunningConsumer {
  constructor(
    readonly app: NestFastifyApplication,
    readonly transport: QueueConsumer,
  ) {}

  /** Drains, as a SIGTERM does. */
  stop(): Promise<void> {
    return this.app.close();
  }
}

const running = perTest(() => new Set<RunningConsumer>());

/** Connected to its queue, not started. */
export async function connectConsumer(test: ConsumerUnderTest): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(test), new FastifyAdapter(), {
    logger: loggerOfTest(test.logger ?? SILENT),
    abortOnError: false,
  });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  return app;
}

/** Resolves when it polls or is about to; rejects when it refuses to start. */
export async function startConsumer(test: ConsumerUnderTest): Promise<RunningConsumer> {
  const app = await connectConsumer(test);
  const consumer = new RunningConsumer(app, app.get(QueueConsumers).get());
  running().add(consumer);
  await app.init();
  await app.startAllMicroservices();
  return consumer;
}

/** Stops every consumer of the test. */
export async function stopConsumers(): Promise<void> {
  const left = [...running()];
  running().clear();
  await Promise.all(left.map((consumer) => consumer.stop()));
}

/** Tests that run side by side, each with consumers of its own. */
export const besideOthers = (): SideBySide<object> =>
  sideBySide({ open: () => Promise.resolve({}), close: stopConsumers });

/** Tests that run side by side, each with a proxy of its own before the broker, and with what `more` makes. */
export function behindProxies<More extends object>(
  broker: () => TestBroker,
  more: () => More | Promise<More>,
): SideBySide<More & { readonly proxy: FaultProxy }> {
  return sideBySide({
    open: async () => ({ ...(await more()), proxy: await startFaultProxy(broker().endpoint) }),
    async close({ proxy }) {
      await stopConsumers();
      await proxy.close();
    },
  });
}

function rootModule({ broker, queues, attempts, metrics, ...rest }: ConsumerUnderTest): Type {
  const queue = {
    queueUrl: queues.queueUrl,
    deadLetterQueueUrl: queues.deadLetterQueueUrl,
    concurrency: rest.concurrency ?? 100,
    pollers: rest.pollers ?? 4,
    ...rest.numbers,
  };
  const { region, endpoint } = broker;
  @Module({
    imports: [
      QueueConsumerModule.forRoot({ region, endpoint, metrics, queues: [queue], ...(attempts && { attempts }) }),
    ],
    controllers: rest.controllers,
    providers: rest.providers ?? [],
  })
  class RootModule {}
  return RootModule;
}

type Behaviour = (payload: unknown, context: SqsContext) => unknown;

/** What the handler of a test does, and what it saw. */
export class Script {
  readonly runs: { readonly payload: unknown; readonly messageId: string; readonly receiveCount: number }[] = [];

  constructor(private behaviour: Behaviour = () => undefined) {}

  /** From the next run on. */
  become(behaviour: Behaviour): void {
    this.behaviour = behaviour;
  }

  run(payload: unknown, context: SqsContext): unknown {
    this.runs.push({ payload, messageId: context.messageId, receiveCount: context.receiveCount });
    return this.behaviour(payload, context);
  }
}

/** Runs until it is told to stop, and fails then; every later run succeeds. `reasons` gets why it was told to. */
export function stoppedOnce(reasons: unknown[]): Script {
  const script = new Script((_payload, { signal }) => {
    if (script.runs.length > 1) return undefined;
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        reject(new Error('stopped'));
      });
    });
  });
  return script;
}

/** The one handler most tests need: of type `job`, doing what the script says. */
export function scripted(script: Script): Pick<ConsumerUnderTest, 'controllers' | 'providers'> {
  @Controller()
  class ScriptedController {
    constructor(@Inject(Script) private readonly held: Script) {}

    @EventPattern('job')
    handle(@Payload() payload: unknown, @Ctx() context: SqsContext): unknown {
      return this.held.run(payload, context);
    }
  }
  return { controllers: [ScriptedController], providers: [{ provide: Script, useValue: script }] };
}

/** A promise that the test settles by hand. */
export class Latch {
  readonly opened: Promise<void>;
  open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
