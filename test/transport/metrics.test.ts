import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  Metrics,
  prometheusText,
  QueueConsumerModule,
  QueueProducerModule,
  QueueProducers,
  reject,
  SqsStrategy,
} from '../../transport/index';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';

const broker = withBroker();
let app: NestFastifyApplication | undefined;
afterEach(() => app?.close());

@Controller()
class Handlers {
  @EventPattern('placed', { queue: 'orders' })
  placed(): void {
    // done
  }

  @EventPattern('welcome', { queue: 'mails' })
  welcome(): unknown {
    return reject('bounced', 'nobody lives there');
  }
}

it('counts several queues of an application in one registry, each by its name, and reasons that are listed', async () => {
  const [orders, mails] = [await broker().createQueues(), await broker().createQueues()];
  const queues = [
    { name: 'orders', ...orders },
    { name: 'mails', ...mails },
  ];
  const metrics = new Metrics();
  const { endpoint, region } = broker();
  const place = { endpoint, region, metrics };
  @Module({
    imports: [
      QueueConsumerModule.forRoot({ ...place, queues, reasons: ['bounced'] }),
      QueueProducerModule.forRoot({ ...place, queues }),
    ],
    controllers: [Handlers],
  })
  class RootModule {}
  app = await NestFactory.create<NestFastifyApplication>(RootModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();
  const producers = app.get(QueueProducers);
  await producers.get('orders').send('placed', {});
  await producers.get('mails').send('welcome', {});
  const expected = [
    'plusone_sends_total{queue="orders",outcome="accepted"} 1',
    'plusone_handled_total{queue="orders",type="placed",outcome="done"} 1',
    'plusone_handled_total{queue="mails",type="welcome",outcome="reject"} 1',
    'plusone_dead_letters_total{queue="orders",reason="bounced"} 0',
    'plusone_dead_letters_total{queue="mails",reason="bounced"} 1',
    'plusone_permits{queue="mails"} 100',
  ];
  await eventually(() => {
    expect(prometheusText(metrics).split('\n')).toEqual(expect.arrayContaining(expected));
  });
});
