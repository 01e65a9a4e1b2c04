import {
  Global,
  Module,
  type DynamicModule,
  type InjectionToken,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OptionalFactoryDependency,
} from '@nestjs/common';
import { QueueProducers, type ProducerOptions } from './queue-producers';

export interface AsyncProducerOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Gets what `inject` names, from `imports` or a global module. */
  readonly useFactory: (...injected: never[]) => ProducerOptions | Promise<ProducerOptions>;
}

const OPTIONS = Symbol('producer options');

/** Sends to queues: imported once, anywhere. Closes after the port and the consumers are closed, so that they may send. */
@Global()
@Module({})
export class QueueProducerModule implements OnApplicationShutdown {
  static forRoot(options: ProducerOptions): DynamicModule {
    return QueueProducerModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: AsyncProducerOptions): DynamicModule {
    return {
      module: QueueProducerModule,
      imports,
      providers: [
        { provide: OPTIONS, inject, useFactory },
        {
          provide: QueueProducers,
          inject: [OPTIONS],
          useFactory: (options: ProducerOptions) => new QueueProducers(options),
        },
      ],
      exports: [QueueProducers],
    };
  }

  constructor(private readonly producers: QueueProducers) {}

  onApplicationShutdown(): Promise<void> {
    return this.producers.close();
  }
}
