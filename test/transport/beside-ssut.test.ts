import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { SqsConsumerEventHandler, SqsMessageHandler, SqsModule, SqsService } from '@ssut/nestjs-sqs';
import { QueueConsumerModule, SqsStrategy } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const seen: string[] = [];

@Controller()
class Moved {
  @EventPattern('job')
  handle(): void {
    seen.push('moved');
  }
}

@Injectable()
class NotYetMoved {
  @SqsMessageHandler('old', false)
  handle(): Promise<void> {
    seen.push('not yet moved');
    return Promise.resolve();
  }

  @SqsConsumerEventHandler('old', 'error')
  onError(): void {
    // its poll is aborted at the end
  }
}

it('leaves an application its own SqsModule and SqsService, so that queues move one by one', async () => {
  const [queues, old] = [await broker().createQueues(), await broker().createQueues()];
  const { endpoint, region, client: sqs } = broker();
  @Module({
    imports: [
      SqsModule.register({
        consumers: [{ name: 'old', queueUrl: old.queueUrl, sqs, waitTimeSeconds: 1, stopOptions: { abort: true } }],
        producers: [{ name: 'old', queueUrl: old.queueUrl, sqs }],
      }),
      QueueConsumerModule.forRoot({ endpoint, region, queues: [queues] }),
    ],
    controllers: [Moved],
    providers: [NotYetMoved],
  })
  class RootModule {
    constructor(readonly ssut: SqsService) {}
  }
  const app = await NestFactory.create(RootModule, new FastifyAdapter(), { logger: false });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.init();
  await app.get(RootModule).ssut.send('old', { id: '1', body: {} });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => seen.length === 2);
  expect(seen.sort()).toEqual(['moved', 'not yet moved']);
  await eventually(() => broker().isEmpty(old.queueUrl));
  await app.close();
});
