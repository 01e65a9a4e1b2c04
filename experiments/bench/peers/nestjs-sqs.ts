/** `@ssut/nestjs-sqs` as its README shows it: a name, a URL, a decorated method. */
import 'reflect-metadata';
import { type Message } from '@aws-sdk/client-sqs';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsConsumerEventHandler, SqsMessageHandler, SqsModule } from '@ssut/nestjs-sqs';
import { type BenchJob, type Meter } from '../meter';
import { type ConsumerSpec, runConsumerPeer } from '../peer';
import { createClient } from './client';

const NAME = 'jobs';

/** Set before Nest makes the handler. */
let measured: Meter | undefined;

@Injectable()
class AppMessageHandler {
  @SqsMessageHandler(NAME, false)
  async handleMessage({ Body = '' }: Message): Promise<void> {
    await measured?.handle(JSON.parse(Body) as BenchJob);
  }

  @SqsConsumerEventHandler(NAME, 'error')
  onError(error: Error): void {
    process.stderr.write(`${error.message}\n`);
  }
}

@Module({})
class AppModule {}

async function start(spec: ConsumerSpec, meter: Meter): Promise<void> {
  measured = meter;
  const module = SqsModule.register({ consumers: [{ name: NAME, queueUrl: spec.queueUrl, sqs: createClient(spec) }] });
  const app = await NestFactory.createApplicationContext(
    { module: AppModule, imports: [module], providers: [AppMessageHandler] },
    { logger: ['error', 'warn'] },
  );
  await app.init();
}

runConsumerPeer(start);
