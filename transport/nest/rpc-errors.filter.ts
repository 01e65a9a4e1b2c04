import { Catch, type ArgumentsHost, type ExceptionFilter, type Type } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { createRequire } from 'node:module';
import { throwError, type Observable } from 'rxjs';
import { SqsContext } from './sqs-context';

/**
 * Passes an error of a queue's handler on unchanged: Nest's default turns it into "Internal server error". As the last
 * of the global filters it sees what no other filter took. Errors of other transports get Nest's default.
 */
@Catch()
export class RpcErrorsFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    const type = host.getType<string>();
    if (type === 'rpc' && host.switchToRpc().getContext() instanceof SqsContext) return throwError(() => error);
    if (type === 'http') super.catch(error, host);
    else if (type === 'ws') socketFilter().catch(error, host);
    // Undefined tells Nest that there is no filter.
    return undefined;
  }
}

/** Nest's default for web sockets, from a package that an application with web sockets has. */
function socketFilter(): ExceptionFilter {
  const { BaseWsExceptionFilter } = createRequire(__filename)('@nestjs/websockets') as {
    readonly BaseWsExceptionFilter: Type<ExceptionFilter>;
  };
  return new BaseWsExceptionFilter();
}
