import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { lastValueFrom } from 'rxjs';
import {
  MessageRefused,
  QueueMessage,
  QueueProducer,
  QueueProducerModule,
  QueueProducers,
  QueueUnavailable,
} from '../../transport/index';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { withBroker } from '../harness/broker';

const broker = withBroker();

interface Orders {
  readonly placed: { readonly id: number };
}

interface Started {
  readonly producers: QueueProducers;
  readonly close: () => Promise<void>;
}

async function start(...queueUrls: string[]): Promise<Started> {
  const { endpoint, region } = broker();
  const queues = queueUrls.map((queueUrl, index) => ({ name: ['orders', 'mails'][index], queueUrl }));
  @Injectable()
  class SaysGoodbye implements OnModuleDestroy {
    constructor(private readonly producers: QueueProducers) {}

    async onModuleDestroy(): Promise<void> {
      await this.producers.get('orders').send('goodbye', {});
    }
  }
  @Module({
    imports: [
      // The options as ConfigService gives them: from a provider.
      QueueProducerModule.forRootAsync({
        imports: [],
        inject: [],
        useFactory: () => Promise.resolve({ endpoint, region, queues }),
      }),
    ],
    providers: [SaysGoodbye],
  })
  class RootModule {}
  const app = await NestFactory.createApplicationContext(RootModule, { logger: false });
  return { producers: app.get(QueueProducers), close: () => app.close() };
}

it('sends by type, and what is sent while the application closes arrives, too', async () => {
  const { queueUrl } = await broker().createQueues();
  const { producers, close } = await start(queueUrl);
  const orders = producers.get<Orders>();
  const { messageId } = await orders.send('placed', { id: 1 }, { version: 2 });
  await close();
  await expect(orders.send('placed', { id: 2 })).rejects.toBeInstanceOf(QueueUnavailable);
  const received = await broker().receiveAll(queueUrl);
  const types = received.map(({ MessageAttributes: { type, version } = {} }) => [
    type?.StringValue,
    version?.StringValue,
  ]);
  expect(types.sort()).toEqual([
    ['goodbye', '1'],
    ['placed', '2'],
  ]);
  expect(received.find(({ MessageId }) => MessageId === messageId)?.Body).toBe('{"id":1}');
});

it('sends any text that JSON can hold', async () => {
  const { queueUrl } = await broker().createQueues();
  const { producers, close } = await start(queueUrl);
  const body = { '\uffff': 'noncharacters \ufffe\uffff, a lone \ud800, NUL \u0000, DEL \u007f, \u2028' };
  await producers.get().send('placed', body);
  await close();
  const received = await broker().receiveAll(queueUrl);
  expect(received.map(({ Body = '' }) => JSON.parse(Body) as unknown)).toEqual(expect.arrayContaining([body]));
});

it("sends by Nest's client, with options where there are some", async () => {
  const queues = [await broker().createQueues(), await broker().createQueues({ fifo: true })];
  const { producers, close } = await start(...queues.map(({ queueUrl }) => queueUrl));
  const client = producers.get('mails').client;
  await lastValueFrom(client.emit('sent', { id: 1 }));
  await lastValueFrom(client.emit('sent', new QueueMessage({ id: 2 }, { groupId: 'g', deduplicationId: 'd' })));
  await close();
  const received = await broker().receiveAll(queues[1]?.queueUrl ?? '');
  // SQS promises no order between two groups.
  expect(received.map(({ Body }) => Body).sort()).toEqual(['{"id":1}', '{"id":2}']);
  const second = received.find(({ Body }) => Body === '{"id":2}');
  expect(second?.Attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  expect(() => producers.get('letters')).toThrow("There is no queue 'letters': orders, mails.");
});

it.each([
  ['standard', 901, 'takes an integer from 0 to 900'],
  ['standard', -1, 'takes an integer from 0 to 900'],
  ['standard', 1.5, 'takes an integer from 0 to 900'],
  ['standard', NaN, 'takes an integer from 0 to 900'],
  ['standard', '5' as unknown as number, 'takes an integer from 0 to 900'],
  ['standard', null as unknown as number, 'takes an integer from 0 to 900'],
  ['FIFO', 901, 'takes an integer from 0 to 900'],
  ['FIFO', 1, 'A FIFO queue takes no delay of a single message'],
])('refuses, before it is sent, a message to a %s queue with a delay of %p', async (kind, delaySeconds, sentence) => {
  const { queueUrl } = await broker().createQueues({ fifo: kind === 'FIFO' });
  const proxy = await startFaultProxy(broker().endpoint);
  const producer = new QueueProducer({ queueUrl, region: broker().region, endpoint: proxy.endpoint });
  const refusal = { name: 'MessageRefused', message: expect.stringContaining(sentence) };
  await expect(producer.send('placed', {}, { delaySeconds })).rejects.toMatchObject(refusal);
  const emitted = producer.client.emit('placed', new QueueMessage({}, { delaySeconds }));
  await expect(lastValueFrom(emitted)).rejects.toBeInstanceOf(MessageRefused);
  expect(proxy.count('SendMessageBatch')).toBe(0);
  await producer.close();
  await proxy.close();
});

it('delays a message as asked, and on a FIFO queue takes a delay of 0 for none', async () => {
  const { queueUrl } = await broker().createQueues();
  const { queueUrl: fifoUrl } = await broker().createQueues({ fifo: true });
  const { producers, close } = await start(queueUrl, fifoUrl);
  await producers.get('orders').send('placed', {}, { delaySeconds: 900 });
  await producers.get('mails').send('sent', {}, { delaySeconds: 0 });
  expect(await broker().depth(queueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
  expect(await broker().depth(fifoUrl)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  await close();
});

it('reads from the queue whether it is FIFO, however its URL ends, and sends nothing while it is not told', async () => {
  const { queueUrl } = await broker().createQueues({ fifo: true });
  const proxy = await startFaultProxy(broker().endpoint);
  proxy.rule('GetQueueAttributes', 'throttle');
  const producer = new QueueProducer({ queueUrl: `${queueUrl}/`, region: broker().region, endpoint: proxy.endpoint });
  await expect(producer.send('placed', { id: 1 })).rejects.toBeInstanceOf(QueueUnavailable);
  await expect(producer.check()).rejects.toBeInstanceOf(QueueUnavailable);
  expect(proxy.count('SendMessageBatch')).toBe(0);
  proxy.clear();
  await Promise.all([1, 2].map((id) => producer.send('placed', { id }, { deduplicationId: `d${id}` })));
  await producer.close();
  await proxy.close();
  const received = await broker().receiveAll(queueUrl);
  expect(received.map(({ Attributes }) => Attributes?.['MessageGroupId']).sort()).toEqual(['d1', 'd2']);
});
