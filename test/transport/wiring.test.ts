import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { type Type } from '@nestjs/common';
import { withBroker } from '../harness/broker';
import { startConsumer, stopConsumers } from '../harness/consumer';

const broker = withBroker();
afterEach(stopConsumers);

@Controller()
class Nothing {}

@Controller()
class One {
  @EventPattern('job')
  handle(): void {
    // what it does is beside the point
  }
}

@Controller()
class Another {
  @EventPattern('job')
  handle(): void {
    // what it does is beside the point
  }
}

@Controller()
class Replying {
  @MessagePattern('job')
  handle(): string {
    return 'nobody hears this';
  }
}

@Controller()
class OfAnotherQueue {
  @EventPattern('job', { queue: 'orders' })
  handle(): void {
    // there is no such queue
  }
}

const LONG = { firstSeconds: 1_000 };

it.each<[string, object, RegExp]>([
  ['no attempts', { maxAttempts: 0 }, /has `maxAttempts` 0, which takes an integer from 1 on\.$/],
  ['half an attempt', { maxAttempts: 2.5 }, /has `maxAttempts` 2\.5, which takes an integer/],
  ['attempts in words', { maxAttempts: '3' }, /has `maxAttempts` '3', which takes an integer/],
  ['no time', { timeoutSeconds: 0 }, /has `timeoutSeconds` 0, which takes a number above 0, up to 39600\.$/],
  ['more time than a lease may last', { timeoutSeconds: 43_200 }, /has `timeoutSeconds` 43200, which takes/],
  ['a time that is none', { timeoutSeconds: NaN }, /has `timeoutSeconds` NaN, which takes/],
  ['no backoff', { backoff: { firstSeconds: 0 } }, /has `backoff\.firstSeconds` 0, which takes a number above 0/],
  [
    'a backoff that shrinks',
    { backoff: { factor: 0.5 } },
    /has `backoff\.factor` 0\.5, which takes a number from 1 on\.$/,
  ],
  [
    'a backoff beyond its end',
    { backoff: LONG },
    /has `backoff\.maxSeconds` 900, .* `backoff\.firstSeconds`, here 1000, up to/,
  ],
  [
    'a backoff that SQS cannot wait',
    { backoff: { maxSeconds: 50_000 } },
    /has `backoff\.maxSeconds` 50000, .*up to 39600\.$/,
  ],
  [
    'a backoff of a number',
    { backoff: 30 },
    /has `backoff` 30, which takes an object of firstSeconds, maxSeconds, factor\.$/,
  ],
  ['null for a backoff', { backoff: null }, /has `backoff` null, which takes an object of/],
  ['a backoff misspelt', { backoff: { first: 1 } }, /has `backoff` { first: 1 }, which takes an object of/],
])('refuses to start with a handler that has %s', async (_case, options, sentence) => {
  @Controller()
  class Wrong {
    @EventPattern('job', options)
    handle(): void {
      // what it does is beside the point
    }
  }
  const queues = await broker().createQueues();
  const starting = startConsumer({ broker: broker(), queues, controllers: [Wrong] });
  await expect(starting).rejects.toMatchObject({ name: 'WiringError', message: expect.stringMatching(sentence) });
  await expect(starting).rejects.toThrow(/^@EventPattern\('job'\) has /);
});

it('starts with numbers that configuration leaves undefined, or that are just possible', async () => {
  const backoff = { firstSeconds: 0.5, maxSeconds: 39_600, factor: undefined };
  @Controller()
  class Possible {
    @EventPattern('job', { maxAttempts: undefined, timeoutSeconds: 39_600, backoff })
    handle(): void {
      // what it does is beside the point
    }
  }
  const queues = await broker().createQueues();
  await expect(startConsumer({ broker: broker(), queues, controllers: [Possible] })).resolves.toBeDefined();
});

it.each<[string, Type[], RegExp]>([
  ['no handler', [Nothing], /No controller has an @EventPattern for the queue 'default'/],
  ['two handlers for one type', [One, Another], /Two handlers have @EventPattern\('job'\)/],
  ['a handler that wants to reply', [Replying], /use @EventPattern/],
  ['a handler of a queue that there is not', [OfAnotherQueue], /names the queue 'orders', not one of default/],
])('refuses to start with %s', async (_case, controllers, sentence) => {
  const queues = await broker().createQueues();
  await expect(startConsumer({ broker: broker(), queues, controllers })).rejects.toThrow(sentence);
});
