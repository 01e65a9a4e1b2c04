import { ConfigurableModuleBuilder, Global, Module } from '@nestjs/common';
import { QueueProducers, type ProducerOptions } from './queue-producers';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<ProducerOptions>()
  .setClassMethodName('forRoot')
  .build();

/** Sends to queues: imported once, anywhere. */
@Global()
@Module({
  providers: [
    {
      provide: QueueProducers,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: ProducerOptions) => new QueueProducers(options),
    },
  ],
  exports: [QueueProducers],
})
export class QueueProducerModule extends ConfigurableModuleClass {}
