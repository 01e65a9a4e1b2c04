import { Controller, Injectable, Module, type OnModuleDestroy, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { QueueConsumerModule, QueueConsumers, SqsStrategy } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { Latch } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker();

/** What a test wants to know: in which order its things end. */
const ended: string[] = [];
let latch: Latch;
let running = false;
beforeEach(() => {
  ended.splice(0);
  latch = new Latch();
  running = false;
});

@Injectable()
class OfTheRoot implements OnModuleDestroy {
  onModuleDestroy(): void {
    ended.push('provider of the root');
  }
}

@Injectable()
class OfADeepModule implements OnModuleDestroy {
  onModuleDestroy(): void {
    ended.push('provider of a deep module');
  }
}

@Controller()
class Jobs {
  @EventPattern('job')
  async handle(): Promise<void> {
    running = true;
    await latch.opened;
    ended.push('handler');
  }
}

/** The consumer imported by the root module, or by one three levels below it. */
function rootModule(consumer: ReturnType<typeof QueueConsumerModule.forRoot>, where: 'root' | 'deep'): Type {
  @Module({ imports: where === 'deep' ? [consumer] : [], providers: [OfADeepModule], controllers: [Jobs] })
  class DeepModule {}
  @Module({ imports: [DeepModule] })
  class MiddleModule {}
  @Module({ imports: where === 'root' ? [MiddleModule, consumer] : [MiddleModule], providers: [OfTheRoot] })
  class RootModule {}
  return RootModule;
}

it.each(['root', 'deep'] as const)('drains before anything is destroyed, imported by the %s module', async (where) => {
  const queues = await broker().createQueues();
  const { endpoint, region } = broker();
  const root = rootModule(QueueConsumerModule.forRoot({ endpoint, region, queues: [queues] }), where);
  const app = await NestFactory.create(root, new FastifyAdapter(), { logger: false });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.init();
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => running);
  const closed = app.close();
  await eventually(() => app.get(QueueConsumers).get().status().stopping);
  expect(ended).toEqual([]);
  latch.open();
  await closed;
  expect(ended).toEqual(['handler', 'provider of the root', 'provider of a deep module']);
  expect(await broker().isEmpty(queues.queueUrl)).toBe(true);
});
