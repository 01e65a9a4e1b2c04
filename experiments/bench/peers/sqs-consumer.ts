/**
 * sqs-consumer, 11 and 15: as many instances as the messages in flight take at ten each, with a handler for a batch or
 * for a message. The answer is what both versions take for "done".
 */
import { type Message } from '@aws-sdk/client-sqs';
import type * as SqsConsumer from 'sqs-consumer';
import { type BenchJob } from '../meter';
import { runConsumerPeer } from '../peer';
import { createClient } from './client';
import { loadPeer } from './load';

const BATCH = 10;

const report = (error: Error): void => void process.stderr.write(`${error.message}\n`);

runConsumerPeer(({ variant, queueUrl, inFlight, ...place }, meter) => {
  const [version = '', mode] = variant.split(' ');
  const { Consumer } = loadPeer(`sqs-consumer-${version}`) as typeof SqsConsumer;
  const sqs = createClient(place);
  const handle = async (message: Message): Promise<Message> => {
    await meter.handle(JSON.parse(message.Body ?? '') as BenchJob);
    return message;
  };
  const handler =
    mode === 'batch'
      ? { handleMessageBatch: (messages: Message[]) => Promise.all(messages.map(handle)) }
      : { handleMessage: handle };
  for (let instance = 0; instance < Math.ceil(inFlight / BATCH); instance += 1) {
    const consumer = Consumer.create({ queueUrl, sqs, batchSize: BATCH, ...handler });
    consumer.on('error', report);
    consumer.on('processing_error', report);
    consumer.start();
  }
});
