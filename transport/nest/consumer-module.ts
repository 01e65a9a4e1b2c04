import {
  ConfigurableModuleBuilder,
  Global,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { SqsModule } from '@ssut/nestjs-sqs';
import { type Attempts } from '../delivery/attempts';
import { ProcessAttempts } from '../delivery/process-attempts';
import { WiringError } from '../sqs/errors';
import { type ConsumerOptions } from './consumer-options';
import { type ConsumedQueue, openQueues, QueueConsumers, QUEUES } from './queue-consumers';
import { RpcErrorsFilter } from './rpc-errors.filter';
import { ssutMethods, ssutOptions } from './ssut';
import { SqsStrategy } from './strategy';

interface AttemptsOption {
  /** Counts failed and begun runs in a store, for all queues. Without one failed runs are counted in the process. */
  readonly attempts?: Type<Attempts> | undefined;
  /** Where the dependencies of `attempts` come from. */
  readonly imports?: ModuleMetadata['imports'];
}

const ATTEMPTS = Symbol('attempts');
const SSUT_METHODS = Symbol('ssut methods');

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<ConsumerOptions>()
  .setClassMethodName('forRoot')
  .setExtras<AttemptsOption>({ attempts: undefined, imports: [] }, (definition, { attempts, imports = [] }) => ({
    ...definition,
    imports: [...(definition.imports ?? []), ...imports],
    providers: [...(definition.providers ?? []), { provide: ATTEMPTS, useClass: attempts ?? ProcessAttempts }],
  }))
  .build();

/**
 * ssut's providers in a module that is not global, unlike ssut's own, which the application may use beside this one.
 */
@Module({})
class PollersModule {}

/**
 * Consumes queues: imported once, anywhere. The application connects `SqsStrategy` with `inheritAppConfig: true`. When
 * it closes, this module is destroyed before all others, so that the drain is over before what handlers use is gone.
 */
@Global()
@Module({
  imports: [
    {
      ...SqsModule.registerAsync({ inject: [QUEUES], useFactory: ssutOptions }),
      module: PollersModule,
      global: false,
    },
  ],
  providers: [
    { provide: QUEUES, inject: [MODULE_OPTIONS_TOKEN, ATTEMPTS], useFactory: openQueues },
    { provide: QueueConsumers, inject: [QUEUES], useFactory: (queues: ConsumedQueue[]) => new QueueConsumers(queues) },
    { provide: SSUT_METHODS, inject: [QUEUES], useFactory: ssutMethods },
    SqsStrategy,
  ],
  exports: [QUEUES, QueueConsumers, SqsStrategy],
})
export class QueueConsumerModule extends ConfigurableModuleClass implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('QueueConsumerModule');

  constructor(
    private readonly consumers: QueueConsumers,
    private readonly moduleRef: ModuleRef,
    { httpAdapter }: HttpAdapterHost,
  ) {
    super();
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
