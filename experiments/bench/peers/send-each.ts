/** A producer as most write it: Nest on Express or on Fastify, a validated body, one SendMessage per request. */
import 'reflect-metadata';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { Body, Controller, HttpCode, Inject, Module, Post, ValidationPipe } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IsNumber } from 'class-validator';
import { v7 as uuid } from 'uuid';
import { envelope } from '../../rig/jobs';
import { type ProducerSpec, runProducerPeer } from '../peer';
import { MEASURE } from '../workload';
import { createClient } from './client';
import { loadPeer } from './load';

const SEND = Symbol('send');
const ATTRIBUTES = envelope(MEASURE.type);

class ProduceRequest {
  @IsNumber({ allowNaN: false, allowInfinity: false })
  readonly input: number;
}

@Controller(`jobs/${MEASURE.type}`)
class ProduceController {
  constructor(@Inject(SEND) private readonly send: (body: string) => Promise<unknown>) {}

  @Post()
  @HttpCode(202)
  async produce(@Body() { input }: ProduceRequest): Promise<{ id: string; status: string }> {
    const id = uuid();
    await this.send(JSON.stringify({ id, input }));
    return { id, status: 'accepted' };
  }
}

@Module({})
class AppModule {}

function adapterOf(variant: string): AbstractHttpAdapter {
  if (variant === 'fastify') return new FastifyAdapter();
  const { ExpressAdapter } = loadPeer('@nestjs/platform-express') as { ExpressAdapter: new () => AbstractHttpAdapter };
  return new ExpressAdapter();
}

async function start({ variant, queueUrl, ...place }: ProducerSpec): Promise<string> {
  const client = createClient(place);
  const send = (MessageBody: string): Promise<unknown> =>
    client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageAttributes: ATTRIBUTES }));
  const module = {
    module: AppModule,
    controllers: [ProduceController],
    providers: [{ provide: SEND, useValue: send }],
  };
  const app = await NestFactory.create(module, adapterOf(variant), { logger: ['error', 'warn'] });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

runProducerPeer(start);
