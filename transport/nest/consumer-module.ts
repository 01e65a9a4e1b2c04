import {
  Global,
  Logger,
  Module,
  type DynamicModule,
  type InjectionToken,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OptionalFactoryDependency,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { SqsModule } from '@ssut/nestjs-sqs';
import { type Attempts } from '../delivery/attempts';
import { ProcessAttempts } from '../delivery/process-attempts';
import { ssutMethods } from '../receive/ssut-methods';
import { WiringError } from '../sqs/errors';
import { settleOptions, type ConsumerOptions } from './consumer-options';
import { QueueConsumers } from './queue-consumers';
import { RpcErrorsFilter } from './rpc-errors.filter';
import { ssutOptions } from './ssut-options';
import { SqsStrategy } from './strategy';

interface AttemptsOption extends Pick<ModuleMetadata, 'imports'> {
  /**
   * Counts failed and begun runs in a store, for all queues; its dependencies come from `imports`. Without one failed
   * runs are counted in the process.
   */
  readonly attempts?: Type<Attempts> | undefined;
}

export interface AsyncConsumerOptions extends AttemptsOption {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Gets what `inject` names, from `imports` or a global module. */
  readonly useFactory: (...injected: never[]) => ConsumerOptions | Promise<ConsumerOptions>;
}

const OPTIONS = Symbol('consumer options');
const ATTEMPTS = Symbol('attempts');
const SSUT_METHODS = Symbol('ssut methods');

/** ssut's providers, in a module that is not global as ssut's own is: the application may use that beside this one. */
@Module({})
class PollersModule {}

/**
 * Consumes queues: imported once, anywhere. The application connects `SqsStrategy` with `inheritAppConfig: true`. When
 * it closes, this module is destroyed before all others, so that the drain is over before what handlers use is gone.
 */
@Global()
@Module({})
export class QueueConsumerModule implements OnApplicationBootstrap, OnModuleDestroy {
  static forRoot(options: ConsumerOptions & AttemptsOption): DynamicModule {
    const { attempts, imports, ...rest } = options;
    return QueueConsumerModule.forRootAsync({ attempts, ...(imports && { imports }), useFactory: () => rest });
  }

  static forRootAsync({ attempts, imports = [], inject = [], useFactory }: AsyncConsumerOptions): DynamicModule {
    const pollers = SqsModule.registerAsync({ inject: [QueueConsumers], useFactory: ssutOptions });
    return {
      module: QueueConsumerModule,
      imports: [...imports, { ...pollers, module: PollersModule, global: false }],
      providers: [
        { provide: OPTIONS, inject, useFactory },
        { provide: ATTEMPTS, useClass: attempts ?? ProcessAttempts },
        {
          provide: QueueConsumers,
          inject: [OPTIONS, ATTEMPTS],
          useFactory: (options: ConsumerOptions, port: Attempts) => new QueueConsumers(settleOptions(options), port),
        },
        {
          provide: SSUT_METHODS,
          inject: [QueueConsumers],
          useFactory: ({ pumps }: QueueConsumers) => ssutMethods(pumps),
        },
        SqsStrategy,
      ],
      exports: [QueueConsumers, SqsStrategy],
    };
  }

  private readonly logger = new Logger('QueueConsumerModule');

  constructor(
    private readonly consumers: QueueConsumers,
    private readonly moduleRef: ModuleRef,
    { httpAdapter }: HttpAdapterHost,
  ) {
    const container = moduleRef['container'];
    const own = [...container.getModules().values()].filter(({ metatype }) => metatype === QueueConsumerModule);
    if (own.length > 1) throw new WiringError('QueueConsumerModule is imported twice; give all queues to one forRoot.');
    // Nest destroys modules by their distance from the root, the nearest first; the root's own is not negative.
    for (const module of own) module.distance = -1;
    // Nest asks the first of them last.
    container.applicationConfig?.getGlobalFilters().unshift(new RpcErrorsFilter(httpAdapter));
  }

  onApplicationBootstrap(): void {
    if (this.moduleRef.get(SqsStrategy).isConnected) return;
    this.logger.warn('No queue is consumed: call app.connectMicroservice({ strategy: app.get(SqsStrategy) }) first.');
  }

  onModuleDestroy(): Promise<void> {
    return this.consumers.drain();
  }
}
