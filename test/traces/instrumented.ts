/**
 * An application of the package with a set-up of its own. Says as JSON which spans there were, and which contexts ten
 * messages sent at once had.
 */
import { exporter } from './own-set-up';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Context, context, trace } from '@opentelemetry/api';
import { QueueProducers } from '../../transport/index';
import { Script, scripted, startConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';

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
  const client = new SQSClient({ endpoint, region });
  await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl }));
  client.destroy();
  const foreign = exporter.getFinishedSpans().length;
  process.stdout.write(`${JSON.stringify({ seen, spans, foreign })}\n`);
}

void main(process.argv.slice(2));
