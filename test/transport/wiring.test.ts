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

it.each<[string, Type[], RegExp]>([
  ['no handler', [Nothing], /No controller has an @EventPattern for the queue 'default'/],
  ['two handlers for one type', [One, Another], /Two handlers have @EventPattern\('job'\)/],
  ['a handler that wants to reply', [Replying], /use @EventPattern/],
  ['a handler of a queue that there is not', [OfAnotherQueue], /names the queue 'orders', not one of default/],
])('refuses to start with %s', async (_case, controllers, sentence) => {
  const queues = await broker().createQueues();
  await expect(startConsumer({ broker: broker(), queues, controllers })).rejects.toThrow(sentence);
});
