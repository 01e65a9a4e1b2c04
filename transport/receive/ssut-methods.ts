import { type Message } from '@aws-sdk/client-sqs';
import { SqsConsumerEventHandler, SqsMessageHandler } from '@ssut/nestjs-sqs';
import { MAX_POLLERS, Pump } from './pump';

/** The consumer name by which ssut finds a poller's methods. */
export const pollerName = (poller: number): string => `poller-${poller}`;

type PollerMethod = [event: string, decorate: MethodDecorator, method: (this: Pump, argument: never) => unknown];

/** ssut looks for one method per consumer name and event, on the prototype; names without a consumer it ignores. */
for (let index = 0; index < MAX_POLLERS; index += 1) {
  const name = pollerName(index);
  const methods: PollerMethod[] = [
    [
      'received',
      SqsMessageHandler(name, true),
      function (messages: Message[]) {
        this.received(index, messages);
        return [];
      },
    ],
    [
      'empty',
      SqsConsumerEventHandler(name, 'empty'),
      function () {
        this.empty(index);
      },
    ],
    ...['error', 'processing_error', 'timeout_error'].map((event): PollerMethod => [
      event,
      SqsConsumerEventHandler(name, event),
      function (error: unknown) {
        this.failed(index, error);
      },
    ]),
  ];
  for (const [event, decorate, value] of methods) {
    const key = `${event}:${name}`;
    const descriptor = { value, configurable: true, enumerable: false, writable: true };
    Object.defineProperty(Pump.prototype, key, descriptor);
    decorate(Pump.prototype, key, descriptor);
  }
}
