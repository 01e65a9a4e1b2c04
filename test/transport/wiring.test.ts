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
class Unlisted {
  @EventPattern('jobs')
  handle(): void {
    // a typing mistake in the pattern
  }
}

it.each<[string, Type[], RegExp]>([
  ['no handler', [Nothing], /No controller has @EventPattern\('job'\)/],
  ['two handlers for one type', [One, Another], /Two handlers have @EventPattern\('job'\)/],
  ['a handler that wants to reply', [Replying], /use @EventPattern/],
  ['a handler of a type the queue does not carry', [One, Unlisted], /'jobs'.*not among the queue's types/],
])('refuses to start with %s', async (_case, controllers, sentence) => {
  const queues = await broker().createQueues();
  await expect(startConsumer({ broker: broker(), queues, controllers })).rejects.toThrow(sentence);
});
