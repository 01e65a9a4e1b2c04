import { type Message } from '@aws-sdk/client-sqs';
import { SqsConsumerEventHandler, SqsMessageHandler } from '@ssut/nestjs-sqs';
import { type Pump } from './pump';

/** The consumer name by which ssut finds a poller's methods; of all queues of an application each is unique. */
export const pollerName = (queue: string, poller: number): string => `${queue}/${poller}`;

/** Methods of one poller: what ssut calls, and by which decorator it finds them. */
type Method = [event: string, decorate: MethodDecorator, method: (argument: never) => unknown];

/**
 * An object whose prototype has the methods that ssut looks for: per poller one for messages and one for each event. As
 * a provider it serves all queues of an application.
 */
export function ssutMethods(pumps: ReadonlyMap<string, Pump>): object {
  const prototype = {};
  for (const [queue, pump] of pumps) {
    for (let poller = 0; poller < pump.count; poller += 1) {
      const name = pollerName(queue, poller);
      for (const [event, decorate, value] of methodsOf(pump, poller, name)) {
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
  // A function of its own for each event: the decorator's metadata lies on the function.
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
