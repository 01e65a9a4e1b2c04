/**
 * An application of the package with a set-up of its own: a provider, and the AWS instrumentation, which works by what
 * is loaded after it. Says as JSON which spans there were, and which contexts ten messages sent at once had.
 */
import { type Context, context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(provider);
new AwsInstrumentation().setTracerProvider(provider);

/** One of each, by `require`, so that they are loaded after the instrumentation. */
const sqs = require('@aws-sdk/client-sqs') as typeof import('@aws-sdk/client-sqs');
const { scripted, startConsumer, Script } = require('../harness/consumer') as typeof import('../harness/consumer');
const { eventually } = require('../harness/eventually') as typeof import('../harness/eventually');
const { QueueProducers } = require('../../transport/index') as typeof import('../../transport/index');

const MESSAGES = 10;

async function main([queueUrl = '', deadLetterQueueUrl = '', endpoint = '', region = '']: string[]): Promise<void> {
  const seen: string[] = [];
  const script = new Script((_, { attributes }) => {
    seen.push(attributes['traceparent']?.StringValue ?? 'none');
    trace.getTracer('app').startSpan('own call').end();
  });
  const queues = { queueUrl, deadLetterQueueUrl };
  const consumer = await startConsumer({ broker: { endpoint, region }, queues, ...scripted(script) });
  const producers = new QueueProducers({ endpoint, region, queues: [{ queueUrl }] });
  await producers.get().isFifo();
  const callers = Array.from({ length: MESSAGES }, () => trace.getTracer('app').startSpan('caller'));
  const within = (caller: (typeof callers)[number]): Context => trace.setSpan(context.active(), caller);
  await Promise.all(callers.map((caller) => context.with(within(caller), () => producers.get().send('job', {}))));
  for (const caller of callers) caller.end();
  const full = Array.from({ length: 8 }, (_, at) => [`own-${at}`, { DataType: 'String', StringValue: 'x' }] as const);
  await producers.get().send('job', {}, { attributes: Object.fromEntries(full) });
  await eventually(() => seen.length === MESSAGES + 1);
  await consumer.stop();
  await producers.onApplicationShutdown();
  const spans = exporter.getFinishedSpans().map((span) => {
    const { traceId, spanId } = span.spanContext();
    return { name: span.name, traceId, spanId, parent: span.parentSpanContext?.spanId };
  });
  exporter.reset();
  // What the instrumentation does to calls that are not ours.
  const client = new sqs.SQSClient({ endpoint, region });
  await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl: queueUrl }));
  client.destroy();
  const foreign = exporter.getFinishedSpans().length;
  process.stdout.write(`${JSON.stringify({ seen, spans, foreign })}\n`);
}

void main(process.argv.slice(2));
