import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  QueueConsumerModule,
  QueueConsumers,
  type QueueOptions,
  reject,
  SqsContext,
  SqsStrategy,
} from '../../transport/index';
import { withBroker } from '../harness/broker';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
let app: NestFastifyApplication | undefined;
const seen: string[] = [];

beforeEach(() => seen.splice(0));
afterEach(async () => {
  await app?.close();
  app = undefined;
});

@Controller()
class Orders {
  @EventPattern('created', { queue: 'orders' })
  created(@Payload() { id }: { id: number }, @Ctx() { receiveCount }: SqsContext): void {
    seen.push(`order ${id}, receive ${receiveCount}`);
  }
}

@Controller()
class Mails {
  @EventPattern('created', { queue: 'mails' })
  created(@Payload() { id }: { id: number }): unknown {
    seen.push(`mail ${id}`);
    return reject('bounced', 'nobody lives there');
  }

  @EventPattern('read', { queue: 'mails' })
  read(): void {
    seen.push('mail read');
  }
}

@Controller()
class Somewhere {
  @EventPattern('created')
  created(): void {
    // of which queue?
  }
}

async function queueOptions(name: string): Promise<QueueOptions> {
  const { queueUrl, deadLetterQueueUrl } = await broker().createQueues();
  return { name, queueUrl, deadLetterQueueUrl };
}

async function start(controllers: Type[], queues: QueueOptions[]): Promise<NestFastifyApplication> {
  const { endpoint, region } = broker();
  @Module({ imports: [QueueConsumerModule.forRoot({ endpoint, region, queues })], controllers })
  class RootModule {}
  app = await NestFactory.create<NestFastifyApplication>(RootModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.init();
  return app;
}

const text = (value: string): { DataType: string; StringValue: string } => ({ DataType: 'String', StringValue: value });
const ofType = (type: string): { MessageAttributes: Record<string, ReturnType<typeof text>> } => ({
  MessageAttributes: { type: text(type) },
});

it('gives the messages of each queue to the handlers of that queue, though types are named alike', async () => {
  const [orders, mails] = [await queueOptions('orders'), await queueOptions('mails')];
  await start([Orders, Mails], [orders, mails]);
  await broker().send(orders.queueUrl, '{"id":1}', ofType('created'));
  await broker().send(mails.queueUrl, '{"id":2}', ofType('created'));
  await broker().send(mails.queueUrl, '{}', ofType('read'));
  await eventually(() => broker().isEmpty(orders.queueUrl));
  const [dead] = await deadLetters(broker(), mails.deadLetterQueueUrl);
  expect(whyOf(dead ?? {}).reason).toBe('bounced');
  await eventually(() => broker().isEmpty(mails.queueUrl));
  expect(seen.sort()).toEqual(['mail 2', 'mail read', 'order 1, receive 1']);
});

it('takes a message without a type for the only type of its queue, and refuses it where there are several', async () => {
  const [orders, mails] = [await queueOptions('orders'), await queueOptions('mails')];
  await start([Orders, Mails], [orders, mails]);
  await broker().send(orders.queueUrl, '{"id":1}');
  await broker().send(mails.queueUrl, '{"id":2}');
  const [dead] = await deadLetters(broker(), mails.deadLetterQueueUrl);
  expect(whyOf(dead ?? {})).toMatchObject({ reason: 'unknown-type', error: 'The message has no attribute `type`.' });
  await eventually(() => broker().isEmpty(orders.queueUrl));
  expect(seen).toEqual(['order 1, receive 1']);
});

it('pauses one queue and not the other, and tells how each is', async () => {
  const [orders, mails] = [await queueOptions('orders'), await queueOptions('mails')];
  const consumers = (await start([Orders, Mails], [orders, mails])).get(QueueConsumers);
  await eventually(() => Object.values(consumers.health()).every(({ status }) => status === 'up'));
  consumers.get('orders').pause('stock-taking');
  expect(consumers.health()).toMatchObject({ orders: { pauses: ['stock-taking'] }, mails: { pauses: [] } });
  await broker().send(mails.queueUrl, '{}', ofType('read'));
  await eventually(() => seen.includes('mail read'));
  consumers.get('orders').resume('stock-taking');
  await broker().send(orders.queueUrl, '{"id":3}');
  await eventually(() => seen.includes('order 3, receive 1'));
  expect(() => consumers.get()).toThrow('Say which queue: orders, mails.');
});

it.each<[string, Type[], RegExp]>([
  [
    'a handler names no queue',
    [Orders, Mails, Somewhere],
    /@EventPattern\('created'\) names no queue: write .*orders, mails/,
  ],
  ['a queue has no handler', [Orders], /No controller has an @EventPattern for the queue 'mails'/],
])('refuses to start if %s', async (_case, controllers, sentence) => {
  const queues = [await queueOptions('orders'), await queueOptions('mails')];
  await expect(start(controllers, queues)).rejects.toThrow(sentence);
});

it('names all faults of the options at once', async () => {
  const numbers = { concurrency: 0, handlerTimeoutSeconds: 43_201 };
  const queue = { queueUrl: '', deadLetterQueueUrl: 'http://localhost/dlq', ...numbers };
  await expect(start([Orders], [queue, queue])).rejects.toThrow(
    /named 'default'.*has no `queueUrl`.*`concurrency` 0, .* from 1 on.*`handlerTimeoutSeconds` 43201, .* from 1 to 43200\./,
  );
});

it('takes parts of a second where this process waits, and nothing else in parts', async () => {
  const queue = { queueUrl: 'http://localhost/jobs', deadLetterQueueUrl: 'http://localhost/dlq' };
  const waits = { handlerTimeoutSeconds: 1.5, drainSeconds: 0.5 };
  await expect(start([Orders], [{ ...queue, ...waits, concurrency: 2.5, leaseSeconds: 1.5 }])).rejects.toThrow(
    /^The queue 'default' has `concurrency` 2\.5, which takes an integer from 1 on\. The queue 'default' has `leaseSeconds` 1\.5, which takes an integer from 1 to 43200\.$/,
  );
});
