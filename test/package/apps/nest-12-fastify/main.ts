import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SqsStrategy } from '@plusone/nestjs-sqs';
import { AppModule } from './app.module.js';

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
app.enableShutdownHooks();
app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
await app.startAllMicroservices();
await app.listen(0, '127.0.0.1');
process.stdout.write(`listening at ${await app.getUrl()}\n`);
