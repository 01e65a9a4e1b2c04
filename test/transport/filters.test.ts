import { ArgumentsHost, Catch, Controller, Get, HttpException, Module, NotFoundException } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { QueueConsumerModule, Rejection, SqsStrategy } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { deadLetters, whyOf } from '../harness/dead-letters';

const broker = withBroker();
let app: NestFastifyApplication;
let queues: { queueUrl: string; deadLetterQueueUrl: string };

@Catch(HttpException)
class Teapot {
  catch(_error: unknown, host: ArgumentsHost): unknown {
    return host.switchToHttp().getResponse<FastifyReply>().code(418).send('teapot');
  }
}

class Odd extends Error {}

@Catch(Odd)
class OddFilter {
  catch(): Observable<never> {
    return throwError(() => new Rejection('odd', 'the filter of the application says so'));
  }
}

@Controller()
class Both {
  @Get('missing')
  missing(): never {
    throw new NotFoundException();
  }

  @Get('broken')
  broken(): never {
    throw new TypeError('broken');
  }

  @EventPattern('odd')
  odd(): never {
    throw new Odd();
  }
}

beforeEach(async () => {
  queues = await broker().createQueues();
  const { endpoint, region } = broker();
  @Module({
    imports: [QueueConsumerModule.forRoot({ endpoint, region, queues: [queues] })],
    providers: [
      { provide: APP_FILTER, useClass: Teapot },
      { provide: APP_FILTER, useClass: OddFilter },
    ],
    controllers: [Both],
  })
  class RootModule {}
  app = await NestFactory.create<NestFastifyApplication>(RootModule, new FastifyAdapter(), { logger: false });
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.init();
});
afterEach(() => app.close());

it("leaves errors of the application's routes to its own filters, and to Nest's default", async () => {
  expect((await app.inject('/missing')).statusCode).toBe(418);
  const broken = await app.inject('/broken');
  expect([broken.statusCode, broken.json()]).toEqual([500, { statusCode: 500, message: 'Internal server error' }]);
});

it("asks the application's filters of a handler's error first", async () => {
  await broker().send(queues.queueUrl, '{}');
  const [dead] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(dead ?? {})).toMatchObject({ reason: 'odd', error: 'the filter of the application says so' });
});
