import { type SqsModule } from '@ssut/nestjs-sqs';
import { pollerName } from '../receive/ssut-methods';
import { type SqsTransport } from '../transport';
import { type QueueConsumers } from './queue-consumers';

type SsutOptions = Parameters<typeof SqsModule.register>[0];
type SsutConsumer = NonNullable<SsutOptions['consumers']>[number];

/** ssut's options, one consumer name per poller; it deletes nothing, and asks only when the pump lets it. */
export function ssutOptions(consumers: QueueConsumers): SsutOptions {
  return { consumers: consumers.queues.flatMap(({ name }) => pollersOf(name, consumers.get(name))) };
}

function pollersOf(queue: string, { pump, pollClient, options }: SqsTransport): SsutConsumer[] {
  return Array.from({ length: pump.count }, (_, poller) => ({
    name: pollerName(queue, poller),
    queueUrl: options.queueUrl,
    sqs: pump.clientOf(poller, pollClient),
    shouldDeleteMessages: false,
    waitTimeSeconds: options.numbers.receiveWaitSeconds,
    messageAttributeNames: ['All'],
    messageSystemAttributeNames: ['All' as const],
    // The pump backs off; sqs-consumer's own pause of 10 s would come on top.
    authenticationErrorTimeout: 0,
    suppressFifoWarning: true,
    preReceiveMessageCallback: () => pump.beforeReceive(poller),
  }));
}
