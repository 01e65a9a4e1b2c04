import { Global, Module, type DynamicModule, type ModuleMetadata, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { SqsModule } from '@ssut/nestjs-sqs';
import { type Attempts } from '../delivery/attempts';
import { ProcessAttempts } from '../delivery/process-attempts';
import { Pump } from '../receive/pump';
import { pollerName } from '../receive/ssut-methods';
import { RpcErrorsFilter } from './rpc-errors.filter';
import { SqsStrategy } from './strategy';
import { SqsTransport, type TransportOptions } from '../transport';

export interface TransportModuleOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly options: TransportOptions;
  /** Counts failed and begun runs in a store; without one, failed runs are counted in the process. Its dependencies come from `imports`. */
  readonly attempts?: Type<Attempts>;
}

const ATTEMPTS = Symbol('attempts');

/** ssut's options, one consumer name per poller; it deletes nothing, and asks only when the pump lets it. */
function ssutOptions(transport: SqsTransport): Parameters<typeof SqsModule.register>[0] {
  const { pump, pollClient, options } = transport;
  const consumers = Array.from({ length: pump.count }, (_, index) => ({
    name: pollerName(index),
    queueUrl: options.queueUrl,
    sqs: pump.clientOf(index, pollClient),
    shouldDeleteMessages: false,
    waitTimeSeconds: options.numbers.receiveWaitSeconds,
    messageAttributeNames: ['All'],
    messageSystemAttributeNames: ['All' as const],
    // The pump backs off; sqs-consumer's own pause of 10 s would come on top.
    authenticationErrorTimeout: 0,
    suppressFifoWarning: true,
    preReceiveMessageCallback: () => pump.beforeReceive(index),
  }));
  return { consumers };
}

/**
 * A consumer's transport. The application connects `SqsStrategy` with `inheritAppConfig: true`, and drains
 * `SqsTransport` in `onModuleDestroy` of its root module, before Nest destroys what the handlers use.
 */
@Global()
@Module({})
export class TransportModule {
  static forConsumer({ options, attempts, imports = [] }: TransportModuleOptions): DynamicModule {
    return {
      module: TransportModule,
      imports: [...imports, SqsModule.registerAsync({ inject: [SqsTransport], useFactory: ssutOptions })],
      providers: [
        { provide: ATTEMPTS, useClass: attempts ?? ProcessAttempts },
        { provide: SqsTransport, inject: [ATTEMPTS], useFactory: (port: Attempts) => new SqsTransport(options, port) },
        { provide: Pump, inject: [SqsTransport], useFactory: (transport: SqsTransport) => transport.pump },
        { provide: APP_FILTER, useClass: RpcErrorsFilter },
        SqsStrategy,
      ],
      exports: [SqsTransport, SqsStrategy],
    };
  }
}
