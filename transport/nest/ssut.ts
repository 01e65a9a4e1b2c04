import { type Message } from '@aws-sdk/client-sqs';
import { SqsConsumerEventHandler, SqsMessageHandler, type SqsModule, type SqsService } from '@ssut/nestjs-sqs';
import { type Pump } from '../receive/pump';
import { type ConsumedQueue } from './queue-consumers';

type SsutOptions = Parameters<typeof SqsModule.register>[0];
type SsutConsumer = NonNullable<SsutOptions['consumers']>[number];

/** The name by which ssut finds a poller's methods; unique in an application. */
const pollerName = (queue: string, poller: number): string => `${queue}/${poller}`;

const pollersOf = ({ transport }: ConsumedQueue): number[] => [...Array(transport.pump.count).keys()];

/** One ssut consumer per poller. It deletes nothing, and asks only when the pump lets it. */
export function ssutOptions(queues: readonly ConsumedQueue[]): SsutOptions {
  return { consumers: queues.flatMap((queue) => pollersOf(queue).map((poller) => consumerOf(queue, poller))) };
}

function consumerOf({ name, transport: { pump, options } }: ConsumedQueue, poller: number): SsutConsumer {
  return {
    name: pollerName(name, poller),
    queueUrl: options.queueUrl,
    sqs: pump.clientOf(poller),
    shouldDeleteMessages: false,
    waitTimeSeconds: options.receiveWaitSeconds,
    messageAttributeNames: ['All'],
    messageSystemAttributeNames: ['All' as const],
    // The pump backs off. Without this sqs-consumer would add 10 s of its own.
    authenticationErrorTimeout: 0,
    suppressFifoWarning: true,
    preReceiveMessageCallback: () => pump.beforeReceive(poller),
  };
}

/** Stops a queue's poll loops once, with abort: after a plain stop an abort does nothing. */
export function stopPolling(queue: ConsumedQueue, { consumers }: SqsService): void {
  for (const poller of pollersOf(queue)) consumers.get(pollerName(queue.name, poller))?.instance.stop({ abort: true });
}

/** A method that ssut calls, and the decorator by which it finds it. */
type Method = [event: string, decorate: MethodDecorator, method: (argument: never) => unknown];

/**
 * An object whose prototype has the methods that ssut looks for: for each poller one for messages and one for each
 * event. As a provider it serves all queues of an application.
 */
export function ssutMethods(queues: readonly ConsumedQueue[]): object {
  const prototype = {};
  for (const queue of queues) {
    for (const poller of pollersOf(queue)) {
      const name = pollerName(queue.name, poller);
      for (const [event, decorate, value] of methodsOf(queue.transport.pump, poller, name)) {
        const key = `${event}:${name}`;
        const descriptor = { value, configurable: true, enumerable: false, writable: true };
        Object.defineProperty(prototype, key, descriptor);
        decorate(prototype, key, descriptor);
      }
    }
  }
  return Object.create(prototype) as object;
}

function methodsOf(pump: Pump, poller: number, name: string): Method[] {
  const received = (messages: Message[]): [] => {
    pump.received(poller, messages);
    return [];
  };
  const empty = (): void => {
    pump.empty(poller);
  };
  // A new function for each event, since the decorator keeps its metadata on the function.
  const failed = (event: string): Method => [
    event,
    SqsConsumerEventHandler(name, event),
    (error: unknown) => {
      pump.failed(poller, error);
    },
  ];
  return [
    ['received', SqsMessageHandler(name, true), received],
    ['empty', SqsConsumerEventHandler(name, 'empty'), empty],
    ...['error', 'processing_error', 'timeout_error'].map(failed),
  ];
}
