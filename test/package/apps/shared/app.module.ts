import { Body, Controller, Get, Inject, Injectable, Module, Post, type OnModuleDestroy } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import {
  QueueConsumerModule,
  QueueConsumers,
  QueueHandler,
  QueueProducerModule,
  QueueProducers,
  SqsContext,
  reject,
  type Outcome,
} from '@plusone/nestjs-sqs';
import { setTimeout as wait } from 'node:timers/promises';

interface Order {
  readonly id: number;
}

/** What goes to the queue `orders`, by type. */
interface OrderMessages {
  readonly placed: Order;
  readonly slow: Order;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Whatever a handler uses; gone when the application has closed. */
@Injectable()
export class Stock implements OnModuleDestroy {
  open = true;

  onModuleDestroy(): void {
    this.open = false;
    say('stock closed');
  }
}

@Controller()
export class Orders {
  constructor(
    @Inject(Stock) private readonly stock: Stock,
    @Inject(QueueProducers) private readonly producers: QueueProducers,
  ) {}

  @Post('orders')
  async place(@Body() order: Order): Promise<{ messageId: string }> {
    return this.producers.get<OrderMessages>('orders').send('placed', order);
  }

  @Post('slow-orders')
  async slow(@Body() order: Order): Promise<{ messageId: string }> {
    return this.producers.get<OrderMessages>('orders').send('slow', order);
  }

  /** Fails once, then sends a mail. */
  @QueueHandler('placed', { queue: 'orders' })
  async placed(@Payload() { id }: Order, @Ctx() { receiveCount }: SqsContext): Promise<void> {
    say(`order ${id}, receive ${receiveCount}`);
    if (receiveCount === 1) throw new Error('out of stock');
    await this.producers.get('mails').send('confirmation', { id });
  }

  @QueueHandler('slow', { queue: 'orders' })
  async work(@Payload() { id }: Order): Promise<void> {
    say(`order ${id} begun`);
    await wait(1_000);
    say(`order ${id} done, stock ${this.stock.open ? 'open' : 'closed'}`);
  }
}

@Controller()
export class Mails {
  @EventPattern('confirmation', { queue: 'mails' })
  confirm(@Payload() { id }: Order): Outcome {
    say(`mail ${id}`);
    return reject('bounced', 'Nobody lives there.');
  }
}

@Controller('health')
export class Health {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(QueueConsumers) private readonly consumers: QueueConsumers,
  ) {}

  @Get()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.consumers.health()]);
  }
}

const endpointOf = (config: ConfigService): { endpoint: string } => ({
  endpoint: config.getOrThrow<string>('ENDPOINT'),
});

@Module({
  imports: [
    QueueConsumerModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        ...endpointOf(config),
        queues: ['orders', 'mails'].map((name) => ({
          name,
          queueUrl: config.getOrThrow<string>(`${name.toUpperCase()}_URL`),
          deadLetterQueueUrl: config.getOrThrow<string>(`${name.toUpperCase()}_DLQ_URL`),
        })),
      }),
    }),
  ],
  controllers: [Orders, Mails],
  providers: [Stock],
})
export class WorkModule {}

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    TerminusModule,
    QueueProducerModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        ...endpointOf(config),
        queues: ['orders', 'mails'].map((name) => ({
          name,
          queueUrl: config.getOrThrow<string>(`${name.toUpperCase()}_URL`),
        })),
      }),
    }),
    WorkModule,
  ],
  controllers: [Health],
})
export class AppModule {}
